"""docs/installing.md: what it names is there, and road C works as it says."""

import re
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.browser.served import Server
from tests.nginx import ROOT, SITE, Nginx, Tls
from webapp.cli import main

PAGE = (ROOT / "docs" / "installing.md").read_text("utf-8")
COMING: set[str] = set()
"""Named before it is built."""

CODE = "\n".join(path.read_text("utf-8") for path in (ROOT / "webapp").rglob("*.py"))


def named() -> set[str]:
    """Every `threshold` command that the page names in its code, as far as there are words."""
    blocks = re.findall(r"^```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    lines = [line.split("=", 1)[-1] for block in blocks for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", PAGE)
    found = [re.match(r"(?:threshold|run|/\S+/bin/threshold)((?: [a-z]+\b)+)", line) for line in lines]
    return {each[1].strip() for each in found if each}


def is_there(words: str) -> bool:
    command: click.Command | None = main
    for word in words.split():
        if not isinstance(command, click.Group):
            return True  # the rest are its own words
        command = command.commands.get(word)
        if command is None:
            return False
    return True


def test_it_names_commands():
    assert {"doctor", "tls ca", "tls renew", "serve", "migrate", "backup", "copy", *COMING} <= named()


@pytest.mark.parametrize("words", sorted(named() - COMING))
def test_every_command_is_there(words: str):
    assert is_there(words), f"threshold {words}"


def test_every_setting_is_read():
    settings = set(re.findall(r"\bTHRESHOLD_[A-Z]+\b", PAGE))
    assert len(settings) >= 6
    assert not [each for each in settings if f'"{each}"' not in CODE]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", PAGE))))
def test_every_link_leads_somewhere(target: str):
    assert (ROOT / "docs" / target).exists()


def test_the_paths_of_the_page_are_those_of_the_nginx_file():
    site = SITE.read_text()
    for path in re.findall(r"/etc/threshold/tls\b", PAGE):
        assert f"{path}/chain.pem" in site
    assert "THRESHOLD_PROXIES=1" in site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Server, Nginx]]:
    """Migrated, certified and open, by the commands of the page; nothing is in it yet."""
    keys = tmp_path / "tls"
    server = Server(tmp_path / "data", 0)
    server.folder.mkdir()
    front = Nginx(tmp_path / "nginx", [server.port], Tls(keys / "chain.pem", keys / "key.pem"), "localhost")
    server.settings = {
        "THRESHOLD_URL": front.url, "THRESHOLD_PROXIES": "1", "THRESHOLD_TLS": str(keys),
        "THRESHOLD_SECRET": "for tests, thirty-two characters",
    }  # fmt: skip
    server.run("tls", "ca", "--name", "localhost", "--root-key", str(tmp_path / "stick" / "root-key.pem"))
    server.run("migrate")
    server.start()
    front.start()
    yield server, front
    front.stop()
    if server.is_up:
        server.stop()


@pytest.mark.slow
def test_road_c_is_well_and_each_thing_left_out_is_named(site: tuple[Server, Nginx]):
    server, front = site
    told = server.run("doctor", "--tls")
    assert [line.split()[0] for line in told.splitlines()] == ["ok"] * 5, told
    with urllib.request.urlopen(f"{front.plain_url}/root.crt", timeout=10) as answer:
        assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
    server.stop()
    assert "Something else than Threshold answers there (status 502)" in refused(server)
    server.settings["THRESHOLD_PROXIES"] = "0"
    server.start()
    assert "Set THRESHOLD_PROXIES" in refused(server)
    front.stop()
    assert "does not answer" in refused(server)


def refused(server: Server) -> str:
    told = subprocess.run(
        server._command("doctor", "--tls"), env=server._environment(), capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    return told.stdout
