"""A version from its first draft to its end: who may, who may not, and what came meanwhile (P2-4.4.3d, design.md section 3a)."""

import pytest

from tests.cast import CHECK, Site, at
from webapp.content import queries as content
from webapp.content.rules import APPROVED, NEVER, OFFERED, RETURNED, WITHDRAWN, WRITTEN, Act, Standing, life, objection, standings


def acts(*told: tuple[str, str], start: int = 10) -> list[Act]:
    return [Act(what, by, start + place, place) for place, (what, by) in enumerate(told)]


DRAFT = (WRITTEN, "fang"), (OFFERED, "fang")


@pytest.mark.parametrize(
    ("told", "standing"),
    [
        (DRAFT[:1], Standing.DRAFT),
        (DRAFT, Standing.IN_REVIEW),
        ((*DRAFT, (RETURNED, "chen")), Standing.RETURNED),
        ((*DRAFT, (APPROVED, "chen")), Standing.EFFECTIVE),
        ((*DRAFT, (APPROVED, "fang")), Standing.IN_REVIEW),
        ((*DRAFT, (APPROVED, "chen"), (WITHDRAWN, "zhou")), Standing.WITHDRAWN),
        ((*DRAFT, (APPROVED, "chen"), (WITHDRAWN, "fang")), Standing.EFFECTIVE),
        ((*DRAFT[:1], (APPROVED, "chen")), Standing.DRAFT),
        ((*DRAFT[:1], (WITHDRAWN, "fang")), Standing.WITHDRAWN),
        ((*DRAFT, (RETURNED, "chen"), (APPROVED, "chen")), Standing.RETURNED),
    ],
)
def test_what_a_version_is_comes_from_what_was_done_with_it(told: tuple[tuple[str, str], ...], standing: Standing) -> None:
    assert standings({1: life(NEVER, acts(*told))}, 100) == {1: standing}


def test_who_decided_by_what_had_moved_has_not_decided() -> None:
    told = [*acts(*DRAFT), Act(WITHDRAWN, "fang", 20, 2), Act(APPROVED, "chen", 21, 2)]
    found = life(NEVER, told)
    assert [each.what for each in found.acts] == [WRITTEN, OFFERED, WITHDRAWN]
    assert objection(found, told[-1]) == "moved"
    assert found.from_at is None


def test_a_version_is_in_force_from_its_day_and_the_one_before_until_then() -> None:
    first, second = life(0, []), life(NEVER, [*acts(*DRAFT), Act(APPROVED, "chen", 20, 2, from_at=50)])
    assert standings({1: first, 2: second}, 49) == {1: Standing.EFFECTIVE, 2: Standing.APPROVED}
    assert standings({1: first, 2: second}, 50) == {1: Standing.SUPERSEDED, 2: Standing.EFFECTIVE}


@pytest.mark.clause("P2-4.4.3d")
def test_what_is_withdrawn_gives_way_to_what_was_in_force_before() -> None:
    second = life(NEVER, acts(*DRAFT, (APPROVED, "chen"), (WITHDRAWN, "zhou")))
    assert standings({1: life(0, []), 2: second}, 100) == {1: Standing.EFFECTIVE, 2: Standing.WITHDRAWN}
    assert standings({1: life(0, [Act(WITHDRAWN, "chen", 5)])}, 100) == {1: Standing.WITHDRAWN}


def test_an_approval_never_reaches_back() -> None:
    assert life(NEVER, [*acts(*DRAFT), Act(APPROVED, "chen", 20, 2, from_at=3)]).from_at == 20


# through the ledger


def write(site: Site, number: int = 2, when: str = "10:00", **changed: object) -> str:
    made = site.id(f"version {number}")
    outcome = site.submit("content.write", made, author="zhou", proof="session", when=at(when), document=site.id("document"),
                          number=number, body=CHECK | changed)  # fmt: skip
    assert outcome.outcome == "applied"
    return made


