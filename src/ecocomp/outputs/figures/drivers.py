"""Figure of the drivers: the q of every factor, and what two factors account for together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from ecocomp.outputs.figures.captions import caption, quantity_name
from ecocomp.outputs.figures.colours import INK
from ecocomp.outputs.figures.fonts import LabelStyle
from ecocomp.outputs.figures.page import page, text_width
from ecocomp.outputs.figures.scene import Scene, shortened
from ecocomp.variables import table

__all__ = ["draw"]

MOST = 12
"""Factors that are drawn; the tables have the others."""
LONGEST = 26
"""Columns that the name of a factor may take."""
ROW = 0.34
WIDEST_CELL = 0.8
"""Inches."""


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: bars of q in the last year, and the lower triangle of joint q."""
    frame = scene.result.drivers
    year = int(frame["year"].max())
    own = frame[(frame["year"] == year) & frame["q"].notna()].head(MOST).reset_index(drop=True)
    factors = [str(f) for f in own["factor"]]
    names = [shortened(factor_name(scene.style, f), LONGEST) for f in factors]
    design, scale = scene.design, scene.design.scale
    height = ROW * scale * max(len(factors), 1)
    longest = max((text_width(n, design.small, scene.style) for n in names), default=0.5)
    margin, foot = 0.15 + longest, max(1.0 * scale, 0.25 + 0.68 * longest)
    pairs = scene.result.driver_interactions
    pairs = pairs[pairs["year"] == year]
    head = 0.35 * scale
    if design.narrow:
        below = height + foot if len(pairs) else 0.0
        sheet = page(design.width, below + height + 1.0 * scale + head, scene.style, scene.notice)
        bars = sheet.axes(margin, below + 1.0 * scale, design.width - margin - 0.3, height)
        matrix = (margin, foot, design.width - margin - 0.1, height)
    else:
        wide = (design.width - margin - 0.3) * 0.42
        sheet = page(design.width, height + foot + head, scene.style, scene.notice)
        bars = sheet.axes(margin, foot, wide, height)
        matrix = (margin + wide + 0.25, foot, design.width - margin - wide - 0.35, height)
    _draw_q(bars, scene, own, names)
    if len(pairs):
        left, bottom, room, tall = matrix
        tall = tall * (len(factors) - 1) / len(factors) if design.narrow else tall
        heat = sheet.axes(left, bottom, min(room, WIDEST_CELL * (len(factors) - 1)), tall)
        _draw_joint(heat, scene, pairs, factors, names)
    return sheet.figure, _caption(scene, own, year)


def factor_name(style: LabelStyle, factor: str) -> str:
    """Return a factor as a figure names it: the label of a variable, or the study's own word."""
    return style.label(factor, "") if factor in table() else style.text(factor.replace("_", " "))


def _draw_q(ax: Axes, scene: Scene, own: pd.DataFrame, names: list[str]) -> None:
    """Draw a bar a factor, pale where it stands in the formula, the held-out q as a tick and p beside it."""
    style, palette, small = scene.style, scene.palette, scene.design.small
    rows = np.arange(len(own))
    made = (own["by_construction"] == "yes").to_numpy()
    q, held_out = own["q"].to_numpy(float), own["q_held_out"].to_numpy(float)
    ax.barh(rows, q, height=0.62, color=np.where(made, palette.pale, palette.bar))
    ax.plot(np.clip(held_out, 0, None), rows, "|", color=INK, ms=8, mew=1.2, clip_on=False)
    for row, p in enumerate(own["p_permutation"].to_numpy(float)):
        text = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
        ax.text(q[row] + 0.02 * max(q.max(), 0.05), row, text, va="center", fontsize=small)
    ax.set_xlim(0, max(1.35 * float(q.max(initial=0.0)), 0.05))
    ax.set_ylim(len(own) - 0.5, -0.5)
    ax.set_yticks(rows, names)
    ax.tick_params(axis="y", length=0, pad=3)
    ax.locator_params(axis="x", nbins=4)
    ax.set_xlabel(style.label("q", ""), labelpad=2)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title(f"(a) {style.word('q of factors')}", fontsize=scene.design.text, loc="left", pad=4)
    handles: list[object] = [Patch(color=palette.bar, label=style.word("factor")),
                             Patch(color=palette.pale, label=style.label("by_construction", ""))]  # fmt: skip
    line = ax.plot([], [], "|", color=INK, ms=8, mew=1.2, label=style.label("q_held_out", ""))
    kept = [h for h, shown in zip(handles, (not made.all(), made.any()), strict=True) if shown]
    ax.legend(
        handles=[*kept, *line], loc="upper left", bbox_to_anchor=(0.0, -0.42 / (ROW * max(len(own), 1))),
        handlelength=1.2, fontsize=small, borderaxespad=0, labelspacing=0.35,
    )  # fmt: skip


