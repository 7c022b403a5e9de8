"""what stayed open when a day was closed, in every language"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_left_open"
down_revision = "2026_11_28_team"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("review_left_open") as table:
        table.add_column(sa.Column("told", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("review_left_open") as table:
        table.drop_column("told")
