"""items of a check that were given back, and runs that do not count"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_check_returns"
down_revision = "2026_11_27_check_kinds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("checklists_answer") as table:
        table.add_column(sa.Column("post_id", sa.Uuid(as_uuid=False), nullable=True))
        table.create_foreign_key(op.f("fk_checklists_answer_post_id_sites_post"), "sites_post", ["post_id"], ["id"])
    _decision(
        "return",
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
    )
    _decision("void", sa.Column("reason", sa.String(length=500), nullable=False))


def _decision(name: str, *said: sa.Column[str]) -> None:
    table = f"checklists_{name}"
    op.create_table(
        table,
        sa.Column("version_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("place_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("day", sa.String(length=16), nullable=False),
        *said,
        sa.Column("seen", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["content_version.id"], name=op.f(f"fk_{table}_version_id_content_version")),
        sa.ForeignKeyConstraint(["place_id"], ["sites_place.id"], name=op.f(f"fk_{table}_place_id_sites_place")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f(f"ix_{table}_project_id_effective_at"), table, ["project_id", "effective_at"])


def downgrade() -> None:
    op.drop_table("checklists_void")
    op.drop_table("checklists_return")
    with op.batch_alter_table("checklists_answer") as table:
        table.drop_constraint(op.f("fk_checklists_answer_post_id_sites_post"), type_="foreignkey")
        table.drop_column("post_id")
