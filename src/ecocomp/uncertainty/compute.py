"""Who computes chunks: this process, or what :mod:`ecocomp.uncertainty.cluster` makes of Dask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.chunk import Piece, chunk_of
from ecocomp.uncertainty.store import DrawStore

__all__ = ["Compute", "in_this_process"]

Compute = Callable[[Case, Sequence[Piece], DrawStore], Iterator[Piece]]
"""Computes chunks of a case and sets them aside in a store; yields each piece that is done, in any order."""


def in_this_process(case: Case, pieces: Sequence[Piece], store: DrawStore) -> Iterator[Piece]:
    """Compute chunks one after the other."""
    for piece in pieces:
        store.put(piece, chunk_of(case, *piece))
        yield piece
