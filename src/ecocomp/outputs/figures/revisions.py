"""Figure of the revisions compared: how far they agree, and what another one would have moved."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ecocomp.outputs.figures.captions import caption
from ecocomp.outputs.figures.colours import INK
from ecocomp.outputs.figures.fonts import LabelStyle
from ecocomp.outputs.figures.page import SMALL, TEXT, WIDTH, page
from ecocomp.outputs.figures.scales import money_scale, number
from ecocomp.outputs.figures.scene import Scene
from ecocomp.outputs.figures.words import revision_name

__all__ = ["draw"]

BAR = "#5c6b73"


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: rank agreement of all pairs, and bars against the study's own revision."""
    frame = scene.result.revisions
    year = int(frame["year"].max())
    frame = frame[frame["year"] == year]
    labels = list(dict.fromkeys([*frame["revision"], *frame["other_revision"]]))
    own = frame[frame["revision"] == labels[0]].set_index("other_revision").reindex(labels)
    height = max(1.4, 0.36 * len(labels))
    sheet = page(WIDTH, height + 1.42, scene.style, scene.notice)
    left, bottom = 1.6, 1.09
    wide = 2.95
    heat = sheet.axes(left, bottom, wide, height)
    _draw_agreement(heat, scene.style, frame, labels)
    bars = (WIDTH - left - wide - 0.45) / 2
    divisor, unit = money_scale(own["money_moved"].to_numpy(dtype=float))
    for i, (column, scale, measure) in enumerate((("sign_flips", 1.0, ""), ("money_moved", divisor, unit))):
        ax = sheet.axes(left + wide + 0.15 + i * (bars + 0.15), bottom, bars, height)
        _draw_bars(ax, own[column].to_numpy(dtype=float) / scale)
        ax.set_title(f"({'bc'[i]}) {scene.style.label(column, '')}", fontsize=TEXT, loc="left", pad=4)
        if measure:
            ax.set_xlabel(f"[{scene.style.word(measure)}]", labelpad=2)
    return sheet.figure, _caption(scene, year, labels[0])


def _draw_agreement(ax: Axes, style: LabelStyle, frame: pd.DataFrame, labels: list[str]) -> None:
    """Draw the lower triangle of Spearman's rho with its numbers."""
    rho = {(a, b): r for a, b, r in frame[["revision", "other_revision", "spearman"]].itertuples(index=False)}
    names = [style.text(revision_name(label, style.language)) for label in labels]
    lowest = min([r for r in rho.values() if np.isfinite(r)], default=0.0)
    ramp = colormaps["Blues"]
    for i, row in enumerate(labels):
        for j, column in enumerate(labels[: i + 1]):
            value = 1.0 if i == j else rho.get((column, row), rho.get((row, column), np.nan))
            shade = (value - lowest) / (1 - lowest) if lowest < 1 and np.isfinite(value) else 0.5
            face = ramp(0.08 + 0.8 * shade) if np.isfinite(value) and i != j else "#ececec"
            ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=face, edgecolor="white", linewidth=0.8))
            text = "1" if i == j else f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "–"
            ink = "white" if shade > 0.6 and i != j else INK
            ax.text(j, i, text, ha="center", va="center", fontsize=SMALL, color=ink)
    ax.set_xlim(-0.5, len(labels) - 0.5)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.set_yticks(range(len(labels)), [f"{n} *" if i == 0 else n for i, n in enumerate(names)])
    ax.set_xticks(range(len(labels)), names, rotation=40, ha="right", rotation_mode="anchor")
    ax.tick_params(length=0, pad=3)
    ax.spines[:].set_visible(False)
    ax.set_title(f"(a) {style.label('spearman')}", fontsize=TEXT, loc="left", pad=4)
    ax.text(1, 0.99, f"* {style.word('own')}", transform=ax.transAxes, ha="right", va="top", fontsize=SMALL)


def _draw_bars(ax: Axes, values: NDArray[np.float64]) -> None:
    """Draw one bar a revision in the rows of the heat map; the study's own has none."""
    rows = np.arange(len(values))
    known = np.isfinite(values)
    ax.barh(rows[known], values[known], height=0.6, color=BAR)
    top = max(float(np.nanmax(values)) if known.any() else 0.0, 1e-9)
    for row in rows[known]:
        text = number(float(f"{values[row]:.3g}"))
        ax.text(values[row] + 0.03 * top, row, text, va="center", fontsize=SMALL)
    ax.text(0.03 * top, 0, "*", va="center", fontsize=SMALL)
    ax.set_xlim(0, 1.35 * top)
    ax.set_ylim(len(values) - 0.5, -0.5)
    ax.set_yticks([])
    ax.locator_params(axis="x", nbins=3)
    ax.spines[["top", "right"]].set_visible(False)


def _caption(scene: Scene, year: int, own: str) -> str:
    language = scene.language
    return caption(
        scene,
        language.say(
            "Agreement of the revisions in {year}: (a) Spearman's rank correlation of the amounts, (b) units that pay "
            "under one revision and receive under the other, and (c) money moved (half the sum of absolute "
            "differences), the last two against the study's own revision, {own}.",
            year=year, own=revision_name(own, language.code, own=True),
        ),
    )  # fmt: skip
