"""What a scenario asks of a browser, so that three engines run one text."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from tests.browser.hands import until

LANDSCAPE = (1180, 820)

# The middle of the first that is shown, once nothing lies over it.
POINT = """(css) => {
  const shown = (each) => each.checkVisibility ? each.checkVisibility() : each.getClientRects().length > 0;
  const found = [...document.querySelectorAll(css)].find(shown);
  if (!found) return null;
  found.scrollIntoView({ block: "center", behavior: "instant" });
  const { left, top, width, height } = found.getBoundingClientRect();
  const point = [Math.round(left + width / 2), Math.round(top + height / 2)];
  return found.contains(document.elementFromPoint(...point)) ? point : null;
}"""
CHOOSE = """(css, value) => {
  const found = document.querySelector(css);
  if (!found || found.disabled || ![...found.options].some((one) => one.value === value)) return false;
  found.value = value;
  for (const type of ["input", "change"]) found.dispatchEvent(new Event(type, { bubbles: true }));
  return found.value === value;
}"""


class Elsewhere(Exception):
    """The page went away while it was asked."""


class Engine(ABC):
    """A browser with a profile of its own on the disk, which outlives it.

    The words of a scenario (`tap`, `type`, …) stand here; an engine gives what they are made of.
    """

    cookies: tuple[str, str]
    """Where in the profile the cookies lie, and the table of theirs."""

    def __init__(self, profile: Path) -> None:
        self.profile = profile

    # what an engine gives

    @abstractmethod
    def start(self) -> None:
        """Open the browser on its profile, one window of 1180 by 820."""

    @abstractmethod
    def kill(self) -> None:
        """As when the battery is empty: no chance to write anything down. Nothing where it does not run."""

    @abstractmethod
    def go(self, address: str) -> None:
        """Open an address and wait until it is loaded."""

    @abstractmethod
    def call(self, function: str) -> Any:
        """What an async JavaScript function without parameters answers: a text, a number, a truth or nothing."""

    @abstractmethod
    def press(self, x: int, y: int) -> None:
        """A real press of the pointer there."""

    @abstractmethod
    def keys(self, text: str) -> None:
        """Real keys, one after the other, wherever the focus is."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """The page's own measures, in CSS pixels."""

    @abstractmethod
    def picture(self) -> bytes:
        """What is seen now, as PNG."""

    # what a scenario says

    def ask(self, function: str, *given: Any) -> Any:
        """What a function answers in the page. `given` and the answer are plain data."""
        answer = self.call(f"async () => JSON.stringify((await ({function})(...{json.dumps(given)})) ?? null)")
        return json.loads(answer)

    def asked(self, function: str, *given: Any) -> Any:
        """As `ask`, but None where the page is just going away."""
        try:
            return self.ask(function, *given)
        except Elsewhere:
            return None

    def tap(self, css: str) -> None:
        """Press the middle of the first that is shown, once it lies still and nothing lies over it."""
        seen: list[Any] = [None]

        def still() -> Any:
            seen.append(self.asked(POINT, css))
            return seen[-1] if seen[-1] == seen[-2] else None

        self.press(*until(still, f"{css} cannot be tapped"))

    def type(self, css: str, text: str) -> None:
        """Tap a field and type into it; what was in it goes."""
        self.tap(css)
        self.ask("(css) => document.querySelector(css).select()", css)
        self.keys(text)

    def choose(self, css: str, value: str) -> None:
        """An entry of a <select>. Its list belongs to the system, so this is done by script."""
        until(lambda: self.asked(CHOOSE, css, value), f"{css} does not offer {value}")

    def has(self, css: str) -> bool:
        return bool(self.asked("(css) => Boolean(document.querySelector(css))", css))

    def text(self, css: str) -> str:
        """What is read there; empty where there is nothing."""
        return str(self.asked("(css) => document.querySelector(css)?.innerText.trim() ?? ''", css) or "")

    def sees(self, css: str, text: str | None = None) -> None:
        """Wait until it is shown, and says this."""
        shown = f"{css} is not shown" + (f" with {text}, but with {self.text(css)}" if text is not None else "")
        looks = "(css) => [...document.querySelectorAll(css)].some((each) => each.getClientRects().length > 0)"
        until(lambda: self.text(css) == text if text is not None else self.asked(looks, css), shown)

    def has_cookie(self, name: str) -> bool:
        """Whether it is on the disk: browsers write cookies down some time after they were set."""
        found, table = self.profile / self.cookies[0], self.cookies[1]
        with tempfile.TemporaryDirectory() as folder:  # the browser may hold a lock on its own
            for path in found.parent.glob(found.name + "*"):
                shutil.copy(path, folder)
            try:
                with sqlite3.connect(Path(folder) / found.name) as database:
                    count = database.execute(f"select count(*) from {table} where name = ?", (name,)).fetchone()[0]
                database.close()
            except sqlite3.DatabaseError:
                return False
        return bool(count)


def killed(process: subprocess.Popen[Any]) -> None:
    """End a program that leads its own group and all that it started, with no chance to do anything more."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait(30)
