"""Scenarios in a study file: how they are laid over it, what they are called, and every fault at once."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from ecocomp.issues import StudyError, UsageError
from ecocomp.study import Price, Quantity, Revision, Study
from ecocomp.study.scenarios import merged, unfit_names
from tiny import STUDY


def study(text: str, base: str = STUDY) -> Study:
    return Study.from_dict(tomllib.loads(base + text))


def problems(text: str) -> list[str]:
    with pytest.raises(StudyError) as refusal:
        study(text)
    return [p.removeprefix("study: ") for p in refusal.value.problems]


@pytest.mark.parametrize(
    ("model", "base", "override", "expected"),
    [
        # one key, the rest stays
        (Price, {"value": 50, "unit": "CNY/t CO2"}, {"value": 80}, {"value": 80, "unit": "CNY/t CO2"}),
        (Price, {"value": 50, "unit": "CNY/t CO2"}, {"unit": "CNY/t C"}, {"value": 50, "unit": "CNY/t C"}),
        # another form takes the place of the first; what both have stays
        (Price, {"value": 50, "unit": "CNY/t C"}, {"years": {"2010": 4}}, {"unit": "CNY/t C", "years": {"2010": 4}}),
        (Price, {"value": 50, "unit": "CNY/t C"}, {"preset": "x"}, {"preset": "x"}),
        (Price, {"preset": "x"}, {"value": 5, "unit": "CNY/t C"}, {"value": 5, "unit": "CNY/t C"}),
        # both forms stated by hand stay a fault for the model to tell
        (Price, {"value": 5}, {"value": 6, "preset": "x"}, {"value": 6, "preset": "x"}),
        # values by keys of one's own are replaced whole
        (Price, {"years": {"2010": 4, "2015": 5}}, {"years": {"2015": 6}}, {"years": {"2015": 6}}),
        (Revision, {"method": "quota", "weights": {"area": 1, "gdp": 1}}, {"weights": {"gdp": 1}},
         {"method": "quota", "weights": {"gdp": 1}}),
        (Quantity, {"table": "t", "column": "c", "unit": "u", "source": "s"}, {"npp": {"raster": "r"}},
         {"source": "s", "npp": {"raster": "r"}}),
        (Quantity, {"npp": {"raster": "r"}}, {"npp": {"raster": "q"}}, {"npp": {"raster": "q"}}),
        # tables of names are merged by name
        (Study, {"tables": {"a": {"table": "1", "id": "x"}}}, {"tables": {"b": {"table": "2"}}},
         {"tables": {"a": {"table": "1", "id": "x"}, "b": {"table": "2"}}}),
        (Study, {"tables": {"a": {"table": "1", "id": "x"}}}, {"tables": {"a": {"table": "2"}}},
         {"tables": {"a": {"table": "2", "id": "x"}}}),
        (Study, {"study": {"years": [1, 2]}}, {"study": {"years": [3]}}, {"study": {"years": [3]}}),
        (Study, {"revision": {"reference": "year"}}, {"revision": {"reference": {"area": {"value": 1}}}},
         {"revision": {"reference": {"area": {"value": 1}}}}),
    ],
)  # fmt: skip
def test_laid_over_by_rule(
    model: Any, base: dict[str, Any], override: dict[str, Any], expected: dict[str, Any]
) -> None:
    before = repr(base)
    assert merged(base, override, model) == expected
    assert repr(base) == before, "the base is left as it is"


def test_every_key_of_a_form_is_a_key_of_its_model() -> None:
    from ecocomp.study import Adjustment, PriceSpread
    from ecocomp.study.checks import Total
    from ecocomp.study.emissions import Proxy, TopDown

    for model in (Price, Quantity, PriceSpread, Total, Proxy, TopDown, Adjustment):
        assert {key for form in model.alternatives for key in form} <= set(model.model_fields), model
    ways = {key for form in Quantity.alternatives for key in form} - {"table", "column", "unit"}
    assert ways == set(Quantity.ways())


def test_a_scenario_is_the_study_with_what_it_overrides() -> None:
    whole = study('[scenarios."高价"]\ncompensation.price = { value = 80 }\nspace.permutations = 199\n')
    variant = whole.scenario("高价")
    assert variant.compensation.price == Price(value=80.0, unit="CNY/t CO2")
    assert variant.space.permutations == 199
    assert variant.scenarios == {}
    assert (variant.study, variant.units, variant.quantities) == (whole.study, whole.units, whole.quantities)
    by_hand = STUDY.replace("value = 50", "value = 80").replace("permutations = 999", "permutations = 199")
    assert variant.fingerprint() == Study.from_dict(tomllib.loads(by_hand)).fingerprint()


def test_fingerprints() -> None:
    plain, whole = study(""), study("[scenarios.a]\n[scenarios.b]\nzoning.classes = 3\n")
    assert whole.fingerprint() == plain.fingerprint() == whole.scenario("a").fingerprint()
    assert whole.scenario("b").fingerprint() != plain.fingerprint()


def test_settings_come_back_with_scenarios() -> None:
    whole = study('[scenarios.a]\nrevision.weights = { gdp = 1 }\n[scenarios."乙"]\n')
    again = Study.from_dict(whole.settings())
    assert again.scenarios == whole.scenarios
    assert again.scenario("a") == whole.scenario("a")


@pytest.mark.parametrize(
    ("override", "same"),
    [
        ("compensation.price.value = 3.0", True), ("revision.method = 'none'", True), ("space.k = 3", True),
        ("settlement.gap_rule = 'scale_larger_side'", True), ("study.name = 'x'", True),
        ("drivers.factors = ['gdp']", True), ("drivers.columns.x = { column = 'other' }", False),
        ("adjust.x = { quantity = 'gdp', units = ['1'], multiply = 2.0 }", True),
        ("units.table = 'other.csv'", False), ("quantities.gdp.column = 'other'", False),
        ("study.years = [2010]", False), ("study.seed = 5", False), ("checks.jump = 'off'", False),
        ("revision.reference = { area = { value = 1.0, unit = 'km2' }, gdp = { value = 1.0, unit = 'CNY' }, "
         "population = { value = 1.0, unit = 'person' } }", False),
    ],
)  # fmt: skip
def test_inputs_are_read_again_only_where_reading_changes(override: str, same: bool) -> None:
    whole = study(f"[scenarios.a]\n{override}\n")
    assert whole.reads_the_same_as(whole.scenario("a")) is same


def test_an_unknown_scenario_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'dear'"):
        study("[scenarios.dear]\n").scenario("daer")
    with pytest.raises(UsageError, match=r"no \[scenarios\.NAME\]"):
        study("").scenario("x")


@pytest.mark.parametrize("name", ["dear", "高价", "coal exit 2", "a-b_c", "x" * 40])
def test_names_that_are_names_of_folders(name: str) -> None:
    assert unfit_names([name]) == {}


@pytest.mark.parametrize(
    "name", ["", "a/b", "..", ".a", "a.", "a\\b", " a", "a ", "a:b", "a\nb", "NUL", "com1", "x" * 41]
)
def test_names_that_are_none(name: str) -> None:
    assert name in unfit_names([name])


def test_two_names_for_one_folder() -> None:
    assert set(unfit_names(["Dear", "dear", "ｄear"])) == {"dear", "ｄear"}


def test_every_fault_at_once_with_its_place() -> None:
    found = problems(
        """
