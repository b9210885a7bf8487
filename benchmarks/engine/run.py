"""The whole benchmark of the engine, printed as markdown as it goes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.cases import ROOT
from benchmarks.engine import targets
from benchmarks.engine.rounds import Bench, Found, measure
from benchmarks.engine.settings import (
    COUNTIES,
    FURTHER,
    MORAN,
    OURS,
    SIZES,
    TITLES,
    Question,
    absent,
    counties_absent,
    spdep_version,
)
from benchmarks.engine.tables import first_calls, further, sizes
from benchmarks.report import line, machine

LIBRARIES = ("ecocomp", "numpy", "pandas", "xarray", "libpysal", "esda", "numba", "joblib", "pygeoda")
HOW = """\
Every side gets the same neighbours and values, and a process of its own in every round (one for all rounds where it \
takes over 10 s to start); before each measure of a peer comes one of ecocomp at the same point. Seconds are medians \
over rounds of the median warm call, ratios are within a round, median (min–max); above 1 ecocomp is the faster. Peak \
memory is that of the whole process, libraries and inputs among it; what esda's own processes take on all cores is not \
counted. p is directed on all sides; esda keeps no simulations. ecocomp's result also holds standard scores, \
FDR-adjusted p, intervals, classes."""


def run(rounds: int, limit: float) -> None:
    """Measure and print everything; a call expected to take over ``limit`` seconds is extrapolated."""
    version = spdep_version()
    print(f"## Permutation engine beside its peers\n\n{machine(LIBRARIES)}{f', spdep {version}' if version else ''}\n")
    print(f"{HOW} ≈: a call over {limit:g} s, not run but extrapolated (benchmarks/engine/points.py).\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="ecocomp-benchmark-") as name:
        folder = Path(name)
        for units in SIZES:
            _write(str(units), folder / str(units))
        bench = Bench(folder, folder / str(SIZES[0]), rounds, limit)
        for question in (*MORAN, *FURTHER):
            for side in question.peers:
                reason = absent(side)
                if reason:
                    bench.left_out[question.kind, side] = reason
        moran = {question.units: measure(bench, question, folder / str(question.units)) for question in MORAN}
        sides = [side for side in (OURS, *MORAN[0].peers) if ("moran", side) in bench.known]
        print(sizes(list(moran.values()), bench, sides), end="\n\n")
        print(first_calls(list(moran.values()), sides), end="\n\n", flush=True)
        others = {question.kind: measure(bench, question, _inputs(question, folder)) for question in _possible()}
    print(further(list(others.values()), bench), end="\n\n")
    print("\n".join(map(line, [targets.HEAD, ["---"] * 3, *targets.rows(bench, moran, others)])), end="\n\n")
    print(_remarks(bench, [*moran.values(), *others.values()]), flush=True)


def _possible() -> list[Question]:
    return [question for question in FURTHER if question.units or not counties_absent()]


def _inputs(question: Question, folder: Path) -> Path:
    if question.units:
        return folder / str(COUNTIES)
    path = folder / "counties.parquet"
    if not path.exists():
        _write("counties", path)
    return path


def _write(what: str, path: Path) -> None:
    print(f"  inputs: {what} …", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benchmarks.engine.inputs", what, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"inputs of {what} failed:\n{done.stderr}")


def _remarks(bench: Bench, found: list[Found]) -> str:
    """Return how far the sides agreed, and what was left out and why."""
    lines = []
    for of in found:
        if of.agreement:
            at = f" × {of.question.check_at:,}" if of.question.check_at else ""
            agreed = "; ".join(f"{TITLES[side]}: {said}" for side, said in of.agreement.items())
            lines.append(f"- Agreement before timing, {of.question.title}{at}: {agreed}.")
    reasons: dict[tuple[str, str], list[str]] = {}
    for (kind, side), reason in bench.left_out.items():
        reasons.setdefault((side, reason), []).append(kind)
    lines += [f"- Skipped: {TITLES[side]} ({', '.join(kinds)}): {reason}." for (side, reason), kinds in reasons.items()]
    lacking = counties_absent()
    lines += [f"- Skipped: contiguity of the counties of China: {lacking}."] if lacking else []
    return "\n".join(lines) + "\n"
