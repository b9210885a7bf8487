"""Figure of fairness: how GDP, payments and receipts lie among poorer and richer people, and burdens by fifths."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from ecocomp.fairness import OWN, lorenz_curve
from ecocomp.outputs.figures.captions import caption
from ecocomp.outputs.figures.colours import INK, STIPPLE
from ecocomp.outputs.figures.page import page
from ecocomp.outputs.figures.scene import Scene

__all__ = ["draw"]

HEIGHT, FOOT = 2.5, 0.75


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption, of the last year."""
    year = scene.years[-1]
    design, scale = scene.design, scene.design.scale
    side, foot = HEIGHT * scale, FOOT * scale
    left, wide = (0.75 if design.narrow else 0.6) * scale, design.width - 0.1
    if design.narrow:
        tall = side + foot + 0.3 * scale
        sheet = page(design.width, tall + 0.7 * side + foot + 0.3 * scale, scene.style, scene.notice)
        places = [
            ((design.width - side) / 2, foot + tall - 0.3 * side, side, side),
            (left, foot, wide - left, 0.7 * side),
        ]
    else:
        sheet = page(design.width, side + foot + 0.3 * scale, scene.style, scene.notice)
        places = [
            (left, foot, side, side),
            (2 * left + side + 0.4 * scale, foot, wide - 2 * left - side - 0.4 * scale, side),
        ]
    for i, (place, draw_panel) in enumerate(zip(places, (_draw_curves, _draw_burdens), strict=True)):
        ax = sheet.axes(*place)
        draw_panel(ax, scene, year)
        ax.set_title(f"({'ab'[i]}) {year}", fontsize=design.text, loc="left", pad=4)
        ax.spines[["top", "right"]].set_visible(False)
        handles, labels = ax.get_legend_handles_labels()
        middle = (place[0] + place[2] / 2) / design.width
        below = place[1] - foot + 0.06
        sheet.figure.legend(handles, labels, loc="lower center", ncols=3, columnspacing=1.2, handlelength=1.4,
                            borderpad=0, borderaxespad=0, bbox_to_anchor=(middle, sheet.above(below)))  # fmt: skip
    return sheet.figure, _caption(scene, year)


def _draw_curves(ax: Axes, scene: Scene, year: int) -> None:
    palette = scene.palette
    known = scene.of_year(year).dropna(subset=["settled", "gdp", "population"])
    settled, gdp, people = (known[name].to_numpy(dtype=float) for name in ("settled", "gdp", "population"))
    ax.plot([0, 1], [0, 1], color="#b5b5b5", lw=0.8, zorder=1)
    curves = {
        "gdp": (gdp, INK, (0, (1.2, 1))),
        "payments": (settled.clip(min=0), palette.payments, "-"),
        "receipts": ((-settled).clip(min=0), palette.receipts, (0, (4, 1.5))),
    }
    for name, (amounts, colour, line) in curves.items():
        if amounts.sum() > 0:
            words = scene.style.label(name, "") if name == "gdp" else scene.style.word(name)
            ax.plot(*lorenz_curve(amounts, gdp, people), color=colour, lw=1.4, ls=line, label=words)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.set_xlabel(scene.style.word("people by income"), labelpad=2)
    ax.set_ylabel(scene.style.word("cumulative share"), labelpad=2)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _draw_burdens(ax: Axes, scene: Scene, year: int) -> None:
    frame = scene.result.burden
    rows = frame[(frame["year"] == year) & (frame["rule"] == OWN)]
    palette = scene.palette
    groups = rows["income_group"].to_numpy(dtype=float)
    paid, received, gdp = (rows[name].to_numpy(dtype=float) for name in ("paid", "received", "gdp"))
    ax.bar(groups, paid / gdp, width=0.66, color=palette.payments, label=scene.style.word("payments"))
    ax.bar(
        groups,
        -received / gdp,
        width=0.66,
        color=palette.receipts,
        hatch=STIPPLE,
        edgecolor="white",
        lw=0,
        label=scene.style.word("receipts"),
    )
    ax.scatter(groups, rows["burden"].to_numpy(dtype=float), s=15, marker="D", facecolor="white", edgecolor=INK,
               linewidth=0.8, zorder=4, label=scene.style.word("net burden"))  # fmt: skip
    ax.axhline(0, color=INK, lw=0.6)
    ax.set_xticks(np.arange(1, 6))
    ax.set_xlabel(scene.style.word("fifth of the people"), labelpad=2)
    ax.set_ylabel(scene.style.word("share of gdp"), labelpad=2)
    largest = max(np.abs(np.concatenate([paid, received]) / np.tile(gdp, 2)).max(initial=0.0), 1e-12)
    ax.yaxis.set_major_formatter(
        PercentFormatter(1.0, decimals=int(np.clip(-np.floor(np.log10(100 * largest)) + 1, 0, 6)))
    )


def _caption(scene: Scene, year: int) -> str:
    language, rows = scene.language, scene.result.fairness
    kakwani = rows.loc[(rows["year"] == year) & (rows["rule"] == OWN), "kakwani"].iloc[0]
    return caption(
        scene,
        language.say(
            "Who bears the settlement: (a) cumulative shares of GDP (Lorenz curve), settled payments and settled "
            "receipts (concentration curves) of the people, ranked by GDP per head of their unit, and (b) payments and "
            "receipts over the GDP of each fifth of the people; diamonds: net."
        ),
        language.say("A curve of payments above that of GDP: the poorer bear more of payments than they have of GDP.")
        if pd.isna(kakwani)
        else language.say(
            "A curve of payments above that of GDP: the poorer bear more of payments than they have of GDP; Kakwani "
            "index of payments {kakwani}.",
            kakwani=f"{kakwani:.3f}".replace("-", "−"),
        ),
    )
