"""A handover gone through line by line on the tablet, opened in the morning, looked at and settled at the desk."""

import json
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest

from tests.attachments.album import photo
from tests.pages.conftest import AT, OURS, Node, Site, hidden_of, read
from tests.pages.test_desk import FIRST, sends
from webapp import demo
from webapp.base import clock
from webapp.base.database import db
from webapp.content import queries as content
from webapp.duty import queries as duty
from webapp.duty.rules import Status, status
from webapp.operations.entries import Entry, digest_of
from webapp.operations.ledger import the_ledger
from webapp.tours import queries as tours

DO, PAGE = "/en/door/do/", "/en/door/handover"
HE = {"_person": demo.person("he"), "_code": next(each.code for each in demo.CAST if each.key == "he")}
OFFER = {"place": demo.named("place", "flat-a"), "post": demo.named("post", "door"), "note": "Lamp still dark"}
YESTERDAY = f"/handovers/{demo.first_handover(AT)}"


def test_guests_are_received_on_the_page_of_the_handover_whether_one_is_open_or_not(site: Site):
    page = read(site.tablet("door").get(PAGE).text)
    assert any(each.attrs.get("action", "").endswith("tours.arrive") for each in page.all("form"))


def at(time: str) -> int:
    hour, minute = map(int, time.split(":"))
    return int(datetime(2026, 5, 28, hour, minute, tzinfo=ZoneInfo(demo.ZONE)).timestamp() * 1000)


def offered(site: Site, **more: str) -> Node:
    """何欣怡 offers her post; the page of the door after that."""
    tablet = site.tablet("door")
    assert tablet.post(DO + "duty.offer", data=OFFER | HE | more, headers=OURS).status_code == 303
    return read(tablet.get(PAGE).text)


def form(page: Node) -> Node:
    """The form of whoever takes over, not the mould of one."""
    return next(
        each
        for each in page.all("form")
        if each.attrs.get("action", "").endswith("duty.accept") and not each.has_parent("template")
    )


def fields(page: Node) -> dict[str, str]:
    """What a browser would send of it where every line agrees and nothing is left to be counted."""
    off = {id(one) for part in form(page).all("fieldset") if "disabled" in part.attrs for one in part.all()}
    inputs = [each for each in form(page).all("input") if id(each) not in off]
    sent = {each.attrs["name"]: each.attrs.get("value", "") for each in inputs if each.attrs.get("type") not in ("radio", "number")}
    agreed = {each.attrs["name"]: "agrees" for each in inputs if each.attrs.get("value") == "agrees"}
    counted = {each.attrs["name"]: "0" for each in inputs if each.attrs.get("type") == "number"}
    told = {each.attrs["name"]: each.text() for each in form(page).all("textarea")}
    return sent | told | agreed | counted | {"result": "accepted"}


def lines(page: Node) -> list[Node]:
    """The lines that are to be gone through, without those that hold only once something is recorded on the tablet."""
    return [
        each
        for each in form(page).all("fieldset")
        if "line" in each.attrs.get("class", "").split() and "disabled" not in each.attrs
    ]


def handover(offer: str) -> duty.Handover:
    db.session.rollback()
    found = duty.handover(demo.project_id(), offer, AT)
    assert found
    return found


def entry(number: int, operation: str, when: int, **body: str) -> Entry:
    text = json.dumps(body, ensure_ascii=False)
    made = f"0198c0de-0000-7000-8000-0000000001{number:02d}"
    return replace(
        FIRST, id=made, seq=number, operation=operation, body=text, digest=digest_of(text), proof="pin-offline", happened_at=when,
        beacon_at=when,
    )  # fmt: skip


@pytest.mark.clause("P2-4.3.1f")
@pytest.mark.clause("P2-4.4.6a")
def test_what_the_post_hands_over_is_there_to_be_gone_through(site: Site):
    rows = form(offered(site)).all("li")
    said = [each.text() for each in rows]
    key = next(each for each in rows if "Key to the show flat K-01" in each.text())
    stands = [each.text() for each in key.all("span") if "data-value" in each.attrs and "hidden" not in each.attrs]
    assert stands == ["何欣怡"], "what this tablet recorded takes its place"
    assert any("客廳落地燈不亮" in each for each in said)
    counted = [each for each in rows if any(one.attrs.get("type") == "number" for one in each.all("input"))]
    assert len(counted) == 2, "clean and soiled covers"
    must = [one for each in rows for one in each.all("input") if "required" in one.attrs]
    assert {one.attrs["type"] for one in must} == {"radio", "number"}
    assert len({one.attrs["name"] for one in must}) == len(rows), "each line has to be touched"


