"""A greeter's whole day without a server, and the printed record of it against the test's own account, to the last pair."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.attachments.album import photo
from tests.browser.conftest import LANDSCAPE
from tests.browser.hands import CODES, Tablet, ask_for_the_post, gone_through, until
from tests.browser.served import AT, Server
from tests.browser.test_photos import jpeg, stored
from tests.browser.test_tours import at_line, step, tap, tour
from tests.browser.watch import Watch
from webapp import demo
from webapp.base import clock

pytestmark = pytest.mark.browser

DOOR, COVERS = demo.named("post", "door"), demo.named("item", "cover.cloth")
PLACE = demo.named("place", "flat-a")
ROWS = """(title) => {
  const parts = [...document.querySelectorAll("article section")];
  const part = parts.find((each) => each.querySelector("h3").textContent.includes(title));
  const found = [];
  for (const row of part.querySelectorAll("tbody tr, tfoot tr")) {
    const cells = [...row.cells].map((cell) => cell.innerText.trim());
    if (row.classList.contains("paper__said")) found.at(-1).push(...cells);
    else found.push(cells);
  }
  return found;
}"""
"""The lines of a part of the record; a note that stands below its line goes with it."""


@dataclass
class Day:
    """What the greeters did, counted by hand. Pairs of covers: clean, on guests' feet, in the basket; whole guests."""

    tablet: Tablet
    clean: int
    worn: int
    soiled: int
    parties: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def receives(self, guests: int) -> str:
        self.tablet.go()
        self.tablet.arrive(guests)
        self.parties.append(guests)
        self.clean, self.worn = self.clean - guests, self.worn + guests
        self.ids.append(str(self.tablet.entries()[-1]["id"]))
        self.lie(self.clean)
        return self.ids[-1]

    def sees_off(self, party: str) -> None:
        self.tablet.go("parties")
        self.tablet.see_off(party)
        guests = self.parties[self.ids.index(party)]
        self.worn, self.soiled = self.worn - guests, self.soiled + guests

    def lie(self, pairs: int | str) -> None:
        """So many clean pairs the tablet shows."""
        expect(self.tablet.page.locator('tally-value[key$="/clean"]').first).to_have_text(str(pairs))

    def draws(self) -> None:
        """The home says that the covers run low, and one tap there fetches what is missing."""
        low = self.tablet.page.locator(".lows__note")
        expect(low).to_be_visible()
        pairs = int(low.locator("input[name=quantity]").input_value())
        tap(self.tablet, low.locator("button"))
        self.clean += pairs
        self.lie(self.clean)
        expect(low).to_be_hidden()

    def fails(self, item: str, note: str, given: bytes) -> None:
        """The point is answered, then what is wrong is written and photographed."""
        self.tablet.go("checks")
        form = self.tablet.page.locator(f'operation-form:has(input[name=item][value="{item}"])').first
        self.tablet.tick(item, "fail")
        form.locator("textarea[name=note]").fill(note)
        form.locator("input[type=file]").first.set_input_files(jpeg("IMG_1.jpg", given))
        expect(form.locator(".shot__seen").first).to_be_visible()
        tap(self.tablet, form.locator(".todo__note button"))

    def closes(self) -> int:
        """Every point of the closing check that asks for a tick, so many; and how many covers there are: one pair is gone."""
        self.tablet.go("checks")
        form = 'operation-form[operation="checklists.answer"]:has(button[name=answer][value=pass])'
        lines = self.tablet.page.locator(f'{form} input[name=item][value^="flat_close."]')
        ticks = [str(each.get_attribute("value")) for each in lines.all()]
        for item in ticks:
            self.tablet.tick(item)
        self.clean -= 1
        self.tablet.number("flat_close.covers_clean", self.clean)
        self.tablet.number("flat_close.covers_soiled", self.soiled)
        self.tablet.go()
        self.lie(f"≈{self.clean}")
        return len(ticks)


