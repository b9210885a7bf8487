"""Figure of the priority: the first payers and recipients of the last year, with their ranks in the other years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ecocomp.outputs.figures.captions import caption, listed
from ecocomp.outputs.figures.colours import STIPPLE
from ecocomp.outputs.figures.page import page, text_width
from ecocomp.outputs.figures.scales import spaced
from ecocomp.outputs.figures.scene import Scene, columns_of, shortened

__all__ = ["ROW", "SIDES", "draw", "first_units", "fitted", "name_margin"]

MOST_BARS, MOST_STACKED = 50, 25
"""Bars in a panel, beside each other and one above the other."""
ROW = 0.165
"""Height of a bar with its name [inches]."""
SIDES = {"payer": ("payers", ""), "recipient": ("recipients", STIPPLE)}


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: a panel of bars a group."""
    design, scale = scene.design, scene.design.scale
    years = spaced(scene.years[:-1], 2 if design.narrow else 4)
    most = min(scene.first_n, MOST_STACKED if design.narrow else MOST_BARS)
    firsts = {group: first_units(scene, group, most) for group in SIDES}
    rows = max(3, *(len(frame) for frame in firsts.values()))
    height = ROW * scale * rows
    margin = name_margin(scene, [f"{n}  {most}" for f in firsts.values() for n in f["label"]])
    ranks = (0.1 + 0.3 * len(years)) * scale
    stacked = design.narrow or margin > 1.7  # long names: one panel above the other
    width, tall = (design.width, height + 0.95 * scale) if stacked else (design.width / 2, 0.0)
    sheet = page(design.width, height + 0.95 * scale + tall, scene.style, scene.notice)
    for i, (group, first) in enumerate(firsts.items()):
        corner = (margin, 0.48 * scale + (1 - i) * tall) if stacked else (i * width + margin, 0.48 * scale)
        ax = sheet.axes(*corner, width - margin - ranks - 0.08, height)
        _draw_bars(ax, scene, first, group, rows, "ab"[i], margin - 0.08)
        _draw_ranks(ax, scene, first, group, years)
    return sheet.figure, _caption(scene, most, years)


def first_units(scene: Scene, group: str, most: int) -> pd.DataFrame:
    """Return the first units of a group in the last year, in order of rank, with the names to draw."""
    results = scene.result.results
    found = results[(results["year"] == max(scene.years)) & (results["group"] == group) & results["rank"].notna()]
    found = found.sort_values("rank").head(most)
    return found.assign(label=[scene.name_of(unit) for unit in found["unit"]])


def name_margin(scene: Scene, names: Iterable[str]) -> float:
    """Return the room for names to the left of bars [inches]: about half of a journal's column at most."""
    design = scene.design
    longest = max((text_width(name, design.small, scene.style) for name in names), default=0.0)
    return 0.1 + min(longest, (0.48 if design.narrow else 0.22 if design.exact else 0.5) * design.width)


def fitted(scene: Scene, names: Sequence[str], room: float) -> list[str]:
    """Return names cut to some room [inches] in small type; those that would look alike are cut in their middle."""

    def fits(text: str) -> bool:
        return text_width(text, scene.design.small, scene.style) <= 0.96 * room  # hinted type is a little wider

    def with_end(name: str) -> str:
        halves = (f"{name[: k - k // 2].rstrip()}…{name[len(name) - k // 2 :]}" for k in range(len(name) - 1, 2, -1))
        return next(filter(fits, halves), name[:1])

    cut = [next(filter(fits, (shortened(n, k) for k in range(columns_of(n), 1, -1))), n[:1]) for n in names]
    return [with_end(name) if cut.count(short) > 1 else short for name, short in zip(names, cut, strict=True)]


