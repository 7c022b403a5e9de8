"""`threshold`, the very same, by a clock that was set: `command.py SHIFT serve`. SHIFT: milliseconds ahead of this machine's clock.

So a test's day is always the same one and never ends in the middle; and the tablet's own clock is off by months all the time.
Templates that another server of the same run has compiled are taken from TEST_COMPILED: compiling them was half of a first page.
"""

import os
import sys
import time

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from webapp.base import clock
from webapp.cli import main

if __name__ == "__main__":
    shift = int(sys.argv.pop(1))
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(os.environ["TEST_COMPILED"])}
    with clock.standing_at(lambda: time.time_ns() // 1_000_000 + shift):
        main(prog_name="threshold")
