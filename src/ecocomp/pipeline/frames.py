"""From labelled arrays to the tables of a result: columns in the interface's order, no number made here but sums."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from ecocomp.issues import Issue
from ecocomp.panel import total_by
from ecocomp.pipeline.histories import history_frames
from ecocomp.settlement import Settled
from ecocomp.space import ClusterHistories
from ecocomp.uncertainty import COLUMNS, Answers

__all__ = ["driver_frames", "tabulate", "together", "uncertainty_frames"]

_TOTALS = ("emissions", "sequestration", "account", "gdp", "population", "area")
_REVISIONS = (
    "year", "revision", "other_revision", "units", "spearman", "kendall", "sign_flips", "flipped_units", "money_moved",
)  # fmt: skip


def together(*parts: xr.Dataset | xr.DataArray) -> xr.Dataset:
    """Return one dataset of parts whose labels must be the same.

    Raises
    ------
    ValueError
        If a label is missing in one of them (`xarray.AlignmentError`).
    """
    return xr.merge(parts, join="exact", compat="no_conflicts")


def tabulate(
    units: xr.Dataset,
    region: xr.Dataset,
    centres: xr.Dataset,
    ellipses: xr.Dataset,
    histories: ClusterHistories | None,
    balance: xr.Dataset,
    stability: pd.DataFrame,
    revisions: pd.DataFrame | None,
    settled: Settled,
    issues: Sequence[Issue],
) -> dict[str, pd.DataFrame]:
    """Return the tables of a result by name, each with the column ``data_origin``.

    Parameters
    ----------
    units
        Everything on (unit, year); coordinates ``name`` and the parent levels named in ``attrs["parents"]``.
    region, centres, ellipses, balance
        Arrays on (year,), (year, weighting) and (year, n).
    histories
        What became of the clusters; None with a single year.
    stability, revisions, settled, issues
        Tables and issues as their steps made them.
    """
    parents = list(units.attrs["parents"])
    names = pd.Series(units["name"].values, index=units["unit"].values)
    frames = {
        "results": _results(units, parents),
        "regional": _regional(units, region),
        "subtotals": _subtotals(units, parents),
        "centres": _by_weighting(centres, [
            "lon", "lat", "leverage", "host_unit", "distance_km", "bearing_deg", "speed_km_a"]),
        "ellipses": _by_weighting(ellipses, [
            "lon", "lat", "semi_major_km", "semi_minor_km", "rotation_deg", "area_km2"]),
        **history_frames(histories, names),
        "balance": _balance(balance),
        "rank_stability": stability.assign(name=stability["unit"].map(names)),
        "revisions": pd.DataFrame(columns=list(_REVISIONS)) if revisions is None else revisions[list(_REVISIONS)],
        "transfers": settled.transfers,
        "transfers_parents": settled.parents,
        "ledger": settled.ledger.assign(name=settled.ledger["unit"].map(names)),
        "settlement_limits": settled.limits,
        "issues": _issues(issues),
    }  # fmt: skip
    stability_columns = ["group", "unit", "name"]
    frames["rank_stability"] = frames["rank_stability"][
        stability_columns + [c for c in stability.columns if c not in stability_columns]
    ]
    frames["ledger"].insert(1, "name", frames["ledger"].pop("name"))
    return {name: frame.assign(data_origin=units.attrs["data_origin"]) for name, frame in frames.items()}


def uncertainty_frames(answers: Answers | None, results: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables of what the draws say by name, empty without draws.

    Parameters
    ----------
    answers
        Of :func:`ecocomp.uncertainty.propagate`; None without draws.
    results
        The table of units, which has their names and the data's origin.
    """
    if answers is None:
        return {name: pd.DataFrame(columns=[*columns, "data_origin"]) for name, columns in COLUMNS.items()}
    names = results.drop_duplicates("unit").set_index("unit")["name"]
    units = answers.units.assign(name=answers.units["unit"].map(names))
    whole = dict.fromkeys(("rank_median", "rank_low", "rank_high"), "Int64")
    frames = (units.astype(whole), answers.region, answers.centres)
    origin = results["data_origin"].iloc[0]
    return {
        name: frame[columns].assign(data_origin=origin)
        for (name, columns), frame in zip(COLUMNS.items(), frames, strict=True)
    }


