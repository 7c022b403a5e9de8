"""Prints what the bench's entries refer to; run by door.py in a process of its own, where the site's environment is.

THRESHOLD_DATA=… python benchmarks/references.py YQF
"""

import json
import sys

from sqlalchemy import select

from webapp.base.database import db
from webapp.content.models import Document, Version
from webapp.factory import create_app
from webapp.sites.models import Flat, Place
from webapp.sites.queries import project_by_code
from webapp.stock.models import Item


def references(project_id: str) -> dict[str, object]:
    """A show flat, the store, its shoe covers, and the opening check."""
    flat = db.session.scalars(select(Flat).where(Flat.project_id == project_id).order_by(Flat.code)).first()
    store = db.session.scalars(select(Place).where(Place.project_id == project_id, Place.kind == "store_room")).first()
    covers = db.session.scalars(select(Item).where(Item.project_id == project_id, Item.category == "shoe_cover")).first()
    checks = select(Version).join(Document, Document.id == Version.document_id).where(Document.kind == "checklist")
    version = db.session.scalars(checks.where(Document.code == "check.flat_opening")).first()
    if flat is None or store is None or covers is None or version is None:
        raise SystemExit("The demo site has no flat, store, covers or opening check.")
    return {
        "flat": flat.id,
        "place": flat.place_id,
        "store": store.id,
        "covers": covers.id,
        "version": version.id,
        "checks": [item["id"] for item in version.body["items"] if item["response"] == "pass_fail_na"],
    }


if __name__ == "__main__":
    with create_app().app_context():
        project = project_by_code(sys.argv[1])
        if project is None:
            raise SystemExit(f"There is no project {sys.argv[1]}.")
        print(json.dumps(references(project.id)))
