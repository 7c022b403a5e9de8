"""A photo of what is not in order: taken without a network, kept through a dead browser, arrived once as it was recorded."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.attachments.album import SECRET, digest_of, photo
from tests.browser.hands import Tablet, enrolled, until
from tests.browser.looks import SMALL, found_by_axe
from tests.browser.served import Server
from tests.browser.test_plain import Plain, plain  # noqa: F401 - a fixture
from tests.browser.test_shift import Profile, profile  # noqa: F401 - a fixture
from tests.browser.watch import Watch
from webapp import demo

pytestmark = pytest.mark.browser

KEPT = """() => new Promise((resolve) => { indexedDB.open("threshold").onsuccess = ({ target: { result: db } }) => {
  const meta = db.transaction("meta").objectStore("meta");
  const range = IDBKeyRange.bound("photo/", "photo/~");
  const names = meta.getAllKeys(range);
  meta.getAll(range).onsuccess = async ({ target: { result: all } }) => {
    db.close();
    const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const told = all.map(async (bytes, at) => [
      names.result[at].slice(6), hex(await crypto.subtle.digest("SHA-256", bytes)), bytes.byteLength,
      new TextDecoder("latin1").decode(bytes).includes("CANARY"),
    ]);
    resolve(await Promise.all(told));
  };
}; })"""
FULL = """
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, key) {
    if (String(key).startsWith("photo/")) throw new DOMException("full", "QuotaExceededError");
    return put.call(this, value, key);
  };
