"""Figure of how sure the amounts are: maps whose colour is the median amount and whose saturation is the certainty."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from numpy.typing import NDArray

from ecocomp.outputs.figures.captions import caption, notional, when_shown
from ecocomp.outputs.figures.colours import COOL, WARM
from ecocomp.outputs.figures.maps import class_bar, draw_base, draw_furniture, fill, map_panels, patch
from ecocomp.outputs.figures.page import SMALL, TEXT
from ecocomp.outputs.figures.scales import Classes, classes_of, money_scale
from ecocomp.outputs.figures.scene import Scene

__all__ = ["certainty_of", "draw", "faded"]

KEPT = (1.0, 0.45, 0.0)
"""Saturation that is left of a colour: of a robust unit, of a likely one, of one whose side is open."""
LIKELY = 0.8


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: a map a year on one classification."""
    frame = scene.result.uncertainty
    shown = frame.loc[frame["year"].isin(scene.shown), "amount_median"].to_numpy(dtype=float)
    divisor, unit = money_scale(shown)
    classes = classes_of(shown / divisor)
    columns = min(3, len(scene.shown))
    panels = map_panels(scene, math.ceil(len(scene.shown) / columns), columns, key=1.3)
    axes = [ax for row in panels.maps for ax in row]
    missing = False
    for ax, year in zip(axes, scene.shown, strict=False):
        missing |= _draw_year(ax, scene, year, classes, divisor)
        ax.set_title(str(year), fontsize=TEXT + 1, pad=3)
    for ax in axes[len(scene.shown) :]:
        ax.set_axis_off()
    draw_furniture(axes[0], scene.ground)
    note = f" ({scene.style.word('notional')})" if scene.notional else ""
    class_bar(panels.page, scene, classes, scene.style.label("amount_median", scene.style.word(unit)) + note,
              missing=missing)  # fmt: skip
    _certainty_key(panels.page.figure, scene, (panels.page.foot + 1.0) / (panels.page.height + panels.page.foot))
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
    frame = scene.result.uncertainty
    of_year = frame[frame["year"] == year].set_index("unit").reindex(scene.ground.units)
    values = of_year["amount_median"].to_numpy(dtype=float) / divisor
    likely = of_year[["probability_paying", "probability_receiving"]].max(axis=1).to_numpy(dtype=float)
    certainty = certainty_of(np.nan_to_num(likely), scene.robust)
    colours = [faded(str(c), KEPT[i]) for c, i in zip(classes.colour_of(values), certainty, strict=True)]
    missing = ~np.isfinite(values)
    draw_base(ax, scene.ground)
    fill(ax, scene.ground, np.array(colours), missing, classes.class_of(values) < classes.negative)
    return bool(missing.any())


def _certainty_key(figure: Figure, scene: Scene, height: float) -> None:
    """Draw a swatch of either side for every step of certainty."""
    robust, likely = f"{scene.robust:g}", f"{min(LIKELY, scene.robust):g}"
    words = [scene.style.word("robust").format(robust), scene.style.word("likely").format(likely, robust),
             scene.style.word("open").format(likely)]  # fmt: skip
    handles: list[Any] = [(patch(faded(COOL[3], kept), ""), patch(faded(WARM[3], kept), "")) for kept in KEPT]
    figure.legend(
        handles, words, handler_map={tuple: HandlerTuple(ndivide=None, pad=0.0)}, loc="lower center",
        bbox_to_anchor=(0.5, height), ncols=3, handlelength=2.6, handleheight=1.1, columnspacing=1.6, borderpad=0,
        borderaxespad=0, fontsize=SMALL,
    )  # fmt: skip


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
