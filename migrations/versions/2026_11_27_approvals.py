"""what is done with a version: written, offered, approved, given back, withdrawn"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_approvals"
down_revision = "2026_11_27_stock"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "content_act",
        sa.Column("version_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["content_version.id"], name=op.f("fk_content_act_version_id_content_version")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_content_act")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("content_act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_content_act_project_id_version_id"), ["project_id", "version_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("content_act", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_content_act_project_id_version_id"))
    op.drop_table("content_act")
