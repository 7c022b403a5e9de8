"""Photos for the tests, made here: a lamp that is out, and files that only say they are a photo."""

import struct
import zlib
from functools import cache
from hashlib import sha256
from io import BytesIO

from PIL import Image

SECRET = b"CANARY-22.5431N-114.0579E"
"""A place that must never be in what is kept."""


def digest_of(given: bytes) -> str:
    return sha256(given).hexdigest()


@cache
def photo(number: int = 0, size: tuple[int, int] = (800, 600), kind: str = "JPEG") -> bytes:
    """A photo of its own for each number, with a place, a comment and a camera's name in it."""
    image = Image.effect_noise((size[0] // 8, size[1] // 8), 60).resize(size).convert("RGB")
    image.putpixel((0, 0), (number % 256, number // 256 % 256, 7))
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = SECRET.decode()
    told = BytesIO()
    if kind == "JPEG":
        image.save(told, kind, quality=70, exif=exif, comment=SECRET + str(number).encode())
    else:
        image.save(told, kind, exif=exif)
    return told.getvalue()


def turned() -> bytes:
    """Held upright: 800 by 600 as stored, and said to be turned by a quarter."""
    exif = Image.Exif()
    exif[0x0112] = 6
    told = BytesIO()
    Image.new("RGB", (800, 600), "navy").save(told, "JPEG", exif=exif)
    return told.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that unpacks to width × height pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(bytes(1_000_000), 9)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<!doctype html><script>alert(1)</script>"


def hostile() -> dict[str, tuple[bytes, str]]:
    """Files that are no photo, each with the reason it is refused for."""
    jpeg, png = photo(), photo(kind="PNG")
    gif, webp, tiff = BytesIO(), BytesIO(), BytesIO()
    Image.new("RGB", (8, 8)).save(gif, "GIF")
    Image.new("RGB", (8, 8)).save(webp, "WEBP")
    Image.new("RGB", (8, 8)).save(tiff, "TIFF")
    found = {
        "nothing": (b"", "empty"),
        "one byte": (b"\xff", "no_photo"),
        "text": (b"a letter " * 100, "no_photo"),
        "SVG": (SVG, "no_photo"),
        "a page": (PAGE, "no_photo"),
        "GIF": (gif.getvalue(), "no_photo"),
        "WebP": (webp.getvalue(), "no_photo"),
        "TIFF": (tiff.getvalue(), "no_photo"),
        "PDF": (b"%PDF-1.7\n" + bytes(500), "no_photo"),
        "zip": (b"PK\x03\x04" + bytes(500), "no_photo"),
        "the mark of a JPEG and nothing": (b"\xff\xd8\xff\xe0" + bytes(300), "no_photo"),
        "30,000 × 30,000": (bomb(30_000, 30_000), "too_many_pixels"),
        "one pixel too wide": (bomb(24_000_001, 1), "too_many_pixels"),
        "a bomb within the limit": (bomb(4_000, 6_000), "damaged"),
        "PNG with half of its data": (png[: len(png) // 2], "damaged"),
        "PNG of another colour depth than it says": (png[:24] + b"\x10" + png[25:], "damaged"),
    }
    for part in range(1, 16):
        cut = jpeg[: len(jpeg) * part // 16]
        found[f"JPEG, {part}/16 of it"] = (cut, "damaged")
    return found
