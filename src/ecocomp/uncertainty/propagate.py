"""All draws of a study, chunk after chunk, and the answers drawn from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecocomp.stopwatch import Share
from ecocomp.uncertainty.answers import centre_table, region_table, unit_quantiles, unit_table
from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.chunk import REGIONAL, Piece, chunks
from ecocomp.uncertainty.compute import Compute, in_this_process
from ecocomp.uncertainty.store import DrawStore, draw_store

__all__ = ["Answers", "propagate"]

Tell = Callable[[str], None]
BLOCKS_AT_ONCE = 2
"""Blocks of unit-years whose draws are held: reading and sorting them go on side by side."""


@dataclass(frozen=True)
class Answers:
    """What the draws say: ``units`` one row a unit and year, ``region`` a year, ``centres`` a year and weighting."""

    units: pd.DataFrame
    region: pd.DataFrame
    centres: pd.DataFrame


def propagate(
    case: Case, progress: Tell | None = None, *, compute: Compute = in_this_process, folder: Path | None = None
) -> Answers:
    """Carry all draws of a study through amounts, groups, ranks, clusters and centres.

    Draws go through in chunks whose size the study alone decides; each is a function of its number, and they are
    reduced in order, whoever computed them and when. They are set aside on disk, 8 bytes a draw, unit and year, so
    that quantiles are exact (of amounts rounded to 24 binary digits).

    Parameters
    ----------
    case
        A study with at least one draw.
    progress
        Called with the number of draws done, now and then.
    compute
        Computes chunks; :func:`ecocomp.uncertainty.cluster.workers` gives one that has Dask do it.
    folder
        Where draws are set aside, and stay, so that an interrupted run of the same study goes on from there, until
        :func:`ecocomp.uncertainty.store.discard`; left out: a temporary folder.

    Raises
    ------
    UsageError
        If the disk is full or the folder cannot be written.
    """
    tell, pieces = progress or (lambda _: None), chunks(case)
    with draw_store(case, folder, pieces, tell) as store:
        there = store.pieces()
        wanted = [piece for piece in pieces if piece not in set(there)]
        done = sum(stop - start for start, stop in there)
        _told(done, case.study.uncertainty.draws, compute(case, wanted, store), tell)
        return _answers(case, store)


def _told(done: int, draws: int, pieces: Iterable[Piece], tell: Tell) -> None:
    """Tell how many draws are done as pieces come, beside those that were there."""
    told = done * 100 // draws
    if done:
        tell(Share(f"draws: {done:,} of {draws:,} were computed before", done, draws))
    for start, stop in pieces:
        done += stop - start
        if done * 100 // draws > told:
            told = done * 100 // draws
            tell(Share(f"draws: {done:,} of {draws:,}", done, draws))


def _answers(case: Case, store: DrawStore) -> Answers:
    """Reduce all chunks of a store, in order."""
    counts: dict[str, NDArray[np.int64]] = {}
    regional: dict[str, list[NDArray[np.float64]]] = {name: [] for name in REGIONAL}
    centres = []
    for piece in store.pieces():
        of_units, of_region, places = store.rest(piece)
        counts = {name: counts.get(name, 0) + new for name, new in of_units.items()}
        for name in REGIONAL:
            regional[name].append(of_region[name])
        centres.append(places)
    table = unit_table(case, counts, _quantiles(store, counts))
    by_year = {name: np.concatenate(parts, axis=1) for name, parts in regional.items()}
    return Answers(table, region_table(case, by_year, table), centre_table(case, np.concatenate(centres)))


def _quantiles(store: DrawStore, counts: dict[str, NDArray[np.int64]]) -> dict[str, NDArray[np.float64]]:
    """Return quantiles of amount and rank (year, unit), a few blocks of unit-years at a time."""
    pays = counts["paying"] >= counts["receiving"]
    found: dict[str, NDArray[np.float64]] = {}

    def of_block(block: slice) -> dict[str, NDArray[np.float64]]:
        return unit_quantiles(*store.draws_of(block), pays.ravel()[block])

    blocks = store.blocks()
    with ThreadPoolExecutor(BLOCKS_AT_ONCE) as pool:
        for block, values in zip(blocks, pool.map(of_block, blocks), strict=True):
            for name, quantiles in values.items():
                found.setdefault(name, np.full(pays.shape, np.nan)).reshape(-1)[block] = quantiles
    return found
