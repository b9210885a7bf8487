"""Emerging hot and cold spots: where clusters are new, lasting, growing or gone."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ecocomp.space.labels import require_same, unit_index
from ecocomp.space.trend import mann_kendall, smallest_p

__all__ = ["emerging_hot_spots"]

LASTING = 0.9
"""Share of a unit's years from which a spot is lasting."""


def emerging_hot_spots(z: xr.DataArray, p: xr.DataArray, alpha: float = 0.05) -> xr.Dataset:
    """Class each unit by the history of its hot and cold spots.

    A unit is hot in a year where z > 0 and p < alpha, cold where z < 0 and p < alpha. With the share of the
    unit's valid years in which it is hot, and ``last`` the panel's last year, it is

    ====================  ==========================================================================
    intensifying hot      hot in ``last`` and ≥ 90 % of years; z rises (Mann-Kendall, p < alpha)
    diminishing hot       the same, z falls
    persistent hot        the same, z has no trend
    untested hot          the same, with too few years for any trend to be significant
    historical hot        not hot in ``last``, hot in ≥ 90 % of years
    new hot               hot in ``last``, never before, and in < 90 % of years
    consecutive hot       the same, but hot before: all its hot years are one run up to ``last``
    sporadic hot          the same, but hot before, with breaks
    oscillating hot       the same, but cold in some year, whether hot before or not
    ====================  ==========================================================================

    and the same for cold, where intensifying means that z falls; else ``none``. A unit without z or p in
    ``last``, or with fewer than 2 valid years, is ``missing``. The test is two-sided with exact p; at alpha =
    0.05 it takes 5 years (4 give p ≥ 0.083), so that with fewer years lasting spots are ``untested``.
    Source: the categories of "How Emerging Hot Spot Analysis works" (Esri, ArcGIS Pro), in our words. There
    the neighbourhood also reaches into the years before, and p is adjusted for the false-discovery rate; here z
    is of one year, and p is what is given. Where its categories overlap (hot at last for the first time, but
    cold before) ours is oscillating; ``untested`` is ours. Mann (1945), Econometrica 13, 245-259.

    Parameters
    ----------
    z : DataArray
        Gi* as a standard score (unit, year) [1], years ascending.
    p : DataArray
        Two-sided p of Gi* (unit, year) [1], adjusted or not, with the same units and years. That of
        :func:`ecocomp.space.local_getis_ord` tells of the neighbours alone: give
        ``p.where(cluster != "ns", 1.0)`` with its ``cluster``, so that a high unit among low ones is no hot
        spot.
    alpha : float
        Level of the spots and of the trend [1].

    Returns
    -------
    Dataset
        On (unit): ``pattern``, as above; ``hot_share`` and ``cold_share`` of valid years [1]; ``tau``
        and ``trend_p`` of the trend of z over valid years [1].

    Raises
    ------
    ValueError
        If units or years differ, there are fewer than 2 years, or alpha is out of range.
    """
    z_values, p_values = _matched(z, p, alpha)
    valid = ~(np.isnan(z_values) | np.isnan(p_values))
    spot = np.where(valid & (p_values < alpha), np.sign(z_values), 0).astype(np.int8)
    years = valid.sum(axis=1)
    _, tau, trend_p = mann_kendall(np.where(valid, z_values, np.nan))
    testable = smallest_p(np.arange(z_values.shape[1] + 1))[years] < alpha
    trend = np.where(trend_p < alpha, np.sign(tau), 0)
    trend[np.isnan(tau)] = 0
    with np.errstate(invalid="ignore"):
        shares = {name: (spot == sign).sum(axis=1) / years for name, sign in (("hot", 1), ("cold", -1))}
    pattern = np.full(len(spot), "none", dtype="<U17")
    for name, sign in (("hot", 1), ("cold", -1)):
        kind = _history(spot * sign, valid, shares[name], trend * sign, testable)
        pattern = np.where(kind != "", np.char.add(kind, f" {name}"), pattern)
    pattern[~valid[:, -1] | (years < 2)] = "missing"
    results = {"pattern": pattern, "hot_share": shares["hot"], "cold_share": shares["cold"]}
    results |= {"tau": tau, "trend_p": trend_p}
    return xr.Dataset({name: ("unit", rows) for name, rows in results.items()}, coords={"unit": z["unit"]})


def _history(
    spot: NDArray[np.int8],
    valid: NDArray[np.bool_],
    share: NDArray[np.float64],
    trend: NDArray[np.float64],
    testable: NDArray[np.bool_],
) -> NDArray[np.str_]:
    """Return the kind of hot spot (unit), empty where it is none; cold ones come with the sign turned."""
    last = spot[:, -1] == 1
    lasting = share >= LASTING - 1e-12
    before = (spot[:, :-1] == 1).any(axis=1)
    cold = (spot == -1).any(axis=1)
    broken = _broken(spot == 1, valid)
    lasts = last & lasting
    recent = last & ~lasting
    return np.select(
        [
            lasts & ~testable,
            lasts & (trend > 0),
            lasts & (trend < 0),
            lasts,
            ~last & lasting,
            recent & cold,
            recent & ~before,
            recent & ~broken,
            recent,
        ],
        [
            "untested",
            "intensifying",
            "diminishing",
            "persistent",
            "historical",
            "oscillating",
            "new",
            "consecutive",
            "sporadic",
        ],
        default="",
    )


def _broken(hot: NDArray[np.bool_], valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell where a valid year that is not hot follows a hot one; a missing year breaks no run."""
    earlier = np.logical_or.accumulate(hot, axis=1)
    return np.asarray((earlier & valid & ~hot).any(axis=1))


def _matched(z: xr.DataArray, p: xr.DataArray, alpha: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return z and p (unit, year) in the same order."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1, not {alpha}")
    require_same(unit_index(p), unit_index(z), "p", "z")
    years = z["year"].to_numpy()
    if not np.array_equal(years, p["year"].to_numpy()):
        raise ValueError("z and p must have the same years")
    if years.size < 2 or (np.diff(years) <= 0).any():
        raise ValueError(f"a history needs at least 2 years, ascending, not {years.tolist()}")
    p = p.sel(unit=z["unit"])
    z_values, p_values = (array.transpose("unit", "year").to_numpy().astype(np.float64) for array in (z, p))
    return z_values, p_values
