"""What stands on the pages that Chromium prints, without a library for it: its files have plain objects and deflated streams."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-F]+)> Tj|\b(ET)\b")
MAPPED = re.compile(r"<([0-9A-F]+)> (?:<([0-9A-F]+)> )?<([0-9A-F]+)>")


@dataclass
class Printed:
    """A printed file."""

    content: bytes

    @cached_property
    def sizes(self) -> list[tuple[int, ...]]:
        """Of each page its width and height in points."""
        boxes = (re.search(rb"/MediaBox \[0 0 ([\d. ]+)\]", self._objects[page]) for page in self._pages)
        return [tuple(round(float(each)) for each in box[1].split()) for box in boxes if box]

    @cached_property
    def texts(self) -> list[str]:
        """What stands on each page, as it was drawn, a space after each run of text."""
        return ["".join(self._text(page)) for page in self._pages]

    @cached_property
    def _objects(self) -> dict[int, bytes]:
        return {int(number): body for number, body in re.findall(rb"(?s)\n(\d+) 0 obj\n(.*?)\nendobj", self.content)}

    @cached_property
    def _pages(self) -> list[int]:
        return [number for number, body in sorted(self._objects.items()) if re.match(rb"<</Type /Page\n", body)]

    def _stream(self, number: int) -> bytes:
        head, _mark, data = self._objects[number].partition(b"stream\n")
        data = data.removesuffix(b"\nendstream")
        return zlib.decompress(data) if b"FlateDecode" in head else data

    def _text(self, page: int) -> Iterator[str]:
        body = self._objects[page]
        fonts = {name: self._letters(int(font)) for name, font in re.findall(rb"/(F\d+) (\d+) 0 R", body)}
        letters: dict[str, str] = {}
        contents = re.search(rb"/Contents (\d+)", body)
        for font, run, end in SHOWN.findall(self._stream(int(contents[1]))) if contents else ():
            letters = fonts[font] if font else letters
            wide = len(next(iter(letters), "")) or 2
            yield " " if end else "".join(letters.get(run[n : n + wide].decode(), "") for n in range(0, len(run), wide))

    def _letters(self, font: int) -> dict[str, str]:
        """The letters of a font by its own codes."""
        named = re.search(rb"/ToUnicode (\d+)", self._objects[font])
        found: dict[str, str] = {}
        told = self._stream(int(named[1])).decode().partition("endcodespacerange")[2] if named else ""
        for first, last, letter in MAPPED.findall(told):
            for n in range(int(last or first, 16) - int(first, 16) + 1):
                start = bytes.fromhex(letter).decode("utf-16-be")
                found[f"{int(first, 16) + n:0{len(first)}X}"] = start[:-1] + chr(ord(start[-1]) + n)
        return found
