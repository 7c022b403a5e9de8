"""a tablet's life: enrolled again, retired, exported, drained"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_lifecycle"
down_revision = "2026_11_27_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tablets_drain",
        sa.Column("ends", sa.Boolean(), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_tablets_drain")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("tablets_drain", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tablets_drain_project_id_effective_at"), ["project_id", "effective_at"], unique=False)

    op.create_table(
        "tablets_import_ruling",
        sa.Column("parcel", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_tablets_import_ruling")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("tablets_import_ruling", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tablets_import_ruling_parcel"), ["parcel"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_tablets_import_ruling_project_id_effective_at"), ["project_id", "effective_at"], unique=False
        )

    op.create_table(
        "tablets_parcel",
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("tablet_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "digest", name=op.f("pk_tablets_parcel")),
    )
    op.create_table(
        "tablets_store",
        sa.Column("tablet_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("credential_digest", sa.String(length=64), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.String(length=100), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tablet_id", "epoch", name=op.f("pk_tablets_store")),
    )
    op.create_table(
        "tablets_farewell",
        sa.Column("tablet_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["tablet_id"], ["tablets_tablet.id"], name=op.f("fk_tablets_farewell_tablet_id")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_tablets_farewell")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("tablets_farewell", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tablets_farewell_project_id_effective_at"), ["project_id", "effective_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_tablets_farewell_tablet_id"), ["tablet_id"], unique=False)

    op.create_table(
        "tablets_import",
        sa.Column("tablet_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("parcel", sa.String(length=64), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Boolean(), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["tablet_id"], ["tablets_tablet.id"], name=op.f("fk_tablets_import_tablet_id")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_tablets_import")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("tablets_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tablets_import_parcel"), ["parcel"], unique=False)
        batch_op.create_index(batch_op.f("ix_tablets_import_project_id_effective_at"), ["project_id", "effective_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_tablets_import_tablet_id"), ["tablet_id"], unique=False)

    op.create_table(
        "tablets_reenrolment",
        sa.Column("tablet_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("store_epoch", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("clean", sa.Boolean(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["tablet_id"], ["tablets_tablet.id"], name=op.f("fk_tablets_reenrolment_tablet_id")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_tablets_reenrolment")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("tablets_reenrolment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tablets_reenrolment_project_id_effective_at"), ["project_id", "effective_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_tablets_reenrolment_tablet_id"), ["tablet_id"], unique=False)

    op.create_table(
        "tablets_retirement",
        sa.Column("tablet_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("operation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("tablet_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["tablet_id"], ["tablets_tablet.id"], name=op.f("fk_tablets_retirement_tablet_id")),
        sa.PrimaryKeyConstraint("project_id", "operation_id", "line", name=op.f("pk_tablets_retirement")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("tablets_retirement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tablets_retirement_project_id_effective_at"), ["project_id", "effective_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_tablets_retirement_tablet_id"), ["tablet_id"], unique=False)

    with op.batch_alter_table("tablets_enrolment_code", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tablet_id", sa.Uuid(as_uuid=False), nullable=True))
        batch_op.add_column(sa.Column("ticket_digest", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("number", sa.String(length=8), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("store", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("ruled_by", sa.Uuid(as_uuid=False), nullable=True))
        batch_op.add_column(sa.Column("approved", sa.Boolean(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_tablets_enrolment_code_ticket_digest"), ["ticket_digest"])


def downgrade() -> None:
    with op.batch_alter_table("tablets_enrolment_code", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_tablets_enrolment_code_ticket_digest"), type_="unique")
        batch_op.drop_column("approved")
        batch_op.drop_column("ruled_by")
        batch_op.drop_column("store")
        batch_op.drop_column("number")
        batch_op.drop_column("ticket_digest")
        batch_op.drop_column("tablet_id")

    with op.batch_alter_table("tablets_retirement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tablets_retirement_tablet_id"))
        batch_op.drop_index(batch_op.f("ix_tablets_retirement_project_id_effective_at"))

    op.drop_table("tablets_retirement")
    with op.batch_alter_table("tablets_reenrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tablets_reenrolment_tablet_id"))
        batch_op.drop_index(batch_op.f("ix_tablets_reenrolment_project_id_effective_at"))

    op.drop_table("tablets_reenrolment")
    with op.batch_alter_table("tablets_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tablets_import_tablet_id"))
        batch_op.drop_index(batch_op.f("ix_tablets_import_project_id_effective_at"))
        batch_op.drop_index(batch_op.f("ix_tablets_import_parcel"))

    op.drop_table("tablets_import")
    with op.batch_alter_table("tablets_farewell", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tablets_farewell_tablet_id"))
        batch_op.drop_index(batch_op.f("ix_tablets_farewell_project_id_effective_at"))

    op.drop_table("tablets_farewell")
    op.drop_table("tablets_store")
    op.drop_table("tablets_parcel")
    with op.batch_alter_table("tablets_import_ruling", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tablets_import_ruling_project_id_effective_at"))
        batch_op.drop_index(batch_op.f("ix_tablets_import_ruling_parcel"))

    op.drop_table("tablets_import_ruling")
    with op.batch_alter_table("tablets_drain", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tablets_drain_project_id_effective_at"))

    op.drop_table("tablets_drain")
