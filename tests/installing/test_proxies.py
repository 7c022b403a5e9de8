"""Behind a proxy: what it says is believed where THRESHOLD_PROXIES says so, and nowhere else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from webapp.factory import create_app, settings
from webapp.server import Server

FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9, 192.0.2.7", "X-Forwarded-Host": "evil.example"}


@pytest.fixture
def behind(sqlite_url: str, tmp_path: Path, builds: str) -> Callable[[int], Flask]:
    """The application behind so many proxies."""

    def made(proxies: int) -> Flask:
        places = {"DATABASE_URL": sqlite_url, "DATA_FOLDER": str(tmp_path), "BUILDS_FOLDER": builds}
        app = create_app({"SECRET_KEY": "for tests", "TESTING": True, "PROXIES": proxies} | places)
        app.add_url_rule("/seen", "seen", lambda: f"{request.scheme} {request.remote_addr} {request.host}")
        return app

    return made


def cookies(client: FlaskClient, **headers: str) -> list[str]:
    """The cookies that the sign-in sets."""
    return client.get("/sign-in", headers=headers | FORWARDED).headers.getlist("Set-Cookie")


@pytest.mark.parametrize(("proxies", "seen"), [
    (0, "http 127.0.0.1 localhost"), (1, "https 192.0.2.7 localhost"), (2, "http 203.0.113.9 localhost"),
])  # fmt: skip
def test_so_many_hops_are_believed_and_never_a_name(behind, proxies: int, seen: str):
    """With two, X-Forwarded-Proto has one value only, so the outer proxy said nothing."""
    assert behind(proxies).test_client().get("/seen", headers=FORWARDED).text == seen


def test_behind_a_proxy_a_form_is_bound_by_a_cookie_of_this_host_only(behind):
    (cookie,) = cookies(behind(1).test_client())
    assert cookie.startswith("__Host-form=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_without_one_forwarded_headers_change_nothing(behind):
    (cookie,) = cookies(behind(0).test_client())
    assert cookie.startswith("form=")
    assert "Secure" not in cookie


def test_a_form_is_sent_through_a_proxy_by_its_token_and_by_its_origin(behind):
    client = behind(1).test_client()
    origin = {"Origin": "https://localhost"} | FORWARDED
    assert client.post("/sign-in", data={"account": "nobody", "password": "wrong"}, headers=origin).status_code == 422
    assert client.post("/sign-in", data={"account": "nobody"}, headers=origin | {"Origin": "http://localhost"}).status_code == 403
    page = client.get("/sign-in", base_url="https://localhost", headers=FORWARDED).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    typed = {"account": "nobody", "password": "wrong", "csrf_token": token}
    assert client.post("/sign-in", data=typed, base_url="https://localhost", headers=FORWARDED).status_code == 422


def test_an_address_that_leads_outside_is_https_behind_a_proxy(behind):
    from flask import url_for

    for proxies, scheme in ((0, "http"), (1, "https")):
        app = behind(proxies)
        app.add_url_rule("/outside", "outside", lambda: url_for("tablets.enrol", _external=True))
        assert app.test_client().get("/outside", headers=FORWARDED).text == f"{scheme}://localhost/enrol"


def test_the_environment_says_how_many(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("THRESHOLD_PROXIES", raising=False)
    assert settings()["PROXIES"] == 0
    monkeypatch.setenv("THRESHOLD_PROXIES", "2")
    assert settings()["PROXIES"] == 2


def test_gunicorn_believes_nobody_by_itself(behind):
    server = Server(behind(0), "127.0.0.1:1", 1, 1)
    assert server.cfg.forwarded_allow_ips == []
