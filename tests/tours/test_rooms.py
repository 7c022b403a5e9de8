"""A flat against its script: what it has not, what it calls otherwise, what it has besides (P2-4.4.3d)."""

import pytest

from tests.cast import WORDS, Site, at
from webapp.base.database import db
from webapp.sites import queries as sites
from webapp.tours import queries as tours
from webapp.tours.rules import setting_in_force, stops_of, tap

STUDY = {"key": "study", "kind": "room", "clause": "P2-4.4.3d", "title": WORDS, "lines": [WORDS, WORDS]}
BODY = {"stops": [{"key": key, "title": WORDS, "lines": [WORDS]} for key in ("hall", "living")]}


@pytest.mark.clause("P2-4.4.3d")
def test_a_flat_leaves_out_and_adds_rooms() -> None:
    found = stops_of(BODY, {}, {"without": ["hall"], "added": [STUDY]})
    assert [(stop.key, [line.key for line in stop.lines]) for stop in found] == [
        ("living", ["living.1"]), ("study", ["study.1", "study.2"]),
    ]  # fmt: skip


def test_a_room_that_the_script_has_by_now_is_not_told_twice() -> None:
    assert [stop.key for stop in stops_of(BODY, {}, {"added": [{**STUDY, "key": "hall"}]})] == ["hall", "living"]


def test_who_set_the_rooms_by_an_old_page_has_not_set_them() -> None:
    def order(at: int) -> tuple[int, int, int, int, str, int]:
        return (at, 0, 0, 0, "", 0)

    first, second = (0, order(1), {"without": ["hall"]}), (0, order(2), {"without": ["living"]})
    assert setting_in_force([second, first]) == (1, {"without": ["hall"]})
    assert setting_in_force([second, first, (1, order(3), {})]) == (2, {})
    assert setting_in_force([]) == (0, None)


@pytest.mark.parametrize(
    ("part", "width", "wanted"),
    [((10, 10, 40, 30), 120, (10, 10, 40, 30)), ((66, 72, 60, 14), 120, (66, 69, 60, 20)), ((0, 0, 10, 10), 60, (0, 0, 10, 10))],
)
def test_a_small_room_is_tapped_around_it_too(part: tuple[int, ...], width: int, wanted: tuple[int, ...]) -> None:
    assert tap(part, width) == wanted


def set_rooms(site: Site, rooms: dict[str, object], seen: int, author: str = "chen", when: str = "10:00") -> str:
    outcome = site.submit(
        "tours.set_rooms", author=author, proof="session", when=at(when), flat=site.id("A"), rooms=rooms, seen=seen
    )
    return f"{outcome.outcome} {outcome.errors or ''}".strip()


@pytest.mark.database
def test_the_prompter_follows_from_when_they_were_set(site: Site) -> None:
    body = {"kind": "script", "id": "script.a", "unit_type": "A", "clause": "P2-4.4.3d", "title": WORDS,
            "stops": [{**STUDY, "key": key} for key in ("hall", "living")]}  # fmt: skip
    site.submit("content.open", site.id("script"), kind="script", code="script.a")
    site.submit("content.publish", site.id("script 1"), document=site.id("script"), number=1, body=body)
    assert set_rooms(site, {"without": ["hall"], "added": [STUDY]}, 0) == "applied"
    flat, here = sites.flat(site.project_id, site.id("A")), sites.project(site.project_id)
    assert flat
    assert here
    found = [tours.prompt(here, flat, at(time), rehearsal=True) for time in ("09:59", "10:00")]
    assert [[stop.key for stop in each.stops] for each in found if each] == [["hall", "living"], ["living", "study"]]
    db.session.rollback()


@pytest.mark.database
@pytest.mark.parametrize(
    "rooms",
    [
        {"walls": []}, {"without": "hall"}, {"without": ["Hall!"]}, {"renamed": {"hall": {"fr": "salle"}}},
        {"added": [{"key": "x"}]},
        {"renamed": {"hall": {"en": "x" * 201}}}, {"added": "study"}, {"without": ["hall"] * 200},
    ],
    ids=str,
)  # fmt: skip
def test_rooms_that_are_none_are_refused(site: Site, rooms: dict[str, object]) -> None:
    assert set_rooms(site, rooms, 0).startswith("refused")


@pytest.mark.database
def test_a_greeter_does_not_set_rooms(site: Site) -> None:
    assert set_rooms(site, {"without": ["hall"]}, 0, "lin") == "refused {'': 'role'}"
