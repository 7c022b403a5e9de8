"""corrective actions: opened, done, judged, planned"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_actions"
down_revision = "2026_11_27_check_returns"
branch_labels = None
depends_on = None


def _fact() -> list[sa.Column[object]]:
    return [
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "actions_opening",
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("place_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("priority", sa.String(length=8), nullable=False),
        sa.Column("assignee_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        *_fact(),
        sa.ForeignKeyConstraint(["place_id"], ["sites_place.id"], name=op.f("fk_actions_opening_place_id_sites_place")),
        sa.ForeignKeyConstraint(["version_id"], ["content_version.id"], name=op.f("fk_actions_opening_version_id_content_version")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_actions_opening")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_actions_opening_project_id_place_id"), "actions_opening", ["project_id", "place_id"])
    op.create_table(
        "actions_done",
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("action", sa.Uuid(as_uuid=False), nullable=False),
        *_fact(),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_actions_done")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_actions_done_project_id_action"), "actions_done", ["project_id", "action"])
    op.create_table(
        "actions_judgement",
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("seen", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("action", sa.Uuid(as_uuid=False), nullable=False),
        *_fact(),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_actions_judgement")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_actions_judgement_project_id_action"), "actions_judgement", ["project_id", "action"])
    op.create_table(
        "actions_plan",
        sa.Column("seen", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("assignee_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.String(length=8), nullable=False),
        sa.Column("action", sa.Uuid(as_uuid=False), nullable=False),
        *_fact(),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_actions_plan")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_actions_plan_project_id_action"), "actions_plan", ["project_id", "action"])


def downgrade() -> None:
    for name in ("plan", "judgement", "done", "opening"):
        op.drop_table(f"actions_{name}")
