"""Histories of clusters as tables: steps, chain, units and classes, each empty for a study of one year."""

from __future__ import annotations

import pandas as pd

from ecocomp.space import ClusterHistories

__all__ = ["history_frames"]

TOLD = ("HH", "LL", "HL", "LH")
"""Classes whose years and runs are told of every unit: the clusters and outliers."""

COLUMNS = {
    "transitions": ["previous_year", "year", "origin", "destination", "transitions"],
    "markov": ["origin", "destination", "transitions", "probability", "steady_state", "first_passage", "structure"],
    "histories": [
        "unit", "name", "years_classed", *(f"years_{c}" for c in TOLD), *(f"longest_run_{c}" for c in TOLD),
        "pattern", "hot_share", "cold_share", "tau", "trend_p",
    ],
    "cluster_trends": ["cluster", "trend_s", "tau", "trend_p", "smallest_p", "slope", "shape"],
}  # fmt: skip


def history_frames(histories: ClusterHistories | None, names: pd.Series) -> dict[str, pd.DataFrame]:
    """Return ``transitions``, ``markov``, ``histories`` and ``cluster_trends``, empty where there is no history.

    Parameters
    ----------
    histories
        What :func:`ecocomp.space.cluster_histories` returned.
    names
        Name of every unit, indexed by unit.
    """
    if histories is None:
        return {name: pd.DataFrame(columns=columns) for name, columns in COLUMNS.items()}
    frames = {
        "transitions": histories.transitions.to_dataframe("transitions").reset_index(),
        "markov": _markov(histories),
        "histories": _of_units(histories, names),
        "cluster_trends": histories.trends.to_dataframe().reset_index(),
    }
    return {name: frame[COLUMNS[name]] for name, frame in frames.items()}


def _markov(histories: ClusterHistories) -> pd.DataFrame:
    """Return a row for each pair of classes; the steady state is that of the class gone to."""
    chain = histories.chain
    pairs = chain[["transitions", "probability", "first_passage"]]
    frame = pairs.to_dataframe(dim_order=["origin", "destination"]).reset_index()
    steady = chain["steady_state"].to_series()
    return frame.assign(steady_state=frame["destination"].map(steady), structure=chain["structure"].item())


def _of_units(histories: ClusterHistories, names: pd.Series) -> pd.DataFrame:
    units = histories.units
    frame = units[["pattern", "hot_share", "cold_share", "tau", "trend_p"]].to_dataframe().reset_index()
    years, runs = units["years"], units["longest_run"]
    columns = {f"years_{c}": years.sel({"class": c}).values for c in TOLD}
    columns |= {f"longest_run_{c}": runs.sel({"class": c}).values for c in TOLD}
    return frame.assign(name=frame["unit"].map(names), years_classed=years.sum("class").values, **columns)
