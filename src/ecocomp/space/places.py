"""Where values stand in a sorted array: binary search, behind a table that answers most of many values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Table", "tabulate", "worth_a_table"]

FEWEST_BINS, MOST_BINS = 2, 64
"""Bins of the table for each sorted value: with fewer most values are searched for, more are not worth their making."""

LARGEST_TABLE = 2**16
OUTSIDE = 0.02
"""Share of the sorted values on either side that the table leaves out: a long tail would thin out the rest."""


def worth_a_table(ranked: int, values: int) -> bool:
    """Tell whether so many values are placed among so many sorted ones faster by a table than by search."""
    return _bins(ranked, values) >= FEWEST_BINS * ranked


@dataclass(frozen=True)
class Table:
    """Sorted values behind a table of bins.

    A line maps values to bins, and rounded or not it never turns two values round: if v < w, the bin of v is not
    above that of w. So a value in a bin without sorted values stands after those of all lower bins, which the
    table knows; only a value that shares its bin is searched for.

    Attributes
    ----------
    ranked
        The sorted values.
    line
        Slope and offset of the line, and the number of bins within its range.
    below
        Number of sorted values in all lower bins, −1 for a bin that holds some (bin).
    """

    ranked: NDArray[np.float64]
    line: tuple[float, float, int]
    below: NDArray[np.intp]

    def places(self, values: NDArray[np.float64], side: Literal["left", "right"]) -> NDArray[np.intp]:
        """Return what ``numpy.searchsorted`` does, for many values in a fraction of its time.

        Parameters
        ----------
        values : ndarray
            Finite values, in any order.
        side : {"left", "right"}
            Before or after equal ones.

        Returns
        -------
        ndarray of int
            Number of sorted values below each value, or not above it.
        """
        found: NDArray[np.intp] = self.below.take(_bin_of(values, *self.line))
        shared = (found < 0).nonzero()[0]
        found[shared] = np.searchsorted(self.ranked, values.take(shared), side)
        return found


def tabulate(ranked: NDArray[np.float64], values: int) -> Table:
    """Put sorted values behind a table.

    Parameters
    ----------
    ranked : ndarray
        Finite values, ascending, at least one.
    values : int
        Number of values to be placed among them, which decides on the size of the table [1].
    """
    bins, outside = _bins(ranked.size, values), int(OUTSIDE * ranked.size)
    first, last = ranked[outside], ranked[-1 - outside]
    with np.errstate(over="ignore", divide="ignore"):
        slope = bins / (last - first)
    # where all are the same, all values fall into the first bin, and are searched for
    line = (slope, 1 - first * slope, bins) if 0 < slope < np.inf else (0.0, 0.0, bins)
    inside = np.bincount(_bin_of(ranked, *line), minlength=bins + 2)
    below = np.cumsum(inside)
    below[inside > 0] = -1
    return Table(ranked, line, below)


def _bins(ranked: int, values: int) -> int:
    return min(LARGEST_TABLE, MOST_BINS * ranked, values)


def _bin_of(values: NDArray[np.float64], slope: float, offset: float, bins: int) -> NDArray[np.intp]:
    """Return the bin of each value: 1 to ``bins`` within the line's range, 0 and ``bins + 1`` outside."""
    at = values * slope
    at += offset
    np.clip(at, 0, bins + 1, out=at)
    return at.astype(np.intp)
