"""grants for codes that the server checked, and locked codes opened again"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_people"
down_revision = "2026_11_27_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_grant",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tablet_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["staff_person.id"], name=op.f("fk_staff_grant_person_id_staff_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_grant")),
    )
    op.create_table(
        "staff_reopening",
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("at_tablet", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_staff_reopening")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("staff_reopening")
    op.drop_table("staff_grant")
