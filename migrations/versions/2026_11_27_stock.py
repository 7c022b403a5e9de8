"""write-offs, undoing, wash batches, requests, ordering facts, switches, the inventory of a flat"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_stock"
down_revision = "2026_11_27_custody"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_write_off",
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("item_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("place_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["stock_item.id"], name=op.f("fk_stock_write_off_item_id_stock_item")),
        sa.ForeignKeyConstraint(["place_id"], ["sites_place.id"], name=op.f("fk_stock_write_off_place_id_sites_place")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_stock_write_off")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stock_write_off_project_id_effective_at"), "stock_write_off", ["project_id", "effective_at"])
    op.create_table(
        "stock_reversal",
        sa.Column("entry", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("at_desk", sa.Boolean(), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_stock_reversal")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stock_reversal_project_id_entry"), "stock_reversal", ["project_id", "entry"])
    op.create_table(
        "stock_wash",
        sa.Column("batch", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("returned", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("place_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["stock_item.id"], name=op.f("fk_stock_wash_item_id_stock_item")),
        sa.ForeignKeyConstraint(["place_id"], ["sites_place.id"], name=op.f("fk_stock_wash_place_id_sites_place")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_stock_wash")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stock_wash_project_id_effective_at"), "stock_wash", ["project_id", "effective_at"])
    op.create_table(
        "stock_request",
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("item_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("place_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["stock_item.id"], name=op.f("fk_stock_request_item_id_stock_item")),
        sa.ForeignKeyConstraint(["place_id"], ["sites_place.id"], name=op.f("fk_stock_request_place_id_sites_place")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_stock_request")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stock_request_project_id_effective_at"), "stock_request", ["project_id", "effective_at"])
    op.create_table(
        "stock_issue",
        sa.Column("request", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_stock_issue")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stock_issue_project_id_request"), "stock_issue", ["project_id", "request"])
    op.create_table(
        "stock_confirmation",
        sa.Column("request", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_stock_confirmation")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stock_confirmation_project_id_request"), "stock_confirmation", ["project_id", "request"])
    op.create_table(
        "stock_ordering",
        sa.Column("counted", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("entry", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_stock_ordering")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stock_ordering_project_id_entry"), "stock_ordering", ["project_id", "entry"])
    op.create_table(
        "stock_way",
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_stock_way")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stock_way_project_id_effective_at"), "stock_way", ["project_id", "effective_at"])
    op.create_table(
        "stock_tracking",
        sa.Column("item_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tracking", sa.String(length=16), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["stock_item.id"], name=op.f("fk_stock_tracking_item_id_stock_item")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_stock_tracking")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stock_tracking_project_id_effective_at"), "stock_tracking", ["project_id", "effective_at"])
    op.create_table(
        "stock_thing",
        sa.Column("flat_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("placing", sa.JSON(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["flat_id"], ["sites_flat.id"], name=op.f("fk_stock_thing_flat_id_sites_flat")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_stock_thing")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stock_thing_flat_id_code"), "stock_thing", ["flat_id", "code"])


def downgrade() -> None:
    for name in ("thing", "tracking", "way", "ordering", "confirmation", "issue", "request", "wash", "reversal", "write_off"):
        op.drop_table(f"stock_{name}")
