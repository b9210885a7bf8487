"""Least-cost transfers against independent solvers: HiGHS on the whole program, OR-Tools in whole numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from ecocomp.settlement import apportion, least_cost, least_cost_at_least, settle
from settlements import case, fen


def problem(seed: int, rows: int, columns: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return margins with equal sums [fen] over five orders of magnitude, and costs."""
    rng = np.random.default_rng(seed)
    payments = np.round(np.exp(rng.uniform(5, 16, rows))).astype(np.int64)
    receipts = apportion(np.exp(rng.uniform(5, 16, columns)), int(payments.sum()))
    return payments, receipts, rng.uniform(0, 3000, (rows, columns))


def sums_of(rows: int, columns: int) -> sparse.csr_array:
    """Return the matrix that adds up the rows and the columns of a table written as a vector."""
    return sparse.vstack([
        sparse.kron(sparse.eye_array(rows), np.ones((1, columns))),
        sparse.kron(np.ones((1, rows)), sparse.eye_array(columns)),
    ]).tocsr()  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_least_cost_is_that_of_an_independent_linear_program(seed: int) -> None:
    a, b, cost = problem(seed, 5 + 3 * seed, 40 - 2 * seed)
    plan = least_cost(a, b, cost)
    i, j, money = plan.cells
    unit = a.max() / 1e4
    found = linprog(cost.ravel(), A_eq=sums_of(*cost.shape), b_eq=np.concatenate([a, b]) / unit)
    assert float((cost[i, j] * money).sum()) == pytest.approx(found.fun * unit, rel=1e-9)
    assert (np.bincount(i, money, a.size) == a).all()
    assert (np.bincount(j, money, b.size) == b).all()
    reduced = cost - plan.of_payers[:, None] - plan.of_recipients[None, :]
    assert reduced.min() > -1e-6, "the dual prices are feasible"
    assert np.abs(reduced[i, j]).max() < 1e-6, "and tight where money flows"


@pytest.mark.parametrize("seed", range(4))
def test_least_cost_is_that_of_a_minimum_cost_flow_in_whole_numbers(seed: int) -> None:
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    a, b, cost = problem(seed, 30, 25)
    whole = np.round(cost).astype(np.int64)
    flow = SimpleMinCostFlow()
    i, j = (x.ravel() for x in np.indices(cost.shape))
    flow.add_arcs_with_capacity_and_unit_cost(i, j + a.size, np.minimum.outer(a, b).ravel(), whole.ravel())
    flow.set_nodes_supplies(np.arange(a.size + b.size), np.concatenate([a, -b]))
    assert flow.solve() == flow.OPTIMAL
    i, j, money = least_cost(a, b, whole.astype(float)).cells
    assert int((whole[i, j] * money).sum()) == flow.optimal_cost()


@pytest.mark.parametrize("seed", range(8))
def test_nested_transport_is_that_of_a_linear_program_with_every_level_as_a_constraint(seed: int) -> None:
    settings = case(seed, 14, 12)
    settled = settle(settings.amount, settings.by(method="transport", nesting=("city", "province")))
    own = settled.amounts.isel(year=0)
    units = own["unit"].values
    payers, recipients = np.flatnonzero(own > 0), np.flatnonzero(own < 0)
    a, b = own.values[payers], -own.values[recipients]
    cost = settings.terms.cost.values[np.ix_(payers, recipients)]
    rows, sums = [sums_of(*cost.shape)], [a, b]
    for level in ("city", "province"):
        label = np.array([settings.terms.parents[level][u] for u in units])
        for parent in np.unique(label):
            inside = np.logical_and.outer(label[payers] == parent, label[recipients] == parent)
            rows.append(sparse.csr_array(inside.ravel()[None, :].astype(float)))
            most = min(a[label[payers] == parent].sum(), b[label[recipients] == parent].sum())
            sums.append([most])
    found = linprog(cost.ravel(), A_eq=sparse.vstack(rows), b_eq=np.concatenate(sums))
    assert found.status == 0
    mean = settled.facts["years"]["2010"]["mean_cost"]
    assert mean * a.sum() == pytest.approx(found.fun, rel=1e-7)


def least_by_program(a: np.ndarray, b: np.ndarray, cost: np.ndarray, minimum: int) -> float | None:
    """Return the least cost with every transfer 0 or at least the minimum, by a mixed-integer program in fen."""
    size, large = cost.size, np.minimum.outer(a, b).ravel().astype(float)
    eye = sparse.eye_array(size)
    sums = np.concatenate([a, b]).astype(float)
    found = milp(
        np.concatenate([cost.ravel(), np.zeros(size)]),
        integrality=np.concatenate([np.zeros(size), np.ones(size)]),
        bounds=Bounds(0, np.concatenate([large, np.ones(size)])),
        constraints=[
            LinearConstraint(sparse.hstack([sums_of(*cost.shape), sparse.csr_array((sums.size, size))]), sums, sums),
            LinearConstraint(sparse.hstack([eye, -sparse.diags_array(large)]), -np.inf, 0),
            LinearConstraint(sparse.hstack([eye, -minimum * eye]), 0, np.inf),
        ],
    )
    return None if found.x is None else float(found.fun)


