"""One morning at the door in three engines. Only what was run is claimed: a phone's WebKit is not Debian's."""

from collections.abc import Callable

import pytest

from tests.browser.hands import until
from tests.browser.looks import LANDSCAPE, OVERFLOW, PHONE, SMALL
from tests.browser.served import AT
from tests.browser.test_day import ROWS
from tests.browser.test_photos import stored
from tests.engines.station import POST, Station
from webapp import demo
from webapp.base import clock

pytestmark = pytest.mark.browser

SECOND_LINE = """() => {
  const range = document.createRange();
  const letters = [];
  const walker = document.createTreeWalker(document.querySelector(".welcome__line"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) for (let at = 0; at < node.length; at += 1) {
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    letters.push([node.data[at], Math.round(range.getBoundingClientRect().bottom)]);
  }
  return letters.filter(([, bottom]) => bottom > letters[0][1] + 10).map(([letter]) => letter).join("");
}"""


@pytest.mark.clause("P2-4.4.2c")
@pytest.mark.clause("P2-4.4.3a")
@pytest.mark.clause("P2-4.4.3b")
@pytest.mark.clause("P2-5.1")
def test_what_is_recorded_without_a_server_outlives_the_browser_and_arrives_once(station: Station, tell: Callable[[str], None]):
    engine, server = station.engine, station.server
    server.stop()

    # Every page opens, the code is checked by the tablet itself, and the work goes on.
    pages = station.opens_every_page()
    station.take_post("lin")
    station.on_post("靜怡")
    first = station.arrive("lin", 2)
    station.arrive("lin", 4)
    station.see_off("lin", first)
    station.tick("lin", "flat_open.air")
    station.is_told("stock.draw", "quantity", "0", "最少 1。")
    station.count("lin", 38)
    station.shows_everything_once()
    station.waits_to_send()
    kept = station.entries()

    # The browser dies and comes back, still without a server.
    until(lambda: engine.has_cookie("tablet"), "the credential is not on the disk", within=60_000)
    engine.kill()
    engine.start()
    station.go()
    assert station.entries() == kept
    station.on_post("靜怡")
    station.shows_everything_once()
    station.waits_to_send()
    station.arrive("lin", 3)

    # The server comes back; everything arrives, and once.
    server.start()
    station.send()
    station.arrived_once()
    station.shows_everything_once()

    # The supervisor prints the morning: what was counted here is on it.
    engine.go(f"{server.url}/records/{clock.day_of(AT, demo.ZONE)}/{POST}/early")
    engine.type("#account", "chen")
    engine.type("#password", demo.PASSWORD)
    engine.tap("main form button")
    until(lambda: engine.has("article section"), "the record is not shown")
    engine.go(f"{server.url}/records/{clock.day_of(AT, demo.ZONE)}/{POST}/early?lang=zh-Hant")
    before = [each["guests"] for each in station.before["tours"]["parties"] if each["arrived_at"] >= morning()]
    total = engine.ask(ROWS, "接待情況")[-1]
    assert (total[1], total[2], total[-1]) == (str(len(before) + 3), str(sum(before) + 9), str(sum(before) + 9))
    assert [row[2] for row in engine.ask(ROWS, "參觀記錄")[-4:-1]] == ["2", "4", "3"]
    station.keep_picture("record")
    tell(f"{station.name}: {pages} pages without a server, {len(station.deeds)} entries, browser killed once, each arrived once")


def morning() -> int:
    return clock.day_bounds(clock.day_of(AT, demo.ZONE), demo.ZONE)[0]


@pytest.mark.clause("P2-4.4.6a")
@pytest.mark.parametrize("engine", ["webkit", "firefox"], indirect=True)
def test_a_photo_taken_without_a_server_outlives_the_browser_and_arrives_once(station: Station, tell: Callable[[str], None]):
    """What tests/browser/test_photos.py asks of Chromium, of the others."""
    engine, server = station.engine, station.server
    server.stop()
    station.take_post("lin")
    digest = station.photograph("lin", "落地燈不亮。")
    until(lambda: engine.has_cookie("tablet"), "the credential is not on the disk", within=60_000)
    engine.kill()
    engine.start()
    station.go("handover")
    assert station.photos() == [digest]
    server.start()
    station.send()
    until(lambda: station.photos() == [], "the photo is not let go of")
    ((there, size, wide, high),) = stored(server)
    assert (there, wide, high) == (digest, 1600, 1200)
    tell(f"{station.name}: one photo of {size} bytes, kept through a killed browser, arrived once as it was recorded")


@pytest.mark.parametrize("engine", ["webkit", "firefox"], indirect=True)
def test_no_page_is_wider_than_its_screen_and_nothing_is_too_small_to_tap(station: Station, tell: Callable[[str], None]):
    """What tests/browser/test_accessible.py asks of Chromium, of the others."""
    engine, looks = station.engine, 0
    for screen in (LANDSCAPE, PHONE):
        engine.resize(*screen)
        for station.language in ("zh-Hant", "en"):
            for path in ("", "parties", "checks", "stock", "handover", "post", "outbox"):
                station.go(path)
                until(lambda: engine.asked(OVERFLOW) == [] and engine.asked(SMALL) == [], f"{path} does not fit {screen}")
                looks += 1
    # WebKit once tore 樣板房 in two.
    engine.resize(*LANDSCAPE)
    engine.go(f"{station.server.url}/zh-Hant/door/")
    assert engine.ask(SECOND_LINE).startswith("歡迎")
    tell(f"{station.name}: {looks} looks, nothing too wide or too small")
