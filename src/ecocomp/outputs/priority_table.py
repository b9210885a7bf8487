"""The priority table: payers and recipients by rank side by side, a block a year."""

from __future__ import annotations

import pandas as pd

__all__ = ["BLOCK_COLUMNS", "SIDES", "display_names", "priority_blocks"]

SIDES = ("payer", "recipient")
BLOCK_COLUMNS = (
    "payer_unit", "payer", "payer_priority", "payer_amount",
    "recipient_unit", "recipient", "recipient_priority", "recipient_amount",
)  # fmt: skip
"""Columns of a block; its index is the rank."""


def display_names(results: pd.DataFrame, parents: list[str]) -> dict[str, str]:
    """Return the name by which a reader can tell each unit from the others.

    Parameters
    ----------
    results
        Table ``results`` of a run.
    parents
        Columns of larger units, outermost first.

    Returns
    -------
    dict
        Unit to name; a name that several units bear is followed by the innermost parent in brackets, or by the unit
        id where that does not tell them apart either.
    """
    units = results.drop_duplicates("unit").set_index("unit")
    names = units["name"].fillna("").astype(str)
    names = names.where(names != "", names.index.to_series())
    for column in [*parents[-1:], None]:
        repeated = names.duplicated(keep=False)
        tail = units[column].astype(str) if column is not None else names.index.to_series()
        names = names.where(~repeated, names + " (" + tail + ")")
    return {str(unit): str(name) for unit, name in names.items()}


def priority_blocks(
    results: pd.DataFrame, names: dict[str, str] | None = None, first_n: int | None = None
) -> dict[int, pd.DataFrame]:
    """Return the priority table: for each year the payers and recipients by rank.

    Parameters
    ----------
    results
        Table ``results`` of a run.
    names
        Name to print for each unit; left out: the column ``name``.
    first_n
        Ranks to keep; left out: all.

    Returns
    -------
    dict
        Year to a frame indexed by ``rank`` with the columns `BLOCK_COLUMNS`: priority [1] and amount [CNY, negative
        for recipients]. The shorter side ends in missing values; a year without any rank has an empty frame.
    """
    labels = results["unit"].map(names) if names is not None else results["name"]
    rows = results.assign(name=labels)
    return {int(str(year)): _block(part, first_n) for year, part in rows.groupby("year", sort=True)}


def _block(rows: pd.DataFrame, first_n: int | None) -> pd.DataFrame:
    sides = []
    for side in SIDES:
        ranked = rows[(rows["group"] == side) & rows["rank"].notna()]
        ranked = ranked.assign(rank=ranked["rank"].astype(int)).set_index("rank").sort_index()
        part = ranked[["unit", "name", "priority", "amount"]]
        part.columns = pd.Index([f"{side}_unit", side, f"{side}_priority", f"{side}_amount"])
        sides.append(part)
    block = pd.concat(sides, axis=1).sort_index().rename_axis("rank")[list(BLOCK_COLUMNS)]
    return block if first_n is None else block[block.index <= first_n]