"""


def jpeg(name: str, given: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": given}


def form_of(page: Page) -> Locator:
    return page.locator('operation-form[operation="duty.remark"]')


def remarks(page: Page, text: str, *photos: bytes) -> None:
    """Type a remark, photograph, record it."""
    form = form_of(page)
    form.locator("textarea[name=text]").fill(text)
    for camera, given in zip(form.locator("input[type=file]").all(), photos, strict=False):
        camera.set_input_files(jpeg("IMG_0001.jpg", given))
    form.locator("button").last.click()


def kept_photos(page: Page) -> dict[str, int]:
    """What lies on the tablet: how many bytes, by the name it is kept under, which is its digest; nothing of where it was taken."""
    found = page.evaluate(KEPT)
    assert [name for name, digest, _size, told in found if name != digest or told] == []
    return {name: size for name, _digest, size, _told in found}


def stored(server: Server) -> list[tuple[str, int, int, int]]:
    """Digest, size and sides of each photo at the server."""
    with sqlite3.connect(f"file:{Path(server.folder) / 'threshold.db'}?mode=ro", uri=True) as database:
        found = database.execute("select digest, size, wide, high from attachments_photo order by digest").fetchall()
    database.close()
    return found


def test_a_photo_taken_offline_outlives_the_browser_and_arrives_once(server: Server, profile: Profile, axe: str):  # noqa: F811
    code = server.run("tablets", "enrol", "--project", demo.CODE, "--name", "A 型樣板房 2").strip()
    tablet = enrolled(profile.open(), server, code)
    tablet.take_post("lin")
    tablet.go("handover")
    tablet.sent()
    server.stop()
    tablet.watch.may_be_down = True
    given = photo(1, size=(4000, 3000))
    remarks(tablet.page, "落地燈不亮。", given)
    until(lambda: kept_photos(tablet.page), "no photo was kept")
    entry = tablet.entries()[-1]
    ((digest, recorded),) = kept_photos(tablet.page).items()
    assert f'"photos":["{digest}"]' in entry["body"]
    assert recorded < 2 * 1024 * 1024
    assert SECRET in given

    row = tablet.page.locator('overlay-list[key="remarks"] [data-id][pending]')
    expect(row.locator("img")).to_have_count(1)
    until(lambda: row.locator("img").evaluate("(image) => image.naturalWidth") == 1600, "it is not seen")
    expect(tablet.chip().locator("a [data-fill=count]")).to_have_text("2")
    assert found_by_axe(tablet.page, axe) == []

    until(lambda: profile.has_cookie("tablet"), "the credential is not on the disk", within=60_000)
    profile.kill()
    context = profile.open()
    tablet = Tablet(context, context.pages[0], server, Watch(may_be_down=True).over(context))
    tablet.page.set_default_timeout(30_000)
    tablet.go("handover")
    expect(tablet.page.locator('overlay-list[key="remarks"] [data-id][pending] img')).to_have_count(1)
    assert kept_photos(tablet.page) == {digest: recorded}

    server.start()
    tablet.go("outbox")
    expect(tablet.page.locator("outbox-list [data-fill=what]").filter(has_text=digest[:12])).to_have_count(0)
    tablet.page.locator("[data-send]").click()
    tablet.sent()
    tablet.watch.may_be_down = False
    assert stored(server) == [(digest, recorded, 1600, 1200)]
    assert kept_photos(tablet.page) == {}
    state = server.state(server.now)[0]
    assert [(each["entry"], each["photo"]) for each in state["attachments"]] == [(entry["id"], digest)]
    tablet.go("handover")
    image = tablet.page.locator(f'overlay-list[key="remarks"] [data-id="{entry["id"]}"] img')
    expect(image).to_have_count(1)
    assert image.get_attribute("alt")
    until(lambda: image.evaluate("(image) => image.naturalWidth") == 320, "it is not seen")


def test_the_supervisor_sees_the_photo_and_what_is_still_on_the_tablet(tablet: Callable[..., Tablet], desk: Page, axe: str):
    here = tablet()
    here.take_post("lin")
    here.page.route("**/sync/photos/*", lambda route: route.abort())
    here.watch.may_be_down = True
    here.go("handover")
    remarks(here.page, "窗簾掉了一個鉤。", photo(2), photo(3))
    until(lambda: here.server.state(here.server.now)[0]["attachments"], "the entry has not come")
    desk.reload()
    expect(desk.get_by_text("還有 2 張照片在平板上")).to_be_visible()
    expect(desk.get_by_text("照片還在平板上", exact=True)).to_have_count(2)
    expect(desk.get_by_text("齊全：")).to_have_count(0)
    here.page.unroute("**/sync/photos/*")
    here.go("outbox")
    here.page.locator("[data-send]").click()
    here.sent()
    desk.reload()
    images = desk.locator(".rows__row", has_text="窗簾掉了一個鉤。").locator("a img")
    expect(images).to_have_count(2)
    until(lambda: images.first.evaluate("(image) => image.naturalWidth") == 320, "it is not seen")
    assert [image.get_attribute("alt") for image in images.all()] == [f"照片 {n}: 窗簾掉了一個鉤。" for n in (1, 2)]
    assert found_by_axe(desk, axe) == []
    expect(desk.get_by_text("在平板上")).to_have_count(0)
    images.first.click()
    until(lambda: desk.locator("img").evaluate("(image) => image.naturalWidth") == 800, "the whole is not seen")


def test_a_failed_point_carries_its_photo(tablet: Callable[..., Tablet]):
    here = tablet()
    here.take_post("lin")
    here.go("checks")
    form = here.page.locator('operation-form:has(input[name=item][value="flat_open.layout"])')
    here.tick("flat_open.layout", "fail")
    form.locator("textarea[name=note]").fill("花瓶移位")
    form.locator("input[type=file]").first.set_input_files(jpeg("IMG_2.jpg", photo(4)))
    expect(form.locator(".shot__seen").first).to_be_visible()
    before = len(here.entries())
    form.locator(".todo__note button").click()
    until(lambda: len(here.entries()) > before, "nothing was saved")
    here.sent()
    here.go("checks")
    image = here.page.locator(".todo", has=form).locator("img.shot__seen, .photos img").and_(here.page.locator(".photos img"))
    expect(image).to_have_count(1)
    assert len(stored(here.server)) == 1


@pytest.mark.parametrize(
    "given", [b"", b"a letter " * 50, b"<svg xmlns='http://www.w3.org/2000/svg'/>"], ids=["nothing", "text", "svg"]
)
def test_what_is_no_photo_is_said_and_everything_typed_stays(tablet: Callable[..., Tablet], given: bytes):
    here = tablet()
    here.take_post("lin")
    here.go("handover")
    before = len(here.entries())
    remarks(here.page, "燈不亮。", given)
    form = form_of(here.page)
    expect(form.locator("[data-no-photo]")).to_be_visible()
    expect(form.locator("textarea[name=text]")).to_have_value("燈不亮。")
    assert (len(here.entries()), kept_photos(here.page)) == (before, {})
    form.locator("input[type=file]").first.set_input_files([])
    form.locator("button").last.click()
    until(lambda: len(here.entries()) == before + 1, "nothing was saved")
    expect(form.locator("[data-no-photo]")).to_be_hidden()


def test_where_the_disk_is_full_neither_entry_nor_photo_is_kept_and_it_says_so(tablet: Callable[..., Tablet]):
    here = tablet()
    here.take_post("lin")
    here.sent()
    here.context.add_init_script(FULL)
    here.go("handover")
    before = len(here.entries())
    here.server.stop()
    here.watch.may_be_down = True
    remarks(here.page, "燈不亮。", photo(5))
    form = form_of(here.page)
    expect(form.locator("[data-broken]")).to_be_visible()
    expect(form.locator("textarea[name=text]")).to_have_value("燈不亮。")
    assert form.locator("input[type=file]").first.evaluate("(input) => input.files.length") == 1
    assert (len(here.entries()), kept_photos(here.page)) == (before, {})
    here.server.start()
    form.locator("button").last.click()
    expect(here.page.locator('overlay-list[key="remarks"]').get_by_text("燈不亮。")).to_have_count(1)
    expect(here.page.locator('overlay-list[key="remarks"] .photos img')).to_have_count(1)
    assert stored(here.server)[0][0] == digest_of(photo(5)), "posted by the form, as the camera made it"
    assert set(here.watch.found) <= {"script: full"}  # what the store throws into the browser's own call of us
    here.watch.found.clear()


def test_without_script_the_form_carries_the_photo(plain: Plain):  # noqa: F811
    plain.go("handover")
    form = plain.form("duty.remark")
    form.locator("input[type=file]").first.set_input_files(jpeg("IMG_1.jpg", photo(6, size=(3000, 2000))))
    plain.submit("duty.remark", category="repair", text="門鎖鬆動。")
    if plain.page.locator("#code").count():
        plain.sign("lin")
    image = plain.page.locator('overlay-list[key="remarks"] .photos img')
    expect(image).to_have_count(1)
    assert stored(plain.server) == [(digest_of(photo(6, size=(3000, 2000))), len(photo(6, size=(3000, 2000))), 1600, 1067)]


def test_without_script_what_is_no_photo_is_said_and_everything_typed_stays(plain: Plain):  # noqa: F811
    plain.go("handover")
    form = plain.form("duty.remark")
    form.locator("input[type=file]").first.set_input_files(jpeg("IMG_1.jpg", photo(7)))
    form.locator("input[type=file]").nth(1).set_input_files(jpeg("IMG_2.jpg", b"not a photo"))
    plain.submit("duty.remark", category="repair", text="門鎖鬆動。")
    expect(plain.page.locator(".field__error")).to_be_visible()
    plain.page.locator("input[type=file]").first.set_input_files(jpeg("IMG_2.jpg", photo(8)))
    plain.sign("lin")
    expect(plain.page).to_have_url(re.compile(r"/door/handover$"))
    expect(plain.page.locator('overlay-list[key="remarks"] .photos img')).to_have_count(2)
    seen = [digest for digest, _size, wide, _high in stored(plain.server) if wide]
    assert sorted(seen) == sorted([digest_of(photo(7)), digest_of(photo(8))])


def test_the_cameras_are_large_enough_for_a_finger(tablet: Callable[..., Tablet]):
    here = tablet()
    for path in ("handover", "checks"):
        here.go(path)
        assert [each for each in here.page.evaluate(SMALL) if "INPUT" in each and "photos" in each] == []
    assert here.page.locator("input[type=file]").count() > 3
