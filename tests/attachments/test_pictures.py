"""What is made of bytes that a tablet or a browser says are a photo: only what is seen gets through."""

import resource
from io import BytesIO

import pytest
from PIL import Image

from tests.attachments.album import PAGE, SECRET, SVG, hostile, photo, turned
from webapp.attachments.pictures import NoPicture, drawn_anew, for_a_page
from webapp.attachments.rules import LONGEST, SHOWN, SHOWN_BYTES, SMALL

HOSTILE = hostile()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_nothing_but_what_is_seen_is_kept(kind: str) -> None:
    given = photo(kind=kind)
    assert SECRET in given
    made = drawn_anew(given)
    for kept in (made.content, made.small):
        assert SECRET not in kept
        image = Image.open(BytesIO(kept))
        assert (image.format, dict(image.getexif()), "comment" in image.info) == ("JPEG", {}, False)


def test_a_large_photo_is_made_smaller_and_keeps_its_shape() -> None:
    made = drawn_anew(photo(size=(4000, 3000)))
    assert (made.wide, made.high) == (LONGEST, LONGEST * 3 // 4)
    assert Image.open(BytesIO(made.small)).size == (SMALL, SMALL * 3 // 4)


def test_a_small_photo_is_not_made_larger() -> None:
    made = drawn_anew(photo(size=(64, 48)))
    assert (made.wide, made.high) == (64, 48)


def test_a_photo_taken_upright_stands_upright() -> None:
    made = drawn_anew(turned())
    assert (made.wide, made.high) == (600, 800)


@pytest.mark.parametrize("tail", [PAGE, SVG, b"PK\x03\x04 a second file", SECRET * 50], ids=["page", "svg", "zip", "words"])
def test_what_hangs_behind_a_photo_is_left_behind(tail: bytes) -> None:
    made = drawn_anew(photo() + tail)
    assert tail not in made.content
    assert SECRET not in made.content


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_photo_is_refused_by_its_name(name: str) -> None:
    given, reason = HOSTILE[name]
    with pytest.raises(NoPicture) as refused:
        drawn_anew(given)
    assert str(refused.value) in {reason, "no_photo" if reason == "damaged" else reason}
    if reason != "damaged":
        assert str(refused.value) == reason


def test_a_bomb_is_refused_by_its_head() -> None:
    """What it would unpack to is never asked for."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(NoPicture):
        drawn_anew(HOSTILE["30,000 × 30,000"][0])
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 200_000, f"{grown} KiB more"


def test_one_that_lies_within_a_page_is_small_whatever_it_shows() -> None:
    noise = Image.effect_noise((800, 600), 120).convert("RGB")
    told = BytesIO()
    noise.save(told, "JPEG", quality=95)
    drawn = for_a_page(drawn_anew(told.getvalue()).small)
    assert drawn
    assert len(drawn) <= SHOWN_BYTES
    assert max(Image.open(BytesIO(drawn)).size) == SHOWN
