"""Errors that mean something to whoever calls."""

from werkzeug.exceptions import Forbidden


class Unavailable(Exception):
    """The database cannot take a write just now: answer 503, the tablet keeps everything and comes again."""


class Untold(Forbidden):
    """A form whose browser says nothing of where it comes from, without a token of ours: asked once more, by the person."""
