"""last days of places, flats and posts; other figures of flats, other hours of shifts"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_closings"
down_revision = "2026_11_28_slips"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _fact("sites_closing", sa.Column("subject_id", sa.Uuid(as_uuid=False), nullable=False), sa.Column("last_day", sa.String(10)))
    op.create_index(op.f("ix_sites_closing_project_id_effective_at"), "sites_closing", ["project_id", "effective_at"])
    _fact(
        "sites_figures",
        sa.Column("subject_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
    )
    op.create_index(op.f("ix_sites_figures_subject_id"), "sites_figures", ["subject_id"])
    op.add_column("shifts_kind", sa.Column("since", sa.String(10), nullable=True))
    _fact(
        "shifts_hours",
        sa.Column("shift_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("since", sa.String(10), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=True),
        sa.Column("ends", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts_kind.id"], name=op.f("fk_shifts_hours_shift_id_shifts_kind")),
    )
    op.create_index(op.f("ix_shifts_hours_project_id_effective_at"), "shifts_hours", ["project_id", "effective_at"])


def _fact(table: str, *own: sa.Column[object] | sa.ForeignKeyConstraint) -> None:
    op.create_table(
        table,
        *own,
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("shifts_hours")
    op.drop_column("shifts_kind", "since")
    op.drop_table("sites_figures")
    op.drop_table("sites_closing")
