"""Cross-site posts have no effect (protocol: people and tablets).

An unsafe request passes if the browser says it is same-origin, or, where it says nothing, if `Origin` is ours, or, where both are
absent, with a valid token. No token stands in a page that may be cached.
"""

from urllib.parse import urlsplit

from flask import Flask, abort, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect, ValidationError, generate_csrf, validate_csrf

from webapp.base.errors import Untold

SAFE = {"GET", "HEAD", "OPTIONS"}


def is_ours() -> bool:
    """Whether this request was made by one of our own pages, or by a client that is no browser and says so by our header."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if origin is not None:
        return urlsplit(origin).netloc == request.host and urlsplit(origin).scheme == request.scheme
    return False


def _check() -> None:
    if request.method in SAFE or is_ours():
        return
    if request.path.startswith("/sync/"):
        if request.headers.get("Sec-Fetch-Site") or request.headers.get("Origin"):
            abort(403, "cross-site")
        return
    if request.headers.get("Sec-Fetch-Site") or request.headers.get("Origin"):
        abort(403)
    try:
        validate_csrf(request.form.get("csrf_token"), time_limit=None)
    except ValidationError as wrong:
        raise Untold from wrong


class FormCookie(SecureCookieSessionInterface):
    """What binds a form's token to its browser: `form`, on https `__Host-form`. (`session` is a desk session's, staff.)"""

    def get_cookie_name(self, _app: Flask) -> str:
        return "__Host-form" if request.is_secure else "form"

    def get_cookie_secure(self, _app: Flask) -> bool:
        return request.is_secure


def init_app(app: Flask) -> None:
    """Check every unsafe request. Flask-WTF gives the token; its own check, which knows no fetch metadata, is off."""
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.session_interface = FormCookie()
    CSRFProtect(app)
    app.before_request(_check)
    app.jinja_env.globals["csrf_token"] = generate_csrf
