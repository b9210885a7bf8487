"""GeoDetector by hand: q, held-out q, noncentral F, interaction, risk and ecological detectors, and strata."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ecocomp.drivers import (
    ecological_test,
    held_out_q,
    interaction_type,
    noncentral_f_p,
    q_statistic,
    risk_tests,
    stratify,
    variance_inflation,
)
from ecocomp.drivers.chance import choose, standardised, table_of
from ecocomp.drivers.strata import METHODS, candidates, combined, given_strata

Y = np.array([1.0, 2.0, 3.0, 6.0, 8.0, 10.0])
LABELS = np.array([0, 0, 0, 1, 1, 1])
"""Means 2 and 8; within (1 + 0 + 1) + (4 + 0 + 4) = 10; mean of all 5, in all 16 + 9 + 4 + 1 + 9 + 25 = 64."""


def test_q_by_hand() -> None:
    assert q_statistic(Y, LABELS) == pytest.approx(1 - 10 / 64, abs=1e-15)


def test_q_of_one_stratum_is_nothing_and_of_single_units_all() -> None:
    assert q_statistic(Y, np.zeros(6, dtype=int)) == 0.0
    assert q_statistic(Y, np.arange(6)) == 1.0
    assert np.isnan(q_statistic(np.full(6, 0.1), LABELS))


def test_held_out_q_by_hand() -> None:
    # without itself, a unit of 3 lies 3/2 as far from the mean of its stratum, and 6/5 as far from that of all:
    # 1 − (9/4 · 10) / (36/25 · 64)
    assert held_out_q(Y, LABELS) == pytest.approx(1 - 22.5 / 92.16, abs=1e-15)
    left = [Y[h == LABELS] for h in (0, 1)]
    apart = sum((y - np.delete(part, i).mean()) ** 2 for part in left for i, y in enumerate(part))
    everywhere = sum((y - np.delete(Y, i).mean()) ** 2 for i, y in enumerate(Y))
    assert held_out_q(Y, LABELS) == pytest.approx(1 - apart / everywhere, abs=1e-14)


def test_more_strata_of_noise_raise_q_and_not_the_held_out_q() -> None:
    generator = np.random.default_rng(3)
    y = generator.normal(size=40)
    few, many = np.arange(40) % 2, np.arange(40) % 20
    assert q_statistic(y, many) > q_statistic(y, few)
    assert held_out_q(y, many) < 0


def test_the_noncentral_f_by_hand() -> None:
    # F = (6 − 2)/(2 − 1) · q/(1 − q) = 4 · 54/10 = 21.6; λ = [4 + 64 − (√3·2 + √3·8)²/6] / (64/6) = (68 − 50)·6/64
    expected = stats.ncf.sf(21.6, 1, 4, 18 * 6 / 64)
    assert noncentral_f_p(Y, LABELS) == pytest.approx(expected, rel=1e-12)
    assert np.isnan(noncentral_f_p(Y, np.zeros(6, dtype=int)))


def test_the_published_noncentrality_moves_with_a_constant_where_strata_are_unequal() -> None:
    unequal = np.array([0, 0, 1, 1, 1, 1])
    assert noncentral_f_p(Y, unequal) != pytest.approx(noncentral_f_p(Y + 100, unequal), rel=1e-3)


@pytest.mark.parametrize(
    ("joint", "expected"),
    [
        (0.1, "weakened, nonlinear"),
        (0.25, "weakened, one factor"),
        (0.3, "nothing added"),
        (0.4, "enhanced, two factors"),
        (0.5, "independent"),
        (0.6, "enhanced, nonlinear"),
    ],
)
def test_types_of_interaction(joint: float, expected: str) -> None:
    assert interaction_type(0.2, 0.3, joint) == expected
    assert interaction_type(0.3, 0.2, joint) == expected


def test_strata_within_strata_add_nothing() -> None:
    counties, provinces = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 0, 0, 1, 1])
    first, second = q_statistic(Y, counties), q_statistic(Y, provinces)
    assert interaction_type(first, second, q_statistic(Y, combined(*map(given_strata, (counties, provinces))))) == (
        "nothing added"
    )


def test_welchs_t_is_that_of_scipy() -> None:
    tests = risk_tests(Y, LABELS)
    expected = stats.ttest_ind(Y[:3], Y[3:], equal_var=False)
    assert tests["difference"].tolist() == [-6.0]
    # t = −6 / √(1/3 + 4/3), the variances being 1 and 4
    assert tests["t"][0] == pytest.approx(-6 / np.sqrt(5 / 3), rel=1e-14)
    assert (tests["t"][0], tests["p"][0], tests["degrees"][0]) == pytest.approx(
        (expected.statistic, expected.pvalue, expected.df), rel=1e-12
    )


def test_a_stratum_of_one_unit_has_no_t() -> None:
    tests = risk_tests([1.0, 2.0, 5.0], [0, 0, 1])
    assert tests["difference"].tolist() == [-3.5]
    assert tests[["t", "p"]].isna().all(axis=None)


def test_the_ecological_f_by_hand_and_either_way_round() -> None:
    one, other = ecological_test(0.5, 0.75, 11), ecological_test(0.75, 0.5, 11)
    assert (one.f, other.f) == (2.0, 0.5)
    assert one.p == pytest.approx(2 * stats.f.sf(2, 10, 10), rel=1e-12)
    assert other.p == pytest.approx(one.p, rel=1e-12)


def test_breaks_by_hand() -> None:
    x = np.array([1.0, 2, 3, 4, 10, 16, 64, 100])
    breaks = {method: stratify(x, method, 2).breaks for method in METHODS}
    assert breaks["equal_interval"] == (50.5,)
    assert breaks["quantile"] == (4.0,)  # half of the units do not exceed it
    assert breaks["natural_breaks"] == (16.0,)  # {1 … 16} and {64, 100}
    assert breaks["geometric_interval"] == pytest.approx((10.0,))  # √(1 · 100)
    assert breaks["standard_deviation"] == (25.0,)  # the mean: 200/8
    three = stratify(x, "standard_deviation", 3).breaks
    assert three == pytest.approx((25 - x.std(ddof=1) / 2, 25 + x.std(ddof=1) / 2))


def test_a_value_at_a_break_lies_below_it_and_empty_intervals_are_none() -> None:
    strata = stratify([0.0, 1.0, 1.0, 2.0, 9.0, 10.0], "equal_interval", 5)  # 2, 4, 6, 8: nothing from 2 to 8
    assert strata.labels.tolist() == [0, 0, 0, 0, 1, 1]
    assert strata.names == ("[0, 2]", "(2, 10]")


def test_candidates_have_five_units_a_stratum_and_eight_strata_at_most() -> None:
    x = np.random.default_rng(1).lognormal(sigma=2, size=60)
    found = candidates(x)
    assert min(c.counts.min() for c in found) >= 5
    assert {c.size for c in found} == set(range(2, 9))
    assert len({c.labels.tobytes() for c in found}) == len(found)


def test_a_factor_that_hardly_varies_has_no_candidate() -> None:
    assert candidates([0.0] * 26 + [1.0] * 4) == []
    assert candidates(np.full(30, 7.0)) == []


def test_strata_are_chosen_by_the_largest_held_out_q() -> None:
    generator = np.random.default_rng(5)
    x = generator.uniform(size=80)
    y = (x > 0.5) + generator.normal(scale=0.3, size=80)
    ways = candidates(x)
    found = choose(standardised(y)[None], table_of(ways))
    each = [held_out_q(y, way.labels) for way in ways]
    assert each[int(found.which[0])] == pytest.approx(max(each), abs=1e-12)
    assert found.held_out[0] == pytest.approx(max(each), abs=1e-12)
    assert found.q[0] == pytest.approx(q_statistic(y, ways[int(found.which[0])].labels), abs=1e-12)


def test_given_strata_keep_their_labels() -> None:
    strata = given_strata(["b", "a", "b"])
    assert (strata.names, strata.labels.tolist(), strata.counts.tolist()) == (("a", "b"), [1, 0, 1], [1, 2])


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="method must be one of"):
        stratify([1.0, 2.0], "jenks", 2)
    with pytest.raises(ValueError, match="2 or more"):
        stratify([1.0, 2.0], "quantile", 1)
    with pytest.raises(ValueError, match="missing or infinite"):
        stratify([1.0, np.nan], "quantile", 2)
    with pytest.raises(ValueError, match="missing or infinite"):
        q_statistic([1.0, np.inf], [0, 1])
    with pytest.raises(ValueError, match="as long as each other"):
        q_statistic([1.0, 2.0], [0, 1, 1])


def test_variance_inflation_by_hand() -> None:
    # two factors with correlation ½: 1/(1 − ¼)
    first = np.array([1.0, 1, -1, -1, 0, 0])
    second = np.array([1.0, 0, -1, 0, 1, -1])
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.5)
    assert variance_inflation(np.column_stack([first, second])) == pytest.approx([4 / 3, 4 / 3])
    tied = variance_inflation(np.column_stack([first, second, first + 2 * second + 3]))
    assert np.isinf(tied).all()
    apart = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 3))).to_numpy()
    assert variance_inflation(apart) == pytest.approx(np.diag(np.linalg.inv(np.corrcoef(apart.T))))
