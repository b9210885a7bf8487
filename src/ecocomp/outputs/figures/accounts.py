"""Figure of the accounts before and after revision, as small multiples on one common classification."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ecocomp.outputs.figures.captions import caption, when_shown
from ecocomp.outputs.figures.colours import STIPPLE
from ecocomp.outputs.figures.keys import BAR, class_bar
from ecocomp.outputs.figures.maps import draw_base, draw_furniture, draw_insets, fill, map_panels
from ecocomp.outputs.figures.page import wrapped
from ecocomp.outputs.figures.scales import Classes, classes_of
from ecocomp.outputs.figures.scene import Scene

__all__ = ["draw", "draw_classified"]


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: rows before and after revision, a column a year; turned on narrow pages."""
    style, design, years, scale = scene.style, scene.design, scene.shown, scene.design.scale
    size = style.measure("Mt CO2").size
    classes = classes_of(scene.pooled("account", "revised") / size, scene.palette)
    unit = scene.result.manifest["revised_unit"]
    kinds = [(column, f"({letter}) {style.label(column, style.measure(measure).label)}")
             for letter, column, measure in (("a", "account", "Mt CO2"), ("b", "revised", unit))]  # fmt: skip
    turned = design.narrow or len(years) == 1
    rows, columns = (len(years), 2) if turned else (2, len(years))
    titled = {
        name: wrapped(label, (design.width - 0.25 * scale) / 2 - 0.1, design.text, style) if turned else [label]
        for name, label in kinds
    }
    lines = max(map(len, titled.values()))
    top = 0.15 * scale * lines + 0.05 if turned else 0.0
    head = 0.08 if turned else 0.26 * scale
    margin = 0.0 if len(years) == 1 else (0.25 if turned else 0.4) * scale
    panels = map_panels(scene, rows, columns, BAR * scale, head, margin, top)
    missing = False
    for k, (column, label) in enumerate(kinds):
        for i, year in enumerate(years):
            ax = panels.maps[i][k] if turned else panels.maps[k][i]
            missing |= draw_classified(ax, scene, scene.of_year(year)[column].to_numpy(dtype=float) / size, classes)
            if len(years) == 1:
                ax.set_title(
                    "\n".join([*titled[column][:-1], f"{titled[column][-1]}, {year}"]), fontsize=design.text, pad=3
                )
            elif turned:
                _head(ax, scene, "\n".join(titled[column]) if i == 0 else "", str(year) if k == 0 else "")
            else:
                tall = ax.get_window_extent().height / ax.figure.dpi + 0.2 * scale
                beside = "\n".join(wrapped(label, tall, design.text, style))
                _head(ax, scene, str(year) if k == 0 else "", beside if i == 0 else "")
    draw_furniture(panels.maps[0][0], scene.ground, scene.design.small)
    draw_insets([ax for row in panels.maps for ax in row], scene.ground)
    note = f" ({style.word('at mean size')})" if "mean size" in unit else ""
    title = style.label("account", style.measure("Mt CO2").label) + note
    class_bar(panels.page, scene, classes, title, missing=missing)
    return panels.page.figure, _caption(scene, unit)


def _head(ax: Axes, scene: Scene, above: str, beside: str) -> None:
    """Write above a map, and upright to its left."""
    ax.set_title(above, fontsize=scene.design.text, pad=3)
    if beside:
        ax.text(-0.04, 0.5, beside, rotation=90, ha="right", va="center", transform=ax.transAxes,
                fontsize=scene.design.text)  # fmt: skip


def draw_classified(
    ax: Axes, scene: Scene, values: NDArray[np.float64], classes: Classes, hatches: NDArray[np.str_] | None = None
) -> bool:
    """Draw one classified map of values in the order of the map; return whether any is missing.

    ``hatches`` are drawn over units beside the stipples of those below zero.
    """
    missing = ~np.isfinite(values)
    stipples = np.where(classes.class_of(values) < classes.negative, STIPPLE, "")
    drawn = stipples if hatches is None else np.char.add(stipples, hatches)
    draw_base(ax, scene.ground, scene.palette)
    fill(ax, scene.ground, classes.colour_of(values), missing, drawn, scene.palette)
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
