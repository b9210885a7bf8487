"""Comparison of revisions on a region of three units."""

import numpy as np
import pytest
import xarray as xr

from ecocomp.comparison import amounts_by_revision, compare_revisions, revision_variants
from ecocomp.study import Compensation, Revision

PRICE = Compensation.model_validate({"price": {"value": 1, "unit": "CNY/t CO2"}})


def panel() -> xr.Dataset:
    data = {"emissions": [8, 4, 1], "sequestration": [2, 1, 4], "gdp": [1, 10, 100], "population": [3, 2, 1]}
    columns = {n: (("unit", "year"), np.array(v, float)[:, None]) for n, v in {**data, "area": [1, 2, 3]}.items()}
    return xr.Dataset(columns, coords={"unit": ["a", "b", "c"], "year": [2010]})


def test_the_study_s_own_revision_comes_first_and_each_stands_once():
    labels = list(revision_variants(Revision(method="ecc_esc")))
    assert labels[0] == "ecc_esc"
    assert len(labels) == len(set(labels))
    assert "quota" not in labels  # it has no default weights
    assert "quota" in revision_variants(Revision(weights={"gdp": 1}))


def test_amounts_are_those_of_each_revision():
    amounts = amounts_by_revision(panel(), Revision(method="none"), PRICE)
    assert amounts.sel(revision="none").values.ravel().tolist() == [6e6, 3e6, -3e6]
    # theoretical: R = C − 6·G/111
    expected = [6 - 6 / 111, 3 - 60 / 111, -3 - 600 / 111]
    np.testing.assert_allclose(amounts.sel(revision="theoretical").values.ravel(), np.array(expected) * 1e6)


def test_agreement_by_hand():
    table = compare_revisions(panel(), Revision(method="none"), PRICE).set_index(["revision", "other_revision"])
    row = table.loc[("none", "threshold, gross")]
    # e₀ = 13/111: R = 6 − 13/111, 3 − 130/111, −3 − 1300/111: the order and the signs stay
    assert row[["units", "sign_flips", "flipped_units"]].tolist() == [3, 0, ""]
    assert row[["spearman", "kendall"]].tolist() == pytest.approx([1, 1])
    # ½ Σ |e₀ G| = ½ · 13 Mt at 1 CNY/t
    assert row["money_moved"] == pytest.approx(6.5e6)


def test_flips_are_named():
    turned = panel()
    turned["gdp"].loc["b", 2010] = 1000.0  # theoretical: 3 − 6·1000/1101 < 0
    table = compare_revisions(turned, Revision(method="none"), PRICE).set_index(["revision", "other_revision"])
    row = table.loc[("none", "theoretical")]
    assert row[["sign_flips", "flipped_units"]].tolist() == [1, "b"]


def test_a_missing_unit_is_left_out():
    holed = panel()
    holed["emissions"].loc["c", 2010] = np.nan
    assert (compare_revisions(holed, Revision(), PRICE)["units"] == 2).all()
