"""Runs against a base: which units change group, how ranks move, and how much money does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ecocomp.comparison.revisions import rank_agreement
from ecocomp.issues import UsageError
from ecocomp.result import Result
from ecocomp.variables import weakest_origin

__all__ = ["COLUMNS", "SIDES", "compare_runs", "no_comparison", "with_scenarios"]

COLUMNS = {
    "comparison": [
        "scenario", "year", "units", "left_out", "group_changes", "to_payer", "to_recipient", "to_balanced",
        "changed_units", "payments_base", "payments", "receipts_base", "receipts", "gap_base", "gap", "money_moved",
        "settled_moved", "spearman", "kendall", "spearman_payers", "spearman_recipients", "rank_moves",
        "largest_rank_move", "largest_rank_move_unit", "cluster_changes",
    ],
    "comparison_units": [
        "scenario", "unit", "name", "year", "amount_base", "amount", "due_change", "settled_change", "group_base",
        "group", "group_changed", "rank_base", "rank", "rank_change", "cluster_base", "cluster",
    ],
}  # fmt: skip
"""Columns of the two tables, before ``data_origin``."""
SIDES = ("payer", "recipient")


def no_comparison() -> dict[str, pd.DataFrame]:
    """Return the two tables of a run that nothing is compared with."""
    return {name: pd.DataFrame(columns=[*columns, "data_origin"]) for name, columns in COLUMNS.items()}


def compare_runs(base: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare the units of a run with those of a base, year by year.

    Parameters
    ----------
    base, other
        Tables ``results``: a row a unit and year with ``amount, settled`` [CNY], ``group, rank, cluster, name``.

    Returns
    -------
    region : pandas.DataFrame
        A row a year that both have: the columns of ``comparison`` without ``scenario``. Sums and agreement run over the
        units that have an amount in both; ``left_out`` counts the others that either has.
    units : pandas.DataFrame
        A row a unit and year that both have: the columns of ``comparison_units`` without ``scenario``. A value that is
        missing in one of them leaves the change missing.

    Raises
    ------
    UsageError
        If the two have no unit, or no year, in common.

    Notes
    -----
    What is due is V, and nothing for a balanced unit: money moved = ½ Σ|due′ − due|, so that a threshold, which changes
    no amount, moves what it exempts. Ranks are compared where a unit is on the same side in both.
    """
    columns = ["unit", "year", "name", "amount", "settled", "group", "rank", "cluster"]
    first, second = (frame[columns].set_index(["unit", "year"]).sort_index() for frame in (base, other))
    for level in ("unit", "year"):
        one, two = (frame.index.unique(level) for frame in (first, second))
        if one.intersection(two).empty:
            told = [", ".join(map(str, labels[:3])) + ("…" if len(labels) > 3 else "") for labels in (one, two)]
            raise UsageError(f"the runs have no {level} in common ({told[0]}; {told[1]}): nothing can be compared")
    shared = first.index.intersection(second.index).sort_values()
    units = _units(first.loc[shared], second.loc[shared])
    years = [int(year) for year in shared.unique("year")]
    rows = []
    for year in sorted(years):
        either = first.xs(year, level="year").index.union(second.xs(year, level="year").index)
        rows.append({"year": year, **_region(units[units["year"] == year], len(either))})
    region = pd.DataFrame(rows).astype({"largest_rank_move": "Int64"})
    return region[COLUMNS["comparison"][1:]], units[COLUMNS["comparison_units"][1:]]


def _due(frame: pd.DataFrame) -> pd.Series:
    """Return what each unit has to pay (positive) or to receive: nothing where it is balanced [CNY]."""
    return frame["amount"].where(frame["group"] != "balanced", 0.0)


