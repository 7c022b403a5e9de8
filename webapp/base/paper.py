"""What every sheet of paper has (forms.md, "All four"): for now the code at its foot that a telephone reads."""

from markupsafe import Markup

QUIET = 2
"""So many modules of white round a code; the paper is white beyond it."""


def code_of(address: str) -> Markup:
    """An address as a QR code, drawn inline and without a style of its own, for the policy of our pages forbids one."""
    import segno  # 50 ms that no other page pays for

    # The least correction: its squares are the largest then, and a sheet that is folded is still read.
    drawn = segno.make_qr(address, error="l").svg_inline(
        border=QUIET, omitsize=True, light="#fff", svgclass="paper__code", lineclass=None
    )
    return Markup(drawn)  # noqa: S704 - of squares alone: the address is in them, not in the text
