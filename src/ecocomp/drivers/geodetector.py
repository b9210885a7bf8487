"""The four detectors of GeoDetector over a set of factors: one set of units, strata chosen or given, chance counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ecocomp.drivers.chance import CandidateTable, choose, permuted, standardised, table_of
from ecocomp.drivers.detectors import (
    ecological_test,
    interaction_type,
    noncentral_f_p,
    q_statistic,
    risk_tests,
    stratum_moments,
)
from ecocomp.drivers.strata import FEWEST_UNITS, Stratification, candidates, combined, given_strata

__all__ = ["Detection", "geodetector"]

FACTORS = [
    "factor", "q", "q_held_out", "p_permutation", "p_noncentral_f", "method", "strata", "breaks", "units_by_stratum",
    "units_used", "units_missing", "permutations",
]  # fmt: skip
INTERACTIONS = [
    "factor", "other_factor", "q", "other_q", "joint_q", "p_joint", "interaction", "cells", "smallest_cell",
    "ecological_f", "ecological_p", "units_used", "permutations",
]  # fmt: skip
STRATA = ["factor", "stratum", "interval", "stratum_units", "stratum_mean", "stratum_deviation"]
RISKS = ["factor", "stratum", "other_stratum", "difference", "t", "degrees", "risk_p"]
FEWEST_IN_ALL = 2 * FEWEST_UNITS


@dataclass(frozen=True)
class Detection:
    """What the four detectors found.

    Attributes
    ----------
    factors
        One row a factor, the largest q first: ``q``, ``q_held_out``, ``p_permutation``, ``p_noncentral_f`` (given
        strata only), ``method`` (empty where no strata of 5 units could be made; then q is missing), number of
        ``strata``, ``breaks``, ``units_by_stratum``, ``units_used``, ``units_missing``, ``permutations``.
    interactions
        One row a pair: both q, ``joint_q``, its ``p_joint``, the type of ``interaction``, ``cells`` of the joint
        strata and units of the ``smallest_cell``; F and p of the ecological detector.
    strata
        One row a stratum, counted from 1: ``interval`` or label, units, mean and standard deviation of the response.
    risks
        One row a pair of strata of a factor: difference of the means, Welch's t, degrees of freedom, p.
    """

    factors: pd.DataFrame
    interactions: pd.DataFrame
    strata: pd.DataFrame
    risks: pd.DataFrame


@dataclass(frozen=True)
class _Chosen:
    """A factor with its candidates and the strata that were taken."""

    name: str
    table: CandidateTable
    which: NDArray[np.intp]
    strata: Stratification
    q: float
    held_out: float


def geodetector(
    response: xr.DataArray | pd.Series,
    factors: xr.Dataset | pd.DataFrame,
    permutations: int = 999,
    seed: int | np.random.Generator = 1,
) -> Detection:
    """Run the factor, interaction, risk and ecological detectors.

    A factor of texts gives its strata; a factor of numbers is cut into 2 to 8 strata of at least 5 units by equal
    intervals, quantiles, natural breaks, geometric intervals or standard deviations, whichever has the largest
    held-out q (:func:`ecocomp.drivers.held_out_q`). The p of q is the share of permutations of the response whose q,
    the choice made anew each time, is at least the observed one: (number + 1)/(M + 1). Permutations take units as
    exchangeable: between neighbours that are alike, p is too small. Source: Wang et al. (2010), IJGIS 24, 107-127;
    Wang, Zhang and Fu (2016), Ecological Indicators 67, 250-256.

    Parameters
    ----------
    response
        On (unit), or a Series indexed by unit; any unit of measure.
    factors
        Numbers or texts on the same units, in any order. An empty text is missing, as is a number that is not finite.
        Codes of classes are to be texts.
    permutations
        Number of permutations M [1].
    seed
        Source of the draws. Results do not depend on the order of units, nor p on that of factors.

    Returns
    -------
    Detection
        Over the units that have the response and every factor: one set of units, so that all q compare.

    Raises
    ------
    ValueError
        If units differ or occur twice, the response does not vary, fewer than 10 units have every value, or there are
        no permutations.
    """
    if permutations < 1:
        raise ValueError(f"permutations must be 1 or more, not {permutations}")
    table = _table(response, factors)
    complete = table.dropna().sort_index()
    y = complete.pop("").to_numpy(float)
    if len(y) < FEWEST_IN_ALL:
        raise ValueError(
            f"{len(y)} units have the response and every factor; detectors need at least {FEWEST_IN_ALL}: complete "
            "the values, or leave out the factor that lacks most"
        )
    if np.isnan(q_statistic(y, np.zeros(len(y), dtype=int))):
        raise ValueError("the response is the same in every unit: no factor can be its driver")
    z = standardised(y)
    names = sorted(complete.columns)
    ways = {name: _ways(complete[name]) for name in names}
    chosen = [_chosen(name, ways[name], z) for name in names if ways[name]]
    pairs = list(combinations(range(len(chosen)), 2))
    generator = np.random.default_rng(seed)
    alone, together = permuted(z, [c.table for c in chosen], pairs, permutations, generator)
    p_alone, p_together = (alone + 1) / (permutations + 1), (together + 1) / (permutations + 1)
    shared = {"units_used": len(y), "permutations": permutations}
    unusable = [name for name in names if not ways[name]]
    return Detection(
        _factors(y, chosen, p_alone, unusable, shared | {"units_missing": len(table) - len(y)}),
        _interactions(y, chosen, pairs, p_together, shared),
        _stacked([_strata(y, c) for c in chosen], STRATA),
        _stacked([_risks(y, c) for c in chosen], RISKS),
    )


def _table(response: xr.DataArray | pd.Series, factors: xr.Dataset | pd.DataFrame) -> pd.DataFrame:
    """Return response (column ``""``) and factors by unit as text, infinite numbers and empty texts missing."""
    own = response.to_series() if isinstance(response, xr.DataArray) else response
    others = factors.reset_coords(drop=True).to_dataframe() if isinstance(factors, xr.Dataset) else factors
    for index, what in ((own.index, "response"), (others.index, "factors")):
        if not index.is_unique:
            raise ValueError(f"unit {index[index.duplicated()][0]!r} occurs more than once in the {what}")
    if len(own) != len(others) or len(own.index.difference(others.index)):
        raise ValueError("response and factors have different units: select the same on both sides")
    table = pd.DataFrame({"": own.astype(float), **{str(name): others[name] for name in others.columns}})
    for name in table.columns:
        column = table[name]
        missing = ~np.isfinite(column.astype(float)) if _is_number(column) else column.isna() | (column == "")
        table[name] = column.mask(missing)
    return table.set_axis(table.index.astype(str), axis=0)


def _is_number(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column)) and not pd.api.types.is_bool_dtype(column)


def _ways(column: pd.Series) -> list[Stratification]:
    """Return the strata that may be chosen: the given ones, or all cuts with units enough; none where all is one."""
    if _is_number(column):
        return candidates(column.to_numpy(float))
    given = given_strata(column.to_numpy())
    return [given] if 2 <= given.size < len(column) else []


def _chosen(name: str, ways: Sequence[Stratification], z: NDArray[np.float64]) -> _Chosen:
    table = table_of(ways)
    choice = choose(z[None], table)
    return _Chosen(name, table, choice.which, ways[int(choice.which[0])], float(choice.q[0]), float(choice.held_out[0]))


def _factors(
    y: NDArray[np.float64],
    chosen: Sequence[_Chosen],
    p: NDArray[np.float64],
    unusable: Sequence[str],
    shared: Mapping[str, int],
) -> pd.DataFrame:
    rows = [
        {
            "factor": c.name, "q": c.q, "q_held_out": c.held_out, "p_permutation": float(p[i]),
            "p_noncentral_f": noncentral_f_p(y, c.strata.labels) if c.strata.method == "given" else np.nan,
            "method": c.strata.method, "strata": c.strata.size,
            "breaks": "; ".join(f"{b:.6g}" for b in c.strata.breaks),
            "units_by_stratum": "; ".join(map(str, c.strata.counts)), **shared,
        }
        for i, c in enumerate(chosen)
    ]  # fmt: skip
    empty = {"q": np.nan, "q_held_out": np.nan, "p_permutation": np.nan, "p_noncentral_f": np.nan, "method": "",
             "strata": 0, "breaks": "", "units_by_stratum": ""}  # fmt: skip
    rows += [{"factor": name, **empty, **shared} for name in unusable]
    frame = pd.DataFrame(rows, columns=FACTORS)
    return frame.sort_values(["q", "factor"], ascending=[False, True], ignore_index=True)


def _interactions(
    y: NDArray[np.float64],
    chosen: Sequence[_Chosen],
    pairs: Sequence[tuple[int, int]],
    p: NDArray[np.float64],
    shared: Mapping[str, int],
) -> pd.DataFrame:
    rows = []
    for (i, j), chance in zip(pairs, p, strict=True):
        a, b = chosen[i], chosen[j]
        cells = combined(a.strata, b.strata)
        counts = np.bincount(cells)
        joint, test = q_statistic(y, cells), ecological_test(a.q, b.q, len(y))
        rows.append(
            {
                "factor": a.name, "other_factor": b.name, "q": a.q, "other_q": b.q, "joint_q": joint,
                "p_joint": float(chance), "interaction": interaction_type(a.q, b.q, joint), "cells": counts.size,
                "smallest_cell": int(counts.min()), "ecological_f": test.f, "ecological_p": test.p, **shared,
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=INTERACTIONS)


def _stacked(frames: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _strata(y: NDArray[np.float64], chosen: _Chosen) -> pd.DataFrame:
    strata = chosen.strata
    counts, means, _ = stratum_moments(y, strata.labels)
    squares = np.bincount(strata.labels, weights=(y - means[strata.labels]) ** 2)
    deviations = np.where(counts > 1, np.sqrt(squares / np.maximum(counts - 1, 1)), np.nan)
    return pd.DataFrame(
        {
            "factor": chosen.name, "stratum": np.arange(1, strata.size + 1), "interval": strata.names,
            "stratum_units": counts, "stratum_mean": means, "stratum_deviation": deviations,
        }
    )[STRATA]  # fmt: skip


def _risks(y: NDArray[np.float64], chosen: _Chosen) -> pd.DataFrame:
    tests = risk_tests(y, chosen.strata.labels)
    frame = tests.assign(factor=chosen.name, stratum=tests["first"] + 1, other_stratum=tests["second"] + 1)
    return frame.rename(columns={"p": "risk_p"})[RISKS]
