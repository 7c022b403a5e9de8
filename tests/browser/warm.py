"""Imported by the process that the tests' servers are forked from: everything is loaded, nothing of any site is."""

from tempfile import TemporaryDirectory

from sqlalchemy.orm import configure_mappers

import webapp.demo
import webapp.gates
import webapp.server  # noqa: F401 - as the one before
from webapp.factory import create_app

with TemporaryDirectory() as folder:
    create_app({"DATABASE_URL": f"sqlite:///{folder}/none.db", "DATA_FOLDER": folder})
configure_mappers()
