"""what is told of a tour: lines said, language, kind of reception, care, questions, rehearsals"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_tours"
down_revision = "2026_11_27_plans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tours_step",
        sa.Column("tour", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("said", sa.String(length=80), nullable=False),
        sa.Column("version_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["content_version.id"], name=op.f("fk_tours_step_version_id_content_version")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_tours_step")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tours_step_project_id_tour"), "tours_step", ["project_id", "tour"])
    op.create_table(
        "tours_speech",
        sa.Column("tour", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_tours_speech")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tours_speech_project_id_tour"), "tours_speech", ["project_id", "tour"])
    op.create_table(
        "tours_reception",
        sa.Column("party", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_tours_reception")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tours_reception_project_id_party"), "tours_reception", ["project_id", "party"])
    op.create_table(
        "tours_care",
        sa.Column("party", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("need", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.String(length=4), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_tours_care")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tours_care_project_id_party"), "tours_care", ["project_id", "party"])
    op.create_table(
        "tours_question",
        sa.Column("party", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tag", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=True),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_tours_question")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tours_question_project_id_party"), "tours_question", ["project_id", "party"])
    op.create_table(
        "tours_rehearsal",
        sa.Column("flat_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["flat_id"], ["sites_flat.id"], name=op.f("fk_tours_rehearsal_flat_id_sites_flat")),
        sa.ForeignKeyConstraint(["version_id"], ["content_version.id"], name=op.f("fk_tours_rehearsal_version_id_content_version")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_tours_rehearsal")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tours_rehearsal_project_id_effective_at"), "tours_rehearsal", ["project_id", "effective_at"])


def downgrade() -> None:
    for name in ("rehearsal", "question", "care", "reception", "speech", "step"):
        op.drop_table(f"tours_{name}")
