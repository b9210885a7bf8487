"""Styles of figures by name: how wide, in which type, in which colours.

Widths fit the columns of the large publishers (Elsevier 90 and 190 mm, Springer Nature 88 and 180 mm or 89 and 183 mm);
type of 7 and 6 points lies between the 5 and 8 points that they accept, and lines are at least 0.25 points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ecocomp.issues import UsageError, nearest
from ecocomp.outputs.figures.colours import COLOUR, GREY, Palette

__all__ = ["DESIGNS", "MILLIMETRE", "SCREEN", "Design", "design_of"]

MILLIMETRE = 1 / 25.4
"""A millimetre [inches]."""


@dataclass(frozen=True)
class Design:
    """How figures are drawn: a style by its name.

    Attributes
    ----------
    width
        Of a figure [inches]; exactly so where the design is ``exact``, else a figure may be narrower or wider.
    tallest
        Height of a figure, beyond which maps become smaller [inches].
    text, small
        Sizes of type [points].
    fonts
        Families of English figures, the best first; the last one comes with Matplotlib.
    dots
        Resolution of a png, and of what a svg or pdf holds as pixels [per inch].
    polygons, vertices
        Polygons in a figure beyond which they become pixels, and vertices to which maps are simplified.
    """

    width: float
    tallest: float
    exact: bool
    text: float
    small: float
    fonts: tuple[str, ...]
    dots: int
    polygons: int
    vertices: int
    palette: Palette

    @property
    def scale(self) -> float:
        """Size of type against that of the screen, for which rooms around panels are given."""
        return self.text / 8.0

    @property
    def narrow(self) -> bool:
        """Whether panels stand below instead of beside each other."""
        return self.width < 5.0


_OWN = "DejaVu Sans"
_JOURNAL = ("Arial", "Helvetica", "Liberation Sans", "Nimbus Sans", _OWN)

SCREEN = Design(width=7.2, tallest=30.0, exact=False, text=8.0, small=7.0, fonts=(_OWN,), dots=200, polygons=6_000,
                vertices=42_000, palette=COLOUR)  # fmt: skip
_DOUBLE = Design(width=183 * MILLIMETRE, tallest=230 * MILLIMETRE, exact=True, text=7.0, small=6.0, fonts=_JOURNAL,
                 dots=600, polygons=60_000, vertices=200_000, palette=COLOUR)  # fmt: skip
_SINGLE = replace(_DOUBLE, width=89 * MILLIMETRE)

DESIGNS = {
    "screen": SCREEN,
    "single": _SINGLE,
    "double": _DOUBLE,
    "single-grey": replace(_SINGLE, palette=GREY),
    "double-grey": replace(_DOUBLE, palette=GREY),
}
"""By the name of the style."""


def design_of(style: str) -> Design:
    """Return the design of a style.

    Raises
    ------
    UsageError
        If there is no such style.
    """
    if style not in DESIGNS:
        raise UsageError(f"there is no style {style!r}; {nearest(style, DESIGNS)}")
    return DESIGNS[style]
