"""The look: plain CSS in one order of layers, colours that can be read, components that post without a script."""

import gzip
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from webapp.base import icons

WEBAPP = Path(__file__).parent.parent.parent / "webapp"
SHEETS = sorted((WEBAPP / "static" / "css").glob("*.css"))
CSS = "\n".join(path.read_text("utf-8") for path in SHEETS)
TEMPLATES = sorted((WEBAPP / "templates").rglob("*.html"))
COMPONENTS = [path for path in TEMPLATES if path.parent.name == "ui" or path.name.startswith("layout")]
BUDGET = 15 * 1024
LAYERS = ("reset", "tokens", "base", "layout", "components", "utilities", "print")

LIGHTS = {
    "light": ':root, [data-theme="day"] {',
    "evening": '[data-theme="evening"] {',
    "the system's evening": ":root:not([data-theme]) {",
}
READABLE = 4.5
VISIBLE = 3.0
PAIRS = (
    ("ink", "paper", READABLE),
    ("ink-2", "paper", READABLE),
    ("ink-3", "paper", READABLE),
    ("ink-3", "sunken", READABLE),
    ("ink-3", "surface", READABLE),
    ("accent", "paper", READABLE),
    ("accent", "accent-soft", READABLE),
    ("on-accent", "accent-fill", READABLE),
    ("on-accent-2", "accent-fill", READABLE),
    ("ochre", "ochre-soft", READABLE),
    ("ochre", "paper", READABLE),
    ("cinnabar", "cinnabar-soft", READABLE),
    ("cinnabar", "surface", READABLE),
    ("on-cinnabar", "cinnabar", READABLE),
    ("line-control", "paper", VISIBLE),
    ("accent-mid", "paper", VISIBLE),
    ("ochre-mid", "paper", VISIBLE),
)


def test_all_of_the_css_fits_its_budget() -> None:
    assert len(gzip.compress(CSS.encode(), 9)) <= BUDGET


