"""how the sheets of a site are printed, and by which way the digest of a signed record was taken"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_printing"
down_revision = "2026_11_27_closing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sites_printing",
        sa.Column("company", sa.String(length=80), nullable=True),
        sa.Column("kept_years", sa.SmallInteger(), nullable=True),
        sa.Column("in_ink", sa.Boolean(), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_sites_printing")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sites_printing_project_id_effective_at"), "sites_printing", ["project_id", "effective_at"])
    with op.batch_alter_table("records_review") as table:
        table.add_column(sa.Column("way", sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("records_review") as table:
        table.drop_column("way")
    op.drop_table("sites_printing")