@pytest.mark.clause("P2-4.4.6a")
def test_without_script_every_line_is_taken_with_the_signature(site: Site):
    page = offered(site)
    sent = fields(page) | {"_person": demo.person("lin"), "_code": "204618"}
    key = f"lines.{demo.named('thing', 'K-01')}"
    sent |= {f"{key}.said": "differs", f"{key}.note": "With the engineers"}
    assert site.tablet("door").post(DO + "duty.accept", data=sent, headers=OURS).status_code == 303
    found = handover(sent["offer"])
    assert status(found) is Status.WITH_EXCEPTIONS
    assert len(found.answers[0].lines) == len(lines(page))
    differs = [each for each in found.answers[0].lines if each.said == "differs"]
    assert [(each.note, each.state) for each in differs] == [("With the engineers", "out")]
    shown = site.tablet("door").get(PAGE).text
    assert "Key to the show flat K-01: With the engineers" in shown
    assert "against what was expected" in shown
    review = site.desk("chen").get("/review?lang=en").text
    assert "Key to the show flat K-01: With the engineers" in review
    assert f"/handovers/{found.id}" in review


def test_a_note_that_is_too_long_is_asked_for_again_with_all_the_rest(site: Site):
    page = offered(site)
    key = f"lines.{demo.named('thing', 'K-01')}.note"
    sent = fields(page) | HE | {key: "x" * 201}
    answer = site.tablet("door").post(DO + "duty.accept", data=sent, headers=OURS)
    assert answer.status_code == 422
    asked = read(answer.text)
    assert "at most 200" in asked.text()
    assert hidden_of(asked)[f"lines.{demo.named('thing', 'C-07')}.said"] == "agrees"
    assert [each.text() for each in asked.all("textarea")] == ["x" * 201]


@pytest.mark.clause("P2-4.4.6a")
def test_whoever_opens_sees_what_the_closer_left_and_confirms_it_with_one_tap(site: Site):
    tablet = site.tablet("door")
    sends("Door", entry(1, "duty.offer", AT - clock.MINUTE, **OFFER, kept="security", custodian="老周"))
    with clock.standing_at(AT + 19 * clock.HOUR):
        said = read(tablet.get("/en/door/").text).text()
        assert "From the last shift" in said
        assert "With security · 老周" in said
        page = read(tablet.get(PAGE).text)
        assert form(page).all("li") == []
        assert "Confirm and open" in page.text()
    assert "With security · 老周" in read(site.desk("chen").get("/review?lang=en").text).text()
    assert "From the last shift" not in read(tablet.get("/en/bar/").text).text()


@pytest.mark.clause("P2-4.4.6a")
def test_what_was_put_away_for_the_night_is_read_by_whoever_opens_and_at_the_desk(site: Site):
    said = {"kind": "asset", "asset": demo.named("thing", "K-01"), "said": "differs", "note": "Bent", "state": "out"}
    line = {f"lines.key.{name}": value for name, value in said.items()}
    mine = entry(1, "duty.offer", AT - clock.MINUTE, **OFFER, **line, kept="key_box")
    sends("Door", mine)
    for page in (site.tablet("door").get(PAGE).text, site.desk("chen").get(f"/handovers/{mine.id}?lang=en").text):
        rows = [each.text() for each in read(page).all("li") if not each.has_parent("template")]
        assert any("Key to the show flat K-01" in each and "differs · Bent" in each for each in rows)
    assert "the keys were left with nobody named" in read(site.desk("chen").get(f"/handovers/{mine.id}?lang=en").text).text()


INSIDE = {"flat": demo.named("flat", "a"), "place": OFFER["place"], "guests": "3", "covers": "0"}


def locked_up_with_guests(*more: Entry) -> str:
    """The door is locked up with a party inside that came five minutes before; what else is sent, before or after."""
    came = entry(1, "tours.arrive", AT - 6 * clock.MINUTE, **INSIDE)
    away = entry(2, "duty.offer", AT - clock.MINUTE, **OFFER, kept="key_box", custodian="Box 3")
    sends("Door", *sorted((came, away, *more), key=lambda each: each.seq), high=2 + len(more))
    return away.id


def told_of_guests(site: Site, offer: str) -> list[bool]:
    """Whether the review, the closing page and the handover at the desk say that somebody was inside."""
    pages = ("/review?lang=en", "/review/2026-05-28/close?lang=en", f"/handovers/{offer}?lang=en")
    return ["locked up with 1 party inside: 13:25 Party of 3" in read(site.desk("chen").get(each).text).text() for each in pages]


