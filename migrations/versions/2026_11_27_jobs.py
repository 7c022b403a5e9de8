"""jobs that run by themselves, and the workers' signs of life"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_jobs"
down_revision = "2026_11_27_losses"
branch_labels = None
depends_on = None

WAITING = sa.text("done_at is null and dead_at is null")


def upgrade() -> None:
    op.create_table(
        "jobs_beat",
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_jobs_beat")),
    )
    op.create_table(
        "jobs_job",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("slot", sa.String(length=96), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("owner", sa.String(length=120), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("dead_at", sa.BigInteger(), nullable=True),
        sa.Column("fault", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs_job")),
        sa.UniqueConstraint("slot", name=op.f("uq_jobs_job_slot")),
    )
    op.create_index("ix_jobs_job_waiting", "jobs_job", ["due_at"], sqlite_where=WAITING, postgresql_where=WAITING)


def downgrade() -> None:
    op.drop_table("jobs_job")
    op.drop_table("jobs_beat")
