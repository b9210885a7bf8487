"""Figure of what drove emissions: effects of each step stacked, and of larger units over the whole period."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ecocomp.decomposition import EFFECTS
from ecocomp.outputs.figures.captions import caption
from ecocomp.outputs.figures.colours import INK
from ecocomp.outputs.figures.keys import key_below, key_height
from ecocomp.outputs.figures.page import page, text_width
from ecocomp.outputs.figures.scene import Scene, shortened

__all__ = ["draw"]

MOST_PARENTS = 16
MOST_STEPS = 10


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: steps of the region, and the whole period by parents."""
    frame = scene.result.decomposition
    region = frame[frame["level"] == "region"].dropna(subset="change")
    steps = region[region["span"] == "step"]
    parents = _parents(frame)
    style, design, scale = scene.style, scene.design, scene.design.scale
    measure = style.measure("Mt CO2")
    label = style.label("change", measure.label)
    words = [style.label(name, "") for name in ("change", *EFFECTS)]
    key = key_height(scene, words) + 0.12
    names = [shortened(" ".join(style.text(n).split()), 18) for n in parents["name"]]
    margin = 0.12 + max((text_width(n, design.small, style) for n in names), default=0.0)
    tall = max(2.3, 0.19 * len(parents) + 0.5) * scale
    left, foot = 0.62 * scale, 0.36 * scale
    if design.narrow:
        below = tall + 0.7 * scale if len(parents) else 0.0
        upper = 0.8 * tall if len(parents) else tall
        sheet = page(design.width, key + below + foot + upper + 0.3 * scale, style, scene.notice)
        ax = sheet.axes(left, key + below + foot - 0.1 * scale, design.width - left - 0.08, upper)
        place = (margin, key + foot, design.width - margin - 0.1, tall)
    else:
        wide = 3.15 if len(parents) else design.width - left - 0.18
        sheet = page(design.width, tall + key + foot + 0.26 * scale, style, scene.notice)
        ax = sheet.axes(left, key + foot, wide, tall)
        place = (left + wide + margin + 0.1, key + foot, design.width - left - wide - margin - 0.2, tall)
    _stack(ax, scene, steps, [f"{int(y)}" for y in steps["year"]], measure.size, upright=True)
    ax.set_ylabel(label, labelpad=2)
    marks = np.arange(len(steps))[:: max(1, -(-len(steps) // MOST_STEPS))]
    ax.set_xticks(marks, [str(int(steps["year"].iloc[i])) for i in marks])
    first = int(region["previous_year"].min()) if len(region) else 0
    ax.set_title(f"(a) {style.word('steps from')}".format(first), fontsize=design.text, loc="left", pad=4)
    if len(parents):
        right = sheet.axes(*place)
        _stack(right, scene, parents, names, measure.size, upright=False)
        right.set_xlabel(label, labelpad=2)
        span = f"{int(parents['previous_year'].iloc[0])}–{int(parents['year'].iloc[0])}"
        right.set_title(f"(b) {span}", fontsize=design.text, loc="left", pad=4)
    handles, found = ax.get_legend_handles_labels()
    key_below(sheet, scene, handles, [style.label(name, "") for name in found])
    return sheet.figure, _caption(scene, parents)


def _parents(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the innermost level with few enough parents, the largest change first."""
    whole = frame[(frame["level"] == "parent") & (frame["span"] == "whole")].dropna(subset="change")
    levels = [part for _, part in whole.groupby("parent_level", sort=False) if 1 < len(part) <= MOST_PARENTS]
    return levels[-1].sort_values("change", ascending=False, kind="stable") if levels else whole.iloc[:0]


def _stack(ax: Axes, scene: Scene, rows: pd.DataFrame, names: list[str], size: float, *, upright: bool) -> None:
    """Draw effects above zero and below it apart, and the change as a mark, in a unit of some size."""
    places = np.arange(len(rows))
    above, below = np.zeros(len(rows)), np.zeros(len(rows))
    for effect, colour in zip(EFFECTS, scene.palette.effects, strict=True):
        values = rows[effect].to_numpy(dtype=float) / size
        start = np.where(values >= 0, above, below)
        if upright:
            ax.bar(places, values, bottom=start, width=0.72, color=colour, label=effect)
        else:
            ax.barh(places, values, left=start, height=0.7, color=colour, label=effect)
        above, below = above + np.maximum(values, 0), below + np.minimum(values, 0)
    change = rows["change"].to_numpy(dtype=float) / size
    x, y = (places, change) if upright else (change, places)
    ax.scatter(x, y, s=13, marker="D", facecolor="white", edgecolor=INK, linewidth=0.8, zorder=4, label="change")
    ax.spines[["top", "right"]].set_visible(False)
    if upright:
        ax.axhline(0, color=INK, lw=0.6)
    else:
        ax.axvline(0, color=INK, lw=0.6)
        ax.set_yticks(places, names, fontsize=scene.design.small)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.xaxis.set_major_locator(MaxNLocator(4))


def _caption(scene: Scene, parents: pd.DataFrame) -> str:
    language = scene.language
    what = (
        language.say(
            "What drove the region's emissions (logarithmic mean Divisia index): (a) from each year of the data to the "
            "next, and (b) over the whole period by larger unit, the largest change first."
        )
        if len(parents)
        else language.say(
            "What drove the region's emissions (logarithmic mean Divisia index): (a) from each year of the data to the "
            "next."
        )
    )
    return caption(scene, what, language.say("The effects add up to the change (diamonds)."), _prices(scene))


def _prices(scene: Scene) -> str:
    language, prices = scene.language, str(scene.result.decomposition["price_level"].iloc[0])
    if "current" in prices:
        return language.say("GDP at current prices; inflation counts as affluence, and against intensity.")
    return language.say("GDP at prices of {year}.", year=prices.rpartition(" ")[2])
