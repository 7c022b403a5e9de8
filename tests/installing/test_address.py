"""The https address as the server itself knows it: when its certificate ends, the root for tablets, HSTS."""

import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.nginx import free_port
from tests.tls import made, shown
from webapp.base import clock
from webapp.base.address import Watch, days_left, is_due, told
from webapp.base.certificates import Files, ends_at
from webapp.factory import create_app


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "tls", tmp_path / "tls" / "root-key.pem")


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path, builds: str) -> Callable[..., Flask]:
    """The application with these settings."""
    places = {
        "DATABASE_URL": sqlite_url,
        "DATA_FOLDER": str(tmp_path),
        "BUILDS_FOLDER": builds,
        "TLS_FOLDER": str(tmp_path / "tls"),
    }
    return lambda **more: create_app({"SECRET_KEY": "for tests", "TESTING": True} | places | more)


def test_the_end_is_seen_in_the_background_and_no_request_waits(files: Files):
    leaf = made(files, clock.now())
    with shown(files) as port:
        watch = Watch(f"https://localhost:{port}", files.root)
        assert watch.end() is None
        looking = [each for each in threading.enumerate() if each.name == "certificate"]
        for each in looking:
            each.join()
        assert watch.end() == ends_at(leaf)


def test_what_was_seen_is_kept_while_nobody_answers(files: Files):
    leaf = made(files, clock.now())
    with shown(files) as port:
        watch = Watch(f"https://localhost:{port}", files.root)
        assert watch.look() == ends_at(leaf)
    assert watch.look() == ends_at(leaf)


def test_an_address_that_never_answered_has_no_end(files: Files):
    assert Watch(f"https://localhost:{free_port()}", files.root).look() is None


def test_an_end_that_is_near_stands_in_the_log(files: Files, caplog: pytest.LogCaptureFixture):
    made(files, clock.now() - 390 * clock.DAY)
    with shown(files) as port:
        Watch(f"https://localhost:{port}", files.root).look()
    assert "certificate ends on" in caplog.text
    assert "in 6 days" in caplog.text


@pytest.mark.parametrize(("left", "due"), [(30, False), (29.9, True), (0, True), (-0.1, True)])
def test_a_certificate_is_spoken_of_within_thirty_days(left: float, due: bool):
    assert is_due(round(left * clock.DAY), 0) is due


def test_a_day_that_is_over_counts_as_over():
    assert days_left(-1, 0) == -1
    assert "ended on" in told(-1, 0)


def test_on_plain_http_there_is_no_certificate_to_watch(site: Callable[..., Flask]):
    assert site(PUBLIC_URL="http://127.0.0.1:8000").extensions["address"] is None


def test_the_root_is_handed_out_as_tablets_take_it(site: Callable[..., Flask], files: Files):
    client = site().test_client()
    assert client.get("/root.crt").status_code == 404
    made(files, clock.now())
    answer = client.get("/root.crt")
    assert (answer.status_code, answer.mimetype) == (200, "application/x-x509-ca-cert")
    assert answer.data == ssl.PEM_cert_to_DER_cert(files.root.read_text())


def test_no_key_is_ever_handed_out(site: Callable[..., Flask], files: Files):
    made(files, clock.now())
    client = site().test_client()
    secrets = [files.root_key.read_bytes(), files.key.read_bytes()]
    found = [client.get(path).data for path in ("/root.crt", "/tls/key.pem", "/key.pem", "/root-key.pem", "/static/tls/key.pem")]
    assert not [each for each in found if b"PRIVATE" in each or any(secret in each for secret in secrets)]


@pytest.mark.parametrize(("hsts", "scheme", "header"), [
    (0, "https", None), (300, "https", "max-age=300"), (300, "http", None),
])  # fmt: skip
def test_hsts_is_off_until_asked_for_and_never_for_other_names(
    site: Callable[..., Flask], hsts: int, scheme: str, header: str | None
):
    client = site(HSTS=hsts).test_client()
    for path in ("/sign-in", "/nowhere", "/healthz"):
        assert client.get(path, base_url=f"{scheme}://localhost").headers.get("Strict-Transport-Security") == header
