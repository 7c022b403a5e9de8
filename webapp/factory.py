"""The application: one table of packages, in the order of the floors."""

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.base import address, assets, database, guard, headers, health, i18n, icons, routes, written
from webapp.operations.entries import BATCH_MOST
from webapp.operations.ledger import Ledger

PACKAGES = (
    "jobs",
    "operations",
    "sites",
    "attachments",
    "staff",
    "tablets",
    "notices",
    "content",
    "losses",
    "stock",
    "shifts",
    "custody",
    "actions",
    "sync",
    "tours",
    "checklists",
    "imports",
    "duty",
    "repairs",
    "records",
    "review",
)
"""What is built, lowest floor first. `operations`, `jobs` and `views` of each are found by name; each is optional."""

DEFAULT_SECRET = "for the demo site only"  # noqa: S105 - a real site refuses to start with it (gates.py)
REQUEST_MOST = 2 * 1024 * 1024


def settings() -> dict[str, Any]:
    """What the environment says."""
    data = Path(os.environ.get("THRESHOLD_DATA", "instance")).resolve()
    port = os.environ.get("PORT", "8000")
    return {
        "DATA_FOLDER": str(data),
        "DATABASE_URL": os.environ.get("DATABASE_URL", f"sqlite:///{data / 'threshold.db'}"),
        "SECRET_KEY": os.environ.get("THRESHOLD_SECRET", DEFAULT_SECRET),
        "SECRETS_BEFORE": os.environ.get("THRESHOLD_SECRETS_BEFORE", "").split(),
        "PUBLIC_URL": os.environ.get("THRESHOLD_URL", f"http://{os.environ.get('HOST', '127.0.0.1')}:{port}").rstrip("/"),
        "PROXIES": int(os.environ.get("THRESHOLD_PROXIES", "0")),
        "HSTS": int(os.environ.get("THRESHOLD_HSTS", "0")),
        "TLS_FOLDER": str(address.folder()),
        "SYNC_BATCH_MOST": int(os.environ.get("THRESHOLD_BENCH_BATCH_MOST", str(BATCH_MOST))),
        "MAX_CONTENT_LENGTH": REQUEST_MOST * max(1, int(os.environ.get("THRESHOLD_BENCH_BATCH_MOST", "0")) // BATCH_MOST),
        "MAX_FORM_MEMORY_SIZE": REQUEST_MOST,
    }


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """A ready application. Start-up gates are asked apart (gates.py), so that `doctor` can tell all of them at once."""
    app = Flask(__name__, static_folder=None)
    app.config.update(settings() | dict(config or {}))
    Path(app.config["DATA_FOLDER"]).mkdir(parents=True, exist_ok=True)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    routes.init_app(app)
    database.init_app(app)
    i18n.init_app(app)
    written.init_app(app)
    assets.init_app(app)
    headers.init_app(app)
    guard.init_app(app)
    health.init_app(app)
    address.init_app(app)
    _trust_proxies(app)
    app.jinja_env.globals["icon_sprite"] = icons.sprite
    _load_packages(app)
    return app


def _trust_proxies(app: Flask) -> None:
    """Believe what so many proxies of ours say of where a request came from and how. The name is in `Host`, as they pass it on."""
    hops = app.config["PROXIES"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_port=0, x_prefix=0)  # type: ignore[method-assign]


def _load_packages(app: Flask) -> None:
    for name in PACKAGES:
        for part in ("models", "operations", "queries", "jobs", "views"):
            path = f"webapp.{name}.{part}"
            if not _exists(path):
                continue
            module = import_module(path)
            if part == "views":
                module.init_app(app)
    from webapp.staff.queries import codes_set, grants, memberships

    app.extensions["ledger"] = Ledger(memberships, grants, codes_set)


def _exists(path: str) -> bool:
    return (Path(__file__).parent.parent / (path.replace(".", "/") + ".py")).exists()
