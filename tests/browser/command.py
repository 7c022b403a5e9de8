"""`threshold`, the very same, by a clock that was set: `command.py SHIFT serve`. SHIFT: milliseconds ahead of this machine's clock.

So a test's day is always the same one and never ends in the middle; and the tablet's own clock is off by months all the time.
Templates and catalogues that another server of the same run has compiled are taken from TEST_COMPILED, by what they were made of:
compiling them was half of a first page.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from webapp.base import clock, i18n
from webapp.cli import main

_compile = i18n.compiled


def compiled_once(texts: bytes) -> bytes:
    """A catalogue, compiled by whichever process asked first."""
    place = Path(os.environ["TEST_COMPILED"]) / f"{sha256(texts).hexdigest()}.mo"
    if not place.exists():
        made = place.with_suffix(f".{os.getpid()}")
        made.write_bytes(_compile(texts))
        made.replace(place)
    return place.read_bytes()


def threshold(shift: int, words: Sequence[str]) -> None:
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(os.environ["TEST_COMPILED"])}
    i18n.compiled = compiled_once
    with clock.standing_at(lambda: time.time_ns() // 1_000_000 + shift):
        main(args=list(words), prog_name="threshold")


def forked(shift: int, words: Sequence[str], environment: Mapping[str, str], told: Path, log: Path) -> None:
    """The same in a process that has everything loaded already; what it prints is added to two files."""
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, told), (2, log)):
        with path.open("ab") as file:
            os.dup2(file.fileno(), number)
    threshold(shift, words)


if __name__ == "__main__":
    threshold(int(sys.argv[1]), sys.argv[2:])
