"""Strata of a factor: given labels, or intervals of its values by one of several methods."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import jenkspy
import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "FEWEST_UNITS",
    "METHODS",
    "MOST_STRATA",
    "Stratification",
    "breaks_of",
    "candidates",
    "combined",
    "given_strata",
    "stratify",
]

METHODS = ("equal_interval", "quantile", "natural_breaks", "geometric_interval", "standard_deviation")
"""Ways to cut a factor into intervals; an earlier one is preferred among equals."""
MOST_STRATA = 8
FEWEST_UNITS = 5
"""Units that every stratum of a discretised factor has at least."""


@dataclass(frozen=True)
class Stratification:
    """The strata of a factor.

    Attributes
    ----------
    method
        One of `METHODS`, or ``given``.
    labels
        Stratum of each unit, counted from 0 (unit).
    names
        What each stratum is: a label, or an interval that holds its upper end.
    breaks
        Upper ends of all intervals but the last, in the factor's own unit; empty for given strata.
    """

    method: str
    labels: NDArray[np.intp]
    names: tuple[str, ...]
    breaks: tuple[float, ...] = ()

    @property
    def size(self) -> int:
        """Number of strata."""
        return len(self.names)

    @property
    def counts(self) -> NDArray[np.intp]:
        """Units of each stratum (stratum)."""
        return np.bincount(self.labels, minlength=self.size)


def given_strata(labels: ArrayLike) -> Stratification:
    """Return the strata that a column of labels names, in the order of the labels.

    Parameters
    ----------
    labels
        Label of each unit (unit), none of them missing.
    """
    names, positions = np.unique(np.asarray(labels).astype(str), return_inverse=True)
    return Stratification("given", positions.astype(np.intp), tuple(str(name) for name in names))


def stratify(values: ArrayLike, method: str, classes: int) -> Stratification:
    """Cut a factor into intervals.

    Parameters
    ----------
    values
        Values of the factor (unit), none of them missing; any unit of measure.
    method
        One of `METHODS`.
    classes
        Number of intervals asked for [1]; fewer come out where values are tied or an interval is empty.

    Returns
    -------
    Stratification
        A value that equals a break lies in the lower interval.

    Raises
    ------
    ValueError
        If the method is unknown, there are fewer than 2 classes, or a value is missing or infinite.
    """
    x = np.asarray(values, dtype=float)
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    if classes < 2:
        raise ValueError(f"classes must be 2 or more, not {classes}")
    if not np.isfinite(x).all():
        raise ValueError("a factor to be cut has missing or infinite values: leave those units out")
    breaks = breaks_of(np.sort(x), method, classes)  # sums take the same bits in every order of units
    labels = np.searchsorted(breaks, x, side="left").astype(np.intp)
    used = np.unique(labels)
    kept = breaks[used[:-1]]  # an empty interval goes to the one above it
    labels = np.searchsorted(kept, x, side="left").astype(np.intp)
    return Stratification(method, labels, _intervals(x, kept), tuple(float(b) for b in kept))


def breaks_of(values: NDArray[np.float64], method: str, classes: int) -> NDArray[np.float64]:
    """Return the inner breaks of sorted values, ascending, by one of `METHODS`; none where all are the same.

    equal_interval: min + (max − min) j/k. quantile: the smallest value that a share j/k of the units does not exceed,
    so that strata do not change under increasing transforms of the factor. natural_breaks: least squared deviation
    within classes (Jenks 1977). geometric_interval: lengths in geometric progression, min (max/min)^(j/k), of
    positive values only. standard_deviation: the mean plus multiples of one standard deviation, k − 1 of them
    centred on the mean.
    """
    low, high = values.min(), values.max()
    steps = np.arange(1, classes)
    if low == high:
        return np.empty(0)
    if method == "equal_interval":
        found = low + (high - low) * steps / classes
    elif method == "quantile":
        found = np.quantile(values, steps / classes, method="inverted_cdf")
    elif method == "natural_breaks":
        distinct = np.unique(values).size
        found = np.array(jenkspy.jenks_breaks(values, n_classes=min(classes, distinct))[1:-1])
    elif method == "geometric_interval":
        found = low * (high / low) ** (steps / classes) if low > 0 else np.empty(0)
    else:
        found = values.mean() + (steps - classes / 2) * values.std(ddof=1)
    return np.unique(found[(found >= low) & (found < high)])


def candidates(values: ArrayLike) -> list[Stratification]:
    """Return every way to cut a factor that leaves 2 to 8 strata of 5 units or more, fewest strata first.

    Ways that give the same strata are listed once, under the earlier of `METHODS`. Where no way leaves enough units a
    stratum, the list is empty.
    """
    found: dict[bytes, Stratification] = {}
    for classes in range(2, MOST_STRATA + 1):
        for method in METHODS:
            strata = stratify(values, method, classes)
            if strata.size >= 2 and strata.counts.min() >= FEWEST_UNITS:
                found.setdefault(strata.labels.tobytes(), strata)
    return sorted(found.values(), key=lambda strata: (strata.size, METHODS.index(strata.method)))


def combined(first: Stratification, second: Stratification) -> NDArray[np.intp]:
    """Return the strata that two factors make together: the cell of each unit, counted from 0 (unit)."""
    cells: Any = first.labels * second.size + second.labels
    return np.unique(cells, return_inverse=True)[1].astype(np.intp)


def _intervals(values: NDArray[np.float64], breaks: NDArray[np.float64]) -> tuple[str, ...]:
    ends = [values.min(), *breaks, values.max()]
    texts = [f"{end:.6g}" for end in ends]
    return tuple(f"{'(' if i else '['}{low}, {high}]" for i, (low, high) in enumerate(pairwise(texts)))
