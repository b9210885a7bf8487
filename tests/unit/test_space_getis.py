from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ecocomp.space import local_getis_ord, local_moran, local_moran_bivariate, prepare
from ecocomp.space.interval import clopper_pearson
from ecocomp.space.links import graph_of
from ecocomp.space.significance import benjamini_hochberg, judge

UNITS = pd.Index(list("abcde"))
PATH = graph_of(np.array([[0, 1], [1, 0], [1, 2], [2, 1], [2, 3], [3, 2], [3, 4], [4, 3]]), UNITS)
SIZE, DRAWS = 13, 40_000


def circle(k: int) -> np.ndarray:
    focal = np.repeat(np.arange(SIZE), k)
    return np.column_stack([focal, (focal + np.tile(np.arange(1, k + 1), SIZE)) % SIZE])


def thirteen(seed: int = 5) -> tuple[pd.Series, pd.Index]:
    labels = pd.Index([f"u{n:02d}" for n in range(SIZE)])
    return pd.Series(np.random.default_rng(seed).lognormal(size=SIZE), labels), labels


def test_g_star_by_hand() -> None:
    # 1, 2, 3, 4, 10: mean 4, s² = (9 + 4 + 1 + 0 + 36) / 5 = 10
    # e: 4 + 10 - 2 · 4 = 6 over √10 · √((5 · 2 - 4) / 4); b: 1 + 2 + 3 - 12 = -6 over √10 · √((5 · 3 - 9) / 4)
    result = local_getis_ord(pd.Series([1.0, 2, 3, 4, 10], UNITS), PATH, 99)
    assert float(result["z"].sel(unit="e")) == pytest.approx(6 / np.sqrt(15))
    assert float(result["z"].sel(unit="b")) == pytest.approx(-6 / np.sqrt(15))


def test_g_by_hand() -> None:
    # a: the others 2, 3, 4, 10 have mean 4.75 and variance 129/4 - 4.75² = 9.6875; its neighbour is 2;
    # (n - 1) S - W² over n - 2 is (4 - 1) / 3 = 1
    result = local_getis_ord(pd.Series([1.0, 2, 3, 4, 10], UNITS), PATH, 99, star=False)
    assert float(result["z"].sel(unit="a")) == pytest.approx((2 - 4.75) / np.sqrt(9.6875))


@pytest.mark.parametrize("star", [True, False])
def test_p_agrees_with_enumeration(star: bool) -> None:
    values, labels = thirteen()
    result = local_getis_ord(values, graph_of(circle(3), labels), DRAWS, alternative="directed", star=star)
    for unit in range(SIZE):
        own = values.iloc[unit] if star else 0.0
        others = np.delete(values.to_numpy(), unit)
        sums = np.array([own + others[list(chosen)].sum() for chosen in combinations(range(SIZE - 1), 3)])
        observed = own + values.iloc[[(unit + step) % SIZE for step in (1, 2, 3)]].sum()
        share = min(np.mean(sums >= observed - 1e-9), np.mean(sums <= observed + 1e-9))
        assert float(result["p_value"][unit]) == pytest.approx(
            share, abs=4 * np.sqrt(share * (1 - share) / DRAWS) + 1e-4
        )
        if not star:  # the z form is the standard score over these sums
            assert float(result["z"][unit]) == pytest.approx((observed - sums.mean()) / sums.std())


def test_g_and_local_moran_share_their_permutations() -> None:
    values, labels = thirteen()
    graph = prepare(graph_of(circle(3), labels))
    moran = local_moran(values, graph, 999)
    for star in (True, False):
        xr.testing.assert_identical(local_getis_ord(values, graph, 999, star=star)["p_value"], moran["p_value"])
    g = local_getis_ord(values, graph, 999, star=False)["z"]
    xr.testing.assert_allclose(np.sign(values.to_xarray().rename(index="unit") - values.mean()) * g, moran["z"])


