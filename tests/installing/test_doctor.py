"""`threshold doctor --tls`: one line for each thing that keeps tablets out, and an exit code for whoever watches by machine."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.nginx import free_port
from tests.tls import OURS, made, shown
from webapp.base import clock
from webapp.base.certificates import LEAF_DAYS, Files, make_leaf, names_of
from webapp.cli import main

DAY = clock.DAY
NAMES = ("localhost", "127.0.0.1")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """The authority of this site, as the environment tells of it."""
    monkeypatch.setenv("THRESHOLD_TLS", str(tmp_path / "tls"))
    monkeypatch.setenv("THRESHOLD_DATA", str(tmp_path))
    return Files(tmp_path / "tls", tmp_path / "tls" / "root-key.pem")


def asked(url: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["doctor", "--tls", "--url", url], catch_exceptions=False)
    return result.exit_code, result.output


def told(files: Files, *, status: int = 200, headers: tuple[tuple[str, str], ...] = OURS) -> tuple[int, str]:
    with shown(files, status, headers) as port:
        return asked(f"https://localhost:{port}")


def test_all_is_well(files: Files):
    made(files, clock.now())
    code, lines = told(files)
    assert code == 0
    assert {line.split()[0] for line in lines.splitlines()} == {"ok"}
    assert "a certificate for localhost, 127.0.0.1" in lines
    assert "our own root, which every tablet has to trust" in lines


@pytest.mark.parametrize(("left", "loud"), [(29, "soon"), (13, "this week"), (6, "now"), (0, "now")])
def test_the_end_is_told_ahead(files: Files, left: int, loud: str):
    made(files, clock.now() - (LEAF_DAYS - 1 - left) * DAY)
    code, lines = told(files)
    assert code == 3
    assert f"in {left} days. Renew it {loud};" in lines


def test_a_month_ahead_nothing_is_told_yet(files: Files):
    made(files, clock.now() - (LEAF_DAYS - 1 - 30) * DAY)
    assert told(files)[0] == 0


def test_one_that_has_ended_stops(files: Files):
    made(files, clock.now() - (LEAF_DAYS + 1) * DAY)
    code, lines = told(files)
    assert (code, "A browser refuses it: certificate has expired" in lines, "certificate ended on" in lines) == (1, True, True)


def test_a_root_that_is_not_ours_stops(files: Files):
    made(files, clock.now())
    files.root.unlink()
    code, lines = told(files)
    assert (code, "A browser refuses it" in lines) == (1, True)


def test_another_name_stops(files: Files):
    made(files, clock.now(), "tablets.lan")
    make_leaf(files, names_of(["tablets.lan"]), clock.now(), None)
    code, lines = told(files)
    assert (code, "mismatch" in lines) == (1, True)


def test_plain_http_stops(files: Files):
    code, lines = asked("http://tablets.lan")
    assert (code, "is not https" in lines) == (1, True)


def test_an_address_where_nobody_answers_stops(files: Files):
    code, lines = asked(f"https://localhost:{free_port()}")
    assert (code, "does not answer" in lines) == (1, True)


@pytest.mark.parametrize("headers", [OURS[:1], (OURS[0], ("Set-Cookie", "form=x; HttpOnly; Path=/"))])
def test_a_server_that_takes_requests_for_plain_http_stops(files: Files, headers: tuple[tuple[str, str], ...]):
    made(files, clock.now())
    code, lines = told(files, headers=headers)
    assert (code, "Set THRESHOLD_PROXIES" in lines) == (1, True)


@pytest.mark.parametrize(("status", "headers"), [(502, OURS), (200, OURS[1:])])
def test_something_else_behind_the_address_stops(files: Files, status: int, headers: tuple[tuple[str, str], ...]):
    made(files, clock.now())
    code, lines = told(files, status=status, headers=headers)
    assert (code, "Something else than Threshold answers" in lines) == (1, True)


@pytest.mark.parametrize(("hsts", "words"), [
    ("max-age=300", "on a certificate of our own"), ("max-age=300; includeSubDomains", "for other names"),
])  # fmt: skip
def test_a_promise_that_binds_too_much_is_told(files: Files, hsts: str, words: str):
    made(files, clock.now())
    code, lines = told(files, headers=(*OURS, ("Strict-Transport-Security", hsts)))
    assert (code, words in lines) == (3, True)