@pytest.mark.clause("P2-4.4.3f")
def test_a_flat_that_was_locked_up_with_guests_inside_is_an_open_point_of_the_day(site: Site):
    assert told_of_guests(site, locked_up_with_guests()) == [True, True, True]


@pytest.mark.parametrize(("minutes", "is_told"), [(2, False), (-5, True)])
def test_whoever_was_seen_off_before_was_not_locked_in_however_late_it_is_told(site: Site, minutes: int, is_told: bool):
    offer = locked_up_with_guests()
    came = entry(1, "tours.arrive", AT - 6 * clock.MINUTE, **INSIDE)
    with clock.standing_at(AT + 10 * clock.MINUTE):
        off = replace(entry(31, "tours.see_off", AT - minutes * clock.MINUTE, party=came.id), seq=1)
        sends("A 型樣板房 1", off, at=AT + 10 * clock.MINUTE)
        assert told_of_guests(site, offer) == [is_told] * 3


@pytest.mark.clause("P2-4.4.3f")
def test_the_night_store_names_who_is_still_inside(site: Site):
    came, off = entry(1, "tours.arrive", AT - 6 * clock.MINUTE, **INSIDE), entry(2, "tours.arrive", AT - 5 * clock.MINUTE, **INSIDE)
    sends("Door", came, off, entry(3, "tours.see_off", AT - clock.MINUTE, party=off.id), high=3)
    page = read(site.tablet("door").get(PAGE).text)
    rows = {each.attrs["href"].rpartition("/")[2]: each for each in page.all("a") if each.attrs.get("data-value") == "inside"}
    assert "Party of 3 is still inside 13:25 See them off first, or lock up all the same." in rows[came.id].text()
    assert ("hidden" in rows[came.id].attrs, "hidden" in rows[off.id].attrs) == (False, True)
    assert any(each.has_parent("template") for each in rows.values()), "one that only the tablet knows of is named too"


def test_where_nobody_came_a_photo_tells_how_the_post_was_left(site: Site):
    tablet = site.tablet("door")
    data = OFFER | HE | {"absent": "Stuck in traffic", "photos": (BytesIO(photo(3)), "IMG_1.jpg")}
    answer = tablet.post(DO + "duty.offer", data=data, headers=OURS, content_type="multipart/form-data")
    assert answer.status_code == 303
    (offer,) = [
        each for each in duty.handovers(demo.project_id(), AT - clock.HOUR, AT + 1, AT) if each.absent == "Stuck in traffic"
    ]
    shown = read(site.desk("chen").get(f"/handovers/{offer.id}?lang=en").text).all("img")
    assert any(each.attrs["src"].startswith("/photos/") for each in shown)


def test_later_than_an_hour_after_opening_nobody_is_greeted(shown: Site):
    assert "From the last shift" not in shown.tablet("door").get("/en/door/").text


def test_a_handover_is_read_at_the_desk_with_its_seal_and_what_came_after_it(site: Site):
    page = read(site.desk("chen").get(f"{YESTERDAY}?lang=en").text)
    assert "Key to the show flat K-01" in page.text()
    assert "Arrived after sealing" not in page.text()
    assert "Nothing has to be settled." in page.text()
    mine = entry(
        1,
        "duty.remark",
        handover(YESTERDAY.rpartition("/")[2]).at - clock.MINUTE,
        place=OFFER["place"],
        category="normal",
        text="Late",
    )
    sends("Door", mine)
    assert "Arrived after sealing" in site.desk("chen").get(f"{YESTERDAY}?lang=en").text
    assert site.desk("chen").get(f"/handovers/{demo.person('he')}").status_code == 404


