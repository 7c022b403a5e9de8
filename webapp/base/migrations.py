"""The schema's history, run inside the application.

Alembic is only loaded where the schema is changed: asking it which revision is the newest would run every file of the history, and
each start asks.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from webapp.base.database import db

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent.parent.parent / "migrations"
_NAMED = re.compile(r"""^(down_revision|revision) = ["']([^"']+)["']$""", re.MULTILINE)


def config() -> "Config":
    """Alembic's settings; dated file names, so that the folder reads as a history."""
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(FOLDER))
    found.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    return found


def upgrade() -> None:
    """Bring the schema to the newest revision."""
    from alembic import command

    command.upgrade(config(), "head")


def newest() -> str | None:
    """The revision that this code was written for: the one that none comes after."""
    named = [dict(_NAMED.findall(path.read_text("utf-8"))) for path in (FOLDER / "versions").glob("*.py")]
    heads = {each["revision"] for each in named} - {each.get("down_revision") for each in named}
    return heads.pop() if len(heads) == 1 else None


def current() -> str | None:
    """The revision that the database stands at; None for an empty one."""
    with db.engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(sa.text("select version_num from alembic_version")).scalar_one_or_none()
        return found
