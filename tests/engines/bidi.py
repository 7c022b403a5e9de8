"""As much of WebDriver BiDi as a scenario needs: commands and their answers over one websocket. Events are not asked for."""

import json
from contextlib import ExitStack
from typing import Any

from websockets.sync.client import ClientConnection, connect

LARGEST = 64 * 1024 * 1024
ANSWERS_WITHIN = 90


class Refused(Exception):
    """A command that the browser did not carry out. `error`: the word of the specification for it."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(f"{error}: {message}")
        self.error = error


class Session:
    """A browser that listens at an address (`ws://…`)."""

    def __init__(self, address: str) -> None:
        self._open = ExitStack()
        self._socket: ClientConnection = self._open.enter_context(connect(f"{address}/session", max_size=LARGEST, proxy=None))
        self._number = 0
        self.send("session.new", capabilities={})

    def send(self, method: str, **given: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": given}))
        while True:
            told = json.loads(self._socket.recv(timeout=ANSWERS_WITHIN))
            if told.get("id") == self._number:
                break
        if told["type"] == "error":
            raise Refused(told["error"], told["message"])
        answer: dict[str, Any] = told["result"]
        return answer

    def close(self) -> None:
        self._open.close()
