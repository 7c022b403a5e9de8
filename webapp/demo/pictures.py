"""How the listed things of the show flats should look: pictures drawn here, plain and of nobody's making but ours."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

WALL, FLOOR, SKIRTING = "#e8e2d6", "#c6b294", "#f6f3ec"
WOOD, DARK, CLOTH, ACCENT, LIGHT, LEAF, PAPER = "#8a6a4a", "#4f4338", "#b9b1a3", "#4f7d6c", "#f4d98b", "#7c9a68", "#f8f6f0"
WIDE, HIGH, FLOOR_AT = 800, 600, 430
Draw = Any


def drawn(code: str, number: int) -> bytes:
    """A JPEG of so many of a thing, where it belongs."""
    from PIL import Image, ImageDraw  # Pillow takes 10 ms that no start should pay

    image = Image.new("RGB", (WIDE, HIGH), WALL)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, FLOOR_AT, WIDE, HIGH), FLOOR)
    draw.rectangle((0, FLOOR_AT - 14, WIDE, FLOOR_AT), SKIRTING)
    DRAWN[code](draw, number)
    told = BytesIO()
    image.save(told, "JPEG", quality=85)
    return told.getvalue()


def _places(number: int, left: int, right: int) -> list[int]:
    """So many middles, evenly between two edges."""
    return [left + (right - left) * (2 * each + 1) // (2 * number) for each in range(number)]


def _sofa(draw: Draw, number: int) -> None:
    draw.rounded_rectangle((130, 230, 670, 400), 30, CLOTH)
    draw.rounded_rectangle((90, 290, 170, 480), 24, CLOTH, DARK, 2)
    draw.rounded_rectangle((630, 290, 710, 480), 24, CLOTH, DARK, 2)
    draw.rounded_rectangle((160, 370, 640, 470), 18, CLOTH, DARK, 2)
    for x in _places(number, 180, 620):
        draw.rounded_rectangle((x - 62, 262, x + 62, 376), 20, ACCENT, DARK, 2)


def _lamps(draw: Draw, number: int) -> None:
    for x in _places(number, 120, 680):
        draw.rectangle((x - 4, 220, x + 4, 500), DARK)
        draw.ellipse((x - 60, 490, x + 60, 516), DARK)
        draw.polygon([(x - 50, 110), (x + 50, 110), (x + 88, 230), (x - 88, 230)], LIGHT, DARK)


def _vases(draw: Draw, number: int) -> None:
    draw.rectangle((80, 360, 720, 386), WOOD)
    for x in (120, 660):
        draw.rectangle((x, 386, x + 20, 560), WOOD)
    for x in _places(number, 170, 630):
        for lean in (-34, 0, 34):
            draw.line((x, 280, x + lean, 170), LEAF, 5)
            draw.ellipse((x + lean - 18, 146, x + lean + 18, 182), "#e6c7c0", DARK)
        draw.ellipse((x - 44, 264, x + 44, 362), PAPER, DARK, 2)
        draw.rectangle((x - 18, 246, x + 18, 280), PAPER, DARK)


def _books(draw: Draw, number: int) -> None:
    draw.rounded_rectangle((250, 330, 550, 356), 6, WOOD)
    draw.rectangle((270, 356, 530, 540), WOOD, DARK, 2)
    draw.line((270, 446, 530, 446), DARK, 3)
    draw.rounded_rectangle((560, 200, 800, 540), 20, CLOTH, DARK, 2)
    for each in range(number):
        draw.rectangle((320, 306 - 26 * each, 480, 330 - 26 * each), ACCENT, DARK, 2)


def _models(draw: Draw, number: int) -> None:
    draw.rectangle((120, 70, 680, 520), WOOD, DARK, 3)
    for top in (90, 310):
        draw.rectangle((140, top, 660, top + 190), PAPER)
    for x in _places(number, 180, 620):
        draw.rectangle((x - 50, 180, x + 50, 280), CLOTH, DARK, 2)
        draw.polygon([(x - 66, 180), (x, 120), (x + 66, 180)], ACCENT, DARK)
    for x in range(180, 620, 44):
        draw.rectangle((x, 350, x + 30, 500), (CLOTH, ACCENT, WOOD)[x % 3], DARK)


DRAWN: dict[str, Callable[[Draw, int], None]] = {
    "living.cushion": _sofa, "living.lamp": _lamps, "dining.vase": _vases, "master.book": _books, "study.model": _models,
}  # fmt: skip
