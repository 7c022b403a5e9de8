"""Three engines, each with a profile of its own."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import dev
from tests.browser.conftest import chromium, playwright, server, template  # noqa: F401 - the same site
from tests.browser.served import Server
from tests.engines.chromium import Chromium
from tests.engines.engine import Engine
from tests.engines.firefox import Firefox
from tests.engines.station import Station
from tests.engines.webkit import Screen, WebKit


@pytest.fixture(scope="session")
def screen() -> Iterator[Screen]:
    """What WebKit is drawn on."""
    made = Screen(shutil.which("Xvfb") or "Xvfb")
    yield made
    made.end()


@pytest.fixture(params=["chromium", "webkit", "firefox"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    made = _made(request, tmp_path / "profile")
    yield made
    made.kill()


def _made(request: pytest.FixtureRequest, profile: Path) -> Engine:
    if request.param == "chromium":
        return Chromium(profile, request.getfixturevalue("playwright"), request.getfixturevalue("chromium"))
    if request.param == "firefox":
        firefox = os.environ.get("FIREFOX") or dev.installed_firefox(shutil.which)
        if not firefox:
            pytest.skip("needs firefox: none was found")
        return Firefox(profile, firefox)
    found = dev.installed_webkit(shutil.which, dev.has_bindings)
    if not found:
        pytest.skip("needs webkit: its driver, its bindings for Python or Xvfb was not found")
    return WebKit(profile, found["WEBKIT_DRIVER"], found["WEBKIT_PYTHON"], request.getfixturevalue("screen").display)


@pytest.fixture
def station(engine: Engine, server: Server, request: pytest.FixtureRequest) -> Station:  # noqa: F811 - the fixture
    """The door's tablet, enrolled."""
    engine.start()
    made = Station(engine, server, request.node.callspec.params["engine"])
    made.enrol()
    return made
