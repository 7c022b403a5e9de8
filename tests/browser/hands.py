"""A person's hands at a tablet: what is tapped and what is read, whatever language the page speaks."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from playwright.sync_api import BrowserContext, Error, Locator, Page, expect

from tests.browser.served import Server
from tests.browser.watch import Watch
from webapp import demo

T = TypeVar("T")

PAGES = (
    "",
    "parties",
    "parties/blank",
    "parties/tour/blank",
    "parties/rehearsal/blank",
    "checks",
    "stock",
    "handover",
    "post",
    "outbox",
    "locked",
)
PACK = (*PAGES, "actions", "conduct", "handover/things", "inspection")
"""Everything that a door's tablet carries; PAGES are those that the frame or a page of its own leads to."""
AT_THE_BAR = ("", "checks", "stock", "handover", "post", "outbox", "locked")
LANGUAGES = ("zh-Hant", "zh-Hans", "en")
CODES = {member.key: member.code for member in demo.CAST}
WITHIN = 30_000
READY = """async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith("threshold-pages-"));
  const kept = names.length === 1 ? await (await caches.open(names[0])).keys() : [];
  if (!kept.length) return false;
  globalThis.wanted ??= fetch("/sync/pack?lang=en", { headers: { "X-Threshold-Sync": "1" } }).then((asked) => asked.json());
  const { pages } = await globalThis.wanted;
  return navigator.serviceWorker.controller !== null && kept.length === pages.length * LANGUAGES;
}""".replace("LANGUAGES", str(len(LANGUAGES)))
KEPT = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.open("threshold");
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const tx = asked.result.transaction(["entries", "meta"]);
    const found = {};
    const put = (key, asked) => { asked.onsuccess = () => { found[key] = asked.result; }; };
    put("entries", tx.objectStore("entries").getAll());
    for (const key of ["people", "head"]) put(key, tx.objectStore("meta").get(key));
    tx.oncomplete = () => { asked.result.close(); resolve(found); };
  };
})"""
WAKE = "() => { dispatchEvent(new Event('online')); }"
"""A browser says so by itself only of a network, not of a server: else the tablet's next look is up to 30 s away."""
TOUCHED = "() => { try { localStorage.touched = Date.now(); } catch { /* a page that is nobody's */ } }"
"""Whoever opens a page has touched the tablet; on a loaded machine it would else lock itself in the middle of a test."""
ACKNOWLEDGED = """({ tablet, epoch, seq }) => fetch("/sync/operations", {
  method: "POST", headers: { "Content-Type": "application/json", "X-Threshold-Sync": "1" },
  body: JSON.stringify({ protocol: 1, nonce: crypto.randomUUID(), tablet, epoch, sent_at: Date.now(), high_seq: seq, entries: [] }),
}).then((response) => response.json()).then(({ acked_seq }) => acked_seq, () => 0)"""
"""What the server says it has of this tablet (docs/protocol.md, section 3: a heartbeat)."""


def until(holds: Callable[[], Any], what: str, within: int = WITHIN) -> Any:
    """Look again and again until it is so. Playwright's own wait needs `eval`, which our policy forbids."""
    last = time.monotonic() + within / 1000
    while not (found := holds()):
        assert time.monotonic() < last, what
        time.sleep(0.05)  # between two looks, not for luck
    return found


REPLACED = ("context was destroyed", "interrupted by another navigation", "net::ERR_ABORTED", "frame was detached")
"""What a browser says of a page that was putting a newer one in its own place just then."""


def again(act: Callable[[], T]) -> T:
    """Do it again where the page was just being replaced."""
    while True:
        try:
            return act()
        except Error as error:
            if not any(words in str(error) for words in REPLACED):
                raise


def ask(page: Page, script: str, arg: Any = None) -> Any:
    """What a page answers that may be replaced at any time."""
    return again(lambda: page.evaluate(script, arg))


