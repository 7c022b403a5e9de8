"""The duty record as it is laid out (forms.md F1): its head, its parts and who signs, in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.base import address, clock
from webapp.base.i18n import N_, language, words
from webapp.base.paper import NOTE_MOST, Column, Grid, Paper, Sign, width
from webapp.base.written import among, day_text, figure_text, instant_text, moment_text, signed_text
from webapp.content.queries import edition, said_words
from webapp.custody.queries import EVENT_NAMES, KIND_NAMES
from webapp.duty.queries import CATEGORY_NAMES, STATE_NAMES, kept_words
from webapp.records import queries, rules
from webapp.records.layout import Layout
from webapp.records.rules import Account, Also, Event, Gone, Handed, Lay, Mark, Pending, Point, Stood, Thing
from webapp.sites.models import Post, Project
from webapp.stock import queries as stock
from webapp.stock.rules import CLEAN, IN_USE, SOILED
from webapp.tours.queries import MODE_NAMES
from webapp.tours.rules import MODES

MARKS = {"pass": "√", "fail": "×", "na": "—"}
KINDS = {"taken": N_("Post taken"), "left": N_("Post left")} | stock.MOVE_NAMES
RESULTS = {
    "accepted": N_("Taken over"), "accepted_with_exceptions": N_("Taken over with exceptions"), "disputed": N_("Disputed"), "": "",
}  # fmt: skip
STATES = {CLEAN: N_("Clean"), IN_USE: N_("In use"), SOILED: N_("Soiled")}
FORM, VERSION = "F1", "1"


def number_of(site: Project, post: Post, day: str, code: str) -> str:
    """What a record is filed under: YQF-door-20260528-early."""
    return f"{site.code}-{post.code}-{day.replace('-', '')}-{code}"


def paper(of: Account, told: Layout, reviewed: Sign | None = None, at: int | None = None) -> Paper:
    """A record as it is printed. `at`: the instant of which it speaks, that of printing where none is said."""
    hours = _reception(of, told)
    grids = [_before(of, told), hours if told.is_flat else _drinks(of, told), _log(of, told), _custody(of, told)]
    grids += [_open(of, told), _remarks(of, told), _closing(of, told)]
    handed = [each for each in of.handed if each.ended_at is not None] or of.handed[-1:]
    signs = (
        Sign(_("Outgoing"), " / ".join(by_code("", told.name(each.by), told.time(each.at)).said for each in handed)),
        Sign(_("Incoming or custodian"), " / ".join(filter(None, (_incoming(each, told) for each in handed)))),
        reviewed or Sign(_("Reviewed by the sales-centre manager")),
    )  # fmt: skip
    return Paper(
        language(), _company(told), _("Form %(form)s, version %(version)s", form=FORM, version=VERSION),
        number_of(told.site, told.post, of.day, of.window.code), str(_("Duty record form")),
        tuple(_head(of, told, at or told.at)), tuple(grids),
        (_parties(of, told),) if told.is_flat else (), signs, (*foot_of(told), _("Hash %(hash)s", hash=of.digest[:8])),
        address.public(f"{path_of(of)}?sheet={Mark(of.digest, told.at)}"), bool(told.printing and told.printing.in_ink),
    )  # fmt: skip


def path_of(of: Account) -> str:
    """Where a record is on the screen."""
    return f"/records/{of.day}/{of.post}/{of.window.code}"


def by_code(who: str, name: str, at: str) -> Sign:
    """A signature with the six digits; nothing where nobody gave them."""
    return Sign(who, _("Signed by code: %(name)s %(time)s", name=name, time=at) if name else "")


def _company(told: Layout) -> str:
    return (told.printing and told.printing.company) or words(told.site.names)


def foot_of(told: Layout) -> tuple[str, str]:
    years = told.printing.kept_years if told.printing else None
    kept = ngettext("Kept for %(num)s year", "Kept for %(num)s years", years) if years else _("Kept until: ________")
    return kept, _("Printed %(time)s", time=moment_text(told.at, told.site.zone))


def _incoming(handed: Handed, told: Layout) -> str:
    """Who took over; after the last shift who has the keys, who signs with no code."""
    if handed.kept:
        return kept_words(handed.kept, handed.custodian)
    signed = by_code("", told.name(handed.answered_by), told.time(handed.answered_at)).said
    is_same = handed.by is not None and handed.by == handed.answered_by
    return " · ".join((signed, _("the same person as outgoing"))) if is_same else signed


def with_addenda(of: Paper, addenda: tuple[Grid, ...]) -> Paper:
    """A record that is no longer what was signed."""
    return replace(of, changed=True, addenda=addenda)


# the head


def _head(of: Account, told: Layout, at: int) -> Iterator[tuple[str, str]]:
    yield _("Project"), words(told.site.names)
    yield _("Place or type"), told.called(told.post.place_id)
    yield _("Post"), told.called(told.post.id)
    yield _("Date"), f"{of.day} {day_text(date.fromisoformat(of.day))}" if of.day else ""
    yield _("Weather"), ""
    kind = told.kind(of)
    yield _("Shift"), told.called(kind.id) if kind else ""
    yield _("Planned hours"), f"{_clock(kind.starts)}–{_clock(kind.ends)}" if kind else ""
    on, rest = rules.on_duty(of, at, is_last=queries.is_last(told.site, of))
    until = None if any(each.until is None for each in on) else max((each.until or 0 for each in on), default=None)
    yield _("Actual hours"), _span(told, on[0].since, until) if on else ""
    yield _("On duty"), _stays(told, on) if len(on) > 1 else "".join(told.name(each.person) for each in on)
    yield _("Relief"), _stays(told, rest)


def _stays(told: Layout, stood: Iterable[Stood]) -> str:
    return " · ".join(f"{told.name(each.person)} {_span(told, each.since, each.until)}" for each in stood)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _span(told: Layout, since: int, until: int | None) -> str:
    return f"{told.time(since)}–{told.time(until)}"


# its parts


def _columns(*titled: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(*each) for each in titled)


def _before(of: Account, told: Layout) -> Grid:
    columns = _columns(
        (_("No."), "number"), (_("Item checked"), "text"), (_("Expected and found"), "short"), (_("Result"), "mark"),
        (_("Time"), "time"), (_("Note"), "note"),
    )  # fmt: skip
    rows = _ready(of, told)
    rows += [_checked(told, check.version, point) for check in of.lists if check.purpose != "closing" for point in check.points]
    return Grid(_("1. Before duty"), columns, tuple((str(n), *row) for n, row in enumerate(rows, 1)), is_narrow=True)


def _ready(of: Account, told: Layout) -> list[tuple[str, ...]]:
    """The readiness check, a line for each who was on duty or relieved them; one where nobody was, for the form asks it."""
    on, rest = rules.on_duty(of, told.at, is_last=queries.is_last(told.site, of))
    here = {each.person for each in (*on, *rest)}
    said = [(told.name(each.person), each.at) for each in of.readied if each.person in here]
    rows = [("√", told.time(at), name) if at else ("", "", f"{name} {_('not answered')}") for name, at in said]
    return [(_("Ready for duty"), "", *row) for row in rows or [("", "", "")]]


def _checked(told: Layout, version: str, point: Point) -> tuple[str, str, str, str, str]:
    expected = point.due if point.expected is None else point.expected
    found = said_words(told.item(version, point), point.number, expected, point.said)
    mark = MARKS.get(point.answer) or ("" if point.at is None else "×" if point.failed or point.variance else "√")
    notes = filter(None, (point.note, *(_earlier(told, version, each) for each in point.before)))
    return told.prompt(version, point), found, mark, told.time(point.at), " · ".join(notes)


def _earlier(told: Layout, version: str, point: Point) -> str:
    """What was found before, whatever was answered after it: 08:40 × 空調不製冷（林靜怡）."""
    said = (told.time(point.at), "×", said_words(told.item(version, point), point.number, point.expected, point.said), point.note)
    return str(_("%(what)s (%(how)s)", what=" ".join(filter(None, said)), how=told.name(point.by)))


def _reception(of: Account, told: Layout) -> Grid:
    titles = (
        _("Number of parties"), _("Number of guests"), _("With a consultant"), _("Guided"), _("On their own"),
        _("Covers given (pairs)"),
    )  # fmt: skip
    columns = _columns((_("Hour"), "time"), *((title, "figure") for title in titles))
    opens, closes = _hours(of, told)
    hours = rules.by_hour(of.visits, lambda instant: clock.local(instant, told.site.zone).hour, opens, closes)
    rows = tuple((f"{each.hour:02d}:00", *_numbers(vars(each))) for each in hours)
    sums = (_("Total"), *_numbers(rules.sums(hours)))
    return Grid(_("2. Reception"), columns, rows, sums)


def _numbers(hour: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(str(hour[name]) for name in ("parties", "guests", *MODES, "covers"))


def _hours(of: Account, told: Layout) -> tuple[int, int]:
    """The local hours of a record: those of its shift, else the site's."""
    kind = told.kind(of)
    starts, ends = (kind.starts, kind.ends) if kind else (told.site.opens, told.site.closes)
    return starts // 60, -(-ends // 60)


