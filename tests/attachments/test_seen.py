"""Who may see a photo, and how it is given: the staff of its project, as JPEG, for this browser alone."""

from io import BytesIO

import pytest
from PIL import Image

from tests.attachments.album import digest_of, photo
from tests.guard.visitors import VISITORS
from tests.pages.conftest import AT, Site
from webapp import demo
from webapp.attachments.keeping import keep
from webapp.attachments.rules import SMALL
from webapp.base import ids
from webapp.base.database import db

DIGEST = digest_of(photo())
DESK, DOOR, BAR = f"/photos/{DIGEST}", f"/zh-Hant/door/photos/{DIGEST}", f"/zh-Hant/bar/photos/{DIGEST}"
MAY = {DESK: {"supervisor", "admin"}, DOOR: {"door"}, BAR: {"bar"}}
CLOSED = {302, 303, 401, 403, 404}


@pytest.fixture
def kept(demo_site: Site) -> Site:
    assert keep(demo.project_id(), demo.named("tablet", "door"), photo(), AT).outcome == "stored"
    return demo_site


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("address", MAY, ids=["desk", "door", "bar"])
def test_a_photo_is_seen_by_whom_it_may_be(kept: Site, visitor: str, address: str) -> None:
    answer = VISITORS[visitor](kept).get(address)
    if visitor in MAY[address]:
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    else:
        assert answer.status_code in CLOSED
        assert answer.mimetype != "image/jpeg"


def test_nobody_sees_a_photo_of_another_project(demo_site: Site) -> None:
    """Known by its digest all the same: whoever asks learns no more than of one that was never taken."""
    keep(ids.derived(demo.project_id(), "other"), demo.named("tablet", "door"), photo(), AT)
    asked = [(demo_site.tablet("door"), DOOR), (demo_site.desk("chen"), DESK), (demo_site.desk("zhou"), DESK)]
    assert [client.get(address).status_code for client, address in asked] == [404] * 3
    assert demo_site.tablet("elsewhere").get(DOOR).status_code == 200


def test_it_is_kept_by_this_browser_alone_and_is_nothing_but_a_picture(kept: Site) -> None:
    answer = kept.desk("chen").get(DESK)
    assert answer.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert Image.open(BytesIO(answer.data)).size == (800, 600)


def test_a_small_one_for_lists(kept: Site) -> None:
    small = kept.tablet("door").get(DOOR + "?small").data
    assert max(Image.open(BytesIO(small)).size) == SMALL


@pytest.mark.parametrize("digest", ["x", "ab" * 32, DIGEST.upper(), "..%2f..%2fetc%2fpasswd"])
def test_what_is_not_there_is_not_found(kept: Site, digest: str) -> None:
    assert kept.desk("chen").get(f"/photos/{digest}").status_code == 404


def test_what_was_refused_is_not_shown(demo_site: Site) -> None:
    refused = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    assert keep(demo.project_id(), demo.named("tablet", "door"), refused, AT).outcome == "refused"
    db.session.rollback()
    assert demo_site.desk("chen").get(f"/photos/{digest_of(refused)}").status_code == 404
