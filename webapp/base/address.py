"""The https address that tablets open, as seen from outside: when its certificate ends, and our own root for tablets to trust.

Nothing here imports `cryptography` before it is needed, for that takes longer than all the rest of a start.
"""

import hashlib
import logging
import os
import threading
import time
from pathlib import Path

from flask import Flask, Response, abort, current_app

from webapp.base import clock

AHEAD = (30, 14, 7)
"""So many days before its end a certificate is spoken of, each time louder."""
LOOK_EVERY = 3600.0
log = logging.getLogger(__name__)


def public(path: str) -> str:
    """A page of ours as it is opened from outside."""
    return f"{current_app.config['PUBLIC_URL']}{path}"


def folder() -> Path:
    """Where certificates of our own are kept, as the environment says."""
    return Path(os.environ.get("THRESHOLD_TLS") or Path(os.environ.get("THRESHOLD_DATA", "instance")) / "tls").resolve()


def own_root() -> Path:
    """The root of our own authority, if there is one (`threshold tls ca`)."""
    return Path(current_app.config["TLS_FOLDER"]) / "root.pem"


def root_fingerprint() -> str:
    """SHA-256 of our own root as tablets show it, AB CD …; '' where there is none."""
    path = own_root()
    return hashlib.sha256(_der(path)).digest().hex(" ").upper() if path.exists() else ""


def _der(path: Path) -> bytes:
    import ssl

    return ssl.PEM_cert_to_DER_cert(path.read_text("ascii"))


def days_left(end: int, at: int) -> int:
    """Whole days until a certificate's end; less than 0 once it has ended."""
    return (end - at) // clock.DAY


def is_due(end: int, at: int) -> bool:
    """Whether a person should be told now."""
    return days_left(end, at) < AHEAD[0]


class Watch:
    """Knows when the certificate of our own address ends. Looks again now and then, in the background: no request waits for it."""

    def __init__(self, url: str, root: Path) -> None:
        self.url, self._root = url, root
        self._end: int | None = None
        self._looked = -LOOK_EVERY
        self._looking = threading.Lock()

    def end(self) -> int | None:
        """As it was last seen, in milliseconds UTC; None where that was never."""
        if time.monotonic() - self._looked >= LOOK_EVERY and self._looking.acquire(blocking=False):
            threading.Thread(target=self._look_and_release, name="certificate", daemon=True).start()
        return self._end

    def look(self) -> int | None:
        """See it now; waits some seconds at most."""
        from webapp.base.certificates import ends_at, look_at

        self._looked = time.monotonic()
        try:
            self._end = ends_at(look_at(self.url, [self._root]).certificate)
        except (OSError, ValueError) as error:
            log.warning("certificate: %s does not answer (%s)", self.url, type(error).__name__)
            return self._end
        if is_due(self._end, clock.now()):
            log.warning("certificate: %s", told(self._end, clock.now()))
        return self._end

    def _look_and_release(self) -> None:
        try:
            self.look()
        finally:
            self._looking.release()


def certificate_end() -> int | None:
    """When the certificate of this site's address ends; None on plain http or while it is not known."""
    watch: Watch | None = current_app.extensions["address"]
    return watch.end() if watch else None


def told(end: int, at: int) -> str:
    """The sentence for the log and the terminal."""
    left, day = days_left(end, at), clock.day_of(end, "UTC").isoformat()
    return (
        f"The address’s certificate ends on {day}, in {left} days." if left >= 0 else f"The address’s certificate ended on {day}."
    )


def _root() -> Response:
    """Our own root for a tablet to trust, in the one form that iPadOS and Android both take; 404 where there is none."""
    path = own_root()
    if not path.exists():
        abort(404)
    raw = _der(path)
    headers = {"Content-Disposition": 'attachment; filename="threshold-root.crt"', "Cache-Control": "no-store"}
    return Response(raw, 200, headers, mimetype="application/x-x509-ca-cert")


def init_app(app: Flask) -> None:
    """Watch the certificate where the address is https, and hand out our own root."""
    url = app.config["PUBLIC_URL"]
    root = Path(app.config["TLS_FOLDER"]) / "root.pem"
    app.extensions["address"] = Watch(url, root) if url.startswith("https://") else None
    app.add_url_rule("/root.crt", "root_certificate", _root)
