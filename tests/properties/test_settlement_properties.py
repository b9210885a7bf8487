"""Transfers sum exactly, keep within limits, and do not depend on the order of units, whatever the rule and method."""

from fractions import Fraction

import numpy as np
import pandas as pd
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from ecocomp.issues import InfeasibleError
from ecocomp.settlement import FUND, proportional, scale_larger_side, settle
from settlements import Case, cases, fen

money = st.lists(st.floats(0.01, 1e11), min_size=1, max_size=12).map(np.array)
METHODS = ("proportional", "priority", "transport")
RULES = ("scale_larger_side", "regional_fund", "higher_level")
anyhow = {"method": st.sampled_from(METHODS), "rule": st.sampled_from(RULES), "nested": st.booleans()}


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


def terms_of(case: Case, method: str, rule: str, nested: bool):
    return case.by(method=method, gap_rule=rule, nesting=("city", "province") if nested else ())


@given(case=cases(years=2), carry=st.booleans(), **anyhow)
def test_rows_and_columns_sum_to_the_fen_and_nobody_pays_its_own_side(case, carry, method, rule, nested):
    terms = terms_of(case, method, rule, nested)
    settled = settle(case.amount, case.by(**terms.settlement.model_dump(exclude_unset=True), carry_over=carry))
    t = settled.transfers
    assert (fen(t["amount"]) > 0).all()
    assert not t.duplicated(["year", "payer", "recipient"]).any()
    ledger = settled.ledger
    for row in ledger.to_dict("records"):
        of_year = t[t["year"] == row["year"]]
        paid = fen(of_year.loc[of_year["payer"] == row["unit"], "amount"]).sum()
        received = fen(of_year.loc[of_year["recipient"] == row["unit"], "amount"]).sum()
        assert (paid, received) == (fen(row["paid"]), fen(row["received"]))
        assert paid == 0 or received == 0
        own = settled.amounts.sel(unit=row["unit"], year=row["year"]).item()
        assert fen(own) == paid - received == fen(row["settled"])
        assert fen(row["carried_in"]) + fen(row["due"]) == fen(row["owed"])
        assert fen(row["settled"]) + fen(row["waived"]) + fen(row["carried_out"]) == fen(row["owed"])
        assert row["partners"] == (of_year[["payer", "recipient"]] == row["unit"]).any(axis=1).sum()
    assert (
        fen(settled.sums["transferred"]) == [fen(t.loc[t["year"] == y, "amount"]).sum() for y in (2010, 2011)]
    ).all()


@given(case=cases(years=3), **anyhow)
def test_balances_are_carried_from_year_to_year_and_cancel(case, method, rule, nested):
    terms = terms_of(case, method, rule, nested)
    settled = settle(case.amount, case.by(**terms.settlement.model_dump(exclude_unset=True), carry_over=True))
    out = settled.ledger.pivot(index="unit", columns="year", values="carried_out").to_numpy()
    into = settled.ledger.pivot(index="unit", columns="year", values="carried_in").to_numpy()
    assert (into[:, 0] == 0).all()
    assert (fen(into[:, 1:]) == fen(out[:, :-1])).all()
    debts, claims = (fen(np.maximum(sign * out, 0)).sum(axis=0) for sign in (1, -1))
    if rule == "scale_larger_side":
        assert (debts == claims).all()
    else:  # the fund or higher level holds what the debts exceed the claims by
        assert (debts >= claims).all()
        assert (debts - claims <= fen(settled.sums["topped_up"])).all()


@given(case=cases(), floor=st.sampled_from([0.1, 0.6, 1.0]), **anyhow)
def test_caps_and_floors_hold_or_the_plan_is_infeasible(case, floor, method, rule, nested):
    terms = case.by(**terms_of(case, method, rule, nested).settlement.model_dump(exclude_unset=True),
                    floor={"share": floor})  # fmt: skip
    owed = case.amount.isel(year=0)
    caps = np.inf if terms.caps is None else terms.caps.isel(year=0)
    reach = float(np.minimum(owed.clip(min=0), caps).sum())
    due = -owed.clip(max=0)
    try:
        settled = settle(case.amount, terms)
    except InfeasibleError as error:
        assert rule == "scale_larger_side"
        assert floor * float(due.sum()) > reach - 1
        assert "infeasible" in str(error)
        return
    own = settled.amounts.isel(year=0)
    assert (own <= np.minimum(owed.clip(min=0), caps) + 0.0101).all()
    assert (own <= caps + 1e-9).all()
    assert (-own >= np.floor(floor * due * 100 + 1e-6) / 100 - 1e-9).where(due > 0, True).all()