def _drinks(of: Account, told: Layout) -> Grid:
    titles = (
        _("Opening"), _("Drawn in"), _("Served"), _("Used"), _("Written off"), _("Expected"), _("Stock counted"), _("Variance"),
    )  # fmt: skip
    figures = ((title, "figure") for title in titles)
    columns = _columns((_("Item"), "text"), (_("Unit"), "mark"), *figures, (_("Note"), "note"))
    rows = []
    for each in of.stocks:
        item = told.items.get(each.item)
        due = each.due if each.expected_then is None else each.expected_then
        counted = "" if each.counted is None else figure_text(each.counted)
        variance = "" if each.variance is None else figure_text(each.variance)
        amounts = (each.opening, each.drawn + each.returned)
        rows.append((
            words(item.names) if item else "", words(item.counter) if item else "", *map(figure_text, amounts), "",
            figure_text(each.used), figure_text(each.written_off), figure_text(due), counted, variance, "",
        ))  # fmt: skip
    return Grid(_("2. Drinks"), columns, tuple(rows))


def _log(of: Account, told: Layout) -> Grid:
    rows = [(told.time(each.at), _event(told, each), "", "", told.name(each.by)) for each in (*of.log, *of.happened)]
    for each in of.handed:
        result = str(_(RESULTS[each.result])) if each.result else ""
        answer = " · ".join(filter(None, (result, each.exceptions, *_differing(told, each))))
        kept, absent = kept_words(each.kept, each.custodian), each.absent and f"{_('Nobody came')}: {each.absent}"
        handed = " · ".join(filter(None, (str(_("Handover offered")), kept, absent, each.note)))
        rows.append((told.time(each.at), handed, answer, told.name(each.answered_by), told.name(each.by)))
        rows += [_also(told, one) for one in each.others]
    is_long = any(width(action) > NOTE_MOST for _at, _what, action, *_who in rows)
    columns = _columns(
        (_("Time"), "time"), (_("Event"), "text"), (_("Action taken"), "text" if is_long else "words"), (_("Follow-up by"), "name"),
        (_("Recorded by"), "name"),
    )  # fmt: skip
    return Grid(_("3. Log"), columns, tuple(sorted(rows, key=lambda row: row[0])))


