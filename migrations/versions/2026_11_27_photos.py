"""photos, and which entries name them"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_photos"
down_revision = "2026_11_27_tours"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments_photo",
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("tablet_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("refused", sa.String(length=16), nullable=False),
        sa.Column("wide", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("small", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "digest", name=op.f("pk_attachments_photo")),
    )
    op.create_table(
        "attachments_mention",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_attachments_mention")),
        sqlite_with_rowid=False,
    )
    for column in ("digest", "effective_at"):
        op.create_index(op.f(f"ix_attachments_mention_project_id_{column}"), "attachments_mention", ["project_id", column])


def downgrade() -> None:
    op.drop_table("attachments_mention")
    op.drop_table("attachments_photo")
