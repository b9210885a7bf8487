"""The ledger: each unit's account of each year, as a bank would state it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecocomp.settlement.fen import Fen

__all__ = ["LEDGER_COLUMNS", "Entry", "ledger_of", "partners_of"]

LEDGER_COLUMNS = [
    "unit", "year", "carried_in", "due", "owed", "cap", "floor", "paid", "received", "settled", "waived",
    "carried_out", "running", "partners", "largest_partners",
]  # fmt: skip
LARGEST = 3


@dataclass(frozen=True)
class Entry:
    """One year of all units [fen], positive what a unit pays or owes; ``cap`` and ``floor`` are missing without one."""

    year: int
    known: npt.NDArray[np.bool_]
    carried_in: Fen
    due: Fen
    cap: npt.NDArray[np.float64]
    floor: npt.NDArray[np.float64]
    settled: Fen
    carried_out: Fen
    partners: tuple[Fen, list[str]]


def ledger_of(entries: Sequence[Entry], units: Sequence[str]) -> pd.DataFrame:
    """Return one row for each unit and year, sorted by unit.

    In every row ``carried_in + due = owed`` and ``owed = settled + waived + carried_out`` to the fen; the year's
    ``carried_out`` is the next one's ``carried_in``; ``running`` adds up what is settled.

    Parameters
    ----------
    entries
        Years in order.
    units
        Unit ids in the order of the entries.
    """
    frames, running = [], np.zeros(len(units), dtype=np.int64)
    for entry in entries:
        owed = entry.carried_in + entry.due
        running = running + entry.settled
        money = {
            "due": entry.due, "owed": owed, "paid": np.maximum(entry.settled, 0),
            "received": np.maximum(-entry.settled, 0), "settled": entry.settled,
            "waived": owed - entry.settled - entry.carried_out,
        }  # fmt: skip
        columns = {name: np.where(entry.known, fen / 100, np.nan) for name, fen in money.items()}
        columns |= {"carried_in": entry.carried_in / 100, "carried_out": entry.carried_out / 100,
                    "running": running / 100, "cap": entry.cap / 100, "floor": entry.floor / 100}  # fmt: skip
        count, words = entry.partners
        frames.append(
            pd.DataFrame({"unit": list(units), "year": entry.year, **columns, "partners": count,
                          "largest_partners": words})
        )  # fmt: skip
    frame = pd.concat(frames, ignore_index=True)
    return frame.sort_values(["unit", "year"], kind="stable", ignore_index=True)[LEDGER_COLUMNS]


def partners_of(
    sides: Sequence[tuple[str, npt.NDArray[np.intp], npt.NDArray[np.intp], Fen]], parties: Sequence[str], units: int
) -> tuple[Fen, list[str]]:
    """Return how many partners each unit has in a year, and the largest of them in words.

    Parameters
    ----------
    sides
        For each way that money goes: the word before the partner, the units, their partners, and the transfers [fen].
    parties
        Names of units, then of funds; partners count in these.
    units
        How many of the parties are units.
    """
    count, words = np.zeros(units, dtype=np.int64), [""] * units
    for word, own, other, fen in sides:
        order = np.lexsort((other, -fen, own))
        own, other, fen = own[order], other[order], fen[order]
        count += np.bincount(own, minlength=units)
        starts = np.searchsorted(own, np.arange(units))
        place = np.arange(own.size) - starts[own]
        for k in np.flatnonzero(place < LARGEST):
            told = f"{word} {parties[other[k]]} {fen[k] / 100:,.2f}"
            words[own[k]] = f"{words[own[k]]}; {told}" if words[own[k]] else told
    return count, words
