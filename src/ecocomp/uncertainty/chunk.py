"""A chunk of draws: a pure function of the case and the numbers of the draws, and what of it must be kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ecocomp import space
from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.inputs import DrawnInputs, drawn_inputs
from ecocomp.uncertainty.latent import Latent, latent_points
from ecocomp.uncertainty.outcome import outcome_of

__all__ = ["CLUSTERS", "REGIONAL", "WEIGHTINGS", "Chunk", "Piece", "chunk_of", "chunks"]

CLUSTERS = ("HH", "LL", "HL", "LH", "ns")
REGIONAL = ("payments", "receipts", "gap", "payers", "recipients")
WEIGHTINGS: tuple[Any, ...] = ("payments", "receipts")

Counts = NDArray[np.int64]
Piece = tuple[int, int]
"""The first draw of a chunk, and the one after its last."""


@dataclass(frozen=True)
class Chunk:
    """What some draws lead to.

    Attributes
    ----------
    amounts
        V (year, unit, draw) [CNY], rounded to 24 binary digits.
    ranks
        Rank among the payers, or the negative of that among the recipients, or 0 (year, unit, draw).
    counts
        Number of draws in which something is so (year, unit): ``valid``, ``paying``, ``receiving``, ``first_paying``,
        ``first_receiving`` (among the first N), ``classed`` and each of ``CLUSTERS``.
    regional
        ``REGIONAL`` by name (year, draw).
    centres
        Longitude and latitude of the centres of gravity (draw, year, weighting, 2) [degrees].
    """

    amounts: NDArray[np.float32]
    ranks: NDArray[np.int32]
    counts: dict[str, Counts]
    regional: dict[str, NDArray[np.float64]]
    centres: NDArray[np.float64]


def chunks(case: Case) -> list[Piece]:
    """Return the first draw of each chunk and the one after its last, as the study's size alone decides."""
    draws, step = case.study.uncertainty.draws, case.draws_at_once
    return [(start, min(start + step, draws)) for start in range(0, draws, step)]


def latent_of(case: Case, start: int, stop: int) -> Latent:
    """Return the independent factors of some draws of a study."""
    stated = case.study.uncertainty
    return latent_points(case.columns, stated.points, stated.draws, case.study.study.seed)[0].part(start, stop)


def chunk_of(case: Case, start: int, stop: int) -> Chunk:
    """Return what the draws from ``start`` to before ``stop`` lead to.

    A function of the case and these numbers alone: a draw gives the same bits in every chunk that holds it.
    """
    drawn = drawn_inputs(case, latent_of(case, start, stop))
    return _joined([_chunk_of_years(case, drawn.of_years(years), start) for years in year_parts(case)])


def year_parts(case: Case) -> list[slice]:
    """Return the years that are carried through together: all of them, unless a single draw of all is too large."""
    years, step = case.panel.sizes["year"], case.years_at_once
    return [slice(start, min(start + step, years)) for start in range(0, years, step)]


def _joined(parts: Sequence[Chunk]) -> Chunk:
    """Return chunks of the same draws and successive years as one."""
    if len(parts) == 1:
        return parts[0]

    def of_tables(name: str) -> dict[str, NDArray[Any]]:
        return {key: np.concatenate([getattr(part, name)[key] for part in parts]) for key in getattr(parts[0], name)}

    return Chunk(
        np.concatenate([part.amounts for part in parts]),
        np.concatenate([part.ranks for part in parts]),
        of_tables("counts"),
        of_tables("regional"),
        np.concatenate([part.centres for part in parts], axis=1),
    )


def _chunk_of_years(case: Case, drawn: DrawnInputs, start: int) -> Chunk:
    found = outcome_of(case, drawn)
    sides = found["side"].values.astype(np.int32)
    ranks = np.nan_to_num(found["rank"].values).astype(np.int32)
    np.negative(ranks, out=ranks, where=sides == -1)
    centres = space.centres_of_gravity(found["due"], case.centroids, WEIGHTINGS)
    degrees = np.stack(
        [centres[name].transpose("draw", "year", "weighting").values for name in ("lon", "lat")], axis=-1
    )
    return Chunk(
        amounts=_draws_last(found["amount"].values.astype(np.float32)),
        ranks=_draws_last(ranks),
        counts=_counts(sides, ranks, case.study.zoning.first_n) | _clusters(case, found["amount"], start),
        regional={name: found[name].transpose("year", "draw").values.astype(float) for name in REGIONAL},
        centres=degrees,
    )


def _draws_last(values: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(np.moveaxis(values, 0, -1))


def _counts(sides: NDArray[np.int32], ranks: NDArray[np.int32], first_n: int) -> dict[str, Counts]:
    is_so = {
        "valid": sides != 2,
        "paying": sides == 1,
        "receiving": sides == -1,
        "first_paying": (ranks > 0) & (ranks <= first_n),
        "first_receiving": (ranks < 0) & (ranks >= -first_n),
    }
    return {name: flags.sum(axis=0, dtype=np.int64) for name, flags in is_so.items()}


def _clusters(case: Case, amounts: xr.DataArray, start: int) -> dict[str, Counts]:
    """Return how often each unit is in each cluster, in those of the draws in which clusters are told."""
    stated = case.study.uncertainty
    told = min(max(0, stated.cluster_draws - start), amounts.sizes["draw"])
    if not told:
        return {name: np.zeros(amounts.shape[1:], dtype=np.int64) for name in ("classed", *CLUSTERS)}
    labels = space.cluster_labels(
        amounts.isel(draw=slice(told)), case.graph, stated.cluster_permutations, case.study.study.seed
    ).values
    counts = {name: (labels == name).sum(axis=0, dtype=np.int64) for name in CLUSTERS}
    return counts | {"classed": (labels != "missing").sum(axis=0, dtype=np.int64)}
