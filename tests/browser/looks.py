"""Pages as they lie on a screen: what is opened, at what size, in what light; and what is wrong with it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.addresses import ACCOUNT, ALONE, BAR, DESK, OFFICE, PASSWORD, WRITER, Example
from tests.browser.hands import Tablet, enrolled
from tests.browser.served import Server
from tests.browser.watch import Watch
from webapp import demo

LANDSCAPE, PORTRAIT, PHONE, NARROW = (1180, 820), (820, 1180), (390, 844), (320, 640)
SCREENS = {"landscape": LANDSCAPE, "portrait": PORTRAIT, "phone": PHONE}
TALLEST = 16_000

OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  const out = [...document.body.querySelectorAll("*")].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width > 0 && box.right > wide + 1 && !each.closest("svg, .vh, .sprite");
  });
  if (document.documentElement.scrollWidth <= wide) return [];
  const told = out.slice(0, 5).map((each) => `${each.tagName}.${each.className} ${each.getBoundingClientRect().right}`);
  return ["scrolls sideways", ...told];
}"""

SMALL = """() => {
  const least = 48;
  const controls = "button, summary, input:not([type=hidden]), select, textarea, a[href]";
  const shown = (each) => each.checkVisibility({visibilityProperty: true, opacityProperty: false}) && !each.closest(".vh, .skip");
  // A link inside a sentence is as high as its line (WCAG 2.5.8); whatever stands alone is a target, be it drawn inline or not.
  const said = (node) => node.nodeType === Node.TEXT_NODE && /\\p{L}/u.test(node.data);
  const beside = (each) => [...each.parentNode.childNodes].some(said);
  const inline = (each) => each.tagName === "A" && getComputedStyle(each).display === "inline" && beside(each);
  const small = [...document.querySelectorAll(controls)].filter(shown).flatMap((each) => {
    const target = each.matches("input[type=radio], input[type=checkbox]") ? each.closest("label") ?? each : each;
    const {width, height} = target.getBoundingClientRect();
    const wanted = inline(each) ? 24 : least;
    if (width === 0 || Math.min(width, height) + 0.5 >= wanted) return [];
    const words = (each.textContent || each.name || "").trim().slice(0, 20);
    return [`${each.tagName}.${each.className} "${words}" ${Math.round(width)}x${Math.round(height)}`];
  });
  return [...new Set(small)];
}"""

AXE = """async (runOnly) => {
  const found = await axe.run(document, { runOnly, resultTypes: ["violations"] });
  const why = (node) => `${node.target.join(" ")} [${(node.failureSummary ?? "").split("\\n")[1] ?? ""}]`;
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(why).join("; ")}`);
}"""
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""Those of RULES that read a colour. An evening is other colours and nothing else, so they are all that is to be asked there."""
LIGHTS = {"day": RULES, "evening": OF_COLOURS}


@dataclass
class Gallery:
    """One browser of each kind, and the page that is open in it. `watch` hears all of them."""

    tablet: Tablet
    bar: Tablet
    desk: Page
    office: Page
    alone: Page
    watch: Watch

    def show(self, example: Example, language: str) -> Page:
        """Open a page and wait until it has settled."""
        page = {DESK: self.desk, OFFICE: self.office, ALONE: self.alone, BAR: self.bar.page}.get(example.kind, self.tablet.page)
        sized(page, LANDSCAPE)
        answer = page.goto(self.tablet.server.url + example.address(language))
        assert answer is None or answer.status < 500, f"{example}: {answer.status}"
        page.evaluate("() => Promise.all([customElements.whenDefined('tally-value'), document.fonts.ready]).then(() => true)")
        return page


def opened(browser: Browser, server: Server, tablet: Tablet) -> tuple[Gallery, list[BrowserContext]]:
    """The tablet, and beside it one at the bar, a desk and a browser that is nobody's."""
    counter, desk, office, alone = (browser.new_context(locale="zh-HK") for _kind in range(4))
    bar = enrolled(
        counter, server, server.run("tablets", "enrol", "--project", demo.CODE, "--name", "Bar", "--station", "bar").strip()
    )
    for context in (counter, desk, office, alone):
        tablet.watch.over(context)
    for context in (tablet.context, counter):
        # After a look at the locked screen the next page is itself again, and none locks itself while it is looked at.
        context.add_init_script("localStorage.locked = ''; localStorage.touched = Date.now();")
    pages = signed_in(server, desk, ACCOUNT, "review"), signed_in(server, office, WRITER, "documents")
    return Gallery(tablet, bar, *pages, alone.new_page(), tablet.watch), [counter, desk, office, alone]


def signed_in(server: Server, context: BrowserContext, account: str, home: str) -> Page:
    page = context.new_page()
    page.goto(f"{server.url}/sign-in")
    page.locator("#account").fill(account)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url(f"**/{home}")
    return page


def sized(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def whole(page: Page, screen: tuple[int, int]) -> None:
    """A screen as tall as the page, so that nothing lies under a bar that sticks to its edge; but one that lies stays lying."""
    width, height = screen
    tallest = width - 1 if width > height else TALLEST
    sized(page, screen)
    for _again in range(3):  # a taller screen may make a taller page
        needed = int(page.evaluate("() => document.documentElement.scrollHeight"))
        sized(page, (width, min(needed + 2, tallest)))


def lit(page: Page, light: str) -> None:
    """In this light, at once: a colour on its way to another is nobody's to read."""
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("(light) => { document.documentElement.dataset.theme = light; }", light)


def every_barrier(page: Page, axe: str) -> dict[str, list[Any]]:
    """What stands in somebody's way, on every screen in every light."""
    found = {}
    for name, screen in SCREENS.items():
        whole(page, screen)
        for light, rules in LIGHTS.items():
            lit(page, light)
            if barriers := found_by_axe(page, axe, rules):
                found[f"{name}, {light}"] = barriers
    return found


def keep_picture(page: Page, name: str) -> None:
    """For whoever wants to look: `SHOTS=folder`."""
    folder = os.environ.get("SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def found_by_axe(page: Page, axe: str, rules: Mapping[str, object] = RULES) -> list[Any]:
    if not page.evaluate("() => 'axe' in globalThis"):
        page.evaluate(axe)
    return list(page.evaluate(AXE, rules))
