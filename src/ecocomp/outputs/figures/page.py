"""The page of a figure: axes placed in inches, the notice at its foot, and the files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ecocomp.outputs.figures.colours import INK
from ecocomp.outputs.figures.designs import SCREEN, Design
from ecocomp.outputs.figures.embedding import with_truetype
from ecocomp.outputs.figures.fonts import LabelStyle
from ecocomp.outputs.figures.romanise import has_chinese

__all__ = ["FORMATS", "Page", "lettering", "page", "save", "text_width", "wrapped"]

FORMATS = ("pdf", "svg", "png")
PIXELS_IN_SVG = 150
"""Resolution of polygons that are too many to be vectors, on a screen."""
_WORD = re.compile(r"\S+\s*")
_BREAKABLE = re.compile(r"[（(\[]*(?:[\w.,+−-]+(?<![\u3000-\uffef])|.)[，。；：、）\])]*\s*")
"""A word, or a Chinese character, with the marks that may not begin a line."""
_POINT = re.compile(r"\b[MLQC] -?\d[-\d. ]*")
_DECIMALS = re.compile(r"(\.\d\d)\d+")


@dataclass(frozen=True)
class Page:
    """A figure and the height of the foot that the notice takes [inches]."""

    figure: Figure
    width: float
    height: float
    foot: float

    def above(self, height: float) -> float:
        """Return a height above the foot [inches] as a fraction of the page."""
        return (self.foot + height) / (self.height + self.foot)

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Return new axes at a place in inches, counted from the lower left above the notice."""
        total = self.height + self.foot
        box = (left / self.width, (bottom + self.foot) / total, width / self.width, height / total)
        return self.figure.add_axes(box)


def page(
    width: float, height: float, style: LabelStyle, notice: str | None = None, approval: str | None = None
) -> Page:
    """Return an empty page of some inches, with what stands on every figure, and on every map, below it."""
    design = style.design
    size, line = design.text + 0.5, 0.16 * design.scale
    lines = wrapped(style.text(notice), width - 0.1, size, style) if notice else []
    own = approval.removesuffix("号") if approval and style.language == "en" else approval  # "number", said already
    number = style.word("approval").format(style.text(own)) if own else ""
    foot = 0.14 * design.scale + line * len(lines) if lines else 0.0
    foot += (line if lines else 1.5 * line) if number else 0.0
    figure = Figure(figsize=(width, height + foot), facecolor="white")
    if lines:
        bottom = (0.05 + (line if number else 0.0)) / (height + foot)
        figure.text(0.5, bottom, "\n".join(lines), ha="center", va="bottom", fontsize=size, color=design.palette.notice,
                    linespacing=1.15, gid="notice")  # fmt: skip
    if number:
        figure.text(1 - 0.05 / width, 0.04 / (height + foot), number, ha="right", va="bottom", fontsize=design.small,
                    gid="approval")  # fmt: skip
    return Page(figure, width, height, foot)


def wrapped(text: str, width: float, size: float, style: LabelStyle) -> list[str]:
    """Return a text in lines that are not wider than some inches."""
    parts = (_BREAKABLE if has_chinese(text) else _WORD).findall(text)
    lines = [""]
    for part in parts:
        if lines[-1] and text_width(lines[-1] + part.rstrip(), size, style) > width:
            lines.append("")
        lines[-1] += part
    return [line.rstrip() for line in lines if line.strip()]


def text_width(text: str, size: float, style: LabelStyle) -> float:
    """Return how wide a text is in a size of type [inches]."""
    return _advance(text, style.families) * size


@cache
def _advance(text: str, families: tuple[str, ...]) -> float:
    """Return the width of a text a point of type [inches]."""
    figure = Figure()
    drawn = figure.text(0, 0, text, fontsize=100, fontfamily=list(families), parse_math=False)
    return float(drawn.get_window_extent().width) / figure.dpi / 100


@contextmanager
def lettering(style: LabelStyle) -> Iterator[None]:
    """Set fonts and lines for what is drawn and saved inside, and for nothing else.

    A svg holds its text as outlines: it looks the same on a machine without the font, and in every editor. A pdf holds
    its text as text, with what it needs of the fonts.
    """
    text, small = style.design.text, style.design.small
    settings: Any = {
        "font.family": list(style.families),
        "font.size": text,
        "axes.unicode_minus": True,
        "axes.labelsize": text,
        "axes.titlesize": text + 1,
        "axes.linewidth": 0.6,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.labelsize": small,
        "xtick.color": INK,
        "ytick.color": INK,
        "ytick.labelsize": small,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "legend.fontsize": small,
        "legend.frameon": False,
        "hatch.linewidth": 0.45,
        "text.parse_math": False,  # a name may hold a dollar sign
        "pdf.fonttype": 42,
        "svg.fonttype": "path",
        "svg.hashsalt": "ecocomp",
        "path.simplify": True,
    }
    with mpl.rc_context(settings):
        yield


def save(
    figure: Figure, folder: Path, name: str, design: Design = SCREEN, formats: Sequence[str] = ("png", "svg")
) -> Path:
    """Write a figure in some formats, the same bytes for the same figure, and return the path of the first."""
    written = [folder / f"{name}.{kind}" for kind in formats]
    for path in written:
        if path.suffix == ".png":
            figure.savefig(path, dpi=design.dots, metadata={"Software": None})
        elif path.suffix == ".pdf":
            buffer = BytesIO()
            metadata: Any = {"CreationDate": None, "Creator": None, "Producer": None}
            figure.savefig(buffer, format="pdf", dpi=design.dots, metadata=metadata)
            path.write_bytes(with_truetype(buffer.getvalue()))
        else:
            vectors = StringIO()
            dots = design.dots if design.exact else PIXELS_IN_SVG
            figure.savefig(vectors, format="svg", dpi=dots, metadata={"Date": None})
            path.write_text(_rounded(vectors.getvalue()), encoding="utf-8")
    return written[0]


def _rounded(svg: str) -> str:
    """Cut the coordinates of paths to a hundredth of a point: nobody sees the rest, and it is a third of the file."""
    return _POINT.sub(lambda point: _DECIMALS.sub(r"\1", point.group()), svg)
