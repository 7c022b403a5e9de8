"""A certificate that is about to end: the manager is told on the desk, the greeter only once nothing can be sent any more."""

import json
import struct
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pages.conftest import AT, Site, read
from tests.tls import made
from webapp.base import clock
from webapp.base.certificates import Files, fingerprint
from webapp.base.certificates import read as read_certificate

DAY = clock.DAY


@dataclass
class Known:
    """What the server has seen of its address."""

    ends_at: int | None

    def end(self) -> int | None:
        return self.ends_at


def knows(site: Site, left: float | None) -> int | None:
    end = None if left is None else AT + round(left * DAY)
    site.app.extensions["address"] = Known(end)
    return end


@pytest.mark.parametrize("path", ["/tablets", "/review"])
@pytest.mark.parametrize(("left", "tone"), [(29, "soon"), (6.5, "over"), (-1, "over")])
def test_the_manager_is_told_ahead(site: Site, path: str, left: float, tone: str):
    knows(site, left)
    text = read(site.desk("chen").get(f"{path}?lang=en").text).text()
    words = "The certificate of this address ended on" if left < 0 else "The certificate of this address ends on"
    assert words in text
    assert "cannot send" in text


@pytest.mark.parametrize("path", ["/tablets", "/review"])
@pytest.mark.parametrize("left", [31, None])
def test_a_certificate_that_lasts_is_not_spoken_of(site: Site, path: str, left: float | None):
    knows(site, left)
    assert "certificate of this address" not in site.desk("chen").get(f"{path}?lang=en").text


def test_a_day_that_is_over_has_nothing_to_do_with_it(site: Site):
    knows(site, 3)
    assert "certificate of this address" not in site.desk("chen").get("/review/2026-05-27?lang=en").text


def test_the_chip_of_a_tablet_knows_the_end_and_shows_nothing_of_it(site: Site):
    end = knows(site, 3)
    page = read(site.tablet("door").get("/en/door/").text)
    (chip,) = page.all("sync-chip")
    assert chip.attrs["ends"] == str(end)
    shown = [each for each in chip.children if each.tag != "template"]
    assert "ertificate" not in " ".join(each.text() for each in shown)
    (ended,) = [each for each in chip.all("template") if each.attrs["data-state"] == "ended"]
    assert ended.text() == "Certificate ended 31 May: tell the manager. To send:"


def test_a_tablet_that_is_no_browser_learns_the_end_with_its_pack(site: Site):
    asked = {"X-Threshold-Sync": "1"}
    end = knows(site, 3)
    assert site.tablet("door").get("/sync/pack", headers=asked).get_json()["certificate_ends_at"] == end
    knows(site, None)
    assert "certificate_ends_at" not in site.tablet("door").get("/sync/pack", headers=asked).get_json()


def test_the_root_is_offered_before_the_address_is_trusted_and_not_after(site: Site, tmp_path: Path):
    site.app.config["TLS_FOLDER"] = str(tmp_path / "tls")
    client = site.stranger()
    assert "/root.crt" not in client.get("/tablet-check").text
    made(Files(tmp_path / "tls", tmp_path / "root-key.pem"), clock.now(), "tablets.lan")
    page = client.get("/tablet-check?lang=en").text
    assert "/root.crt" in page
    assert fingerprint(read_certificate(tmp_path / "tls" / "root.pem")) in page
    assert "/root.crt" not in client.get("/tablet-check", base_url="https://localhost").text


def test_the_check_is_for_this_moment_only(site: Site):
    answer = site.stranger().get("/tablet-check")
    assert answer.headers["Cache-Control"] == "no-store"
    (check,) = read(answer.text).all("tablet-check")
    assert check.attrs["at"] == str(AT)


def file(site: Site, path: str) -> tuple[str, bytes]:
    """A static file: its kind and its bytes."""
    with site.stranger().get(path) as answer:
        assert answer.status_code == 200
        return answer.mimetype, answer.data


def test_an_app_can_be_installed_from_every_page(site: Site):
    page = read(site.stranger().get("/enrol").text)
    links = {each.attrs["rel"]: each.attrs["href"] for each in page.all("link")}
    kind, text = file(site, links["manifest"])
    assert kind == "application/manifest+json"
    told = json.loads(text)
    assert (told["id"], told["start_url"], told["scope"], told["display"]) == ("/", "/", "/", "standalone")
    folder = links["manifest"].rpartition("/")[0]
    sizes = {}
    for icon in [*told["icons"], {"src": links["apple-touch-icon"].rpartition("/")[2], "type": "image/png", "sizes": "180x180"}]:
        kind, picture = file(site, f"{folder}/{icon['src']}")
        assert kind == icon["type"]
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", picture[16:24])
            sizes[icon["src"]] = f"{width}x{height}"
            assert icon["sizes"] == sizes[icon["src"]]
    assert {"192x192", "512x512", "180x180"} == set(sizes.values())
