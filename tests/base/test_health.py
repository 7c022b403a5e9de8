"""What whoever watches is answered."""

from flask import Flask

from webapp.base.assets import build


def test_a_page_knows_our_answer_from_anybody_elses(app: Flask) -> None:
    response = app.test_client().get("/healthz")
    assert (response.status_code, response.headers["X-Threshold-Build"]) == (200, build())