@pytest.mark.clause("P2-4.4.6a")
def test_each_sealed_line_is_read_by_what_it_is_about_in_the_readers_language(site: Site):
    page = offered(site)
    sent = fields(page) | {"_person": demo.person("lin"), "_code": "204618"}
    check = content.all_in_force(demo.project_id(), "checklist", AT)[0].body["items"][0]
    db.session.rollback()
    point = {"kind": "check", "key": check["id"], "shown": "Not in order", "said": "agrees"}
    gone = {"kind": "remark", "entry": "0198c0de-0000-7000-8000-0000000000ff", "shown": "Abnormal", "said": "agrees"}
    sent[next(name for name in sent if name.endswith("-in_use.shown"))] = "9 pairs with guests inside"
    sent |= {f"lines.point.{name}": value for name, value in point.items()}
    sent |= {f"lines.gone.{name}": value for name, value in gone.items()}
    assert site.tablet("door").post(DO + "duty.accept", data=sent, headers=OURS).status_code == 303
    shown = read(site.desk("chen").get(f"/handovers/{sent['offer']}?lang=zh-Hant").text)
    rows = [" ".join(each.text().replace("\u00a0", " ").split()) for each in shown.all("li")]
    assert f"{check['prompt']['zh-Hant']} 有異常 · 相符" in rows
    assert any(each.startswith("客廳落地燈不亮") and each.endswith("· 相符") for each in rows), "a remark stands with its text"
    assert "Not in order" not in shown.text()
    assert "Clean" not in shown.text()
    assert any("在場來客穿着 9 雙" in each for each in rows)
    assert [each.text() for each in shown.all("span") if each.attrs.get("lang") == "en" and each.has_parent("li")] == [
        "Abnormal"
    ], "of a remark that never came only the words are known that the tablet showed"
    line = next(each for each in handover(sent["offer"]).answers[0].lines if each.key)
    assert line.shown == "Not in order", "what was signed stays as it was signed"


def late_of(site: Site) -> str:
    """What stands under the handover of yesterday noon as arrived after sealing."""
    page = read(site.desk("chen").get(f"{YESTERDAY}?lang=en").text)
    return " ".join(each.text() for each in page.all("section") if each.attrs.get("aria-labelledby") == "late")


def test_only_what_belongs_to_a_handover_stands_under_its_seal(site: Site):
    sealed = handover(YESTERDAY.rpartition("/")[2])
    told = [("flat-a", 23 * clock.HOUR), ("bar", 2 * clock.MINUTE), ("flat-b", clock.MINUTE)]
    for number, (place, before) in enumerate(told, 1):
        said = {"place": demo.named("place", place), "category": "normal", "text": "Elsewhere"}
        sends("Door", entry(number, "duty.remark", sealed.at - before, **said), high=number)
    assert late_of(site) == ""
    said = {"place": demo.named("place", "flat-a"), "category": "normal", "text": "Here"}
    sends("Door", entry(4, "duty.remark", sealed.at - 30_000, **said), high=4)
    assert late_of(site).count("Remark") == 1


def test_what_is_taken_back_after_sealing_stands_under_the_seal_and_changes_no_line(site: Site):
    sealed = handover(YESTERDAY.rpartition("/")[2])
    place = demo.named("place", "flat-a")
    party = tours.parties(demo.project_id(), sealed.at - clock.HOUR * 4, sealed.at, AT, place)[0]
    before = [each.text() for each in read(site.desk("chen").get(f"{YESTERDAY}?lang=en").text).all("li")]
    outcome = the_ledger().submit(
        "tours.undo", {"entry": party.id}, project_id=demo.project_id(), author_id=demo.person("chen"), proof="session", at=AT
    )
    assert outcome.outcome == "applied"
    late = late_of(site)
    assert "Arrival or question undone at the desk 陳思遠 · of" in late
    after = [each.text() for each in read(site.desk("chen").get(f"{YESTERDAY}?lang=en").text).all("li")]
    assert [each for each in after if "undone at the desk" not in each] == before


@pytest.mark.clause("P2-4.4.6a")
def test_a_dispute_is_settled_on_what_was_known(site: Site):
    offer = entry(1, "duty.offer", AT - 3 * clock.MINUTE, **OFFER)
    disputed = entry(2, "duty.accept", AT - 2 * clock.MINUTE, offer=offer.id, result="disputed", exceptions="One key short")
    sends("Door", offer, replace(disputed, author=demo.person("lin")), high=2)
    desk, path = site.desk("chen"), f"/handovers/{offer.id}"
    assert path in desk.get("/review").text
    asked = hidden_of(read(desk.get(path).text))
    blank = desk.post(path, data=asked | {"text": " "}, headers=OURS)
    assert blank.status_code == 422
    asked = hidden_of(read(blank.text))
    stale = desk.post(f"{path}?lang=en", data=asked | {"text": "It was in his bag", "based_on": offer.id}, headers=OURS)
    assert (stale.status_code, "It was in his bag" in stale.text) == (422, True)
    assert "Somebody has answered since" in stale.text
    assert status(handover(offer.id)) is Status.DISPUTED
    assert desk.post(path, data=asked | {"text": "It was in his bag"}, headers=OURS).status_code == 303
    assert status(handover(offer.id)) is Status.RESOLVED
    assert "settled: It was in his bag" in desk.get("/review?lang=en").text


