"""Clusters from year to year: transitions, Markov chain, persistence, counts and their trend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from ecocomp.space.trend import mann_kendall, sen_slope, shape_in_words, smallest_p

__all__ = ["cluster_counts", "cluster_persistence", "cluster_transitions", "cluster_trend", "lisa_markov"]

QUADRANTS = ("HH", "LL", "HL", "LH")
LABELS = (*QUADRANTS, "ns", "isolate")
CLASSES = (*LABELS, "missing")


def cluster_transitions(cluster: xr.DataArray, classes: Sequence[str] = CLASSES) -> xr.DataArray:
    """Count the units that go from one class to another between successive years.

    Source: Rey (2001), Geographical Analysis 33, 195-214.

    Parameters
    ----------
    cluster : DataArray
        Labels (unit, year), as ``cluster`` or ``quadrant`` of :func:`ecocomp.space.local_moran`.
    classes : sequence of str
        The classes to count; units with another label in either year are left out.

    Returns
    -------
    DataArray
        Number of units (year, origin, destination) [1]. ``year`` is the later year of a pair and
        ``previous_year`` the earlier: the year before it in the data, however far apart they are.

    Raises
    ------
    ValueError
        If there are fewer than 2 years, or years are not ascending.
    """
    codes, years = _codes(cluster, classes)
    if years.size < 2:
        raise ValueError(f"transitions need at least 2 years, not {years.size}")
    size = len(classes)
    counts = np.zeros((years.size - 1, size, size), dtype=np.int64)
    for step, count in enumerate(counts):
        origin, destination = codes[:, step], codes[:, step + 1]
        known = (origin >= 0) & (destination >= 0)
        np.add.at(count, (origin[known], destination[known]), 1)
    return xr.DataArray(
        counts,
        dims=("year", "origin", "destination"),
        coords={
            "year": years[1:],
            "previous_year": ("year", years[:-1]),
            "origin": list(classes),
            "destination": list(classes),
        },
    )


def lisa_markov(cluster: xr.DataArray, classes: Sequence[str] = QUADRANTS) -> xr.Dataset:
    """Estimate the Markov chain of the classes, pooled over units and years.

    p_ij = n_ij / Σ_j n_ij; the steady state solves π P = π, Σ π = 1; mean first passage times are
    m_ij = (Z_jj − Z_ij) / π_j for i ≠ j and 1 / π_j for i = j, Z = (I − P + 1 π)⁻¹.
    Source: Rey (2001), Geographical Analysis 33, 195-214; Kemeny and Snell (1976), Finite Markov Chains,
    ch. 4. The steady state is the long-run share of time if the probabilities stay as they were; it is
    no forecast.

    Parameters
    ----------
    cluster : DataArray
        Labels (unit, year): ``quadrant`` for the chain over quadrants of all units, ``cluster`` with
        ``classes`` that include ``ns`` for the chain over labels.
    classes : sequence of str
        The states; a pair of years in which a unit has another label is left out.

    Returns
    -------
    Dataset
        ``transitions`` (origin, destination) [1]; ``probability`` (origin, destination) [1], missing where a
        state is never left; ``steady_state`` (state) [1]; ``first_passage`` (origin, destination) [steps
        between successive years]; and ``structure``, what the chain is: ``irreducible``; ``one closed
        class: …``, the other states empty in the end; ``several closed classes: …``, where the end depends on
        the beginning and there is no single steady state; or ``unknown after …`` where nothing follows a
        state that is reached. A state that never occurs is no part of the chain. ``steady_state`` is missing in
        the last two cases, ``first_passage`` unless the chain is irreducible.

    Raises
    ------
    ValueError
        If there are fewer than 2 years, or years are not ascending.
    """
    counts = cluster_transitions(cluster, classes).sum("year")
    table = counts.to_numpy()
    leaving = table.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        probability = np.where(leaving > 0, table / leaving, np.nan)
    structure, closed = _structure(table, tuple(classes))
    steady = np.full(len(classes), np.nan)
    passage = np.full(table.shape, np.nan)
    if closed is not None:
        occurs = np.flatnonzero(_occurs(table))
        steady[occurs] = 0.0
        steady[closed] = _steady_state(probability[np.ix_(closed, closed)])
        if closed.size == occurs.size:
            passage[np.ix_(closed, closed)] = _first_passage(probability[np.ix_(closed, closed)], steady[closed])
    pair = ("origin", "destination")
    return xr.Dataset(
        {
            "transitions": counts,
            "probability": (pair, probability),
            "steady_state": ("state", steady),
            "first_passage": (pair, passage),
            "structure": ((), structure),
        },
        coords={"state": list(classes)},
    )


def cluster_persistence(cluster: xr.DataArray, classes: Sequence[str] = LABELS) -> xr.Dataset:
    """Return how long each unit stays in each class.

    Parameters
    ----------
    cluster : DataArray
        Labels (unit, year), years ascending.
    classes : sequence of str
        The classes; years with another label, such as ``missing``, count for none and break a run.

    Returns
    -------
    Dataset
        On (unit, class): ``years`` in the class [1]; ``longest_run`` of successive years of the data in it
        [1]; ``share`` of the unit's years with one of the classes [1], missing where it has none.

    Raises
    ------
    ValueError
        If years are not ascending.
    """
    codes, _ = _codes(cluster, classes)
    member = codes[:, None, :] == np.arange(len(classes))[:, None]
    years = member.sum(axis=2)
    valid = (codes >= 0).sum(axis=1)[:, None]
    run, longest = np.zeros_like(years), np.zeros_like(years)
    for now in np.moveaxis(member, 2, 0):
        run = np.where(now, run + 1, 0)
        longest = np.maximum(longest, run)
    share = np.divide(years, valid, out=np.full(years.shape, np.nan), where=valid > 0)
    return xr.Dataset(
        {
            name: (("unit", "class"), rows)
            for name, rows in {"years": years, "longest_run": longest, "share": share}.items()
        },
        coords={"unit": cluster["unit"], "class": list(classes)},
    )


def cluster_counts(cluster: xr.DataArray, classes: Sequence[str] = LABELS) -> xr.DataArray:
    """Count the units of each class in every year: (cluster, year) [1] from labels (unit, year)."""
    codes, years = _codes(cluster, classes)
    counts = (codes == np.arange(len(classes))[:, None, None]).sum(axis=1)
    return xr.DataArray(counts, dims=("cluster", "year"), coords={"cluster": list(classes), "year": years})


def cluster_trend(counts: xr.DataArray) -> xr.Dataset:
    """Test the count of each cluster for a trend over the years, and describe its shape.

    Mann and Kendall's test with exact p (:func:`ecocomp.space.trend.mann_kendall`) and Sen's slope. A test for
    a monotonic trend finds nothing in counts that rise and then fall: read ``shape`` beside p.
    Source: Mann (1945), Econometrica 13, 245-259; Sen (1968), J. Am. Stat. Assoc. 63, 1379-1389.

    Parameters
    ----------
    counts : DataArray
        Counts (…, year) [1], years ascending, e.g. from :func:`cluster_counts`; missing ones are left out.

    Returns
    -------
    Dataset
        On the other dimensions: ``trend_s`` [1]; ``tau``, Kendall's tau-b [1]; ``trend_p``, two-sided [1];
        ``smallest_p``, what so many years could give at best [1], 0.33 with three years, 0.083 with four: if it
        is not below the level, the test could not have found a trend; ``slope`` [1/a]; and ``shape`` in words,
        e.g. ``rises, then falls (peak 2012)`` (:func:`ecocomp.space.trend.shape_in_words`).

    Raises
    ------
    ValueError
        If years are not ascending.
    """
    counts = counts.transpose(..., "year")
    years = _ascending_years(counts)
    values = counts.to_numpy().astype(np.float64)
    s, tau, p = mann_kendall(values)
    shape = np.empty(values.shape[:-1], dtype=object)
    for place in np.ndindex(shape.shape):
        shape[place] = shape_in_words(values[place], years.tolist())
    results = {
        "trend_s": s,
        "tau": tau,
        "trend_p": p,
        "smallest_p": smallest_p((~np.isnan(values)).sum(axis=-1)),
        "slope": sen_slope(values, years.astype(np.float64)),
        "shape": shape.astype(str),
    }
    template = counts.isel(year=0, drop=True)
    return xr.Dataset({name: template.copy(data=rows) for name, rows in results.items()})


def _codes(cluster: xr.DataArray, classes: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the position of each label in the classes (unit, year), −1 where it is none, and the years."""
    labels = cluster.transpose("unit", "year").to_numpy().astype(str)
    years = _ascending_years(cluster)
    codes = np.full(labels.shape, -1, dtype=np.int64)
    for number, name in enumerate(classes):
        codes[labels == name] = number
    return codes, years


