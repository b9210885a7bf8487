"""Local Moran's I, G, G* and bivariate local Moran's I in one pass: one set of draws, its ranks counted once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr
from libpysal.graph import Graph
from numpy.typing import NDArray

from ecocomp.space.getis import getis_ord_dataset, getis_ord_of, no_getis_ord
from ecocomp.space.moran import fixed_seed, moran_dataset, moran_of, no_moran
from ecocomp.space.neighbours import PreparedGraph, lag_sums, prepare, within
from ecocomp.space.permutation import tail_counts
from ecocomp.space.significance import Alternative, Correction, enough_permutations, judge, require_options
from ecocomp.space.slices import Slices, deviations, fill_all, slices_of, slices_of_both, valid_sets

__all__ = ["LocalStatistics", "local_statistics"]


@dataclass(frozen=True)
class LocalStatistics:
    """What one pass found; each Dataset is the one that the function of its own would return.

    ``moran`` as :func:`ecocomp.space.local_moran`, ``g`` and ``g_star`` as
    :func:`ecocomp.space.local_getis_ord`, ``bivariate`` as :func:`ecocomp.space.local_moran_bivariate`, or
    None where no second variable was given.
    """

    moran: xr.Dataset
    g: xr.Dataset
    g_star: xr.Dataset
    bivariate: xr.Dataset | None


def local_statistics(
    values: xr.DataArray | pd.Series,
    graph: Graph | PreparedGraph,
    permutations: int | None = None,
    seed: int | np.random.Generator = 1,
    alternative: Alternative = "two-sided",
    *,
    among: xr.DataArray | pd.Series | None = None,
    alpha: float = 0.05,
    correction: Correction = "none",
) -> LocalStatistics:
    """Compute local Moran's I, G, G* and bivariate local Moran's I with the same permutations.

    Under conditional permutation all but the neighbours' sum is fixed, so that the place of that sum among the
    permuted ones is at once the place of I, of G and of G*; a second variable is one more slice of the batch.
    Equations and sources: :func:`ecocomp.space.local_moran`, :func:`ecocomp.space.local_getis_ord`,
    :func:`ecocomp.space.local_moran_bivariate`.

    Parameters
    ----------
    values : DataArray or Series
        Any unit of measure; with the dimension ``unit`` and any others (a batch), or a Series indexed by unit.
    among : DataArray or Series, optional
        A second variable, on the same labels: the bivariate statistic tells of the values at the unit and of
        this variable among its neighbours, e.g. the amount among neighbours' GDP per head.
    graph, permutations, seed, alternative, alpha, correction
        As :func:`ecocomp.space.local_moran`.

    Returns
    -------
    LocalStatistics
        The same numbers, to the bit, as the function of each statistic gives at the same seed.

    Raises
    ------
    ValueError
        As :func:`ecocomp.space.local_moran`; or if values and ``among`` differ in dimensions or labels.
    """
    require_options(permutations, alternative, alpha, correction)
    prepared = prepare(graph)
    own = slices_of(values, prepared)
    # where either variable is missing, the slices of the pair have a set of valid units of their own
    at_unit, around = slices_of_both(values, values if among is None else among, prepared)
    number, units = own.table.shape
    permutations = enough_permutations(permutations, units, alpha, alternative, correction)
    tails, moran = no_moran(own.table.shape)
    of_g, g = no_getis_ord(own.table.shape)
    _, g_star = no_getis_ord(own.table.shape)
    of_both, both = no_moran(around.table.shape)
    batch = own if among is None else replace(own, table=np.concatenate([own.table, around.table]))
    seed = fixed_seed(seed)
    for valid, rows in valid_sets(batch):
        kept = within(prepared.neighbours, valid)
        single, paired = rows[rows < number], rows[rows >= number] - number
        z = np.concatenate([_deviations(own, valid, single), _deviations(around, valid, paired)])
        lags = lag_sums(z, kept)
        counts = tail_counts(z, lags, kept, permutations, np.random.default_rng(seed))
        a, b = slice(0, single.size), slice(single.size, None)
        found = moran_of(z[a], z[a], lags[a], counts[a], kept, permutations)
        fill_all((tails, *moran), single, valid, found)
        fill_all((of_g, *g), single, valid, (counts[a], *getis_ord_of(z[a], lags[a], kept, star=False)))
        fill_all(g_star, single, valid, getis_ord_of(z[a], lags[a], kept, star=True))
        found = moran_of(_deviations(at_unit, valid, paired), z[b], lags[b], counts[b], kept, permutations)
        fill_all((of_both, *both), paired, valid, found)
    judged, judged_g, judged_both = (
        judge(each, permutations, alternative, alpha, correction) for each in (tails, of_g, of_both)
    )
    return LocalStatistics(
        moran=moran_dataset(own, moran, judged),
        g=getis_ord_dataset(own, g, judged_g),
        g_star=getis_ord_dataset(own, g_star, judged_g),
        bivariate=None if among is None else moran_dataset(around, both, judged_both),
    )


def _deviations(slices: Slices, valid: NDArray[np.bool_], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    return deviations(slices, valid, rows) if rows.size else np.empty((0, int(valid.sum())))
