"""Firefox by WebDriver BiDi, which it speaks itself: no driver stands in between."""

import base64
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.browser.hands import until
from tests.engines.bidi import Refused, Session
from tests.engines.engine import LANDSCAPE, Elsewhere, Engine, killed

STARTS_WITHIN = 60_000
SETTINGS = """
user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("browser.sessionstore.resume_from_crash", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.update.enabled", false);
user_pref("intl.accept_languages", "zh-HK,zh,en");
user_pref("messaging-system.rsexperimentloader.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,#remote-settings-dummy/v1");
user_pref("toolkit.startup.max_resumed_crashes", -1);
user_pref("toolkit.telemetry.enabled", false);
"""
"""It asks nobody but our own server, and a browser that was killed comes back without questions."""
LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
GONE = {"no such frame", "no such realm", "no such window", "unknown error"}


class Firefox(Engine):
    cookies = ("cookies.sqlite", "moz_cookies")

    def __init__(self, profile: Path, firefox: str) -> None:
        super().__init__(profile)
        self._firefox = firefox
        self._process: subprocess.Popen[bytes] | None = None
        self._session: Session | None = None
        self._page = ""

    def start(self) -> None:
        self.profile.mkdir(exist_ok=True)
        (self.profile / "user.js").write_text(SETTINGS)
        log = self.profile / "browser.log"
        command = [
            self._firefox,
            "--headless",
            "--no-remote",
            "--profile",
            str(self.profile),
            "--remote-debugging-port=0",
            "about:blank",
        ]
        with log.open("wb") as said:
            self._process = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
        found = until(lambda: LISTENS.search(log.read_text(errors="replace")), "Firefox does not listen", within=STARTS_WITHIN)
        self._session = Session(found.group(1))
        self._page = self._session.send("browsingContext.getTree")["contexts"][0]["context"]
        self.resize(*LANDSCAPE)

    def kill(self) -> None:
        if self._process is not None:
            killed(self._process)
        if self._session is not None:
            self._session.close()
        self._process = self._session = None

    def go(self, address: str) -> None:
        self._send("browsingContext.navigate", url=address, wait="complete")

    def call(self, function: str) -> Any:
        target = {"context": self._page}
        try:
            told = self._send("script.callFunction", functionDeclaration=function, awaitPromise=True, target=target)
        except Refused as problem:
            if problem.error in GONE:
                raise Elsewhere(str(problem)) from problem
            raise
        assert told["type"] == "success", told["exceptionDetails"]["text"]
        return told["result"].get("value")

    def press(self, x: int, y: int) -> None:
        moves = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "finger", "parameters": {"pointerType": "touch"}, "actions": moves})

    def keys(self, text: str) -> None:
        strokes = [{"type": kind, "value": each} for each in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keys", "actions": strokes})

    def resize(self, width: int, height: int) -> None:
        self._send("browsingContext.setViewport", viewport={"width": width, "height": height})

    def picture(self) -> bytes:
        return base64.b64decode(self._send("browsingContext.captureScreenshot")["data"])

    def _send(self, method: str, **given: Any) -> dict[str, Any]:
        assert self._session is not None, "it is not open"
        about = {} if method == "script.callFunction" else {"context": self._page}
        return self._session.send(method, **about, **given)

    def _act(self, source: dict[str, Any]) -> None:
        self._send("input.performActions", actions=[source])
