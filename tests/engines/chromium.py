"""Chromium by Playwright, as in tests/browser/, at the words of the shared scenario."""

import os
import signal
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Playwright

from tests.browser.conftest import FLAGS, main_process
from tests.browser.hands import WITHIN, until
from tests.engines.engine import LANDSCAPE, Elsewhere, Engine

GONE = ("Execution context was destroyed", "navigat")


class Chromium(Engine):
    cookies = ("Default/Cookies", "cookies")

    def __init__(self, profile: Path, playwright: Playwright, chromium: str) -> None:
        super().__init__(profile)
        self._playwright, self._chromium = playwright, chromium
        self._context: BrowserContext | None = None

    def start(self) -> None:
        width, height = LANDSCAPE
        self._context = self._playwright.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=self._chromium,
            args=FLAGS,
            viewport={"width": width, "height": height},
            locale="zh-HK",
        )
        self._page.set_default_timeout(WITHIN)

    def kill(self) -> None:
        if self._context is None:
            return
        gone: list[object] = []
        self._context.on("close", lambda _context: gone.append(1))
        os.kill(main_process(self.profile), signal.SIGKILL)
        until(lambda: gone or not self._lives(), "the browser is still there")
        self._context = None

    def go(self, address: str) -> None:
        self._page.goto(address)

    def call(self, function: str) -> Any:
        try:
            return self._page.evaluate(function)
        except Error as problem:
            if any(each in problem.message for each in GONE):
                raise Elsewhere(problem.message) from problem
            raise

    def press(self, x: int, y: int) -> None:
        self._page.mouse.click(x, y)

    def keys(self, text: str) -> None:
        self._page.keyboard.type(text)

    def resize(self, width: int, height: int) -> None:
        self._page.set_viewport_size({"width": width, "height": height})

    def picture(self) -> bytes:
        return self._page.screenshot()

    @property
    def _page(self) -> Page:
        assert self._context is not None, "it is not open"
        return self._context.pages[0]

    def _lives(self) -> bool:
        try:
            self._page.evaluate("1")
        except Error:
            return False
        return True
