"""Figure of what scenarios change: a map a scenario of what units pay more, those that change group outlined."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ecocomp.outputs.figures.captions import caption, listed, notional
from ecocomp.outputs.figures.colours import INK, STIPPLE
from ecocomp.outputs.figures.keys import BAR, class_bar, key_below, patch
from ecocomp.outputs.figures.maps import columns_for, draw_base, draw_furniture, draw_insets, fill, map_panels
from ecocomp.outputs.figures.scales import MAXIMUM_YEARS, Classes, classes_of, money_scale
from ecocomp.outputs.figures.scene import Scene, shortened

__all__ = ["draw"]

NOTHING = 1e-9
"""Part of the largest amount up to which a change is rounding."""
OUTLINE = 1.3
LONGEST = 24
"""Columns that a scenario's name may take above its map."""


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: a map a scenario, of the last year in which it can be compared."""
    frame = scene.result.comparison_units
    last = frame.groupby("scenario", sort=False)["year"].max()
    shown = {str(name): int(year) for name, year in last.iloc[:MAXIMUM_YEARS].items()}
    parts = {name: _of(scene, frame, name, year) for name, year in shown.items()}
    changes = np.concatenate([part["due_change"].to_numpy(float) for part in parts.values()])
    largest = np.abs(np.nan_to_num(frame[["amount_base", "amount"]].to_numpy(float))).max(initial=0.0)
    changes[np.abs(changes) <= NOTHING * largest] = np.nan
    style, design, scale = scene.style, scene.design, scene.design.scale
    measure = money_scale(changes, style)
    classes = classes_of(changes / measure.size, scene.palette)
    columns = columns_for(scene, len(shown))
    words = [style.word("unchanged"), style.word("changes group")]
    panels = map_panels(scene, math.ceil(len(shown) / columns), columns, (BAR + 0.3) * scale, 0.26 * scale)
    axes = [ax for row in panels.maps for ax in row]
    missing = False
    for ax, (name, part) in zip(axes, parts.items(), strict=False):
        missing |= _draw_scenario(ax, scene, part, classes, measure.size, NOTHING * largest)
        year = f", {shown[name]}" if len(set(shown.values())) > 1 else ""
        longest = 18 if design.narrow else LONGEST
        ax.set_title(f"{shortened(style.text(name), longest)}{year}", fontsize=design.text, pad=3)
    for ax in axes[len(shown) :]:
        ax.set_axis_off()
    draw_furniture(axes[0], scene.ground, scene.design.small)
    draw_insets(axes[: len(shown)], scene.ground)
    note = f", {style.word('notional')}" if scene.notional else ""
    title = style.label("due_change", f"{measure.label}{note}")
    class_bar(panels.page, scene, classes, title, missing=missing, sides=("pays less", "pays more"))
    handles = [patch(scene.palette.clusters["ns"], ""), Patch(facecolor="none", edgecolor=INK, linewidth=OUTLINE)]
    key_below(panels.page, scene, handles, words, (BAR + 0.05) * scale)
    return panels.page.figure, _caption(scene, shown, len(last))


def _of(scene: Scene, frame: pd.DataFrame, name: str, year: int) -> pd.DataFrame:
    chosen = frame[(frame["scenario"] == name) & (frame["year"] == year)]
    return chosen.set_index("unit").reindex(scene.ground.units)


def _draw_scenario(
    ax: Axes, scene: Scene, part: pd.DataFrame, classes: Classes, divisor: float, nothing: float
) -> bool:
    values = part["due_change"].to_numpy(dtype=float)
    missing = ~np.isfinite(values)
    same = np.abs(np.nan_to_num(values)) <= nothing
    colours = np.where(same, scene.palette.clusters["ns"], classes.colour_of(values / divisor))
    hatches = np.where(~same & (classes.class_of(values / divisor) < classes.negative), STIPPLE, "")
    draw_base(ax, scene.ground, scene.palette)
    fill(ax, scene.ground, colours, missing, hatches, scene.palette)
    changed = np.flatnonzero((part["group_changed"] == "yes").to_numpy())
    if changed.size:
        ax.add_collection(
            PathCollection([scene.ground.paths[i] for i in changed], facecolors="none", edgecolors=INK,
                           linewidths=OUTLINE, zorder=5, rasterized=scene.ground.rasterised)
        )  # fmt: skip
    return bool(missing.any())


def _caption(scene: Scene, shown: dict[str, int], count: int) -> str:
    language, years = scene.language, sorted(set(shown.values()))
    when = (
        language.say("in {years}", years=years[0])
        if len(years) == 1
        else language.say("each in the last year that can be compared")
    )
    names = listed(list(shown), language)
    if count > len(shown):
        names = language.say("{names} ({shown} of the {all} scenarios)", names=names, shown=len(shown), all=count)
    return caption(
        scene,
        language.say(
            "What each unit pays more (or receives less) than in the base run under {names}, {when}; negative "
            "(stippled): it pays less or receives more; outlined: it changes group.",
            names=names, when=when,
        ),
        notional(scene),
    )  # fmt: skip
