"""Scales of the figures: which years, which unit of money, which round numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecocomp.language.measures import Measure
from ecocomp.outputs.figures.colours import COLOUR, Palette, shades
from ecocomp.outputs.figures.fonts import LabelStyle

__all__ = ["MAXIMUM_YEARS", "Classes", "classes_of", "money_scale", "nice_below", "number", "spaced"]

MAXIMUM_YEARS = 6
"""Panels that still can be read on a page."""

_STEPS = np.array([1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0])

_SHARES = {5: (0.25, 0.5, 0.75, 0.93), 3: (0.4, 0.8)}
"""Shares of the units below each break, by the number of classes: the last class is for the few large ones."""


@dataclass(frozen=True)
class Classes:
    """A classification with a break at zero: inner ``breaks``, one colour a class, and how many lie below zero."""

    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    negative: int

    def colour_of(self, values: NDArray[np.float64]) -> NDArray[np.str_]:
        """Return the colour of each value; missing ones get any."""
        return np.array(self.colours)[self.class_of(values)]

    def class_of(self, values: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return the class of each value, 0 the lowest; zero itself is in the lowest class of the payers."""
        inner = np.array(self.breaks)
        if self.negative == 0 and inner.size:  # zero is the left end, not a break between two classes
            inner = inner[1:]
        if self.negative == len(self.colours):
            inner = inner[:-1]
        found = np.searchsorted(inner, np.nan_to_num(values), side="right")
        return np.asarray(np.minimum(found, len(self.colours) - 1))


def classes_of(values: NDArray[np.float64], palette: Palette = COLOUR) -> Classes:
    """Return classes with round breaks near the quantiles of each side of zero; zero is always a break.

    Parameters
    ----------
    values
        Everything that is to be shown on the one scale; missing ones are left out.
    palette
        That the classes take their colours from; the breaks do not hang on it.
    """
    known = values[np.isfinite(values)]
    payers, recipients = known[known > 0], -known[known < 0]
    few = 0.25 * known.size
    upper = _breaks(payers, 5 if payers.size > few else 3)
    lower = _breaks(recipients, 5 if recipients.size > few else 3)
    n_upper = len(upper) + 1 if payers.size or not recipients.size else 0
    n_lower = len(lower) + 1 if recipients.size else 0
    colours = [
        *reversed(shades(palette.cool, n_lower) if n_lower else []),
        *(shades(palette.warm, n_upper) if n_upper else []),
    ]
    return Classes((*(-b for b in reversed(lower)), 0.0, *upper), tuple(colours), n_lower)


def _breaks(positive: NDArray[np.float64], count: int) -> list[float]:
    """Return up to ``count`` - 1 round breaks inside the range of some positive values."""
    if positive.size == 0:
        return []
    quantiles = np.quantile(positive, _SHARES[count])
    rounded = sorted({_nearest_nice(q) for q in quantiles})
    return [b for b in rounded if positive.min() < b < positive.max()]


def _nearest_nice(value: float) -> float:
    scale = 10.0 ** math.floor(math.log10(value))
    step = _STEPS[np.argmin(np.abs(_STEPS - value / scale))]
    return float(f"{step * scale:.6g}")


def nice_below(value: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not above a positive value.

    Raises
    ------
    ValueError
        If the value is not positive and finite.
    """
    if not 0 < value < math.inf:
        raise ValueError(f"no round number is below {value}: it must be positive and finite")
    scale = 10.0 ** math.floor(math.log10(value))
    return float(max(s for s in (1, 2, 5) if s * scale <= value * (1 + 1e-9)) * scale)


def money_scale(values: NDArray[np.float64], style: LabelStyle) -> Measure:
    """Return the unit of money in which some amounts read well, in the language of the figures."""
    known = np.abs(values[np.isfinite(values)])
    return style.measure("CNY", float(known.max()) if known.size else 0.0)


def spaced(items: Sequence[int], count: int = MAXIMUM_YEARS) -> list[int]:
    """Return at most ``count`` of some items, evenly spaced, with the first and the last."""
    if len(items) <= count:
        return list(items)
    return [items[i] for i in np.linspace(0, len(items) - 1, count).round().astype(int)]


def number(value: float) -> str:
    """Return a number as a legend prints it, with a true minus sign."""
    return f"{value:,.6g}".replace("-", "−")
