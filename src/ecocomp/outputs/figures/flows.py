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
from ecocomp.outputs.figures.colours import COOL, INK, WARM
from ecocomp.outputs.figures.maps import draw_base, draw_furniture, fill, grey_patches, patch
from ecocomp.outputs.figures.page import SMALL, WIDTH, Page, page
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
_NEITHER = "#f7f7f7"


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption."""
    every = scene.result.transfers
    year = int(every["year"].max())
    every = every[every["year"] == year]
    units = scene.ground.units
    between = every[every["payer"].isin(units) & every["recipient"].isin(units)]
    shown = between.sort_values(["amount", "payer", "recipient"], ascending=[False, True, True]).head(MOST_FLOWS)
    aspect = min(max(scene.ground.aspect, 0.4), 1.8)
    width = min(WIDTH - 0.4, TALLEST / aspect)
    sheet = page(max(width + 0.4, 0.7 * WIDTH), width * aspect + 0.7, scene.style, scene.notice)
    ax = sheet.axes((sheet.width - width) / 2, 0.6, width, width * aspect)
    missing = _draw_sides(ax, scene, year)
    largest = float(shown["amount"].max()) if len(shown) else 1.0
    points = _points(scene)
    for row in shown.iloc[::-1].itertuples():  # the largest on top
        _arc(ax, points[str(row.payer)], points[str(row.recipient)], float(str(row.amount)) / largest)
    draw_furniture(ax, scene.ground)
    _label(ax, scene, shown, points)
    _legend(sheet, scene, largest, missing=missing)
    return sheet.figure, _caption(scene, year, every, between, shown)


def _draw_sides(ax: Axes, scene: Scene, year: int) -> bool:
    """Fill payers and recipients pale; return whether a unit is missing."""
    draw_base(ax, scene.ground)
    settled = scene.of_year(year)["settled"].to_numpy(dtype=float)
    colours = np.where(settled > 0, WARM[0], np.where(settled < 0, COOL[0], _NEITHER))
    missing = np.isnan(settled)
    fill(ax, scene.ground, colours, missing, (settled < 0) & ~missing)
    return bool(missing.any())


def _points(scene: Scene) -> dict[str, NDArray[np.float64]]:
    """Return a point inside each unit, where its arcs begin and end."""
    inside = shapely.get_coordinates(shapely.point_on_surface(scene.ground.shapes))
    return dict(zip(map(str, scene.ground.units), inside, strict=True))


def _arc(ax: Axes, start: NDArray[np.float64], end: NDArray[np.float64], share: float) -> None:
    width = max(WIDEST * share, NARROWEST)
    look: Any = {"arrowstyle": f"-|>,head_length={1.8 + width / 2:.2f},head_width={0.7 + width / 3:.2f}",
                 "connectionstyle": "arc3,rad=0.18", "linewidth": width, "color": WARM[4], "alpha": 0.55,
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
        placer.beside(float(x), float(y), scene.name_of(unit), SMALL, INK)


def _legend(sheet: Page, scene: Scene, largest: float, *, missing: bool) -> None:
    style = scene.style
    divisor, unit = money_scale(np.array([largest]))
    top = nice_below(largest)
    handles: list[Any] = [
        Line2D([], [], color=WARM[4], alpha=0.55, lw=max(WIDEST * value / largest, NARROWEST), solid_capstyle="butt",
               label=_money(value / divisor, style.word(unit)))
        for value in (top, top / 4)
    ]  # fmt: skip
    handles += [patch(WARM[0], style.word("payers")), patch(COOL[0], style.word("recipients"), "....")]
    handles += grey_patches(scene, missing=missing)
    foot = (sheet.foot + 0.1) / (sheet.height + sheet.foot)
    sheet.figure.legend(handles=handles, loc="lower center", ncols=3, bbox_to_anchor=(0.5, foot), handlelength=2.0,
                  columnspacing=1.6, borderpad=0)  # fmt: skip


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
