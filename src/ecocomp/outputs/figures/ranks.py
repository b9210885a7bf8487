"""Figure of the rank intervals: how firmly the first payers and recipients come first."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from ecocomp.outputs.figures.captions import caption
from ecocomp.outputs.figures.colours import INK
from ecocomp.outputs.figures.page import page
from ecocomp.outputs.figures.priority import ROW, SIDES, first_units, fitted, name_margin
from ecocomp.outputs.figures.scene import Scene

__all__ = ["draw"]

MOST = 20
PALE = 0.4
"""Opacity of a unit that is not robust."""


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: the first of each side in the last year, a line each."""
    design, scale = scene.design, scene.design.scale
    firsts = {group: _with_intervals(scene, group) for group in SIDES}
    rows = max(3, *(len(frame) for frame in firsts.values()))
    height = ROW * scale * rows
    margin = name_margin(scene, [n for f in firsts.values() for n in f["label"]])
    stacked = design.narrow or margin > 1.7  # long names: one panel above the other
    width, tall = (design.width, height + 0.85 * scale) if stacked else (design.width / 2, 0.0)
    sheet = page(design.width, height + 0.85 * scale + tall, scene.style, scene.notice)
    for i, (group, frame) in enumerate(firsts.items()):
        corner = (margin, 0.42 * scale + (1 - i) * tall) if stacked else (i * width + margin, 0.42 * scale)
        _draw_side(
            sheet.axes(*corner, width - margin - 0.5 * scale, height), scene, frame, group, rows, "ab"[i], margin - 0.08
        )
    return sheet.figure, _caption(scene)


def _with_intervals(scene: Scene, group: str) -> pd.DataFrame:
    """Return the first units of a side in the last year with what the draws say of them."""
    frame = scene.result.uncertainty
    of_year = frame[frame["year"] == max(scene.years)]
    columns = ["rank_side", "rank_median", "rank_low", "rank_high", "probability_paying", "probability_receiving"]
    first = first_units(scene, group, min(scene.first_n, MOST))
    return first.merge(of_year[["unit", *columns]], on="unit", how="left")


def _draw_side(ax: Axes, scene: Scene, frame: pd.DataFrame, group: str, rows: int, letter: str, room: float) -> None:
    word = SIDES[group][0]
    colour = scene.palette.payments if group == "payer" else scene.palette.receipts
    probability = frame["probability_paying" if group == "payer" else "probability_receiving"].to_numpy(dtype=float)
    ends = frame[["rank_low", "rank_median", "rank_high", "rank"]].astype("Float64").to_numpy(float, na_value=np.nan)
    told = (frame["rank_side"] == group).to_numpy()  # else the ranks are those of the other side
    for row, ((low, median, high, own), sure) in enumerate(zip(ends, probability >= scene.robust, strict=True)):
        if told[row]:
            ax.plot([low, high], [row, row], color=colour, lw=2.4, alpha=1.0 if sure else PALE, solid_capstyle="butt")
            ax.plot(median, row, "o", color=colour, ms=4, alpha=1.0 if sure else PALE)
        ax.plot(own, row, "|", color=INK, ms=7)
    for row, share in enumerate(probability):
        ax.annotate(f"{share:.2f}", (1, row), xytext=(14 * scene.design.scale, 0), ha="center", va="center",
                    xycoords=ax.get_yaxis_transform(), textcoords="offset points", fontsize=scene.design.small,
                    annotation_clip=False)  # fmt: skip
    ax.set_yticks(range(len(frame)), fitted(scene, list(frame["label"]), room))
    ax.set_ylim(rows - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, pad=3)
    ax.set_xscale("log")
    top = float(np.nanmax(ends[told][:, [2]], initial=2.0)) if told.any() else 2.0
    ax.set_xlim(0.85, max(2.2, 1.15 * top, 1.15 * len(frame)))
    ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if t <= ax.get_xlim()[1]]
    ax.set_xticks(ticks, [str(t) for t in ticks])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.grid(axis="x", color="#d9d9d9", lw=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel(f"{scene.style.label('rank')}, {max(scene.years)}", fontsize=scene.design.small, labelpad=3)
    ax.text(
        0,
        1 + 0.14 / (ROW * rows),
        f"({letter}) {scene.style.word(word)}",
        transform=ax.transAxes,
        fontsize=scene.design.text,
    )
    if frame.empty:
        ax.text(0.5, 0.5, scene.style.word("none"), transform=ax.transAxes, ha="center", va="center")


def _caption(scene: Scene) -> str:
    draws = int(scene.result.uncertainty_regional["draws"].iloc[0])
    return caption(
        scene,
        scene.language.say(
            "The first {most} (a) payers and (b) recipients in {year} by compensation priority, with the 90 % interval "
            "(line) and median (dot) of their rank over {draws} draws, and the rank without errors (tick); the number "
            "is the probability of the side, and units below {robust} are pale; no line: more often on the other side.",
            most=min(scene.first_n, MOST), year=max(scene.years), draws=f"{draws:,}", robust=f"{scene.robust:.3g}",
        ),
    )  # fmt: skip
