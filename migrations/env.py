"""Alembic runs inside the application: the same engine, the same tables."""

from alembic import context
from flask import current_app

from webapp.base.database import Base, db

current_app.name  # noqa: B018 - fails here, with Flask's own words, outside an application


def run() -> None:
    with db.engine.connect().execution_options(threshold_writes=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
