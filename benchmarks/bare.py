"""The least that starts, holds memory and opens offline: one Flask-SQLAlchemy model, one page, one worker."""

import os

from flask import Flask, Response
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


class Entry(db.Model):  # type: ignore[name-defined,misc]
    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str]


ROWS = "".join(f'<li><a href="/{n}">14:{n:02} · {n % 6 + 1} · 雲棲府 A</a></li>' for n in range(40))
PAGE = f"""<!doctype html><html lang="zh-Hant"><head><meta charset="utf-8"><title>bare</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css"></head>
<body><main><h1>迎門</h1><ol>{ROWS}</ol></main></body></html>"""
STYLE = "body { font: 1rem/1.5 sans-serif; margin: 1rem } li { min-height: 3rem } h1 { font-size: 1.5rem }"
WORKER = """
self.addEventListener('install', (event) => event.waitUntil(
  caches.open('bare').then((cache) => cache.addAll(['/page', '/style.css'])).then(() => self.skipWaiting())));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => event.respondWith(
  caches.match(event.request).then((kept) => kept || fetch(event.request))));
"""


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("BARE_DATABASE_URL", "sqlite://")
    db.init_app(app)
    with app.app_context():
        db.create_all()
        db.engine.dispose()

    @app.get("/")
    def ready() -> str:
        return str(db.session.execute(db.select(db.func.count()).select_from(Entry)).scalar_one())

    @app.get("/page")
    def page() -> str:
        return PAGE

    @app.get("/style.css")
    def style() -> Response:
        return Response(STYLE, mimetype="text/css")

    @app.get("/worker.js")
    def worker() -> Response:
        return Response(WORKER, mimetype="text/javascript")

    return app
