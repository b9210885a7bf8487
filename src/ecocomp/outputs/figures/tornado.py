"""Figure of a sensitivity: how far a number of the result moves when one input alone is uncertain (a tornado)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ecocomp.issues import UsageError
from ecocomp.outputs.figures.colours import COLOUR, INK
from ecocomp.outputs.figures.designs import SCREEN
from ecocomp.outputs.figures.fonts import LabelStyle, style_for
from ecocomp.outputs.figures.page import lettering, page, save
from ecocomp.outputs.figures.scales import money_scale, number
from ecocomp.variables import variable

__all__ = ["require_png", "write_tornado"]

WIDTH, LEFT, RIGHT = 5.2, 1.35, 1.0
ROW = 0.3
"""Height of a bar [inches]."""


def write_tornado(
    table: pd.DataFrame, path: Path, asked: Literal["auto", "zh", "en"], names: Iterable[str], currency: str = "CNY"
) -> Path:
    """Draw a sensitivity as png, and as svg beside it.

    Parameters
    ----------
    table
        As :func:`ecocomp.uncertainty.sensitivity` returns it.
    path
        Of the png; its folder must exist.
    asked
        Language, as in [study].
    names
        Names of the study's units, which tell the language for ``auto``.
    currency
        Of the study.

    Returns
    -------
    Path
        Of the png.

    Raises
    ------
    UsageError
        As :func:`require_png`.
    """
    require_png(path)
    of = str(table["of"].iloc[0])
    style = style_for(asked, [*names, of], currency)
    with lettering(style):
        sheet = page(WIDTH, 0.85 + ROW * len(table), style, None)
        ax = sheet.axes(LEFT, 0.55, WIDTH - LEFT - RIGHT, ROW * len(table))
        _draw(ax, table, style)
        return save(sheet.figure, path.parent, path.stem)


def require_png(path: Path) -> None:
    """Refuse a file that a figure cannot be written to, before anything long begins.

    Raises
    ------
    UsageError
        If it does not end in .png or its folder is not there.
    """
    if path.suffix.lower() != ".png":
        raise UsageError(f"{path}: the figure is written as png, with the svg beside it; give a name that ends in .png")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}; make it first")


def _draw(ax: Axes, table: pd.DataFrame, style: LabelStyle) -> None:
    """Draw a bar an input, the widest on top, in one colour on either side of the plain value."""
    name, _, unit = str(table["of"].iloc[0]).partition(":")
    ordered = table.assign(width=table["alone_high"] - table["alone_low"]).sort_values("width", ascending=False)
    usual = style.measure(variable(name).unit)
    divisor, measure = usual.size, usual.label
    if variable(name).unit == "CNY":
        money = money_scale(ordered[["plain", "alone_low", "alone_high"]].to_numpy(dtype=float).ravel(), style)
        divisor, measure = money.size, money.label
    low, high, plain = (ordered[column] / divisor for column in ("alone_low", "alone_high", "plain"))
    places, middle = np.arange(len(ordered)), float(plain.iloc[0])
    for start, stop, colour in (
        (low, high.clip(upper=middle), COLOUR.receipts),
        (low.clip(lower=middle), high, COLOUR.payments),
    ):
        ax.barh(places, (stop - start).clip(lower=0), left=start, height=0.6, color=colour, lw=0)
    ax.axvline(middle, color=INK, lw=0.8)
    ax.set_yticks(places, [_input(text, style) for text in ordered["input"]])
    ax.set_ylim(len(ordered) - 0.4, -0.6)
    ax.use_sticky_edges = False
    ax.margins(x=0.06)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color="#d9d9d9", lw=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.locator_params(axis="x", nbins=6)
    of_unit = f" – {style.text(unit.strip())}" if unit else ""
    ax.set_xlabel(f"{style.label(name, measure)}{of_unit}, {ordered['year'].iloc[0]}", labelpad=3)
    ax.set_title(f"{style.word('one alone')}; {style.word('plain')} {number(float(f'{middle:.4g}'))}",
                 fontsize=SCREEN.small, loc="left", x=-LEFT / (WIDTH - LEFT - RIGHT) + 0.03, pad=9)  # fmt: skip
    _beside(ax, -0.85, style.label("sobol_total"))
    for place, total in zip(places, ordered["sobol_total"], strict=True):
        _beside(ax, float(place), f"{total:.2f}".replace("-", "−"))


def _beside(ax: Axes, row: float, text: str) -> None:
    """Write to the right of the axes in a row."""
    ax.annotate(
        text, (1, row), xytext=(8, 0), xycoords=ax.get_yaxis_transform(), textcoords="offset points", va="center",
        fontsize=SCREEN.small, annotation_clip=False,
    )  # fmt: skip


def _input(text: str, style: LabelStyle) -> str:
    """Return an input's label without its unit: its percent changes are what counts."""
    return style.word(text) if text in ("revision", "weights") else style.label(text).split(" [")[0]
