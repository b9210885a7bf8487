"""Whom each unit pays or is paid by: the largest transfers of every year, out of perhaps millions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecocomp.outputs.explorer.encoding import Pool

__all__ = ["PARTNERS", "partners_of"]

PARTNERS = 5
"""Transfers told of each unit and year: its largest, and how many there are."""

Whole = NDArray[np.int64]


def partners_of(transfers: pd.DataFrame, units: pd.Index, years: list[int], pool: Pool) -> dict[str, Any] | None:
    """Return the largest transfers of each unit and year, paid and received alike, and how many it has.

    Parameters
    ----------
    transfers
        Table ``transfers`` of a run.
    units, years
        In the order of the page.
    pool
        Keeps the columns: ``counts`` (cell), ``starts`` (cell + 1) into ``partners`` and ``amounts`` [CNY], a cell
        being a unit and year. A partner is a unit's number, or beyond them one of ``others``, as a fund is.

    Returns
    -------
    dict or None
        Numbers of the columns, and ``others``; None without transfers.
    """
    if transfers.empty:
        return None
    payer, payers = pd.factorize(transfers["payer"].astype(str))
    recipient, recipients = pd.factorize(transfers["recipient"].astype(str))
    known = units.astype(str)
    others = sorted((set(payers) | set(recipients)) - set(known))
    parties = pd.Index([*known, *others])
    payer, recipient = parties.get_indexer(payers)[payer], parties.get_indexer(recipients)[recipient]
    amount, when = transfers["amount"].to_numpy(dtype=np.float64), transfers["year"].to_numpy()
    counts, cell, partner, largest = [], [], [], []
    for t, year in enumerate(years):  # a year at a time: a plan may pair every payer with every recipient
        rows = np.flatnonzero(when == year)
        own = np.concatenate([payer[rows], recipient[rows]])
        other, money = np.concatenate([recipient[rows], payer[rows]]), np.tile(amount[rows], 2)
        counts.append(np.bincount(own, minlength=len(parties))[: len(units)])
        first = _first_of_each(own, np.lexsort((other, -money, own)))
        first = first[own[first] < len(units)]
        cell.append(own[first] * len(years) + t)
        partner.append(other[first])
        largest.append(money[first])
    cells = np.stack(counts, axis=1).ravel()
    order = np.argsort(np.concatenate(cell), kind="stable")
    return {
        "others": others,
        "counts": pool.numbers(cells, "u4"),
        "starts": pool.numbers(np.concatenate([[0], np.cumsum(np.minimum(cells, PARTNERS))]), "u4"),
        "partners": pool.numbers(np.concatenate(partner)[order], "u4"),
        "amounts": pool.numbers(np.concatenate(largest)[order]),
    }


def _first_of_each(own: Whole, order: Whole) -> Whole:
    """Return the first rows of each unit from rows sorted by unit, at most :data:`PARTNERS` of them."""
    units = own[order]
    starts = np.searchsorted(units, units)  # where the rows of the same unit begin
    return order[np.arange(len(order)) - starts < PARTNERS]
