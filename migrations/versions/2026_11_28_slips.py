"""undoing what was said to be done: corrective actions, checks"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_slips"
down_revision = "2026_11_28_namings"
branch_labels = None
depends_on = None

UNDOING = ("actions_reversal", "checklists_reversal")


def upgrade() -> None:
    for name in UNDOING:
        op.create_table(
            name,
            sa.Column("entry", sa.Uuid(as_uuid=False), nullable=False),
            sa.Column("at_desk", sa.Boolean(), nullable=False),
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
        op.create_index(op.f(f"ix_{name}_project_id_entry"), name, ["project_id", "entry"])


def downgrade() -> None:
    for name in UNDOING:
        op.drop_table(name)
