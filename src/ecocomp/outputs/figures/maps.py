"""Drawing of maps: panels of filled units with their insets, north arrow and scale bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from ecocomp.outputs.figures.colours import EDGE, HATCH, HATCHING, INK, Palette, stipple_on
from ecocomp.outputs.figures.ground import Ground
from ecocomp.outputs.figures.page import Page, page
from ecocomp.outputs.figures.scales import nice_below, number
from ecocomp.outputs.figures.scene import Scene

__all__ = ["Panels", "columns_for", "draw_base", "draw_furniture", "draw_insets", "fill", "map_panels", "scale_bar"]

GAP = 0.08
THINNEST = 0.25
"""Width of the thinnest line that a printer keeps [points]."""


@dataclass(frozen=True)
class Panels:
    """A page of maps: ``maps[row][column]``."""

    page: Page
    maps: list[list[Axes]]


def columns_for(scene: Scene, count: int) -> int:
    """Return how many of some maps stand beside each other."""
    return min(2 if scene.design.narrow else 3, count)


def map_panels(
    scene: Scene, rows: int, columns: int, key: float, head: float, margin: float = 0.0, top: float = 0.0
) -> Panels:
    """Return a page of map panels in the region's shape, with room for a key below and a head above each.

    A page for the screen is wider than usual where panels would be too narrow to read, and narrower where they are few;
    one for a journal is exactly as wide as its column.

    Parameters
    ----------
    scene
        What is drawn.
    rows, columns
        Of panels.
    key, head
        Room below all panels and above each [inches].
    margin
        Room to the left of all panels [inches].
    top
        Room above all panels, beside their heads [inches].
    """
    design = scene.design
    aspect = min(max(scene.ground.aspect, 0.4), 1.8)
    each = min((design.width - margin - GAP * (columns + 1)) / columns, 3.2 / max(aspect, 0.7))
    if not design.exact:
        each = max(each, 1.55)
    each = min(each, ((design.tallest - key - top) / rows - head) / aspect)
    height = each * aspect
    pitch = (design.width - margin) / columns if design.exact else each + GAP
    width = design.width if design.exact else max(margin + GAP + columns * pitch, 0.62 * design.width)
    start = margin + (width - margin - columns * pitch) / 2 + (pitch - each) / 2
    sheet = page(width, key + rows * (height + head) + top, scene.style, scene.notice, scene.approval)
    maps = [
        [sheet.axes(start + c * pitch, key + (rows - 1 - r) * (height + head), each, height) for c in range(columns)]
        for r in range(rows)
    ]
    return Panels(sheet, maps)


def draw_base(ax: Axes, ground: Ground, palette: Palette) -> None:
    """Draw what lies under and around the units: backdrop, first-level outlines, the frame of the panel."""
    west, south, east, north = ground.extent
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)
    ax.set_aspect("equal")
    ax.set_axis_off()
    if ground.backdrop:
        ax.add_collection(
            PathCollection(ground.backdrop, facecolors=palette.backdrop, linewidths=0.3, zorder=1,
                           edgecolors=EDGE if palette.backdrop == "#ffffff" else "white", rasterized=ground.rasterised)
        )  # fmt: skip
    ax.add_collection(
        PathCollection(
            ground.outlines,
            facecolors="none",
            edgecolors="#404040",
            linewidths=0.7 if thin_line(ax, ground) else 0.4,
            zorder=4,
            rasterized=ground.rasterised,
        )
    )


def fill(
    ax: Axes,
    ground: Ground,
    colours: NDArray[np.str_],
    missing: NDArray[np.bool_],
    hatches: NDArray[np.str_],
    palette: Palette,
) -> None:
    """Fill the units of a panel, in the order of the map; missing ones are hatched grey.

    Parameters
    ----------
    ax, ground, palette
        The panel, its map, and the colour of what is missing.
    colours, missing, hatches
        Colour of each unit, whether it has none, and what is drawn over it (empty: nothing).
    """
    known = np.flatnonzero(~missing)
    thin = thin_line(ax, ground)
    if known.size:
        ax.add_collection(
            PathCollection([ground.paths[i] for i in known], facecolors=list(colours[known]),
                           edgecolors=EDGE if thin else "face", linewidths=thin or 0.2, zorder=2,
                           rasterized=ground.rasterised)
        )  # fmt: skip
    inks = np.array([stipple_on(c) for c in colours])
    drawn = [((hatches == hatch) & (inks == ink) & ~missing, "none", ink, str(hatch))
             for hatch in np.unique(hatches) if hatch for ink in np.unique(inks)]  # fmt: skip
    for mask, face, edge, hatch in [*drawn, (missing, palette.missing, HATCHING, HATCH)]:
        chosen = [ground.paths[i] for i in np.flatnonzero(mask)]
        if chosen:  # as one path: a hatch is drawn anew for every path
            ax.add_patch(
                PathPatch(Path.make_compound_path(*chosen), facecolor=face, edgecolor=edge, hatch=hatch, linewidth=0.0,
                          zorder=3, rasterized=ground.rasterised)
            )  # fmt: skip


def thin_line(ax: Axes, ground: Ground) -> float:
    """Return the width of the lines between units [points]: none where units are too small for any."""
    box = ax.get_window_extent()
    across = 72 / ax.figure.dpi * float(np.sqrt(box.width * box.height / max(len(ground.units), 1)))
    return THINNEST if across >= 4.5 else 0.0


def draw_insets(axes: Sequence[Axes], ground: Ground) -> None:
    """Draw again, into a frame on each map, the part of it that lies far off: whatever was drawn on the map."""
    if ground.inset is None or ground.frame is None:
        return
    west, south, east, north = ground.extent
    x0, y0, x1, y1 = ground.frame
    place = ((x0 - west) / (east - west), (y0 - south) / (north - south), (x1 - x0) / (east - west),
             (y1 - y0) / (north - south))  # fmt: skip
    for ax in axes:
        inset = ax.inset_axes(place, zorder=8)
        inset.set_gid("inset")
        inset.set_xlim(ground.inset[0], ground.inset[2])
        inset.set_ylim(ground.inset[1], ground.inset[3])
        inset.set_xticks([])
        inset.set_yticks([])
        for spine in inset.spines.values():
            spine.set_linewidth(0.5)
        for drawn in ax.collections:
            if isinstance(drawn, PathCollection) and drawn.get_offset_transform() is not ax.transData:
                filled = drawn.get_zorder() == 2  # so wide that the colour of a small island is seen
                again = PathCollection(drawn.get_paths(), facecolors=drawn.get_facecolor(), zorder=drawn.get_zorder(),
                                       edgecolors="face" if filled else drawn.get_edgecolor(),
                                       linewidths=0.7 if filled else THINNEST,
                                       rasterized=drawn.get_rasterized())  # fmt: skip
                inset.add_collection(again, autolim=False)
        for shape in [p for p in ax.patches if isinstance(p, PathPatch)]:
            inset.add_patch(
                PathPatch(shape.get_path(), facecolor=shape.get_facecolor(), edgecolor=shape.get_edgecolor(),
                          hatch=shape.get_hatch(), linewidth=0.0, zorder=3)
            )  # fmt: skip


def draw_furniture(ax: Axes, ground: Ground, size: float) -> None:
    """Draw the north arrow and the scale bar into the emptiest corner (at the middle of the map north is up)."""
    y, wanted = ground.corner
    width = ax.get_xlim()[1] - ax.get_xlim()[0]
    length = nice_below(0.22 * width / 1000) * 1000
    tall = ax.get_window_extent().height / ax.figure.dpi * 72  # points
    least = max(0.03 + length / width / 2, 0.13)
    middle = min(max(wanted, least), 1 - least)
    tip = 14 + 17 * min(max((tall - 50) / 80, 0.3), 1)  # a shorter arrow on a small map
    base = 0.03 if y == "bottom" else 1 - (tip + 11) / tall
    scale_bar(ax, middle, base, length, size)
    ax.annotate("", xy=(middle, base + tip / tall), xytext=(middle, base + 14 / tall), xycoords="axes fraction",
                zorder=6,
                arrowprops={"arrowstyle": "-|>", "lw": 0.7, "color": INK, "shrinkA": 0, "shrinkB": 0})  # fmt: skip
    ax.text(middle, base + tip / tall, "N", transform=ax.transAxes, ha="center", va="bottom", fontsize=size)


def scale_bar(ax: Axes, middle: float, base: float, length: float, size: float) -> None:
    """Draw a scale bar of some metres, its place given as fractions of the axes, in a size of type."""
    west, east = ax.get_xlim()
    south, north = ax.get_ylim()
    x0 = west + middle * (east - west) - length / 2
    y0 = south + base * (north - south)
    tall = 0.012 * (north - south)
    for i, face in enumerate((INK, "white")):
        ax.add_patch(Rectangle((x0 + i * length / 2, y0), length / 2, tall, facecolor=face, edgecolor=INK, lw=0.5,
                               zorder=6))  # fmt: skip
    ax.annotate(f"{number(length / 1000)} km", (x0 + length / 2, y0 + tall), xytext=(0, 1.5), ha="center", va="bottom",
                textcoords="offset points", fontsize=size, zorder=6)  # fmt: skip