def decide(site: Site, what: str, version: str, seen: int, author: str, when: str, **more: object) -> str:
    outcome = site.submit(f"content.{what}", author=author, proof="session", when=at(when), version=version, seen=seen, **more)
    return outcome.outcome


def number_at(site: Site, time: str) -> int:
    edition = content.in_force(site.project_id, "checklist", "check.small", at(time))
    assert edition
    return edition.number


@pytest.mark.clause("P2-4.4.3d")
@pytest.mark.database
def test_a_draft_is_offered_approved_and_takes_over_on_its_day(site: Site) -> None:
    version = write(site)
    decide(site, "offer", version, 1, "zhou", "10:05")
    assert number_at(site, "10:06") == 1
    decide(site, "approve", version, 2, "chen", "10:10", starts=at("12:00"))
    assert [number_at(site, time) for time in ("11:59", "12:00")] == [1, 2]
    known = {each.number: each for each in content.copies_of(site.project_id, site.id("document"), at("13:00"))}
    assert (known[1].standing, known[2].standing) == (Standing.SUPERSEDED, Standing.EFFECTIVE)
    assert [(act.what, act.by) for act in known[2].life.acts] == [
        (WRITTEN, site.person("zhou")), (OFFERED, site.person("zhou")), (APPROVED, site.person("chen")),
    ]  # fmt: skip
    assert content.edition(site.project_id, site.id("version")) is not None  # facts made by the first still find it


@pytest.mark.database
def test_the_same_whatever_was_asked_first(site: Site) -> None:
    """The digest tells of what is in force, and nothing of drafts."""
    before = content.digest(site.project_id, at("11:00"))
    version = write(site)
    decide(site, "offer", version, 1, "zhou", "10:05")
    assert content.digest(site.project_id, at("11:00")) == before
    decide(site, "approve", version, 2, "chen", "10:10")
    assert [each["number"] for each in content.digest(site.project_id, at("11:00"))] == [2]


@pytest.mark.clause("P2-4.4.3d")
@pytest.mark.database
def test_nobody_approves_what_he_wrote(site: Site) -> None:
    version = write(site)
    decide(site, "offer", version, 1, "zhou", "10:05")
    decide(site, "approve", version, 2, "zhou", "10:10")
    assert number_at(site, "11:00") == 1
    decide(site, "approve", version, 2, "chen", "10:15")
    assert number_at(site, "11:00") == 2


@pytest.mark.database
def test_a_greeter_neither_writes_nor_approves(site: Site) -> None:
    version = write(site)
    decide(site, "offer", version, 1, "zhou", "10:05")
    for what in ("approve", "offer"):
        assert decide(site, what, version, 2, "lin", "10:10") == "refused"
    assert site.submit("content.write", author="lin", proof="session", when=at("10:00"), document=site.id("document"), number=3,
                       body=CHECK).errors == {"": "role"}  # fmt: skip
    assert number_at(site, "11:00") == 1


GREETINGS = next(body for body in content.bodies() if body["kind"] == "greetings")


@pytest.fixture
def fang(site: Site) -> str:
    """Of marketing; the greetings of the site are begun."""
    site.submit("staff.add_person", site.person("fang"), name="fang", call_name="fang", language="en")
    site.submit("staff.join", site.id("fang joins"), person=site.person("fang"), role="marketing_editor")
    site.submit("content.open", site.id("greetings"), kind="greetings", code="greetings")
    return "fang"


def begin(site: Site, author: str, kind: str) -> str:
    told = site.submit("content.open", author=author, proof="session", when=at("10:00"), kind=kind, code=f"{author}.{kind}")
    return told.errors.get("") or told.outcome


