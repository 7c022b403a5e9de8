"""A second device reaches the site by https: nginx in front, a certificate of road C, a browser that was given its root.

The root lies in the browser's own store of certificates, as a person would put it there; no check is switched off.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect

from tests.browser.conftest import FLAGS, LANDSCAPE
from tests.browser.hands import WITHIN, enrolled, until
from tests.browser.looks import LANDSCAPE as WIDE
from tests.browser.looks import NARROW, OVERFLOW, PHONE, PORTRAIT, keep_picture, sized
from tests.browser.served import Server, copied
from tests.nginx import ROOT, Nginx, Tls
from tests.tls import made, shown
from webapp.base import clock
from webapp.base.certificates import Files, make_leaf, names_of

pytestmark = pytest.mark.browser

NAME = "tablets.test"
NAMES = (NAME, "localhost")
POINTS = 9
OPEN_IN_WECHAT = (
    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.49 NetType/WIFI"
)


@pytest.fixture(scope="module")
def certutil() -> str:
    """What puts a root into a browser's store."""
    unpacked = str(ROOT / "build/libnss3-tools/usr/bin")
    found = os.environ.get("TEST_CERTUTIL") or shutil.which(
        "certutil", path=os.pathsep.join([os.environ.get("PATH", ""), unpacked])
    )
    if not found:
        pytest.skip("needs certutil: `make test` finds or fetches it")
    return found


@dataclass
class Secured:
    """The demo site behind nginx, by a certificate of its own authority."""

    server: Server
    front: Nginx
    files: Files

    def show(self, files: Files) -> None:
        """Another certificate from now on."""
        self.front.turn_to(tls=Tls(files.chain, files.key))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """An authority that is old enough to have given a certificate that has ended."""
    return Files(tmp_path / "tls", tmp_path / "root-key.pem")


@pytest.fixture
def ended(files: Files, tmp_path: Path) -> Files:
    """Under the same root, a certificate that ended some days ago."""
    made(files, clock.now() - 400 * clock.DAY, *NAMES)
    old = Files(tmp_path / "ended", files.root_key)
    old.folder.mkdir()
    for name in ("root.pem", "chain.pem", "key.pem"):
        shutil.copy(files.folder / name, old.folder / name)
    make_leaf(files, names_of(NAMES), clock.now(), None)
    return old


@pytest.fixture
def outside(request: pytest.FixtureRequest, files: Files, ended: Files) -> Files:
    """What the server sees of its own address from outside."""
    return ended if getattr(request, "param", "") == "ended" else files


@pytest.fixture
def secured(template: Path, tmp_path: Path, files: Files, outside: Files) -> Iterator[Secured]:
    """The site, open. What it knows of its own certificate it looks up at another address."""
    server = replace(copied(template, tmp_path / "site"), shift=0)  # the tablet's clock is compared with the server's
    front = Nginx(tmp_path / "nginx", [server.port], Tls(files.chain, files.key), NAME)
    with shown(outside) as port:
        server.settings = {
            "THRESHOLD_URL": f"https://localhost:{port}", "THRESHOLD_PROXIES": "1", "THRESHOLD_TLS": str(files.folder),
            "THRESHOLD_SECRET": "for tests, thirty-two characters",
        }  # fmt: skip
        server.front = front.url
        server.start()
        front.start()
        yield Secured(server, front, files)
        front.stop()
        if server.is_up:
            server.stop()


