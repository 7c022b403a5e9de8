"""what changed and who did it, in rows that are appended and chained"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_audit"
down_revision = "2026_11_27_people"
branch_labels = None
depends_on = None

KEYS = {"operations_audit": "id", "operations_link": "no"}


def upgrade() -> None:
    op.create_table(
        "operations_audit",
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("tablet_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("subject_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "id", name=op.f("pk_operations_audit")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "operations_link",
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "no", name=op.f("pk_operations_link")),
        sa.UniqueConstraint("project_id", "audit_id", name=op.f("uq_operations_link_project_id_audit_id")),
        sqlite_with_rowid=False,
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(
            "create function operations_append_only() returns trigger language plpgsql as"
            " $$ begin raise exception 'append-only'; end $$"
        )
    for table, key in KEYS.items():
        for statement in _sqlite(table, key) if is_sqlite else _postgresql(table):
            op.execute(statement)


def _sqlite(table: str, key: str) -> list[str]:
    refuse = "begin select raise(abort, 'append-only'); end"
    there = f"exists (select 1 from {table} where project_id = new.project_id and {key} = new.{key})"  # noqa: S608 - our own names
    return [
        f"create trigger {table}_no_update before update on {table} {refuse}",
        f"create trigger {table}_no_delete before delete on {table} {refuse}",
        f"create trigger {table}_no_again before insert on {table} when {there} begin select raise(ignore); end",
    ]


def _postgresql(table: str) -> list[str]:
    return [
        f"create trigger {table}_rows before update or delete on {table} for each row execute function operations_append_only()",
        f"create trigger {table}_all before truncate on {table} for each statement execute function operations_append_only()",
    ]


def downgrade() -> None:
    op.drop_table("operations_link")
    op.drop_table("operations_audit")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("drop function operations_append_only()")
