"""The study by ecocomp's own main flow, its steps timed from outside."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.cases import Case
from benchmarks.clock import (
    ACCOUNTS,
    BALANCE,
    CENTRES,
    CONTIGUITY,
    GLOBAL_MORAN,
    LOCAL_MORAN,
    READING,
    WRITING,
    Clock,
)
from ecocomp import space
from ecocomp.outputs.tables import write_tables
from ecocomp.pipeline import run as run_study
from ecocomp.result import Result
from ecocomp.study import Study

PHASE_OF = {
    "reading and checking": READING,
    "accounts and revision": ACCOUNTS,
    "compensation": ACCOUNTS,
    "zoning": ACCOUNTS,
    "balance and settlement": BALANCE,
    "comparison of revisions": WRITING,  # nothing is compared: from here on the tables are put together
}
"""Phases as the main flow announces them. "space" is timed by its parts."""
PARTS = (
    (space, "clusters", LOCAL_MORAN),  # less the parts below
    (import_module("ecocomp.space.clusters"), "weights", CONTIGUITY),
    (import_module("ecocomp.space.clusters"), "restrict", CONTIGUITY),
    (import_module("ecocomp.space.clusters"), "global_moran", GLOBAL_MORAN),
    (space, "centres_of_gravity", CENTRES),
    (space, "track", CENTRES),
    (space, "host_units", CENTRES),
    (space, "deviational_ellipses", CENTRES),
)


def study_of(case: Case, permutations: int | None) -> Study:
    """Return the study for the years of the case, with another number of permutations if one is given."""
    study = Study.load(case.study)
    space_settings = study.space.model_copy(update={"permutations": permutations} if permutations else {})
    header = study.study.model_copy(update={"years": tuple(case.years)})
    return study.model_copy(update={"space": space_settings, "study": header})


def run(case: Case, folder: Path, clock: Clock, permutations: int | None) -> Result:
    """Carry out the study and write its tables."""
    for module, name, phase in PARTS:
        _time(module, name, phase, clock)
    marks: list[tuple[str, float]] = []
    with clock.phase(READING):
        study = study_of(case, permutations)
    result = run_study(study, progress=lambda phase: marks.append((phase, time.perf_counter())))
    marks.append(("", time.perf_counter()))
    for (phase, begun), (_, ended) in pairwise(marks):
        if phase != "space":
            name = PHASE_OF.get(phase, phase)
            clock.seconds[name] = clock.seconds.get(name, 0.0) + ended - begun
    within = sum(clock.seconds.get(phase, 0.0) for phase in (CONTIGUITY, GLOBAL_MORAN))
    clock.seconds[LOCAL_MORAN] -= within
    with clock.phase(WRITING):
        write_tables(result, folder)
    return result


def _time(module: ModuleType, name: str, phase: str, clock: Clock) -> None:
    """Put a timed function in the place of one of ecocomp's."""
    function: Callable[..., Any] = getattr(module, name)

    @wraps(function)
    def timed(*arguments: Any, **options: Any) -> Any:
        with clock.phase(phase):
            return function(*arguments, **options)

    setattr(module, name, timed)


def write_the_rest(result: Result, folder: Path) -> dict[str, float]:
    """Return the seconds of the outputs that the plain script has not."""
    from ecocomp.outputs.figures import write_figures
    from ecocomp.outputs.geodata import write_geodata
    from ecocomp.outputs.report import write_report
    from ecocomp.outputs.workbook import write_workbook

    clock = Clock()
    with clock.phase("GeoPackage"):
        write_geodata(result, folder / "results.gpkg")
    with clock.phase("workbook"):
        write_workbook(result, folder / "priority.xlsx")
    with clock.phase("figures"):
        figures = write_figures(result, folder / "figures")
    with clock.phase("report"):
        write_report(result, figures, folder / "report.html")
    return clock.seconds
