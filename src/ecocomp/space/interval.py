"""How far a p-value from permutations may be from the exact one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.typing import NDArray
from scipy.special import betaincinv

__all__ = ["clopper_pearson"]

CONFIDENCE = 0.95

TABLED = 10_000
"""Up to so many trials the intervals of all counts are kept between calls."""

END, DEGREE = 16, 30
"""From this count to as far from the other end, a polynomial of this degree holds the interval to 1e-8."""


def clopper_pearson(counts: NDArray[np.int64], trials: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the exact 95 % interval of a share of which so many of the trials were counted.

    low = B⁻¹(0.025; c, M − c + 1), high = B⁻¹(0.975; c + 1, M − c), with B⁻¹ the quantile of the beta
    distribution; low = 0 for c = 0, high = 1 for c = M. Source: Clopper and Pearson (1934), Biometrika 26,
    404-413.

    The log odds of both ends are smooth functions of those of c: away from the ends they are interpolated, to
    a relative error below 1e-8, which takes a hundredth of the time.

    Parameters
    ----------
    counts : ndarray of int
        Counts c, from 0 to ``trials`` (count) [1].
    trials : int
        Number of trials M [1].

    Returns
    -------
    tuple of two ndarrays
        The ends of the interval (count) [1].
    """
    if trials <= TABLED:
        low, high = _table(trials)
        return low.take(counts), high.take(counts)
    return _interval(counts, trials)


@lru_cache(maxsize=8)  # worked out anew, it takes a fifth of a small call
def _table(trials: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the interval for every count."""
    return _interval(np.arange(trials + 1), trials)


def _interval(counts: NDArray[np.int64], trials: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low, high = np.empty(counts.shape), np.empty(counts.shape)
    inner = (counts >= END) & (counts <= trials - END) & (trials > 4 * END)
    low[~inner], high[~inner] = _ends(counts[~inner].astype(np.float64), trials)
    if inner.any():
        at = _log_odds(counts[inner] + 0.5, trials + 1)
        for target, polynomial in zip((low, high), _polynomials(trials), strict=True):
            target[inner] = 1 / (1 + np.exp(-polynomial(at)))
    return low, high


def _ends(counts: NDArray[np.float64], trials: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    outside = (1 - CONFIDENCE) / 2
    low, high = np.zeros(counts.shape), np.ones(counts.shape)
    some, rest = counts > 0, counts < trials
    low[some] = betaincinv(counts[some], trials - counts[some] + 1, outside)
    high[rest] = betaincinv(counts[rest] + 1, trials - counts[rest], 1 - outside)
    return low, high


@lru_cache(maxsize=8)
def _polynomials(trials: int) -> list[Chebyshev]:
    """Return the log odds of both ends as polynomials of the log odds of (c + ½) / (M + 1)."""
    first, last = _log_odds(np.array([END + 0.5, trials - END + 0.5]), trials + 1)
    nodes = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))  # of the first kind
    at = (first + last) / 2 + (last - first) / 2 * nodes
    ends = _ends((trials + 1) / (1 + np.exp(-at)) - 0.5, trials)
    return [Chebyshev.fit(at, _log_odds(end, 1), DEGREE, domain=[first, last]) for end in ends]


def _log_odds(part: NDArray[Any], whole: float) -> NDArray[np.float64]:
    odds: NDArray[np.float64] = np.log(part / (whole - part))
    return odds
