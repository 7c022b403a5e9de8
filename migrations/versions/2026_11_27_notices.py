"""the inbox: notices, and that they were read"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_notices"
down_revision = "2026_11_27_actions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices_notice",
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("event_at", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "id", name=op.f("pk_notices_notice")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_notices_notice_project_id_person_id_made_at"), "notices_notice", ["project_id", "person_id", "made_at"]
    )
    op.create_table(
        "notices_reading",
        sa.Column("notice", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_notices_reading")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_notices_reading_project_id_notice"), "notices_reading", ["project_id", "notice"])


def downgrade() -> None:
    op.drop_table("notices_reading")
    op.drop_table("notices_notice")
