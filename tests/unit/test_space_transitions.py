from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import xarray as xr
from scipy.special import ndtri
from scipy.stats import kendalltau, theilslopes

from ecocomp.space.transitions import (
    cluster_counts,
    cluster_persistence,
    cluster_transitions,
    cluster_trend,
    lisa_markov,
)
from ecocomp.space.trend import mann_kendall, sen_slope, shape_in_words, smallest_p


def labels(*units: str, years: list[int] | None = None) -> xr.DataArray:
    """One string of labels a unit."""
    rows = [unit.split() for unit in units]
    return xr.DataArray(
        np.array(rows),
        dims=("unit", "year"),
        coords={"unit": [f"u{n}" for n in range(len(rows))], "year": years or list(range(2007, 2007 + len(rows[0])))},
    )


def test_transitions_by_hand() -> None:
    cluster = labels("HH HH ns", "ns HH HH", "LL missing LL", years=[2007, 2012, 2017])
    counts = cluster_transitions(cluster)
    assert counts["year"].values.tolist() == [2012, 2017]
    assert counts["previous_year"].values.tolist() == [2007, 2012]
    first = counts.sel(year=2012)
    assert int(first.sel(origin="HH", destination="HH")) == 1
    assert int(first.sel(origin="ns", destination="HH")) == 1
    assert int(first.sel(origin="LL", destination="missing")) == 1
    assert (counts.sum(("origin", "destination")) == 3).all()
    # without the class missing, the third unit has no pair of known years
    assert int(cluster_transitions(cluster, ("HH", "ns", "LL")).sum()) == 4


def test_order_of_years_is_required_not_guessed() -> None:
    with pytest.raises(ValueError, match="years must ascend"):
        cluster_transitions(labels("HH LL", years=[2012, 2007]))
    with pytest.raises(ValueError, match="at least 2 years"):
        cluster_transitions(labels("HH"))


def test_a_chain_of_two_states_by_hand() -> None:
    # leaving HH: 3 stay, 1 goes to LL; leaving LL: 2 stay, 2 go to HH. Steady state 2/3, 1/3; first passage
    # from HH to LL 1 / (1/4) = 4 steps, from LL to HH 2, back to HH 1 / (2/3), back to LL 3
    chain = lisa_markov(labels("HH HH HH HH LL", "LL LL LL HH ns", "LL HH ns ns ns"))
    kept = {"origin": ["HH", "LL"], "destination": ["HH", "LL"]}
    np.testing.assert_allclose(chain["probability"].sel(kept), [[0.75, 0.25], [0.5, 0.5]])
    np.testing.assert_allclose(chain["steady_state"].sel(state=["HH", "LL"]), [2 / 3, 1 / 3])
    np.testing.assert_allclose(chain["first_passage"].sel(kept), [[1.5, 4], [2, 3]])
    assert chain["structure"].item() == "irreducible"
    assert np.isnan(chain["steady_state"].sel(state=["HL", "LH"])).all()  # they never occur


@pytest.mark.parametrize(
    ("units", "structure", "steady"),
    [
        (("HH LL LL",), "one closed class: LL", [0, 1, np.nan, np.nan]),
        (("HH LL LL", "HH HL HL"), "several closed classes: LL; HL", [np.nan] * 4),
        (("HH HH LL",), "unknown after LL", [np.nan] * 4),
        (("ns ns",), "no transitions", [np.nan] * 4),
        (("HH LL HH",), "irreducible", [0.5, 0.5, np.nan, np.nan]),  # periodic: a share of time, not a limit
    ],
)
def test_chains_without_a_steady_state_say_so(units: tuple[str], structure: str, steady: list[float]) -> None:
    chain = lisa_markov(labels(*units))
    assert chain["structure"].item() == structure
    np.testing.assert_allclose(chain["steady_state"], steady, atol=1e-12)
    if structure != "irreducible":
        assert np.isnan(chain["first_passage"]).all()


def test_persistence_by_hand() -> None:
    result = cluster_persistence(labels("HH HH ns HH missing HH", "missing missing missing missing missing missing"))
    one = result.sel({"unit": "u0", "class": "HH"})
    assert (int(one["years"]), int(one["longest_run"]), float(one["share"])) == (4, 2, 0.8)
    assert float(result["share"].sel({"unit": "u0", "class": "ns"})) == 0.2
    assert np.isnan(result["share"].sel(unit="u1")).all()
    assert (result["years"].sel(unit="u1") == 0).all()


