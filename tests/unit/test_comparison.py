"""Comparison of revisions on a region of three units."""

import numpy as np
import pytest
import xarray as xr

from ecocomp.comparison import amounts_by_revision, compare_revisions, revision_variants
from ecocomp.study import Compensation, Revision

PRICE = Compensation.model_validate({"price": {"value": 1, "unit": "CNY/t CO2"}})


QUANTITIES = ["emissions", "sequestration", "gdp", "population", "area"]


def panel() -> xr.Dataset:
    data = {"emissions": [8, 4, 1], "sequestration": [2, 1, 4], "gdp": [1, 10, 100], "population": [3, 2, 1]}
    columns = {n: (("unit", "year"), np.array(v, float)[:, None]) for n, v in {**data, "area": [1, 2, 3]}.items()}
    return xr.Dataset(columns, coords={"unit": ["a", "b", "c"], "year": [2010]})


def test_the_study_s_own_revision_comes_first_and_each_stands_once():
    labels = list(revision_variants(Revision(method="ecc_esc"), QUANTITIES))
    assert labels[0] == "ecc_esc"
    assert len(labels) == len(set(labels))
    assert "quota" not in labels  # it has no default weights
    assert "quota" in revision_variants(Revision(weights={"gdp": 1}), QUANTITIES)


def test_variants_share_reference_and_rescaling():
    variants = revision_variants(Revision(reference=2007, rescale="gross"), QUANTITIES)
    kin = [v for v in variants.values() if v.method == "size_normalised"]
    assert {(v.reference, v.rescale) for v in kin} == {(2007, "gross")}
    assert {v.mean for v in kin} == {"geometric", "arithmetic", "harmonic"}


def test_what_needs_a_quantity_that_is_not_there_is_left_out():
    lean = panel().drop_vars("population")
    labels = set(amounts_by_revision(lean, Revision(method="none"), PRICE)["revision"].values)
    assert labels == {"none", "theoretical", "threshold, gross", "ecc_esc"}


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
