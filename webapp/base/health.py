"""Whether this process lives (`/healthz`) and whether it can take entries (`/readyz`: database and disk)."""

import shutil

import sqlalchemy as sa
from flask import Flask, Response, current_app, jsonify

from webapp.base.assets import build
from webapp.base.database import writing

ROOM = 0.05
"""Of the disk that must be free."""


def _alive() -> Response:
    response = jsonify(alive=True, build=build())
    response.headers["X-Threshold-Build"] = build()  # a page that lost its store posts its form only to us
    return response


def _ready() -> tuple[Response, int]:
    wrong = [reason for reason in (_database(), _disk()) if reason]
    return jsonify(ready=not wrong, reasons=wrong), 503 if wrong else 200


def _database() -> str | None:
    try:
        with writing() as connection:
            connection.execute(sa.text("update operations_revision set no = no where family = ''"))
    except sa.exc.SQLAlchemyError as error:
        return f"database: {type(error).__name__}"
    return None


def _disk() -> str | None:
    usage = shutil.disk_usage(current_app.config["DATA_FOLDER"])
    return "disk: nearly full" if usage.free < usage.total * ROOM else None


def init_app(app: Flask) -> None:
    """Answer to whoever watches."""
    app.add_url_rule("/healthz", "healthz", _alive)
    app.add_url_rule("/readyz", "readyz", _ready)
