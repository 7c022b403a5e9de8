"""Listens to everything a browser complains of, so that a test can say: there was nothing."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, WebError, Worker

DOWN = ("net::ERR_", "Failed to load resource", "Failed to fetch", "ServiceWorker script")
"""What a browser may say while there is nobody to answer."""

ANSWERED = "the server responded with a status of 422"
"""A form that has to be mended is an answer, which Chromium takes for a failure."""


@dataclass
class Watch:
    """What went wrong in a context: errors of scripts, warnings of the console, reports of the policy."""

    found: list[str] = field(default_factory=list)
    may_be_down: bool = False

    def over(self, context: BrowserContext) -> "Watch":
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("serviceworker", self._worker)
        return self

    def nothing(self) -> None:
        """Nothing was complained of since the last look."""
        found, self.found = self.found, []
        assert not found, "\n".join(found)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._note(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _error(self, error: WebError) -> None:
        self._note(f"script: {error.error}")

    def _worker(self, worker: Worker) -> None:
        worker.on("console", self._console)

    def _note(self, words: str) -> None:
        is_expected = ANSWERED in words or (self.may_be_down and any(each in words for each in DOWN))
        if not is_expected:
            self.found.append(words)
