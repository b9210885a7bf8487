from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from libpysal.graph import Graph

from ecocomp.space import enough_for_fdr, global_moran, local_moran, permutations_for
from ecocomp.space.links import graph_of
from ecocomp.space.significance import benjamini_hochberg
from ecocomp.study import Space

UNITS = pd.Index(list("abcdefghi"))


def rook(rows: int = 3, columns: int = 3, units: pd.Index = UNITS) -> Graph:
    """Lattice by row."""
    number = np.arange(rows * columns).reshape(rows, columns)
    pairs = np.concatenate(
        [
            np.column_stack([one.ravel(), other.ravel()])
            for one, other in ((number[:, :-1], number[:, 1:]), (number[:-1], number[1:]))
        ]
    )
    return graph_of(np.concatenate([pairs, pairs[:, ::-1]]), units)


def path(units: pd.Index) -> Graph:
    return rook(1, len(units), units)


def series(values: list[float], units: pd.Index = UNITS) -> pd.Series:
    return pd.Series(values, index=units, dtype=float)


def panel(values: list[list[float]], units: pd.Index = UNITS) -> xr.DataArray:
    """One list a year."""
    years = np.arange(2007, 2007 + len(values))
    return xr.DataArray(np.array(values).T, dims=("unit", "year"), coords={"unit": units.to_numpy(), "year": years})


ONE_TO_NINE = series([1, 2, 3, 4, 5, 6, 7, 8, 9])


def test_local_moran_by_hand() -> None:
    # z = value - 5; m2 = (16 + 9 + 4 + 1 + 0 + 1 + 4 + 9 + 16) / 8 = 7.5; lags are means of the rook neighbours:
    # a: z -4, neighbours 2 and 4, lag -2          -> 8 / 7.5
    # b: z -3, neighbours 1, 3 and 5, lag -2       -> 6 / 7.5
    # c: z -2, neighbours 2 and 6, lag -1          -> 2 / 7.5
    # d: z -1, neighbours 1, 5 and 7, lag -2/3     -> 2/3 / 7.5
    # e: z 0; f to i mirror d to a
    expected = np.array([8, 6, 2, 2 / 3, 0, 2 / 3, 2, 6, 8]) / 7.5
    lisa = local_moran(ONE_TO_NINE, rook(), 999)
    np.testing.assert_allclose(lisa["i"], expected, atol=1e-15)
    assert lisa["quadrant"].values.tolist() == ["LL"] * 4 + [""] + ["HH"] * 4
    assert float(lisa["p_value"].sel(unit="e")) == 1.0  # exactly at the mean: I is 0 under every permutation
    assert str(lisa["cluster"].sel(unit="e").values) == "ns"


def test_high_among_low_and_low_among_high() -> None:
    lisa = local_moran(series([0, 0, 0, 0, 9, 0, 0, 0, 0]), rook(), 99)
    # the mean is 1: the middle is high among low ones; b has two low and one high neighbour, lag (9 - 3) / 3 = 2
    assert str(lisa["quadrant"].sel(unit="e").values) == "HL"
    assert str(lisa["quadrant"].sel(unit="b").values) == "LH"
    assert str(lisa["quadrant"].sel(unit="a").values) == "LL"


def test_a_lag_at_the_mean_is_in_no_quadrant() -> None:
    units = pd.Index(["a", "b", "c", "d", "e"])
    # mean 0; b lies between -0.3 and 0.1 + 0.2 - 0: values whose sum is 0 but for rounding
    lisa = local_moran(series([-0.3, 0.5, 0.1 + 0.2, -0.4, -0.1], units), path(units), 99, alpha=0.99)
    assert str(lisa["quadrant"].sel(unit="b").values) == ""
    assert str(lisa["cluster"].sel(unit="b").values) == "ns"