def test_hot_needs_high_neighbours() -> None:
    number = np.arange(64).reshape(8, 8)
    labels = pd.Index([f"{n:02d}" for n in number.ravel()])
    sides = ((number[:, 1:], number[:, :-1]), (number[1:], number[:-1]))
    pairs = np.concatenate([np.column_stack([one.ravel(), other.ravel()]) for one, other in sides])
    graph = graph_of(np.concatenate([pairs, pairs[:, ::-1]]), labels)
    field = np.random.default_rng(3).normal(3, 0.1, (8, 8))
    high = field.copy()
    high[:3, :3] += 30
    result = local_getis_ord(pd.Series(high.ravel(), labels), graph, 9999)
    assert (result["cluster"].to_numpy().reshape(8, 8)[:2, :2] == "hot").all()
    # one high value among the lowest: G* of that unit is high by itself alone, and p is small for low neighbours
    field[4:7, 4:7] -= 2.9
    field[5, 5] = 40
    alone = local_getis_ord(pd.Series(field.ravel(), labels), graph, 9999).sel(unit=labels[5 * 8 + 5])
    assert float(alone["z"]) > 1
    assert float(alone["p_value"]) < 0.05
    assert alone["cluster"].item() == "ns"


def test_isolates_and_missing_units() -> None:
    values = pd.Series([1.0, 2, 4, np.nan, 8], UNITS)
    result = local_getis_ord(values, PATH, 99)
    assert result["cluster"].values.tolist()[3:] == ["missing", "isolate"]
    for name in ("z", "p_value", "p_fdr", "p_low", "p_high"):
        assert np.isnan(result[name].values[3:]).all()
        assert not np.isnan(result[name].values[:3]).any() or name == "z"
    # e is an island: the pool is 1, 2, 4, and b has all of it around: G* is the same in every permutation
    assert np.isnan(result["z"].sel(unit="b"))
    # a: 3 - 2 · 7/3 over s² = 14/9 times (3 · 2 - 4) / 2 = 1
    assert float(result["z"].sel(unit="a")) == pytest.approx((3 - 14 / 3) / np.sqrt(14 / 9))


def test_bivariate_by_hand() -> None:
    x, y = pd.Series([1.0, 2, 3, 4, 10], UNITS), pd.Series([5.0, 1, 2, 2, 0], UNITS)
    # means 4 and 2; Σ z_x² = 50, Σ z_y² = 9 + 1 + 0 + 0 + 4 = 14; b: z_x = -2, lag of y = (3 + 0) / 2
    result = local_moran_bivariate(x, y, PATH, 99)
    scale = np.sqrt(50 / 4) * np.sqrt(14 / 4)
    assert float(result["i"].sel(unit="b")) == pytest.approx(-2 * 1.5 / scale)
    assert result["quadrant"].values.tolist() == ["LL", "LH", "LL", "", ""]  # d is at the mean; around e y is


def test_bivariate_of_one_variable_is_local_moran() -> None:
    values, labels = thirteen()
    graph = graph_of(circle(3), labels)
    xr.testing.assert_identical(local_moran_bivariate(values, values, graph, 999), local_moran(values, graph, 999))


def test_bivariate_p_agrees_with_enumeration() -> None:
    (x, labels), (y, _) = thirteen(1), thirteen(2)
    result = local_moran_bivariate(x, y, graph_of(circle(2), labels), DRAWS, alternative="directed")
    z_x, z_y = (v.to_numpy() - v.mean() for v in (x, y))
    for unit in range(SIZE):
        others = np.delete(z_y, unit)
        products = z_x[unit] * np.array([others[list(chosen)].sum() for chosen in combinations(range(SIZE - 1), 2)])
        observed = z_x[unit] * z_y[[(unit + 1) % SIZE, (unit + 2) % SIZE]].sum()
        share = min(np.mean(products >= observed - 1e-9), np.mean(products <= observed + 1e-9))
        error = np.sqrt(share * (1 - share) / DRAWS)
        assert float(result["p_value"][unit]) == pytest.approx(share, abs=4 * error + 1e-4)
        assert float(result["z"][unit]) == pytest.approx((observed - products.mean()) / products.std())


