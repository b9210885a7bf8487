"""Comparison of two runs on tables written by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecocomp.comparison import COLUMNS, compare_runs, no_comparison
from ecocomp.issues import UsageError

UNITS = ["a", "b", "c", "d", "e"]


def results(
    amounts: list[float], groups: str, ranks: list[float], settled: list[float] | None = None, *,
    units: list[str] = UNITS, year: int = 2010, cluster: str = "ns",
) -> pd.DataFrame:  # fmt: skip
    """Return a table of results; groups by first letter: p, r, b, m."""
    words = {"p": "payer", "r": "recipient", "b": "balanced", "m": "missing"}
    return pd.DataFrame(
        {
            "unit": units, "name": [u.upper() for u in units], "year": year, "amount": amounts,
            "settled": amounts if settled is None else settled, "group": [words[g] for g in groups],
            "rank": pd.array([None if np.isnan(r) else int(r) for r in ranks], dtype="Int64"),
            "cluster": ["missing" if g == "m" else cluster for g in groups],
        }
    )  # fmt: skip


NAN = np.nan
BASE = results([10.0, 6.0, 2.0, -3.0, -5.0], "ppprr", [1, 2, 3, 2, 1])
OTHER = results([4.0, 6.0, -1.0, 1.0, -5.0], "pprbr", [2, 1, 2, NAN, 1])
"""a pays 6 less and changes places with b; c turns from payer to recipient; d is balanced, within a threshold of 1."""


def test_by_hand() -> None:
    region, units = compare_runs(BASE, OTHER)
    row = region.set_index("year").loc[2010]
    assert (row["units"], row["left_out"]) == (5, 0)
    assert (row["group_changes"], row["to_payer"], row["to_recipient"], row["to_balanced"]) == (2, 0, 1, 1)
    assert row["changed_units"] == "c; d"
    # due: 10, 6, 2, −3, −5 before; 4, 6, −1, 0, −5 after (d is balanced and pays nothing of its 1)
    assert (row["payments_base"], row["payments"]) == (18.0, 10.0)
    assert (row["receipts_base"], row["receipts"]) == (8.0, 6.0)
    assert (row["gap_base"], row["gap"]) == (10.0, 4.0)
    assert row["money_moved"] == (6 + 0 + 3 + 3 + 0) / 2
    assert row["settled_moved"] == (6 + 0 + 3 + 4 + 0) / 2  # of the settled amounts, here the amounts themselves
    # ranks of what is due, ascending: a b c d e = 5 4 3 2 1 before, 4 5 2 3 1 after: ρ = 1 − 6·(1+1+1+1)/(5·24)
    assert row["spearman"] == pytest.approx(1 - 24 / 120)
    # of the 10 pairs ab and cd are turned: τ = (8 − 2)/10
    assert row["kendall"] == pytest.approx(0.6)
    assert row["spearman_payers"] == pytest.approx(-1)  # a and b pay in both, and change places
    assert np.isnan(row["spearman_recipients"])  # only e receives in both
    assert (row["rank_moves"], row["largest_rank_move"], row["largest_rank_move_unit"]) == (2, 1, "a")
    assert row["cluster_changes"] == 0
    by_unit = units.set_index("unit")
    assert by_unit["due_change"].tolist() == [-6.0, 0.0, -3.0, 3.0, 0.0]
    assert by_unit["group_changed"].tolist() == ["no", "no", "yes", "yes", "no"]
    assert by_unit["rank_change"].fillna(99).tolist() == [1, -1, 99, 99, 0]
    assert list(units.columns) == COLUMNS["comparison_units"][1:]
    assert list(region.columns) == COLUMNS["comparison"][1:]


def test_the_same_run_differs_in_nothing() -> None:
    region, units = compare_runs(BASE, BASE)
    row = region.iloc[0]
    assert row[["group_changes", "rank_moves", "cluster_changes", "left_out"]].tolist() == [0, 0, 0, 0]
    assert (row["money_moved"], row["settled_moved"]) == (0.0, 0.0)
    assert row[["spearman", "kendall", "spearman_payers"]].tolist() == pytest.approx([1, 1, 1])
    assert row["largest_rank_move"] is pd.NA
    assert (units["due_change"] == 0).all()


def test_missing_is_never_zero() -> None:
    holed = results([NAN, 6.0, -1.0, 1.0, -5.0], "mprbr", [NAN, 1, 2, NAN, 1])
    region, units = compare_runs(BASE, holed)
    row = region.iloc[0]
    assert (row["units"], row["left_out"]) == (4, 1)
    assert row["group_changes"] == 2  # a is left out, and changes no group by becoming missing
    assert (row["payments_base"], row["payments"]) == (8.0, 6.0), "of the compared units, and not of a"
    assert np.isnan(units.set_index("unit").loc["a", "due_change"])
    assert units.set_index("unit").loc["a", "group_changed"] == "no"
    nobody = results([NAN] * 5, "mmmmm", [NAN] * 5)
    row = compare_runs(BASE, nobody)[0].iloc[0]
    assert (row["units"], row["left_out"]) == (0, 5)
    assert np.isnan(row[["payments", "receipts", "gap", "money_moved", "spearman"]].astype(float)).all()


def test_other_units_and_years_are_left_out_and_counted() -> None:
    base = pd.concat([BASE, BASE.assign(year=2015)])
    other = OTHER[OTHER["unit"] != "a"]
    other = pd.concat([other, results([7.0], "p", [1], units=["z"])])
    region, units = compare_runs(base, other)
    assert region["year"].tolist() == [2010]
    assert region[["units", "left_out"]].iloc[0].tolist() == [4, 2]  # a and z
    assert units["unit"].tolist() == ["b", "c", "d", "e"]


def test_cluster_changes_leave_missing_ones_out() -> None:
    other = OTHER.assign(cluster=["HH", "ns", "missing", "ns", "LL"])
    assert compare_runs(BASE, other)[0]["cluster_changes"].tolist() == [2]


@pytest.mark.parametrize(
    ("other", "piece"),
    [
        (OTHER.assign(year=2015), "no year in common (2010; 2015)"),
        (OTHER.assign(unit=list("vwxyz")), "no unit in common"),
    ],
)
def test_runs_that_share_nothing_are_refused(other: pd.DataFrame, piece: str) -> None:
    with pytest.raises(UsageError) as refusal:
        compare_runs(BASE, other)
    assert piece in str(refusal.value)
    assert refusal.value.exit_code == 2


def test_rows_in_another_order_give_the_same_bits() -> None:
    draw = np.random.default_rng(3)
    amounts = draw.normal(0, 1e8, 200)
    units = [f"u{i:03}" for i in range(200)]
    groups = "".join("p" if a > 0 else "r" for a in amounts)
    base = results(amounts.tolist(), groups, [NAN] * 200, units=units)
    other = base.assign(amount=base["amount"] * draw.lognormal(0, 0.3, 200))
    plain, shuffled = compare_runs(base, other), compare_runs(base.sample(frac=1, random_state=1), other[::-1])
    for one, two in zip(plain, shuffled, strict=True):
        pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_the_empty_tables_have_every_column() -> None:
    assert {name: list(frame.columns) for name, frame in no_comparison().items()} == {
        name: [*columns, "data_origin"] for name, columns in COLUMNS.items()
    }
