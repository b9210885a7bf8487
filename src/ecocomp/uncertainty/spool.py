"""Draws set aside on disk, so that exact quantiles of every unit need no memory for all draws of all units."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ecocomp.issues import UsageError

__all__ = ["Spool", "spool"]


class Spool:
    """Arrays (year, unit, draw) of successive chunks in one temporary file, read back a block of units at a time."""

    def __init__(self, file: IO[bytes], dtype: DTypeLike, years: int, units: int) -> None:
        self._file, self._dtype, self._shape = file, np.dtype(dtype), (years, units)
        self._chunks: list[tuple[int, int]] = []  # where each begins [bytes], and its draws

    def append(self, values: NDArray[Any]) -> None:
        """Set a chunk aside.

        Raises
        ------
        UsageError
            If the disk is full.
        """
        self._chunks.append((self._file.tell(), values.shape[2]))
        try:
            self._file.write(np.ascontiguousarray(values, dtype=self._dtype).data)
        except OSError as error:
            raise UsageError(
                f"the draws do not fit into the folder of temporary files {tempfile.gettempdir()} ({error.strerror}); "
                "make room, set TMPDIR to another folder, or ask for fewer draws"
            ) from None

    def read(self, year: int, start: int, stop: int) -> NDArray[Any]:
        """Return the values of some units in a year (unit, draw), draws in order."""
        parts = []
        for begin, draws in self._chunks:
            self._file.seek(begin + (year * self._shape[1] + start) * draws * self._dtype.itemsize)
            data = self._file.read((stop - start) * draws * self._dtype.itemsize)
            parts.append(np.frombuffer(data, self._dtype).reshape(stop - start, draws))
        return np.concatenate(parts, axis=1)


@contextmanager
def spool(dtype: DTypeLike, years: int, units: int) -> Iterator[Spool]:
    """Open a spool; its file is gone when the block ends, however it ends."""
    with tempfile.TemporaryFile(prefix="ecocomp-draws-") as file:
        yield Spool(file, dtype, years, units)
