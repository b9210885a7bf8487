"""Carbon ecological compensation: who should pay whom, how much, and who comes first.

>>> import ecocomp
>>> study = ecocomp.Study.load("bth.toml")  # doctest: +SKIP
>>> result = ecocomp.run(study)  # doctest: +SKIP
>>> ecocomp.save(result, "bth-results")  # doctest: +SKIP

Names are imported on first use, so that ``import ecocomp`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecocomp.comparison import compare_revisions, compare_runs, with_scenarios
    from ecocomp.issues import DataError, EcocompError, Issue, StudyError
    from ecocomp.outputs import open_run, save
    from ecocomp.panel import Inputs
    from ecocomp.pipeline import check, load, run
    from ecocomp.result import Result
    from ecocomp.study import Study

_HOMES = {
    "DataError": "issues", "EcocompError": "issues", "Issue": "issues", "StudyError": "issues", "Study": "study",
    "Inputs": "panel", "Result": "result", "check": "pipeline", "load": "pipeline", "run": "pipeline",
    "compare_revisions": "comparison", "compare_runs": "comparison", "with_scenarios": "comparison",
    "open_run": "outputs", "save": "outputs",
}  # fmt: skip
_ROOMS = (
    "accounts",
    "compensation",
    "decomposition",
    "drivers",
    "fairness",
    "grids",
    "outlook",
    "panel",
    "settlement",
    "space",
    "synthetic",
    "units",
    "variables",
    "zoning",
)

__version__ = metadata.version("ecocomp")
__all__ = [
    "DataError",
    "EcocompError",
    "Inputs",
    "Issue",
    "Result",
    "Study",
    "StudyError",
    "check",
    "compare_revisions",
    "compare_runs",
    "load",
    "open_run",
    "run",
    "save",
    "with_scenarios",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"ecocomp.{_HOMES[name]}"), name)
    if name in _ROOMS:
        return import_module(f"ecocomp.{name}")
    raise AttributeError(f"module 'ecocomp' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS, "__version__"])
