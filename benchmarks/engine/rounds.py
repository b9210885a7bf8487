"""Runs in fresh processes, round by round: before every measure of a peer comes one of ecocomp at the same point.

A process answers for several numbers of permutations in ascending order, so that the peak of its memory so far is
that of the point. One that takes long to start, as esda does to compile, answers for all rounds.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.engine.agreement import compare
from benchmarks.engine.points import PROBE, expected, times_to_call
from benchmarks.engine.process import Side, SideError
from benchmarks.engine.settings import COMPLETE, ESDA_ALL, LOOKUP, OURS, TITLES, Question

SLOW_START = 10.0
"""Seconds to the end of the first call, above which one process answers for all rounds."""
LARGE = 9_999
"""Permutations from which the processes that esda starts may compile anew, for arrays too large to be copied."""


@dataclass(frozen=True)
class Measure:
    """Median seconds of a visit, those of ecocomp just before, and the peak memory [MiB]."""

    seconds: float
    ours: float | None
    memory: float | None


@dataclass(frozen=True)
class First:
    """Seconds of a new process: imports, reading inputs and building weights, the first call if it was affordable."""

    imports: float
    reading: float
    call: float | None


@dataclass
class Found:
    """What was found for a question: measures by side and permutations, first calls by side, how far sides agree."""

    question: Question
    measures: dict[tuple[str, int], list[Measure]] = field(default_factory=dict)
    firsts: dict[str, list[First]] = field(default_factory=dict)
    agreement: dict[str, str] = field(default_factory=dict)


@dataclass
class Bench:
    """A whole run: its settings, seconds by kind and side, and why sides of a kind are left out."""

    folder: Path
    small: Path
    rounds: int
    limit: float
    known: dict[tuple[str, str], dict[tuple[int, int], float]] = field(default_factory=dict)
    left_out: dict[tuple[str, str], str] = field(default_factory=dict)

    def expected(self, question: Question, side: str, permutations: int) -> float | None:
        """Return the seconds of a point, as measured or extrapolated."""
        return expected(self.known.get((question.kind, side), {}), question.units, permutations)

    def learn(self, question: Question, side: str, permutations: int, seconds: float) -> None:
        self.known.setdefault((question.kind, side), {})[question.units, permutations] = seconds


def measure(bench: Bench, question: Question, inputs: Path) -> Found:
    """Measure all sides of a question, ``bench.rounds`` times or until a side has taken the limit at a point.

    Raises
    ------
    SystemExit
        If ecocomp itself fails.
    """
    found = Found(question)
    try:
        for number in range(bench.rounds):
            with _started(bench, found, OURS, inputs, number) as ours:
                _visit(bench, found, OURS, ours, None, number)
                for side in question.peers:
                    if _planned(bench, found, side, number):
                        _visit_peer(bench, found, side, ours, inputs, number)
    except SideError as error:
        raise SystemExit(f"{question.title}: {error}") from error
    return found


def _visit_peer(bench: Bench, found: Found, name: str, ours: Side, inputs: Path, number: int) -> None:
    try:
        with _started(bench, found, name, inputs, number) as side:
            _visit(bench, found, name, side, ours, number)
    except SideError as error:
        if error.side == OURS:
            raise
        bench.left_out[found.question.kind, name] = f"{found.question.title}: {error}"


def _started(bench: Bench, found: Found, name: str, inputs: Path, number: int) -> Side:
    title = found.question.title
    print(f"  {title}: round {number + 1} of {bench.rounds}, {TITLES[name]} …", file=sys.stderr, flush=True)
    return Side(name, found.question.kind, inputs, bench.small, bench.limit)


def _planned(bench: Bench, found: Found, side: str, number: int) -> list[int]:
    """Return the numbers of permutations to ask a peer for: all at first, later those that the limit still holds."""
    question = found.question
    if (question.kind, side) in bench.left_out:
        return []
    if number == 0:
        first = PROBE if question.kind == "moran" else question.permutations[0]
        return list(question.permutations) if _affordable(bench, question, side, first) else []
    return [
        permutations
        for permutations in question.permutations
        if _may_go_on(bench, found.measures.get((side, permutations), []), number)
    ]


def _may_go_on(bench: Bench, measures: list[Measure], number: int) -> bool:
    """Tell whether a point that was measured lacks the one of this round, and the limit holds another."""
    seconds = [measure.seconds for measure in measures]
    return 0 < len(seconds) <= number and sum(seconds) + median(seconds) <= bench.limit


def _affordable(bench: Bench, question: Question, side: str, permutations: int) -> bool:
    return (bench.expected(question, side, permutations) or 0.0) <= bench.limit


def _visit(bench: Bench, found: Found, name: str, side: Side, ours: Side | None, number: int) -> None:
    """Ask a side, and ecocomp before it, for one number of permutations after the other."""
    question = found.question
    if ours is None:
        planned = [question.ours_at] if question.ours_at is not None else list(question.permutations)
    else:
        planned = _planned(bench, found, name, number)
    begun = time.perf_counter()
    first = _first(bench, question, name, side, planned[0])
    found.firsts.setdefault(name, []).append(first)
    slow = ours is not None and first.imports + first.reading + time.perf_counter() - begun > SLOW_START
    if number == 0 and not _agrees(bench, found, name, side):
        return
    if number == 0 and ours is not None and question.kind == "moran":
        _measure(bench, found, name, side, None, PROBE)
    for permutations in planned:
        # where little is known yet, the first call tells what a later one takes at most
        done = permutations == planned[0] and first.call is not None and first.call <= bench.limit
        if not done and not _affordable(bench, question, name, permutations):
            break
        measures = _measure(bench, found, name, side, ours, permutations)
        while slow and _may_go_on(bench, measures, bench.rounds - 1):
            _measure(bench, found, name, side, ours, permutations)


def _measure(bench: Bench, found: Found, name: str, side: Side, ours: Side | None, permutations: int) -> list[Measure]:
    """Measure a point once more, ecocomp before the peer, and return all measures of it."""
    question = found.question
    before = None
    measures = found.measures.setdefault((name, permutations), [])
    if name == ESDA_ALL and not measures and permutations >= LARGE:
        side.call(permutations, 1)
    if ours is not None:
        at = permutations if question.ours_at is None else question.ours_at
        before = median(ours.call(at, times_to_call(bench.expected(question, OURS, at), bench.limit))[0])
    guess = bench.expected(question, name, permutations)
    times = times_to_call(found.firsts[name][-1].call if guess is None else guess, bench.limit)
    seconds, memory = side.call(permutations, times)
    measures.append(Measure(median(seconds), before, memory))
    bench.learn(question, name, permutations, median(measure.seconds for measure in measures))
    return measures


def _first(bench: Bench, question: Question, name: str, side: Side, permutations: int) -> First:
    """Call a new process for the first time; on small inputs where a call takes long."""
    seconds = bench.expected(question, name, permutations)
    if seconds is not None and seconds > bench.limit / 10:
        if question.on_graph:
            side.warm_up()
        return First(side.imports, side.reading, None)
    return First(side.imports, side.reading, side.call(permutations, 1)[0][0])


def _agrees(bench: Bench, found: Found, name: str, side: Side) -> bool:
    """Hold the results of a side against those of ecocomp, and note how far they agree."""
    question = found.question
    if question.check_at is None:
        return True
    path = bench.folder / f"{question.kind}-{name}.bin"
    side.save(question.check_at, path)
    if name == OURS or (question.kind == "general" and name in (LOOKUP, COMPLETE)):
        return True  # pygeoda answers another question
    ours = np.fromfile(bench.folder / f"{question.kind}-{OURS}.bin")
    said, differs = compare(ours, np.fromfile(path), question.check_at)
    if differs:
        bench.left_out[question.kind, name] = f"not timed, {differs}"
    else:
        found.agreement[name] = said
    return differs is None
