"""Figure of the transfers: the largest of the last year that has any as arcs on the map, from payer to recipient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from numpy.typing import NDArray

from ecocomp.outputs.figures.captions import caption, notional
from ecocomp.outputs.figures.colours import INK, STIPPLE
from ecocomp.outputs.figures.keys import grey_patches, key_below, key_height, patch
from ecocomp.outputs.figures.maps import draw_base, draw_furniture, draw_insets, fill
from ecocomp.outputs.figures.page import page
from ecocomp.outputs.figures.placing import Placer
from ecocomp.outputs.figures.scales import money_scale, nice_below, number
from ecocomp.outputs.figures.scene import Scene

__all__ = ["MOST_FLOWS", "draw"]

MOST_FLOWS = 60
LABELLED = 5
TALLEST = 5.6
"""Height of the map [inches]."""
WIDEST, NARROWEST = 3.2, 0.3
"""Widths of the largest and of the smallest arc [points]."""
LINE = 2.0
"""Length of a line in the key [sizes of type]."""


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption."""
    every = scene.result.transfers
    year = int(every["year"].max())
    every = every[every["year"] == year]
    units = scene.ground.units
    between = every[every["payer"].isin(units) & every["recipient"].isin(units)]
    shown = between.sort_values(["amount", "payer", "recipient"], ascending=[False, True, True]).head(MOST_FLOWS)
    design = scene.design
    largest = float(shown["amount"].max()) if len(shown) else 1.0
    aspect = min(max(scene.ground.aspect, 0.4), 1.8)
    width = min(design.width - (0.1 if design.exact else 0.4), TALLEST / aspect)
    across = design.width if design.exact else max(width + 0.4, 0.7 * design.width)
    missing = bool(scene.of_year(year)["settled"].isna().any())
    handles = _legend(scene, largest, missing=missing)
    words = [str(handle.get_label()) for handle in handles]
    key = key_height(scene, words, LINE) + 0.2 * design.scale
    sheet = page(across, width * aspect + key + 0.06, scene.style, scene.notice, scene.approval)
    ax = sheet.axes((sheet.width - width) / 2, key, width, width * aspect)
    _draw_sides(ax, scene, year)
    points = _points(scene)
    for row in shown.iloc[::-1].itertuples():  # the largest on top
        _arc(
            ax,
            points[str(row.payer)],
            points[str(row.recipient)],
            float(str(row.amount)) / largest,
            scene.palette.warm[4],
        )
    draw_furniture(ax, scene.ground, scene.design.small)
    draw_insets([ax], scene.ground)
    _label(ax, scene, shown, points)
    key_below(sheet, scene, handles, words, 0.1, handlelength=LINE)
    return sheet.figure, _caption(scene, year, every, between, shown)


def _draw_sides(ax: Axes, scene: Scene, year: int) -> None:
    """Fill payers and recipients pale."""
    palette = scene.palette
    draw_base(ax, scene.ground, palette)
    settled = scene.of_year(year)["settled"].to_numpy(dtype=float)
    colours = np.where(settled > 0, palette.warm[0], np.where(settled < 0, palette.cool[0], palette.clusters["ns"]))
    missing = np.isnan(settled)
    fill(ax, scene.ground, colours, missing, np.where((settled < 0) & ~missing, STIPPLE, ""), palette)


def _points(scene: Scene) -> dict[str, NDArray[np.float64]]:
    """Return a point inside each unit, where its arcs begin and end."""
    inside = shapely.get_coordinates(shapely.point_on_surface(scene.ground.shapes))
    return dict(zip(map(str, scene.ground.units), inside, strict=True))


def _arc(ax: Axes, start: NDArray[np.float64], end: NDArray[np.float64], share: float, colour: str) -> None:
    width = max(WIDEST * share, NARROWEST)
    look: Any = {"arrowstyle": f"-|>,head_length={1.8 + width / 2:.2f},head_width={0.7 + width / 3:.2f}",
                 "connectionstyle": "arc3,rad=0.18", "linewidth": width, "color": colour, "alpha": 0.55,
                 "shrinkA": 0, "shrinkB": 1, "zorder": 7, "mutation_scale": 1, "capstyle": "butt"}  # fmt: skip
    ax.add_patch(FancyArrowPatch(tuple(start), tuple(end), **look))


def _label(ax: Axes, scene: Scene, shown: pd.DataFrame, points: dict[str, NDArray[np.float64]]) -> None:
    """Name those who pay or receive most of what is drawn."""
    placer = Placer(ax)
    sums = pd.concat([shown.groupby(side)["amount"].sum() for side in ("payer", "recipient")])
    first = sums.sort_values(ascending=False, kind="stable").head(LABELLED).index
    for unit in first:
        placer.mark(*map(float, points[str(unit)]))
    for unit in first:
        x, y = points[str(unit)]
        placer.beside(float(x), float(y), scene.name_of(unit), scene.design.small, INK)


def _legend(scene: Scene, largest: float, *, missing: bool) -> list[Any]:
    """Return the key: two widths of arcs, the sides, and the greys."""
    style, palette = scene.style, scene.palette
    measure = money_scale(np.array([largest]), style)
    top = nice_below(largest)
    handles: list[Any] = [
        Line2D([], [], color=palette.warm[4], alpha=0.55, lw=max(WIDEST * value / largest, NARROWEST),
               solid_capstyle="butt", label=_money(value / measure.size, measure.label))
        for value in (top, top / 4)
    ]  # fmt: skip
    handles += [patch(palette.warm[0], style.word("payers")), patch(palette.cool[0], style.word("recipients"), STIPPLE)]
    return handles + grey_patches(scene, missing=missing)


def _money(value: float, unit: str) -> str:
    return f"{number(value)} {'× ' if unit[0].isdigit() else ''}{unit}"


def _caption(scene: Scene, year: int, every: pd.DataFrame, between: pd.DataFrame, shown: pd.DataFrame) -> str:
    language = scene.language
    share = float(shown["amount"].sum() / every["amount"].sum()) if len(every) else 0.0
    percent = f"{100 * share:.0f}"
    what = (
        language.say(
            "The largest {shown} of {all} transfers between units in {year}, {percent} % of the money; arcs go from "
            "payer to recipient, their width is the amount.",
            shown=len(shown), all=f"{len(between):,}", year=year, percent=percent,
        )
        if len(shown) < len(between)
        else language.say(
            "All transfers between units in {year}, {percent} % of the money; arcs go from payer to recipient, their "
            "width is the amount.",
            year=year, percent=percent,
        )
    )  # fmt: skip
    others = len(every) - len(between)
    return caption(
        scene,
        what,
        language.say("Stippled: recipients."),
        language.count(
            "Not drawn: {count} transfer of a fund or higher level, which has no place.",
            "Not drawn: {count} transfers of a fund or higher level, which have no place.",
            others,
        )
        if others
        else "",
        notional(scene),
    )