def _ascending_years(values: xr.DataArray) -> NDArray[np.int64]:
    years = values["year"].to_numpy()
    if (np.diff(years) <= 0).any():
        raise ValueError(f"years must ascend, not {years.tolist()}: use .sortby('year')")
    return years


def _occurs(table: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which states occur at all (state)."""
    return np.asarray((table.sum(axis=0) + table.sum(axis=1)) > 0)


def _structure(table: NDArray[np.int64], classes: tuple[str, ...]) -> tuple[str, NDArray[np.intp] | None]:
    """Say what the chain is, and return the states of its only closed class, or None."""
    unknown = _occurs(table) & (table.sum(axis=1) == 0)
    if unknown.any() or not table.any():
        names = ", ".join(classes[state] for state in np.flatnonzero(unknown))
        return f"unknown after {names}" if names else "no transitions", None
    _, component = connected_components(table > 0, directed=True, connection="strong")
    occurs = np.flatnonzero(_occurs(table))
    leaves = (table > 0) & (component[:, None] != component)
    members = [np.flatnonzero(component == number) for number in dict.fromkeys(component[occurs])]
    closed = [states for states in members if not leaves[states].any()]
    if len(members) == 1:
        return "irreducible", members[0]
    names = "; ".join(", ".join(classes[state] for state in states) for states in closed)
    if len(closed) == 1:
        return f"one closed class: {names}", closed[0]
    return f"several closed classes: {names}", None


def _steady_state(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve π P = π, Σ π = 1 for an irreducible chain."""
    size = len(probability)
    equations = np.vstack([probability.T - np.eye(size), np.ones(size)])
    result: NDArray[np.float64] = np.linalg.lstsq(equations, np.append(np.zeros(size), 1.0))[0]
    return result


def _first_passage(probability: NDArray[np.float64], steady: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean first passage times of an irreducible chain (origin, destination)."""
    size = len(steady)
    fundamental = np.linalg.inv(np.eye(size) - probability + steady)
    times: NDArray[np.float64] = (np.diag(fundamental) - fundamental + np.eye(size)) / steady
    return times
