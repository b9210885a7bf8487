"""Figure of the outlook: emissions, sequestration and account of the region, in the data and projected."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ecocomp.language import Language
from ecocomp.outlook import BASELINE, OBSERVED, TREND
from ecocomp.outputs.figures.captions import caption
from ecocomp.outputs.figures.colours import INK
from ecocomp.outputs.figures.keys import key_below, key_height
from ecocomp.outputs.figures.page import page
from ecocomp.outputs.figures.scene import Scene, shortened

__all__ = ["draw"]

MARKERS = {BASELINE: "o", "stirpat": "s", "gm11": "^"}
LINE = 2.2
"""Length of a line in the key [sizes of type]."""
DASHES: tuple[tuple[float, ...], ...] = ((4, 1.5), (1.2, 1.2), (5, 1.5, 1.2, 1.5), (2.5, 1), (8, 2))
SERIES = ("emissions", "sequestration", "account")


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: a panel a quantity."""
    region = scene.result.outlook[scene.result.outlook["level"] == "region"]
    entries = region.loc[region["method"] != OBSERVED, ["method", "scenario"]].drop_duplicates()
    style, design, scale = scene.style, scene.design, scene.design.scale
    words = [style.word("observed"), *(_label(scene, str(m), str(s)) for m, s in entries.to_numpy())]
    key = key_height(scene, words, LINE) + 0.36 * scale
    rows = len(SERIES) if design.narrow else 1
    left, between = 0.5 * scale, 0.4 * scale
    wide = (design.width - left - 0.1 + between) / (len(SERIES) // rows) - between
    tall = (1.35 if design.narrow else 2.25) * scale
    sheet = page(design.width, key + rows * (tall + 0.5 * scale) - 0.25 * scale, style, scene.notice)
    for i, series in enumerate(SERIES):
        row, column = divmod(i, len(SERIES) // rows)
        bottom = key + (rows - 1 - row) * (tall + 0.5 * scale)
        ax = sheet.axes(left + column * (wide + between), bottom, wide, tall)
        measure = style.measure("Mt CO2")
        _draw_series(ax, scene, region, series, measure.size)
        ax.set_title(f"({'abc'[i]}) {style.label(series, measure.label)}", fontsize=design.text, loc="left", pad=4)
        if i == 0:
            handles, labels = ax.get_legend_handles_labels()
    key_below(sheet, scene, handles, labels, handlelength=LINE)
    return sheet.figure, _caption(scene, region)


def _draw_series(ax: Axes, scene: Scene, region: pd.DataFrame, series: str, size: float) -> None:
    data = region[region["method"] == OBSERVED].sort_values("year")
    held = int(scene.result.outlook_tests["hold_out"].iloc[0])
    years = data["year"].to_numpy(dtype=float)
    ax.axvspan(years[-held] - 0.5, years[-1] + 0.5, color="#ececec", lw=0, zorder=0)
    ax.plot(
        years,
        data[series].to_numpy(dtype=float) / size,
        color=INK,
        lw=1.4,
        label=scene.style.word("observed"),
        zorder=4,
    )
    dashes = iter(DASHES * (1 + len(region)))
    for (method, scenario), part in region[region["method"] != OBSERVED].groupby(["method", "scenario"], sort=False):
        colour, path = scene.palette.methods[str(method)], part.sort_values("year")
        x = path["year"].to_numpy(dtype=float)
        own = scenario == TREND
        if own:
            low, high = (path[f"{series}_{end}"].to_numpy(dtype=float) / size for end in ("low", "high"))
            ax.fill_between(x, low, high, color=colour, alpha=0.14, lw=0)
        ax.plot(x, path[series].to_numpy(dtype=float) / size, color=colour, lw=1.3,
                ls="-" if own else (0, next(dashes)), marker=MARKERS[str(method)], ms=2.6,
                markevery=max(1, len(x) // 4), label=_label(scene, str(method), str(scenario)))  # fmt: skip
    if series == "account" and ax.get_ylim()[0] < 0 < ax.get_ylim()[1]:
        ax.axhline(0, color=INK, lw=0.5)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.spines[["top", "right"]].set_visible(False)


def _label(scene: Scene, method: str, scenario: str) -> str:
    name = scene.style.word(method)
    if method != "stirpat":
        return name
    told = scene.style.word("trend") if scenario == TREND else " ".join(scene.style.text(scenario).split())
    return f"{name}, {shortened(told, 24)}"


def _caption(scene: Scene, region: pd.DataFrame) -> str:
    language, tests = scene.language, scene.result.outlook_tests
    rows = tests[(tests["level"] == "region") & (tests["quantity"] == "emissions")]
    missed = [_missed(str(m), float(e), language) for m, e in zip(rows["method"], rows["mape"], strict=True)]
    return caption(
        scene,
        language.say(
            "Emissions, sequestration and account of the region to {year}, as sums of units; bands: 90 % intervals of "
            "the trend projections by residual bootstrap, without errors of the drivers or of the choice of method.",
            year=int(region["year"].max()),
        ),
        language.say(
            "Grey: years held out of the back-test; mean error of emissions on them: {errors}.",
            errors=language.listing(missed),
        ),
    )


def _missed(method: str, error: float, language: Language) -> str:
    """Return by how much a method missed emissions on the years held out."""
    percent = f"{100 * error:.1f}"
    return {
        BASELINE: language.say("the damped trend {percent} %", percent=percent),
        "stirpat": language.say("STIRPAT {percent} %", percent=percent),
        "gm11": language.say("GM(1,1) {percent} %", percent=percent),
    }[method]
