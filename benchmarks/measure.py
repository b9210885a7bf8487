"""Runs in fresh processes, alternating, so that neither side meets a warm interpreter or the other's memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.cases import ROOT, Case
from benchmarks.child import DEFAULT, PLAIN, SIDES
from benchmarks.clock import FIXED

PROBE_YEARS = 3


@dataclass(frozen=True)
class Run:
    """One run of one side: seconds by phase, peak memory [MiB]; ``measured_years`` of all where extrapolated."""

    seconds: dict[str, float]
    memory: float | None
    measured_years: int
    rest: dict[str, float]
    rest_memory: float | None


def prepare(name: str, folder: Path) -> Case:
    """Make the inputs of a case."""
    _python("benchmarks.cases", name, str(folder / f"{name}.json"))
    return Case.load(folder / f"{name}.json")


def agree(case: Case, folder: Path) -> tuple[str, dict[str, float]]:
    """Run both sides on a few years; return how far they agree, and the seconds to expect of all years.

    Raises
    ------
    SystemExit
        If they do not agree.
    """
    probe = _some_years(case, PROBE_YEARS)
    expected = {}
    for side in (DEFAULT, PLAIN):
        seconds = _run(side, probe, folder / side)["seconds"]
        expected[side] = sum(_scaled(seconds, len(case.years) / len(probe.years)).values())
    _python("benchmarks.agreement", str(folder / DEFAULT), str(folder / PLAIN), str(folder / "agreement.json"))
    found = json.loads((folder / "agreement.json").read_text(encoding="utf-8"))
    for side in expected:
        shutil.rmtree(folder / side)
    if found["differing"]:
        raise SystemExit(f"nothing timed, {case.title}: {'; '.join(found['differing'])}")
    return found["line"], expected


def alternate(case: Case, folder: Path, rounds: int, limit: float, expected: dict[str, float]) -> dict[str, list[Run]]:
    """Run the sides in turn, round after round; a side expected to take over ``limit`` seconds gets fewer years."""
    runs: dict[str, list[Run]] = {side: [] for side in SIDES}
    for number in range(rounds):
        for side in SIDES:
            seconds = expected.get(side, expected[DEFAULT])
            affordable = max(2, int(len(case.years) * limit / seconds))  # two at least, to tell the first call apart
            years = min(len(case.years), affordable)
            print(f"  {case.title}: round {number + 1} of {rounds}, {side} …", file=sys.stderr, flush=True)
            rest = side == DEFAULT and number == 0
            measured = _run(side, _some_years(case, years), folder / side, rest)
            runs[side].append(
                Run(
                    _scaled(measured["seconds"], len(case.years) / years),
                    measured["memory"],
                    years,
                    measured.get("rest", {}),
                    measured.get("rest_memory"),
                )
            )
            shutil.rmtree(folder / side)
    return runs


def _some_years(case: Case, number: int) -> Case:
    """Return the case with some of its years, the first and the last among them if there are two or more."""
    if number >= len(case.years):
        return case
    steps = range(number)
    chosen = [case.years[step * (len(case.years) - 1) // max(1, number - 1)] for step in steps]
    return replace(case, years=chosen)


def _scaled(seconds: dict[str, float], factor: float) -> dict[str, float]:
    return {phase: value * (1 if phase in FIXED else factor) for phase, value in seconds.items()}


def _run(side: str, case: Case, folder: Path, rest: bool = False) -> dict[str, Any]:
    path = folder.with_suffix(".json")
    case.save(path)
    _python("benchmarks.child", side, str(path), str(folder), *(["rest"] if rest else []))
    measured: dict[str, Any] = json.loads((folder / "measured.json").read_text(encoding="utf-8"))
    return measured


def _python(module: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{module} {' '.join(arguments)} failed:\n{done.stderr}")
