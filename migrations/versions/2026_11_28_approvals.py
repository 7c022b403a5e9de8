"""what a supervisor says of a count that differs"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_approvals"
down_revision = "2026_11_28_code_set"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_approval",
        sa.Column("counted", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("item_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["stock_item.id"], name=op.f("fk_stock_approval_item_id_stock_item")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_stock_approval")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stock_approval_project_id_counted"), "stock_approval", ["project_id", "counted"])


def downgrade() -> None:
    op.drop_table("stock_approval")
