"""The duty record to be filled in by hand, on a day without power: what the form asks, boxes to tick, and ruled lines."""

from dataclasses import replace
from typing import NamedTuple

from flask_babel import gettext as _

from webapp.base.paper import Grid, Paper
from webapp.records.layout import Layout
from webapp.records.rules import Account
from webapp.records.tables import foot_of, paper

BOX = "□"


class Ruled(NamedTuple):
    """Of a part: how many of its columns are printed, in which there is a box to tick, and how many lines are empty below."""

    printed: int
    boxes: tuple[int, ...]
    empty: int


BEFORE, RECEPTION, DRINKS, LOG = Ruled(2, (3,), 1), Ruled(1, (), 0), Ruled(2, (), 2), Ruled(0, (), 8)
CUSTODY, OPEN, REMARKS, CLOSING = Ruled(2, (4,), 1), Ruled(0, (), 6), Ruled(0, (), 8), Ruled(1, (1,), 1)
PARTIES = Ruled(0, (), 30)


def blank(of: Account, told: Layout) -> Paper:
    """The form of a post. It is signed in ink, whatever the site does else."""
    shown = paper(of, told)
    printed = {_("Project"), _("Place or type"), _("Post")}
    boxes = {_("Shift"): _shifts(told)}
    head = tuple((label, value if label in printed else boxes.get(label, "")) for label, value in shown.head)
    parts = (BEFORE, RECEPTION if told.is_flat else DRINKS, LOG, CUSTODY, OPEN, REMARKS, CLOSING)
    grids = tuple(_ruled(each, part) for each, part in zip(shown.grids, parts, strict=True))
    more = tuple(_ruled(each, PARTIES) for each in shown.more)
    return replace(shown, number="", head=head, grids=grids, more=more, foot=foot_of(told), address="", in_ink=True)


def _shifts(told: Layout) -> str:
    return "  ".join(f"{BOX} {told.called(each.id)}" for each in sorted(told.kinds[""].values(), key=lambda each: each.starts))


def _ruled(part: Grid, ruled: Ruled) -> Grid:
    columns = range(len(part.columns))
    asked = [
        tuple(row[n] if n < ruled.printed else BOX if n in ruled.boxes else "" for n in columns)
        for row in (part.rows if ruled.printed else ())
    ]
    total = tuple("" if n else each for n, each in enumerate(part.total))
    return replace(part, rows=(*asked, *[("",) * len(columns)] * ruled.empty), total=total)
