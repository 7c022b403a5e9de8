"""In which stage a site is, by its dates or by what a person says."""

import pytest

from webapp.sites.rules import Dates, out_of_order, stage_on

WHOLE = Dates("2026-05-01", "2026-12-31", "2027-06-30", "2029-06-30")


@pytest.mark.clause("P2-1")
@pytest.mark.parametrize(
    ("day", "stage"),
    [
        ("2026-04-30", "marketing"),
        ("2026-12-31", "marketing"),
        ("2027-01-01", "pre_move_in"),
        ("2027-06-29", "pre_move_in"),
        ("2027-06-30", "warranty"),
        ("2029-06-30", "warranty"),
        ("2029-07-01", "post_warranty"),
    ],
)
def test_the_stage_follows_from_the_dates(day: str, stage: str):
    assert stage_on(WHOLE, day) == stage


def test_a_stage_without_its_date_is_passed_over():
    assert stage_on(Dates(), "2026-05-01") == "marketing"
    assert stage_on(Dates(moves_in_on="2027-06-30"), "2027-06-29") == "marketing"
    assert stage_on(Dates(moves_in_on="2027-06-30"), "2040-01-01") == "warranty"


def test_what_a_person_says_counts_more():
    assert stage_on(WHOLE._replace(stage="marketing"), "2028-01-01") == "marketing"


def test_dates_come_in_their_order():
    assert out_of_order(WHOLE) == []
    assert out_of_order(Dates("2026-05-01", None, "2026-04-30", "2026-04-30")) == ["moves_in_on", "warranty_ends_on"]
    assert out_of_order(Dates("2026-05-01", "2026-05-01")) == []