@pytest.mark.clause("P2-4.4.3d")
@pytest.mark.database
def test_marketing_writes_what_is_said_and_the_desk_how_duty_is_done(site: Site, fang: str) -> None:
    kinds = ("script", "greetings", "checklist", "conduct")
    found = {author: [begin(site, author, kind) for kind in kinds] for author in (fang, "chen", "zhou")}
    assert found == {
        "fang": ["applied", "applied", "role", "role"],
        "chen": ["role", "role", "applied", "applied"],
        "zhou": ["applied"] * 4,
    }
    about = {"proof": "session", "when": at("10:00"), "number": 2}
    assert site.submit("content.write", author=fang, document=site.id("document"), body=CHECK, **about).errors == {"": "role"}
    assert site.submit("content.write", author="chen", document=site.id("greetings"), body=GREETINGS, **about).errors == {
        "": "role"
    }
    assert site.submit("content.write", author="chen", document=site.id("document"), body=CHECK, **about).outcome == "applied"
    version = site.id("offered")
    site.submit("content.write", version, author=fang, document=site.id("greetings"), body=GREETINGS, **about)
    assert decide(site, "offer", version, 1, "chen", "10:05") == "refused"
    assert decide(site, "offer", version, 1, fang, "10:06") == "applied"


@pytest.mark.clause("P2-4.4.3d")
@pytest.mark.database
@pytest.mark.parametrize(("steps", "may"), [((), True), (("offer",), True), (("offer", "approve"), False)])
def test_marketing_withdraws_what_nobody_approved_yet(site: Site, fang: str, steps: tuple[str, ...], *, may: bool) -> None:
    """At the operation itself, whichever door it comes by: what was approved goes out of use by whoever may approve."""
    version, by = site.id("draft"), {"offer": fang, "approve": "chen"}
    site.submit("content.write", version, author=fang, proof="session", when=at("10:00"), document=site.id("greetings"), number=1,
                body=GREETINGS)  # fmt: skip
    for seen, what in enumerate(steps, 1):
        assert decide(site, what, version, seen, by[what], f"10:0{seen}") == "applied"
    seen = len(steps) + 1
    told = site.submit(
        "content.withdraw", author=fang, proof="session", when=at("10:10"), version=version, seen=seen, reason="改版"
    )
    assert (told.outcome, told.errors) == (("applied", {}) if may else ("refused", {"": "role"}))
    if not may:
        assert decide(site, "withdraw", version, seen, "zhou", "10:11", reason="改版") == "applied"
        assert content.in_force(site.project_id, "greetings", "greetings", at("10:12")) is None


@pytest.mark.database
def test_marketing_withdraws_no_checklist_not_even_a_draft(site: Site, fang: str) -> None:
    version = write(site)
    assert decide(site, "withdraw", version, 1, fang, "10:10", reason="改版") == "refused"
    assert decide(site, "withdraw", version, 1, "chen", "10:11", reason="改版") == "applied"


@pytest.mark.database
def test_only_the_setting_up_puts_a_version_in_force_without_a_review(site: Site, fang: str) -> None:
    for author in (fang, "chen"):
        told = site.submit("content.publish", author=author, proof="session", when=at("10:00"), document=site.id("greetings"),
                           number=1, body=GREETINGS)  # fmt: skip
        assert told.errors == {"": "role"}


@pytest.mark.database
def test_giving_back_and_withdrawing_want_a_reason(site: Site) -> None:
    version = write(site)
    decide(site, "offer", version, 1, "zhou", "10:05")
    assert decide(site, "give_back", version, 2, "chen", "10:10") == "refused"
    assert decide(site, "give_back", version, 2, "chen", "10:11", reason="第三項太長") == "applied"
    copy = content.copies_of(site.project_id, site.id("document"), at("11:00"))[0]
    assert (copy.standing, copy.life.acts[-1].reason) == (Standing.RETURNED, "第三項太長")


@pytest.mark.database
def test_two_who_keep_the_same_number_do_not_write_over_each_other(site: Site) -> None:
    version = write(site)
    other = site.submit("content.write", site.id("other"), author="zhou", proof="session", when=at("10:01"),
                        document=site.id("document"), number=2, body=CHECK)  # fmt: skip
    assert other.outcome != "applied"
    assert [each.id for each in content.copies_of(site.project_id, site.id("document"), at("11:00"))] == [
        version,
        site.id("version"),
    ]
