"""The page of the umbrellas."""

from typing import Any

from flask import Blueprint, Flask, g, render_template
from sqlalchemy import select
from webapp.umbrellas.models import Counted, Lent, Looked
from webapp.umbrellas.operations import POINTS

from webapp.base.database import db
from webapp.operations.models import Fact
from webapp.tablets.stations import station_page

bp = Blueprint("umbrellas", __name__)


@station_page(bp, "door", "umbrellas", families=("umbrellas",))
def umbrellas() -> str:
    counted = next(iter(_here(Counted)), None)
    lent = _here(Lent)
    since = [each for each in lent if counted is None or each.place_in_order > counted.place_in_order]
    looked = {each.point: each for each in reversed(_here(Looked))}
    return render_template(
        "umbrellas/umbrellas.html",
        left=(counted.number if counted else 0) - sum(each.number for each in since),
        stamp=counted.effective_at if counted else 0,
        points=[(point, looked.get(point)) for point in POINTS],
        lent=lent,
    )


def _here(model: type[Fact]) -> list[Any]:
    """What happened at this place, newest first."""
    found = db.session.scalars(select(model).where(model.project_id == g.tablet.project_id))
    return sorted(
        (each for each in found if each.place_id == g.tablet.place_id), key=lambda each: each.place_in_order, reverse=True
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
