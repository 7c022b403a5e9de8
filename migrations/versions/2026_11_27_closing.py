"""days that were closed, and what was left open"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_closing"
down_revision = "2026_11_27_deputies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create("review_closure", sa.Column("day", sa.String(length=10), nullable=False))
    _create(
        "review_left_open",
        sa.Column("words", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=60), nullable=True),
    )


def _create(name: str, *columns: sa.Column) -> None:
    op.create_table(
        name,
        *columns,
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.create_index(batch_op.f(f"ix_{name}_project_id_effective_at"), ["project_id", "effective_at"], unique=False)


def downgrade() -> None:
    for name in ("review_left_open", "review_closure"):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f"ix_{name}_project_id_effective_at"))
        op.drop_table(name)
