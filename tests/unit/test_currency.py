"""The currency of a study: its words, what is refused, and that nothing else changes with its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr

import ecocomp
from ecocomp.comparison import with_scenarios
from ecocomp.compensation import check_prices, price_by_year
from ecocomp.grids import grid_accounts
from ecocomp.issues import InfeasibleError, StudyError, UsageError
from ecocomp.outputs.tables import columns_frame
from ecocomp.outputs.workbook import write_workbook
from ecocomp.result import Result
from ecocomp.study import Compensation
from ecocomp.study.currency import unfit_money
from ecocomp.units import UnitError, currencies, currency_of, in_currency, own_scale, scale
from ecocomp.variables import table
from tiny import panel, write_study

EURO = {
    "seed = 1": 'seed = 1\ncurrency = "EUR"', '"1e8 CNY"': '"1e8 EUR"', "CNY/t CO2": "EUR/t CO2",
}  # fmt: skip
"""The tiny study with its money renamed, and not converted."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """Return the tiny study's results in CNY and in EUR, the numbers of the files being the same."""
    folder = tmp_path_factory.mktemp("钱")
    studies = {"CNY": write_study(folder / "元"), "EUR": write_study(folder / "欧元", replace=EURO)}
    return {code: ecocomp.run(ecocomp.Study.load(path), all_revisions=True) for code, path in studies.items()}


def test_words_of_other_currencies() -> None:
    assert scale("million EUR", "EUR") == 1e6
    assert scale("USD", "USD") == 1.0
    assert scale("亿美元", "USD") == 1e8
    assert scale("万欧元/kt CO2", "EUR/t CO2") == pytest.approx(10.0, rel=1e-14)  # 10⁴ over 10³ t
    assert scale("JPY/t C", "JPY/t CO2") == pytest.approx(12 / 44, rel=1e-14)
    assert own_scale("billion VND", "CNY") == 1e9
    for text, code in (("1e8 CNY", "CNY"), ("元/吨 CO2", "CNY"), ("GBP/t CO2", "GBP"), ("Mt CO2", None), ("ABC", None)):
        assert currency_of(text) == code


def test_one_currency_is_never_scaled_into_another() -> None:
    for code in ("USD", "EUR", "JPY"):
        assert code in currencies()
        for text in ("CNY", "元", "1e8 CNY/t CO2"):
            with pytest.raises(UnitError, match=f"is money in CNY, not in {code}"):
                scale(text, in_currency("CNY/t CO2" if "/" in text else "CNY", code))
    with pytest.raises(UnitError, match="million EUR"):  # the message lists what would do
        scale("USD", "EUR")
    with pytest.raises(UnitError, match="unknown unit"):
        scale("XTS", "EUR")  # the code for tests is no money


def test_every_canonical_unit_of_money_takes_the_study_s_currency() -> None:
    money = {v.unit for v in table().values() if "CNY" in v.unit}
    assert money == {"CNY", "CNY/t CO2", "CNY/person"}
    assert {in_currency(unit, "EUR") for unit in money} == {"EUR", "EUR/t CO2", "EUR/person"}
    assert in_currency("Mt CO2", "EUR") == "Mt CO2"


def test_money_of_another_currency_is_refused_wherever_it_stands(tmp_path: Path) -> None:
    keys = """
[revision]
reference = { area = { value = 1, unit = "km2" }, population = { value = 1, unit = "person" }, gdp = { value = 1, unit = "GBP" } }

[settlement]
method = "transport"
minimum_transfer = { value = 1, unit = "1e4 USD" }
floor = { amount = { value = 1, unit = "USD" } }

[checks.totals.gdp]
unit = "CNY"
years = { 2010 = 1 }

[adjust.x]
quantity = "gdp"
units = ["010001"]
value = 1
unit = "JPY"

[uncertainty]
draws = 16
price = { values = [1, 2], unit = "CHF/t CO2" }

[compensation]
threshold = { value = 1, unit = "SEK" }"""  # noqa: E501
    study = write_study(tmp_path, replace={"seed = 1": 'seed = 1\ncurrency = "EUR"', "[compensation]": keys})
    with pytest.raises(StudyError) as refusal:
        ecocomp.Study.load(study)
    (message,) = refusal.value.problems
    for place, unit in {
        "[quantities] gdp.unit": "1e8 CNY", "[revision] reference.gdp.unit": "GBP",
        "[settlement] minimum_transfer.unit": "1e4 USD", "[settlement] floor.amount.unit": "USD",
        "[checks] totals.gdp.unit": "CNY", "[adjust] x.unit": "JPY", "[uncertainty] price.unit": "CHF/t CO2",
        "[compensation] price.unit": "CNY/t CO2", "[compensation] threshold.unit": "SEK",
    }.items():  # fmt: skip
        assert f"{place} ({unit!r})" in message
    assert "no exchange rates" in message
    assert 'state currency = "USD"' in message


