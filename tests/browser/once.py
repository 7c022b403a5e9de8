"""What there is one of in a process, whichever folder's tests ask for it first."""

import atexit
import re
from functools import cache

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser.hands import until
from tests.browser.served import AT, Server, shift_to


@cache
def playwright() -> Playwright:
    """The driver of browsers: it cannot be started twice."""
    started = sync_playwright().start()
    atexit.register(started.stop)
    return started


_sites: list[Server] = []


def demo_site(folders: pytest.TempPathFactory) -> Server:
    """The demo site on a morning, made by the product's own two commands; what runs by itself has run.

    There are some hundred entries to chain, else once more behind each copy.
    """
    if not _sites:
        made = Server(folders.mktemp("demo") / "site", shift_to(AT))
        made.folder.mkdir()
        made.run("migrate")
        made.run("demo")
        made.start()
        until(lambda: re.match("1 running$", made.run("jobs")), "the jobs are not done")
        made.stop()
        _sites.append(made)
    return _sites[0]
