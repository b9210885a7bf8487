"""Fairness on the real inputs: the figures of docs/fairness.md, and that `size_normalised` is regressive."""

from __future__ import annotations

from pathlib import Path

import pytest

import ecocomp
from ecocomp.result import Result

pytestmark = [pytest.mark.shared, pytest.mark.china]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "fairness.md"


@pytest.fixture(scope="module")
def result(shared: Path) -> Result:
    study = ecocomp.Study.load(shared / "examples" / "bth.toml")
    settings = study.settings()
    settings["space"] = {**settings["space"], "permutations": 99}
    return ecocomp.run(ecocomp.Study.from_dict(settings, folder=study.folder), all_revisions=True)


def test_settled_payments_of_size_normalised_are_regressive(result: Result) -> None:
    own = result.fairness.query("rule == 'settlement'")
    assert (own["kakwani"] < 0).all(), "methods §9: the same deficit costs less where GDP is larger"
    assert own["kakwani"].round(3).tolist() == [-0.393, -0.517, -0.579]
    assert "−0.393, −0.517, −0.579" in PAGE.read_text(encoding="utf-8")
    by_group = result.burden.query("rule == 'settlement' and year == 2017")
    assert by_group["payment_burden"].is_monotonic_decreasing
    settled = result.results.query("year == 2017 and settled > 0 and population > 0")
    assert by_group["paid"].sum() == pytest.approx(settled["settled"].sum()), "an oracle that knows no groups"


def test_the_table_of_the_page_is_this_run(result: Result) -> None:
    page = PAGE.read_text(encoding="utf-8").replace("−", "-")
    burdens = result.burden.set_index(["year", "rule", "income_group"])["burden"]
    rows = result.fairness.query("year == 2017").to_dict("records")
    assert len(rows) == 14
    for row in rows:
        assert (row["units"], row["missing"], round(row["gini_before"], 4)) == (174, 1, 0.4112)
        poorest, richest = (100 * burdens[2017, row["rule"], group] for group in (1, 5))
        cells = [row["payers"], row["recipients"], row["money_moved"] / 1e8, row["gini_after"],
                 row["concentration_index"], row["kakwani"], row["reversals"], poorest, richest]  # fmt: skip
        assert "| {} | {} | {:.1f} | {:.4f} | {:.3f} | {:.3f} | {} | {:.2f} % | {:.2f} % |".format(*cells) in page
