"""since when a person has these six digits"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_code_set"
down_revision = "2026_11_28_closings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_code", sa.Column("set_at", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("staff_code", "set_at")