def test_the_first_sheet_sets_the_order_of_the_layers() -> None:
    assert SHEETS[0].read_text("utf-8").startswith(f"@layer {', '.join(LAYERS)};")


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_every_rule_stands_in_a_layer(path: Path) -> None:
    outside = re.sub(r"@layer [\w, ]+;", "", _without_blocks(re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)))
    assert set(re.findall(r"\S+", outside)) <= {"@layer", *LAYERS}


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_the_oldest_tablet_understands_the_css(path: Path) -> None:
    """Chromium 111 and Safari 16.4 know no nesting; importance and imports are never needed."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert "!important" not in text
    assert "@import" not in text
    assert not re.search(r"light-dark\(|@scope|@starting-style|\bsubgrid\b|&", text)
    assert not list(_nested(text))


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize(("front", "back", "least"), PAIRS, ids=str)
def test_what_is_written_can_be_read(light: str, front: str, back: str, least: float) -> None:
    colours = _colours(light)
    assert _contrast(colours[front], colours[back]) >= least


def test_both_ways_into_the_evening_are_the_same() -> None:
    assert _colours("evening") == _colours("the system's evening")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(WEBAPP / "templates").as_posix())
def test_no_template_holds_what_the_policy_forbids(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text)
    assert all(" src=" in opening for opening in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(WEBAPP / "templates").as_posix())
def test_every_drawing_asked_for_is_in_the_sprite(path: Path) -> None:
    text = path.read_text("utf-8")
    asked = set(re.findall(r"(?:icon|draw)\('([a-z0-9-]+)'", text)) | set(re.findall(r"\bicon='([a-z0-9-]+)'", text))
    assert asked <= icons.names()


def test_the_sprite_holds_each_drawing_once() -> None:
    found = re.findall(r'<symbol id="i-([a-z0-9-]+)"', icons.sprite())
    assert sorted(found) == sorted(icons.names())
    assert {"door", "elder", "shoe-cover", "house"} <= set(found)


def test_every_class_in_the_components_has_a_rule() -> None:
    used = {name for path in COMPONENTS for name in _classes(path.read_text("utf-8"))}
    known = set(re.findall(r"\.([a-z][a-z0-9_-]*)", CSS))
    assert used - known == set()


def test_the_tiles_post_the_size_of_the_party_without_a_script() -> None:
    page = _render("{% call(controls) ui.tiles('How many?', 300) %}<form method='post'>{{ controls }}</form>{% endcall %}")
    assert re.findall(r'<button class="tile" name="guests" value="(\d)"', page) == ["1", "2", "3", "4", "5"]
    assert re.search(r'<input class="count__value"[^>]*name="guests"[^>]*type="number"', page)
    assert page.count("<form") == 2


def test_a_disabled_button_says_why() -> None:
    page = _render("{{ ui.button('Close', why='2 points are open') }}")
    assert 'aria-disabled="true"' in page
    assert "2 points are open" in page


def test_an_error_is_tied_to_its_field() -> None:
    page = _render("{{ ui.text('name', 'name', 'Name', error='Write a name') }}")
    assert 'aria-describedby="name-error"' in page
    assert 'aria-invalid="true"' in page
    assert 'id="name-error"' in page


def test_what_a_person_wrote_stays_text() -> None:
    page = _render("{{ ui.row(words, time='10:18') }}{{ ui.prose('r', 'r', 'Remark', words) }}", words="<script>alert(1)</script>")
    assert "<script>" not in page


def test_the_chip_has_a_face_for_every_state() -> None:
    page = _render("{{ ui.sync('/outbox', 'offline', '', '6') }}")
    assert re.findall(r'<template data-state="(\w+)">', page) == ["ok", "busy", "offline", "failed", "expired", "revoked", "ended"]
    assert "Offline" in page


def test_a_bar_chart_says_its_numbers() -> None:
    page = _render("{{ ui.bars((('9', 5), ('10', 0)), 'Guests by the hour') }}{{ ui.bars((), 'None') }}")
    assert 'aria-label="Guests by the hour: 9 5, 10 0"' in page


def _render(source: str, **values: Any) -> str:
    def say(words: str, **parts: object) -> Markup:
        return Markup(words) % {name: Markup.escape(part) for name, part in parts.items()}

    environment = Environment(loader=FileSystemLoader(WEBAPP / "templates"), autoescape=True, undefined=StrictUndefined)
    environment.globals |= {"_": say, "gettext": say, "ngettext": lambda one, many, num: say(one if num == 1 else many, num=num)}
    return environment.from_string("{% import 'ui/all.html' as ui %}" + source).render(**values)


def _without_blocks(text: str) -> str:
    depth, kept = 0, []
    for letter in text:
        depth += letter == "{"
        if depth == 0:
            kept.append(letter)
        depth -= letter == "}"
    return "".join(kept)


def _nested(text: str) -> Iterator[str]:
    """Selectors that open a block inside a style rule."""
    open_blocks: list[str] = []
    for match in re.finditer(r"([^{};]*)([{};])", text):
        words, mark = match[1].strip(), match[2]
        if mark == "{":
            if open_blocks and not open_blocks[-1].startswith("@"):
                yield words
            open_blocks.append(words)
        elif mark == "}":
            open_blocks.pop()


def _classes(text: str) -> Iterator[str]:
    for value in re.findall(r'class="([^"]*)"', text):
        yield from re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", value).split()


def _colours(light: str) -> dict[str, tuple[float, float, float]]:
    tokens = next(path for path in SHEETS if "tokens" in path.name).read_text("utf-8")
    block = tokens.split(LIGHTS[light], 1)[1].split("}", 1)[0]
    found = re.findall(r"--([a-z0-9-]+): oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)", block)
    return {name: (float(lightness) / 100, float(chroma), float(hue)) for name, lightness, chroma, hue in found}


def _contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """WCAG contrast of two OKLCH colours, as the screen shows them (cut to sRGB)."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[float, float, float]) -> float:
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, part)) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
