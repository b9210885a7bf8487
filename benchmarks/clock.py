"""Seconds of each phase, and the memory that a process took at its peak."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

PHASES = (
    "imports",
    "reading and checking",
    "accounts, revision, amounts, ranking",
    "contiguity",
    "local Moran, all years",
    "local Moran, delay of the first call",
    "global Moran",
    "centres and ellipses",
    "balance and transfers",
    "writing tables",
)
"""The phases of both sides, in the order of the table."""
(IMPORTS, READING, ACCOUNTS, CONTIGUITY, LOCAL_MORAN, FIRST_CALL, GLOBAL_MORAN, CENTRES, BALANCE, WRITING) = PHASES
FIXED = (IMPORTS, READING, CONTIGUITY, FIRST_CALL)
"""Phases that do not grow with the number of years analysed: every table is read whole."""


class Clock:
    """Adds up the seconds of phases, each of which may come several times."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun


def peak_memory() -> float | None:
    """Return the largest resident memory of this process so far [MiB]; none where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