def test_counts_and_their_trend() -> None:
    cluster = labels("HH HH HH HH HH", "ns HH HH HH HH", "ns ns HH HH HH", "ns ns ns HH HH", "ns LL LL ns HH")
    counts = cluster_counts(cluster)
    assert counts.sel(cluster="HH").values.tolist() == [1, 2, 3, 4, 5]
    trend = cluster_trend(counts)
    high, low = trend.sel(cluster="HH"), trend.sel(cluster="LL")
    # five ascending values: S = 10, p = 2 / 5!
    assert (float(high["trend_s"]), float(high["tau"]), float(high["slope"])) == (10, 1, 1)
    assert float(high["trend_p"]) == pytest.approx(2 / 120)
    assert float(high["smallest_p"]) == pytest.approx(2 / 120)
    assert high["shape"].item() == "rises"
    assert low["shape"].item() == "rises, then falls (peak 2008)"  # 0 1 1 0 0
    assert trend.sel(cluster="HL")["shape"].item() == "constant"
    assert float(trend.sel(cluster="HL")["trend_p"]) == 1.0
    assert np.isnan(trend.sel(cluster="HL")["tau"])


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 7])
def test_p_is_exact_with_and_without_ties(n: int) -> None:
    generator = np.random.default_rng(n)
    for high in (2, 3, 100):
        x = generator.integers(0, high, n).astype(float)
        s, _, p = mann_kendall(x)
        every = np.array(list(permutations(x)))
        all_s = mann_kendall(every)[0]
        assert float(p) == pytest.approx(float(np.mean(np.abs(all_s) >= abs(s))), abs=1e-14)


@pytest.mark.parametrize("n", [5, 11, 18, 30])
def test_without_ties_p_tau_and_slope_are_those_of_scipy(n: int) -> None:
    generator = np.random.default_rng(n)
    years = np.sort(generator.choice(np.arange(1990, 2030), n, replace=False)).astype(float)
    rows = generator.normal(size=(6, n)) + np.linspace(0, 2, n)
    s, tau, p = mann_kendall(rows)
    slope = sen_slope(rows, years)
    for row in range(len(rows)):
        theirs = kendalltau(years, rows[row], method="exact")
        assert float(tau[row]) == pytest.approx(theirs.statistic, rel=1e-12)
        assert float(p[row]) == pytest.approx(theirs.pvalue, rel=1e-9)
        assert float(slope[row]) == pytest.approx(theilslopes(rows[row], years).slope, rel=1e-12)
        assert float(s[row]) == pytest.approx(theirs.statistic * n * (n - 1) / 2)


def test_long_series_use_the_normal_approximation() -> None:
    x = np.random.default_rng(3).integers(0, 20, 60).astype(float)
    s, _, p = mann_kendall(x)
    ties = np.unique(x, return_counts=True)[1]
    variance = (60 * 59 * 125 - np.sum(ties * (ties - 1) * (2 * ties + 5))) / 18
    exact = kendalltau(np.arange(60), x, method="asymptotic").pvalue  # without the continuity correction
    assert float(p) == pytest.approx(exact, abs=0.02)
    assert abs(float(s)) / np.sqrt(variance) == pytest.approx(abs(kendall_z(exact)), rel=1e-9)
    assert float(mann_kendall(np.ones(60))[2]) == 1.0


def kendall_z(p: float) -> float:
    return float(ndtri(p / 2))


def test_missing_years_are_left_out() -> None:
    x = np.array([[1, np.nan, 3, 2, 5], [np.nan, np.nan, np.nan, np.nan, 1]])
    s, tau, p = mann_kendall(x)
    alone = mann_kendall(np.array([1.0, 3, 2, 5]))
    assert (s[0], tau[0], p[0]) == tuple(float(part) for part in alone)
    assert np.isnan([s[1], tau[1], p[1]]).all()
    assert np.isnan(sen_slope(x, np.arange(5.0))[1])
    # slopes 1/1 over two years 2/2; 1 3 2 5 at 0 2 3 4: 1, 1/3, 1, -1, 1, 3 -> median 1
    assert float(sen_slope(x, np.arange(5.0))[0]) == 1.0


def test_few_years_have_no_power() -> None:
    np.testing.assert_allclose(smallest_p(np.array([0, 1, 2, 3, 4, 5])), [1, 1, 1, 1 / 3, 1 / 12, 1 / 60])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1, 2, 3], "rises"),
        ([3, 1], "falls"),
        ([2, 2, 2], "constant"),
        ([1, 5, 9, 6, 2], "rises, then falls (peak 2009)"),
        ([1, 5, 9, 9, 2], "rises, then falls (peak 2009)"),  # the first of equal peaks
        ([9, 2, 2, 8], "falls, then rises (trough 2008)"),
        ([0, 9, 0, 9], "rises, then falls, then rises (peak 2008, trough 2009)"),
        ([0, 9, 0, 9, 0], "varies (3 turns)"),
        ([10, 11, 2, 3], "falls"),  # swings of 1 in a range of 9 are wobbles
        ([0, 5, 4, 9], "rises"),
        ([5, 4, 9], "rises"),
        ([0, 6, 3, 9], "rises, then falls, then rises (peak 2008, trough 2009)"),  # a third of the range counts
        ([np.nan, 1, 9, np.nan, 1], "rises, then falls (peak 2009)"),
        ([np.nan, 1], ""),
    ],
)
def test_shapes(values: list[float], words: str) -> None:
    assert shape_in_words(np.array(values, dtype=float), list(range(2007, 2007 + len(values)))) == words