def _draw_bars(ax: Axes, scene: Scene, first: pd.DataFrame, group: str, rows: int, letter: str, room: float) -> None:
    word, hatch = SIDES[group]
    style, palette = scene.style, scene.palette
    colour = palette.payments if group == "payer" else palette.receipts
    places = range(len(first))
    ax.barh(places, first["priority"].astype(float), height=0.72, color=colour, edgecolor="white", hatch=hatch, lw=0)
    ranks = [f"  {int(rank)}" for rank in first["rank"]]
    beside = max((text_width(rank, scene.design.small, style) for rank in ranks), default=0.0)
    names = fitted(scene, list(first["label"]), room - beside)
    ax.set_yticks(places, [f"{name}{rank}" for name, rank in zip(names, ranks, strict=True)])
    ax.set_ylim(rows - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, pad=2)
    ax.set_xlim(left=0)
    ax.locator_params(axis="x", nbins=int(np.clip(ax.get_window_extent().width / ax.figure.dpi / 0.42, 1, 6)))
    ax.grid(axis="x", color="#d9d9d9", lw=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    note = f"\n{style.word('index')}" if scene.sized else ""
    ax.set_xlabel(f"{style.label('priority')}, {max(scene.years)}{note}", fontsize=scene.design.small, labelpad=4)
    ax.text(
        0, 1 + 0.22 / (ROW * rows), f"({letter}) {style.word(word)}", transform=ax.transAxes, fontsize=scene.design.text
    )
    if first.empty:
        ax.text(0.5, 0.5, style.word("none"), transform=ax.transAxes, ha="center", va="center")


def _draw_ranks(ax: Axes, scene: Scene, first: pd.DataFrame, group: str, years: list[int]) -> None:
    """Write each unit's rank in each year to the right of the bars; a dash where it is not in the group."""
    results, scale = scene.result.results, scene.design.scale
    of_group = results[(results["group"] == group) & results["year"].isin(years)]
    ranks = of_group.set_index(["unit", "year"])["rank"].to_dict()
    for i, year in enumerate(years):
        _beside(ax, -1.05, (12 + 21.6 * i) * scale, str(year), scene.design.small)
        for row, unit in enumerate(first["unit"]):
            rank = ranks.get((unit, year))
            text = "–" if rank is None or pd.isna(rank) else str(int(rank))
            _beside(ax, row, (12 + 21.6 * i) * scale, text, scene.design.small)
    if len(first) and years:
        middle = (12 + 21.6 * (len(years) - 1) / 2) * scale
        _beside(ax, -1.05, middle, scene.style.word("rank in"), scene.design.small, up=9 * scale)


def _beside(ax: Axes, row: float, right: float, text: str, size: float, up: float = 0) -> None:
    """Write to the right of the axes in a row, some points away."""
    ax.annotate(
        text, (1, row), xytext=(right, up), xycoords=ax.get_yaxis_transform(), textcoords="offset points", ha="center",
        va="center", fontsize=size, annotation_clip=False,
    )  # fmt: skip


def _caption(scene: Scene, most: int, years: list[int]) -> str:
    language, year = scene.language, max(scene.years)
    rising = scene.result.manifest["study"].get("zoning", {}).get("payers") == "low_first"
    what = (
        language.say(
            "The first {most} (a) payers and (b) recipients by compensation priority (absolute amount over GDP) in "
            "{year}, payers in rising order.",
            most=most, year=year,
        )
        if rising
        else language.say(
            "The first {most} (a) payers and (b) recipients by compensation priority (absolute amount over GDP) in "
            "{year}, payers in falling order.",
            most=most, year=year,
        )
    )  # fmt: skip
    return caption(
        scene,
        what,
        language.say("The study asks for the first {count}.", count=scene.first_n) if most < scene.first_n else "",
        language.say(
            "Beside: their ranks in {years}; a dash: not in the group in that year.", years=listed(years, language)
        )
        if years
        else "",
        language.say("The priority is an index and not a burden: amounts are of units brought to mean size.")
        if scene.sized
        else "",
    )