def _draw_joint(ax: Axes, scene: Scene, pairs: pd.DataFrame, factors: list[str], names: list[str]) -> None:
    """Draw the joint q of every pair below the diagonal of the factors' own; a plus marks nonlinear enhancement."""
    joint = {frozenset((a, b)): (float(q), str(kind)) for a, b, q, kind in
             pairs[["factor", "other_factor", "joint_q", "interaction"]].itertuples(index=False)}  # fmt: skip
    top = max((q for q, _ in joint.values()), default=1.0)
    ramp = colormaps[scene.palette.ramp]
    size = max(5.0, min(scene.design.small, 62 / len(factors)))
    for i, row in enumerate(factors):
        for j, column in enumerate(factors[:i]):
            q, kind = joint[frozenset((row, column))]
            shade = 0.08 + 0.8 * q / top if top > 0 else 0.08
            ax.add_patch(Rectangle((j - 0.5, i - 1.5), 1, 1, facecolor=ramp(shade), edgecolor="white", linewidth=0.8))
            plus = "+" if kind == "enhanced, nonlinear" else ""
            ax.text(j, i - 1, f"{q:.2f}{plus}", ha="center", va="center", fontsize=size,
                    color="white" if shade > 0.55 else INK)  # fmt: skip
    last = len(factors) - 1
    ax.set_xlim(-0.5, last - 0.5)
    narrow = scene.design.narrow
    ax.set_ylim(last - 0.5, -0.5 if narrow else -1.5)  # the rows of the bars, which stand beside it on a wide page
    ax.set_yticks(range(last) if narrow else [], names[1:] if narrow else [])
    ax.set_xticks(range(last), names[:-1], rotation=40, ha="right", rotation_mode="anchor")
    ax.tick_params(length=0, pad=3)
    ax.spines[:].set_visible(False)
    ax.set_title(f"(b) {scene.style.label('joint_q', '')}", fontsize=scene.design.text, loc="left", pad=4)


def _caption(scene: Scene, own: pd.DataFrame, year: int) -> str:
    language, whole = scene.language, scene.result.drivers
    left_out = int(((whole["year"] == year) & whole["q"].notna()).sum()) - len(own)
    first = own.iloc[0]
    return caption(
        scene,
        language.say(
            "What goes with {response} in {year}: (a) q of each factor, the share of the variance that its strata "
            "account for, with the held-out q by which strata were chosen (tick) and p of {permutations} permutations "
            "that repeat the choice; pale: the factor stands in the formula of the response; (b) q of two factors "
            "together, one row a factor as in (a); a plus: more than the sum of both.",
            response=quantity_name(str(whole["response"].iloc[0]), language), year=year,
            permutations=f"{int(first['permutations']):,}",
        ),
        language.count(
            "{count} unit has the response and every factor.", "{count} units have the response and every factor.",
            int(first["units_used"]),
        ),
        language.say("Association, not cause."),
        language.count(
            "{count} factor with smaller q is in drivers.csv only.",
            "{count} factors with smaller q are in drivers.csv only.",
            left_out,
        )
        if left_out
        else "",
    )  # fmt: skip