@dataclass
class Tablet:
    """A browser that was enrolled at the door, and the page that is open in it."""

    context: BrowserContext
    page: Page
    server: Server
    watch: Watch
    language: str = "zh-Hant"
    taps: list[tuple[int, int]] = field(default_factory=list)
    """For each entry made by hand: the server's time before the tap and after it was saved."""

    # what is read

    def kept(self) -> dict[str, Any]:
        """What lies in the browser's own database."""
        return dict(ask(self.page, KEPT))

    def entries(self) -> list[dict[str, Any]]:
        """Everything that this tablet has kept, in the order of its numbers."""
        return sorted(self.kept()["entries"], key=lambda entry: (entry["epoch"], entry["seq"]))

    def chip(self) -> Locator:
        return self.page.locator("sync-chip")

    def rows(self, key: str) -> list[str]:
        """The ids of the rows of a list, in order."""
        found = self.page.locator(f'overlay-list[key="{key}"] > :is(ol, ul) > [data-id]')
        return [row.get_attribute("data-id") or "" for row in found.all()]

    def tally(self, state: str = "clean") -> str:
        return self.page.locator(f'tally-value[key$="/{state}"]').first.inner_text()

    # what is tapped

    def go(self, path: str = "", language: str | None = None) -> Page:
        """Open a page of the station."""
        self.language = language or self.language
        self.page.evaluate(TOUCHED)
        self.page.goto(f"{self.server.url}/{self.language}/door/{path}")
        return self.page

    def ready(self) -> None:
        """Wait until everything is on the tablet that it needs without a network."""
        until(lambda: self.page.evaluate(READY), "the pack was not carried", 90_000)
        until(lambda: self.kept().get("people"), "nobody is known here")

    def take_post(self, who: str, wrong_first: str | None = None) -> None:
        """Tap the face, say who it is, type the six digits on the big keys."""
        with self._entry():
            dialog = ask_for_the_post(self.page)
            dialog.locator("select[name=person]").select_option(demo.person(who))
            if wrong_first:
                self._press(dialog, wrong_first)
                expect(dialog.locator("[data-told=wrong]")).to_be_visible()
            self._press(dialog, CODES[who])
            expect(dialog).to_be_hidden()

    def sign(self, who: str, purpose: str = "confirm") -> None:
        """Answer the question for the code."""
        dialog = self.page.locator(f'dialog[data-purpose="{purpose}"]')
        dialog.locator("select[name=person]").select_option(demo.person(who))
        self._press(dialog, CODES[who])
        expect(dialog).to_be_hidden()

    def arrive(self, guests: int) -> None:
        """Tap the number tile; six or more are counted first."""
        with self._entry():
            if guests < 6:
                self.page.locator(f'.tiles button[name=guests][value="{guests}"]').click()
            else:
                self.page.locator(".tiles__more > summary").click()
                self.page.locator(".tiles__more input[name=guests]").fill(str(guests))
                self.page.locator(".tiles__more operation-form button:not([type=button])").click()

    def see_off(self, party: str) -> None:
        with self._entry():
            self.page.locator(f'[data-id="{party}"] operation-form[operation="tours.see_off"] button').click()

    def submit(
        self, operation: str, sign: str | None = None, within: str = "main", makes: int = 1, press: str = "", **fields: str
    ) -> None:
        """Fill the form of an operation and send it; `sign`: who gives the code; `makes`: how many entries; `press`: the value of
        the button, where one chooses by it."""
        form = self.page.locator(f'{within} operation-form[operation="{operation}"]:visible').last
        with self._entry(makes):
            fill(form, fields)
            form.locator(f'button[value="{press}"]' if press else "button:not([type=button]):visible").last.click()
            if sign:
                self.sign(sign)

    def tick(self, item: str, answer: str = "pass") -> None:
        """Answer one line of a check."""
        form = self.page.locator(f'operation-form[operation="checklists.answer"]:has(input[name=item][value="{item}"])').first
        with self._entry():
            form.locator(f'button[name=answer][value="{answer}"]').first.click()

    def number(self, item: str, number: int) -> None:
        form = self.page.locator(f'operation-form[operation="checklists.answer"]:has(input[name=item][value="{item}"])').first
        with self._entry():
            form.locator("input[name=number]").fill(str(number))
            form.locator("button:not([type=button]):not(.todo__out)").click()

    def sent(self, woken: bool = True) -> None:
        """Wait until the chip says that the server has everything, and it has. `woken`: told that the network is back."""
        if woken:
            ask(self.page, WAKE)
        until(self._says_ok, "the chip does not say that everything is sent")
        head = self.kept()["head"]
        until(lambda: ask(self.page, ACKNOWLEDGED, head) == head["seq"], "the server has not everything")
        expect(self.chip()).to_have_attribute("data-state", "ok", timeout=WITHIN)

    def _says_ok(self) -> bool:
        return bool(ask(self.page, "() => document.querySelector('sync-chip').dataset.state === 'ok'"))

    def _press(self, dialog: Locator, code: str) -> None:
        for digit in code:
            dialog.locator(f'[data-digit="{digit}"]').click()

    @contextmanager
    def _entry(self, makes: int = 1) -> Iterator[None]:
        """So many entries are made and on the disk, and no other."""
        self.page.bring_to_front()
        before, seen = self.server.now, len(self.entries())
        yield
        until(lambda: len(self.entries()) >= seen + makes, "nothing was saved")
        assert len(self.entries()) == seen + makes
        self.taps += [(before, self.server.now)] * makes


