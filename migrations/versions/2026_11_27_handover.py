"""a handover line by line, locked up for the night, unattended, and what was found of a dispute"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_handover"
down_revision = "2026_11_27_rooms"
branch_labels = None
depends_on = None


def _fact(name: str, *columns: sa.Column, more: tuple[sa.Constraint, ...] = ()) -> None:
    op.create_table(
        name,
        *columns,
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        *more,
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )


def upgrade() -> None:
    op.add_column("duty_offer", sa.Column("kept", sa.String(length=16), nullable=True))
    op.add_column("duty_offer", sa.Column("custodian", sa.String(length=80), nullable=True))
    op.add_column("duty_offer", sa.Column("absent", sa.String(length=500), nullable=True))
    _fact(
        "duty_line",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("asset_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("item_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("entry", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=True),
        sa.Column("shown", sa.String(length=200), nullable=True),
        sa.Column("said", sa.String(length=8), nullable=True),
        sa.Column("found", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        more=(
            sa.ForeignKeyConstraint(["asset_id"], ["custody_asset.id"], name=op.f("fk_duty_line_asset_id_custody_asset")),
            sa.ForeignKeyConstraint(["item_id"], ["stock_item.id"], name=op.f("fk_duty_line_item_id_stock_item")),
        ),
    )
    op.create_index(op.f("ix_duty_line_project_id_effective_at"), "duty_line", ["project_id", "effective_at"])
    _fact(
        "duty_finding",
        sa.Column("offer", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("based_on", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
    )
    op.create_index(op.f("ix_duty_finding_project_id_offer"), "duty_finding", ["project_id", "offer"])


def downgrade() -> None:
    op.drop_table("duty_finding")
    op.drop_table("duty_line")
    for name in ("absent", "custodian", "kept"):
        with op.batch_alter_table("duty_offer") as table:
            table.drop_column(name)