def _also(told: Layout, one: Also) -> tuple[str, str, str, str, str]:
    """The line of one more answer to a handover."""
    answer = " · ".join(filter(None, (str(_(RESULTS[one.result])), one.exceptions)))
    return told.time(one.at), _("Answered once more: both stand"), answer, told.name(one.by), told.name(one.by)


def _differing(told: Layout, each: Handed) -> Iterator[str]:
    """What did not agree when a post was handed over, line by line: in words, and by how much a count was another."""
    for line in each.lines:
        if line.differs:
            asset, item = told.assets.get(line.asset or ""), told.items.get(line.item or "")
            name = (
                f"{words(asset.names)} {asset.code}"
                if asset
                else " · ".join(filter(None, (words(item.names), _state(line.state))))
                if item
                else ""
            )
            yield ": ".join(filter(None, (name, _remark(line))))
    for lay in each.covers:
        item = told.items.get(lay.item)
        if item and lay.variance:
            found, more = figure_text(lay.found or 0), signed_text(lay.variance)
            counted = _("%(found)s counted, %(more)s against what was expected", found=found, more=more)
            yield f"{words(item.names)} · {_state(lay.state)}: {counted}"


def _state(state: str | None) -> str:
    return str(_(STATE_NAMES[state])) if state in STATE_NAMES else ""


