"""Figure of the transfers between larger units: a Sankey diagram from those who pay to those who receive."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from ecocomp.outputs.figures.captions import caption, notional
from ecocomp.outputs.figures.colours import INK, STIPPLE
from ecocomp.outputs.figures.page import page, text_width
from ecocomp.outputs.figures.scales import money_scale
from ecocomp.outputs.figures.scene import Scene, shortened

__all__ = ["draw"]

MOST = 14
"""Parents a side that are told apart; the smaller ones are drawn together."""
BAR = 0.13


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: the level with the most parents that still can be told apart."""
    style, design, scale = scene.style, scene.design, scene.design.scale
    flows, level, cut = _flows(scene)
    measure = money_scale(flows.sum(axis=1).to_numpy(dtype=float), style)
    sums = [flows.sum(axis=1), flows.sum(axis=0)]
    largest = max(float(part.max()) for part in sums) / measure.size
    decimals = 2 if largest < 100 else 1 if largest < 1000 else 0
    texts = [_texts(scene, part, measure.size, decimals) for part in sums]
    margins = [0.12 + max(text_width(t, design.small, style) for t in side.values()) for side in texts]
    rows = max(flows.shape)
    tall = max(2.2, 0.3 * rows) * scale
    wide = design.width - sum(margins)
    sheet = page(design.width, tall + 0.75 * scale, style, scene.notice)
    ax = sheet.axes(margins[0], 0.3 * scale, wide, tall)
    ax.set_axis_off()
    ax.set_xlim(0, wide)
    ax.set_ylim(tall, 0)
    _draw(ax, scene, flows, texts)
    for x, side, align in ((0.0, "payers", "left"), (wide, "recipients", "right")):
        ax.text(x, -0.1 * scale, style.word(side), ha=align, va="bottom", fontsize=design.text + 1)
    ax.text(wide / 2, tall + 0.08, f"[{measure.label}]", ha="center", va="top", fontsize=design.small)
    return sheet.figure, _caption(scene, level, cut)


def _flows(scene: Scene) -> tuple[pd.DataFrame, str, bool]:
    """Return the money of the last year from paying to receiving parents, the larger first, and their level."""
    frame = scene.result.transfers_parents
    frame = frame[frame["year"] == frame["year"].max()]
    levels = [level for level in scene.result.manifest["parents"] if (frame["parent_level"] == level).any()]
    sizes = {level: frame.loc[frame["parent_level"] == level, ["payer_parent", "recipient_parent"]].nunique().max()
             for level in levels}  # fmt: skip
    fitting = [level for level in levels if 1 < sizes[level] <= MOST]
    level = fitting[-1] if fitting else levels[0]
    table = frame[frame["parent_level"] == level].pivot_table(
        index="payer_parent", columns="recipient_parent", values="amount", aggfunc="sum", fill_value=0.0
    )
    cut = max(table.shape) > MOST
    other = scene.style.word("others")
    for axis in (0, 1):
        sums = table.sum(axis=1 - axis).sort_values(ascending=False, kind="stable")
        table = table.reindex(sums.index, axis=axis)
        if len(sums) > MOST:
            rest = table.take(range(MOST - 1, len(sums)), axis=axis).sum(axis=axis).rename(other)
            kept = table.take(range(MOST - 1), axis=axis)
            table = pd.concat([kept, rest.to_frame().T if axis == 0 else rest.to_frame()], axis=axis)
    return table, level, cut


def _texts(scene: Scene, sums: pd.Series, divisor: float, decimals: int) -> Mapping[str, str]:
    longest = 14 if scene.design.narrow else 24
    names = [shortened(scene.style.text(parent), longest) for parent in sums.index]
    values = sums.to_numpy(dtype=float) / divisor
    return {
        str(parent): f"{name}  {value:,.{decimals}f}"
        for parent, name, value in zip(sums.index, names, values, strict=True)
    }


def _draw(ax: Axes, scene: Scene, flows: pd.DataFrame, texts: list[Mapping[str, str]]) -> None:
    """Draw bars on either side, high as their money, and a ribbon for every flow."""
    palette, tall = scene.palette, ax.get_ylim()[0]
    total = float(flows.to_numpy().sum())
    room = tall - 0.17 * scene.design.scale * (max(flows.shape) - 1)  # names take more than small bars do
    scale = room / total
    ends = [_ends(flows.sum(axis=1), scale, tall), _ends(flows.sum(axis=0), scale, tall)]
    right = ax.get_xlim()[1]
    for side, (x, colour, hatch) in enumerate(((0.0, palette.payments, ""), (right - BAR, palette.receipts, STIPPLE))):
        for parent, (top, height) in ends[side].items():
            ax.add_patch(Rectangle((x, top), BAR, height, facecolor=colour, edgecolor="white", hatch=hatch, lw=0))
            place, align = (x - 0.06, "right") if side == 0 else (x + BAR + 0.06, "left")
            ax.text(place, top + height / 2, texts[side][str(parent)], ha=align, va="center", color=INK,
                    fontsize=scene.design.small, clip_on=False)  # fmt: skip
    start = {parent: top for parent, (top, _) in ends[0].items()}
    end = {parent: top for parent, (top, _) in ends[1].items()}
    for k, payer in enumerate(flows.index):
        for recipient in flows.columns:
            height = float(flows.loc[payer, recipient]) * scale
            if height > 0:
                _ribbon(ax, start[payer], end[recipient], height, right, palette.ribbons[k % len(palette.ribbons)])
                start[payer] += height
                end[recipient] += height


def _ends(sums: pd.Series, scale: float, tall: float) -> dict[str, tuple[float, float]]:
    """Return top and height of each bar, spread evenly over the height."""
    heights = sums.to_numpy(dtype=float) * scale
    gap = (tall - heights.sum()) / max(len(heights) - 1, 1)
    tops = np.concatenate([[0.0], np.cumsum(heights + gap)[:-1]])
    if len(heights) == 1:
        tops = np.array([(tall - heights[0]) / 2])
    return {str(parent): (float(t), float(h)) for parent, t, h in zip(sums.index, tops, heights, strict=True)}


def _ribbon(ax: Axes, start: float, end: float, height: float, right: float, colour: str) -> None:
    left, right, bend = BAR + 0.01, right - BAR - 0.01, right / 2
    corners = [(left, start), (bend, start), (bend, end), (right, end), (right, end + height), (bend, end + height),
               (bend, start + height), (left, start + height), (left, start)]  # fmt: skip
    codes = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4,
             Path.CLOSEPOLY]  # fmt: skip
    ax.add_patch(PathPatch(Path(corners, codes), facecolor=colour, edgecolor="none", alpha=0.45, lw=0))


def _caption(scene: Scene, level: str, cut: bool) -> str:
    language, year = scene.language, int(scene.result.transfers_parents["year"].max())
    return caption(
        scene,
        language.say(
            "Transfers between the larger units of the level {level} in {year}: from those whose units pay (left) to "
            "those whose units receive (right, stippled); heights are money, numbers what each pays or receives.",
            level=level, year=year,
        ),
        language.say("Beyond the first {count} of a side the others are drawn together.", count=MOST - 1)
        if cut
        else "",
        notional(scene),
    )  # fmt: skip
