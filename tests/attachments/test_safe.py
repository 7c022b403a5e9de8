"""Photos are rows: a backup has them, a copy has them byte for byte, and what came after a backup is sent again."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.attachments.album import digest_of, photo
from tests.base.test_backup import _has_pg_dump
from tests.cast import Site, at
from tests.conftest import Rows
from webapp.attachments import queries
from webapp.attachments.keeping import keep
from webapp.base import backup, copying
from webapp.base.database import Base, db, engine_options, listen
from webapp.losses import queries as losses


def remembers(site: Site, number: int) -> None:
    own = site.tablet(number)
    own.keep("lin", "duty.remark", "11:00", place=site.id("flat"), category="repair", text="燈", photos=[digest_of(photo(number))])
    own.send()


def brings(site: Site, number: int) -> str:
    return keep(site.project_id, site.tablet(number).id, photo(number), at("12:00")).outcome


def shown(site: Site, number: int) -> bytes | None:
    db.session.rollback()
    return queries.picture(site.project_id, digest_of(photo(number)))


@pytest.mark.database
def test_a_backup_has_the_photos_and_a_tablet_sends_later_ones_again(app: Flask, site: Site, rows: Rows, tmp_path: Path) -> None:
    if db.engine.dialect.name == "postgresql" and not _has_pg_dump():
        pytest.skip("needs pg_dump")
    remembers(site, 1)
    remembers(site, 2)
    brings(site, 1)
    before = shown(site, 1)
    db.session.remove()
    backup.backup(tmp_path / "backup")
    assert brings(site, 2) == "stored"
    db.session.remove()
    backup.restore(tmp_path / "backup")
    assert before is not None
    assert (shown(site, 1), shown(site, 2)) == (before, None)
    assert losses.standing(site.project_id, site.tablet(2).id).photos_at == (at("11:00"),)
    assert (brings(site, 1), brings(site, 2)) == ("duplicate", "stored")
    assert rows.count("attachments_photo") == 2


@pytest.mark.database
def test_a_copy_has_every_photo_byte_for_byte(app: Flask, site: Site, tmp_path: Path) -> None:
    """More of them than are read at once."""
    for number in range(copying.HEAVY_AT_ONCE + 3):
        remembers(site, number)
        brings(site, number)
    db.session.remove()
    url = f"sqlite:///{tmp_path / 'copy.db'}"
    target = sa.create_engine(url, **engine_options(url))
    listen(target)
    Base.metadata.create_all(target)
    counted = copying.copy(db.engine, target)
    assert (counted["attachments_photo"], counted["attachments_mention"]) == (copying.HEAVY_AT_ONCE + 3,) * 2
    assert copying.differences(db.engine, target) == []
    with target.begin() as connection:
        connection.execute(sa.text("update attachments_photo set content = small where digest = :it"), {"it": digest_of(photo(3))})
    (told,) = copying.differences(db.engine, target)
    assert told.startswith("attachments_photo: ")
    target.dispose()