def test_p_is_two_sided_unless_directed() -> None:
    two = local_moran(ONE_TO_NINE, rook(), 999)
    one = local_moran(ONE_TO_NINE, rook(), 999, alternative="directed")
    np.testing.assert_array_equal(two["p_value"], np.minimum(1, 2 * one["p_value"]))
    # the two neighbours of a are 2 and 4; of the 28 pairs of the others, 2+3 and 2+4 have a sum of at most 6
    assert float(one["p_value"].sel(unit="a")) == pytest.approx(2 / 28, abs=0.03)


def test_isolates_and_missing_units_have_no_numbers() -> None:
    units = pd.Index(["a", "b", "c", "d", "e", "f"])
    lisa = local_moran(series([1, 2, 4, np.nan, 8, 9], units), path(units).subgraph(units), 99)
    # d is missing: the path breaks into a-b-c and e-f
    assert lisa["cluster"].values.tolist()[3] == "missing"
    lisa = local_moran(series([1, 2, 4, np.nan, 8, np.nan], units), path(units), 99)
    assert lisa["cluster"].values.tolist()[3:] == ["missing", "isolate", "missing"]
    for name in ("i", "p_value", "p_fdr"):
        assert np.isnan(lisa[name].values[3:]).all()
        assert not np.isnan(lisa[name].values[:3]).any()
    assert lisa["quadrant"].values[3:].tolist() == ["", "", ""]
    # the isolate counts in the mean: (1 + 2 + 4 + 8) / 4 = 3.75, m2 = (7.5625 + 3.0625 + 0.0625 + 18.0625) / 3
    assert float(lisa["i"][0]) == pytest.approx(-2.75 * -1.75 / (28.75 / 3))


def test_islands_stay_out_of_the_pool() -> None:
    # a and b are linked to each other alone, c to both; d is an island with a huge value.
    # In the pool a, b, c each has 1 or 2 neighbours; c's lag is all others: p = 1 although d could have come in
    units = pd.Index(["a", "b", "c", "d"])
    graph = graph_of(np.array([[0, 1], [1, 0], [2, 0], [2, 1]]), units)
    lisa = local_moran(series([1, 2, 3, 1000], units), graph, 999)
    assert float(lisa["p_value"].sel(unit="c")) == 1.0
    assert str(lisa["cluster"].sel(unit="d").values) == "isolate"


def test_a_missing_value_equals_a_smaller_graph() -> None:
    values = ONE_TO_NINE.copy()
    values["e"] = np.nan
    whole = local_moran(values, rook(), 999)
    rest = UNITS.drop("e")
    smaller = local_moran(values[rest], rook().subgraph(rest), 999)
    xr.testing.assert_identical(whole.sel(unit=rest.to_numpy()), smaller)


def test_fdr_by_hand() -> None:
    # four p: 0.005, 0.01, 0.03, 0.04; times 4/rank: 0.02, 0.02, 0.04, 0.04; already ascending
    p = np.array([0.01, 0.04, np.nan, 0.03, 0.005])
    np.testing.assert_allclose(benjamini_hochberg(p), [0.02, 0.04, np.nan, 0.04, 0.02])
    # 0.03 · 2/1 = 0.06 is lowered to 0.04 · 2/2
    np.testing.assert_allclose(benjamini_hochberg(np.array([0.03, 0.04])), [0.04, 0.04])
    assert np.isnan(benjamini_hochberg(np.array([np.nan, np.nan]))).all()


def test_the_correction_decides_the_cluster_within_each_year() -> None:
    generator = np.random.default_rng(4)
    units = pd.Index([f"{n:02d}" for n in range(64)])
    ramp = np.add.outer(np.arange(8.0), np.arange(8.0)).ravel()
    values = panel([list(ramp), list(generator.normal(size=64))], units)
    raw = local_moran(values, rook(8, 8, units), 9999)
    fdr = local_moran(values, rook(8, 8, units), 9999, correction="fdr")
    xr.testing.assert_identical(raw["p_fdr"], fdr["p_fdr"])
    for year in (2007, 2008):
        np.testing.assert_array_equal(
            raw["p_fdr"].sel(year=year), benjamini_hochberg(raw["p_value"].sel(year=year).to_numpy())
        )
    called = ["HH", "LL", "HL", "LH"]
    np.testing.assert_array_equal(fdr["cluster"].isin(called), (fdr["p_fdr"] < 0.05) & (fdr["quadrant"] != ""))
    assert fdr["cluster"].isin(called).sum() < raw["cluster"].isin(called).sum()