@pytest.mark.clause("P2-4.4.2c")
@pytest.mark.clause("P2-4.4.3b")
@pytest.mark.clause("P2-4.4.3d")
@pytest.mark.clause("P2-4.4.6a")
@pytest.mark.clause("P2-4.4.6b")
@pytest.mark.clause("P2-5.1")
def test_a_whole_day_without_a_server_ends_in_a_record_that_agrees(
    tablet: Callable[..., Tablet], browser: Browser, tell: Callable[[str], None]
):
    here = tablet()
    before = early(here.server)
    here.server.stop()
    here.watch.may_be_down = True
    here.go()
    day = begun(here)

    # Opening: one point is not in order, and is photographed.
    here.take_post("lin")
    day.fails("flat_open.layout", "花瓶移位，標準照片上在左邊。", photo(1))

    # Two tours at once; the second is spoken in English.
    first, second = day.receives(4), day.receives(2)
    page = tour(here, first)
    at_line(page, "門口", "您好，歡迎光臨A型樣板房")
    step(here, "kitchen.1")
    tour(here, second)
    tap(here, page.locator('.script__seg button[value="en"]'))
    step(here, "hall.1")
    tour(here, first)
    expect(page.locator(".script__room:visible")).to_have_text("廚房")

    # The tablet itself speaks another language, and what was recorded stands there still.
    here.go("parties", "zh-Hans")
    until(lambda: {first, second} <= set(here.rows("parties")), "a party is missing in the other language")
    here.go("parties", "zh-Hant")

    # A large party; the covers run low, and are drawn.
    day.receives(14)
    day.draws()
    day.sees_off(first)

    # Relief: another greeter stands at the door for a while.
    relieve(here, "he")
    day.sees_off(second)
    relieve(here, "lin")

    # A remark, the closing check with its counts, and the handover with an exception.
    here.go("handover")
    here.submit("duty.remark", category="repair", text="次臥窗簾掉了一個鉤。")
    ticks = day.closes()
    accept(here, day)

    made = here.entries()
    expect(here.chip()).to_have_attribute("data-state", "offline")
    here.server.start()
    here.go("outbox")
    here.page.locator("[data-send]").click()
    here.sent()
    here.watch.may_be_down = False
    expect(here.page.locator('outbox-list [data-id][data-state="applied"]')).to_have_count(len(made))
    assert len(stored(here.server)) == 1

    record = printed(browser, here.server)
    parties, guests = len(before) + len(day.parties), sum(before) + sum(day.parties)
    total = record("接待情況")[-1]
    assert (total[1], total[2], total[-1]) == (str(parties), str(guests), str(guests))
    visits = [row[2] for row in record("參觀記錄")[:-1]]
    assert visits[-len(day.parties) :] == [str(each) for each in day.parties]
    told = ("班前準備", "值班記事", "交接物品", "備註", "班後檢查")
    said = " ".join(cell for title in told for row in record(title) for cell in row)
    for words in ("花瓶移位", "次臥窗簾掉了一個鉤", "少一把雨傘", "傘不在架上"):
        assert words in said, words
    handed = next(row for row in record("值班記事") if row[1].startswith("交班"))
    assert "借用雨傘 U-1: 傘不在架上" in handed[2], "what differed stands in the log too"
    covers = [[row[0], *row[2:4]] for row in record("交接物品") if "布鞋套" in row[1]]
    clean, soiled = str(day.clean), str(day.soiled)
    assert covers == [["乾淨", clean, clean], ["使用中", str(day.worn), "√"], ["待洗", soiled, soiled]], "due and found"
    closed = {row[0]: row[1] for row in record("班後檢查")}
    assert [closed[each].split()[-1] for each in ("乾淨鞋套清點（雙）", "回收筐鞋套清點（雙）")] == [clean, soiled]
    ready = [row for row in record("班前準備") if row[1] == "上崗自檢"]
    assert [(row[3], "未檢查" in row[-1]) for row in ready] == [("√", False), ("", True)], "one had done it, one had not"
    assert "何欣怡" in record("頂崗")[0][0]
    here.watch.nothing()
    tell(
        f"{len(made)} entries without a server, {parties} parties of {guests} guests on the record, {ticks} points closed,"
        f" {clean} pairs clean, {day.worn} worn and {soiled} in the basket at the handover"
    )


