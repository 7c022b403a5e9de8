"""What has become of a handover."""

from dataclasses import replace

import pytest

from webapp.duty.rules import Accepted, Found, Handover, Status, awaits_finding, concerns, is_by_another, open_for, status


def answer(at: int, who: str = "he", result: str = "accepted", exceptions: str | None = None) -> Accepted:
    return Accepted((at, 1, 1, at, "", 0), f"a{at}", who, result, exceptions)


def handover(*answers: Accepted, at: int = 1) -> Handover:
    return Handover(f"o{at}", (at, 1, 1, at, "", 0), "flat", "door", "lin", "he", None, answers)


@pytest.mark.clause("P2-4.4.6a")
def test_an_offer_waits_until_it_is_answered() -> None:
    assert status(handover()) is Status.OFFERED
    assert status(handover(answer(2))) is Status.ACCEPTED
    assert status(handover(answer(2, result="accepted_with_exceptions", exceptions="鑰匙少 1 把"))) is Status.WITH_EXCEPTIONS


def test_a_dispute_outweighs_an_acceptance() -> None:
    assert status(handover(answer(2), answer(3, "su", "disputed", "數目不對"))) is Status.DISPUTED


def test_two_acceptances_both_stand_and_go_to_the_supervisor() -> None:
    twice = handover(answer(2), answer(3, "su"))
    assert len(twice.answers) == 2
    assert concerns(twice) == ("accepted_twice",)
    assert awaits_finding(twice)
    ruled = replace(twice, findings=(Found(4, "chen", twice.answers[-1].id, "su"),))
    assert not awaits_finding(ruled)
    assert awaits_finding(replace(ruled, answers=(*ruled.answers, answer(5)))), "somebody answered whom the finding did not know"
    assert not awaits_finding(handover(answer(2)))


def test_the_outgoing_person_cannot_sign_for_both() -> None:
    assert concerns(handover(answer(2, "lin"))) == ("same_person",)


def test_nobody_hands_over_to_themself() -> None:
    assert concerns(replace(handover(), to_person_id="lin")) == ("to_self",)
    assert concerns(replace(handover(), to_person_id="lin", kept="key_box", custodian="3")) == ()


def test_while_somebody_is_on_the_post_nobody_else_hands_it_over() -> None:
    assert is_by_another(handover(), ["he"])
    assert not is_by_another(handover(), ["he", "lin"])
    assert not is_by_another(handover(), []), "nobody stood there: anyone may"


def test_an_exception_without_a_word_is_looked_at() -> None:
    assert concerns(handover(answer(2, result="accepted_with_exceptions"))) == ("no_reason",)
    assert concerns(handover(answer(2))) == ()


def test_only_the_last_offer_of_a_post_is_open() -> None:
    assert open_for([handover(at=1), handover(at=5)], "door").id == "o5"
    assert open_for([handover(at=1), handover(answer(6), at=5)], "door") is None
    assert open_for([handover(at=1)], "bar") is None
