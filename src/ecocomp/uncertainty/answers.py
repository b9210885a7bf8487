"""From counts and quantiles of the draws to tables that people can use."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ecocomp.space import ellipse_of
from ecocomp.space.interval import clopper_pearson
from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.chunk import CLUSTERS, REGIONAL, WEIGHTINGS

__all__ = ["COLUMNS", "INTERVAL", "centre_table", "region_table", "unit_quantiles", "unit_table"]

INTERVAL = (0.05, 0.95)
"""Ends of the intervals, of amounts, ranks and sums: 90 %."""
ENDS = {"median": 0.5, "low": INTERVAL[0], "high": INTERVAL[1]}
WITHIN = 0.9
CENTRE = ("lon", "lat", "semi_major_km", "semi_minor_km", "rotation_deg", "area_km2")
COLUMNS: dict[str, list[str]] = {
    "uncertainty": [
        "unit", "name", "year", "draws", "amount_median", "amount_low", "amount_high", "probability_paying",
        "probability_receiving", "probability_error", "verdict", "draws_suffice", "rank_side", "rank_median",
        "rank_low", "rank_high", "probability_first_n", "cluster_draws", *(f"probability_{c}" for c in CLUSTERS),
    ],
    "uncertainty_regional": [
        "year", "draws", *(f"{name}_{end}" for name in REGIONAL for end in ("median", "low", "high")),
        "gap_error", "probability_gap", "robust_payers", "robust_recipients", "undecided", "unsettled_verdicts",
        "largest_error",
    ],
    "uncertainty_centres": ["year", "weighting", "draws", *CENTRE],
}  # fmt: skip
"""Columns of the tables, by name; every result has them, empty where there were no draws."""

Floats = NDArray[np.float64]
Counts = dict[str, NDArray[np.int64]]


def unit_quantiles(
    amounts: NDArray[np.float32], ranks: NDArray[np.int32], pays: NDArray[np.bool_]
) -> dict[str, Floats]:
    """Return median and interval of each unit's amount, and of its rank on the side that it is on more often.

    Parameters
    ----------
    amounts
        V (unit, draw) [CNY]; draws without an amount are left out.
    ranks
        Rank among payers, or its negative among recipients, or 0 (unit, draw).
    pays
        Whether the ranks among the payers are meant (unit).
    """
    return {**_of_amounts(amounts), **_of_ranks(np.where(pays[:, None], ranks, -ranks))}


def _of_amounts(amounts: NDArray[np.float32]) -> dict[str, Floats]:
    known = np.sort(amounts, axis=1)  # missing ones come last
    draws = (~np.isnan(known)).sum(axis=1)
    return {f"amount_{end}": _interpolated(known, share * np.maximum(draws - 1, 0)) for end, share in ENDS.items()}


def _of_ranks(own: NDArray[np.int32]) -> dict[str, Floats]:
    """Return quantiles of the ranks above 0 (unit, draw), whose array is used up."""
    sizes = (own > 0).sum(axis=1)
    own[own <= 0] = np.iinfo(own.dtype).max
    own.sort(axis=1)
    places = {end: np.maximum(np.ceil(share * sizes).astype(int) - 1, 0) for end, share in ENDS.items()}
    # a rank that occurs, not a mean of two
    return {f"rank_{end}": np.where(sizes > 0, _at(own, place), np.nan) for end, place in places.items()}


def _interpolated(ordered: NDArray[np.float32], places: Floats) -> Floats:
    """Return the value of each row (unit, draw) at a place (unit) between two of its draws."""
    before = np.floor(places).astype(int)
    values = _at(ordered, before)
    step = places - before
    return np.where(step > 0, values + step * (_at(ordered, np.ceil(places).astype(int)) - values), values)


def _at(rows: NDArray[Any], places: NDArray[np.intp]) -> Floats:
    return np.asarray(np.take_along_axis(rows, places[:, None], axis=1)[:, 0], dtype=float)


def unit_table(case: Case, counts: Counts, quantiles: dict[str, Floats]) -> pd.DataFrame:
    """Return one row a unit and year.

    Parameters
    ----------
    case
        The study.
    counts
        Numbers of draws (year, unit), as :class:`ecocomp.uncertainty.chunk.Chunk` has them.
    quantiles
        Of :func:`unit_quantiles` (year, unit).
    """
    valid, pays = counts["valid"], counts["paying"] >= counts["receiving"]
    often = np.maximum(counts["paying"], counts["receiving"])
    robust = case.study.uncertainty.robust
    low, high = _intervals(often, valid)
    share = {name: _share(counts[name], valid) for name in ("paying", "receiving")}
    decided = _share(often, valid) >= robust
    sided = np.where(counts["paying"] + counts["receiving"] > 0, np.where(pays, "payer", "recipient"), "")
    words = np.where(decided, np.where(pays, "robust payer", "robust recipient"), "undecided")
    columns: dict[str, NDArray[np.generic]] = {
        "draws": valid,
        **quantiles,
        "probability_paying": share["paying"],
        "probability_receiving": share["receiving"],
        "probability_error": (high - low) / 2,
        "verdict": np.where(valid > 0, words, "missing"),
        "draws_suffice": np.where(valid == 0, "", np.where((low > robust) | (high < robust), "yes", "no")),
        "rank_side": sided,
        "probability_first_n": _share(np.where(pays, counts["first_paying"], counts["first_receiving"]), valid),
        "cluster_draws": counts["classed"],
        **{f"probability_{name}": _share(counts[name], counts["classed"]) for name in CLUSTERS},
    }
    units, years = case.panel["unit"].values, case.panel["year"].values
    frame = pd.DataFrame({name: values.T.ravel() for name, values in columns.items()})
    frame.insert(0, "unit", np.repeat(units, years.size))
    frame.insert(1, "year", np.tile(years, units.size))
    return frame


def _share(counts: NDArray[np.int64], of: NDArray[np.int64]) -> Floats:
    return np.asarray(counts / np.where(of > 0, of, np.nan))


def _intervals(counts: NDArray[np.int64], trials: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the 95 % interval of each share; missing where there was no trial."""
    low, high = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    for number in np.unique(trials[trials > 0]):
        same = trials == number
        low[same], high[same] = clopper_pearson(counts[same], int(number))
    return low, high