@pytest.mark.parametrize("seed", range(10))
def test_small_plans_with_a_minimum_are_the_best_and_the_heuristic_states_its_gap(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(seed)
    a = rng.integers(300, 1500, 6)
    b = apportion(rng.uniform(1, 5, 5), int(a.sum()))
    cost, minimum = rng.uniform(1, 100, (6, 5)), 120
    nobody = np.zeros(6, bool), np.zeros(5, bool)
    best = least_by_program(a, b, cost, minimum)
    exact = least_cost_at_least(a, b, cost, minimum, nobody)
    if best is None:
        assert exact is None
        return
    assert exact is not None
    i, j, money = exact.plan.cells
    reached = float((cost[i, j] * money).sum())
    assert reached == pytest.approx(best, rel=1e-6)
    assert exact.exact
    monkeypatch.setattr("ecocomp.settlement.minimum.EXACT_PAIRS", 0)
    found = least_cost_at_least(a, b, cost, minimum, nobody)
    if found is None:
        return
    i, j, money = found.plan.cells
    assert money.min() >= minimum
    assert (np.bincount(i, money, 6) == a).all()
    assert (np.bincount(j, money, 5) == b).all()
    least = float((cost[i, j] * money).sum())
    assert best * (1 - 1e-6) <= least
    assert found.bound <= best * (1 + 1e-6)
    assert found.gap == pytest.approx(least / found.bound - 1, abs=1e-12)


def test_the_heuristic_finds_plans_of_a_region() -> None:
    rng = np.random.default_rng(3)
    a = np.round(np.exp(rng.uniform(8, 14, 120))).astype(np.int64)
    b = apportion(np.exp(rng.uniform(8, 14, 60)), int(a.sum()))
    places = rng.random((180, 2))
    cost = 1000 * np.hypot(*np.moveaxis(places[:120, None] - places[None, 120:], 2, 0))
    minimum = 2000
    found = least_cost_at_least(a, b, cost, minimum, (np.zeros(120, bool), np.zeros(60, bool)))
    assert found is not None
    i, j, money = found.plan.cells
    plain = least_cost(a, b, cost).cells[2]
    assert (plain < minimum).any()
    assert money.min() >= minimum
    assert (np.bincount(i, money, 120) == a).all()
    assert (np.bincount(j, money, 60) == b).all()
    assert 0 < found.gap < 0.05


@pytest.mark.parametrize("rule", ["scale_larger_side", "regional_fund", "higher_level"])
@pytest.mark.parametrize("nesting", [(), ("city", "province")])
def test_shadow_prices_of_caps_are_what_a_plan_with_wider_caps_saves(rule: str, nesting: tuple[str, ...]) -> None:
    compared = 0
    for seed in range(14):
        settings = case(seed, 9 if seed % 2 else 4, 4 if seed % 2 else 9, cap=1.0)
        amount = settings.amount * 1e6  # so that a fen is nothing
        terms = replace(settings.by(method="transport", gap_rule=rule, nesting=nesting), caps=settings.terms.caps * 1e6)
        before = settle(amount, terms)
        for row in before.limits[before.limits["binding"] == "yes"].head(2).to_dict("records"):
            step, spent = 10.0, []
            wider = terms.caps.copy()
            wider.loc[{"unit": row["unit"]}] += step
            for settled in (before, settle(amount, replace(terms, caps=wider))):
                t = settled.transfers
                own = t[~t["payer"].str.contains("higher level|fund") & ~t["recipient"].str.contains("fund")]
                spent.append((settled.facts["years"]["2010"]["mean_cost"] or 0.0) * own["amount"].sum())
                moved = fen(settled.sums["transferred"] - settled.sums["topped_up"] * (rule == "higher_level"))
            more = (moved.item() - fen(before.sums["transferred"]
                    - before.sums["topped_up"] * (rule == "higher_level")).item()) / 100  # fmt: skip
            assert more == pytest.approx(row["more_transferred"] * step, abs=0.011)
            if not np.isnan(row["saving"]):
                # largest remainders move a fen of each of 13 units, at most 100 apart
                assert spent[0] - spent[1] == pytest.approx(row["saving"] * step, abs=20)
                compared += 1
    assert compared > 8


@pytest.mark.parametrize("nesting", [(), ("city", "province")])
def test_shadow_prices_of_floors_are_what_a_plan_with_a_lower_floor_saves(nesting: tuple[str, ...]) -> None:
    compared = 0
    for seed in range(14):
        settings = case(seed, 5, 8)
        amount = settings.amount * 1e6
        floors = {"amount": {"value": 2e8, "unit": "CNY"}}
        terms = settings.by(method="transport", nesting=nesting, floor=floors)
        try:
            before = settle(amount, terms)
        except Exception as error:  # noqa: BLE001  # asserted below
            assert type(error).__name__ == "InfeasibleError"
            continue
        bound = before.limits[(before.limits["binding"] == "yes") & (before.limits["bound"] == 2e8)]
        if bound.empty or bound["saving"].isna().any():
            continue
        step = 10.0  # all floors at once: the sum of their prices
        after = settle(amount, settings.by(method="transport", nesting=nesting,
                                           floor={"amount": {"value": 2e8 - step, "unit": "CNY"}}))  # fmt: skip
        spent = [s.facts["years"]["2010"]["mean_cost"] * s.transfers["amount"].sum() for s in (before, after)]
        assert spent[0] - spent[1] == pytest.approx(bound["saving"].sum() * step, abs=20)
        compared += 1
    assert compared > 2
