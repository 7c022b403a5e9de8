"""undoing at the door: parties, questions, things, remarks"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_undoing"
down_revision = "2026_11_28_printing"
branch_labels = None
depends_on = None

UNDOING = ("custody_reversal", "duty_reversal", "tours_reversal")


def upgrade() -> None:
    for name in UNDOING:
        _facts_of(
            name,
            "entry",
            sa.Column("entry", sa.Uuid(as_uuid=False), nullable=False),
            sa.Column("at_desk", sa.Boolean(), nullable=False),
        )
    _facts_of("tours_stay", "party", sa.Column("party", sa.Uuid(as_uuid=False), nullable=False))
    with op.batch_alter_table("stock_reversal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("of_party", sa.Boolean(), server_default=sa.false(), nullable=False))


def _facts_of(name: str, subject: str, *columns: sa.Column[object]) -> None:
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
    op.create_index(op.f(f"ix_{name}_project_id_{subject}"), name, ["project_id", subject])


def downgrade() -> None:
    with op.batch_alter_table("stock_reversal", schema=None) as batch_op:
        batch_op.drop_column("of_party")
    for name in ("tours_stay", *UNDOING):
        op.drop_table(name)
