"""The shape of what a tablet sends (docs/protocol.md sections 2 and 3).

What cannot be read at all is the client's fault and is answered 400.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from webapp.base import ids

PROTOCOL = 1
BATCH_MOST = 200
REQUEST_MOST = 1024 * 1024
BODY_MOST = 16 * 1024
ATTEMPTS_MOST = 5
_GREATEST = 2**53 - 1
_NAME = re.compile(r"[a-z][a-z0-9_.]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PROOF = re.compile(r"[a-z][a-z0-9:-]{0,63}")
_CODE = re.compile(r".{1,32}")
_BUILD = re.compile(r"[A-Za-z0-9._-]{0,64}")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHAPE = re.compile("\\n".join(each.pattern for each in (_ID, _NAME, _DIGEST, _PROOF, _ID)))
_NOBODY = "00000000-0000-0000-0000-000000000000"


class Malformed(ValueError):
    """The request cannot be read; the reason is for the client's author."""


@dataclass(frozen=True, slots=True)
class Source:
    """The tablet that sends, as the door knows it."""

    tablet_id: str
    tablet_no: int
    project_id: str
    enrolled_at: int


@dataclass(slots=True)
class Entry:
    """One entry as it came. `lost` is the reason where it is only a marker of a loss."""

    id: str
    seq: int
    operation: str = "lost"
    version: int = 1
    body: str = ""
    digest: str = ""
    author: str | None = None
    proof: str = "unverified"
    happened_at: int = 0
    offset: int | None = None
    beacon_at: int | None = None
    repairs: str | None = None
    attempts: int = 0
    lost: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request carries. `is_contact`: the tablet itself sent it; of a file it is not known what came after."""

    epoch: int
    entries: tuple[Entry, ...]
    nonce: str
    high_seq: int
    build: str
    updates_seen: int
    about: str = ""
    """What the tablet told of itself, as JSON; '' where it told nothing. For people to look at, never to decide by."""
    is_contact: bool = True


def digest_of(text: str) -> str:
    """SHA-256 of the UTF-8 bytes of an exact text, in hex. A lone surrogate counts as U+FFFD, as browsers encode it."""
    return hashlib.sha256(text.encode("utf-8", "replace") if text.isascii() else _utf8(text)).hexdigest()


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return storable(text).encode()


def storable(text: str) -> str:
    """A text both databases can hold: NUL and lone surrogates replaced by U+FFFD."""
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)


def is_too_long(body: str) -> bool:
    """More than BODY_MOST bytes in UTF-8, where a character takes four at most."""
    return 4 * len(body) > BODY_MOST and len(_utf8(body)) > BODY_MOST


def read_batch(payload: Any, source: Source) -> Batch:
    """The batch in a request's JSON. Raises Malformed."""
    nonce = _nonce(payload)
    if payload.get("tablet") != source.tablet_id:
        raise Malformed("tablet")
    entries = payload.get("entries")
    if not isinstance(entries, list):
        raise Malformed("entries")
    epoch = _whole(payload, "epoch", least=1, most=2**31 - 1)
    return Batch(
        epoch=epoch,
        entries=tuple(_entry(raw, source.tablet_id, epoch) for raw in entries),
        nonce=nonce,
        high_seq=_whole(payload, "high_seq", absent=0, most=2**31 - 1),
        build=_text(payload, "build", _BUILD, absent=""),
        updates_seen=_whole(payload, "updates_seen", absent=0, most=2**31 - 1),
        about=_about(payload.get("about")),
    )


ABOUT = {"oldest": 0, "usage": 0, "quota": 0, "offset": -_GREATEST, "unsaved": 0}
"""The figures that a tablet may tell of itself, each with the least that it may be."""


def _about(told: Any) -> str:
    """What can be read of it and nothing else: a strange figure must not keep an entry from arriving."""
    if not isinstance(told, Mapping):
        return ""
    figures = {name: told.get(name) for name in ABOUT}
    known: dict[str, Any] = {
        name: value for name, value in figures.items() if type(value) is int and ABOUT[name] <= value <= _GREATEST
    }
    if isinstance(told.get("persisted"), bool):
        known["persisted"] = told["persisted"]
    return json.dumps(known, separators=(",", ":"), sort_keys=True) if known else ""


def _nonce(payload: Any) -> str:
    if not isinstance(payload, Mapping) or payload.get("protocol") != PROTOCOL:
        raise Malformed("protocol")
    nonce = payload.get("nonce")
    if not isinstance(nonce, str) or not 8 <= len(nonce) <= 64:
        raise Malformed("nonce")
    return nonce


def read_unlock(payload: Any) -> tuple[str, str, str]:
    """Nonce, person and code of a request to check a code. Raises Malformed."""
    nonce = _nonce(payload)
    return nonce, _text(payload, "person", _ID), _text(payload, "code", _CODE)


def _entry(raw: Any, tablet_id: str, epoch: int) -> Entry:
    if type(raw) is not dict:
        raise Malformed("entry")
    get: Callable[[str], Any] = raw.get
    seq = _whole(raw, "seq", least=1, most=2**31 - 1)
    if "lost" in raw:
        return _marker(raw["lost"], seq, tablet_id, epoch)
    body, author, repairs = get("body"), get("author"), get("repairs")
    if type(body) is not str:
        raise Malformed("body")
    if not _has_shape(get("id"), get("operation"), get("digest"), get("proof"), author or _NOBODY):
        _name_the_fault(raw)
    if repairs is not None:
        _text(raw, "repairs", _ID)
    return Entry(
        get("id"),
        seq,
        get("operation"),
        _whole(raw, "version", least=1, most=9999),
        body,
        get("digest"),
        author,
        get("proof"),
        _whole(raw, "happened_at"),
        _whole(raw, "offset", least=-_GREATEST) if get("offset") is not None else None,
        _whole(raw, "beacon_at") if get("beacon_at") is not None else None,
        repairs,
        _whole(raw, "attempts", absent=0) if "attempts" in raw else 0,
    )


def _marker(reason: Any, seq: int, tablet_id: str, epoch: int) -> Entry:
    if not isinstance(reason, str):
        raise Malformed("lost")
    return Entry(id=ids.derived("lost", tablet_id, epoch, seq), seq=seq, lost=storable(reason)[:200])


def _has_shape(*texts: Any) -> bool:
    """Id, operation, digest, proof and author at one look; most entries are well made."""
    return all(type(text) is str for text in texts) and _SHAPE.fullmatch("\n".join(texts)) is not None


def _name_the_fault(raw: Mapping[str, Any]) -> None:
    """Raises Malformed with the key that is wrong."""
    for key, shape in (("id", _ID), ("operation", _NAME), ("digest", _DIGEST), ("proof", _PROOF), ("author", _ID)):
        _text(raw, key, shape)


def _whole(raw: Mapping[str, Any], key: str, *, least: int = 0, most: int = _GREATEST, absent: int | None = None) -> int:
    value = raw.get(key, absent)
    if type(value) is not int or not least <= value <= most:
        raise Malformed(key)
    return value


def _text(raw: Mapping[str, Any], key: str, shape: re.Pattern[str], absent: str | None = None) -> str:
    value = raw.get(key, absent)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise Malformed(key)
    return value