@pytest.mark.clause("P2-4.4.6a")
def test_what_differed_is_settled_though_nobody_disputed_it_and_its_day_is_over(site: Site):
    offer = entry(1, "duty.offer", AT - 20 * clock.HOUR, **OFFER)
    radio = {
        "kind": "asset",
        "asset": demo.named("thing", "R-1"),
        "shown": "Radio",
        "said": "differs",
        "note": "Its battery is dead",
    }
    lines = {f"lines.radio.{name}": value for name, value in radio.items()}
    taken = entry(2, "duty.accept", AT - 20 * clock.HOUR + clock.MINUTE, offer=offer.id, result="accepted", **lines)
    sends("Door", offer, replace(taken, author=demo.person("lin")), high=2)
    desk, path, day = site.desk("chen"), f"/handovers/{offer.id}", "/review/2026-05-27?lang=en"

    def told() -> list[str]:
        rows = read(desk.get(day).text).all("li")
        return sorted({each.text() for each in rows if any(one.attrs.get("href") == path for one in each.all("a"))})

    assert [" ".join(each.split()) for each in told() if "Its battery is dead" in each]
    page = desk.get(f"{path}?lang=en")
    assert "Say what became of it" in page.text
    assert desk.post(path, data=hidden_of(read(page.text)) | {"text": "Sent to be repaired"}, headers=OURS).status_code == 303
    assert not [each for each in told() if "Its battery is dead" in each]
    assert [each for each in told() if "settled: Sent to be repaired" in each]
    assert "Say what became of it" not in desk.get(f"{path}?lang=en").text


@pytest.mark.clause("P2-4.4.6a")
def test_a_night_store_that_two_opened_goes_to_the_supervisor_on_the_day_it_was_opened(site: Site):
    """Both stand (domain section 0.7); it was offered on another day, and nothing of it is in that day's review."""
    offer = entry(1, "duty.offer", AT - 20 * clock.HOUR, **OFFER, kept="security", custodian="老周")
    first, second = (
        entry(number, "duty.accept", AT - (10 - number) * clock.MINUTE, offer=offer.id, result="accepted") for number in (2, 3)
    )
    sends("Door", offer, first, replace(second, author=demo.person("lin")), high=3)
    desk, path = site.desk("chen"), f"/handovers/{offer.id}"
    review = read(desk.get("/review?lang=en").text)
    (told,) = {each.text() for each in review.all("li") if any(one.attrs.get("href") == path for one in each.all("a"))}
    assert "Wednesday 27 May" in told
    assert "answered twice" in told
    page = desk.get(f"{path}?lang=en")
    assert "Say which one holds" in page.text
    answer = desk.post(path, data=hidden_of(read(page.text)) | {"text": "He had the keys"}, headers=OURS)
    assert answer.status_code == 303
    assert status(handover(offer.id)) is Status.ACCEPTED
    review = desk.get("/review?lang=en").text
    assert "settled: He had the keys" in review
    assert "answered twice" not in review


def test_nobody_settles_a_handover_that_was_signed_by_himself(site: Site):
    """陳思遠 stood in at the post and took it over; his deputy says what holds."""
    offer = entry(1, "duty.offer", AT - 3 * clock.MINUTE, **OFFER)
    disputed = entry(2, "duty.accept", AT - 2 * clock.MINUTE, offer=offer.id, result="disputed", exceptions="One key short")
    sends("Door", offer, replace(disputed, author=demo.person("chen")), high=2)
    desk, path = site.desk("chen"), f"/handovers/{offer.id}"
    page = read(desk.get(f"{path}?lang=en").text)
    assert "Somebody else has to settle it" in page.text()
    assert "Settle the dispute" not in page.text()
    answer = desk.post(path, data={"based_on": disputed.id, "text": "I was right"}, headers=OURS)
    assert answer.status_code == 422
    assert status(handover(offer.id)) is Status.DISPUTED


@pytest.mark.parametrize("who", ["zhou"])
def test_whoever_is_no_supervisor_settles_nothing(site: Site, who):
    offer = entry(1, "duty.offer", AT - 3 * clock.MINUTE, **OFFER)
    disputed = entry(2, "duty.accept", AT - 2 * clock.MINUTE, offer=offer.id, result="disputed", exceptions="One key short")
    sends("Door", offer, disputed, high=2)
    desk, path = site.desk(who), f"/handovers/{offer.id}"
    assert "Settle the dispute" not in desk.get(f"{path}?lang=en").text
    answer = desk.post(path, data={"based_on": disputed.id, "text": "Mine"}, headers=OURS)
    assert answer.status_code == 422
    assert status(handover(offer.id)) is Status.DISPUTED
