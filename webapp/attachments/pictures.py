"""What is made of bytes that say they are a photo: drawn anew, so that nothing of them but what is seen gets through.

No place, no camera, no words, no second file behind the first. The size is judged by the head, before anything is unpacked.
"""

from functools import lru_cache
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from webapp.attachments.rules import DAMAGED, EMPTY, LONGEST, MOST_PIXELS, NO_PHOTO, SHOWN, SHOWN_BYTES, SMALL, TOO_MANY_PIXELS

FORMATS = ("JPEG", "PNG")
"""What cameras make. A decoder of WebP takes the memory of its canvas before anybody has asked how large that is."""
Image.MAX_IMAGE_PIXELS = None  # our own limit is lower, and is no warning


class NoPicture(ValueError):
    """Why nothing can be made of the bytes, as a word of rules.py."""


class Picture(NamedTuple):
    """A photo as it is kept, in JPEG; `small` for lists."""

    wide: int
    high: int
    content: bytes
    small: bytes


def drawn_anew(given: bytes) -> Picture:
    """The photo upright, at most LONGEST pixels a side, without metadata. Raises NoPicture."""
    if not given:
        raise NoPicture(EMPTY)
    try:
        image = Image.open(BytesIO(given), formats=FORMATS)
    except UnidentifiedImageError:
        raise NoPicture(NO_PHOTO) from None
    except MemoryError:
        raise
    except Exception as error:
        raise NoPicture(NO_PHOTO) from error
    if image.width * image.height > MOST_PIXELS:
        raise NoPicture(TOO_MANY_PIXELS)
    try:
        return _drawn(image)
    except MemoryError:
        raise
    except Exception as error:  # whatever a decoder says of bytes that were made to hurt it
        raise NoPicture(DAMAGED) from error


def _drawn(image: Image.Image) -> Picture:
    image.draft("RGB", (LONGEST, LONGEST))  # a JPEG is unpacked no larger than it has to be
    image.load()
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((LONGEST, LONGEST))
    small = upright.copy()
    small.thumbnail((SMALL, SMALL))
    return Picture(upright.width, upright.height, _jpeg(upright), _jpeg(small))


@lru_cache(maxsize=64)
def for_a_page(small: bytes) -> bytes | None:
    """One of ours as it lies within a page; None where it will not be small enough."""
    image = Image.open(BytesIO(small), formats=FORMATS)
    image.thumbnail((SHOWN, SHOWN))
    drawn = (_jpeg(image, quality) for quality in (75, 55, 35))
    return next((each for each in drawn if len(each) <= SHOWN_BYTES), None)


def _jpeg(image: Image.Image, quality: int = 82) -> bytes:
    image.info = {}  # a comment would be written again
    told = BytesIO()
    image.save(told, "JPEG", quality=quality, optimize=True)
    return told.getvalue()
