"""signatures under duty records"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_records"
down_revision = "2026_11_27_photos"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "records_review",
        sa.Column("post_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("shift_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["sites_post.id"], name=op.f("fk_records_review_post_id_sites_post")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts_kind.id"], name=op.f("fk_records_review_shift_id_shifts_kind")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_records_review")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("records_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_records_review_project_id_effective_at"), ["project_id", "effective_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("records_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_records_review_project_id_effective_at"))
    op.drop_table("records_review")