def test_labels_are_matched_not_positions() -> None:
    expected = local_moran(ONE_TO_NINE, rook(), 99)
    shuffled = ONE_TO_NINE.sample(frac=1, random_state=1)
    got = local_moran(shuffled, rook(), 99)
    assert got["unit"].values.tolist() == shuffled.index.tolist()
    xr.testing.assert_identical(got.sel(unit=expected["unit"]), expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.drop("c"), "values lack 1 units of the graph, first 'c'"),
        (lambda s: s.rename({"c": "x"}), "first 'c'; the values have 1 units unknown to the graph, first 'x'"),
        (lambda s: pd.concat([s, s[["c"]]]), "'c' occurs more than once"),
        (lambda s: s.replace(3.0, np.inf), "infinite values"),
        (lambda s: s * 0 + 7.1, "all values are the same"),
        (lambda s: s.where(s < 3), "2 valid units"),
    ],
)
def test_unusable_values_are_named(change: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        local_moran(change(ONE_TO_NINE), rook(), 99)  # type: ignore[operator]


def test_the_slice_at_fault_is_named() -> None:
    values = panel([[1, 2, 3, 4, 5, 6, 7, 8, 9], [3] * 9]).expand_dims(draw=[10, 11])
    with pytest.raises(ValueError, match=r"in slice draw=10, year=2008"):
        local_moran(values, rook(), 99)


def test_values_without_units_are_refused() -> None:
    with pytest.raises(ValueError, match="need a dimension 'unit'"):
        local_moran(xr.DataArray([1.0, 2.0], dims="county"), rook(), 99)
    with pytest.raises(ValueError, match="no labels"):
        local_moran(xr.DataArray(np.arange(9.0), dims="unit"), rook(), 99)


def test_graphs_with_negative_weights_or_self_links_are_refused() -> None:
    negative = Graph.from_arrays(["a", "a", "b", "c"], ["b", "c", "a", "a"], [1.0, -0.5, 1.0, 1.0])
    with pytest.raises(ValueError, match="unit 'a' has negative, missing or infinite weights"):
        local_moran(series([1, 2, 3], pd.Index(list("abc"))), negative, 99)
    itself = Graph.from_arrays(["a", "a", "b", "c"], ["a", "b", "a", "a"], [1.0, 1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="'a' is its own neighbour"):
        local_moran(series([1, 2, 3], pd.Index(list("abc"))), itself, 99)


@pytest.mark.parametrize(
    "arguments",
    [{"permutations": 0}, {"alternative": "greater"}, {"alpha": 0.0}, {"correction": "bonferroni"}],
)
def test_unknown_options_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(arguments))):
        local_moran(ONE_TO_NINE, rook(), **arguments)  # type: ignore[arg-type]


def test_row_standardised_graphs_give_the_same() -> None:
    binary, row = (local_moran(ONE_TO_NINE, graph, 99) for graph in (rook(), rook().transform("R")))
    xr.testing.assert_identical(binary, row)


def test_dimensions_keep_their_order_behind_unit() -> None:
    values = panel([[1, 2, 3, 4, 5, 6, 7, 8, 9], [9, 2, 3, 4, 5, 6, 7, 8, 0]]).expand_dims(draw=[0, 1, 2])
    lisa = local_moran(values.assign_coords(name=("unit", list("ABCDEFGHI"))), rook(), 99)
    assert lisa["i"].dims == ("unit", "draw", "year")
    assert lisa["name"].sel(unit="c").item() == "C"
    xr.testing.assert_identical(
        lisa.sel(draw=1, year=2008, drop=True).drop_vars("name"),
        local_moran(values.sel(draw=1, year=2008, drop=True), rook(), 99),
    )


