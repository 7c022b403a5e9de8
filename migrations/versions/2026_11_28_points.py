"""which point of a check a count answers"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_points"
down_revision = "2026_11_28_left_open"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stock_count_line", sa.Column("point", sa.String(length=96), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("stock_count_line") as table:
        table.drop_column("point")
