"""Figure of the accounts before and after revision, as small multiples on one common classification."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ecocomp.outputs.figures.captions import caption, when_shown
from ecocomp.outputs.figures.maps import class_bar, draw_base, draw_furniture, fill, map_panels
from ecocomp.outputs.figures.page import TEXT
from ecocomp.outputs.figures.scales import Classes, classes_of
from ecocomp.outputs.figures.scene import Scene

__all__ = ["draw", "draw_classified"]


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: a row before and a row after revision, a column a year."""
    classes = classes_of(scene.pooled("account", "revised"))
    one = len(scene.shown) == 1
    panels = map_panels(scene, *((1, 2) if one else (2, len(scene.shown))), key=0.9)
    unit = scene.result.manifest["revised_unit"]
    missing = False
    for row, (column, measure) in enumerate((("account", "Mt CO2"), ("revised", unit))):
        for i, year in enumerate(scene.shown):
            ax = panels.maps[0][row] if one else panels.maps[row][i]
            missing |= draw_classified(ax, scene, scene.of_year(year)[column].to_numpy(dtype=float), classes)
            label = scene.style.label(column, measure)
            if one:
                ax.set_title(f"({'ab'[row]}) {label}, {year}", fontsize=TEXT, pad=3)
                continue
            ax.set_title(str(year) if row == 0 else "", fontsize=TEXT + 1, pad=3)
            if i == 0:
                ax.text(-0.05, 0.5, f"({'ab'[row]}) {label}", rotation=90, ha="right", va="center",
                        transform=ax.transAxes, fontsize=TEXT)  # fmt: skip
    draw_furniture(panels.maps[0][0], scene.ground)
    note = f" ({scene.style.word('at mean size')})" if "mean size" in unit else ""
    class_bar(panels.page, scene, classes, scene.style.label("account", "Mt CO2") + note, missing=missing)
    return panels.page.figure, _caption(scene, unit)


def draw_classified(ax: Axes, scene: Scene, values: NDArray[np.float64], classes: Classes) -> bool:
    """Draw one classified map of values in the order of the map; return whether any is missing."""
    missing = ~np.isfinite(values)
    draw_base(ax, scene.ground)
    fill(ax, scene.ground, classes.colour_of(values), missing, classes.class_of(values) < classes.negative)
    return bool(missing.any())


def _caption(scene: Scene, unit: str) -> str:
    language = scene.language
    what = (
        language.say(
            "Carbon account (emissions minus sequestration) of each unit {when}, (a) before revision and (b) after "
            "revision, at the region's mean size, on one classification with a break at zero.",
            when=when_shown(scene),
        )
        if "mean size" in unit
        else language.say(
            "Carbon account (emissions minus sequestration) of each unit {when}, (a) before and (b) after revision, on "
            "one classification with a break at zero.",
            when=when_shown(scene),
        )
    )
    return caption(scene, what, language.say("Positive: the unit pays; negative (stippled): it receives."))
