"""What every answer carries, whatever its status: no inline script or style, nothing from elsewhere, cached by nobody but us."""

from flask import Flask, Response, current_app, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types threshold",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}


def _add(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure and (lasts := current_app.config["HSTS"]):
        response.headers["Strict-Transport-Security"] = f"max-age={lasts}"  # this name alone: others are not ours to bind
    response.headers.setdefault("Cache-Control", "no-store")
    if response.mimetype == "text/html":
        response.headers.add("Vary", "Accept-Language")
    return response


def init_app(app: Flask) -> None:
    """Add the headers to everything Flask answers; assets get theirs from whitenoise."""
    app.after_request(_add)
