"""From counts of permutations to p, from p to the false-discovery rate, and the permutations that takes."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecocomp.study import Space

__all__ = [
    "Alternative",
    "Correction",
    "benjamini_hochberg",
    "directed_p",
    "enough_for_fdr",
    "permutations_for",
    "two_sided",
]

Alternative = Literal["two-sided", "directed"]
Correction = Literal["none", "fdr"]
DEFAULT_PERMUTATIONS = 99_999


def directed_p(at_least: NDArray[np.int64], at_most: NDArray[np.int64], permutations: int) -> NDArray[np.float64]:
    """Return (min(#≥, #≤) + 1) / (M + 1) [1], the convention of GeoDa and older PySAL.

    Source: Anselin (1995), Geographical Analysis 27, 93-115.
    """
    smaller: NDArray[np.float64] = (np.minimum(at_least, at_most) + 1) / (permutations + 1)
    return smaller


def two_sided(directed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the two-sided p from the directed one: min(1, 2 p) [1]."""
    return np.minimum(1.0, 2.0 * directed)


def benjamini_hochberg(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjust p-values for the false-discovery rate.

    p_(r) adjusted = min over s ≥ r of p_(s) · m / s, with m p-values sorted ascending.
    Source: Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57, 289-300.

    Parameters
    ----------
    p_values : ndarray
        p (unit) [1]; missing ones are outside the family.

    Returns
    -------
    ndarray
        Adjusted p (unit) [1], missing where p is.
    """
    adjusted = np.full(p_values.shape, np.nan)
    family = np.flatnonzero(~np.isnan(p_values))
    order = family[np.argsort(p_values[family], kind="stable")]
    scaled = p_values[order] * (family.size / np.arange(1, family.size + 1))
    adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return adjusted


def enough_for_fdr(permutations: int, units: int, alpha: float, alternative: Alternative) -> bool:
    """Tell whether the permutations resolve p finely enough to control the false-discovery rate.

    Parameters
    ----------
    permutations : int
        Number of permutations [1].
    units : int
        Number of units tested [1].
    alpha : float
        Level [1].
    alternative : {"two-sided", "directed"}
        How p is formed.

    Returns
    -------
    bool
        True from 20 · units / alpha permutations (10 · units / alpha for directed p): the smallest p is then
        a tenth of the smallest Benjamini-Hochberg threshold.
    """
    return permutations >= _needed_for_fdr(units, alpha, alternative)


def permutations_for(settings: Space, units: int) -> int:
    """Return the number of permutations of a study.

    Parameters
    ----------
    settings : ecocomp.study.Space
        The section ``[space]``: ``permutations``, ``correction``, ``alpha``, ``alternative``.
    units : int
        Number of units [1].

    Returns
    -------
    int
        The number stated; else 99,999, or more where the correction needs it (:func:`enough_for_fdr`) [1].
    """
    if settings.permutations is not None:
        return settings.permutations
    if settings.correction == "fdr":
        return max(DEFAULT_PERMUTATIONS, _needed_for_fdr(units, settings.alpha, settings.alternative))
    return DEFAULT_PERMUTATIONS


def _needed_for_fdr(units: int, alpha: float, alternative: Alternative) -> int:
    return math.ceil((20 if alternative == "two-sided" else 10) * units / alpha)
