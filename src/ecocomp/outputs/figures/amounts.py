"""Figure of the compensation amounts: a map a year on one classification."""

from __future__ import annotations

import math

from matplotlib.figure import Figure

from ecocomp.language.measures import Measure
from ecocomp.outputs.figures.accounts import draw_classified
from ecocomp.outputs.figures.captions import caption, notional, when_shown
from ecocomp.outputs.figures.keys import BAR, class_bar
from ecocomp.outputs.figures.maps import columns_for, draw_furniture, draw_insets, map_panels
from ecocomp.outputs.figures.scales import Classes, classes_of, money_scale
from ecocomp.outputs.figures.scene import Scene

__all__ = ["amount_classes", "draw"]


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption."""
    measure, classes = amount_classes(scene)
    columns, scale = columns_for(scene, len(scene.shown)), scene.design.scale
    panels = map_panels(scene, math.ceil(len(scene.shown) / columns), columns, BAR * scale, 0.26 * scale)
    axes = [ax for row in panels.maps for ax in row]
    missing = False
    for ax, year in zip(axes, scene.shown, strict=False):
        values = scene.of_year(year)["amount"].to_numpy(dtype=float) / measure.size
        missing |= draw_classified(ax, scene, values, classes)
        ax.set_title(str(year), fontsize=scene.design.text + 1, pad=3)
    for ax in axes[len(scene.shown) :]:
        ax.set_axis_off()
    draw_furniture(axes[0], scene.ground, scene.design.small)
    draw_insets(axes[: len(scene.shown)], scene.ground)
    class_bar(panels.page, scene, classes, _title(scene, measure), missing=missing)
    return panels.page.figure, caption(
        scene,
        scene.language.say(
            "Compensation amount of each unit {when}; positive: payable by the unit; negative (stippled): receivable "
            "by it.",
            when=when_shown(scene),
        ),
        notional(scene),
    )


def amount_classes(scene: Scene) -> tuple[Measure, Classes]:
    """Return the unit of the amounts and the classes that every map of amounts has, whatever it says of them."""
    amounts = scene.pooled("amount")
    measure = money_scale(amounts, scene.style)
    return measure, classes_of(amounts / measure.size, scene.palette)


def _title(scene: Scene, measure: Measure) -> str:
    """Return the title of the key: the amount with its unit of money, notional where accounts are at mean size."""
    style = scene.style
    return style.label("amount", f"{measure.label}, {style.word('notional')}" if scene.notional else measure.label)