def _event(told: Layout, each: Event) -> str:
    asset = told.assets.get(each.asset or "")
    if asset:
        return " · ".join(filter(None, (str(_(EVENT_NAMES[each.kind])), f"{words(asset.names)} {asset.code}", each.text)))
    if each.text:
        return each.text
    item = told.items.get(each.item or "")
    what = f"{words(item.names)} {figure_text(each.quantity)} {stock.counter(item, each.quantity)}" if item else ""
    return " · ".join(filter(None, (str(_(KINDS[each.kind])) if each.kind in KINDS else "", what)))


def _custody(of: Account, told: Layout) -> Grid:
    columns = _columns(
        (_("Kind"), "short"), (_("Name and number"), "text"), (_("Due"), "figure"), (_("Found"), "figure"),
        (_("Sound"), "mark"), (_("Note"), "note"),
    )  # fmt: skip
    rows = (*_things(of, told), *_covers(of, told))
    return Grid(_("4. Things handed over"), columns, rows, is_narrow=True)


def _things(of: Account, told: Layout) -> Iterator[tuple[str, ...]]:
    """Keys, radios, cards, umbrellas, facilities: one of each is due. How they were at the handover, else are at the end."""
    handed = of.passed_on
    said = handed.gone_through if handed else {}
    for each in handed.things if handed else of.things:
        asset, line = told.assets.get(each.asset), said.get(each.asset)
        if asset is None:
            continue
        holders = among(told.name(holder) for holder in each.holders)
        lent = _("lent to a guest by %(name)s", name=holders)
        where = {"back": "", "out": lent if each.is_lent else holders, "lost": _("lost")}[each.where]
        note = " · ".join(filter(None, (str(where), each.loss, each.note, _remark(line))))
        is_sound = each.where != "lost" and not each.is_damaged and not (line and line.differs)
        condition = "—" if each.is_lent and is_sound else "√" if is_sound else "×"
        found = _found(each, line, is_fixed=asset.kind == "facility")
        yield str(_(KIND_NAMES[asset.kind])), f"{words(asset.names)} {asset.code}", "1", found, condition, note


def _found(thing: Thing, line: Gone | None, *, is_fixed: bool) -> str:
    """Whether a thing was there: what was said at the handover, 0 of what was lost by then or known to be lent; '' where nobody
    looked. What is fixed is there, however it was found; of another thing that differs only the remark says what was there."""
    if line is None or (thing.where == "lost" and line.is_there):
        return "" if thing.is_there else "0"
    return {True: "1", False: "0", None: "1" if is_fixed else "×"}[line.is_there]


def _remark(line: Gone | None) -> str:
    """What was said of a line; at least that it differs."""
    return (line.note or (str(_("differs")) if line.differs else "")) if line else ""


def _covers(of: Account, told: Layout) -> Iterator[tuple[str, ...]]:
    """Covers as they were due and counted at the handover; due at the end where there was none. Whoever locks up counts them in the
    closing check."""
    due = [Lay(each.item, each.state, each.due) for state in STATES for each in of.stocks if each.state == state]
    counted = _counted(of, told)
    for lay in of.passed_on.covers if of.passed_on else due:
        item = told.items.get(lay.item)
        if item is None or item.category != "shoe_cover":
            continue
        each = _as_counted(lay, counted.get((item.sku, lay.state)), told)
        found = figure_text(each.found) if each.found is not None else {"agrees": "√", "differs": "×"}.get(each.said, "")
        more = _("%(amount)s more or less than expected", amount=signed_text(each.variance)) if each.variance else ""
        note = " · ".join(filter(None, (str(more), each.note)))
        yield str(_(STATES[each.state])), words(item.names), figure_text(each.due), found, "", note


def _counted(of: Account, told: Layout) -> Mapping[tuple[str, str], Point]:
    """What the closing check counted, by the SKU and the state of it."""
    points = [(check.version, point) for check in of.lists if check.purpose == "closing" for point in check.points]
    counts = [(told.item(version, point).get("counts"), point) for version, point in points if point.number is not None]
    return {(each["sku"], each["state"]): point for each, point in counts if each}


