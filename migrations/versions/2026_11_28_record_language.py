"""in which language the sheets of a site are written"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_record_language"
down_revision = "2026_11_28_noted"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sites_printing") as table:
        table.add_column(sa.Column("language", sa.String(length=16), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sites_printing") as table:
        table.drop_column("language")
