"""The page of components shows every one of them."""

import re
from pathlib import Path

from tests.pages.conftest import Site, read

UI = Path(__file__).parents[2] / "webapp" / "templates" / "ui"
INNER = {"described", "field"}
"""What only other components are made of."""


def test_every_component_has_its_place_on_the_page():
    named = set(re.findall(r"{% set (\w+) = _", (UI / "all.html").read_text()))
    shown = set(re.findall(r"\bui\.(\w+)\(", (UI / "gallery.html").read_text()))
    assert len(named) > 25
    assert named - INNER - shown == set()


def test_every_kind_of_button_and_tone_is_shown(shown: Site):
    page = read(shown.stranger().get("/ui?lang=en").text)
    classes = {name for each in page.all() for name in each.attrs.get("class", "").split()}
    assert {f"btn--{kind}" for kind in ("primary", "soft", "plain", "onaccent", "xl", "small", "block")} <= classes
    tones = {each.attrs.get("data-tone") for each in page.all("span", "div") if each.attrs.get("class") in ("tag", "notice")}
    assert {"ok", "soon", "over"} <= tones
    assert {each.attrs.get("aria-pressed") for each in page.all("button")} >= {"true", "false"}
    wrong = {each.tag for each in page.all("input", "textarea", "select") if each.attrs.get("aria-invalid") == "true"}
    assert wrong == {"input", "textarea", "select"}
