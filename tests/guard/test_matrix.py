"""Who may open what: every route by every visitor. Every operation by every role is in tests/operations/test_every_operation.py."""

import pytest

from tests.browser.addresses import ALONE, BAR, DESK, EXAMPLES, NO_PAGES, OFFICE, STATION
from tests.guard.page import PAGE, text
from tests.guard.visitors import VISITORS, address, everything, unsafe
from tests.pages.conftest import OURS, Site

TO_ENROL, TO_SIGN_IN, CLOSED, NOTHING, OPEN = "302 /enrol", "303 /sign-in", "403", "404", "200"
STRANGERS = {"nobody", "revoked", "greeter", "supervisor", "admin", "editor", "ended", "idle"}
MAY: dict[str, dict[str, str]] = {
    STATION: dict.fromkeys(STRANGERS, TO_ENROL) | {"door": OPEN, "bar": NOTHING, "elsewhere": OPEN},
    BAR: dict.fromkeys(STRANGERS, TO_ENROL) | {"door": NOTHING, "bar": OPEN, "elsewhere": NOTHING},
    DESK: dict.fromkeys(VISITORS, TO_SIGN_IN) | {"greeter": CLOSED, "editor": CLOSED, "supervisor": OPEN, "admin": OPEN},
    OFFICE: dict.fromkeys(VISITORS, TO_SIGN_IN) | {"greeter": CLOSED, "editor": OPEN, "supervisor": CLOSED, "admin": OPEN},
    ALONE: dict.fromkeys(VISITORS, OPEN),
}
"""What each visitor is answered, by the kind of page; whatever leads on is followed by its first step only."""
ONLY: dict[str, dict[str, str]] = {
    "/": {"door": "302 /zh-Hant/door/", "bar": "302 /zh-Hant/bar/", "elsewhere": "302 /zh-Hant/door/",
          "supervisor": "302 /review", "admin": "302 /review", "greeter": "302 /review", "editor": "302 /documents"},
    **{rule: {"editor": OPEN} for rule in ("/sessions", "/inbox", "/lists/questions")},
    "/review/<day>/close": {"admin": CLOSED},
    **{rule: {"editor": OPEN} for rule in EXAMPLES if rule.startswith(("/documents", "/rooms"))},
}  # fmt: skip
"""Where a route answers otherwise than its kind."""
ASKING = {"Accept": "text/html", "Accept-Language": "zh-HK"}


def said(answer: object) -> str:
    location = getattr(answer, "location", None)
    status = str(getattr(answer, "status_code", ""))
    return f"{status} {location.partition('?')[0]}" if location else status


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_page_opens_to_whom_it_should(site: Site, visitor: str):
    client, wrong = VISITORS[visitor](site), {}
    for rule, (kind, path) in EXAMPLES.items():
        page = f"/zh-Hant/{path}" if kind in {STATION, BAR} else "/" + path.format(language="zh-Hant")
        answer = said(client.get(page, headers=ASKING))
        expected = ONLY.get(rule, {}).get(visitor, MAY[kind][visitor])
        if answer != expected:
            wrong[rule] = f"{answer}, expected {expected}"
    assert wrong == {}


@pytest.mark.parametrize("visitor", ["nobody", "revoked", "greeter", "supervisor", "ended"])
def test_the_sync_door_is_for_tablets_alone(site: Site, visitor: str):
    client, header = VISITORS[visitor](site), {"X-Threshold-Sync": "1"}
    doors = [rule for rule in site.app.url_map.iter_rules() if rule.rule.startswith("/sync/")]
    assert len(doors) >= 3
    for rule in doors:
        ask = client.get if "GET" in (rule.methods or ()) else client.post
        answer = ask(address(rule), headers=header, **({} if ask == client.get else {"json": {}}))
        assert answer.status_code == 401, rule.rule
        assert answer.json["reason"] == ("revoked" if visitor == "revoked" else "unknown")


@pytest.mark.parametrize("visitor", ["nobody", "revoked", "bar", "greeter", "ended", "idle"])
def test_who_may_not_changes_nothing_by_any_route(site: Site, visitor: str):
    client, before = VISITORS[visitor](site), everything()
    for rule, path in unsafe(site):
        if rule in OF_NOBODY or rule.startswith("/sync/"):
            continue
        answer = client.post(path, data={"name": "X", "station": "door"}, headers=OURS | ASKING)
        assert answer.status_code in {302, 303, 401, 403, 404}, (rule, answer.status_code)
        assert not (answer.location or "").startswith("/zh-Hant/door/"), rule
    assert everything() == before


OF_NOBODY = {"/enrol", "/enrol/claim", "/sign-in", "/sign-out"}
"""Whoever knocks there is nobody yet."""


OF_A_DESK = {
    "/site/printing", "/site/team",
    "/stock/<any(approvals, issues, orderings, reversals, settlements, ways, trackings):what>",
    "/tablets/claims/<number>", "/tablets/parcels/<digest>", "/tablets/<uuid:tablet_id>/code",
    "/tablets/<uuid:tablet_id>/<any(retirement, revocation):what>",
}  # fmt: skip
"""Buttons of the desk whose address is no page."""


def test_every_unsafe_route_belongs_to_a_tablet_a_desk_or_nobody_yet(site: Site):
    known = {rule for rule in EXAMPLES if rule != "/"} | OF_NOBODY | OF_A_DESK | {"/<language>/<station>/do/<name>"}
    assert [rule for rule, _path in unsafe(site) if rule not in known and not rule.startswith("/sync/")] == []


def test_no_page_of_json_is_forgotten(site: Site):
    assert {rule for rule in NO_PAGES if rule.startswith("/sync/")} <= {rule.rule for rule in site.app.url_map.iter_rules()}


def test_the_page_of_permissions_is_up_to_date():
    assert PAGE.read_text() == text(), "python3 dev.py words brings docs/permissions.md up to date"
