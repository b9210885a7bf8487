"""Gap rules, caps, floors, nesting, carry-over and shadow prices, each by hand."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr
from shapely.geometry import box

from ecocomp.issues import DataError, InfeasibleError, MissingDependencyError, StudyError
from ecocomp.settlement import (
    FUND,
    Terms,
    apportion_above,
    apportion_below,
    by_priority,
    costs_by_distance,
    costs_by_steps,
    least_cost,
    settle,
)
from ecocomp.study import Settlement, Study
from tiny import STUDY


def amounts(*years: tuple[float, ...]) -> xr.DataArray:
    values = np.array(years).T
    coords = {"unit": [f"u{i}" for i in range(len(values))], "year": [2010 + t for t in range(len(years))]}
    return xr.DataArray(values, coords, ("unit", "year"))


def terms(
    amount: xr.DataArray, caps: tuple[float, ...] | None = None, parents: dict[str, str] | None = None,
    cost: list[list[float]] | None = None, **settings: Any,
) -> Terms:  # fmt: skip
    units, shape = amount["unit"].values, amount.shape
    if caps is not None:
        settings["cap"] = {"share": 0.1}
    table = None if caps is None else amount.copy(data=np.broadcast_to(np.array(caps)[:, None], shape))
    costs = None if cost is None else xr.DataArray(np.array(cost, float), {"payer": units, "recipient": units},
                                                   ("payer", "recipient"))  # fmt: skip
    levels = {} if parents is None else {"province": dict(zip(units, parents, strict=True))}
    return Terms(Settlement.model_validate(settings), None, table, levels, costs)


def rows(settled: Any) -> list[tuple[str, str, float]]:
    return list(settled.transfers[["payer", "recipient", "amount"]].itertuples(index=False, name=None))


def sums(settled: Any, year: int = 2010) -> dict[str, float]:
    return {str(name): float(value) for name, value in settled.sums.sel(year=year).items()}


def test_what_a_bound_cuts_off_the_others_make_up() -> None:
    # 100 over 1 : 1 : 2 are 25, 25, 50; the third may have 30: 70 over 1 : 1; then the second may have 20: 50 are left
    assert apportion_below(np.array([1.0, 1, 2]), 100, np.array([999, 20, 30])).tolist() == [50, 20, 30]
    assert apportion_above(np.array([1.0, 1, 2]), 100, np.array([40, 0, 0])).tolist() == [40, 20, 40]
    with pytest.raises(ValueError, match="60 fen and do not allow 100"):
        apportion_below(np.array([1.0, 1, 2]), 100, np.array([20, 20, 20]))


def test_a_cap_moves_what_it_cuts_off_to_the_other_payers() -> None:
    # 60 and 40 owe 50 in all: 30 and 20; a cap of 24 leaves 26 to the other, who owes 40
    v = amounts((60, 40, -50))
    settled = settle(v, terms(v, caps=(24, 1e9, 1e9)))
    assert settled.amounts.values[:, 0].tolist() == [24, 26, -50]
    assert sums(settled) == {"transferred": 50, "unallocated": 50, "unfunded": 0, "topped_up": 0, "kept": 0,
                             "carried_over": 0}  # fmt: skip


def test_caps_that_do_not_reach_leave_receipts_scaled_and_floors_kept() -> None:
    # payers can pay 10 + 20 = 30 of 60; recipients are due 40 and 20: 20 and 10; a floor of 0.9 x 20 = 18 would leave
    # 12 to the other, whose own floor is 36
    v = amounts((30, 30, -40, -20))
    settled = settle(v, terms(v, caps=(10, 20, 1e9, 1e9)))
    assert settled.amounts.values[:, 0].tolist() == [10, 20, -20, -10]
    assert sums(settled)["unfunded"] == 30
    with pytest.raises(InfeasibleError) as told:
        settle(v, terms(v, caps=(10, 20, 1e9, 1e9), floor={"share": 0.9}))
    text = str(told.value)
    assert "floors ask for 54.00 CNY and the payers pay at most 30.00 CNY (the caps of u0, u1 bind); 24.00 CNY" in text
    # caps times 1.8: 18 + 36, of which the second owes 30: times 2.4: 24 + 30 = 54
    assert "raise [settlement.cap] share to 0.24" in text
    assert "lower [settlement.floor] share to 0.5;" in text  # 30 of 60
    relaxed = settle(v, terms(v, caps=(24, 48, 1e9, 1e9), floor={"share": 0.9}))
    assert relaxed.amounts.values[:, 0].tolist() == [24, 30, -36, -18]


def test_a_floor_in_money_is_never_above_what_is_due() -> None:
    v = amounts((14, -90, -10, -4))
    settled = settle(v, terms(v, floor={"amount": {"value": 4, "unit": "CNY"}}))
    # 14 over 90 : 10 : 4 are 12.12, 1.35, 0.54; floors of 4, 4 and 4 (all that is due) leave 6 to the first
    assert settled.amounts.values[:, 0].tolist() == [14, -6, -4, -4]
    with pytest.raises(InfeasibleError, match=r"floors ask for 16\.00 CNY and the payers pay at most 14\.00 CNY"):
        settle(v, terms(v, floor={"amount": {"value": 6, "unit": "CNY"}}))


def test_the_fund_pays_what_is_lacking_and_keeps_what_is_left() -> None:
    v = amounts((30, -40, -20), (70, -40, -20))
    settled = settle(v, terms(v, gap_rule="regional_fund"))
    assert settled.amounts.values.T.tolist() == [[30, -40, -20], [70, -40, -20]]
    # 2010: 30 and the fund's 30 go half and half to both; 2015: 70 of which the fund keeps 10
    assert rows(settled) == [("u0", "u1", 20), ("u0", "u2", 10), (FUND, "u1", 20), (FUND, "u2", 10),
                             ("u0", "u1", 40), ("u0", "u2", 20), ("u0", FUND, 10)]  # fmt: skip
    assert (sums(settled)["topped_up"], sums(settled)["kept"]) == (30, 0)
    assert (sums(settled, 2011)["topped_up"], sums(settled, 2011)["kept"]) == (0, 10)
    assert settled.parents.empty


def test_the_higher_level_tops_up_its_own_units() -> None:
    v = amounts((30, -40, -20))
    settled = settle(v, terms(v, gap_rule="higher_level", parents=["A", "A", "B"]))
    assert settled.amounts.values[:, 0].tolist() == [30, -40, -20]
    assert rows(settled) == [("u0", "u1", 20), ("u0", "u2", 10), ("A (higher level)", "u1", 20),
                             ("B (higher level)", "u2", 10)]  # fmt: skip
    flows = settled.parents.set_index(["payer_parent", "recipient_parent"])[["amount", "net"]]
    assert flows.loc[("A", "B")].tolist() == [10, 10]
    assert flows.loc[("A", "A")].tolist() == [20, 0]
    assert flows.loc[("B (higher level)", "B")].tolist() == [10, 10]


def test_a_debt_beyond_the_cap_is_paid_in_the_next_year() -> None:
    # 2010: owes 50, may pay 30, so the recipient lacks 20; 2011: owes 5 + 20, the recipient is due 10 + 20 of which 25
    # are paid; nobody owes the rest
    v = amounts((50, -50), (5, -10))
    settled = settle(v, terms(v, caps=(30, 1e9), carry_over=True))
    assert settled.amounts.values.T.tolist() == [[30, -30], [25, -25]]
    book = settled.ledger.set_index(["unit", "year"])
    columns = ["carried_in", "due", "owed", "settled", "waived", "carried_out", "running"]
    assert book.loc[("u0", 2010), columns].tolist() == [0, 50, 50, 30, 0, 20, 30]
    assert book.loc[("u1", 2011), columns].tolist() == [-20, -10, -30, -25, -5, 0, -55]
    assert book.loc[("u0", 2010), "cap"] == 30
    assert book.loc[("u0", 2011), "largest_partners"] == "to u1 25.00"
    assert sums(settled)["carried_over"] == 20
    without = settle(v, terms(v, caps=(30, 1e9)))
    assert without.amounts.values.T.tolist() == [[30, -30], [5, -5]]


def test_a_balance_outlives_a_year_without_an_amount() -> None:
    v = amounts((50, -50), (np.nan, -10), (0, 0))
    settled = settle(v, terms(v, caps=(30, 1e9), carry_over=True))
    assert np.isnan(settled.amounts.values[0, 1])
    assert settled.amounts.values[:, 2].tolist() == [20, -20]


def test_an_unknown_cap_is_an_error_and_no_guess() -> None:
    v = amounts((50, 20, -50))
    with pytest.raises(DataError, match="unit u0, year 2010: the unit pays, and has no gdp"):
        settle(v, terms(v, caps=(np.nan, 1, np.nan)))


def test_priority_goes_down_both_lists() -> None:
    # second pays first: 5 of 6 to the last recipient, 1 to the first; then the first payer 4 to it
    i, j, fen = by_priority(np.array([4, 6]), np.array([5, 5]), np.array([1, 0]), np.array([1, 0]))
    assert list(zip(i.tolist(), j.tolist(), fen.tolist(), strict=True)) == [(1, 1, 5), (1, 0, 1), (0, 0, 4)]


def test_least_cost_by_hand() -> None:
    # 1 · 3 + 2 · 4 on the diagonal would leave nothing else; the margins force one yuan over at 9
    plan = least_cost(np.array([400, 300]), np.array([300, 400]), np.array([[1.0, 5.0], [9.0, 2.0]]))
    assert [x.tolist() for x in plan.cells] == [[0, 0, 1], [0, 1, 1], [300, 100, 300]]
    with pytest.raises(ValueError, match="margins differ"):
        least_cost(np.array([400]), np.array([300]), np.array([[1.0]]))


def test_a_shadow_price_by_hand() -> None:
    # 30 and 30 owe 40 in all, the first may pay 10, so the second pays 30; to the recipient they are 2 and 7 km away: a
    # yuan more of the cap is a yuan 5 km nearer
    v = amounts((30, 30, -40))
    settled = settle(v, terms(v, caps=(10, 1e9, 1e9), cost=[[0, 0, 2], [0, 0, 7], [0, 0, 0]], method="transport"))
    found = settled.limits.to_dict("records")
    assert [(r["unit"], r["limit"], r["bound"], r["settled"], r["binding"]) for r in found] == [
        ("u0", "cap", 10, 10, "yes")]  # fmt: skip
    assert (found[0]["more_transferred"], found[0]["saving"]) == (0, 5)
    assert settled.facts["years"]["2010"]["mean_cost"] == pytest.approx((10 * 2 + 30 * 7) / 40)


def test_nesting_settles_within_the_parent_first() -> None:
    # A: payer 10, recipient 6; B: payer 2, recipient 6: A keeps 6, B keeps 2, and 4 go from A to B
    v = amounts((10, 2, -6, -6))
    for method in ("proportional", "priority"):
        settled = settle(v, terms(v, parents=["A", "B", "A", "B"], nesting=["province"], method=method))
        assert rows(settled) == [("u0", "u2", 6), ("u0", "u3", 4), ("u1", "u3", 2)]


def test_small_units_settle_nothing_under_a_minimum_and_carry_it_on() -> None:
    cost = np.ones((3, 3)).tolist()
    v = amounts((50, 3, -53), (50, 3, -53), (50, 5, -55))
    settled = settle(v, terms(v, cost=cost, method="transport", minimum_transfer={"value": 10, "unit": "CNY"},
                              carry_over=True))  # fmt: skip
    assert settled.amounts.values[1].tolist() == [0, 0, 11], "3 + 3 + 5 are enough in the third year"
    assert settled.ledger.query("unit == 'u1'")["carried_out"].tolist() == [3, 6, 0]


def test_a_minimum_that_cannot_be_met_says_which_can() -> None:
    # 15 and 15 to 20 and 10: a payer who gives 15 whole leaves 5 over: at most 5 is possible
    v = amounts((15, 15, -20, -10))
    impossible = terms(v, cost=np.arange(16.0).reshape(4, 4).tolist(), method="transport",
                       minimum_transfer={"value": 8, "unit": "CNY"})  # fmt: skip
    with pytest.raises(InfeasibleError, match=r"at least 8\.00 CNY → lower \[settlement\] minimum_transfer to 5\.00"):
        settle(v, impossible)


def squares(count: int) -> gpd.GeoDataFrame:
    shapes = [box(115 + 0.5 * i, 39, 115.5 + 0.5 * i, 39.5) for i in range(count)]
    return gpd.GeoDataFrame(geometry=shapes, index=[f"u{i}" for i in range(count)], crs="EPSG:4326")


def test_distance_is_geodesic_between_centroids() -> None:
    # half a degree of longitude at 39.25° N: 111.32 km · cos 39.25° / 2 = 43.1 km on the sphere
    costs = costs_by_distance(squares(3))
    assert costs.sel(payer="u0", recipient="u1").item() == pytest.approx(43.17, abs=0.05)
    assert costs.sel(payer="u2", recipient="u0").item() == pytest.approx(2 * 43.17, abs=0.1)
    assert np.diag(costs.values).tolist() == [0, 0, 0]


def test_adjacency_counts_borders() -> None:
    apart = squares(5).drop("u3")  # u4 touches nobody: it counts as a neighbour of the nearest
    costs = costs_by_steps(apart)
    assert costs.sel(payer="u0").values.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("replace", "told"),
    [
        ('cost = "matrix"\nmethod = "transport"', r"\[settlement.matrix\] go together"),
        ('minimum_transfer = { value = 1, unit = "CNY" }', 'minimum_transfer goes with method = "transport"'),
        ('nesting = ["市"]', "'市' is none of"),
        ('gap_rule = "higher_level"\ntop_up_level = "市"', "top_up_level: '市' is none of"),
        ('top_up_level = "省"', 'top_up_level goes with gap_rule = "higher_level"'),
        ('cap = { share = 0.1, of = "fiscal_revenue" }', "lacks fiscal_revenue"),
        ("floor = { }", "give exactly one of share and amount"),
        ('methd = "priority"', "did you mean 'method'"),
    ],
)
def test_faults_of_the_section_are_told(replace: str, told: str) -> None:
    import tomllib

    with pytest.raises(StudyError, match=told):
        Study.from_dict(tomllib.loads(f"{STUDY}\n[settlement]\n{replace}\n"))


def test_without_the_solver_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ot.lp", None)
    with pytest.raises(MissingDependencyError, match=r"needs the package 'POT'.*ecocomp\[transport\]"):
        least_cost(np.array([400, 300]), np.array([300, 400]), np.ones((2, 2)))