def test_an_unknown_currency_and_one_that_a_scenario_changes(tmp_path: Path) -> None:
    for wrong, hint in (("eur", "write EUR"), ("Euro", "ISO 4217"), ("XXX", "ISO 4217")):
        with pytest.raises(StudyError, match=hint):
            ecocomp.Study.load(write_study(tmp_path, replace={"seed = 1": f'seed = 1\ncurrency = "{wrong}"'}))
    scenario = '\n[scenarios.a.study]\ncurrency = "EUR"\n\n[space]'
    with pytest.raises(StudyError, match=r"\[scenarios.a.study\] currency.*keeps its currency"):
        ecocomp.Study.load(write_study(tmp_path, replace={"\n[space]": scenario}))
    study = ecocomp.Study.load(write_study(tmp_path))
    assert study.currency == "CNY"
    assert unfit_money(study, "CNY", {"a": {"study": {"currency": "CNY"}}}) == []


def test_an_unreadable_unit_of_the_settlement_is_a_fault_of_the_study(tmp_path: Path) -> None:
    floor = '[settlement]\nfloor = { amount = { value = 1, unit = "taler" } }\n\n[space]'
    with pytest.raises(StudyError, match=r"\[settlement\] floor.amount: unknown unit 'taler'"):
        ecocomp.Study.load(write_study(tmp_path, replace={"[space]": floor}))


def test_a_preset_in_another_currency_is_refused() -> None:
    settings = Compensation.model_validate({"price": {"preset": "china_ets_2021_average"}})
    assert check_prices(settings, [2010]) == []
    (issue,) = check_prices(settings, [2010], "study.toml", "EUR")
    assert issue.code == "preset-currency"
    assert "in CNY" in issue.message
    assert 'unit = "EUR/t CO2"' in issue.remedy


def test_arrays_name_the_currency_of_their_price() -> None:
    settings = Compensation.model_validate({"price": {"value": 11, "unit": "EUR/t C"}})
    price = price_by_year(settings, [2010])
    assert (price.item(), price.attrs["units"]) == (pytest.approx(3), "EUR/t CO2")  # 11 · 12/44
    coords = {"year": [2010], "y": [0, 1], "x": [0, 1]}
    stated = {"emissions": 3.0, "sequestration": 1.0, "gdp": 1e9, "population": 1e4, "area": 1.0}
    cells = {name: (("year", "y", "x"), np.full((1, 2, 2), value)) for name, value in stated.items()}
    found = grid_accounts(xr.Dataset(cells, coords), price)
    assert found["amount"].attrs["units"] == "EUR"
    assert grid_accounts(xr.Dataset(cells, coords), 3.0)["amount"].attrs["units"] == "CNY"
    np.testing.assert_allclose(found["amount"], 2 * 1e6 * 3)  # 2 Mt at mean size


