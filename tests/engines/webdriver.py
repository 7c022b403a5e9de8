"""As much of W3C WebDriver as a scenario needs, over urllib.

selenium would bring eleven packages along for these eight commands.
"""

import json
import urllib.error
import urllib.request
from typing import Any

GONE = {"no such window", "javascript error", "stale element reference", "no such frame", "unexpected alert open"}


class Refused(Exception):
    """A command that the driver did not carry out. `error`: the word of the specification for it."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(f"{error}: {message}")
        self.error = error


class Session:
    """A browser under the hands of the driver at an address."""

    def __init__(self, driver: str, capabilities: dict[str, Any]) -> None:
        self._base = f"{driver}/session"
        made = self._send("POST", "", {"capabilities": {"alwaysMatch": capabilities}})
        self._base += f"/{made['sessionId']}"
        self.told: dict[str, Any] = made["capabilities"]

    def post(self, command: str, **given: Any) -> Any:
        return self._send("POST", f"/{command}", given)

    def get(self, command: str) -> Any:
        return self._send("GET", f"/{command}", None)

    def _send(self, method: str, command: str, given: dict[str, Any] | None) -> Any:
        body = None if given is None else json.dumps(given).encode()
        asked = urllib.request.Request(self._base + command, body, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=90) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as problem:
            with problem:
                told = json.load(problem)["value"]
            raise Refused(told["error"], told["message"]) from None
