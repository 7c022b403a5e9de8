"""The folds of a long form stay as whoever writes has left them."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.addresses import WRITER
from tests.browser.looks import signed_in
from tests.browser.served import Server
from tests.browser.watch import Watch
from webapp import demo

pytestmark = pytest.mark.browser


def test_folds_stay_as_they_were_when_a_row_is_moved(browser: Browser, shared_server: Server):
    context = browser.new_context(locale="en-GB")
    watch = Watch().over(context)
    page = signed_in(shared_server, context, WRITER, "documents")
    page.goto(f"{shared_server.url}/documents/{demo.named('document', 'script.a')}/edit?lang=en")
    folds = page.locator("details:has([data-fold])")
    for number in (2, 5, 7, 2):
        folds.nth(number).locator("summary").first.click()
    folds.nth(5).get_by_role("button", name="Move up", exact=True).click()
    expect(page.locator("details[open]:has([data-fold])")).to_have_count(2)
    assert [number for number in range(folds.count()) if folds.nth(number).get_attribute("open") is not None] == [4, 7]
    context.close()
    watch.nothing()
