"""what tablets tell of themselves, stores that are gone, declared losses, rulings"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_losses"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("operations_head", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about", sa.String(length=400), server_default="", nullable=False))
        batch_op.add_column(sa.Column("about_at", sa.BigInteger(), server_default="0", nullable=False))
    _fact(
        "losses_store_gone",
        sa.Column("tablet_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("began", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=True),
        sa.Column("reached_at", sa.BigInteger(), nullable=True),
    )
    _fact(
        "losses_declared_loss",
        sa.Column("tablet_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("of_epoch", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
    )
    _fact(
        "repairs_ruling",
        sa.Column("entry_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
    )


def _fact(table: str, about: sa.Column, *columns: sa.Column) -> None:
    """A fact about a tablet, or about an entry: the first column is what it is found by."""
    tablet = [sa.ForeignKeyConstraint(["tablet_id"], ["tablets_tablet.id"], name=op.f(f"fk_{table}_tablet_id"))]
    op.create_table(
        table,
        about,
        *columns,
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        *(tablet if about.name == "tablet_id" else []),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_index(batch_op.f(f"ix_{table}_project_id_effective_at"), ["project_id", "effective_at"], unique=False)
        batch_op.create_index(batch_op.f(f"ix_{table}_{about.name}"), [about.name], unique=False)


def downgrade() -> None:
    op.drop_table("repairs_ruling")
    op.drop_table("losses_declared_loss")
    op.drop_table("losses_store_gone")
    with op.batch_alter_table("operations_head", schema=None) as batch_op:
        batch_op.drop_column("about_at")
        batch_op.drop_column("about")
