"""The page of a figure: axes placed in inches, the notice at its foot, and the two files."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ecocomp.outputs.figures.colours import INK, NOTICE
from ecocomp.outputs.figures.fonts import LabelStyle
from ecocomp.outputs.figures.romanise import has_chinese

__all__ = ["SMALL", "TEXT", "WIDTH", "Page", "lettering", "page", "save"]

WIDTH = 7.2
"""Width of a figure across both columns of a journal [inches]."""
TEXT, SMALL = 8.0, 7.0
"""Sizes of type [points]."""
DPI = 200
PIXELS_IN_SVG = 150
"""Resolution of polygons that are too many to be vectors."""
_POINT = re.compile(r"\b[MLQC] -?\d[-\d. ]*")
_DECIMALS = re.compile(r"(\.\d\d)\d+")


@dataclass(frozen=True)
class Page:
    """A figure and the height of the foot that the notice takes [inches]."""

    figure: Figure
    width: float
    height: float
    foot: float

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Return new axes at a place in inches, counted from the lower left above the notice."""
        total = self.height + self.foot
        box = (left / self.width, (bottom + self.foot) / total, width / self.width, height / total)
        return self.figure.add_axes(box)


def page(width: float, height: float, style: LabelStyle, notice: str | None) -> Page:
    """Return an empty page of some inches, with the notice below it."""
    lines = _wrapped(style.text(notice), width) if notice else []
    foot = 0.14 + 0.16 * len(lines) if lines else 0.0
    figure = Figure(figsize=(width, height + foot), facecolor="white")
    if lines:
        figure.text(0.5, 0.05 / (height + foot), "\n".join(lines), ha="center", va="bottom", fontsize=TEXT + 0.5,
                    color=NOTICE, linespacing=1.15, gid="notice")  # fmt: skip
    return Page(figure, width, height, foot)


def _wrapped(notice: str, width: float) -> list[str]:
    characters = width * 72 / (TEXT + 0.5) / (1.05 if has_chinese(notice) else 0.6)
    return textwrap.wrap(notice, max(10, int(characters)))


@contextmanager
def lettering(style: LabelStyle) -> Iterator[None]:
    """Set fonts and lines for what is drawn and saved inside, and for nothing else.

    A svg holds its text as outlines: it looks the same on a machine without the font, and in every editor.
    """
    settings: Any = {
        "font.family": list(style.families),
        "font.size": TEXT,
        "axes.unicode_minus": True,
        "axes.labelsize": TEXT,
        "axes.titlesize": TEXT + 1,
        "axes.linewidth": 0.6,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.labelsize": SMALL,
        "xtick.color": INK,
        "ytick.color": INK,
        "ytick.labelsize": SMALL,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "legend.fontsize": SMALL,
        "legend.frameon": False,
        "hatch.linewidth": 0.45,
        "text.parse_math": False,  # a name may hold a dollar sign
        "svg.fonttype": "path",
        "svg.hashsalt": "ecocomp",
        "path.simplify": True,
    }
    with mpl.rc_context(settings):
        yield


def save(figure: Figure, folder: Path, name: str) -> Path:
    """Write a figure as png and svg, the same bytes for the same figure, and return the png's path."""
    png = folder / f"{name}.png"
    figure.savefig(png, dpi=DPI, metadata={"Software": None})
    vectors = StringIO()
    figure.savefig(vectors, format="svg", dpi=PIXELS_IN_SVG, metadata={"Date": None})
    (folder / f"{name}.svg").write_text(_rounded(vectors.getvalue()), encoding="utf-8")
    return png


def _rounded(svg: str) -> str:
    """Cut the coordinates of paths to a hundredth of a point: nobody sees the rest, and it is a third of the file."""
    return _POINT.sub(lambda point: _DECIMALS.sub(r"\1", point.group()), svg)
