"""until when a role is given; the dates of a site and its stage"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_deputies"
down_revision = "2026_11_27_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff_membership") as table:
        table.add_column(sa.Column("until", sa.BigInteger(), nullable=True))

    op.create_table(
        "sites_milestones",
        sa.Column("opens_on", sa.String(length=10), nullable=True),
        sa.Column("sold_on", sa.String(length=10), nullable=True),
        sa.Column("moves_in_on", sa.String(length=10), nullable=True),
        sa.Column("warranty_ends_on", sa.String(length=10), nullable=True),
        sa.Column("stage", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_sites_milestones")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sites_milestones_project_id_effective_at"), "sites_milestones", ["project_id", "effective_at"])


def downgrade() -> None:
    op.drop_table("sites_milestones")
    with op.batch_alter_table("staff_membership") as table:
        table.drop_column("until")
