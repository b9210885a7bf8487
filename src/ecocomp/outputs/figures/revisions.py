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
from ecocomp.outputs.figures.page import page, text_width
from ecocomp.outputs.figures.scales import money_scale, number
from ecocomp.outputs.figures.scene import Scene
from ecocomp.outputs.figures.words import revision_name

__all__ = ["draw"]


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: rank agreement of all pairs, and bars against the study's own revision."""
    frame = scene.result.revisions
    year = int(frame["year"].max())
    frame = frame[frame["year"] == year]
    labels = list(dict.fromkeys([*frame["revision"], *frame["other_revision"]]))
    own = frame[frame["revision"] == labels[0]].set_index("other_revision").reindex(labels)
    design, scale, style = scene.design, scene.design.scale, scene.style
    names = [style.text(revision_name(label, style.language)) for label in labels]
    height = max(1.4, 0.36 * len(labels)) * scale
    longest = max(text_width(f"{name} *", design.small, style) for name in names)
    left, bottom = 0.15 + longest, 0.15 + 0.68 * longest
    if design.narrow:
        wide = design.width - left - 0.1
        lower = height * 0.6
        below = lower + 0.75 * scale
        sheet = page(design.width, below + bottom + height + 0.25 * scale, style, scene.notice)
        heat = sheet.axes(left, below + bottom, wide, height)
        places = [(left + i * (wide / 2 + 0.04), 0.42 * scale, wide / 2 - 0.04, lower) for i in (0, 1)]
    else:
        wide = (design.width - left) * 0.53
        bars = (design.width - left - wide - 0.45) / 2
        sheet = page(design.width, height + bottom + 0.25 * scale, style, scene.notice)
        heat = sheet.axes(left, bottom, wide, height)
        places = [(left + wide + 0.15 + i * (bars + 0.15), bottom, bars, height) for i in (0, 1)]
    _draw_agreement(heat, scene, frame, labels, names)
    measure = money_scale(own["money_moved"].to_numpy(dtype=float), style)
    for i, (column, size, unit) in enumerate((("sign_flips", 1.0, ""), ("money_moved", measure.size, measure.label))):
        ax = sheet.axes(*places[i])
        _draw_bars(ax, scene, own[column].to_numpy(dtype=float) / size)
        ax.set_title(f"({'bc'[i]}) {style.label(column, '')}", fontsize=design.text, loc="left", pad=4)
        if design.narrow and i == 0:
            ax.set_yticks(range(len(names)), [f"{n} *" if k == 0 else n for k, n in enumerate(names)])
            ax.tick_params(axis="y", length=0, pad=3)
        if unit:
            ax.set_xlabel(f"[{unit}]", labelpad=2)
    return sheet.figure, _caption(scene, year, labels[0])


def _draw_agreement(ax: Axes, scene: Scene, frame: pd.DataFrame, labels: list[str], names: list[str]) -> None:
    """Draw the lower triangle of Spearman's rho with its numbers."""
    rho = {(a, b): r for a, b, r in frame[["revision", "other_revision", "spearman"]].itertuples(index=False)}
    style, small = scene.style, scene.design.small
    lowest = min([r for r in rho.values() if np.isfinite(r)], default=0.0)
    ramp = colormaps[scene.palette.ramp]
    for i, row in enumerate(labels):
        for j, column in enumerate(labels[: i + 1]):
            value = 1.0 if i == j else rho.get((column, row), rho.get((row, column), np.nan))
            shade = (value - lowest) / (1 - lowest) if lowest < 1 and np.isfinite(value) else 0.5
            face = ramp(0.08 + 0.8 * shade) if np.isfinite(value) and i != j else "#ececec"
            ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=face, edgecolor="white", linewidth=0.8))
            text = "1" if i == j else f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "–"
            ink = "white" if shade > 0.6 and i != j else INK
            ax.text(j, i, text, ha="center", va="center", fontsize=small, color=ink)
    ax.set_xlim(-0.5, len(labels) - 0.5)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.set_yticks(range(len(labels)), [f"{n} *" if i == 0 else n for i, n in enumerate(names)])
    ax.set_xticks(range(len(labels)), names, rotation=40, ha="right", rotation_mode="anchor")
    ax.tick_params(length=0, pad=3)
    ax.spines[:].set_visible(False)
    ax.set_title(f"(a) {style.label('spearman')}", fontsize=scene.design.text, loc="left", pad=4)
    ax.text(1, 0.99, f"* {style.word('own')}", transform=ax.transAxes, ha="right", va="top", fontsize=small)


def _draw_bars(ax: Axes, scene: Scene, values: NDArray[np.float64]) -> None:
    """Draw one bar a revision in the rows of the heat map; the study's own has none."""
    rows = np.arange(len(values))
    known = np.isfinite(values)
    ax.barh(rows[known], values[known], height=0.6, color=scene.palette.bar)
    top = max(float(np.nanmax(values)) if known.any() else 0.0, 1e-9)
    for row in rows[known]:
        text = number(float(f"{values[row]:.3g}"))
        ax.text(values[row] + 0.03 * top, row, text, va="center", fontsize=scene.design.small)
    ax.text(0.03 * top, 0, "*", va="center", fontsize=scene.design.small)
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
