"""what became of the difference of a request"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_settlement"
down_revision = "2026_11_28_notice_place"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_settlement",
        sa.Column("request", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_stock_settlement")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stock_settlement_project_id_request"), "stock_settlement", ["project_id", "request"])


def downgrade() -> None:
    op.drop_table("stock_settlement")
