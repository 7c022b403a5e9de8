"""The checks of the day, item by item (P2-4.4.2c, P2-4.4.6b, P2-4.5.2d)."""

from flask import Blueprint, Flask, g, render_template

from webapp.attachments import queries as attachments
from webapp.base import clock
from webapp.checklists import queries
from webapp.staff.queries import people
from webapp.tablets.frames import this_post, this_role, this_site
from webapp.tablets.stations import station_page

bp = Blueprint("checklists", __name__)


@station_page(bp, ("door", "bar"), "checks", families=("checklists", "attachments"))
def checks() -> str:
    """Today's lists of this post with every item, answered or not."""
    site, at = this_site(), clock.now()
    found = queries.checks(site, g.tablet.place_id, this_role(), at)
    given = [line.given for check in found for line in check.run.lines if line.given]
    return render_template(
        "checklists/checks.html",
        checks=found,
        day=clock.day_of(at, site.zone),
        post=this_post(),
        people=people({each.author_id for each in given if each.author_id}),
        photos=attachments.photos_of(site.id, [each.id for each in given]),
    )


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(bp)
