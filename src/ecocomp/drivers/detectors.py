"""GeoDetector on arrays: the q of strata, its noncentral F, and the interaction, risk and ecological detectors.

Sources: Wang et al. (2010), International Journal of Geographical Information Science 24, 107-127; Wang, Zhang and
Fu (2016), Ecological Indicators 67, 250-256.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

__all__ = [
    "INTERACTIONS",
    "Ecological",
    "ecological_test",
    "held_out_q",
    "interaction_type",
    "noncentral_f_p",
    "q_statistic",
    "risk_tests",
    "stratum_moments",
]

INTERACTIONS = ("weakened, nonlinear", "weakened, one factor", "nothing added", "enhanced, two factors", "independent",
                "enhanced, nonlinear")  # fmt: skip
"""Types of interaction, from the smallest joint q to the largest."""
ROUNDING = 1e-10


class Ecological(NamedTuple):
    """F of the two sums of squares within strata, and its two-sided p."""

    f: float
    p: float


def stratum_moments(values: ArrayLike, labels: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.float64], float]:
    """Return the numbers of units and the means of strata (stratum), and the sum of squares within all of them.

    Parameters
    ----------
    values
        Response (unit), none missing; any unit of measure.
    labels
        Stratum of each unit, counted from 0 (unit).

    Raises
    ------
    ValueError
        If the two are not as long as each other, or a value is missing or infinite.
    """
    y, strata = np.asarray(values, dtype=float), np.asarray(labels, dtype=np.intp)
    if y.shape != strata.shape or y.ndim != 1:
        raise ValueError(f"values and labels must be as long as each other: {y.shape} and {strata.shape}")
    if not np.isfinite(y).all():
        raise ValueError("the response has missing or infinite values: leave those units out")
    counts = np.bincount(strata)
    means = np.bincount(strata, weights=y) / np.maximum(counts, 1)
    return counts, means, float(((y - means[strata]) ** 2).sum())


def q_statistic(values: ArrayLike, labels: ArrayLike) -> float:
    """Return q = 1 − Σ N_h σ_h² / (N σ²), the share of a response's variance that strata account for.

    Variances divide by N_h and N. Source: Wang et al. (2010), IJGIS 24, 107-127.

    Parameters
    ----------
    values
        Response (unit), none missing.
    labels
        Stratum of each unit, counted from 0 (unit).

    Returns
    -------
    float
        q from 0 to 1 [1]; missing where the response does not vary.

    Examples
    --------
    >>> q_statistic([1, 2, 3, 4], [0, 0, 1, 1])  # within: 0.5 + 0.5, in all: 5
    0.8
    """
    y = np.asarray(values, dtype=float)
    within = stratum_moments(y, labels)[2]
    total = float(((y - y.mean()) ** 2).sum())
    if total <= (8 * np.finfo(float).eps * np.abs(y).max(initial=0.0)) ** 2 * y.size:
        return float("nan")
    return float(min(1.0, max(0.0, 1 - within / total)))


def held_out_q(values: ArrayLike, labels: ArrayLike) -> float:
    """Return the q of predictions that leave each unit out: 1 − Σ (y_i − ȳ_h(i),−i)² / Σ (y_i − ȳ_−i)².

    With the mean of a stratum without the unit itself, y_i − ȳ_h,−i = (y_i − ȳ_h) N_h / (N_h − 1): more strata no
    longer mean a larger q. Below 0 the strata predict worse than the mean of all.

    Parameters
    ----------
    values, labels
        As :func:`q_statistic`.

    Returns
    -------
    float
        At most 1 [1]; missing where a stratum has a single unit or the response does not vary.
    """
    y, strata = np.asarray(values, dtype=float), np.asarray(labels, dtype=np.intp)
    counts, means, _ = stratum_moments(y, strata)
    if counts[strata].min() < 2 or np.isnan(q_statistic(y, strata)):
        return float("nan")
    apart = (y - means[strata]) * (counts / np.maximum(counts - 1, 1))[strata]
    everywhere = (y - y.mean()) * y.size / (y.size - 1)
    return float(1 - (apart**2).sum() / (everywhere**2).sum())


def noncentral_f_p(values: ArrayLike, labels: ArrayLike) -> float:
    """Return the published p of given strata, F = (N − L)/(L − 1) · q/(1 − q) under the noncentral F.

    λ = [Σ ȳ_h² − (Σ √N_h ȳ_h)²/N] / σ², as printed in Wang, Zhang and Fu (2016), eq. 3, and as the published
    programs have it (σ² divides by N). It does not hold for strata that were chosen by the response, and λ changes
    when a constant is added to the response: the permutation p has neither fault.

    Parameters
    ----------
    values, labels
        As :func:`q_statistic`.

    Returns
    -------
    float
        p [1]; missing with a single stratum, as many strata as units, or a response that does not vary.
    """
    y = np.asarray(values, dtype=float)
    counts, means, _ = stratum_moments(y, labels)
    q, strata, units = q_statistic(y, labels), counts.size, y.size
    if np.isnan(q) or strata < 2 or units <= strata:
        return float("nan")
    if q >= 1:
        return 0.0
    noncentrality = ((means**2).sum() - (np.sqrt(counts) @ means) ** 2 / units) / y.var()
    f = (units - strata) / (strata - 1) * q / (1 - q)
    if noncentrality <= 0:  # rounding, or unequal strata far from 0
        return float(stats.f.sf(f, strata - 1, units - strata))
    return float(stats.ncf.sf(f, strata - 1, units - strata, noncentrality))


def interaction_type(first: float, second: float, joint: float) -> str:
    """Return how two factors act together, by their q alone and jointly.

    Joint q below both: weakened, nonlinear; between them: weakened, one factor; above both: enhanced, two factors;
    their sum: independent; above it: enhanced, nonlinear. Source: Wang et al. (2010), IJGIS 24, 107-127. A joint q
    equal to the larger, which the source leaves open, is called nothing added: one factor's strata lie within the
    other's, as cities in provinces, or one factor tells nothing.

    The joint strata refine those of either factor, so that the joint q over the same units is never below either q:
    the two weakened types come from numbers of other origin only.

    Parameters
    ----------
    first, second, joint
        q [1]; numbers that agree to 10 decimals are equal.
    """
    low, high = min(first, second), max(first, second)
    if joint < low - ROUNDING:
        return INTERACTIONS[0]
    if joint < high - ROUNDING:
        return INTERACTIONS[1]
    if joint <= high + ROUNDING:
        return INTERACTIONS[2]
    if abs(joint - first - second) <= ROUNDING:
        return INTERACTIONS[4]
    return INTERACTIONS[3] if joint < first + second else INTERACTIONS[5]


def risk_tests(values: ArrayLike, labels: ArrayLike) -> pd.DataFrame:
    """Compare the mean response of every two strata by Welch's t, two-sided.

    t = (ȳ_a − ȳ_b) / √(s_a²/N_a + s_b²/N_b), s² divides by N_h − 1, degrees of freedom by Welch and Satterthwaite.
    Source: Wang et al. (2010), IJGIS 24, 107-127.

    Parameters
    ----------
    values, labels
        As :func:`q_statistic`.

    Returns
    -------
    pandas.DataFrame
        ``first, second`` (strata counted from 0), ``difference`` of the means [unit of the response], ``t``,
        ``degrees`` of freedom and ``p`` [1]; the last three are missing where a stratum has a single unit or neither
        varies.
    """
    y, strata = np.asarray(values, dtype=float), np.asarray(labels, dtype=np.intp)
    counts, means, _ = stratum_moments(y, strata)
    squares = np.bincount(strata, weights=(y - means[strata]) ** 2)
    first, second = np.triu_indices(counts.size, k=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = squares / (counts - 1) / counts
        error = spread[first] + spread[second]
        t = (means[first] - means[second]) / np.sqrt(error)
        parts = spread**2 / (counts - 1)
        degrees = error**2 / (parts[first] + parts[second])
        t[~np.isfinite(t)] = np.nan
    return pd.DataFrame(
        {"first": first, "second": second, "difference": means[first] - means[second], "t": t, "degrees": degrees,
         "p": 2 * stats.t.sf(np.abs(t), degrees)}
    )  # fmt: skip


def ecological_test(first: float, second: float, units: int) -> Ecological:
    """Compare the sums of squares within the strata of two factors over the same units.

    F = (1 − q_1) / (1 − q_2) with N − 1 and N − 1 degrees of freedom; the p is two-sided, so that the order of the
    factors does not matter. Both sums come from the same units and are not independent, as the F test supposes: read
    it as the convention that it is. Source: Wang et al. (2010), IJGIS 24, 107-127.

    Parameters
    ----------
    first, second
        q of the two factors [1].
    units
        Number of units N [1].

    Returns
    -------
    Ecological
        ``f`` and ``p`` [1]; missing where either q is missing or 1.
    """
    if not (first < 1 and second < 1) or units < 2:
        return Ecological(float("nan"), float("nan"))
    f = (1 - first) / (1 - second)
    tails = stats.f.cdf(f, units - 1, units - 1), stats.f.sf(f, units - 1, units - 1)
    return Ecological(float(f), float(min(1.0, 2 * min(tails))))
