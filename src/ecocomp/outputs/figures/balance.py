"""Figure of the balance: cumulative payments of the first payers against receipts of the first recipients."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ecocomp.outputs.figures.captions import caption, when_shown
from ecocomp.outputs.figures.colours import INK
from ecocomp.outputs.figures.keys import key_below, key_height
from ecocomp.outputs.figures.maps import columns_for
from ecocomp.outputs.figures.page import page
from ecocomp.outputs.figures.scales import money_scale
from ecocomp.outputs.figures.scene import Scene

__all__ = ["draw"]

LINE = 1.8
"""Length of a line in the key [sizes of type]."""
NEAR = 0.03
"""Distance of the curves over the height of a panel at which one mark lies on both."""


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: a panel a year."""
    style, design, scale = scene.style, scene.design, scene.design.scale
    balance = scene.result.balance
    seen = balance[balance["year"].isin(scene.shown)]
    last = _last_n(seen, scene.first_n)
    seen = seen[seen["n"] <= last]
    measure = money_scale(seen[["payments_top_n", "receipts_top_n"]].to_numpy(dtype=float).ravel(), style)
    columns = columns_for(scene, len(scene.shown))
    rows = math.ceil(len(scene.shown) / columns)
    left = 0.6 * scale
    width = (design.width - left) / columns
    width = width if design.exact else min(width, 4.2)
    height = min(2.1 * scale, 0.95 * width + 0.4)
    words = [style.word(key) for key in ("cumulative payments", "cumulative receipts", "crossing", "closest")]
    key = key_height(scene, words, LINE) + 0.3 * scale
    above, between = 0.2 * scale, 0.56 * scale
    sheet = page(left + columns * width, key + rows * (height + between) - 0.15 * scale + above, style, scene.notice)
    top = float(np.nanmax(seen[["payments_top_n", "receipts_top_n"]].to_numpy(dtype=float), initial=0.0)) / measure.size
    axes = []
    for i, year in enumerate(scene.shown):
        row, column = divmod(i, columns)
        bottom = key + 0.1 * scale + (rows - 1 - row) * (height + between)
        ax = sheet.axes(left + column * width, bottom, width - 0.12, height)
        _draw_year(ax, scene, seen[seen["year"] == year], year, measure.size, top)
        if column:
            ax.tick_params(labelleft=False)
        else:
            ax.set_ylabel(f"{style.word('cumulative')} [{measure.label}]", labelpad=3)
        axes.append(ax)
    handles, labels = _handles(axes)
    key_below(sheet, scene, handles, labels, handlelength=LINE)
    return sheet.figure, _caption(scene, last)


def _last_n(balance: pd.DataFrame, first_n: int) -> int:
    """Return how far the curves are drawn: over all crossings and the closest N, not far beyond."""
    marked = balance.loc[(balance["crossing"] == "yes") | (balance["closest"] == "yes"), "n"]
    wanted = max(2 * first_n, math.ceil(1.25 * marked.max()) if len(marked) else 0)
    return int(min(wanted, balance["n"].max())) if len(balance) else first_n


def _draw_year(ax: Axes, scene: Scene, rows: pd.DataFrame, year: int, divisor: float, top: float) -> None:
    last = int(rows["n"].max()) if len(rows) else scene.first_n
    style, small = scene.style, scene.design.small
    n = rows["n"].to_numpy(dtype=float)
    paid, received = (rows[c].to_numpy(dtype=float) / divisor for c in ("payments_top_n", "receipts_top_n"))
    ax.plot(
        n, paid, color=scene.palette.payments, lw=1.5, label=style.word("cumulative payments"), solid_capstyle="butt"
    )
    ax.plot(
        n, received, color=scene.palette.receipts, lw=1.5, ls=(0, (4, 1.5)), label=style.word("cumulative receipts")
    )
    crossing, closest = (rows["crossing"] == "yes").to_numpy(), (rows["closest"] == "yes").to_numpy()
    at = _on_the_curves(paid, received)
    ax.scatter(n[crossing], at[crossing], s=26, marker="o", facecolor="none", edgecolor=INK, linewidth=0.9,
               zorder=4, label=style.word("crossing"))  # fmt: skip
    ax.scatter(n[closest], at[closest], s=30, marker="x", color=INK, linewidth=1.0, zorder=5,
               label=style.word("closest"))  # fmt: skip
    ax.set_xlim(0, max(last, 1) * 1.02)
    ax.set_ylim(0, 1.05 * top or 1.0)
    if scene.first_n <= last:
        ax.axvline(scene.first_n, color="#7f7f7f", lw=0.7, ls=":", zorder=1)
        ax.text(scene.first_n, 0.985, f" N = {scene.first_n} ", transform=ax.get_xaxis_transform(), va="top",
                fontsize=small, color="#595959", ha="left" if scene.first_n < 0.75 * last else "right")  # fmt: skip
    for x, y in zip(n[closest], at[closest], strict=True):
        low = y < 0.12 * top  # the axis is in the way
        ax.annotate(f"N = {int(x)}", (x, y), xytext=(8, 0) if low else (5, -5), textcoords="offset points",
                    va="center" if low else "top", fontsize=scene.design.small,
                    path_effects=[withStroke(linewidth=1.5, foreground="white")])  # fmt: skip
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.set_xlabel("N", labelpad=1)
    ax.set_title(str(year), fontsize=scene.design.text + 1, pad=3)
    ax.spines[["top", "right"]].set_visible(False)


def _on_the_curves(paid: NDArray[np.float64], received: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where to mark each N: between the curves where one mark touches both, else on the payments'."""
    top = np.fmax(paid, received).max(initial=0.0, where=np.isfinite(np.fmax(paid, received)))
    return np.where(np.abs(paid - received) <= NEAR * top, (paid + received) / 2, paid)


def _handles(axes: list[Axes]) -> tuple[list[Artist], list[str]]:
    """Return one legend entry a kind of mark."""
    found: dict[str, Artist] = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    return list(found.values()), list(found)


def _caption(scene: Scene, last: int) -> str:
    language = scene.language
    longest = int(scene.result.balance["n"].max()) if len(scene.result.balance) else 0
    return caption(
        scene,
        language.say(
            "Cumulative payments of the first N payers and cumulative receipts of the first N recipients by rank "
            "{when}, before any gap rule; the shorter list stays constant.",
            when=when_shown(scene),
        ),
        language.say(
            "Circles: the difference changes sign; cross: the N of the smallest relative difference (both on the "
            "payments' curve where the curves are apart)."
        ),
        language.say("Dotted: N = {n}.", n=scene.first_n) if scene.first_n <= last else "",
        language.say("Drawn to N = {last} of {longest}.", last=last, longest=longest) if last < longest else "",
    )
