"""Priority, ranks, classes and rank stability."""

import numpy as np
import pytest
import xarray as xr

from ecocomp.compensation import group
from ecocomp.zoning import classify, kendall_w, priority, rank, rank_stability


def array(values, units=None, years=None) -> xr.DataArray:
    values = np.asarray(values, dtype=float)
    units = units or [f"u{i}" for i in range(values.shape[0])]
    return xr.DataArray(
        values,
        dims=("unit", "year"),
        coords={"unit": units, "year": years or list(range(2010, 2010 + values.shape[1]))},
    )


def test_priority_is_absolute_amount_over_gdp():
    assert priority(array([[-6.0], [3.0]]), array([[2.0], [np.nan]])).values.tolist()[0] == [3.0]


def test_ranks_within_sides_ties_by_amount_then_id():
    amounts = array([[4.0], [2.0], [2.0], [-1.0], [-9.0], [0.0], [np.nan]], units=list("gfedcba"))
    gdp = array([[4.0], [2.0], [2.0], [1.0], [3.0], [1.0], [1.0]], units=list("gfedcba"))
    groups = group(amounts)
    q = priority(amounts, gdp)  # payers 1, 1, 1; recipients 1, 3
    ranks = rank(q, amounts, groups)
    # payers tie at 1: g has the larger amount; e and f tie again: e before f by id. Recipients: c (3), d (1)
    assert ranks.sel(unit=list("gefcd")).values[:, 0].tolist() == [1, 2, 3, 1, 2]
    assert ranks.sel(unit=["a", "b"]).isnull().all()


def test_low_first_turns_payers_only():
    amounts = array([[4.0], [2.0], [-1.0], [-9.0]])
    ranks = rank(abs(amounts), amounts, group(amounts), "low_first")
    assert ranks.values[:, 0].tolist() == [2, 1, 2, 1]


def test_classes_split_at_the_natural_breaks():
    # payers 1, 2 | 10, 11 pooled over the years: the break with the least squared deviation is between 2 and 10
    amounts = array([[1.0, 2.0], [10.0, 11.0], [-5.0, -7.0]])
    classes, breaks = classify(abs(amounts), group(amounts), 2)
    assert classes.values.tolist() == [[2, 2], [1, 1], [2, 1]]
    assert breaks == {"payer": [1, 2, 11], "recipient": [5, 5, 7]}


def test_a_missing_value_does_not_reach_the_breaks():
    amounts = array([[1.0, 2.0], [10.0, 11.0], [np.nan, np.nan]])
    classes, breaks = classify(abs(amounts), group(amounts), 2)
    assert breaks == {"payer": [1, 2, 11], "recipient": []}
    assert classes.isnull().values.tolist() == [[False] * 2, [False] * 2, [True] * 2]


def test_kendall_w_of_full_agreement_and_of_reversal():
    same = np.array([[1, 1], [2, 2], [3, 3]], float)
    turned = np.array([[1, 3], [2, 2], [3, 1]], float)  # sums 4, 4, 4: S = 0
    assert kendall_w(same) == 1
    assert kendall_w(turned) == 0
    # three judges, four items: sums 3, 7, 8, 12, mean 7.5, S = 20.25+0.25+0.25+20.25 = 41; W = 12·41/(9·60)
    three = np.array([[1, 1, 1], [2, 3, 2], [3, 2, 3], [4, 4, 4]], float)
    assert kendall_w(three) == pytest.approx(12 * 41 / 540)
    assert np.isnan(kendall_w(same[:, :1]))


def test_rank_stability_counts_years_among_the_first():
    amounts = array([[9.0, 9.0], [5.0, 1.0], [1.0, 5.0], [-1.0, 2.0]])
    groups = group(amounts)
    table = rank_stability(rank(abs(amounts), amounts, groups), groups, first_n=2)
    payers = table[table["group"] == "payer"].set_index("unit")
    # payers' ranks: u0 1, 1; u1 2, 4; u2 3, 2; u3 –, 3
    assert payers.loc["u0"].drop(["group", "kendall_w"]).tolist() == [2, 1, 1, 2, "yes"]
    assert payers.loc["u1"].drop(["group", "kendall_w"]).tolist() == [2, 2, 4, 1, "no"]
    assert payers.loc["u3"].drop(["group", "kendall_w"]).tolist() == [1, 3, 3, 0, "no"]
    # among u0, u1, u2: 1, 2, 3 against 1, 3, 2: sums 2, 5, 5, S = 6; W = 12·6/(4·24)
    assert payers["kendall_w"].unique().tolist() == pytest.approx([0.75])
    assert table[table["group"] == "recipient"]["unit"].tolist() == ["u3"]
