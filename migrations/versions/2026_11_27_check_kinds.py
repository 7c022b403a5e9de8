"""every kind of answer in a check, and its end"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_check_kinds"
down_revision = "2026_11_27_handover"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("checklists_answer") as table:
        table.add_column(sa.Column("expected", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("choice", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("text", sa.String(length=500), nullable=True))
        table.add_column(sa.Column("time", sa.String(length=5), nullable=True))
    op.create_table(
        "checklists_submission",
        sa.Column("version_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("place_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["content_version.id"], name=op.f("fk_checklists_submission_version_id_content_version")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["sites_place.id"], name=op.f("fk_checklists_submission_place_id_sites_place")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_checklists_submission")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_checklists_submission_project_id_effective_at"), "checklists_submission", ["project_id", "effective_at"]
    )


def downgrade() -> None:
    op.drop_table("checklists_submission")
    with op.batch_alter_table("checklists_answer") as table:
        for name in ("time", "text", "choice", "expected"):
            table.drop_column(name)
