"""what was found that is to be put right, besides a number"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_found"
down_revision = "2026_11_28_undoing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("actions_opening") as table:
        table.add_column(sa.Column("expected", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("choice", sa.String(64), nullable=True))
        table.add_column(sa.Column("time_of_day", sa.String(5), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("actions_opening") as table:
        for name in ("time_of_day", "choice", "expected"):
            table.drop_column(name)
