"""other names of places, flats, posts and shifts"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_namings"
down_revision = "2026_11_28_settlement"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sites_naming",
        sa.Column("subject_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_sites_naming")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sites_naming_subject_id"), "sites_naming", ["subject_id"])


def downgrade() -> None:
    op.drop_table("sites_naming")