def ask_for_the_post(page: Page) -> Locator:
    """Open the question who takes the post: behind the face in the frame.

    In front, as whoever taps has it: a page behind another is drawn once a second, and a tap waits until nothing moves.
    """
    page.bring_to_front()
    page.locator("summary.avatar:visible").click()
    page.locator("a.menu__item[data-take]:visible").click()
    return page.locator('dialog[data-purpose="take"]')


def fill(form: Locator, fields: dict[str, str]) -> None:
    """Type into the fields of a form by their names. Asks the page nothing by script, for it may not run any."""
    for name, value in fields.items():
        if form.locator(f"select[name={name}]").count():
            form.locator(f"select[name={name}]").select_option(value)
        elif form.locator(f"[type=radio][name={name}]").count():
            form.locator(f'[name={name}][value="{value}"]').check(force=True)
        else:
            form.locator(f"[name={name}]").first.fill(value)


def gone_through(form: Locator, counted: str = "30") -> None:
    """Agree to every line of a handover, and count what is counted."""
    for line in form.locator(".line:visible").all():
        if line.locator("[type=number]").count():
            line.locator("[type=number]").fill(counted)
        else:
            line.locator('[value="agrees"]').check(force=True)


def typed(page: Page, server: Server, code: str | None = None) -> None:
    """Open /enrol, type the code, be approved at the desk, and go on. One that was made by a command asks nobody."""
    page.goto(f"{server.url}/enrol")
    page.locator("#code").fill(code or server.code())
    page.locator("main form button").click()
    if code:
        return
    page.wait_for_url("**/enrol/claim")
    assert page.locator(".figure__value").inner_text() == server.approve()
    page.locator("main form button").click()


def enrolled(context: BrowserContext, server: Server, code: str | None = None) -> Tablet:
    """Open /enrol, type the code, be approved, and stand at the station's home with everything on the tablet."""
    watch = Watch().over(context)
    page = context.pages[0] if context.pages else context.new_page()
    page.set_default_timeout(WITHIN)
    typed(page, server, code)
    expect(page.locator("[data-done]")).to_be_visible(timeout=WITHIN)
    page.locator('main a:is([href$="/door/"], [href$="/bar/"])').click()
    page.wait_for_url(re.compile(r"/(door|bar)/$"))
    tablet = Tablet(context, page, server, watch, page.locator("html").get_attribute("lang") or "")
    tablet.ready()
    return tablet
