"""What was signed once is compared for ever by the fields that records had then."""

from dataclasses import replace

import pytest

from webapp.records.rules import (
    DIGESTS,
    MARK_CHARS,
    Account,
    Also,
    Event,
    Gone,
    Handed,
    Lay,
    List,
    Mark,
    Pending,
    Point,
    Readied,
    Stock,
    Stood,
    Thing,
    Visit,
    Window,
    as_signed,
    mark_of,
)

FULL = Account(
    "p", "2026-05-28", Window("s", "early", 1, 2), (Stood("a", 1, None),), True,
    (List("v", "opening", (Point("i", "pass", 1, 2, "n", "b", True, False, 3, "x", "w", (Point("i", "fail"),), 4),)),),
    (Visit("v", 1, 2, 2, 3, "b", "guided", True),),
    (Stock("i", "clean", 1, 2, 3, 4, 5, 6, 7, 8),),
    (Event(1, "taken", "b", "", "i", 2, "k"),),
    (Event(1, "repair", "b", "t"),),
    (Handed(1, "a", "n", 2, "b", "accepted", "e", "key_box", "c", "", (Gone("asset", "k", None, "out", "agrees", None, ""),),
            (Thing("k", "lost", (), False, "", False, "w"),), (Lay("i", "clean", 1, 2, "agrees", "n"),),
            (Also(3, "d", "disputed", "e"),)),),
    (Thing("k", "out", ("a",), True, "n", True, "w"),),
    (Pending("q", 3, True, "v", "i", "t", "n"),),
    (Readied("a", 1),),
    (Event(1, "lost", "b", "t", asset="k"),),
)  # fmt: skip
"""A record with something in every field."""
RECORDED = {
    1: "e6747503cec3a7525de30965e59ead14d15b55a16437c6eb382d47d63f7b7f0e",
    2: "d2421539bec3d0a4c74ccc439649f197b67a0566862638cf4e174f62f9f0d89d",
    3: "21d57468cd66990efe2eeee00c4384c2f89588a178d1a0dde890a0c877981c1b",
    4: "b2edf640c465e03974af84421517a08a3722b423eba06283846c0bd5ea626c34",
    5: "76a624ef59f70908538d92598e34f308f7fa7470c6f42c6f51eb99487d540978",
    6: "fc54d51df5910165da5b4ae90287917bd0406b676852934d409479f525e1a41f",
    7: "a3be317a4a328aa0cb6d1046ef55f67c782b6a20585299bd27080f1fc4664700",
    8: "025c2d43756586c6a3063ef1a820a7c545bc7cf0f8a497da3bf275f3a3b925d0",
    9: "7dfb72113707b847ac989f1168f49eec70596efa575c0bcb9d0245cfbe581917",
    10: "0850a5ba6989825a0d6cb5a40ca125c549158eb463cb25266eea2f78b8ddee3c",
}
"""Its digests, each as the code of its time took it. A field that is new needs `added` and a line here; no line ever changes."""


@pytest.mark.parametrize(("way", "digest"), RECORDED.items())
def test_a_digest_is_taken_as_it_was_when_it_was_signed(way: int, digest: str) -> None:
    assert FULL.digest_by(way) == digest
    assert FULL.is_what(digest, way)
    assert FULL.is_what(digest), "of what was signed before the way was kept, each is tried"


def test_the_newest_digest_is_the_one_that_is_signed() -> None:
    assert set(RECORDED) == set(range(1, DIGESTS + 1))
    assert FULL.digest == RECORDED[DIGESTS]


def test_what_records_did_not_tell_yet_does_not_change_what_was_signed_then() -> None:
    later = replace(FULL, pending=())
    assert later.is_what(RECORDED[4], 4)
    assert not later.is_what(RECORDED[5], 5)
    assert not FULL.is_what(RECORDED[4], 5), "a digest is no other way's"


def test_what_was_signed_shows_no_more_than_it_told_then() -> None:
    shown = as_signed(FULL, 8)
    assert shown.digest_by(8) == RECORDED[8]
    assert (shown.visits[0].is_led, shown.lists[0].points[0].before, shown.pending[0].note) == (False, (), "")
    assert as_signed(FULL, DIGESTS) == FULL
    assert as_signed(FULL, 1) == shown, "what an older one did not tell has been shown ever since"


def test_a_change_in_what_records_always_told_shows_whatever_the_way() -> None:
    changed = replace(FULL, visits=())
    assert not [way for way, digest in RECORDED.items() if changed.is_what(digest, way) or changed.is_what(digest)]


def test_the_code_of_a_sheet_is_read_as_it_was_written() -> None:
    mark = Mark(FULL.digest, 1_779_946_260_123)
    assert mark_of(str(mark)) == Mark(FULL.digest[:MARK_CHARS], 1_779_946_260_000)
    assert FULL.is_what(FULL.digest[:MARK_CHARS])


@pytest.mark.parametrize(
    "text", ["", "0" * MARK_CHARS, "0" * 64 + "-6a182d94", "g" * MARK_CHARS + "-6a182d94", "０" * 16 + "-6a182d94"]
)
def test_what_is_no_code_of_a_sheet_is_not_read(text: str) -> None:
    assert mark_of(text) is None