[scenarios]
three = 3
[scenarios."a/b"]
spcae.k = 3
[scenarios.bad]
compensation.price = { vlaue = 3 }
compensation.threshold = 5
quantities.gpd = { column = "x", unit = "CNY" }
units.tabel = "x"
scenarios.x = {}
[scenarios.bad.adjust.coal]
quantity = "emisions"
units = []
multiply = -1.0
[scenarios.good]
compensation.price.value = 3
"""
    )
    assert found == [
        "[scenarios.a/b] is no name for a folder: take letters (Chinese ones too), digits, - and _, at most 40 of them",
        "[scenarios] three: a scenario is a table shaped like this file (given: 3)",
        "[scenarios.a/b] has an unknown key 'spcae'; did you mean 'space'?",
        "[scenarios.bad] scenarios: a scenario holds no scenarios; write them side by side",
        "[scenarios.bad.units] has an unknown key 'tabel'; did you mean 'table'?",
        "[scenarios.bad.quantities] has an unknown key 'gpd'; did you mean 'gdp'?",
        "[scenarios.bad.compensation.price] has an unknown key 'vlaue'; did you mean 'value'?",
        "[scenarios.bad.compensation] threshold: input should be a valid dictionary or instance of Amount (given: 5)",
        "[scenarios.bad.adjust] coal.quantity: input should be 'emissions', 'sequestration', 'gdp', 'population', "
        "'area', 'engel_coefficient' or 'fiscal_revenue' (given: 'emisions')",
        "[scenarios.bad.adjust] coal.units: tuple should have at least 1 item after validation, not 0 (given: [])",
        "[scenarios.bad.adjust] coal.multiply: input should be greater than or equal to 0 (given: -1.0)",
    ]


def test_what_the_study_itself_has_is_told_once_and_a_scenario_s_own_beside_it() -> None:
    found = problems("[zoning]\nclases = 3\n[scenarios.a]\n[scenarios.b]\nspace.alpha = 7.0\n")
    assert found == [
        "[zoning] has an unknown key 'clases'; did you mean 'classes'?",
        "[scenarios.b.space] alpha: input should be less than 1 (given: 7.0)",
    ]


def test_what_only_the_whole_shows() -> None:
    found = problems(
        "[scenarios.q]\nrevision.method = 'quota'\n[scenarios.p.compensation.price]\nvalue = 3.0\npreset = 'x'\n"
        "[scenarios.e.adjust.x]\nquantity = 'engel_coefficient'\nunits = ['1']\nmultiply = 2.0\n"
        "[scenarios.n.adjust.x]\nquantity = 'gdp'\nunits = ['1']\n"
        "[scenarios.v.adjust.x]\nquantity = 'gdp'\nunits = ['1']\nvalue = 2.0\n"
        "[scenarios.t.adjust.x]\nquantity = 'gdp'\nunits = ['1']\nmultiply = 2.0\nfrom_year = 2012\nuntil_year = 2011\n"
    )
    assert found == [
        '[scenarios.q] [revision] method = "quota" has no default weights: state weights',
        "[scenarios.p.compensation] price: give exactly one of value, years and preset (given: value, preset)",
        "[scenarios.e] [adjust.x] changes engel_coefficient, which [quantities] lacks",
        "[scenarios.n.adjust] x: give exactly one of multiply and value",
        "[scenarios.v.adjust] x: value and unit go together: state both or neither",
        "[scenarios.t.adjust] x: from_year must not come after until_year",
    ]


def test_a_password_in_a_scenario_is_refused() -> None:
    found = problems("[scenarios.a]\nunits.table = 'postgresql://me:secret@host/db'\n")
    assert len(found) == 1
    assert "scenarios.a.units.table holds a password" in found[0]
    assert "secret" not in found[0]
