"""What a photo may be, and how long one waits for its entry; pure."""

import re

MOST_BYTES = 2 * 1024 * 1024
"""What a tablet sends of one photo; it has made it smaller before."""
MOST_BYTES_POSTED = 12 * 1024 * 1024
"""What a browser without script posts of one: as its camera made it."""
MOST_PIXELS = 24_000_000
LONGEST, SMALL = 1600, 320
"""The longer side of what is kept, and of what stands in a list, in pixels."""
SHOWN, SHOWN_BYTES = 240, 30 * 1024
"""The longer side, in pixels, and the most bytes of one that lies within a page and so needs no network to be seen."""
MOST = 3
"""Photos of one entry."""
NAMELESS_WITHIN = 30 * 24 * 3_600_000
"""How long a photo is kept that no entry names (yet), in milliseconds."""
NAMELESS_MOST = 200
"""How many of them one tablet may have here."""

EMPTY, NO_PHOTO, TOO_MANY_PIXELS, DAMAGED = "empty", "no_photo", "too_many_pixels", "damaged"
"""Why nothing is kept of bytes that came whole."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


def is_digest(text: str) -> bool:
    return _DIGEST.fullmatch(text) is not None
