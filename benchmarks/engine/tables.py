"""What was found, as markdown tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor, log10
from statistics import median

from benchmarks.engine.rounds import Bench, Found
from benchmarks.engine.settings import OURS, TITLES
from benchmarks.report import line

EXTRAPOLATED = "≈ {} (extrapolated)"
NOTHING = "–"


def number(value: float) -> str:
    """Return a number to three significant digits, e.g. 0.0123, 1,230."""
    if value == 0:
        return "0"
    digits = 2 - floor(log10(abs(value)))
    return f"{round(value, digits):,.{max(0, digits)}f}"


def sizes(found: Sequence[Found], bench: Bench, sides: Sequence[str]) -> str:
    """Return seconds, ratios and memory of local Moran, a row for each number of units and permutations."""
    parts: tuple[tuple[str, Callable[[Bench, Found, str, int], str]], ...] = (
        ("seconds", seconds),
        ("peer ÷ ecocomp (prepared)", ratio),
        ("peak memory of the process [MiB]", memory),
    )
    blocks = []
    for title, cell in parts:
        shown = [side for side in sides if not (cell is ratio and side == OURS)]
        rows = [
            [f"{of.question.units:,} × {permutations:,}", *(cell(bench, of, side, permutations) for side in shown)]
            for of in _by_size(found)
            for permutations in of.question.permutations
        ]
        blocks.append(_table([f"units × permutations, {title}", *(TITLES[side] for side in shown)], rows))
    return "\n\n".join(blocks)


def first_calls(found: Sequence[Found], sides: Sequence[str]) -> str:
    """Return the seconds of new processes: medians over the rounds."""
    parts = (("call", "first call, {:,} × 999"), ("reading", "inputs and weights, {:,}"))
    rows = [
        [title.format(of.question.units), *(_first(of, side, part) for side in sides)]
        for part, title in parts
        for of in _by_size(found)
    ]
    rows.append(["imports besides NumPy", *(_first(_by_size(found)[0], side, "imports") for side in sides)])
    return _table(["a new process, seconds", *(TITLES[side] for side in sides)], rows)


def further(found: Sequence[Found], bench: Bench) -> str:
    """Return the other questions, a row for each side."""
    rows = []
    for of in found:
        question = of.question
        for permutations in question.permutations:
            for side in (OURS, *question.peers):
                at = question.ours_at if side == OURS and question.ours_at is not None else permutations
                if bench.expected(question, side, at) is None:
                    continue
                of_side = [f"{at:,}" if at else NOTHING, TITLES[side]]
                against = NOTHING if side == OURS else ratio(bench, of, side, at)
                cells = [seconds(bench, of, side, at), memory(bench, of, side, at), against]
                rows.append([question.title, *of_side, *cells])
    return _table(["", "permutations", "side", "seconds", "peak memory [MiB]", "peer ÷ ecocomp"], rows, words=3)


def seconds(bench: Bench, found: Found, side: str, permutations: int) -> str:
    measures = found.measures.get((side, permutations))
    if measures:
        return number(median(measure.seconds for measure in measures))
    beyond = bench.expected(found.question, side, permutations)
    return NOTHING if beyond is None else EXTRAPOLATED.format(number(beyond))


def ratio(bench: Bench, found: Found, side: str, permutations: int) -> str:
    ratios = ratios_of(found, side, permutations)
    if len(ratios) == 1:
        return f"{number(ratios[0])} (one round)"
    if ratios:
        return f"{number(median(ratios))} ({number(min(ratios))}–{number(max(ratios))})"
    value = typical_ratio(bench, found, side, permutations)
    return NOTHING if value is None else EXTRAPOLATED.format(number(value))


def memory(_: Bench, found: Found, side: str, permutations: int) -> str:
    measures = found.measures.get((side, permutations), [])
    peaks = [measure.memory for measure in measures if measure.memory is not None]
    return f"{min(peaks):,.0f}" if peaks else NOTHING  # the first process was also asked for its results


def ratios_of(found: Found, side: str, permutations: int) -> list[float]:
    """Return the measured ratios of each round."""
    measures = found.measures.get((side, permutations), [])
    return [measure.seconds / measure.ours for measure in measures if measure.ours]


def typical_ratio(bench: Bench, found: Found, side: str, permutations: int) -> float | None:
    """Return the median of the measured ratios, or the ratio of extrapolated seconds; none without either."""
    ratios = ratios_of(found, side, permutations)
    if ratios:
        return median(ratios)
    at = permutations if found.question.ours_at is None else found.question.ours_at
    theirs = bench.expected(found.question, side, permutations)
    ours = bench.expected(found.question, OURS, at)
    return theirs / ours if theirs and ours else None


def _first(found: Found, side: str, part: str) -> str:
    values = [getattr(first, part) for first in found.firsts.get(side, [])]
    known = [value for value in values if value is not None]
    if not known:
        return NOTHING
    return number(median(known)) if median(known) >= 0.001 else "< 0.001"


def _by_size(found: Sequence[Found]) -> list[Found]:
    return sorted(found, key=lambda of: of.question.units)


def _table(head: list[str], rows: list[list[str]], words: int = 1) -> str:
    return "\n".join(map(line, [head, ["---"] * words + ["---:"] * (len(head) - words), *rows]))
