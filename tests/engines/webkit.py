"""WebKitGTK under Xvfb, by WebKitWebDriver, with our own small browser that keeps its profile."""

import base64
import os
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.browser.hands import until
from tests.browser.served import free_port
from tests.engines.engine import LANDSCAPE, Elsewhere, Engine, killed
from tests.engines.webdriver import Refused, Session

BROWSER = Path(__file__).parent / "webkit_browser.py"
STARTS_WITHIN = 60_000
CALL = """const done = arguments[arguments.length - 1];
(FUNCTION)().then((answer) => done({ answer }), (error) => done({ error: String(error) }));"""


class Screen:
    """A screen that nobody sees."""

    def __init__(self, xvfb: str) -> None:
        reading, writing = os.pipe()
        command = [xvfb, "-displayfd", str(writing), "-screen", "0", "1400x1400x24", "-nolisten", "tcp"]
        self._process = subprocess.Popen(
            command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            self.display = f":{told.readline().strip()}"

    def end(self) -> None:
        killed(self._process)


class WebKit(Engine):
    """`driver`: WebKitWebDriver. `python`: one with the bindings of GTK and WebKit."""

    cookies = ("cookies.sqlite", "moz_cookies")

    def __init__(self, profile: Path, driver: str, python: str, display: str) -> None:
        super().__init__(profile)
        self._driver, self._python, self._display = driver, python, display
        self._process: subprocess.Popen[bytes] | None = None
        self._session: Session | None = None

    def start(self) -> None:
        port = free_port()
        self.profile.mkdir(exist_ok=True)
        with (self.profile / "browser.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._driver, f"--port={port}"], env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )
        address = f"http://127.0.0.1:{port}"
        until(lambda: _answers(address), "WebKitWebDriver does not answer", within=STARTS_WITHIN)
        wish = {"binary": self._python, "args": [str(BROWSER), str(self.profile)]}
        self._session = Session(address, {"browserName": "MiniBrowser", "webkitgtk:browserOptions": wish})
        self._session.post("timeouts", script=60_000, pageLoad=60_000)
        self.resize(*LANDSCAPE)

    def kill(self) -> None:
        if self._process is not None:
            killed(self._process)
        self._process = self._session = None

    def go(self, address: str) -> None:
        self._at.post("url", url=address)

    def call(self, function: str) -> Any:
        try:
            told = self._at.post("execute/async", script=CALL.replace("FUNCTION", function), args=[])
        except Refused as problem:
            if problem.error in {"no such window", "javascript error", "script timeout"}:
                raise Elsewhere(str(problem)) from problem
            raise
        if told is None:
            raise Elsewhere("nothing was answered")
        assert "error" not in told, told["error"]
        return told["answer"]

    def press(self, x: int, y: int) -> None:
        moves = [
            {"type": "pointerMove", "duration": 0, "x": x, "y": y, "origin": "viewport"},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "finger", "parameters": {"pointerType": "mouse"}, "actions": moves})

    def keys(self, text: str) -> None:
        strokes = [{"type": kind, "value": each} for each in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keys", "actions": strokes})

    def resize(self, width: int, height: int) -> None:
        self._at.post("window/rect", x=0, y=0, width=width, height=height)
        until(lambda: self.asked("() => [innerWidth, innerHeight]") == [width, height], "the window does not take its size")

    def picture(self) -> bytes:
        return base64.b64decode(self._at.get("screenshot"))

    @property
    def _at(self) -> Session:
        assert self._session is not None, "it is not open"
        return self._session

    def _act(self, source: dict[str, Any]) -> None:
        self._at.post("actions", actions=[source])

    def _environment(self) -> dict[str, str]:
        own = {"DISPLAY": self._display, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
        return os.environ | own | {"XDG_RUNTIME_DIR": str(self.profile)}


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/status", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