def begun(here: Tablet) -> Day:
    """The day as it stands when the server goes: what its own state says of the covers."""
    state, _line = here.server.state(here.server.now)
    covers = next(each for each in state["tours"]["covers"] if (each["place"], each["item"]) == (PLACE, COVERS))
    return Day(here, int(here.tally()), covers["in_use"] // 1000, covers["soiled"] // 1000)


def early(server: Server) -> list[int]:
    """The guests of each party of the morning before, as the site's own state tells."""
    start, _end = clock.day_bounds(clock.day_of(AT, demo.ZONE), demo.ZONE)
    state, _line = server.state(server.now)
    found = [each for each in state["tours"]["parties"] if each["place"] == PLACE and each["arrived_at"] >= start]
    return [int(each["guests"]) for each in found]


def relieve(here: Tablet, who: str) -> None:
    """Whoever stands there now takes the post by the six digits."""
    here.go()
    seen = len(here.entries())
    dialog = ask_for_the_post(here.page)
    dialog.locator("select[name=person]").select_option(demo.person(who))
    for digit in CODES[who]:
        dialog.locator(f'[data-digit="{digit}"]').click()
    expect(dialog).to_be_hidden()
    until(lambda: len(here.entries()) > seen, "nothing was saved")
    name = next(each.call_name for each in demo.CAST if each.key == who)
    expect(here.page.locator("h1 [data-post-call]:visible")).to_have_text(name)


def accept(here: Tablet, day: Day) -> None:
    """The other greeter takes over on the same tablet, line by line: an umbrella is missing, and the covers are counted blind."""
    here.go("handover")
    here.submit("duty.offer", sign="lin", to=demo.person("he"), note="還有一組客人在內。")
    offer = here.entries()[-1]["id"]
    row = here.page.locator(f'[data-id="{offer}"]')
    row.locator("summary").click()
    form = row.locator('operation-form[operation="duty.accept"]:visible')
    gone_through(form, str(day.clean))
    form.locator(f'[name="lines.{COVERS}-soiled.found"]').fill(str(day.soiled))
    umbrella = form.locator(".line", has_text="U-1")
    umbrella.locator('[value="differs"]').check(force=True)
    umbrella.locator(".line__note").fill("傘不在架上")
    form.locator('[value="accepted_with_exceptions"]').check(force=True)
    here.submit("duty.accept", sign="he", within=f'[data-id="{offer}"]', makes=3, exceptions="少一把雨傘，已通知主管。")


def printed(browser: Browser, server: Server) -> Callable[[str], list[list[str]]]:
    """The supervisor ends the shift with what is open, and has the record of the morning: the rows of a part by its title, and that
    it prints."""
    context = browser.new_context(viewport=LANDSCAPE, locale="zh-HK")
    watch, page = Watch().over(context), context.new_page()
    day = clock.day_of(AT, demo.ZONE)
    page.goto(f"{server.url}/review/{day}/close")
    sign_in(page)
    page.locator("#for_all").select_option(index=1)
    page.locator("#code").fill(CODES["chen"])
    page.locator("#code").press("Enter")  # as a phone's keyboard does it
    page.wait_for_url(f"**/review/{day}")
    page.goto(f"{server.url}/records/{day}/{DOOR}/early?lang=zh-Hant")
    found: dict[str, list[list[str]]] = {}

    def rows(title: str) -> list[list[str]]:
        if title not in found:
            found[title] = page.evaluate(ROWS, title)
        return found[title]

    for title in ("班前準備", "接待情況", "值班記事", "交接物品", "備註", "班後檢查", "參觀記錄"):
        rows(title)
    relief = page.locator(".paper__about div", has_text="頂崗").locator("dd").inner_text()
    found["頂崗"] = [[relief]]
    assert page.pdf(format="A4").startswith(b"%PDF")
    context.close()
    watch.nothing()
    return rows


def sign_in(page: Page) -> None:
    page.locator("#account").fill("chen")
    page.locator("#password").fill(demo.PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
