"""Adjustments: what they change, what they leave, and every fault with its unit and year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from ecocomp.panel import adjusted_panel
from ecocomp.study import Adjustment


def panel() -> xr.Dataset:
    emissions = np.array([[10.0, 12.0, 14.0], [5.0, np.nan, 7.0], [1.0, 2.0, 3.0]])
    return xr.Dataset(
        {"emissions": (("unit", "year"), emissions), "gdp": (("unit", "year"), emissions * 0 + 1e9)},
        coords={
            "unit": ["01", "02", "03"], "year": [2010, 2015, 2020],
            "name": ("unit", ["迁安市", "桥西区", "桥西区"]),
        },
        attrs={"data_origin": "given"},
    )  # fmt: skip


def adjusted(**changes: dict[str, Any]) -> tuple[xr.Dataset, list[Any]]:
    stated = {name: Adjustment.model_validate({"quantity": "emissions"} | change) for name, change in changes.items()}
    return adjusted_panel(panel(), stated)


def test_from_a_year_on_and_nothing_else() -> None:
    after, issues = adjusted(coal={"units": ["01"], "from_year": 2012, "multiply": 0.5})
    assert after["emissions"].sel(unit="01").values.tolist() == [10.0, 6.0, 7.0]
    rest = ["02", "03"]
    xr.testing.assert_identical(after["emissions"].sel(unit=rest), panel()["emissions"].sel(unit=rest))
    xr.testing.assert_identical(after["gdp"], panel()["gdp"])
    assert [(i.severity, i.code, i.column) for i in issues] == [("note", "adjusted", "adjust.coal")]
    assert issues[0].message == "emissions of 1 unit multiplied by 0.5 in 2015, 2020"
    assert after.attrs["data_origin"] == "modelled"
    assert panel().attrs["data_origin"] == "given"


def test_a_name_that_one_unit_bears_and_a_value_in_other_units() -> None:
    after, _ = adjusted(coal={"units": ["迁安市"], "until_year": 2015, "value": 300.0, "unit": "万吨 CO2"})
    assert after["emissions"].sel(unit="01").values.tolist() == pytest.approx([3.0, 3.0, 14.0])  # 300 × 10⁴ t


def test_a_missing_value_stays_missing_when_multiplied_and_is_filled_when_set() -> None:
    after, issues = adjusted(half={"units": ["02"], "multiply": 0.5})
    np.testing.assert_array_equal(after["emissions"].sel(unit="02"), [2.5, np.nan, 3.5])
    assert [(i.severity, i.code, i.unit, i.year) for i in issues] == [
        ("warning", "adjust-missing", "02", 2015), ("note", "adjusted", None, None)
    ]  # fmt: skip
    after, _ = adjusted(given={"units": ["02"], "value": 6.0, "unit": "Mt CO2"})
    assert after["emissions"].sel(unit="02").values.tolist() == [6.0, 6.0, 6.0]


@pytest.mark.parametrize(
    ("change", "code", "unit", "year", "piece"),
    [
        ({"units": ["迁按市"], "multiply": 0.5}, "adjust-unit", "迁按市", None, "did you mean '迁安市'?"),
        ({"units": ["桥西区"], "multiply": 0.5}, "adjust-unit", "桥西区", None, "2 units are named so (02, 03)"),
        ({"units": ["01"], "from_year": 2021, "multiply": 0.5}, "adjust-years", None, 2021, "(years: 2010, 2015,"),
        ({"units": ["01"], "until_year": 2009, "multiply": 0.5}, "adjust-years", None, 2009, "from 2010 to 2009"),
        ({"units": ["01"], "value": 3.0, "unit": "CNY"}, "adjust-measure", None, None, "CNY"),
        ({"units": ["01"], "from_year": 2020, "value": -1, "unit": "Mt CO2"}, "adjust-bounds", "01", 2020, "be -1"),
        ({"quantity": "gdp", "units": ["03"], "until_year": 2010, "multiply": 0}, "adjust-bounds", "03", 2010, "be 0"),
    ],
)  # fmt: skip
def test_faults_name_unit_and_year(
    change: dict[str, Any], code: str, unit: str | None, year: int | None, piece: str
) -> None:
    _, issues = adjusted(wrong=change)
    faults = [i for i in issues if i.severity == "error"]
    assert [(i.code, i.unit, i.year, i.column) for i in faults] == [(code, unit, year, "adjust.wrong")]
    assert piece in faults[0].message


def test_all_faults_at_once_and_no_value_changed_twice() -> None:
    _, issues = adjusted(
        one={"units": ["01", "04"], "multiply": 0.5}, two={"units": ["01"], "from_year": 2015, "multiply": 0.5},
        three={"units": ["05"], "multiply": 0.5},
    )  # fmt: skip
    found = [(i.code, i.unit, i.year, i.column) for i in issues if i.severity == "error"]
    assert found == [
        ("adjust-unit", "04", None, "adjust.one"),
        ("adjust-twice", "01", 2015, "adjust.two"), ("adjust-twice", "01", 2020, "adjust.two"),
        ("adjust-unit", "05", None, "adjust.three"),
    ]  # fmt: skip


def test_one_after_the_other_in_time_is_a_path_in_any_order() -> None:
    path = {"early": {"units": ["01"], "until_year": 2012, "multiply": 0.5},
            "late": {"units": ["01"], "from_year": 2013, "multiply": 0.25}}  # fmt: skip
    forth, _ = adjusted(**path)
    back, _ = adjusted(**dict(reversed(path.items())))
    assert forth["emissions"].sel(unit="01").values.tolist() == [5.0, 3.0, 3.5]
    xr.testing.assert_identical(forth, back)
