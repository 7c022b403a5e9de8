"""keys, radios, cards and what is lent, and what happened to them"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_custody"
down_revision = "2026_11_27_records"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "custody_asset",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("place_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["sites_place.id"], name=op.f("fk_custody_asset_place_id_sites_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_asset")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_custody_asset_project_id_code")),
    )
    op.create_table(
        "custody_event",
        sa.Column("asset_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("party", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["asset_id"], ["custody_asset.id"], name=op.f("fk_custody_event_asset_id_custody_asset")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_custody_event")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_custody_event_asset_id_effective_at"), "custody_event", ["asset_id", "effective_at"])
    op.create_index(op.f("ix_custody_event_project_id_effective_at"), "custody_event", ["project_id", "effective_at"])


def downgrade() -> None:
    op.drop_table("custody_event")
    op.drop_table("custody_asset")
