"""Trends over a few years: Mann and Kendall's test with its exact p, Sen's slope, and the shape in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from math import comb, factorial

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

__all__ = ["mann_kendall", "sen_slope", "shape_in_words", "smallest_p"]

EXACT_YEARS = 50
"""Up to this many years p is exact; beyond, the normal approximation is good to four digits."""

TURN = 1 / 3
"""A swing of at least this part of the range is a rise or a fall; a smaller one is a wobble."""


def mann_kendall(
    values: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Test series for a monotonic trend.

    S = Σ_{i<j} sgn(x_j − x_i); tau = S / √(C(n, 2) (C(n, 2) − Σ C(t, 2))), Kendall's tau-b, with t the sizes
    of the ties; p = P(|S'| ≥ |S|) over all orders of the values. With up to 50 values p is exact, ties
    included: the orders with s inversions are counted by the coefficients of [n]_q! / Π [t]_q!. Beyond,
    z = (S − sgn S) / √Var S with Var S = [n (n − 1) (2n + 5) − Σ t (t − 1) (2t + 5)] / 18.
    Source: Mann (1945), Econometrica 13, 245-259; Kendall (1975), Rank Correlation Methods, ch. 4 and 5.

    Parameters
    ----------
    values : ndarray
        Series (…, year) in any unit of measure, years ascending; missing values are left out.

    Returns
    -------
    tuple of three ndarrays
        S [1], tau [1] (missing where all values are the same) and two-sided p [1] (…); all missing where
        fewer than 2 values are valid.
    """
    rows = values.reshape(-1, values.shape[-1])
    s = np.zeros(len(rows))
    for i, j in combinations(range(rows.shape[1]), 2):
        s += np.nan_to_num(np.sign(rows[:, j] - rows[:, i]))
    ties, kind = np.unique(_tie_sizes(rows), axis=0, return_inverse=True)
    tau, p = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for number, sizes in enumerate(ties):
        of_kind = kind == number
        groups = tuple(int(size) for size in sizes if size)
        if sum(groups) < 2:
            s[of_kind] = np.nan
            continue
        pairs = comb(sum(groups), 2)
        untied = pairs - sum(comb(size, 2) for size in groups)
        tau[of_kind] = s[of_kind] / np.sqrt(pairs * untied) if untied else np.nan
        p[of_kind] = _two_sided_p(s[of_kind], groups)
    shape = values.shape[:-1]
    return s.reshape(shape), tau.reshape(shape), p.reshape(shape)


