"""Figure of the priority: the first payers and recipients of the last year, with their ranks in the other years."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ecocomp.outputs.figures.captions import caption, listed
from ecocomp.outputs.figures.colours import PAYMENTS, RECEIPTS
from ecocomp.outputs.figures.page import SMALL, TEXT, WIDTH, page
from ecocomp.outputs.figures.scales import spaced
from ecocomp.outputs.figures.scene import Scene, columns_of

__all__ = ["ROW", "SIDES", "draw", "first_units", "name_width"]

MOST_BARS = 50
ROW = 0.165
"""Height of a bar with its name [inches]."""
SIDES = {"payer": ("payers", PAYMENTS, ""), "recipient": ("recipients", RECEIPTS, "....")}


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: a panel of bars a group."""
    most = min(scene.first_n, MOST_BARS)
    years = spaced(scene.years[:-1], 4)
    firsts = {group: first_units(scene, group, most) for group in SIDES}
    rows = max(3, *(len(frame) for frame in firsts.values()))
    height = ROW * rows
    names = max((name_width(n) for f in firsts.values() for n in f["label"]), default=0.0)
    margin = 0.3 + min(names, WIDTH / 2 - 0.3)
    ranks = 0.1 + 0.3 * len(years)
    stacked = margin > 1.7  # long names: one panel above the other
    width, tall = (WIDTH, height + 0.95) if stacked else (WIDTH / 2, 0.0)
    sheet = page(WIDTH, height + 0.95 + tall, scene.style, scene.notice)
    for i, (group, first) in enumerate(firsts.items()):
        corner = (margin, 0.48 + (1 - i) * tall) if stacked else (i * width + margin, 0.48)
        ax = sheet.axes(*corner, width - margin - ranks - 0.08, height)
        _draw_bars(ax, scene, first, group, rows, "ab"[i])
        _draw_ranks(ax, scene, first, group, years)
    return sheet.figure, _caption(scene, most, years)


def first_units(scene: Scene, group: str, most: int) -> pd.DataFrame:
    """Return the first units of a group in the last year, in order of rank, with the names to draw."""
    results = scene.result.results
    found = results[(results["year"] == max(scene.years)) & (results["group"] == group) & results["rank"].notna()]
    found = found.sort_values("rank").head(most)
    return found.assign(label=[scene.name_of(unit) for unit in found["unit"]])


def name_width(name: str) -> float:
    """Return about how much room a name takes [inches]: Chinese and capital letters are wide, most others narrow."""
    return sum(0.1 if columns_of(c) == 2 or c in "WMmw@%" else 0.076 if c.isupper() else 0.059 for c in name)


def _draw_bars(ax: Axes, scene: Scene, first: pd.DataFrame, group: str, rows: int, letter: str) -> None:
    word, colour, hatch = SIDES[group]
    style = scene.style
    places = range(len(first))
    ax.barh(places, first["priority"].astype(float), height=0.72, color=colour, edgecolor="white", hatch=hatch, lw=0)
    ax.set_yticks(places, [f"{label}  {int(r)}" for label, r in zip(first["label"], first["rank"], strict=True)])
    ax.set_ylim(rows - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, pad=2)
    ax.set_xlim(left=0)
    ax.locator_params(axis="x", nbins=3 if ax.get_window_extent().width < 250 else 6)
    ax.grid(axis="x", color="#d9d9d9", lw=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    note = f"\n{style.word('index')}" if scene.sized else ""
    ax.set_xlabel(f"{style.label('priority')}, {max(scene.years)}{note}", fontsize=SMALL, labelpad=4)
    ax.text(0, 1 + 0.22 / (ROW * rows), f"({letter}) {style.word(word)}", transform=ax.transAxes, fontsize=TEXT)
    if first.empty:
        ax.text(0.5, 0.5, style.word("none"), transform=ax.transAxes, ha="center", va="center")


def _draw_ranks(ax: Axes, scene: Scene, first: pd.DataFrame, group: str, years: list[int]) -> None:
    """Write each unit's rank in each year to the right of the bars; a dash where it is not in the group."""
    results = scene.result.results
    of_group = results[(results["group"] == group) & results["year"].isin(years)]
    ranks = of_group.set_index(["unit", "year"])["rank"].to_dict()
    for i, year in enumerate(years):
        _beside(ax, -1.05, 12 + 21.6 * i, str(year))
        for row, unit in enumerate(first["unit"]):
            rank = ranks.get((unit, year))
            _beside(ax, row, 12 + 21.6 * i, "–" if rank is None or pd.isna(rank) else str(int(rank)))
    if len(first) and years:
        _beside(ax, -1.05, 12 + 21.6 * (len(years) - 1) / 2, scene.style.word("rank in"), up=9)


def _beside(ax: Axes, row: float, right: float, text: str, up: float = 0) -> None:
    """Write to the right of the axes in a row, some points away."""
    ax.annotate(
        text, (1, row), xytext=(right, up), xycoords=ax.get_yaxis_transform(), textcoords="offset points", ha="center",
        va="center", fontsize=SMALL, annotation_clip=False,
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
