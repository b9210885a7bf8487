"""Keys below a figure: legends in as many columns as fit, and the bar of a classified map."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from matplotlib.legend import Legend
from matplotlib.patches import Patch, Polygon

from ecocomp.outputs.figures.colours import EDGE, HATCH, HATCHING, INK, STIPPLE, stipple_on
from ecocomp.outputs.figures.page import Page, text_width, wrapped
from ecocomp.outputs.figures.scales import Classes, number
from ecocomp.outputs.figures.scene import Scene

__all__ = ["BAR", "class_bar", "grey_patches", "key_below", "key_height", "patch"]

BAR = 0.9
"""Height of the bar of a classified map at the type of the screen [inches]."""
SWATCH, BETWEEN = 1.6, 1.6
"""Length of a swatch and room between columns [sizes of type]."""


def patch(colour: str, text: str, hatch: str = "", edge: str = EDGE) -> Patch:
    """Return a swatch for a legend."""
    return Patch(facecolor=colour, edgecolor=edge, hatch=hatch, linewidth=0.4, label=text)


def grey_patches(scene: Scene, *, missing: bool) -> list[Patch]:
    """Return the swatches of what has no value: missing units, and polygons that the table lacks."""
    style, palette = scene.style, scene.palette
    found = [patch(palette.missing, style.word("missing"), HATCH, HATCHING)] if missing else []
    return found + ([patch(palette.backdrop, style.word("backdrop"))] if scene.ground.backdrop else [])


def key_below(
    sheet: Page, scene: Scene, handles: Sequence[Any], labels: Sequence[str], height: float = 0.07, middle: float = 0.5,
    **options: Any,
) -> Legend:  # fmt: skip
    """Draw a legend across the foot of a page, in as many columns as fit.

    Parameters
    ----------
    sheet, scene
        The page, and what is drawn.
    handles, labels
        Of the legend.
    height
        Of its lower edge above the foot [inches].
    middle
        Where its middle lies [part of the page's width].
    options
        For Matplotlib.
    """
    columns = _columns(scene, labels, options.get("handlelength", SWATCH))
    defaults = {"handlelength": SWATCH, "handleheight": 1.1, "columnspacing": BETWEEN, "borderpad": 0,
                "borderaxespad": 0, "fontsize": scene.design.small}  # fmt: skip
    return sheet.figure.legend(
        handles, labels, loc="lower center", bbox_to_anchor=(middle, sheet.above(height)), ncols=columns,
        **(defaults | options),
    )  # fmt: skip


def key_height(scene: Scene, labels: Sequence[str], handlelength: float = SWATCH) -> float:
    """Return how high a legend of :func:`key_below` is [inches]."""
    rows = -(-len(labels) // _columns(scene, labels, handlelength))
    return rows * 1.62 * scene.design.small / 72


def _columns(scene: Scene, labels: Sequence[str], handlelength: float) -> int:
    """Return in how many columns labels fit on a page, in rows of about the same length."""
    em = scene.design.small / 72
    widths = [text_width(text, scene.design.small, scene.style) + (handlelength + 0.9) * em for text in labels]
    room = scene.design.width - 0.15
    fitting = next((n for n in range(len(labels), 1, -1) if _width_of(widths, n, BETWEEN * em) <= room), 1)
    return -(-len(labels) // -(-len(labels) // fitting))


def _width_of(widths: Sequence[float], columns: int, gap: float) -> float:
    """Return how wide a legend is in some columns, which Matplotlib fills one after the other."""
    rows, longer = divmod(len(widths), columns)
    ends = [i * rows + min(i, longer) for i in range(columns + 1)]
    longest = [max(widths[a:b]) for a, b in pairwise(ends)]
    return sum(longest) + gap * (columns - 1)


def class_bar(
    sheet: Page,
    scene: Scene,
    classes: Classes,
    title: str,
    *,
    missing: bool,
    sides: tuple[str, str] = ("recipients", "payers"),
) -> None:
    """Draw the key of a classified map across the foot of a page: the classes with their breaks, and the greys.

    ``sides`` are the words for what lies below and above zero.
    """
    style, scale, small = scene.style, scene.design.scale, scene.design.small
    greys = grey_patches(scene, missing=missing)
    beside = 0.3 + max((text_width(str(g.get_label()), small, style) for g in greys), default=-0.3)
    count = len(classes.colours)
    each = min(0.46 * scale, (sheet.width - 0.2 - beside) / count)
    left = max(0.1, (sheet.width - count * each - beside) / 2)
    ax = sheet.axes(left, 0.2 * scale, count * each, 0.5 * scale)
    ax.set_xlim(0, count)
    ax.set_ylim(-0.75, 1.75)
    ax.set_axis_off()
    for i, colour in enumerate(classes.colours):
        low = i < classes.negative
        ax.add_patch(_class_shape(i, count, classes, facecolor=colour, edgecolor=INK, linewidth=0.4))
        if low:
            ax.add_patch(_class_shape(i, count, classes, facecolor="none", edgecolor=stipple_on(colour), linewidth=0,
                                      hatch=STIPPLE))  # fmt: skip
    first = 0 if classes.negative == 0 else 1
    for i, value in enumerate(classes.breaks):
        ax.text(i + first, -0.12, number(value), ha="center", va="top", fontsize=small)
    middle = _kept_within(classes.negative, count, [text_width(style.word(s), small, style) / each for s in sides])
    if classes.negative:
        ax.text(middle - 0.1, 1.12, style.word(sides[0]), ha="right", va="bottom", fontsize=small)
    if classes.negative < count:
        ax.text(middle + 0.1, 1.12, style.word(sides[1]), ha="left", va="bottom", fontsize=small)
    lines = "\n".join(wrapped(title, sheet.width - 0.1, scene.design.text, style))
    at = (sheet.width / 2 - left) / each  # in the middle of the page
    ax.text(at if len(lines) > 40 else count / 2, -0.95, lines, ha="center", va="top", fontsize=scene.design.text)
    if greys:
        ax.legend(handles=greys, loc="center left", bbox_to_anchor=(1 + 0.06 / (count * each), 0.42), handlelength=1.4,
                  handleheight=1.1, borderpad=0, borderaxespad=0)  # fmt: skip


def _kept_within(middle: float, count: int, words: Sequence[float]) -> float:
    """Return where the words for the two sides meet, so that neither leaves the bar [classes]."""
    return float(min(max(middle, min(words[0], count / 2)), max(count - words[1], count / 2)))


def _class_shape(i: int, count: int, classes: Classes, **look: Any) -> Polygon:
    """Return one class of the bar; the open classes at the ends are pointed."""
    left = 0.5 if i == 0 and classes.negative else 0.0
    right = 0.5 if i == count - 1 and classes.negative < count else 0.0
    corners = [(i + left, 0.0), (i + 1 - right, 0.0), (i + 1, 0.5), (i + 1 - right, 1.0), (i + left, 1.0), (i, 0.5)]
    return Polygon(corners, closed=True, **look)
