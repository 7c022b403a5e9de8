"""Where the work is done (P2-1). Reference data: facts may point here."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, MappedSQLExpression, column_property, mapped_column

from webapp.base.database import Base, Id, Words
from webapp.operations.models import KEYED, Fact
from webapp.operations.registry import reference

PLACE_KINDS = ("sales_centre", "show_flat", "water_bar", "store_room", "laundry", "other")


class Project(Base):
    """One site (樓盤). Its own project, so that every table is keyed alike. `opens` and `closes` are local minutes of a day."""

    __tablename__ = "sites_project"

    id: Mapped[Id] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    names: Mapped[Words]
    zone: Mapped[str] = mapped_column(sa.String(64))
    record_language: Mapped[str] = mapped_column(sa.String(16))
    opens: Mapped[int]
    closes: Mapped[int]
    is_demo: Mapped[bool]
    placeholders: Mapped[dict[str, str]] = mapped_column(sa.JSON)


class Milestones(Fact):
    """The dates of a site as 2026-05-01; the last set counts, whole. `stage`: what a person says instead, for a `reason`."""

    __tablename__ = "sites_milestones"

    opens_on: Mapped[str | None] = mapped_column(sa.String(10))
    sold_on: Mapped[str | None] = mapped_column(sa.String(10))
    moves_in_on: Mapped[str | None] = mapped_column(sa.String(10))
    warranty_ends_on: Mapped[str | None] = mapped_column(sa.String(10))
    stage: Mapped[str | None] = mapped_column(sa.String(16))
    reason: Mapped[str | None] = mapped_column(sa.String(200))


class Printing(Fact):
    """How the sheets of a site are printed; the last set counts, whole. `company`: what they are headed with, None the site's name;
    `kept_years`: how long they are kept (保存期限), None is written by hand; `in_ink`: whether they are signed in ink too;
    `language`: which they are written in, None the one that the site began with."""

    __tablename__ = "sites_printing"

    company: Mapped[str | None] = mapped_column(sa.String(80))
    kept_years: Mapped[int | None] = mapped_column(sa.SmallInteger)
    in_ink: Mapped[bool]
    language: Mapped[str | None] = mapped_column(sa.String(16))


class Profile(Fact):
    """A site has a small team from now on, or one of the usual size."""

    __tablename__ = "sites_profile"

    profile: Mapped[str] = mapped_column(sa.String(16))


class Naming(Fact):
    """A place, a flat, a post or a shift has other names from now on; the last given count, of the past too."""

    __tablename__ = "sites_naming"
    __table_args__ = (sa.Index(None, "subject_id"), KEYED)

    subject_id: Mapped[Id]
    names: Mapped[Words]


class Closing(Fact):
    """A place, a flat or a post is offered no longer after a day, as 2026-05-01; None: it is again. The last said counts."""

    __tablename__ = "sites_closing"

    subject_id: Mapped[Id]
    last_day: Mapped[str | None] = mapped_column(sa.String(10))


class Figures(Fact):
    """A flat has other figures from now on; the last given count, whole: {"unit_type", "area", "placeholders", "plan"}."""

    __tablename__ = "sites_figures"
    __table_args__ = (sa.Index(None, "subject_id"), KEYED)

    subject_id: Mapped[Id]
    figures: Mapped[dict[str, Any]] = mapped_column(sa.JSON)


def last_given(column: Any, fact: type[Naming | Figures], subject_id: Any) -> sa.ScalarSelect[Any]:
    """What was last said of reference data; null where nothing was."""
    newest_first = [each.desc() for each in fact.order()]
    given = sa.select(column).where(fact.subject_id == subject_id).order_by(*newest_first).limit(1)
    return given.correlate_except(fact).scalar_subquery()


def named(subject_id: Any, begun_as: Any) -> MappedSQLExpression[dict[str, str]]:
    """The names of reference data as they were last given, else those it began with."""
    return column_property(sa.func.coalesce(last_given(Naming.names, Naming, subject_id), begun_as, type_=sa.JSON()))


@reference("sites.place")
class Place(Base):
    """A place of a project: sales centre, show flat, water bar, store room, laundry."""

    __tablename__ = "sites_place"
    __table_args__ = (sa.UniqueConstraint("project_id", "code"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    kind: Mapped[str] = mapped_column(sa.String(16))
    code: Mapped[str] = mapped_column(sa.String(32))
    begun_as: Mapped[Words] = mapped_column("names")
    names: Mapped[dict[str, str]] = named(id, begun_as)  # noqa: A003 - the column


@reference("sites.flat")
class Flat(Base):
    """A show flat (樣板房) at a place. `placeholders` fill the spoken lines; `area` in whole square metres.

    `plan`: by the key of a stop its rectangles as [x, y, width, height] from the north-west, in any one unit. `changes`: what
    of the script of its unit type is otherwise here, {"without": [stop], "renamed": {stop: words}}.
    """

    __tablename__ = "sites_flat"
    __table_args__ = (sa.UniqueConstraint("project_id", "code"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    code: Mapped[str] = mapped_column(sa.String(32))
    first_unit_type: Mapped[str] = mapped_column("unit_type", sa.String(16))
    begun_as: Mapped[Words] = mapped_column("title")
    title: Mapped[dict[str, str]] = named(id, begun_as)  # noqa: A003 - the column
    first_area: Mapped[int | None] = mapped_column("area")
    first_placeholders: Mapped[dict[str, str]] = mapped_column("placeholders", sa.JSON)
    first_plan: Mapped[dict[str, list[list[int]]] | None] = mapped_column("plan", sa.JSON(none_as_null=True))
    changes: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    given: Mapped[dict[str, Any] | None] = column_property(last_given(Figures.figures, Figures, id))  # noqa: A003 - the column

    @property
    def unit_type(self) -> str:
        return str(self.given["unit_type"]) if self.given else self.first_unit_type

    @property
    def area(self) -> int | None:
        return self.given["area"] if self.given else self.first_area

    @property
    def placeholders(self) -> dict[str, str]:
        return self.given["placeholders"] if self.given else self.first_placeholders

    @property
    def plan(self) -> dict[str, list[list[int]]] | None:
        return self.given["plan"] if self.given else self.first_plan


@reference("sites.post")
class Post(Base):
    """A post (崗位) that somebody takes for a shift. `role` is who stands there."""

    __tablename__ = "sites_post"
    __table_args__ = (sa.UniqueConstraint("project_id", "code"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    code: Mapped[str] = mapped_column(sa.String(32))
    role: Mapped[str] = mapped_column(sa.String(32))
    begun_as: Mapped[Words] = mapped_column("names")
    names: Mapped[dict[str, str]] = named(id, begun_as)  # noqa: A003 - the column
