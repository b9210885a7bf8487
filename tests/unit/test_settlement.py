"""Balance and transfers, to the fen."""

import numpy as np
import pytest
import xarray as xr

from ecocomp.compensation import group
from ecocomp.settlement import (
    apportion,
    payments_and_receipts,
    proportional,
    scale_larger_side,
    settle,
    top_n_balance,
)
from ecocomp.zoning import rank


def amounts(*values: float) -> xr.DataArray:
    units = [f"u{i}" for i in range(len(values))]
    return xr.DataArray(np.array(values)[:, None], dims=("unit", "year"), coords={"unit": units, "year": [2010]})


def balance_of(*values: float) -> xr.Dataset:
    v = amounts(*values)
    groups = group(v)
    return top_n_balance(v, rank(abs(v), v, groups), groups).sel(year=2010)


def test_payments_receipts_gap():
    sums = payments_and_receipts(amounts(5, 3, -2, np.nan))
    assert [float(sums[n].item()) for n in ("payments", "receipts", "gap")] == [8, 2, 6]


def test_top_n_balance_all_crossings_and_the_closest():
    # payers 5, 4, 3, 1; recipients 6, 2: payments 5, 9, 12, 13; receipts 6, 8, 8, 8
    b = balance_of(5, 4, 3, 1, -6, -2)
    assert b["payments_top_n"].values.tolist() == [5, 9, 12, 13]
    assert b["receipts_top_n"].values.tolist() == [6, 8, 8, 8]  # the shorter list stays constant
    assert b["crossing"].values.tolist() == [False, True, False, False]  # −1 then +1
    # |difference| over the larger: 1/6, 1/9, 4/12, 5/13
    assert b["relative_difference"].values.tolist() == pytest.approx([1 / 6, 1 / 9, 1 / 3, 5 / 13])
    assert b["closest"].values.tolist() == [False, True, False, False]


def test_equal_sums_are_no_crossing_until_the_sign_has_turned():
    # differences −1, 0, 0, +1: the sign turns once, at N = 4
    b = balance_of(4, 3, 2, 2, -5, -2, -2, -1)
    assert (b["payments_top_n"] - b["receipts_top_n"]).values.tolist() == [-1, 0, 0, 1]
    assert b["crossing"].values.tolist() == [False, False, False, True]


def test_no_crossing_is_a_valid_answer():
    b = balance_of(9, 9, -1)
    assert not b["crossing"].any()


def test_without_recipients_nothing_is_closest():
    b = balance_of(9, 9, 1)
    assert not b["closest"].any()
    assert b["relative_difference"].values.tolist() == [1, 1, 1]


def test_apportion_by_largest_remainder_ties_in_order():
    # 10 fen over 1 : 1 : 1 are 3⅓ each; one left, to the first
    assert apportion(np.array([1.0, 1.0, 1.0]), 10).tolist() == [4, 3, 3]
    # 10 over 1 : 2 : 4 are 10/7, 20/7, 40/7 = 1.43, 2.86, 5.71; two left, to the 2nd and 3rd
    assert apportion(np.array([1.0, 2.0, 4.0]), 10).tolist() == [1, 3, 6]
    assert apportion(np.array([0.0, 0.0]), 0).tolist() == [0, 0]


def test_the_larger_side_is_scaled_down():
    a, b = scale_larger_side(np.array([30.0, 10.0]), np.array([10.0]))
    assert a.tolist() == [750, 250]
    assert b.tolist() == [1000]


def test_proportional_cells_by_hand():
    # M = 4: cells 3·3/4 = 2.25, 0.75; 1·3/4 = 0.75, 0.25: floors 2, 0, 0, 0; rows want 1, 1, columns 1, 1
    cells = proportional(np.array([3, 1]), np.array([3, 1]))
    assert cells.tolist() == [[3, 0], [0, 1]]


def test_proportional_refuses_unequal_margins():
    with pytest.raises(ValueError, match=r"3 fen.*2 fen"):
        proportional(np.array([3]), np.array([2]))


def test_settle_reports_what_stays_unallocated():
    found = settle(amounts(30, 10, -10, 0, np.nan))
    settled, sums, transfers = found.amounts, found.sums, found.transfers
    assert settled.values[:, 0].tolist()[:4] == [7.5, 2.5, -10, 0]
    assert np.isnan(settled.values[4, 0])
    assert [float(sums[n].item()) for n in ("transferred", "unallocated", "unfunded")] == [10, 30, 0]
    assert transfers.to_dict("list") == {
        "year": [2010, 2010], "payer": ["u0", "u1"], "recipient": ["u2", "u2"], "amount": [7.5, 2.5],
    }  # fmt: skip


def test_settle_without_a_counterpart_moves_nothing():
    found = settle(amounts(30, 10))
    settled, sums, transfers = found.amounts, found.sums, found.transfers
    assert settled.values[:, 0].tolist() == [0, 0]
    assert float(sums["unallocated"].item()) == 40
    assert transfers.empty
