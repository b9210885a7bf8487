"""Drawing of maps: a panel of filled units, north arrow, scale bar, and the keys below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.patches import Patch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from ecocomp.outputs.figures.colours import BACKDROP, EDGE, INK, MISSING, stipple_on
from ecocomp.outputs.figures.fonts import LabelStyle
from ecocomp.outputs.figures.ground import Ground
from ecocomp.outputs.figures.page import SMALL, TEXT, WIDTH, Page, page
from ecocomp.outputs.figures.scales import Classes, nice_below, number
from ecocomp.outputs.figures.scene import Scene

__all__ = ["Panels", "class_bar", "draw_base", "draw_furniture", "fill", "map_panels", "patch", "scale_bar"]

STIPPLE = "...."
HATCHING = "#6e6e6e"
HATCH = "/////"
GAP = 0.08


@dataclass(frozen=True)
class Panels:
    """A page of maps: ``maps[row][column]``."""

    page: Page
    maps: list[list[Axes]]


def map_panels(scene: Scene, rows: int, columns: int, key: float, head: float = 0.26) -> Panels:
    """Return a page of map panels in the region's shape, with room for a key below and a head above each [inches].

    The page is as wide as a journal's two columns, wider only when panels would be too narrow to read.
    """
    left = 0.3
    aspect = min(max(scene.ground.aspect, 0.4), 1.8)
    each = (WIDTH - left - GAP * columns) / columns
    each = max(1.55, min(each, 3.2 / max(aspect, 0.7)))
    height = each * aspect
    width = max(WIDTH * 0.62, left + columns * (each + GAP)) if columns < 3 else left + columns * (each + GAP)
    start = left + (width - left - columns * (each + GAP)) / 2
    sheet = page(width, key + rows * (height + head), scene.style, scene.notice)
    maps = [
        [
            sheet.axes(start + c * (each + GAP), key + (rows - 1 - r) * (height + head), each, height)
            for c in range(columns)
        ]
        for r in range(rows)
    ]
    return Panels(sheet, maps)


def draw_base(ax: Axes, ground: Ground) -> None:
    """Draw what lies under and around the units: backdrop, first-level outlines, the frame of the panel."""
    west, south, east, north = ground.extent
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)
    ax.set_aspect("equal")
    ax.set_axis_off()
    if ground.backdrop:
        ax.add_collection(
            PathCollection(ground.backdrop, facecolors=BACKDROP, edgecolors="white", linewidths=0.3, zorder=1,
                           rasterized=ground.rasterised)
        )  # fmt: skip
    ax.add_collection(
        PathCollection(
            ground.outlines,
            facecolors="none",
            edgecolors="#404040",
            linewidths=0.7,
            zorder=4,
            rasterized=ground.rasterised,
        )
    )


def fill(
    ax: Axes,
    ground: Ground,
    colours: NDArray[np.str_],
    missing: NDArray[np.bool_],
    stippled: NDArray[np.bool_],
) -> None:
    """Fill the units of a panel, in the order of the map; missing ones are hatched grey.

    Parameters
    ----------
    colours, missing, stippled
        Colour of each unit, whether it has none, and whether stipples mark it for a grey print.
    """
    known = np.flatnonzero(~missing)
    thin = _line_width(len(ground.units))
    if known.size:
        ax.add_collection(
            PathCollection([ground.paths[i] for i in known], facecolors=list(colours[known]),
                           edgecolors=EDGE if thin else "face", linewidths=thin or 0.2, zorder=2,
                           rasterized=ground.rasterised)
        )  # fmt: skip
    dots = np.array([stipple_on(c) for c in colours])
    hatched = [(stippled & ~missing & (dots == ink), "none", ink, STIPPLE) for ink in np.unique(dots)]
    for mask, face, edge, hatch in [*hatched, (missing, MISSING, HATCHING, HATCH)]:
        chosen = [ground.paths[i] for i in np.flatnonzero(mask)]
        if chosen:  # as one path: a hatch is drawn anew for every path
            ax.add_patch(
                PathPatch(Path.make_compound_path(*chosen), facecolor=face, edgecolor=edge, hatch=hatch, linewidth=0.0,
                          zorder=3, rasterized=ground.rasterised)
            )  # fmt: skip


def _line_width(units: int) -> float:
    return 0.25 if units <= 600 else 0.12 if units <= 1500 else 0.0


def draw_furniture(ax: Axes, ground: Ground) -> None:
    """Draw the north arrow and the scale bar into the emptiest corner (at the middle of the map north is up)."""
    y, x = ground.corner
    width = ax.get_xlim()[1] - ax.get_xlim()[0]
    length = nice_below(0.22 * width / 1000) * 1000
    tall = ax.get_window_extent().height / ax.figure.dpi * 72  # points
    middle = max(0.03 + length / width / 2, 0.13)
    middle = 1 - middle if x == "right" else middle
    base = 0.03 if y == "bottom" else 1 - 42 / tall
    scale_bar(ax, middle, base, length)
    ax.annotate("", xy=(middle, base + 31 / tall), xytext=(middle, base + 14 / tall), xycoords="axes fraction",
                zorder=6,
                arrowprops={"arrowstyle": "-|>", "lw": 0.7, "color": INK, "shrinkA": 0, "shrinkB": 0})  # fmt: skip
    ax.text(middle, base + 31 / tall, "N", transform=ax.transAxes, ha="center", va="bottom", fontsize=SMALL)


def scale_bar(ax: Axes, middle: float, base: float, length: float) -> None:
    """Draw a scale bar of some metres, its place given as fractions of the axes."""
    west, east = ax.get_xlim()
    south, north = ax.get_ylim()
    x0 = west + middle * (east - west) - length / 2
    y0 = south + base * (north - south)
    tall = 0.012 * (north - south)
    for i, face in enumerate((INK, "white")):
        ax.add_patch(Rectangle((x0 + i * length / 2, y0), length / 2, tall, facecolor=face, edgecolor=INK, lw=0.5,
                               zorder=6))  # fmt: skip
    ax.annotate(f"{number(length / 1000)} km", (x0 + length / 2, y0 + tall), xytext=(0, 1.5), ha="center", va="bottom",
                textcoords="offset points", fontsize=SMALL, zorder=6)  # fmt: skip


def patch(colour: str, text: str, hatch: str = "", edge: str = EDGE) -> Patch:
    """Return a swatch for a legend."""
    return Patch(facecolor=colour, edgecolor=edge, hatch=hatch, linewidth=0.4, label=text)


def grey_patches(scene: Scene, *, missing: bool) -> list[Patch]:
    """Return the swatches of what has no value: missing units, and polygons that the table lacks."""
    style = scene.style
    found = [patch(MISSING, style.word("missing"), HATCH, HATCHING)] if missing else []
    return found + ([patch(BACKDROP, style.word("backdrop"))] if scene.ground.backdrop else [])


def class_bar(
    sheet: Page,
    scene: Scene,
    classes: Classes,
    title: str,
    *,
    missing: bool,
    sides: tuple[str, str] = ("recipients", "payers"),
) -> None:
    """Draw the key of a classified map across the foot of a page: the classes with their breaks, and the greys.

    ``sides`` are the words for what lies below and above zero.
    """
    style: LabelStyle = scene.style
    greys = grey_patches(scene, missing=missing)
    each = 0.46
    count = len(classes.colours)
    left = max(0.3, (sheet.width - count * each - (1.3 if greys else 0)) / 2)
    ax = sheet.axes(left, 0.2, count * each, 0.5)
    ax.set_xlim(0, count)
    ax.set_ylim(-0.75, 1.75)
    ax.set_axis_off()
    for i, colour in enumerate(classes.colours):
        low = i < classes.negative
        ax.add_patch(_class_shape(i, count, classes, facecolor=colour, edgecolor=INK, linewidth=0.4))
        if low:
            ax.add_patch(_class_shape(i, count, classes, facecolor="none", edgecolor=stipple_on(colour), linewidth=0,
                                      hatch=STIPPLE))  # fmt: skip
    first = 0 if classes.negative == 0 else 1
    for i, value in enumerate(classes.breaks):
        ax.text(i + first, -0.12, number(value), ha="center", va="top", fontsize=SMALL)
    if classes.negative:
        ax.text(classes.negative - 0.1, 1.12, style.word(sides[0]), ha="right", va="bottom", fontsize=SMALL)
    if classes.negative < count:
        ax.text(classes.negative + 0.1, 1.12, style.word(sides[1]), ha="left", va="bottom", fontsize=SMALL)
    ax.text(count / 2, -0.95, title, ha="center", va="top", fontsize=TEXT)
    if greys:
        ax.legend(handles=greys, loc="center left", bbox_to_anchor=(1.04, 0.42), handlelength=1.6, handleheight=1.1,
                  borderpad=0, borderaxespad=0)  # fmt: skip


def _class_shape(i: int, count: int, classes: Classes, **look: Any) -> Polygon:
    """Return one class of the bar; the open classes at the ends are pointed."""
    left = 0.5 if i == 0 and classes.negative else 0.0
    right = 0.5 if i == count - 1 and classes.negative < count else 0.0
    corners = [(i + left, 0.0), (i + 1 - right, 0.0), (i + 1, 0.5), (i + 1 - right, 1.0), (i + left, 1.0), (i, 0.5)]
    return Polygon(corners, closed=True, **look)
