"""The targets of the engine, with what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from statistics import median

from benchmarks.engine.rounds import Bench, Found
from benchmarks.engine.settings import (
    COMPLETE,
    COUNTIES,
    ESDA,
    ESDA_ALL,
    LOOKUP,
    OURS,
    OURS_GRAPH,
    PERMUTATIONS,
    SIZES,
    SKETCHED,
    TITLES,
)
from benchmarks.engine.tables import number, ratios_of, typical_ratio

FIRST_CALL = 0.3  # seconds
MEMORY = 8e9 / 2**20  # MiB
HEAD = ["target", "measured", "met"]
Point = tuple[str, int, int]  # side, units, permutations


def rows(bench: Bench, moran: dict[int, Found], further: dict[str, Found]) -> list[list[str]]:
    """Return target, what was measured, and whether it is met."""
    large = [(100_000, 999), (100_000, 9_999), (100_000, 99_999), *((1_000_000, p) for p in PERMUTATIONS)]
    every = [(SKETCHED, units, permutations) for units in SIZES for permutations in PERMUTATIONS]
    peers = (LOOKUP, COMPLETE, ESDA, ESDA_ALL)
    general = [(side, COUNTIES, permutations) for side in peers for permutations in (999, 9_999)]
    wanted: list[tuple[str, float, Iterable[Point], dict[int, Found]]] = [
        ("20 × pygeoda lookup at 2,735 × 9,999", 20, [(LOOKUP, COUNTIES, 9_999)], moran),
        ("100 × pygeoda lookup at 100,000 × 9,999", 100, [(LOOKUP, 100_000, 9_999)], moran),
        ("60 × pygeoda lookup at 1,000,000 × 999", 60, [(LOOKUP, 1_000_000, 999)], moran),
        ("50 × esda, 1 job, at 2,735 × 9,999", 50, [(ESDA, COUNTIES, 9_999)], moran),
        ("400 × esda, 1 job, at 100,000 × 999 and more", 400, [(ESDA, *point) for point in large], moran),
        ("18 years × 99,999 no slower than 18 calls × 999 of esda", 1, [(ESDA, COUNTIES, 999)],
         {COUNTIES: further["years"]}),
        ("unequal weights no slower than any peer", 1, general, {COUNTIES: further["general"]}),
        ("no slower than the NumPy sketch at any point", 1, every, moran),
    ]  # fmt: skip
    table = [_ratio_row(bench, *target) for target in wanted]
    firsts = [first.call for side in (OURS, OURS_GRAPH) for first in moran[COUNTIES].firsts.get(side, [])]
    calls = [call for call in firsts if call is not None]
    table.append(_at_most("first call at 2,735 × 999, beyond imports", calls, FIRST_CALL, "s"))
    peaks = [measure.memory for measures in further["grid"].measures.values() for measure in measures]
    known = [peak for peak in peaks if peak is not None]
    table.append(_at_most("10 million cells × 999, peak memory", known, MEMORY, "MiB"))
    return table


def _ratio_row(bench: Bench, text: str, least: float, points: Iterable[Point], found: dict[int, Found]) -> list[str]:
    """Return the target with the point that is the farthest from it."""
    ratios = sorted(_ratios(bench, points, found))
    if not ratios:
        return [f"{text}", "not measured", "–"]
    lowest, (side, units, permutations), extrapolated = ratios[0]
    mark = "≈ {} (extrapolated)" if extrapolated else "{}"
    where = f", least of {len(ratios)} points: {TITLES[side]}, {units:,} × {permutations:,}" if len(ratios) > 1 else ""
    return [text, mark.format(f"{number(lowest)} ×") + where, "yes" if lowest >= least else "no"]


def _ratios(bench: Bench, points: Iterable[Point], found: dict[int, Found]) -> Iterator[tuple[float, Point, bool]]:
    for side, units, permutations in points:
        value = typical_ratio(bench, found[units], side, permutations)
        if value is not None:
            measured = bool(ratios_of(found[units], side, permutations))
            yield value, (side, units, permutations), not measured


def _at_most(text: str, values: list[float], most: float, unit: str) -> list[str]:
    target = f"{text} at most {number(most)} {unit}"
    if not values:
        return [target, "not measured", "–"]
    return [target, f"{number(median(values))} {unit}", "yes" if median(values) <= most else "no"]
