"""What a point (units, permutations) is expected to take, from the points that were measured."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

PROBE = 9
"""Permutations of the point that is measured first at each size: it shows what a side takes whatever their number."""

Seconds = Mapping[tuple[int, int], float]


def expected(measured: Seconds, units: int, permutations: int) -> float | None:
    """Return the seconds to expect of a point: linear in permutations, and a power of the number of units.

    With two or more points of fewer permutations at the same size, the line through the last two. With one, the same
    with the slope of smaller sizes; with none, from the seconds of the fewest permutations at smaller sizes. Both
    grow with units by the exponent between the next two smaller sizes, or in proportion where there is only one.

    Returns
    -------
    float or None
        Seconds; none where nothing smaller is known.
    """
    if (units, permutations) in measured:
        return measured[units, permutations]
    fewer = sorted(p for n, p in measured if n == units and p < permutations)
    smaller = sorted({n for n, _ in measured if n < units})
    if len(fewer) > 1:
        rise = measured[units, fewer[-1]] - measured[units, fewer[-2]]
        slope = max(0.0, rise) / (fewer[-1] - fewer[-2])
        return measured[units, fewer[-1]] + slope * (permutations - fewer[-1])
    if fewer:
        start, base = fewer[0], measured[units, fewer[0]]
    else:
        start = min((p for n, p in measured if n < units), default=permutations)
        begun = _grown({n: expected(measured, n, start) for n in smaller[-2:]}, units)
        if begun is None or start >= permutations:
            return begun
        base = begun
    slopes = {}
    for size in smaller[-2:]:
        before, after = (expected(measured, size, p) for p in (start, permutations))
        slopes[size] = None if before is None or after is None else (after - before) / (permutations - start)
    per_permutation = _grown(slopes, units)
    if per_permutation is None:
        return base * permutations / start if start else base
    return base + per_permutation * (permutations - start)


def times_to_call(seconds: float | None, limit: float) -> int:
    """Return how often to call in one visit: three times or more, once what takes long."""
    if seconds is None:
        return 3
    return 1 if seconds > limit / 30 else min(15, max(3, int(0.3 / seconds)))


def _grown(by_size: Mapping[int, float | None], units: int) -> float | None:
    """Return what a quantity of one or two smaller sizes is expected to be at a larger one."""
    known = sorted((size, value) for size, value in by_size.items() if value is not None)
    if not known:
        return None
    size, value = known[-1]
    exponent = 1.0
    if len(known) > 1 and known[0][1] > 0 and value > 0:
        exponent = log(value / known[0][1]) / log(size / known[0][0])
    return max(0.0, value) * float((units / size) ** exponent)
