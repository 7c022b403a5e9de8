"""Keys and things at a tablet without a network."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.hands import Tablet
from webapp import demo

pytestmark = pytest.mark.browser


@pytest.mark.clause("P2-4.3.1f")
def test_a_key_is_taken_and_given_back_while_the_server_is_gone(tablet: Callable[..., Tablet]):
    here = tablet(viewport={"width": 320, "height": 640})
    here.server.stop()
    here.watch.may_be_down = True
    here.take_post("lin")
    here.go("handover/things")
    assert here.page.evaluate("document.documentElement.scrollWidth") == 320
    line = here.page.locator("main li", has_text="K-02")
    line.get_by_role("button", name="領取").click()
    expect(line.get_by_role("button", name="歸還")).to_be_visible()
    expect(line.get_by_role("button", name="領取")).to_be_hidden()
    here.go("handover/things")
    expect(line.get_by_role("button", name="歸還")).to_be_visible()
    line.get_by_role("button", name="歸還").click()
    expect(line.get_by_role("button", name="領取")).to_be_visible()
    kept = [entry["operation"] for entry in here.entries()]
    assert kept == ["shifts.take_post", "custody.take", "custody.give_back"]
    here.go("outbox")
    expect(here.page.locator("outbox-list .rows__row", has_text="K-02")).to_have_count(2)
    assert {entry["body"] for entry in here.entries()[1:]} == {f'{{"asset":"{demo.named("thing", "K-02")}"}}'}