def test_a_generator_is_read_and_an_int_repeats() -> None:
    one, two = (local_moran(ONE_TO_NINE, rook(), 999, np.random.default_rng(3))["p_value"] for _ in range(2))
    xr.testing.assert_identical(one, two)
    generator = np.random.default_rng(3)
    first = local_moran(ONE_TO_NINE, rook(), 999, generator)["p_value"]
    second = local_moran(ONE_TO_NINE, rook(), 999, generator)["p_value"]
    assert not first.equals(second)


def test_permutations_of_a_study() -> None:
    assert permutations_for(Space(), 2735) == 99_999
    assert permutations_for(Space(permutations=999, correction="fdr"), 2735) == 999
    # 20 · 2735 / 0.05 and 10 · 2735 / 0.05
    assert permutations_for(Space(correction="fdr"), 2735) == 1_094_000
    assert permutations_for(Space(correction="fdr", alternative="directed"), 2735) == 547_000
    assert permutations_for(Space(correction="fdr"), 10) == 99_999
    assert enough_for_fdr(1_094_000, 2735, 0.05, "two-sided")
    assert not enough_for_fdr(1_093_999, 2735, 0.05, "two-sided")
    assert enough_for_fdr(547_000, 2735, 0.05, "directed")


def test_without_a_number_there_are_enough_permutations() -> None:
    smallest = local_moran(ONE_TO_NINE, rook())["p_value"].to_numpy() * 100_000 / 2
    np.testing.assert_allclose(smallest[:4], np.rint(smallest[:4]), atol=1e-6)
    # 20 · 9 / 0.0009 = 200,000
    many = local_moran(ONE_TO_NINE, rook(), alpha=0.0009, correction="fdr")["p_value"].to_numpy() * 200_001 / 2
    np.testing.assert_allclose(many[:4], np.rint(many[:4]), atol=1e-6)


def test_global_moran_by_hand() -> None:
    # Σ z · lag = 8 + 6 + 2 + 2/3 + 0 + 2/3 + 2 + 6 + 8 = 100/3 (see the local one); Σ z² = 60; S0 = n = 9
    result = global_moran(ONE_TO_NINE, rook())
    assert float(result["i"]) == pytest.approx(100 / 3 / 60)
    assert float(result["expected"]) == pytest.approx(-1 / 8)
    assert 0 < float(result["p"]) < 0.05


def test_global_permutation_p_agrees_with_its_normal_p_for_many_units() -> None:
    units = pd.Index([f"{n:03d}" for n in range(144)])
    values = series(list(np.random.default_rng(12).normal(size=144)), units)
    normal = global_moran(values, rook(12, 12, units))
    permuted = global_moran(values, rook(12, 12, units), permutations=19_999)
    assert float(permuted["p"]) == pytest.approx(float(normal["p"]), abs=0.03)
    xr.testing.assert_identical(normal[["i", "z"]], permuted[["i", "z"]])


def test_global_moran_leaves_missing_units_out() -> None:
    values = panel([[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, np.nan, 6, 7, 8, 9]])
    both = global_moran(values, rook(), 99)
    rest = UNITS.drop("e")
    alone = global_moran(values.sel(unit=rest.to_numpy(), year=2008, drop=True), rook().subgraph(rest), 99)
    assert both["i"].dims == ("year",)
    xr.testing.assert_identical(both.sel(year=2008, drop=True), alone)


def test_global_moran_without_spread_has_no_z() -> None:
    units = pd.Index(list("abcd"))
    everyone = graph_of(np.array([(i, j) for i in range(4) for j in range(4) if i != j]), units)
    result = global_moran(series([1, 2, 3, 5], units), everyone)
    # each lag is the mean of the others: I = -1 / (n - 1) for every permutation
    assert float(result["i"]) == pytest.approx(-1 / 3)
    assert np.isnan(result["z"])
    assert np.isnan(result["p"])
    nobody = global_moran(series([1, 2, 3, 5], units), graph_of(np.empty((0, 2), dtype=int), units), 99)
    assert all(np.isnan(nobody[name]) for name in ("i", "z", "p"))
