"""Fairness as a user meets it: tables of a run in its folder, empty without population, and the page of the report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ecocomp
from ecocomp.fairness import ALLOCATIONS, COLUMNS, OWN
from tiny import write_study


def test_every_rule_has_a_row_a_year_and_after_is_gdp_less_what_is_settled(tmp_path: Path) -> None:
    result = ecocomp.run(ecocomp.Study.load(write_study(tmp_path / "公平")), all_revisions=True)
    frame = result.fairness
    by_year = [part["rule"].tolist() for _, part in frame.groupby("year")]
    assert by_year[0] == by_year[-1]
    assert by_year[0][0] == OWN
    assert by_year[0][-4:] == list(ALLOCATIONS)
    assert len(by_year[0]) > 5, "other revisions between them"
    units = result.results[result.results["year"] == frame["year"].max()]
    own = frame[frame["rule"] == OWN].iloc[-1]
    assert own["money_moved"] == pytest.approx(units["settled"].clip(lower=0).sum())
    # Gini by the definition, over all pairs
    y, n = (units["gdp"] - units["settled"]).to_numpy(), units["population"].to_numpy()
    pairs = np.abs((y / n)[:, None] - y / n) * n[:, None] * n
    assert own["gini_after"] == pytest.approx(pairs.sum() / n.sum() ** 2 / (2 * y.sum() / n.sum()))
    fixed = frame[frame["rule"].isin(ALLOCATIONS)].merge(
        result.burden.groupby(["year", "rule"], as_index=False)[["paid", "received"]].sum())  # fmt: skip
    np.testing.assert_allclose(fixed["paid"], fixed["received"])


def test_without_population_the_tables_are_there_and_empty(tmp_path: Path) -> None:
    path = write_study(tmp_path / "公平")
    settings = ecocomp.Study.load(path).settings()
    del settings["quantities"]["population"]
    settings["revision"] = {"method": "none"}
    result = ecocomp.run(ecocomp.Study.from_dict(settings, folder=path.parent))
    for name, columns in COLUMNS.items():
        frame = getattr(result, name)
        assert frame.empty
        assert list(frame) == [*columns, "data_origin"]
    assert (result.issues["code"] == "no-fairness").sum() == 1