def test_only_the_name_changes(results: dict[str, Result]) -> None:
    for name, frame in results["CNY"].frames().items():
        if name != "issues":
            pd.testing.assert_frame_equal(getattr(results["EUR"], name), frame, obj=name)
    assert [results[code].currency for code in ("CNY", "EUR")] == ["CNY", "EUR"]
    renminbi, euros = (columns_frame(results[code]).set_index(["table", "column"]) for code in ("CNY", "EUR"))
    assert not euros["measure"].str.contains("CNY").any()
    assert (euros["measure"] == renminbi["measure"].str.replace("CNY", "EUR")).all()
    assert euros.loc[("results", "amount"), "measure"] == "EUR"
    assert euros.loc[("results", "price"), "measure"] == "EUR/t CO2"
    for words in ("label_en", "label_zh", "meaning"):
        assert not euros[words].str.contains("CNY|yuan|\\bfen\\b|[^单]元|人民币").any()


def test_issues_name_the_study_s_currency(tmp_path: Path, results: dict[str, Result]) -> None:
    assert not results["EUR"].issues[["message", "remedy"]].stack().str.contains("CNY").any()
    sheet = panel()
    sheet.loc[0, "GDP"] = -1.0
    found = ecocomp.check(ecocomp.Study.load(write_study(tmp_path, table=sheet, replace=EURO)))
    assert any("gdp must be above 0 EUR" in issue.message for issue in found)
    assert not any("CNY" in issue.message for issue in found)


def test_ranges_of_renminbi_judge_no_other_currency(tmp_path: Path) -> None:
    # a GDP of 10⁵ × 10⁸ a unit is beyond any in CNY, and per head beyond every range; in VND it may well be
    sheet = panel().assign(GDP=lambda frame: frame["GDP"] * 3e5)
    dong = {old: new.replace("EUR", "VND") for old, new in EURO.items()}
    codes = {}
    for name, replaced in (("CNY", {}), ("VND", dong)):
        study = ecocomp.Study.load(write_study(tmp_path / name, table=sheet, replace=replaced))
        codes[name] = {issue.code for issue in ecocomp.check(study) if issue.column == "GDP"}
    assert {"out-of-range", "wrong-unit"} <= codes["CNY"]
    assert codes["VND"] == set()
    # one unit a thousand times the others is still odd, whatever the money
    sheet.loc[sheet["代码"] == "010001", "GDP"] *= 1e4
    found = ecocomp.check(ecocomp.Study.load(write_study(tmp_path / "odd", table=sheet, replace=dong)))
    assert [issue.unit for issue in found if issue.code == "wrong-unit"] == ["010001"]


def test_an_infeasible_settlement_names_the_currency(tmp_path: Path) -> None:
    limits = '[settlement]\nfloor = { amount = { value = 1e9, unit = "1e8 EUR" } }\ncap = { share = 1e-9 }\n\n[space]'
    study = ecocomp.Study.load(write_study(tmp_path, replace=EURO | {"[space]": limits}))
    with pytest.raises(InfeasibleError, match=r"floors ask for [\d,.]+ EUR") as refusal:
        ecocomp.run(study)
    assert "CNY" not in str(refusal.value)


def test_runs_in_two_currencies_are_not_compared(results: dict[str, Result]) -> None:
    with pytest.raises(UsageError, match="in EUR and the base's in CNY"):
        with_scenarios(results["CNY"], {"other": results["EUR"]})


def test_a_run_of_an_earlier_version_is_in_renminbi(results: dict[str, Result]) -> None:
    old = {key: value for key, value in results["CNY"].manifest.items() if key != "currency"}
    assert replace(results["CNY"], manifest=old).currency == "CNY"


def test_amounts_are_settled_in_hundredths_of_any_currency(results: dict[str, Result]) -> None:
    amounts = results["EUR"].transfers["amount"].to_numpy()
    assert amounts.size
    assert np.array_equal(np.round(amounts * 100) / 100, amounts)


def test_the_workbook_names_the_currency(tmp_path: Path, results: dict[str, Result]) -> None:
    write_workbook(results["EUR"], tmp_path / "p.xlsx")
    cells = [
        str(cell)
        for sheet in openpyxl.load_workbook(tmp_path / "p.xlsx").worksheets
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]
    assert "Compensation amount 补偿金额 [EUR]" in cells
    assert "Settled amount 结算金额 [EUR]" in cells
    assert not [cell for cell in cells if "CNY" in cell]