@given(case=cases(), rule=st.sampled_from(RULES), nested=st.booleans())
def test_transport_costs_no_more_than_the_other_methods(case, rule, nested):
    cost, totals, margins = case.terms.cost, {}, {}
    for method in METHODS:
        settled = settle(case.amount, terms_of(case, method, rule, nested))
        t = settled.transfers
        between = t[t["payer"].isin(case.amount["unit"].values) & t["recipient"].isin(case.amount["unit"].values)]
        rates = cost.sel(payer=xr.DataArray(between["payer"].to_numpy(str)),
                         recipient=xr.DataArray(between["recipient"].to_numpy(str))).values  # fmt: skip
        totals[method] = float((rates * between["amount"]).sum())
        margins[method] = settled.amounts
    for method in ("proportional", "priority"):
        xr.testing.assert_identical(margins["transport"], margins[method])
        assert totals["transport"] <= totals[method] * (1 + 1e-12) + 1e-6


@given(case=cases(), method=st.sampled_from(METHODS))
def test_nesting_keeps_as_much_as_can_be_within_the_smallest_parent(case, method):
    settled = settle(case.amount, terms_of(case, method, "scale_larger_side", True))
    t = settled.transfers
    for level in ("city", "province"):
        parent = case.terms.parents[level]
        inside = t[t["payer"].map(parent) == t["recipient"].map(parent)]
        own = settled.amounts.isel(year=0).to_series().groupby(parent)
        most = own.agg(lambda v: min(fen(v.clip(lower=0)).sum(), fen((-v).clip(lower=0)).sum()))
        kept = inside.groupby(inside["payer"].map(parent))["amount"].agg(lambda v: fen(v).sum())
        assert kept.reindex(most.index, fill_value=0).tolist() == most.tolist()


@given(case=cases(years=2), seed=st.integers(0, 2**32 - 1), **anyhow)
def test_the_order_of_units_does_not_matter(case, seed, method, rule, nested):
    terms = terms_of(case, method, rule, nested)
    first = settle(case.amount, terms)
    order = np.random.default_rng(seed).permutation(case.amount.sizes["unit"])
    second = settle(case.amount.isel(unit=order), terms)
    xr.testing.assert_identical(first.amounts, second.amounts)
    for name in ("transfers", "ledger", "limits", "parents"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))


@given(case=cases(), minimum=st.sampled_from([5.0, 50.0, 500.0]), rule=st.sampled_from(RULES))
def test_no_transfer_is_smaller_than_the_minimum_and_sums_stay_exact(case, minimum, rule):
    terms = case.by(method="transport", gap_rule=rule, minimum_transfer={"value": minimum, "unit": "CNY"})
    try:
        settled = settle(case.amount, terms)
    except InfeasibleError as error:
        assert "minimum_transfer" in str(error)
        return
    t = settled.transfers
    units = t["payer"].isin(case.amount["unit"].values) & (t["recipient"] != FUND)
    assert (t.loc[units, "amount"] >= minimum - 1e-9).all()
    paid = t.groupby("payer")["amount"].agg(lambda v: fen(v).sum())
    for unit, amount in settled.amounts.isel(year=0).to_series().clip(lower=0).items():
        assert paid.get(unit, 0) == fen(amount)
    plain = settle(case.amount, case.by(method="transport", gap_rule=rule))
    facts = [s.facts["years"]["2010"] for s in (settled, plain)]
    if (plain.amounts == settled.amounts).all() and facts[1]["mean_cost"] is not None:
        assert facts[0]["mean_cost"] >= facts[1]["mean_cost"] * (1 - 1e-12)
