"""Figure of the compensation amounts: a map a year on one classification."""

from __future__ import annotations

import math

from matplotlib.figure import Figure

from ecocomp.outputs.figures.accounts import draw_classified
from ecocomp.outputs.figures.captions import caption, notional, when_shown
from ecocomp.outputs.figures.maps import class_bar, draw_furniture, map_panels
from ecocomp.outputs.figures.page import TEXT
from ecocomp.outputs.figures.scales import classes_of, money_scale
from ecocomp.outputs.figures.scene import Scene

__all__ = ["draw"]


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption."""
    divisor, unit = money_scale(scene.pooled("amount"))
    classes = classes_of(scene.pooled("amount") / divisor)
    columns = min(3, len(scene.shown))
    panels = map_panels(scene, math.ceil(len(scene.shown) / columns), columns, key=0.9)
    axes = [ax for row in panels.maps for ax in row]
    missing = False
    for ax, year in zip(axes, scene.shown, strict=False):
        values = scene.of_year(year)["amount"].to_numpy(dtype=float) / divisor
        missing |= draw_classified(ax, scene, values, classes)
        ax.set_title(str(year), fontsize=TEXT + 1, pad=3)
    for ax in axes[len(scene.shown) :]:
        ax.set_axis_off()
    draw_furniture(axes[0], scene.ground)
    class_bar(panels.page, scene, classes, _title(scene, unit), missing=missing)
    return panels.page.figure, caption(
        scene,
        scene.language.say(
            "Compensation amount of each unit {when}; positive: payable by the unit; negative (stippled): receivable "
            "by it.",
            when=when_shown(scene),
        ),
        notional(scene),
    )


def _title(scene: Scene, unit: str) -> str:
    """Return the title of the key: the amount with its unit of money, notional where accounts are at mean size."""
    measure = scene.style.word(unit)
    return scene.style.label("amount", f"{measure}, {scene.style.word('notional')}" if scene.notional else measure)