def driver_frames(tables: dict[str, pd.DataFrame], results: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables of :func:`ecocomp.drivers.explain` with the origin of the table of units."""
    origin = None if results.empty else results["data_origin"].iloc[0]
    return {name: frame.assign(data_origin=origin) for name, frame in tables.items()}


def _issues(issues: Sequence[Issue]) -> pd.DataFrame:
    frame = pd.DataFrame([issue.as_dict() for issue in issues], columns=Issue.columns())
    return frame.astype({"row": "Int64", "year": "Int64"})


def _results(units: xr.Dataset, parents: list[str]) -> pd.DataFrame:
    data = units.rename(i="local_moran").assign(price=units["price"].broadcast_like(units["amount"]))
    data["burden"] = data["settled"] / data["gdp"]
    frame = data.to_dataframe(dim_order=["unit", "year"]).reset_index()
    frame["uncertain"] = np.where(frame["uncertain"].astype(bool), "yes", "no")
    for column in ("rank", "priority_class"):
        frame[column] = frame[column].astype("Int64")
    if "population" not in frame:  # a revision without it: the columns are there, and empty
        frame[["population", "bivariate_moran", "bivariate_p"]] = np.nan
        frame["bivariate_cluster"] = "missing"
    columns = [
        "unit", "name", *parents, "year", "emissions", "sequestration", "gdp", "population", "area", "account",
        "size_index", "revised", "price", "stage_coefficient", "amount", "group", "priority", "rank", "priority_class",
        "settled", "burden", "local_moran", "p_value", "p_low", "p_high", "p_fdr", "cluster", "uncertain",
        "gi_star_z", "hot_spot", "bivariate_moran", "bivariate_p", "bivariate_cluster",
    ]  # fmt: skip
    return frame[columns]


def _regional(units: xr.Dataset, region: xr.Dataset) -> pd.DataFrame:
    counts = xr.Dataset({"units": xr.full_like(region["payments"], units.sizes["unit"], dtype=int)})
    for column, label in [
        ("payers", "payer"),
        ("recipients", "recipient"),
        ("balanced",) * 2,
        ("missing",) * 2,
    ]:
        counts[column] = (units["group"] == label).sum("unit")
    columns = [
        "payments", "receipts", "gap", "transferred", "unallocated", "unfunded", "topped_up", "kept",
        "carried_over", "moran_i", "moran_z", "moran_p",
        "n_HH", "n_LL", "n_HL", "n_LH", "n_ns", "n_isolate", "n_directed", "n_two_sided", "n_fdr",
    ]  # fmt: skip
    frame = together(counts, region[columns]).to_dataframe().reset_index()
    return frame[["year", *counts.data_vars, *columns]]


def _subtotals(units: xr.Dataset, parents: list[str]) -> pd.DataFrame:
    """Add up over each parent: totals are missing where a part is, money runs over the units that have an amount."""
    due = units["amount"].where(units["group"] != "balanced", 0.0).fillna(0.0)
    parts = units[[name for name in _TOTALS if name in units]].assign(
        units=xr.ones_like(due),
        missing=(units["group"] == "missing").astype(float),
        payments=due.clip(min=0),
        receipts=(-due).clip(min=0),
        net=due,
    )
    first = ["parent_level", "parent", "year", "units", "missing"]
    columns = [*first, *_TOTALS, "payments", "receipts", "net"]
    rows = [pd.DataFrame(columns=columns)] if not parents else []
    for level in parents:
        sums = xr.Dataset({name: total_by(part, units[level].values) for name, part in parts.data_vars.items()})
        frame = sums.rename(unit="parent").to_dataframe(dim_order=["parent", "year"]).reset_index()
        rows.append(frame.assign(parent_level=level).astype({"units": int, "missing": int}))
    return pd.concat(rows, ignore_index=True).reindex(columns=columns)


def _by_weighting(data: xr.Dataset, columns: list[str]) -> pd.DataFrame:
    frame = data.to_dataframe(dim_order=["year", "weighting"]).reset_index()
    return frame[["year", "weighting", *columns]]


def _balance(balance: xr.Dataset) -> pd.DataFrame:
    frame = balance.to_dataframe(dim_order=["year", "n"]).reset_index().dropna(subset="payments_top_n")
    flags = {c: np.where(frame[c], "yes", "no") for c in ("crossing", "closest")}
    return frame.assign(**flags).reset_index(drop=True)
