"""Scenarios: each is the run of the study that it stands for, and nothing else about them matters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecocomp import Study
from ecocomp.comparison import compare_runs
from ecocomp.pipeline import run
from ecocomp.result import FRAMES, Result
from tiny import panel, write_study

COMPARED = ("comparison", "comparison_units")
BLOCKS = {
    "none": "",
    "dear": "compensation.price = { years = { 2010 = 40, 2015 = 90 } }\n",
    "GDP重": "revision.weights = { gdp = 1 }\n",
    "plain": "revision.method = 'none'\n",
    "floor": 'compensation.threshold = { value = 2, unit = "亿元" }\n',
    "coal": "adjust.x = { quantity = 'emissions', units = ['010001'], from_year = 2012, multiply = 0.1 }\n",
}
DRAWS = "[uncertainty]\ndraws = 32\nerrors = { emissions = { cv = 0.25 } }\ncluster_permutations = 99\n"


def study_in(folder: Path, scenarios: list[str], further: str = "", table: pd.DataFrame | None = None) -> Study:
    text = "permutations = 999\n" + further
    text += "".join(f'[scenarios."{name}"]\n{BLOCKS[name]}' for name in scenarios)
    return Study.load(write_study(folder, table=table, replace={"permutations = 999\n": text}))


def assert_same(one: Result, two: Result) -> None:
    for name in FRAMES:
        if name not in COMPARED:
            pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True, obj=name)


@pytest.fixture(scope="module")
def all_of_them(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return run(study_in(tmp_path_factory.mktemp("情景"), list(BLOCKS), DRAWS))


def test_scenarios_change_nothing_in_the_study_itself(all_of_them: Result, tmp_path: Path) -> None:
    assert_same(all_of_them, run(study_in(tmp_path, [], DRAWS)))


def test_a_scenario_that_overrides_nothing_is_the_study_bit_for_bit(all_of_them: Result) -> None:
    assert_same(all_of_them, all_of_them.scenarios["none"])  # its draws too
    rows = all_of_them.comparison.query("scenario == 'none'")
    assert (rows[["group_changes", "rank_moves", "cluster_changes", "money_moved", "settled_moved"]] == 0).all(
        axis=None
    )


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("dear", "price = { value = 50,", "price = { years = { 2010 = 40, 2015 = 90 },"),
        ("GDP重", "[space]", "[revision]\nweights = { gdp = 1 }\n[space]"),
        ("coal", "[space]", "[adjust.x]\nquantity = 'emissions'\nunits = ['010001']\nfrom_year = 2012\n"
         "multiply = 0.1\n[space]"),
    ],
)  # fmt: skip
def test_a_scenario_is_the_run_of_the_study_written_out(
    all_of_them: Result, tmp_path: Path, name: str, old: str, new: str
) -> None:
    written = write_study(tmp_path, replace={old: new, "permutations = 999\n": "permutations = 999\n" + DRAWS})
    alone = run(Study.load(written))
    for table in FRAMES:
        if table not in (*COMPARED, "issues"):
            expected = getattr(alone, table)
            pd.testing.assert_frame_equal(getattr(all_of_them.scenarios[name], table), expected, check_exact=True)
    assert all_of_them.scenarios[name].manifest["study_fingerprint"] == alone.manifest["study_fingerprint"]


def test_the_order_of_scenarios_changes_nothing(all_of_them: Result, tmp_path: Path) -> None:
    turned = run(study_in(tmp_path, list(reversed(BLOCKS)), DRAWS))
    assert list(turned.scenarios) == list(reversed(all_of_them.scenarios))
    for name, result in all_of_them.scenarios.items():
        assert_same(result, turned.scenarios[name])
    for table in COMPARED:
        one, two = (
            getattr(r, table).sort_values(["scenario", "year"], kind="stable").reset_index(drop=True)
            for r in (all_of_them, turned)
        )
        pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_rows_in_another_order_change_nothing(all_of_them: Result, tmp_path: Path) -> None:
    shuffled = run(study_in(tmp_path, list(BLOCKS), DRAWS, panel().sample(frac=1, random_state=5)))
    for table in COMPARED:
        pd.testing.assert_frame_equal(getattr(all_of_them, table), getattr(shuffled, table), check_exact=True)


def test_every_scenario_draws_from_the_same_points(all_of_them: Result) -> None:
    """A price doubled in every draw doubles every draw: the latent draws are those of the study."""
    base = all_of_them.uncertainty.set_index(["unit", "year"])
    dear = all_of_them.scenarios["dear"].uncertainty.set_index(["unit", "year"])
    factor = np.where(base.index.get_level_values("year") == 2010, 40 / 50, 90 / 50)
    for column in ("amount_median", "amount_low", "amount_high"):
        np.testing.assert_allclose(dear[column], base[column] * factor, rtol=1e-6)
    labels = ["verdict", "probability_paying", "rank_median"]
    pd.testing.assert_frame_equal(base[labels], dear[labels])


AMOUNTS = st.lists(st.floats(-1e9, 1e9, allow_nan=False) | st.just(np.nan), min_size=2, max_size=12)


def table_of(amounts: list[float]) -> pd.DataFrame:
    v = np.array(amounts)
    group = np.select([np.isnan(v), v > 0, v < 0], ["missing", "payer", "recipient"], "balanced")
    units = [f"u{i:02}" for i in range(len(v))]
    frame = pd.DataFrame({"unit": units, "name": units, "year": 2010, "amount": v, "settled": v, "group": group,
                          "cluster": "ns"})  # fmt: skip
    ranks = frame["amount"].abs().where(frame["group"].isin(["payer", "recipient"]))
    return frame.assign(rank=ranks.groupby(frame["group"]).rank(ascending=False, method="first").astype("Int64"))


@given(AMOUNTS, st.data())
def test_comparing_back_turns_the_signs_and_keeps_what_moves(first: list[float], data: st.DataObject) -> None:
    second = data.draw(st.lists(st.sampled_from([*first, 0.0, 5e8, -5e8]), min_size=len(first), max_size=len(first)))
    forth, there = compare_runs(table_of(first), table_of(second))
    back, here = compare_runs(table_of(second), table_of(first))
    for column in ("units", "left_out", "group_changes", "money_moved", "rank_moves", "cluster_changes"):
        np.testing.assert_array_equal(forth[column], back[column])
    np.testing.assert_allclose(forth["spearman"], back["spearman"], rtol=1e-12)
    for one, other in (("payments", "payments_base"), ("receipts", "receipts_base"), ("gap", "gap_base")):
        np.testing.assert_array_equal(forth[one], back[other])
    np.testing.assert_array_equal(there["due_change"], -here["due_change"])
    both = np.isfinite(first) & np.isfinite(second)
    assert forth["units"].tolist() == [both.sum()]
    assert forth["left_out"].tolist() == [(~both).sum()]


@given(AMOUNTS, st.floats(0.1, 100))
def test_a_dearer_price_changes_no_group_and_no_rank(amounts: list[float], factor: float) -> None:
    base = table_of(amounts)
    dear = base.assign(amount=base["amount"] * factor, settled=base["settled"] * factor)
    row = compare_runs(base, dear)[0].iloc[0]
    assert row[["group_changes", "rank_moves"]].tolist() == [0, 0]
    due = np.nansum(np.abs(amounts))
    if row["units"]:
        assert row["money_moved"] == pytest.approx(due * abs(factor - 1) / 2, rel=1e-9, abs=1e-6)
