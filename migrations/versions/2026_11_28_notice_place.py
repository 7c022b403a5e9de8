"""where that was of which a notice tells"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_notice_place"
down_revision = "2026_11_28_record_language"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notices_notice", sa.Column("place_id", sa.Uuid(as_uuid=False), nullable=True))


def downgrade() -> None:
    op.drop_column("notices_notice", "place_id")
