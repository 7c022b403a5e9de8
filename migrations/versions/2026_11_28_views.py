"""names that somebody gives to the filters of a list"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_views"
down_revision = "2026_11_28_found"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_view",
        sa.Column("table_name", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("said", sa.String(length=1000), nullable=True),
        sa.Column("is_kept", sa.Boolean(), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_staff_view")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_staff_view_project_id_author_id_table_name"), "staff_view", ["project_id", "author_id", "table_name"])


def downgrade() -> None:
    op.drop_table("staff_view")
