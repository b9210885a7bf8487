"""Tables that stand for binary search, and work that threads share: neither may change a number."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from libpysal.graph import Graph

from ecocomp.space import local_statistics, portions
from ecocomp.space.places import tabulate, worth_a_table
from ecocomp.space.portions import by_portions

Draw = Callable[[np.random.Generator, int], np.ndarray]
DRAWS: dict[str, Draw] = {
    "normal": lambda generator, size: generator.normal(size=size),
    "a long tail": lambda generator, size: generator.pareto(0.7, size),
    "whole numbers": lambda generator, size: generator.integers(-3, 4, size).astype(float),
    "all the same": lambda generator, size: np.full(size, 0.1),
    "far from zero": lambda generator, size: 1e9 + generator.normal(size=size) * 1e-7,
    "tiny": lambda generator, size: generator.normal(size=size) * 1e-310,
    "huge": lambda generator, size: generator.normal(size=size) * 1e307,
}


@pytest.mark.parametrize("kind", DRAWS)
@pytest.mark.parametrize("size", [1, 2, 40, 999])
def test_a_table_places_as_binary_search_does(kind: str, size: int) -> None:
    generator = np.random.default_rng(5)
    ranked = np.sort(DRAWS[kind](generator, size))
    # values of the same kind, all the sorted ones themselves, and their next neighbours on both sides
    values = np.concatenate(
        [DRAWS[kind](generator, 3000), ranked, *(np.nextafter(ranked, to) for to in (-1e308, 1e308))]
    )
    table = tabulate(ranked, values.size)
    for side in ("left", "right"):
        np.testing.assert_array_equal(table.places(values, side), np.searchsorted(ranked, values, side))


def test_a_table_is_worth_its_making_for_many_values_only() -> None:
    assert worth_a_table(999, 2 * 999)
    assert not worth_a_table(999, 2 * 999 - 1)
    assert not worth_a_table(2**15 + 1, 10**9)  # no table is that large


def share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three threads share portions of 7 units."""
    monkeypatch.setattr(portions, "UNITS_AT_ONCE", 7)
    monkeypatch.setattr(portions, "_processors", lambda: 3)


def test_every_unit_is_worked_on_once(monkeypatch: pytest.MonkeyPatch) -> None:
    share(monkeypatch)
    times = np.zeros(100, dtype=int)

    def work(units: slice) -> None:
        times[units] += 1
        assert units.stop <= 100

    by_portions(100, work)
    assert (times == 1).all()


def test_what_a_portion_raises_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    share(monkeypatch)

    def work(units: slice) -> None:
        if units.start == 49:
            raise ValueError("the eighth portion")

    with pytest.raises(ValueError, match="the eighth portion"):
        by_portions(100, work)


def test_the_number_of_threads_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(3)
    size = 400
    links = pd.MultiIndex.from_tuples(
        [(i, (i + step) % size) for i in range(size - 1) for step in range(1, 2 + i % 4)], names=["focal", "neighbor"]
    ).append(pd.MultiIndex.from_tuples([(size - 1, size - 1)], names=["focal", "neighbor"]))
    weights = pd.Series(np.where(links.get_level_values(0) == size - 1, 0, 1), links, name="weight")
    graph = Graph(weights)  # the last unit has no neighbours
    values = xr.DataArray(
        generator.lognormal(0, 1, (size, 2)), dims=("unit", "year"), coords={"unit": np.arange(size), "year": [1, 2]}
    )
    values[5, 1] = np.nan
    alone = local_statistics(values, graph, 99, among=values.isel(year=[1, 0]).assign_coords(year=[1, 2]))
    share(monkeypatch)
    shared = local_statistics(values, graph, 99, among=values.isel(year=[1, 0]).assign_coords(year=[1, 2]))
    for name in ("moran", "g", "g_star", "bivariate"):
        xr.testing.assert_identical(getattr(alone, name), getattr(shared, name))
