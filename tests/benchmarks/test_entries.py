"""The load is real: gapless, time-ordered, digested as docs/protocol.md says."""

import hashlib
import json
import uuid
from random import Random

import pytest

from benchmarks.entries import Place, Tablet
from benchmarks.load import head_of, post
from benchmarks.rounds import Rounds


@pytest.fixture
def tablet() -> Tablet:
    place = Place("flat", "place", "store", "covers", "version", ["door", "power"])
    return Tablet("tablet", 1, "author", place, 1_763_869_200_000, Random(7))


def test_entries_are_gapless_and_their_ids_are_ordered_by_time(tablet):
    entries = tablet.entries(50) + tablet.entries(50)
    assert [entry["seq"] for entry in entries] == list(range(1, 101))
    assert [entry["id"] for entry in entries] == sorted(entry["id"] for entry in entries)
    assert all(uuid.UUID(entry["id"]).version == 7 for entry in entries)


def test_the_digest_is_that_of_the_exact_text(tablet):
    for entry in tablet.entries(20):
        assert entry["digest"] == hashlib.sha256(entry["body"].encode()).hexdigest()


def test_a_party_is_seen_off_only_after_it_came(tablet):
    came: set[str] = set()
    for entry in tablet.entries(200):
        if entry["operation"] == "tours.arrive":
            came.add(entry["id"])
        if entry["operation"] == "tours.see_off":
            assert json.loads(entry["body"])["party"] in came


def test_every_kind_of_work_is_in_the_mix(tablet):
    kinds = {entry["operation"] for entry in tablet.entries(200)}
    assert kinds == {"tours.arrive", "tours.see_off", "stock.draw", "checklists.answer"}


def test_an_answer_is_whole_only_with_all_of_its_body():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
    assert head_of(head) == (0, 0, 0)
    assert head_of(head + b"\r\nab") == (200, len(head) + 2, 5)


def test_a_request_says_how_long_it_is():
    request = post("/entries", 8080, b"{}", {"Authorization": "Bearer x"})
    assert request.startswith(b"POST /entries HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n")
    assert request.endswith(b"Content-Length: 2\r\nAuthorization: Bearer x\r\n\r\n{}")


def test_rounds_take_turns_and_the_warming_one_does_not_count():
    order: list[str] = []

    def side(name: str) -> float:
        order.append(name)
        return len(order)

    ours, floor = Rounds(2, float("inf")).interleave(lambda: side("ours"), lambda: side("floor"))
    assert order == ["floor", "ours", "ours", "floor", "floor", "ours"]
    assert (ours, floor) == ([3, 6], [4, 5])


def test_out_of_time_one_round_is_still_measured():
    assert Rounds(5, 0).interleave(lambda: 1.0, lambda: 2.0) == ([1.0], [2.0])