def _as_counted(lay: Lay, point: Point | None, told: Layout) -> Lay:
    """Covers that nobody counted when a post was locked up, as the closing check found them. Where some came or went between the
    two, its count was of others, and is told beside them."""
    if point is None or point.number is None or lay.found is not None or lay.said:
        return lay
    if lay.due in (point.number, point.due):
        return replace(lay, due=lay.due if point.due is None else point.due, found=point.number)
    return replace(lay, note=f"{told.time(point.at)} {_('%(found)s counted', found=figure_text(point.number))}")


def _open(of: Account, told: Layout) -> Grid:
    rows = [
        (told.prompt(version, point), _("not in order") if point.failed else _("not answered"), point.note)
        for version, point in rules.left_open(of)
    ]
    told_of = {point.item for _version, point in rules.left_open(of)}
    rows += [_to_put_right(told, each, of.window.start) for each in of.pending if each.item not in told_of or each.item is None]
    columns = _columns((_("Item checked"), "text"), (_("How it stands"), "words"), (_("Note"), "text"))
    return Grid(_("5. Open items"), columns, tuple(rows))


def _to_put_right(told: Layout, each: Pending, near: int) -> tuple[str, str, str]:
    stands = _("done, to be verified") if each.is_done else _("to be put right")
    due = _("due %(time)s", time=instant_text(each.due_at, told.site.zone, near))
    return each.title or _prompt_of(told, each.version or "", each.item), stands, " · ".join(filter(None, (each.note, due)))


def _prompt_of(told: Layout, version: str, item: str | None) -> str:
    """What an item of a check asks, which need not be among those of this record."""
    found = edition(told.site.id, version)
    return next((words(each["prompt"]) for each in found.body["items"] if each["id"] == item), "") if found else ""


def _remarks(of: Account, told: Layout) -> Grid:
    columns = _columns((_("Time"), "time"), (_("Kind"), "short"), (_("Remark"), "text"), (_("Recorded by"), "name"))
    rows = [(told.time(each.at), str(_(CATEGORY_NAMES[each.kind])), each.text, told.name(each.by)) for each in of.remarks]
    return Grid(_("6. Remarks (what was abnormal)"), columns, tuple(rows))


def _closing(of: Account, told: Layout) -> Grid:
    columns = _columns(
        (_("Item checked"), "text"), (_("Result"), "short"), (_("Time"), "time"), (_("Checked by"), "name"), (_("Note"), "note")
    )
    rows = []
    for check in of.lists:
        for point in check.points if check.purpose == "closing" else ():
            prompt, number, mark, time, note = _checked(told, check.version, point)
            rows.append((prompt, " ".join(filter(None, (mark, number))), time, told.name(point.by), note))
    return Grid(_("7. Closing"), columns, tuple(rows), is_narrow=True)


def _mode(mode: str | None) -> str:
    """As the form calls it, which is longer than a tablet's chip."""
    names = MODE_NAMES | {"accompanied": N_("With a consultant")}
    return str(_(names[mode])) if mode in names else ""


def _parties(of: Account, told: Layout) -> Grid:
    """The continuation sheet 《樣板房參觀記錄》: one line a party."""
    columns = _columns(
        (_("No."), "number"), (_("Came"), "time"), (_("Number of guests"), "figure"), (_("Covers (pairs)"), "figure"),
        (_("Left"), "time"), (_("How they went round"), "words"), (_("Received by"), "name"), (_("Note"), "note"),
    )  # fmt: skip
    rows = tuple(
        (
            str(n),
            told.time(each.at),
            str(each.guests),
            str(each.covers),
            told.time(each.left_at),
            _mode(each.reception),
            told.name(each.by),
            "",
        )
        for n, each in enumerate(of.visits, 1)
    )
    total = ngettext("%(num)s party", "%(num)s parties", len(of.visits))
    sums = ("", total, str(of.guests), str(of.covers), "", "", "", "")
    return Grid(_("Show flat visits (continuation sheet)"), columns, rows, sums)
