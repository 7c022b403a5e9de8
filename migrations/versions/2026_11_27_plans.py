"""floor plans of show flats, and what of a script is otherwise there"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_plans"
down_revision = "2026_11_27_lifecycle"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sites_flat") as table:
        table.add_column(sa.Column("plan", sa.JSON(), nullable=True))
        table.add_column(sa.Column("changes", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sites_flat") as table:
        table.drop_column("changes")
        table.drop_column("plan")
