"""the size of a site's team"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_team"
down_revision = "2026_11_28_views"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sites_profile",
        sa.Column("profile", sa.String(length=16), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_sites_profile")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sites_profile_project_id_effective_at"), "sites_profile", ["project_id", "effective_at"])


def downgrade() -> None:
    op.drop_table("sites_profile")
