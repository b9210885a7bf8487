"""The table of a case as markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from importlib import metadata
from statistics import median

from benchmarks.child import DEFAULT, LIKE, PLAIN
from benchmarks.clock import PHASES, WRITING
from benchmarks.measure import Run

LIBRARIES = (
    "ecocomp",
    "numpy",
    "pandas",
    "geopandas",
    "shapely",
    "libpysal",
    "esda",
    "numba",
    "pointpats",
    "jenkspy",
    "exactextract",
    "rasterio",
    "rasterstats",
)
BESIDES = """\
ecocomp's phases hold work that the script does not do: every cell of the table checked and every problem listed, \
inputs hashed (reading); stability of ranks (ranking); two-sided and FDR-adjusted p of 99,999 permutations \
(local Moran); leverage, track, host units, each ellipse in a projection of its own (centres); sums exact to the fen \
(transfers); subtotals, issues, parquet, the column data_origin in every table (writing)."""


def machine(libraries: tuple[str, ...] = LIBRARIES) -> str:
    """Return the line that says where the numbers come from."""
    versions = ", ".join(f"{name} {_version(name)}" for name in libraries)
    if _version("numba") == "absent":
        versions += ". esda runs without numba, as pip installs it; with numba its first call in a process compiles"
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {system}; {versions}"


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "absent"


def table(title: str, agreement: str, runs: dict[str, list[Run]], years: int) -> str:
    """Return medians of the rounds, and the medians of the ratios within each round with their spread."""
    met = {phase for side in runs.values() for run in side for phase in run.seconds}
    phases = [*(phase for phase in PHASES if phase in met), *sorted(met - set(PHASES))]
    rows = [_row(phase, runs, lambda run, p=phase: run.seconds.get(p, 0.0)) for phase in phases]  # type: ignore[misc]
    rows.append(_row("**total**", runs, lambda run: sum(run.seconds.values())))
    rows.append(_row("total without writing", runs, lambda run: sum(run.seconds.values()) - run.seconds[WRITING]))
    if all(run.memory is not None for side in runs.values() for run in side):
        rows.append(_row("peak memory [MiB]", runs, lambda run: run.memory or 0.0, "{:,.0f}"))
    head = [
        "phase, seconds",
        "ecocomp, as it comes",
        "ecocomp, 999",
        "plain script, 999",
        "plain ÷ ecocomp",
        "plain ÷ ecocomp, both 999",
    ]
    lines = [f"## {title}", "", line(head), line(["---", *["---:"] * 5]), *map(line, rows), "", agreement, ""]
    return "\n".join([*lines, *_extrapolated(runs, years), _rest(runs)])


def _row(name: str, runs: dict[str, list[Run]], value: Callable[[Run], float], form: str = "{:.3f}") -> list[str]:
    sides = {side: [value(run) for run in found] for side, found in runs.items()}
    medians = [form.format(median(sides[side])) for side in (DEFAULT, LIKE, PLAIN)]
    ratios = [_ratio(sides[PLAIN], sides[side]) for side in (DEFAULT, LIKE)]
    return [name, *medians, *ratios]


def _ratio(theirs: list[float], ours: list[float]) -> str:
    if not all(ours):
        return "–"
    ratios = [t / o for t, o in zip(theirs, ours, strict=True)]
    return f"{median(ratios):.2g} ({min(ratios):.2g}–{max(ratios):.2g})"


def _extrapolated(runs: dict[str, list[Run]], years: int) -> list[str]:
    return [
        f"**Extrapolated**: {side} ran {found[0].measured_years} of {years} years; phases that grow with the years are "
        "scaled up in proportion (natural breaks and memory grow otherwise: read them as lower bounds).\n"
        for side, found in runs.items()
        if found[0].measured_years < years
    ]


def _rest(runs: dict[str, list[Run]]) -> str:
    first = runs[DEFAULT][0]
    parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in first.rest.items())
    memory = f"; peak memory then {first.rest_memory:,.0f} MiB" if first.rest_memory else ""
    return f"Not compared, ecocomp alone, one run: {parts}{memory}."


def line(cells: list[str]) -> str:
    """Return a row of a markdown table."""
    return f"| {' | '.join(cells)} |"
