"""What the benchmark of the permutation engine extrapolates, on seconds that follow a known law."""

from __future__ import annotations

import pytest
from benchmarks.engine.points import expected, times_to_call


def law(units: int, permutations: int) -> float:
    """A fixed part that grows with the square of the units, and one of units and permutations."""
    return 1e-9 * units**2 + 1e-6 * units * permutations


MEASURED = {(units, permutations): law(units, permutations) for units in (100, 1_000) for permutations in (9, 99, 999)}


def test_a_measured_point_is_what_was_measured() -> None:
    assert expected(MEASURED, 1_000, 99) == law(1_000, 99)


def test_more_permutations_are_on_the_line_through_the_last_two() -> None:
    # 0.001 + 0.001 · 9,999 s; the first point of the size is no guide
    measured = {**MEASURED, (1_000, 9): 5.0}
    assert expected(measured, 1_000, 9_999) == pytest.approx(10.0)


def test_fewer_seconds_for_more_permutations_are_noise() -> None:
    assert expected({(10, 9): 0.2, (10, 99): 0.1}, 10, 999) == 0.1


def test_one_point_at_a_size_takes_its_slope_from_smaller_sizes() -> None:
    # 10⁻⁶ · 10,000 s a permutation, as the slope grows with the first power from 100 to 1,000 units; the 0.19 s of
    # 9 permutations are mostly the fixed part, and must not be multiplied
    measured = {**MEASURED, (10_000, 9): law(10_000, 9)}
    assert expected(measured, 10_000, 999) == pytest.approx(0.19 + 0.01 * 990)


def test_a_size_without_points_grows_by_the_measured_exponents() -> None:
    # 9 permutations: 0.00091 s at 100 and 0.01 s at 1,000 units, exponent log10(0.01 / 0.00091) = 1.04096, so
    # 0.01 · 10 ** 1.04096 = 0.109890 s at 10,000; then 0.01 s for each of 990 more
    assert expected(MEASURED, 10_000, 999) == pytest.approx(0.109890 + 9.9, rel=1e-5)


def test_one_smaller_size_is_taken_in_proportion() -> None:
    assert expected({(200, 999): 0.5}, 1_000, 999) == 2.5


def test_one_point_alone_is_taken_in_proportion_to_permutations() -> None:
    assert expected({(200, 9): 0.5}, 200, 99) == 5.5


def test_nothing_smaller_tells_nothing() -> None:
    assert expected({}, 200, 999) is None
    assert expected({(2_735, 9): 1.0}, 200, 9) is None


def test_what_takes_long_is_called_once() -> None:
    assert [times_to_call(seconds, limit=60) for seconds in (None, 3.0, 1.0, 0.04, 1e-4)] == [3, 1, 3, 7, 15]
