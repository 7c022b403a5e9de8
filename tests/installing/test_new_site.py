"""A production start from nothing, by the commands of docs/installing.md: a site, passwords, tablets, a post."""

import re
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.browser.addresses import BAR, EVERY, STATION
from tests.browser.served import Server, shift_to
from webapp import opening
from webapp.base import clock, sheet
from webapp.cli import main

pytestmark = pytest.mark.slow
Tell = Callable[[str], None]
SECRET = "for tests, thirty-two characters"
PASSWORD = "three grey herons"
AT = clock.instant_of(clock.local(1_780_000_000_000, "Asia/Shanghai").replace(hour=10, minute=42))
FIGURE = re.compile(r'class="figure__value num">([^<]+)<')
DAY = re.compile(r"20\d\d-\d\d-\d\d")
NAMED = re.compile(r"[0-9a-f]{8}-")
"""An address with an id of the demo's in it."""
PLAN = opening.plan(sheet.read(opening.example().encode(), opening.SITE).tree)


def named(section: str, key: str) -> str:
    """The id of a row of the example."""
    return next(step.id for step in PLAN.steps if step.path == (section, key))


@dataclass
class Client:
    """A browser as far as cookies and forms go."""

    url: str
    jar: CookieJar = field(default_factory=CookieJar)

    def ask(self, path: str, **form: str) -> tuple[int, str]:
        """The status of an address and its page; a form is posted, and a redirect not followed."""
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self.url + path, data, {"Sec-Fetch-Site": "same-origin"})
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), Stays)
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()


class Stays(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like another."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


@pytest.fixture
def server(tmp_path: Path, builds: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Nothing but an empty folder and an environment; commands typed here find the same."""
    found = Server(tmp_path / "data", shift_to(AT))
    found.folder.mkdir()
    (found.folder / "builds").symlink_to(builds)
    for name, value in {"THRESHOLD_DATA": str(found.folder), "THRESHOLD_SECRET": SECRET}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with clock.standing_at(lambda: found.now):
        yield found
    if found.is_up:
        found.stop()


def typed(*words: str, said: str = "") -> Result:
    """A command as somebody types it, with what is typed at its questions."""
    return CliRunner().invoke(main, list(words), input=said)


def done(*words: str, said: str = "") -> str:
    told = typed(*words, said=said)
    assert told.exit_code == 0, told.output
    return told.output


def test_a_production_start_from_nothing(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tell: Tell):
    file = tmp_path / "site.yaml"
    assert "threshold migrate" in typed("sites", "open", "-", said=opening.example()).output
    done("migrate")
    file.write_text(done("sites", "example"))
    assert "JHT is open, by" in done("sites", "open", str(file))
    assert "nothing was changed" in done("sites", "open", str(file))
    with monkeypatch.context() as forgotten:
        forgotten.delenv("THRESHOLD_SECRET")
        told = typed("doctor")
        assert (told.exit_code, "THRESHOLD_SECRET is not set" in told.output) == (1, True), "a real site has a secret of its own"
    told = done("doctor")
    assert (told.splitlines()[-1], "no site yet" in told) == ("ready", False)
    server.start()

    desk, leader = Client(server.url), Client(server.url)
    _nobody_signs_in(desk)
    for account in ("zhou", "chen"):
        done("staff", "password", account, said=f"{PASSWORD}\n{PASSWORD}\n")
    assert desk.ask("/sign-in", account="zhou", password="cloud-terrace")[0] == 422
    assert desk.ask("/sign-in", account="zhou", password=PASSWORD)[0] == 303
    assert leader.ask("/sign-in", account="chen", password=PASSWORD)[0] == 303
    done("staff", "code", "靜怡", "--project", "JHT", said="204618\n204618\n")

    door, bar = _taken_in(server, leader), Client(server.url)
    take = {"post": named("posts", "door"), "_person": named("people", "lin"), "_shown": "1"}
    assert door.ask("/zh-Hant/door/do/shifts.take_post", **take, _code="731945")[0] == 422
    assert door.ask("/zh-Hant/door/do/shifts.take_post", **take, _code="204618")[0] == 303
    state = done("state", "--project", "JHT", "--at", str(server.now), "--json")
    assert f'"person":"{named("people", "lin")}","post":"{named("posts", "door")}","what":"taken"' in state

    code = done("tablets", "enrol", "--project", "JHT", "--name", "Bar", "--station", "bar").strip()
    assert bar.ask("/enrol", code=code)[0] == 200
    looked = [
        (each, {STATION: door, BAR: bar}.get(each.kind, leader if each.path.endswith("close") else desk))
        for each in EVERY
        if not NAMED.search(each.path)
    ]
    told = {each.path: client.ask(each.address("zh-Hant"))[0] for each, client in looked}
    of_a_day = {path: status for path, status in told.items() if DAY.search(path)}
    assert set(of_a_day.values()) == {404}, "days before this site began"
    assert not {path for path in told.keys() - of_a_day if told[path] not in (200, 302, 303)}, "nothing has happened here yet"
    tell(f"{len(looked)} pages of a site that was opened from a file")


def _nobody_signs_in(stranger: Client) -> None:
    """Neither with what is in the file, nor with what the demo has, nor with nothing."""
    for account in ("zhou", "lin", "周致和"):
        for password in ("", "cloud-terrace"):
            assert stranger.ask("/sign-in", account=account, password=password)[0] == 422
    assert stranger.ask("/tablets", name="Mine", station="door")[0] == 303
    assert stranger.ask("/zh-Hant/door/")[0] == 401


def _taken_in(server: Server, desk: Client) -> Client:
    """A tablet at the door: a code from the desk, typed there, approved at the desk."""
    tablet = Client(server.url)
    shown = FIGURE.search(desk.ask("/tablets", name="Door", station="door")[1])
    assert shown
    assert tablet.ask("/enrol", code=shown[1])[0] == 303
    claim = FIGURE.search(tablet.ask("/enrol/claim")[1])
    assert claim
    assert desk.ask(f"/tablets/claims/{claim[1]}", approved="yes")[0] == 303
    assert tablet.ask("/enrol/claim", again="1")[0] == 200
    return tablet


def test_killed_while_it_opens_it_goes_on(server: Server, rounds: int, tell: Tell):
    done("migrate")
    every, killed = (20 if rounds == 1 else 3), 0
    armed = server._environment() | {"THRESHOLD_FAULT": f"committed-not-answered:{every}", "THRESHOLD_TESTING": "1"}
    opens = server._command("sites", "open", "-")
    while (
        last := subprocess.run(opens, env=armed, input=opening.example(), capture_output=True, text=True, check=False)
    ).returncode:
        assert last.returncode == -signal.SIGKILL, last.stderr
        killed += 1
        assert "There is no project JHT" in typed("state", "--project", "JHT", "--at", "0", "--json").output
    assert killed == (len(PLAN.steps) - 1) // every
    assert "nothing was changed" in done("sites", "open", "-", said=opening.example())
    tell(f"{killed} kills, each after {every} operations; {len(PLAN.steps)} operations were wanted")
