"""Folds stay as whoever reads or writes has left them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.addresses import WRITER
from tests.browser.hands import WITHIN, Tablet
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


def test_a_fold_that_was_opened_stays_so_when_a_newer_copy_of_its_page_takes_its_place(tablet: Callable[..., Tablet]):
    here = tablet()
    here.take_post("lin")
    here.arrive(2)
    here.sent()
    here.go(f"parties/{here.entries()[-1]['id']}")
    mark = here.page.locator("meta[name=threshold-mark]")
    here.page.locator("main details > summary").last.click()
    other = replace(here, page=here.context.new_page())
    other.go()
    other.arrive(3)
    head = other.kept()["head"]
    expect(mark).to_have_attribute("content", f"{head['epoch']}:{head['seq']}", timeout=WITHIN)
    folds = here.page.locator("main details")
    assert [each.get_attribute("open") is not None for each in folds.all()] == [False] * (folds.count() - 1) + [True]
    expect(here.page.locator('main operation-form[operation="tours.ask"] [name=text]')).to_be_visible()
