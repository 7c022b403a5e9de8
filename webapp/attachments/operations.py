"""How an entry of any package names the photos that belong to it."""

from collections.abc import Iterable

from webapp.attachments.models import Mention
from webapp.operations.occasion import Occasion


def attach(occasion: Occasion, digests: Iterable[str] | None) -> None:
    """Record which photos an entry names, one row each. They come by themselves, before it or after."""
    for digest in digests or ():
        occasion.record(Mention, digest=digest)
