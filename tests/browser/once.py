"""What there is one of in a process, whichever folder's tests ask for it first."""

import atexit
from functools import cache

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser.served import AT, Server, shift_to


@cache
def playwright() -> Playwright:
    """The driver of browsers: it cannot be started twice."""
    started = sync_playwright().start()
    atexit.register(started.stop)
    return started


_sites: list[Server] = []


def demo_site(folders: pytest.TempPathFactory) -> Server:
    """The demo site on a morning, made by the product's own two commands."""
    if not _sites:
        made = Server(folders.mktemp("demo") / "site", shift_to(AT))
        made.folder.mkdir()
        made.run("migrate")
        made.run("demo")
        _sites.append(made)
    return _sites[0]