def region_table(case: Case, regional: dict[str, Floats], units: pd.DataFrame) -> pd.DataFrame:
    """Return one row a year: medians and intervals of the region's sums, and how many verdicts there are.

    Parameters
    ----------
    case
        The study.
    regional
        ``REGIONAL`` by name (year, draw).
    units
        Of :func:`unit_table`.
    """
    draws = case.study.uncertainty.draws
    frame = pd.DataFrame({"year": case.panel["year"].values, "draws": draws})
    for name in REGIONAL:
        for end, share in ENDS.items():
            frame[f"{name}_{end}"] = np.quantile(regional[name], share, axis=1)
    frame["gap_error"] = _error_of_median(regional["gap"])
    frame["probability_gap"] = (regional["gap"] > 0).mean(axis=1)
    of_year = units.groupby("year")
    for column, verdict in (
        ("robust_payers", "robust payer"),
        ("robust_recipients", "robust recipient"),
        ("undecided", "undecided"),
    ):
        frame[column] = (units["verdict"] == verdict).groupby(units["year"]).sum().to_numpy()
    frame["unsettled_verdicts"] = (units["draws_suffice"] == "no").groupby(units["year"]).sum().to_numpy()
    frame["largest_error"] = of_year["probability_error"].max().to_numpy()
    return frame


def _error_of_median(values: Floats) -> Floats:
    """Return half the width of the 95 % interval of each row's median, from the order of its draws."""
    draws = values.shape[1]
    apart = stats.norm.ppf(0.975) * math.sqrt(draws) / 2
    places = np.clip([math.floor(draws / 2 - apart), math.ceil(draws / 2 + apart)], 0, draws - 1)
    ordered = np.sort(values, axis=1)
    return np.asarray((ordered[:, places[1]] - ordered[:, places[0]]) / 2)


def centre_table(case: Case, centres: Floats) -> pd.DataFrame:
    """Return the mean place of each centre of gravity, and the ellipse that holds 90 % of a normal spread like theirs.

    Parameters
    ----------
    case
        The study.
    centres
        Longitude and latitude (draw, year, weighting, 2) [degrees]; draws without a centre are left out.
    """
    scale, rows = math.sqrt(stats.chi2.ppf(WITHIN, 2)), []
    for t, year in enumerate(case.panel["year"].values):
        for w, weighting in enumerate(WEIGHTINGS):
            places = centres[:, t, w]
            places = places[~np.isnan(places).any(axis=1)]
            mean = places.mean(axis=0) if len(places) else np.full(2, np.nan)
            shape = ellipse_of(places, np.ones(len(places)), mean, scale) if len(places) else (np.nan,) * 4
            rows.append((int(year), weighting, len(places), *mean, *shape))
    return pd.DataFrame(rows, columns=COLUMNS["uncertainty_centres"])
