"""what was written down of something that is to be put right, and in which run of its list it was found"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_noted"
down_revision = "2026_11_28_points"
branch_labels = None
depends_on = None

NOTES = """
    update actions_opening set note = (
        select note from checklists_answer
        where checklists_answer.project_id = actions_opening.project_id
        and checklists_answer.operation_id = actions_opening.subject
    ) where origin = 'check'
"""


def upgrade() -> None:
    with op.batch_alter_table("actions_opening") as table:
        table.add_column(sa.Column("note", sa.String(length=500), nullable=True))
        table.add_column(sa.Column("run", sa.String(length=16), nullable=True))
    op.execute(NOTES)


def downgrade() -> None:
    with op.batch_alter_table("actions_opening") as table:
        table.drop_column("run")
        table.drop_column("note")
