"""Work on many units a portion at a time, by as many threads as there are processors."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

__all__ = ["UNITS_AT_ONCE", "by_portions"]

UNITS_AT_ONCE = 2**14
"""What is worked on at a time stays in the cache."""

PORTIONS_PER_THREAD = 4
"""With fewer, threads take longer to begin than they save."""


def by_portions(units: int, work: Callable[[slice], None]) -> None:
    """Call a function for each portion of the units, at the same time where there are many.

    Parameters
    ----------
    units : int
        Number of units [1].
    work : callable
        Takes the slice of a portion and writes what belongs to these units alone: then nothing depends on who works
        on what, or when.
    """
    if units <= UNITS_AT_ONCE:
        work(slice(0, units))
        return
    portions = [slice(start, min(start + UNITS_AT_ONCE, units)) for start in range(0, units, UNITS_AT_ONCE)]
    threads = min(_processors(), len(portions) // PORTIONS_PER_THREAD)
    if threads < 2:
        for portion in portions:
            work(portion)
        return

    def work_through(share: list[slice]) -> None:
        for portion in share:
            work(portion)

    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work_through, [portions[thread::threads] for thread in range(threads)]):
            pass  # raises what a portion raised


def _processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