def test_bivariate_matches_labels_and_leaves_out_what_either_lacks() -> None:
    (x, labels), (y, _) = thirteen(1), thirteen(2)
    graph = graph_of(circle(2), labels)
    shuffled = y.sample(frac=1, random_state=1)
    xr.testing.assert_identical(local_moran_bivariate(x, shuffled, graph, 99), local_moran_bivariate(x, y, graph, 99))
    y["u03"], x["u07"] = np.nan, np.nan
    rest = labels.drop(["u03", "u07"])
    whole = local_moran_bivariate(x, y, graph, 99)
    assert whole["cluster"].sel(unit=["u03", "u07"]).values.tolist() == ["missing", "missing"]
    xr.testing.assert_identical(
        whole.sel(unit=rest.to_numpy()), local_moran_bivariate(x[rest], y[rest], graph.subgraph(rest), 99)
    )


def test_bivariate_refuses_different_labels() -> None:
    values, labels = thirteen()
    graph = graph_of(circle(2), labels)
    panel = xr.DataArray(
        np.outer(values, [1, 2]), dims=("unit", "year"), coords={"unit": labels.to_numpy(), "year": [1, 2]}
    )
    with pytest.raises(ValueError, match="same dimensions"):
        local_moran_bivariate(panel, values, graph, 99)
    with pytest.raises(ValueError, match="different labels along 'year'"):
        local_moran_bivariate(panel, panel.assign_coords(year=[1, 3]), graph, 99)
    with pytest.raises(ValueError, match="permutations"):
        local_moran_bivariate(values, values, graph, 0)


def test_a_prepared_graph_stands_for_the_graph() -> None:
    values, labels = thirteen()
    graph = graph_of(circle(3), labels)
    prepared = prepare(graph)
    assert prepare(prepared) is prepared
    xr.testing.assert_identical(local_moran(values, prepared, 99), local_moran(values, graph, 99))


@pytest.mark.parametrize("trials", [1, 9, 99, 999, 99_999, 1_094_000, 20_000_000])
def test_the_interval_is_that_of_clopper_and_pearson(trials: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    counts = np.unique(np.concatenate([np.arange(min(trials, 40)), np.geomspace(1, trials, 60).astype(int), [trials]]))
    counts = np.unique(np.concatenate([counts, trials - counts]))
    low, high = clopper_pearson(counts, trials)
    np.testing.assert_allclose(low[1:], stats.beta.ppf(0.025, counts[1:], trials - counts[1:] + 1), rtol=1e-8)
    np.testing.assert_allclose(high[:-1], stats.beta.ppf(0.975, counts[:-1] + 1, trials - counts[:-1]), rtol=1e-8)
    assert low[0] == 0.0
    assert high[-1] == 1.0


def test_units_are_uncertain_where_the_interval_holds_the_level() -> None:
    # 1 - 0.025^(1/99) = 0.0366 bounds the tail of a count of 0; doubled, it exceeds 0.05
    none = judge(np.array([[0, 20, 49, -1]]), 99, "two-sided", 0.05, "none")
    assert float(none.p_high[0, 0]) == pytest.approx(2 * (1 - 0.025 ** (1 / 99)))
    np.testing.assert_array_equal(none.uncertain, [[True, False, False, False]])
    np.testing.assert_array_equal(none.called, [[True, False, False, False]])
    more = judge(np.array([[0, 30, 200]]), 999, "two-sided", 0.05, "none")
    np.testing.assert_array_equal(more.uncertain, [[False, True, False]])
    assert (more.p_low <= more.p_value).all()
    assert (more.p_value <= more.p_high).all()
    assert np.isnan(none.p_value[0, 3])


def test_under_fdr_the_level_is_that_of_the_last_called() -> None:
    # directed p 0.001, 0.016, 0.101 … of 5 units: 0.016 · 5/2 = 0.04 is called, 0.101 · 5/3 is not, so that the
    # level is 0.05 · 2/5 = 0.02; 15 of 999 leave room for 0.0084 to 0.0247
    judged = judge(np.array([[0, 15, 100, 200, 310]]), 999, "directed", 0.05, "fdr")
    np.testing.assert_allclose(judged.p_fdr, [benjamini_hochberg(judged.p_value[0])])
    np.testing.assert_array_equal(judged.called, [[True, True, False, False, False]])
    np.testing.assert_array_equal(judged.uncertain, [[False, True, False, False, False]])
