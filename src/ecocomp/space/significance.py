"""From counts of permutations to p, from p to the false-discovery rate, and the permutations that takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ecocomp.space.interval import clopper_pearson
from ecocomp.space.portions import by_portions
from ecocomp.study import Space

__all__ = [
    "Alternative",
    "Correction",
    "Judgement",
    "benjamini_hochberg",
    "directed_p",
    "enough_for_fdr",
    "enough_permutations",
    "judge",
    "permutations_for",
    "require_options",
    "two_sided",
]

Alternative = Literal["two-sided", "directed"]
Correction = Literal["none", "fdr"]
DEFAULT_PERMUTATIONS = 99_999


@dataclass(frozen=True)
class Judgement:
    """What the permutations say of each unit (slice, unit); numbers are missing for units that were not tested.

    ``called`` tells whether the deciding p is below the level, ``uncertain`` whether the interval from
    ``p_low`` to ``p_high`` holds both answers.
    """

    p_value: NDArray[np.float64]
    p_fdr: NDArray[np.float64]
    p_low: NDArray[np.float64]
    p_high: NDArray[np.float64]
    called: NDArray[np.bool_]
    uncertain: NDArray[np.bool_]


def judge(
    tails: NDArray[np.int64], permutations: int, alternative: Alternative, alpha: float, correction: Correction
) -> Judgement:
    """Return p with its interval, p adjusted for the false-discovery rate, and what follows at a level.

    p = (c + 1) / (M + 1) for c of M permutations in the smaller tail, doubled for two-sided p, at most 1. The
    interval is that of Clopper and Pearson (1934) at 95 % of the tail's share, doubled likewise. Under ``fdr``
    the level that p is held against is α R / m, with R (at least 1) of the m tested units called.

    Parameters
    ----------
    tails : ndarray of int
        Number of permutations in the smaller tail (slice, unit) [1]; −1 for units that are not tested.
    permutations : int
        Number of permutations M [1].
    alternative : {"two-sided", "directed"}
        How p is formed.
    alpha : float
        Level [1].
    correction : {"none", "fdr"}
        Whether ``p_value`` or ``p_fdr`` decides.
    """
    # all that follows depends on the count alone: it is computed once for each that occurs
    tested = tails >= 0
    sizes = np.bincount(tails[tested])
    counts = np.flatnonzero(sizes)
    place = np.cumsum(sizes > 0) - 1
    p, (low, high) = directed_p(counts, counts, permutations), clopper_pearson(counts, permutations)
    if alternative == "two-sided":
        p, low, high = two_sided(p), two_sided(low), two_sided(high)
    targets = tuple(np.full(tails.shape, blank) for blank in (np.nan, np.nan, np.nan, np.nan, False, False))
    for row, tail in enumerate(tails):
        family = np.bincount(tail[tested[row]], minlength=sizes.size)[counts]
        if family.any():
            fdr = _adjusted(p, family)
            called = (fdr if correction == "fdr" else p) < alpha
            level = alpha * max(1, family[called].sum()) / family.sum() if correction == "fdr" else alpha
            uncertain = (low < level) & (level <= high)
            of_counts = (p, fdr, low, high, called, uncertain)
            _hand_out(tail, place, of_counts, tuple(target[row] for target in targets))
    return Judgement(*targets)


def _hand_out(
    tail: NDArray[np.int64],
    place: NDArray[np.intp],
    of_counts: tuple[NDArray[Any], ...],
    targets: tuple[NDArray[Any], ...],
) -> None:
    """Write what holds for each count to the units that have it (unit); units that are not tested keep what they have.

    ``place`` tells where a count stands among those that occur.
    """

    def fill(units: slice) -> None:
        where, untested = place.take(tail[units], mode="clip"), tail[units] < 0
        given: Any = ~untested if untested.any() else slice(None)
        for numbers, target in zip(of_counts, targets, strict=True):
            target[units][given] = numbers.take(where[given])

    by_portions(tail.size, fill)


def _adjusted(p_values: NDArray[np.float64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return ascending p-values, each of so many units (sizes), adjusted as :func:`benjamini_hochberg` does."""
    rank = np.cumsum(sizes)  # equal p take the largest rank among them
    scaled = p_values * (rank[-1] / np.maximum(rank, 1))
    scaled[rank == 0] = np.inf
    return np.minimum.accumulate(scaled[::-1])[::-1]


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
    return enough_permutations(settings.permutations, units, settings.alpha, settings.alternative, settings.correction)


def enough_permutations(
    permutations: int | None, units: int, alpha: float, alternative: Alternative, correction: Correction
) -> int:
    """Return the number of permutations stated; else 99,999, or more where the correction needs it [1].

    Parameters
    ----------
    permutations : int, optional
        Number stated [1].
    units : int
        Number of units tested [1].
    alpha, alternative, correction
        As :func:`judge`.
    """
    if permutations is not None:
        return permutations
    if correction == "fdr":
        return max(DEFAULT_PERMUTATIONS, _needed_for_fdr(units, alpha, alternative))
    return DEFAULT_PERMUTATIONS


def _needed_for_fdr(units: int, alpha: float, alternative: Alternative) -> int:
    return math.ceil((20 if alternative == "two-sided" else 10) * units / alpha)


def require_options(permutations: int | None, alternative: str, alpha: float, correction: str) -> None:
    """Refuse arguments out of range.

    Raises
    ------
    ValueError
        Naming the argument.
    """
    if permutations is not None and permutations < 1:
        raise ValueError(f"permutations must be at least 1, not {permutations}")
    if alternative not in get_args(Alternative):
        raise ValueError(f"alternative must be one of {get_args(Alternative)}, not {alternative!r}")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1, not {alpha}")
    if correction not in get_args(Correction):
        raise ValueError(f"correction must be one of {get_args(Correction)}, not {correction!r}")
