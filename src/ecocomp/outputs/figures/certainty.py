"""Figure of how sure the amounts are: maps whose colour is the median amount and whose saturation is the certainty."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from numpy.typing import NDArray

from ecocomp.outputs.figures.amounts import amount_classes
from ecocomp.outputs.figures.captions import caption, notional, when_shown
from ecocomp.outputs.figures.colours import STIPPLE, stipple_on
from ecocomp.outputs.figures.keys import BAR, class_bar, key_below, key_height, patch
from ecocomp.outputs.figures.maps import columns_for, draw_base, draw_furniture, draw_insets, fill, map_panels
from ecocomp.outputs.figures.scales import Classes
from ecocomp.outputs.figures.scene import Scene

__all__ = ["certainty_of", "draw", "faded"]

LIKELY = 0.8
SWATCHES = 2.6
"""Length of the two swatches of a step [sizes of type]."""


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: a map a year, in the classes of the amounts."""
    style, scale = scene.style, scene.design.scale
    measure, classes = amount_classes(scene)
    words = _steps(scene)
    columns = columns_for(scene, len(scene.shown))
    key = BAR * scale
    panels = map_panels(scene, math.ceil(len(scene.shown) / columns), columns,
                        key + key_height(scene, words, SWATCHES) + 0.12, 0.26 * scale)  # fmt: skip
    axes = [ax for row in panels.maps for ax in row]
    missing = False
    for ax, year in zip(axes, scene.shown, strict=False):
        missing |= _draw_year(ax, scene, year, classes, measure.size)
        ax.set_title(str(year), fontsize=scene.design.text + 1, pad=3)
    for ax in axes[len(scene.shown) :]:
        ax.set_axis_off()
    draw_furniture(axes[0], scene.ground, scene.design.small)
    draw_insets(axes[: len(scene.shown)], scene.ground)
    note = f" ({style.word('notional')})" if scene.notional else ""
    class_bar(panels.page, scene, classes, style.label("amount_median", measure.label) + note, missing=missing)
    key_below(panels.page, scene, _swatches(scene), words, key, handlelength=SWATCHES,
              handler_map={tuple: HandlerTuple(ndivide=None, pad=0.0)})  # fmt: skip
    return panels.page.figure, _caption(scene)


def certainty_of(probability: NDArray[np.float64], robust: float) -> NDArray[np.intp]:
    """Return 0 for units that are robust, 1 for likely ones, 2 for those whose side is open.

    Parameters
    ----------
    probability
        The larger of the probabilities of paying and of receiving (unit) [1].
    robust
        Level of the study [1].
    """
    return np.asarray(np.where(probability >= robust, 0, np.where(probability >= min(LIKELY, robust), 1, 2)))


def faded(colour: str, kept: float) -> str:
    """Return a colour with part of its saturation, as light as before: 0 leaves grey."""
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)
    grey = parts @ [0.299, 0.587, 0.114]
    red, green, blue = np.rint(grey + kept * (parts - grey)).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _draw_year(ax: Axes, scene: Scene, year: int, classes: Classes, divisor: float) -> bool:
    frame, palette = scene.result.uncertainty, scene.palette
    of_year = frame[frame["year"] == year].set_index("unit").reindex(scene.ground.units)
    values = of_year["amount_median"].to_numpy(dtype=float) / divisor
    likely = of_year[["probability_paying", "probability_receiving"]].max(axis=1).to_numpy(dtype=float)
    certainty = certainty_of(np.nan_to_num(likely), scene.robust)
    colours = [faded(str(c), palette.certain[i]) for c, i in zip(classes.colour_of(values), certainty, strict=True)]
    stipples = np.where(classes.class_of(values) < classes.negative, STIPPLE, "")
    hatches = np.char.add(stipples, np.array(palette.uncertain)[certainty])
    missing = ~np.isfinite(values)
    draw_base(ax, scene.ground, palette)
    fill(ax, scene.ground, np.array(colours), missing, hatches, palette)
    return bool(missing.any())


def _steps(scene: Scene) -> list[str]:
    """Return the words for the steps of certainty."""
    robust, likely = f"{scene.robust:g}", f"{min(LIKELY, scene.robust):g}"
    word = scene.style.word
    return [word("robust").format(robust), word("likely").format(likely, robust), word("open").format(likely)]


def _swatches(scene: Scene) -> list[Any]:
    """Return a swatch of either side for every step of certainty."""
    palette = scene.palette
    sides = [(faded(palette.receipts, k), faded(palette.payments, k)) for k in palette.certain]
    return [
        tuple(patch(colour, "", hatch, stipple_on(colour)) for colour in pair)
        for pair, hatch in zip(sides, palette.uncertain, strict=True)
    ]


def _caption(scene: Scene) -> str:
    language = scene.language
    draws = int(scene.result.uncertainty_regional["draws"].iloc[0])
    return caption(
        scene,
        language.say(
            "Median of the compensation amount over {draws} draws {when}; full colour: the unit pays, or receives, in "
            "at least {robust} of the draws; grey: its side is open.",
            draws=f"{draws:,}", when=when_shown(scene), robust=f"{scene.robust:.3g}",
        ),
        language.say("Positive: payable by the unit; negative (stippled): receivable by it."),
        notional(scene),
    )  # fmt: skip
