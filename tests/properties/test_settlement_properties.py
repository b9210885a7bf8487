"""Transfers sum exactly, stay within a fen of proportional, and do not depend on the order of units."""

from fractions import Fraction

import numpy as np
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from ecocomp.settlement import proportional, scale_larger_side, settle

money = st.lists(st.floats(0.01, 1e11), min_size=1, max_size=12).map(np.array)


@given(payments=money, receipts=money)
def test_margins_and_cells_are_exact(payments, receipts):
    a, b = scale_larger_side(payments, receipts)
    assert a.sum() == b.sum() == round(min(payments.sum(), receipts.sum()) * 100)
    cells = proportional(a, b)
    assert (cells >= 0).all()
    assert (cells.sum(axis=1) == a).all()
    assert (cells.sum(axis=0) == b).all()
    total = int(a.sum())
    for i, j in np.ndindex(cells.shape):
        assert abs(Fraction(int(a[i]) * int(b[j]), total) - int(cells[i, j])) <= 1


@given(payments=money, receipts=money)
def test_no_side_settles_more_than_it_owes_or_is_due_but_for_a_fen(payments, receipts):
    a, b = scale_larger_side(payments, receipts)
    assert (a <= payments * 100 + 1).all()
    assert (b <= receipts * 100 + 1).all()


@given(
    values=st.lists(st.floats(-1e9, 1e9).filter(lambda v: abs(v) > 1), min_size=2, max_size=10, unique=True),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_order_of_units_does_not_matter(values, seed):
    units = [f"u{i}" for i in range(len(values))]
    v = xr.DataArray(np.array(values)[:, None], dims=("unit", "year"), coords={"unit": units, "year": [2010]})
    order = np.random.default_rng(seed).permutation(len(values))
    first, _, transfers = settle(v)
    second, _, again = settle(v.isel(unit=order))
    xr.testing.assert_identical(first, second)
    assert transfers.equals(again)
    paid = transfers.groupby("payer")["amount"].sum()
    for unit, amount in paid.items():
        assert round(amount * 100) == round(float(first.sel(unit=unit).item()) * 100)
