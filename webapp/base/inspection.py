"""What `threshold doctor --tls` looks at: everything about an https address that keeps tablets out, now or soon."""

import http.client
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from webapp.base import certificates
from webapp.base.address import AHEAD, days_left, is_due, told
from webapp.base.certificates import Shown, ends_at, look_at, names_in

PUBLIC_DAYS, PRIVATE_DAYS = 398, 825
"""Longer ones are refused by browsers: of public authorities, of private ones (Apple)."""
WELL, SOON, STOPS = "ok", "soon", "STOPS"


@dataclass(frozen=True)
class Said:
    """One line of `doctor --tls`."""

    grade: str
    words: str


def inspect(url: str, root: Path, at: int) -> Iterator[Said]:
    """Everything about an https address that keeps tablets out, now or soon."""
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        yield Said(STOPS, f"{url} is not https: a browser gives tablets no storage that lasts and no worker. Set THRESHOLD_URL.")
        return
    try:
        shown, alone = look_at(url, [root]), look_at(url)
    except OSError as error:
        yield Said(STOPS, f"{url} does not answer ({error.strerror or type(error).__name__}): is nginx running, is its port open?")
        return
    is_private = bool(alone.fault) and not shown.fault
    yield from _chain(shown, is_private=is_private)
    yield from _dates(shown, is_private=is_private, at=at)
    yield from _answers(url, root, is_trusted=not shown.fault, is_private=is_private)


def _chain(shown: Shown, *, is_private: bool) -> Iterator[Said]:
    names = ", ".join(str(each.value) for each in names_in(shown.certificate)) or "nobody"
    yield Said(WELL, f"{shown.protocol}, a certificate for {names}")
    if shown.fault:
        yield Said(STOPS, f"A browser refuses it: {shown.fault}.")
    elif is_private:
        yield Said(WELL, "trusted by our own root, which every tablet has to trust too (/root.crt)")
    else:
        yield Said(WELL, "trusted by every browser")


def _dates(shown: Shown, *, is_private: bool, at: int) -> Iterator[Said]:
    end, most = ends_at(shown.certificate), PRIVATE_DAYS if is_private else PUBLIC_DAYS
    left = days_left(end, at)
    lasts = (shown.certificate.not_valid_after_utc - shown.certificate.not_valid_before_utc).days
    if lasts > most:
        yield Said(STOPS, f"It lasts {lasts} days; Apple’s browsers refuse more than {most}.")
    if left < 0:
        yield Said(STOPS, told(end, at))
    elif is_due(end, at):
        loud = "now" if left < AHEAD[2] else "this week" if left < AHEAD[1] else "soon"
        yield Said(SOON, f"{told(end, at)} Renew it {loud}; tablets keep what they record, and cannot send it once it has ended.")
    else:
        yield Said(WELL, told(end, at))


def _answers(url: str, root: Path, *, is_trusted: bool, is_private: bool) -> Iterator[Said]:
    context = ssl.create_default_context()
    if root.exists():
        context.load_verify_locations(root)
    if not is_trusted:  # said above; the rest is worth hearing all the same
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    place = urlsplit(url)
    secure = http.client.HTTPSConnection(
        place.hostname or "", place.port or 443, timeout=certificates.SHOWN_WITHIN, context=context
    )
    try:
        secure.request("GET", "/sign-in")
        answer = secure.getresponse()
        headers, status = answer.headers, answer.status
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        yield Said(STOPS, f"It gives no answer to a request ({type(error).__name__}).")
        return
    finally:
        secure.close()
    if status != 200 or not headers.get("X-Threshold-Build"):
        yield Said(STOPS, f"Something else than Threshold answers there (status {status}): is `threshold serve` running behind it?")
        return
    yield from _cookies(headers.get_all("Set-Cookie") or [])
    yield from _hsts(headers.get("Strict-Transport-Security", ""), is_private=is_private)


def _cookies(cookies: list[str]) -> Iterator[Said]:
    if cookies and all(each.startswith("__Host-") and "; Secure" in each for each in cookies):
        yield Said(WELL, "cookies are of this host and secure")
    else:
        yield Said(
            STOPS,
            "Cookies are not secure: requests are taken for plain http. Set THRESHOLD_PROXIES, and X-Forwarded-Proto in nginx.",
        )


def _hsts(header: str, *, is_private: bool) -> Iterator[Said]:
    if "includesubdomains" in header.lower() or "preload" in header.lower():
        yield Said(SOON, "Strict-Transport-Security speaks for other names than this one: take includeSubDomains and preload away.")
    elif header and is_private:
        words = (
            "Strict-Transport-Security on a certificate of our own: were its root lost, no browser would open the address again."
        )
        yield Said(SOON, words)
    else:
        yield Said(WELL, f"Strict-Transport-Security {header or 'is off'}")