def smallest_p(years: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the smallest two-sided p that so many different values can give: 2 / n!, and 1 below two [1].

    With three years it is 0.33 and with four 0.083: only from five years on can p fall below 0.05.
    """
    return np.array([min(1.0, 2 / factorial(int(n))) for n in np.ravel(years)]).reshape(np.shape(years))


def sen_slope(values: NDArray[np.float64], years: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Sen's slope, the median of (x_j − x_i) / (t_j − t_i) over all pairs of years.

    Source: Sen (1968), Journal of the American Statistical Association 63, 1379-1389.

    Parameters
    ----------
    values : ndarray
        Series (…, year) in any unit of measure; missing values are left out.
    years : ndarray
        Times (year) [a], ascending.

    Returns
    -------
    ndarray
        Slope (…) [unit of the values per year], missing where fewer than 2 values are valid.
    """
    result = np.full(values.shape[:-1], np.nan)
    first, second = np.triu_indices(years.size, 1)
    if first.size == 0:
        return result
    slopes = (values[..., second] - values[..., first]) / (years[second] - years[first])
    some = ~np.isnan(slopes).all(axis=-1)
    result[some] = np.nanmedian(slopes[some], axis=-1)
    return result


def shape_in_words(values: NDArray[np.float64], years: Sequence[object]) -> str:
    """Describe a series, e.g. ``rises, then falls (peak 2012)``.

    A rise or a fall is a swing of at least a third of the range of the series; smaller ones are wobbles and
    are not told. The description says nothing about significance.

    Parameters
    ----------
    values : ndarray
        Series (year) in any unit of measure; missing values are left out.
    years : sequence
        Labels (year).

    Returns
    -------
    str
        ``constant``, ``rises``, ``falls``, two or three of these with the years of the turns, ``varies`` with
        the number of turns where there are more, or empty with fewer than two values.
    """
    kept = np.flatnonzero(~np.isnan(values))
    if kept.size < 2:
        return ""
    series = values[kept]
    if np.ptp(series) == 0:
        return "constant"
    rising, turns = _swings(series, TURN * (1 - 1e-12) * float(np.ptp(series)))
    if len(turns) > 2:
        return f"varies ({len(turns)} turns)"
    directions = [rising ^ bool(number % 2) for number in range(len(turns) + 1)]
    words = ", then ".join("rises" if up else "falls" for up in directions)
    names = [f"{'peak' if up else 'trough'} {years[kept[turn]]}" for up, turn in zip(directions, turns, strict=False)]
    return f"{words} ({', '.join(names)})" if names else words


def _swings(series: NDArray[np.float64], threshold: float) -> tuple[bool, list[int]]:
    """Tell whether the first swing rises, and where the series turns."""
    high = low = 0
    rising: list[bool] = []
    turns = []
    for now in range(1, series.size):
        if series[now] > series[high]:
            high = now
        if series[now] < series[low]:
            low = now
        if (not rising or not rising[-1]) and series[now] - series[low] >= threshold:
            turns += [low] if rising else []
            rising.append(True)
            high = now
        elif (not rising or rising[-1]) and series[high] - series[now] >= threshold:
            turns += [high] if rising else []
            rising.append(False)
            low = now
    return rising[0], turns


def _tie_sizes(rows: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how often each value of a row occurs, in descending order and filled up with 0 (row, value)."""
    ordered = np.sort(rows, axis=1)
    sizes = np.zeros(rows.shape, dtype=np.int64)
    valid = ~np.isnan(ordered)
    starts = valid.copy()
    starts[:, 1:] &= ordered[:, 1:] != ordered[:, :-1]
    row, column = np.nonzero(valid)
    np.add.at(sizes, (row, np.cumsum(starts, axis=1)[row, column] - 1), 1)
    return -np.sort(-sizes, axis=1)


def _two_sided_p(s: NDArray[np.float64], groups: tuple[int, ...]) -> NDArray[np.float64]:
    """Return p of each S, given the sizes of the ties."""
    n = sum(groups)
    if n <= EXACT_YEARS:
        tail = _tail(groups)
        return tail[np.abs(s).astype(np.int64)]
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in groups)) / 18
    if variance == 0:
        return np.ones_like(s)
    p: NDArray[np.float64] = 2 * ndtr(-np.maximum(np.abs(s) - 1, 0) / np.sqrt(variance))
    return p


@lru_cache(maxsize=256)
def _tail(groups: tuple[int, ...]) -> NDArray[np.float64]:
    """Return P(|S| ≥ s) for s from 0 to the largest, in whole numbers until the last step."""
    counts = [1]
    for size in range(2, sum(groups) + 1):
        counts = _times(counts, size)
    for group in groups:
        for size in range(2, group + 1):
            counts = _divided(counts, size)
    largest = len(counts) - 1  # S = largest − 2 · inversions
    of_size = [0] * (largest + 1)
    for inversions, count in enumerate(counts):
        of_size[abs(largest - 2 * inversions)] += count
    total, below = sum(counts), 0
    tail = []
    for count in of_size:
        tail.append((total - below) / total)
        below += count
    result = np.array(tail)
    result.flags.writeable = False
    return result


def _times(counts: list[int], size: int) -> list[int]:
    """Multiply a polynomial by 1 + q + … + q^(size − 1)."""
    result, running = [], 0
    for power in range(len(counts) + size - 1):
        running += counts[power] if power < len(counts) else 0
        running -= counts[power - size] if power >= size else 0
        result.append(running)
    return result


def _divided(counts: list[int], size: int) -> list[int]:
    """Divide a polynomial by 1 + q + … + q^(size − 1), which leaves no remainder here."""
    result: list[int] = []
    for power in range(len(counts) - size + 1):
        result.append(counts[power] - sum(result[max(0, power - size + 1) : power]))
    return result