@contextmanager
def device(playwright: Playwright, chromium: str, folder: Path, *more: str, **options: object) -> Iterator[BrowserContext]:
    """A browser with a profile and a home of its own, for which the name leads here. `more`: what it is started with besides."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    flags = [*FLAGS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1", "--use-fake-device-for-media-stream", *more]
    chosen = {"viewport": LANDSCAPE, "locale": "zh-HK"} | options
    context = playwright.chromium.launch_persistent_context(
        folder / "profile", executable_path=chromium, args=flags, env={**os.environ, "HOME": str(home)}, **chosen,
    )  # fmt: skip
    context.pages[0].set_default_timeout(WITHIN)
    yield context
    context.close()


def trust(certutil: str, root: Path, folder: Path) -> None:
    """Put the root where a Chromium of this home looks for roots."""
    store = folder / "home" / ".pki" / "nssdb"
    store.mkdir(parents=True)
    for words in (["-N", "--empty-password"], ["-A", "-n", "Threshold", "-t", "C,,", "-i", str(root)]):
        subprocess.run([certutil, *words, "-d", f"sql:{store}"], check=True, capture_output=True)


def allowed(page: Page) -> None:
    """What a person would allow: to keep things for good, and to see."""
    session = page.context.new_cdp_session(page)
    session.send("Browser.grantPermissions", {"permissions": ["durableStorage", "videoCapture"]})


def states(page: Page) -> dict[str, str]:
    """Each point of the check: yes, no, or '' while it was not tried."""
    rows = page.locator("[data-check]").all()
    return {row.get_attribute("data-check") or "": row.get_attribute("data-state") or "" for row in rows}


def test_a_second_device_reaches_green_ticks_enrols_works_offline_and_sends(
    secured: Secured, playwright: Playwright, chromium: str, certutil: str, tmp_path: Path, tell
):
    trust(certutil, secured.files.root, tmp_path / "second")
    with device(playwright, chromium, tmp_path / "second", f"--app={secured.front.url}/tablet-check") as context:
        page = context.pages[0]
        allowed(page)
        page.goto(f"{secured.front.url}/tablet-check")
        page.locator("[data-camera]").click()
        until(lambda: all(states(page).values()), "not everything was tried")
        assert states(page) == dict.fromkeys(states(page), "yes")
        assert len(states(page)) == POINTS
        keep_picture(page, "tablet-check-green-zh-Hant")
        errors = page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert errors == []

        tablet = enrolled(context, secured.server)
        (cookie,) = [each for each in context.cookies() if each["name"].endswith("tablet")]
        assert (cookie["name"], cookie["secure"], cookie["httpOnly"]) == ("__Host-tablet", True, True)
        tablet.take_post("lin")
        tablet.sent()

        secured.server.stop()  # nginx says 502
        tablet.watch.may_be_down = True
        tablet.arrive(2)
        secured.front.stop()  # nobody says anything
        tablet.arrive(3)
        tablet.go()
        expect(tablet.chip()).to_have_attribute("data-state", "offline")
        assert [each.get("outcome") for each in tablet.entries()[1:]] == [None, None]

        secured.server.start()
        secured.front.start()
        tablet.go()
        tablet.sent()
        told, _hash = secured.server.state(secured.server.now)
        assert [each["guests"] for each in told["tours"]["parties"]][-2:] == [2, 3]
        tell(f"{POINTS} green ticks of {POINTS}, 3 entries by https, 2 of them while nobody answered")


@pytest.mark.parametrize("outside", ["ended"], indirect=True)
def test_a_certificate_that_has_ended_is_named_and_everything_is_sent_after_the_renewal(
    secured: Secured, ended: Files, playwright: Playwright, chromium: str, certutil: str, tmp_path: Path
):
    trust(certutil, secured.files.root, tmp_path / "second")
    with device(playwright, chromium, tmp_path / "second", locale="en") as context:
        tablet = enrolled(context, secured.server)
        tablet.take_post("lin")
        tablet.sent()
        assert "ertificate" not in tablet.chip().inner_text()

        secured.show(ended)
        tablet.watch.may_be_down = True
        tablet.arrive(2)
        expect(tablet.chip()).to_have_attribute("data-state", "ended", timeout=WITHIN)
        expect(tablet.chip().locator(":scope > a")).to_contain_text("Certificate ended")
        expect(tablet.chip().locator(":scope > a")).to_contain_text("To send: 1")
        for size in (WIDE, PORTRAIT, PHONE, NARROW):
            sized(tablet.page, size)
            assert tablet.page.evaluate(OVERFLOW) == []
            keep_picture(tablet.page, f"certificate-ended-{size[0]}-en")
        sized(tablet.page, WIDE)

        secured.show(secured.files)
        tablet.go()
        tablet.sent()


def test_a_device_that_does_not_trust_the_root_is_told_what_to_do_by_plain_http(
    secured: Secured, playwright: Playwright, chromium: str, tmp_path: Path
):
    with device(playwright, chromium, tmp_path / "other", locale="en") as context:
        page = context.pages[0]
        with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
            page.goto(f"{secured.front.url}/tablet-check")
        page = context.new_page()
        page.goto(f"{secured.front.plain_url}/tablet-check")
        until(lambda: states(page)["secure"], "the address was not looked at")
        assert {point for point, state in states(page).items() if state} == {"secure"}
        assert states(page)["secure"] == "no"
        assert "Certificate Trust Settings" in page.locator("main").inner_text()
        with page.expect_download() as download:
            page.locator('a[href="/root.crt"]').click()
        assert "BEGIN" not in Path(download.value.path()).read_text("latin-1")
        keep_picture(page, "tablet-check-plain-en")


def test_plain_http_leads_to_https_and_a_browser_inside_another_app_out_of_it(
    secured: Secured, playwright: Playwright, chromium: str, certutil: str, tmp_path: Path
):
    trust(certutil, secured.files.root, tmp_path / "second")
    with device(playwright, chromium, tmp_path / "second", user_agent=OPEN_IN_WECHAT, locale="zh-CN") as context:
        page = context.pages[0]
        page.goto(f"{secured.front.plain_url}/sign-in")
        expect(page).to_have_url(f"{secured.front.url}/sign-in")
        for path in ("", "enrol", "tablet-check"):
            page.goto(f"{secured.front.url}/{path}")
            told = page.locator('.notice[data-tone="over"]').first
            expect(told).to_contain_text("微信")
            expect(told).to_contain_text(f"{secured.front.url}/")
        keep_picture(page, "tablet-check-wechat-zh-Hans")
