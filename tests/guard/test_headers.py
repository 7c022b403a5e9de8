"""Every answer carries the whole set of headers, whatever became of the request (design.md section 7)."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.guard.visitors import both
from tests.pages.conftest import OURS, Site
from webapp import demo
from webapp.base.assets import address
from webapp.base.headers import HEADERS

SYNC = {"X-Threshold-Sync": "1"}
ANSWERS: dict[str, tuple[int, Callable[[FlaskClient], TestResponse]]] = {
    "a station's page": (200, lambda client: client.get("/zh-Hant/door/")),
    "a desk's page": (200, lambda client: client.get("/review")),
    "a redirect": (302, lambda client: client.get("/")),
    "after a post": (303, lambda client: client.post("/sign-out", headers=OURS)),
    "a post from elsewhere": (403, lambda client: client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})),
    "no such page": (404, lambda client: client.get("/nowhere")),
    "no such page of the door": (404, lambda client: client.get("/sync/nowhere")),
    "no such method": (405, lambda client: client.delete("/review", headers=OURS)),
    "too much": (413, lambda client: client.post("/enrol", data={"code": "x" * 5_000_000}, headers=OURS)),
    "too much at the sync door": (413, lambda client: client.post("/sync/operations", data="x" * 5_000_000,
                                                                  content_type="application/json", headers=SYNC)),
    "something to mend": (422, lambda client: client.post("/enrol", data={"code": "x"}, headers=OURS)),
    "not JSON": (400, lambda client: client.post("/sync/operations", data="{", content_type="application/json", headers=SYNC)),
    "a pack": (200, lambda client: client.get("/sync/pack", headers=SYNC)),
    "the worker": (200, lambda client: client.get("/service-worker.js")),
    "a script": (200, lambda client: client.get(address("js/main.js"))),
    "a style": (200, lambda client: client.get(address("css/all.css"))),
    "no such script": (404, lambda client: client.get("/static/none/js/main.js")),
    "health": (200, lambda client: client.get("/healthz")),
}  # fmt: skip


def missing(answer: TestResponse) -> dict[str, str | None]:
    return {name: answer.headers.get(name) for name, value in HEADERS.items() if answer.headers.get(name) != value}


@pytest.mark.parametrize("case", ANSWERS)
def test_every_answer_has_them_all(site: Site, case: str):
    status, ask = ANSWERS[case]
    answer = ask(both(site))
    assert (answer.status_code, missing(answer)) == (status, {})
    assert answer.headers["Cache-Control"]
    answer.close()


@pytest.mark.parametrize("path", ["/review", "/sync/pack"])
def test_a_fault_of_ours_has_them_and_tells_nothing(site: Site, path: str, monkeypatch: pytest.MonkeyPatch):
    def broken(*_args: object) -> None:
        raise RuntimeError("the secret of the house")

    site.app.config.update(PROPAGATE_EXCEPTIONS=False, TESTING=False)
    monkeypatch.setattr("webapp.base.database.snapshot", broken)
    answer = both(site).get(path, headers=SYNC)
    assert (answer.status_code, missing(answer)) == (500, {})
    assert "secret" not in answer.text


def test_a_busy_database_has_them_too(site: Site, monkeypatch: pytest.MonkeyPatch):
    def busy(*_args: object) -> None:
        raise sa.exc.OperationalError("select", {}, Exception("locked"))

    monkeypatch.setattr("webapp.base.database.snapshot", busy)
    answer = both(site).get("/review")
    assert (answer.status_code, missing(answer), answer.headers["Retry-After"]) == (503, {}, "2")


def test_nothing_may_run_but_our_own_files():
    policy = dict(part.partition(" ")[::2] for part in HEADERS["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert not [name for name, value in policy.items() if "unsafe" in value or "*" in value or "http:" in value]
    assert policy["require-trusted-types-for"] == "'script'"


@pytest.mark.parametrize(("base", "flags"), [("http://localhost", set()), ("https://localhost", {"Secure"})])
def test_the_cookie_of_a_desk_is_for_the_server_alone(site: Site, base: str, flags: set[str]):
    form = {"account": "chen", "password": demo.PASSWORD}
    cookie = site.stranger().post("/sign-in", data=form, headers=OURS, base_url=base).headers["Set-Cookie"]
    told = set(cookie.split("; "))
    assert {"HttpOnly", "SameSite=Lax", "Path=/", *flags} <= told
    assert cookie.startswith("__Host-session=" if flags else "session=")
    assert "Domain" not in cookie
