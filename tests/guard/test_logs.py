"""The log tells what went wrong and nothing of anybody: no name, no code, no word that was typed (design.md section 7)."""

import logging

import pytest

from tests.guard.visitors import both
from tests.pages.conftest import OURS, Site
from webapp import demo
from webapp.staff import access

TYPED = "客廳的燈忽明忽暗"
DO = "/zh-Hant/door/do/"


def test_a_day_with_its_faults_leaves_no_personal_data_in_the_log(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    caplog.set_level(logging.DEBUG)
    site.app.config.update(PROPAGATE_EXCEPTIONS=False, TESTING=False)
    client = both(site)
    place = demo.named("place", "flat-a")
    signed = {"_person": demo.person("lin"), "_code": "204618", "_shown": "1", "place": place, "category": "repair"}
    client.post("/sign-in", data={"account": "chen", "password": "wrong " + demo.PASSWORD}, headers=OURS)
    client.post("/sign-in", data={"account": "chen", "password": demo.PASSWORD}, headers=OURS)
    client.post(DO + "duty.remark", data=signed | {"text": TYPED}, headers=OURS)
    client.post(DO + "duty.remark", data=signed | {"text": TYPED, "_code": "111111"}, headers=OURS)
    client.post(DO + "duty.remark", data=signed | {"text": TYPED}, headers={"Sec-Fetch-Site": "cross-site"})
    client.post("/enrol", data={"code": "ABCD-2345"}, headers=OURS)
    client.post("/tablets", data={"name": TYPED, "station": "door"}, headers=OURS)
    client.post("/sync/operations", data="{" + TYPED, content_type="application/json", headers={"X-Threshold-Sync": "1"})

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("the ledger is out of ink")

    monkeypatch.setattr("webapp.operations.ledger.Ledger.submit", broken)
    assert client.post(DO + "duty.remark", data=signed | {"text": TYPED}, headers=OURS).status_code == 500
    told = caplog.text
    assert "the ledger is out of ink" in told, "the fault itself is told, or this test looks at nothing"
    secrets = [*site.credentials.values(), demo.PASSWORD, TYPED, "204618", "111111", "ABCD-2345"]
    names = [name for each in demo.CAST for name in (each.name, each.call_name)]
    assert [secret for secret in (*secrets, *names) if secret in told] == []


def test_a_session_is_nowhere_in_the_log(site: Site, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    token = access.open_session(demo.person("chen"), 0)
    client = site.stranger()
    client.set_cookie("session", token)
    client.get("/review")
    assert token not in caplog.text
