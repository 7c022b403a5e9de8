"""The page of components shows every one of them."""

import re
from pathlib import Path

import pytest

from tests.pages.conftest import Site, read

WEBAPP = Path(__file__).parents[2] / "webapp"
UI, JS = WEBAPP / "templates" / "ui", WEBAPP / "static" / "js"
INNER = {"described", "field", "door", "hidden", "set_as"}
"""What only other components are made of."""
ACTING = {"enrol-done", "enrol-form", "outbox-list", "post-gate", "retire-tablet", "screen-lock", "tablet-check"}
"""What would act if it stood on the page by itself: the page shows what it looks like."""


def test_every_component_has_its_place_on_the_page():
    """A part whose name begins with an underscore stands round every page, this one too."""
    named = {
        name for each in UI.glob("*.html") if each.stem != "gallery" for name in re.findall(r"{%-? macro (\w+)\(", each.read_text())
    }
    pages = "".join(each.read_text() for each in (UI / "gallery.html", *UI.glob("_*.html")))
    assert len(named) > 35
    assert named - INNER - set(re.findall(r"\b(\w+)\(", pages)) == set()


def test_every_part_round_a_page_stands_round_this_one():
    layouts = "".join(each.read_text() for each in (WEBAPP / "templates").glob("layout*.html"))
    assert {each.name for each in UI.glob("_*.html")} == set(re.findall(r"'ui/(_\w+\.html)'", layouts))


def test_every_element_of_the_script_is_shown_or_what_it_looks_like(shown: Site):
    named = {name for each in JS.rglob("*.js") for name in re.findall(r'customElements\.define\("([\w-]+)"', each.read_text())}
    every = read(shown.stranger().get("/ui?lang=en").text).all()
    assert len(named) > 15
    assert {each.tag for each in every if "-" in each.tag} == named - ACTING
    assert {like for each in every if (like := each.attrs.get("data-like"))} == ACTING


@pytest.mark.parametrize("light", ["day", "evening"])
def test_every_state_is_shown_in_either_light(shown: Site, light: str):
    page = read(shown.stranger().get("/ui?lang=en").text)
    [part] = [each for each in page.all("div") if each.attrs.get("data-theme") == light]
    found = {name for each in part.all() for name in each.attrs}
    classes = {name for each in part.all() for name in each.attrs.get("class", "").split()}
    states = {each.attrs.get("data-state") for each in part.all("li")}
    assert found >= {"pending", "low", "open", "aria-disabled", "aria-invalid", "aria-pressed"}
    assert classes >= {"empty", "is-focused", "field__error", "said", "meter", "lock"}
    assert states >= {"undone", "kept", "yes", "no"}
    for words in ("To send", "Refused", "Undone", "Not saved", "Running low"):
        assert words in part.text()


def test_the_chip_is_shown_in_every_state(shown: Site):
    page = read(shown.stranger().get("/ui?lang=en").text)
    faces = [
        each.attrs["data-state"] for each in page.all("a") if each.attrs.get("class") == "sync" and not each.has_parent("sync-chip")
    ]
    assert faces == re.findall(r"\w+", "ok busy offline failed expired revoked ended")


def test_no_id_stands_twice(shown: Site):
    ids = [each.attrs["id"] for each in read(shown.stranger().get("/ui?lang=en").text).all() if "id" in each.attrs]
    assert [each for each in set(ids) if ids.count(each) > 1] == []


def test_every_kind_of_button_and_tone_is_shown(shown: Site):
    page = read(shown.stranger().get("/ui?lang=en").text)
    classes = {name for each in page.all() for name in each.attrs.get("class", "").split()}
    assert {f"btn--{kind}" for kind in ("primary", "soft", "plain", "onaccent", "xl", "small", "block")} <= classes
    tones = {each.attrs.get("data-tone") for each in page.all("span", "div") if each.attrs.get("class") in ("tag", "notice")}
    assert {"ok", "soon", "over"} <= tones
    assert {each.attrs.get("aria-pressed") for each in page.all("button")} >= {"true", "false"}
    wrong = {each.tag for each in page.all("input", "textarea", "select") if each.attrs.get("aria-invalid") == "true"}
    assert wrong == {"input", "textarea", "select"}
