"""The demo site at half past one, its tablets and its people, as browsers see it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp import demo
from webapp.base import clock, ids
from webapp.base.database import Base, db
from webapp.factory import create_app
from webapp.operations.ledger import the_ledger
from webapp.operations.rules import SYSTEM
from webapp.staff import access
from webapp.tablets.enrolment import Spot, enrol

AT = int(datetime(2026, 5, 28, 13, 31, tzinfo=ZoneInfo(demo.ZONE)).timestamp() * 1000)
OURS = {"Sec-Fetch-Site": "same-origin"}
"""What a browser says of a form of our own pages."""
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "use", "path", "rect"}


@dataclass
class Node:
    """An element of a page."""

    tag: str
    attrs: dict[str, str]
    parent: "Node | None" = None
    parts: list["Node | str"] = field(default_factory=list)

    @property
    def children(self) -> list["Node"]:
        return [part for part in self.parts if isinstance(part, Node)]

    @property
    def words(self) -> list[str]:
        return [part for part in self.parts if isinstance(part, str)]

    def all(self, *tags: str) -> list["Node"]:
        """Every element below with one of these names, or every one."""
        below = [each for child in self.children for each in (child, *child.all())]
        return [each for each in below if not tags or each.tag in tags]

    def text(self) -> str:
        """What it says, in the order in which it says it."""
        return " ".join(" ".join(part if isinstance(part, str) else part.text() for part in self.parts).split())

    def has_parent(self, tag: str) -> bool:
        return self.parent is not None and (self.parent.tag == tag or self.parent.has_parent(tag))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("#", {})

    def handle_starttag(self, tag, attrs):
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.parts.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag, attrs):
        self.here.parts.append(Node(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag):
        node = self.here
        while node.parent and node.tag != tag:
            node = node.parent
        if node.parent:
            self.here = node.parent

    def handle_data(self, data):
        self.here.parts.append(data)


def read(html: str) -> Node:
    """A page as a tree."""
    reader = _Reader()
    reader.feed(html)
    return reader.root


def hidden_of(page: Node) -> dict[str, str]:
    """The hidden fields of the one form of a page that asks."""
    return {each.attrs["name"]: each.attrs["value"] for each in page.all("input") if each.attrs.get("type") == "hidden"}


class Browser(FlaskClient):
    """A client whose requests see nothing of the test's own application context: `g` is each request's own."""

    def open(self, *args, **kwargs):
        return Context().run(super().open, *args, **kwargs)


@dataclass
class Site:
    """The demo site with browsers: a tablet at the door, one at the bar, one of another project; desks of several people."""

    app: Flask
    credentials: dict[str, str]

    def tablet(self, name: str) -> FlaskClient:
        client = self.app.test_client()
        client.set_cookie("tablet", self.credentials[name])
        return client

    def desk(self, key: str) -> FlaskClient:
        client = self.app.test_client()
        client.set_cookie("session", access.open_session(demo.person(key), clock.now()))
        return client

    def stranger(self) -> FlaskClient:
        return self.app.test_client()


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory, builds: str) -> tuple[Path, dict[str, str]]:
    """The database of the demo site, made once."""
    folder = tmp_path_factory.mktemp("demo")
    path = folder / "threshold.db"
    app = create_app({"DATABASE_URL": f"sqlite:///{path}", "DATA_FOLDER": str(folder), "BUILDS_FOLDER": builds})
    with app.app_context(), clock.standing_at(AT):
        Base.metadata.create_all(db.engine)
        demo.load(AT)
        credentials = _more_tablets()
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
        db.engine.dispose()
    return path, credentials


def _more_tablets() -> dict[str, str]:
    spot = Spot(demo.named("place", "flat-a"), demo.named("flat", "a"))
    door = enrol(demo.project_id(), "Door", "door", AT, spot=spot)
    bar = enrol(demo.project_id(), "Bar", "bar", AT, spot=Spot(demo.named("place", "bar")))
    floor = enrol(demo.project_id(), "Floor", "floor", AT, spot=Spot(demo.named("place", "hall")))
    return {"door": door.credential, "bar": bar.credential, "floor": floor.credential, "elsewhere": _elsewhere()}


def _elsewhere() -> str:
    """A tablet at the door of another project, which has nothing but a place."""
    other, place = ids.derived(demo.project_id(), "other"), ids.derived(demo.project_id(), "other place")
    words = '{"en": "Another court"}'
    site = {
        "code": "OTH",
        "names": words,
        "zone": demo.ZONE,
        "record_language": "en",
        "opens": "540",
        "closes": "1080",
        "is_demo": "yes",
    }
    for name, entry, body in (
        ("sites.open_project", other, site), ("sites.add_place", place, {"kind": "show_flat", "code": "flat", "names": words}),
    ):  # fmt: skip
        assert (
            the_ledger().submit(name, body, project_id=other, author_id=None, proof=SYSTEM, entry_id=entry, at=AT).outcome
            == "applied"
        )
    return enrol(other, "Elsewhere", "door", AT, spot=Spot(place)).credential


@contextmanager
def _open(template: tuple[Path, dict[str, str]], folder: Path, builds: str) -> Iterator[Site]:
    source, credentials = template
    shutil.copy(source, folder / "threshold.db")
    places = {"DATABASE_URL": f"sqlite:///{folder / 'threshold.db'}", "DATA_FOLDER": str(folder), "BUILDS_FOLDER": builds}
    app = create_app({"SECRET_KEY": "for tests", "TESTING": True} | places)
    app.test_client_class = Browser
    with app.app_context(), clock.standing_at(AT):
        yield Site(app, credentials)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def shown(demo_template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory, builds: str) -> Iterator[Site]:
    """The demo site at half past one, only looked at."""
    with _open(demo_template, tmp_path_factory.mktemp("shown"), builds) as found:
        yield found


@pytest.fixture
def site(demo_template: tuple[Path, dict[str, str]], tmp_path: Path, builds: str) -> Iterator[Site]:
    """A fresh copy of the demo site at half past one."""
    with _open(demo_template, tmp_path, builds) as found:
        yield found
