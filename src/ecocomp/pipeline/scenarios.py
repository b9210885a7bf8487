"""A study and all its scenarios, one run each, and the comparison of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from ecocomp.comparison import with_scenarios
from ecocomp.issues import DataError, Issue, UsageError, raise_errors
from ecocomp.panel import Inputs
from ecocomp.pipeline import flow
from ecocomp.pipeline.reading import beyond
from ecocomp.result import Result
from ecocomp.stopwatch import of_scenario
from ecocomp.study import Study
from ecocomp.uncertainty import Compute, in_this_process

__all__ = ["run"]


def run(
    study: Study,
    *,
    all_revisions: bool = False,
    progress: Callable[[str], None] | None = None,
    compute: Compute = in_this_process,
    draws_folder: Path | None = None,
) -> Result:
    """Carry out a study and its scenarios.

    Inputs are read once for all scenarios that change nothing in how they are read.

    Parameters
    ----------
    study
        The settings.
    all_revisions
        Also compare every revision that the study's settings define.
    progress
        Called with the name of each phase as it begins.
    compute, draws_folder
        Who computes draws, and where they are set aside; see :func:`ecocomp.uncertainty.propagate`.

    Returns
    -------
    Result
        Of the study itself; ``scenarios`` holds the results of its scenarios, ``comparison`` and ``comparison_units``
        what differs between them and it.

    Raises
    ------
    DataError
        If the inputs, or what a step makes of them, have errors; those of all scenarios at once.
    """
    if not study.scenarios:
        return flow.run(
            study, all_revisions=all_revisions, progress=progress, compute=compute, draws_folder=draws_folder
        )
    if progress is not None:
        progress("reading and checking")
    issues: list[Issue] = []
    parts: dict[str | None, tuple[Study, Inputs | None]] = {}
    for name, variant, inputs, found in flow.examined(study):
        issues += found if name is None else beyond(issues, found, name)
        parts[name] = variant, inputs
    raise_errors(issues)
    _require_overlap({name: inputs for name, (_, inputs) in parts.items()})
    carry_out = partial(flow.run, all_revisions=all_revisions, compute=compute, draws_folder=draws_folder)
    results = {
        name: _carry_out(carry_out, variant, inputs, name, progress) for name, (variant, inputs) in parts.items()
    }
    base = results.pop(None)
    return with_scenarios(base, {str(name): result for name, result in results.items()})


def _require_overlap(parts: Mapping[str | None, Inputs | None]) -> None:
    """Raise before anything is computed if a scenario could not be compared with the study."""
    base = parts[None]
    for name, inputs in parts.items():
        for label in ("unit", "year"):
            if inputs and base and not set(inputs.panel[label].values) & set(base.panel[label].values):
                raise UsageError(f"scenario {name} has no {label} in common with the study: they cannot be compared")


def _carry_out(
    run_one: Callable[..., Result],
    study: Study,
    inputs: Inputs | None,
    name: str | None,
    progress: Callable[[str], None] | None,
) -> Result:
    """Run one study, its phases and what is wrong told with the scenario's name."""

    def told(phase: str) -> None:
        if progress is not None and phase != "reading and checking":
            progress(phase if name is None else of_scenario(name, phase))

    try:
        result = run_one(study, progress=told, inputs=inputs)
    except DataError as error:
        raise (error if name is None else DataError(beyond((), error.issues, name))) from None
    return result if name is None else replace(result, manifest={**result.manifest, "scenario": name})
