"""The prompter without a network: two parties at once, any order of stops, three languages, the same line after anything."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hands import TOUCHED, WITHIN, Tablet, fill, until
from tests.browser.looks import LANDSCAPE, PHONE, PORTRAIT, sized
from tests.browser.served import AT
from webapp import demo

pytestmark = pytest.mark.browser

SIZES = ((1180, 820), (820, 1180), (390, 844), (320, 640))


@pytest.fixture
def door(tablet: Callable[..., Tablet]) -> Tablet:
    """A tablet with 林靜怡 on post, whose site may go away."""
    made = tablet()
    made.watch.may_be_down = True
    made.take_post("lin")
    made.sent()
    return made


def arrived(door: Tablet, guests: int) -> str:
    door.go()
    door.arrive(guests)
    return str(door.entries()[-1]["id"])


def tour(door: Tablet, party: str, language: str | None = None) -> Page:
    return door.go(f"parties/tour/{party}", language)


def tap(door: Tablet, button: Locator) -> None:
    """A tap that makes one entry."""
    seen = len(door.entries())
    door.page.evaluate(TOUCHED)
    button.click()
    until(lambda: len(door.entries()) == seen + 1, "nothing was saved")


def step(door: Tablet, line: str) -> None:
    tap(door, door.page.locator(f'.steps button[value="{line}"]'))


def said(page: Page) -> Locator:
    return page.locator(".script__now:visible > .say:visible")


def seen(page: Page) -> list[str]:
    """The stops that the stepper shows as seen."""
    return page.locator(".steps__one", has=page.locator("[data-step=seen]:visible")).locator(".steps__name").all_inner_texts()


def at_line(page: Page, room: str, words: str) -> None:
    expect(page.locator(".script__room:visible")).to_have_text(room)
    expect(said(page)).to_have_text(words)


LATER = "{ const now = Date.now; Date.now = () => now() + 4 * 3_600_000; localStorage.touched = Date.now(); }"


@pytest.mark.clause("P2-4.4.4")
def test_a_page_that_has_been_open_without_a_network_greets_by_the_time_of_day(door: Tablet):
    door.server.stop()
    page = tour(door, arrived(door, 2))
    also = page.locator(".script__also:not([hidden]) .say:visible")
    expect(also).to_have_text("早上好，歡迎光臨")
    door.context.add_init_script(LATER)
    page.reload()
    shown = page.locator(".script__panel:not([hidden]) .script__also:not([hidden]) .say[lang=zh-Hant]")
    expect(shown).to_have_text(re.compile("^下午好"))
    door.go()
    expect(page.locator("h1 > span:not([hidden]) [data-post-call]").first).to_have_text("靜怡")
    expect(page.locator("h1 > span:not([hidden])")).to_contain_text("下午好")
    door.context.add_init_script(LATER)
    door.context.add_init_script(LATER)
    door.go()
    expect(page.locator("h1 > span:not([hidden])")).to_contain_text("晚上好")
    page.go_back()
    expect(shown).to_have_text("晚上好，歡迎光臨")


LIES_UNDER = """(line) => {
  for (const each of document.querySelectorAll(".script__panel")) each.hidden = each.dataset.value !== line;
  scrollTo(0, 0);
  const seen = (what) => [...document.querySelectorAll(what)].filter((each) => each.checkVisibility());
  const box = (each) => each.getBoundingClientRect();
  const dock = seen(".script__back, .script__go, .script__ask").map(box);
  const now = box(seen(".script__now")[0]), next = box(seen(".script__next")[0]);
  const out = [["next", next], ["now", now]].filter(([, its]) => dock.some((each) => its.bottom > each.top + 1));
  const low = innerHeight - (seen(".rail")[0] ? innerHeight - box(seen(".rail")[0]).top : 0);
  return [...out.map(([name]) => name), ...(dock.some((each) => each.bottom > low + 1) ? ["dock"] : [])];
}"""


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
@pytest.mark.parametrize("screen", [PORTRAIT, PHONE], ids=["portrait", "phone"])
def test_no_line_lies_under_the_buttons_of_an_upright_screen(door: Tablet, screen: tuple[int, int], language: str):
    sized(door.page, screen)
    door.server.stop()
    party = arrived(door, 5)
    page = tour(door, party, language)
    tap(door, page.locator('button[name=mode][value="guided"]'))
    tap(door, page.locator(".tour__side .chip:visible").first)
    tap(door, page.locator('.script__seg button[value="en"]'))
    page.locator(".script__ask > summary").click()
    door.submit("tours.ask", press="handover", text="交付時間")
    page = tour(door, party, language)
    lists = page.locator(".tour__party > overlay-list > ul")
    expect(lists.locator("[data-id]")).to_have_count(2)
    assert lists.evaluate_all("all => all.map((each) => each.clientHeight > 16)") == [True, True], "who they are, what they asked"
    under = {}
    for line in page.locator(".script__panel").evaluate_all("all => all.map((each) => each.dataset.value)"):
        if found := page.evaluate(LIES_UNDER, line):
            under[line] = found
    assert under == {}


WAIT, USUAL = "請稍等，請您穿上鞋套。", "您好！請您穿上鞋套。"


@pytest.mark.clause("P2-4.4.3b")
def test_a_large_party_is_asked_to_wait_for_its_covers_without_a_network(door: Tablet):
    door.server.stop()
    page = tour(door, arrived(door, 99))
    expect(page.locator(".script__next .say:visible")).to_have_text(WAIT)
    tap(door, page.locator(".script__go:visible"))
    at_line(page, "門口", WAIT)
    expect(page.locator(".script__stage:visible")).to_have_text("第 2 / 2 句")
    assert seen(page) == ["門口"]
    tap(door, page.locator(".script__go:visible"))
    at_line(page, "外觀", "雲棲府共 8 棟，每棟 18 層。")
    tap(door, page.locator(".script__back:visible"))
    at_line(page, "門口", WAIT)
    tap(door, page.locator(".chip:visible", has_text="客人較多"))
    at_line(page, "門口", USUAL)
    expect(page.locator(".steps [data-step=seen]:visible")).to_have_count(2)  # the door, said in both ways, is one


@pytest.mark.clause("P2-4.4.3b")
def test_a_touch_asks_any_party_to_wait_and_a_second_takes_it_back(door: Tablet):
    door.server.stop()
    page = tour(door, arrived(door, 5))
    expect(page.locator(".script__next .say:visible")).to_have_text(USUAL)
    tap(door, page.locator(".script__go:visible"))
    many = page.locator(".chip:visible", has_text="客人較多")
    tap(door, many)
    at_line(page, "門口", WAIT)
    page.reload()
    at_line(page, "門口", WAIT)
    expect(many).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".script__stage:visible")).to_have_text("第 2 / 2 句")
    tap(door, many)
    at_line(page, "門口", USUAL)


@pytest.mark.clause("P2-4.4.3d")
@pytest.mark.clause("P2-4.4.3e")
def test_two_tours_are_carried_at_once_without_a_network_and_each_stays_at_its_line(door: Tablet):
    door.server.stop()
    first, second = arrived(door, 4), arrived(door, 2)
    page = tour(door, first)
    at_line(page, "門口", "您好，歡迎光臨A型樣板房")
    expect(page.locator(".script__also .say:visible")).to_have_text("早上好，歡迎光臨")
    expect(page.locator(".tour__party overlay-list [data-id]").first).to_contain_text("4 人")
    assert seen(page) == []
    tap(door, page.locator(".script__go:visible"))
    at_line(page, "門口", "您好！請您穿上鞋套。")
    step(door, "kitchen.1")
    expect(page.locator(".steps [data-step=seen]:visible").first).to_have_text("已參觀")
    assert seen(page) == ["門口", "廚房"]
    at_line(page, "廚房", "廚房是 U 形，臺面總長約 3.2 米。")
    tap(door, page.locator(".script__go:visible"))
    words = "洗、切、炒順着一個方向，少走回頭路。"
    at_line(page, "廚房", words)
    tour(door, second)
    at_line(page, "門口", "您好，歡迎光臨A型樣板房")
    step(door, "living.1")
    tour(door, first)
    at_line(page, "廚房", words)
    page.reload()
    at_line(page, "廚房", words)
    page.set_viewport_size({"width": 820, "height": 1180})
    at_line(page, "廚房", words)
    tour(door, second)
    at_line(page, "客廳", "客廳面寬約 4.2 米，淨高約 2.8 米。")
    door.page.close()
    door.page = door.context.new_page()
    page = door.page
    page.goto(f"{door.server.url}/zh-Hant/door/parties/tour/{first}")
    at_line(page, "廚房", words)
    door.server.start()
    tour(door, first)
    door.sent()
    tour(door, first)
    at_line(page, "廚房", words)
    assert seen(page) == ["門口", "廚房"], "by the server's own page too"
    shown = page.locator(".plan__now:visible .plan__name")
    expect(shown).to_have_text("廚房")
    expect(page.locator(".plan__layer[data-step=seen]:visible")).to_have_count(1)


@pytest.mark.clause("P2-4.4.3d")
def test_a_tap_on_a_room_of_the_plan_leads_there_out_of_order_and_without_a_network(door: Tablet):
    door.server.stop()
    party = arrived(door, 2)
    page = tour(door, party)
    tap(door, page.get_by_role("group", name="戶型圖").get_by_role("button", name="廚房"))
    at_line(page, "廚房", "廚房是 U 形，臺面總長約 3.2 米。")
    hall = page.locator('.plan__tap[value="hall.1"]')
    hall.focus()
    seen = len(door.entries())
    page.keyboard.press("Enter")
    until(lambda: len(door.entries()) == seen + 1, "nothing was saved")
    at_line(page, "門廳", "進門是獨立門廳，左手是鞋櫃，右手可以放換鞋凳。")
    for size in SIZES:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        boxes = [each.bounding_box() for each in page.locator(".plan__tap").all()]
        assert min(min(box["width"], box["height"]) for box in boxes if box) >= 48, size


@pytest.mark.clause("P2-4.2.2a")
def test_the_conduct_cards_are_read_without_a_network(door: Tablet):
    door.server.stop()
    door.go()
    door.page.get_by_role("link", name="言行舉止卡").click()
    expect(door.page.get_by_role("heading", name="在客人面前不做")).to_be_visible()


@pytest.mark.clause("P2-4.4.3d")
def test_the_lines_are_spoken_in_another_language_than_the_tablets(door: Tablet):
    door.server.stop()
    party = arrived(door, 3)
    page = tour(door, party)
    step(door, "hall.1")
    tap(door, page.locator('.script__seg button[value="en"]'))
    expect(said(page)).to_have_text("You come into a separate hall: shoe cupboard on the left, room for a bench on the right.")
    expect(page.locator(".script__go:visible")).to_have_text("下一句")
    tour(door, party, "zh-Hans")
    expect(page.locator(".script__room:visible")).to_have_text("门厅")
    expect(said(page)).to_have_attribute("lang", "en")
    tour(door, party, "en")
    tap(door, page.locator('.script__seg button[value="zh-Hans"]'))
    at_line(page, "Hall", "进门是独立门厅，左手是鞋柜，右手可以放换鞋凳。")
    other = arrived(door, 2)
    tour(door, other)
    expect(said(page)).to_have_attribute("lang", "zh-Hant")


@pytest.mark.clause("P2-4.4.3c")
def test_care_reminds_in_the_rooms_where_it_matters_and_nowhere_else(door: Tablet):
    door.server.stop()
    party = arrived(door, 3)
    page = tour(door, party)
    step(door, "kitchen.1")
    reminder = page.locator(".care:visible .say:visible")
    expect(reminder).to_have_count(0)
    tap(door, page.locator(".chip:visible", has_text="有老人"))
    expect(reminder).to_have_count(0)  # in the kitchen only children are thought of
    tap(door, page.locator(".chip:visible", has_text="有兒童"))
    expect(reminder).to_have_text("櫃門和刀架有邊角，請留意孩子。")
    step(door, "hall.1")
    expect(reminder).to_have_text("門口有門檻，請小心腳下。")
    tap(door, page.locator('.chip[aria-pressed="true"]:visible', has_text="有老人"))
    expect(reminder).to_have_count(0)
    page.reload()
    expect(page.locator('.chip[aria-pressed="true"]:visible')).to_have_text(["有兒童"])


@pytest.mark.clause("P2-4.4.3c")
@pytest.mark.clause("P2-4.4.3e")
def test_each_kind_of_reception_has_its_line_and_guests_on_their_own_have_fewer_stops(door: Tablet):
    door.server.stop()
    party = arrived(door, 3)
    page = tour(door, party)
    line, stops = page.locator(".picks__line:visible > .say:visible"), page.locator(".steps__one:visible")
    expect(stops).to_have_count(16)
    for mode, words, left in (
        ("accompanied", "請進，我在門口，有需要請叫我。", 16),
        ("guided", "我來為您介紹，您想先看哪裏？", 16),
        ("self_guided", "您慢慢參觀，有需要可隨時告知我們。", 5),
    ):
        tap(door, page.locator(f'button[name=mode][value="{mode}"]'))
        expect(line).to_have_text(words)
        expect(stops).to_have_count(left)
    page.reload()
    expect(line).to_have_text("您慢慢參觀，有需要可隨時告知我們。")


@pytest.mark.clause("P2-4.4.3d")
@pytest.mark.clause("P2-4.4.3f")
def test_a_question_is_noted_then_or_later_and_the_farewell_sees_the_guests_off(door: Tablet):
    door.server.stop()
    party = arrived(door, 3)
    page = tour(door, party)
    page.locator(".script__ask > summary").click()
    for screen in (LANDSCAPE, PORTRAIT):
        sized(page, screen)
        expect(page.locator(".asks__tags .btn").last).to_be_in_viewport(ratio=1)
        expect(page.locator(".script__panel:not([hidden]) .script__now")).to_be_in_viewport(ratio=1)
    door.submit("tours.ask", press="price", text="物業費多少？")
    asked = page.locator(f'overlay-list[key="questions/{party}"] [data-id]')
    expect(asked).to_contain_text(["價格與付款"])
    expect(asked).to_contain_text(["物業費多少？"])
    step(door, "farewell.1")
    at_line(page, "送別", "謝謝光臨！歡迎下次再來！")
    tap(door, page.locator(".script__go:visible"))
    page.wait_for_url("**/zh-Hant/door/")
    seen_off_once(tour(door, party))
    door.go(f"parties/{party}")
    page.locator(".told summary").click()
    before = len(door.entries())
    wrong = page.locator("#ask-when + .field__error")
    for when, words in (("9999-12-31T23:59", "不遲於 2026-05-28 1"), ("2099-12-31T23:59", "不遲於 2026-05-28 1"),
                        ("2026-05-26T10:00", "不早於 2026-05-26 1")):  # fmt: skip
        fill(page.locator('main operation-form[operation="tours.ask"]').last, {"when": when})
        page.locator('main operation-form[operation="tours.ask"] [value="school"]').click()
        expect(wrong).to_contain_text(words)
    assert len(door.entries()) == before, "what is yet to come, or two days gone, is not kept"
    door.submit("tours.ask", press="school", when="2026-05-28T10:30")
    expect(page.locator(f'overlay-list[key="questions/{party}"] [data-id]')).to_have_count(2)
    door.server.start()
    door.go(f"parties/{party}")
    door.sent()
    flagged = [entry for entry in door.entries() if entry["operation"] == "tours.ask" and entry.get("flags")]
    assert [entry["flags"] for entry in flagged] == [["back_dated"]]
    seen_off_once(tour(door, party))


def seen_off_once(page: Page) -> None:
    """The prompter says that its guests have gone, and leads back."""
    expect(page.locator(".script__next:visible")).to_have_text("已送別")
    expect(page.locator(".script__go:visible")).to_have_text("查看全部接待")
    expect(page.locator('[form="see-off"]:visible')).to_have_count(0)


def test_the_lines_are_read_larger_and_the_tablet_remembers(door: Tablet):
    page = tour(door, arrived(door, 2))
    expect(page.get_by_role("button", name="A, 標準", exact=True)).to_have_attribute("aria-pressed", "true")  # the script is there
    usual = until(lambda: size_of(page), "no line is being said")
    for name, times in (("A++, 最大", 1.45), ("A+, 大", 1.2)):
        page.get_by_role("button", name=name, exact=True).click()
        until(lambda: size_of(page) == pytest.approx(usual * times, rel=0.01), "the lines are not larger")  # noqa: B023
    page.reload()
    expect(page.get_by_role("button", name="A+, 大", exact=True)).to_have_attribute("aria-pressed", "true")
    until(lambda: size_of(page) == pytest.approx(usual * 1.2, rel=0.01), "the tablet did not remember")
    page.get_by_role("button", name="A, 標準", exact=True).click()
    until(lambda: size_of(page) == pytest.approx(usual, rel=0.01), "the lines are not as they were")


def size_of(page: Page) -> float:
    """How large the line is that is being said, in px; a page that is just replaced has none."""
    return float(said(page).evaluate("line => parseFloat(getComputedStyle(line).fontSize) || 0"))


@pytest.mark.clause("P2-4.4.3b")
def test_a_party_that_never_came_is_told_nothing_more(door: Tablet):
    party = arrived(door, 2)
    page = door.go(f"parties/{party}")
    expect(page.locator(".told")).to_be_visible()
    page.locator('operation-form[operation="tours.reverse"] button:visible').click()
    expect(page.locator(".told")).to_be_hidden()
    expect(page.locator('a[href*="/parties/tour/"]:visible')).to_have_count(0)


def spoken(page: Page) -> int:
    """What saying the line that is shown takes at least, in milliseconds."""
    return int(page.locator(".script__panel:not([hidden]) [data-takes]").get_attribute("data-takes") or 0)


def recite(door: Tablet) -> None:
    """Say the line as fast as anybody can, and go on."""
    page = door.page
    page.clock.fast_forward(spoken(page))
    expect(page.locator(".script__panel:not([hidden]) [name=stood]")).to_be_enabled()
    tap(door, page.locator(".script__go:visible"))


@pytest.mark.clause("P2-4.4.1b")
def test_a_rehearsal_without_a_network_certifies_by_itself_once_every_line_was_said(door: Tablet):
    page = door.page
    page.clock.install()
    door.go("parties")
    door.server.stop()
    door.submit("tours.rehearse")
    rehearsal = door.entries()[-1]["id"]
    door.go(f"parties/rehearsal/{rehearsal}")
    at_line(page, "外觀", "雲棲府共 8 棟，每棟 18 層。")
    assert said(page).evaluate("line => getComputedStyle(line).animationName") == "fades"
    page.locator(".script__now:visible").focus()
    assert said(page).evaluate("line => getComputedStyle(line).animationName") == "none"
    lines = page.locator(".script__panel").evaluate_all("all => all.map((each) => each.dataset.value)")
    assert len(lines) == 31
    expect(page.locator(".tour__party p[data-value]:visible")).to_have_text("第 1 / 31 句")
    quick = page.locator(".script__panel:not([hidden]) .notice")
    recite(door)
    expect(quick).to_be_hidden()
    step(door, f"{lines[-1].partition('.')[0]}.1")
    expect(quick).to_be_visible()
    recite(door)
    expect(quick).to_be_hidden()
    expect(page.locator(".script__left button:visible")).to_have_count(28)
    expect(page.locator(".script__whole:visible")).to_have_count(0)
    tap(door, page.locator(".script__left button:visible").first)
    for _line in lines[2:]:
        recite(door)
    expect(page.locator(".tour__party p[data-value]:visible")).to_have_text("第 31 / 31 句")
    expect(page.locator(".script__left")).to_be_hidden()
    expect(page.locator(".script__whole")).to_be_hidden()
    page.clock.fast_forward(spoken(page))
    expect(page.locator(".script__whole:visible")).to_contain_text("全部講完，已認證。")
    expect(page.locator(".script__go:visible")).to_have_count(0)
    door.server.shift += page.evaluate("Date.now()") - int(time.time() * 1000)
    door.server.start()
    page.reload()
    door.sent()
    page.reload()
    expect(page.locator(".tour__party")).to_contain_text("全部講完，已認證。")


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}")
def test_no_line_and_no_button_of_any_panel_leaves_the_screen(looking: Tablet, size: tuple[int, int], language: str):
    page = looking.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    looking.go("parties/tour/blank", language)
    for spoken in ("zh-Hant", "en"):
        wide = page.evaluate(
            """(spoken) => {
              document.querySelector(".with-language").setAttribute("value", spoken);
              const panels = [...document.querySelectorAll(".script__panel")], out = [];
              for (const panel of panels) {
                for (const each of panels) each.hidden = each !== panel;
                if (document.documentElement.scrollWidth > innerWidth) out.push(panel.dataset.value);
                for (const each of panel.querySelectorAll("button, .say")) {
                  if (each.scrollWidth > each.clientWidth + 1) out.push(`${panel.dataset.value} ${each.className}`);
                }
              }
              return out;
            }""",
            spoken,
        )
        assert wide == []


def test_a_party_of_the_server_is_shown_with_all_that_was_told_of_it(looking: Tablet):
    page = looking.go(f"parties/tour/{demo.first_party(AT)}", "zh-Hant")
    at_line(page, "陽臺", "陽臺寬約 6.6 米，深約 1.6 米。")
    expect(page.locator(".plan__layer[data-step=seen]:visible")).to_have_count(9, timeout=WITHIN)
    expect(page.locator(".care:visible .say:visible")).to_have_text("陽臺有臺階，孩子請由大人牽手，不要攀爬欄杆。")
