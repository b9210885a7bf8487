"""All draws of a study, chunk after chunk, and the answers drawn from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecocomp.uncertainty.answers import centre_table, region_table, unit_quantiles, unit_table
from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.chunk import REGIONAL, Chunk, chunk_of, chunks
from ecocomp.uncertainty.spool import Spool, spool

__all__ = ["Answers", "propagate"]

CELLS_AT_ONCE = 2**22
"""Draws of units whose quantiles are taken at a time: 16 MiB an array of amounts."""


@dataclass(frozen=True)
class Answers:
    """What the draws say: ``units`` one row a unit and year, ``region`` a year, ``centres`` a year and weighting."""

    units: pd.DataFrame
    region: pd.DataFrame
    centres: pd.DataFrame


def propagate(case: Case, progress: Callable[[str], None] | None = None) -> Answers:
    """Carry all draws of a study through amounts, groups, ranks, clusters and centres.

    Draws go through in chunks whose size the study alone decides; each is a function of its number, and they are
    reduced in order. Amounts and ranks are set aside in temporary files, 8 bytes a draw, unit and year, so that
    quantiles are exact (of amounts rounded to 24 binary digits).

    Parameters
    ----------
    case
        A study with at least one draw.
    progress
        Called with the number of draws done, now and then.
    """
    return gather(case, (chunk_of(case, start, stop) for start, stop in chunks(case)), progress)


def gather(case: Case, made: Iterable[Chunk], progress: Callable[[str], None] | None = None) -> Answers:
    """Reduce chunks, given in order, to answers."""
    years, units = case.panel.sizes["year"], case.panel.sizes["unit"]
    draws = case.study.uncertainty.draws
    counts: dict[str, NDArray[np.int64]] = {}
    regional: dict[str, list[NDArray[np.float64]]] = {name: [] for name in REGIONAL}
    centres, done, told = [], 0, 0
    with spool(np.float32, years, units) as amounts, spool(np.int32, years, units) as ranks:
        for chunk in made:
            amounts.append(chunk.amounts)
            ranks.append(chunk.ranks)
            counts = {name: counts.get(name, 0) + new for name, new in chunk.counts.items()}
            for name in REGIONAL:
                regional[name].append(chunk.regional[name])
            centres.append(chunk.centres)
            done += chunk.amounts.shape[2]
            if progress is not None and done * 10 // draws > told:
                told = done * 10 // draws
                progress(f"draws: {done:,} of {draws:,}")
        found = _quantiles(amounts, ranks, counts, draws)
    table = unit_table(case, counts, found)
    by_year = {name: np.concatenate(parts, axis=1) for name, parts in regional.items()}
    return Answers(table, region_table(case, by_year, table), centre_table(case, np.concatenate(centres)))


def _quantiles(
    amounts: Spool, ranks: Spool, counts: dict[str, NDArray[np.int64]], draws: int
) -> dict[str, NDArray[np.float64]]:
    """Return quantiles of amount and rank (year, unit), a block of units at a time."""
    years, units = counts["valid"].shape
    found: dict[str, NDArray[np.float64]] = {}
    step = max(1, CELLS_AT_ONCE // draws)
    pays = counts["paying"] >= counts["receiving"]
    for year in range(years):
        for start in range(0, units, step):
            block = slice(start, min(start + step, units))
            own = pays[year, block]
            for name, values in unit_quantiles(
                amounts.read(year, block.start, block.stop), ranks.read(year, block.start, block.stop), own
            ).items():
                found.setdefault(name, np.full((years, units), np.nan))[year, block] = values
    return found
