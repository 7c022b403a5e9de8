"""rooms of a flat against its script"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_rooms"
down_revision = "2026_11_27_approvals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tours_rooms",
        sa.Column("flat_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("rooms", sa.JSON(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["flat_id"], ["sites_flat.id"], name=op.f("fk_tours_rooms_flat_id_sites_flat")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_tours_rooms")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("tours_rooms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tours_rooms_project_id_flat_id"), ["project_id", "flat_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("tours_rooms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tours_rooms_project_id_flat_id"))
    op.drop_table("tours_rooms")