def _units(base: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    same_side = (base["group"] == other["group"]) & base["group"].isin(SIDES)
    compared = base["amount"].notna() & other["amount"].notna()
    ranks = [frame["rank"].astype("Int64") for frame in (base, other)]
    changed = compared & (base["group"] != other["group"])
    frame = pd.DataFrame(
        {
            "name": base["name"],
            "amount_base": base["amount"],
            "amount": other["amount"],
            "due_base": _due(base),
            "due": _due(other),
            "due_change": _due(other) - _due(base),
            "settled_change": other["settled"] - base["settled"],
            "group_base": base["group"],
            "group": other["group"],
            "group_changed": np.where(changed, "yes", "no"),
            "rank_base": ranks[0],
            "rank": ranks[1],
            "rank_change": (ranks[1] - ranks[0]).where(same_side),
            "cluster_base": base["cluster"],
            "cluster": other["cluster"],
        },
        index=base.index,
    )
    return frame.reset_index()


def _region(units: pd.DataFrame, either: int) -> dict[str, Any]:
    """Return what differs in one year over the units that have an amount in both."""
    known = units[units["amount_base"].notna() & units["amount"].notna()]
    changed = known[known["group_changed"] == "yes"]
    told = known["cluster_base"].ne("missing") & known["cluster"].ne("missing")
    spearman, kendall = rank_agreement(known["due_base"].to_numpy(float), known["due"].to_numpy(float))
    moves = known.dropna(subset="rank_change")
    steps = moves["rank_change"].to_numpy(int)
    largest = moves.iloc[int(np.abs(steps).argmax())] if steps.any() else None
    return {
        "units": len(known),
        "left_out": either - len(known),
        "group_changes": len(changed),
        **{f"to_{group}": int((changed["group"] == group).sum()) for group in (*SIDES, "balanced")},
        "changed_units": "; ".join(changed["unit"].astype(str)),
        **_sums(known),
        "spearman": spearman,
        "kendall": kendall,
        **{f"spearman_{side}s": _of_ranks(known, side) for side in SIDES},
        "rank_moves": int(np.count_nonzero(steps)),
        "largest_rank_move": pd.NA if largest is None else int(largest["rank_change"]),
        "largest_rank_move_unit": "" if largest is None else str(largest["unit"]),
        "cluster_changes": int((told & known["cluster_base"].ne(known["cluster"])).sum()),
    }


def _sums(known: pd.DataFrame) -> dict[str, float]:
    """Return sums over the compared units [CNY]; missing where there is none."""
    sums: dict[str, float] = {}
    for end, column in (("_base", "due_base"), ("", "due")):
        due = known[column].to_numpy(float)
        paid, received = due.clip(min=0).sum(), (-due).clip(min=0).sum()
        sums |= {f"payments{end}": paid, f"receipts{end}": received, f"gap{end}": paid - received}
    sums["money_moved"] = np.abs(known["due_change"].to_numpy(float)).sum() / 2
    sums["settled_moved"] = np.abs(known["settled_change"].to_numpy(float)).sum() / 2
    return {name: float(value) if len(known) else np.nan for name, value in sums.items()}


def _of_ranks(known: pd.DataFrame, side: str) -> float:
    """Return Spearman's rho of the priority ranks of the units that are on a side in both."""
    both = known[(known["group_base"] == side) & (known["group"] == side)].dropna(subset=["rank_base", "rank"])
    return rank_agreement(both["rank_base"].to_numpy(float), both["rank"].to_numpy(float))[0]


def with_scenarios(base: Result, scenarios: Mapping[str, Result]) -> Result:
    """Return a result with others beside it, and the tables of what differs between them and it.

    Parameters
    ----------
    base
        What the others are compared with.
    scenarios
        Results by name, in the order in which they are to be told.

    Raises
    ------
    UsageError
        If one of them has no unit, or no year, in common with the base, or another currency; it names that one.
    """
    tables: dict[str, list[pd.DataFrame]] = {name: [] for name in COLUMNS}
    for name, result in scenarios.items():
        if result.currency != base.currency:
            raise UsageError(
                f"{name}: its money is in {result.currency} and the base's in {base.currency}: without an exchange "
                "rate nothing can be compared"
            )
        try:
            compared = compare_runs(base.results, result.results)
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from None
        origin = weakest_origin(base.manifest["data_origin"], result.manifest["data_origin"])
        for (table, columns), frame in zip(COLUMNS.items(), compared, strict=True):
            whole = frame.assign(scenario=name, data_origin=origin)
            tables[table].append(whole[[*columns, "data_origin"]])
    frames = {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items() if parts}
    manifest = {**base.manifest, "scenarios": list(scenarios)}
    return replace(base, **frames, scenarios=dict(scenarios), manifest=manifest)
