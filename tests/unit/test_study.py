"""The study file: what it accepts, what it refuses, and how it says so."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecocomp.issues import StudyError
from ecocomp.study import Study
from tiny import STUDY


def settings(**changes: Any) -> dict[str, Any]:
    """Return the tiny study as nested values, with keys such as ``space__k`` set."""
    nested = tomllib.loads(STUDY)
    for path, value in changes.items():
        *sections, key = path.split("__")
        place = nested
        for section in sections:
            place = place.setdefault(section, {})
        place[key] = value
    return nested


def problems(**changes: Any) -> list[str]:
    with pytest.raises(StudyError) as refusal:
        Study.from_dict(settings(**changes))
    assert refusal.value.exit_code == 2
    return list(refusal.value.problems)


@pytest.mark.shared
def test_the_reference_study_loads_unchanged(shared: Path) -> None:
    study = Study.load(shared / "examples" / "bth.toml")
    assert study.study.years == (2007, 2012, 2017)
    assert study.units.dissolve == "unit_174"
    assert study.units.parents == ("province", "city")
    assert study.revision.weights == {"area": 1, "population": 1, "gdp": 1}
    assert study.compensation.price.value == 60
    assert study.resolve(study.units.table) == (shared / "data" / "bth_counties" / "panel.csv").absolute()


def test_defaults_are_the_methods_defaults() -> None:
    study = Study.from_dict(settings())
    assert (study.revision.method, study.revision.mean, study.revision.rescale) == (
        "size_normalised", "geometric", "none")  # fmt: skip
    assert (study.space.weights, study.space.isolates, study.space.alpha) == ("queen", "nearest", 0.05)
    assert (study.space.alternative, study.space.correction) == ("two-sided", "none")
    assert (study.zoning.payers, study.zoning.classes, study.units.unmatched) == ("high_first", 4, "warn")
    assert study.settlement.gap_rule == "scale_larger_side"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sapce": {}}, "study: the file has an unknown key 'sapce'; did you mean 'space'?"),
        ({"study__sead": 1}, "study: [study] has an unknown key 'sead'; did you mean 'seed'?"),
        ({"units__boundary": "x"}, "study: [units] has an unknown key 'boundary'; did you mean 'boundaries'?"),
        (
            {"quantities__gpd": {"column": "x", "unit": "CNY"}},
            "study: [quantities] has an unknown key 'gpd'; did you mean 'gdp'?",
        ),
        (
            {"quantities__gdp__units": "CNY"},
            "study: [quantities.gdp] has an unknown key 'units'; did you mean 'unit'?",
        ),
        ({"revision": {"mehtod": "none"}}, "study: [revision] has an unknown key 'mehtod'; did you mean 'method'?"),
        (
            {"revision": {"weights": {"gpd": 1.0}}},
            "study: [revision.weights] has an unknown key 'gpd'; did you mean 'gdp'?",
        ),
        (
            {"revision": {"roles": {"emissions": "entitlement"}}},
            "study: [revision.roles] has an unknown key 'emissions'; known: area, gdp, population",
        ),
        (
            {"revision": {"reference": {"area": {"value": 1.0, "unit": "km2", "units": "km2"}}}},
            "study: [revision.reference.area] has an unknown key 'units'; did you mean 'unit'?",
        ),
        (
            {"revision": {"reference": {"aera": {"value": 1.0, "unit": "km2"}}}},
            "study: [revision.reference] has an unknown key 'aera'; did you mean 'area'?",
        ),
        (
            {"compensation__treshold": {"value": 1.0, "unit": "CNY"}},
            "study: [compensation] has an unknown key 'treshold'; did you mean 'threshold'?",
        ),
        (
            {"compensation__price__basis": "C"},
            "study: [compensation.price] has an unknown key 'basis'; known: preset, unit, value, years",
        ),
        (
            {"compensation__threshold": {"value": 1.0, "unit": "CNY", "units": "x"}},
            "study: [compensation.threshold] has an unknown key 'units'; did you mean 'unit'?",
        ),
        (
            {"compensation__stage_coefficient": {"engle": 0.3}},
            "study: [compensation.stage_coefficient] has an unknown key 'engle'; did you mean 'engel'?",
        ),
        ({"zoning": {"class": 3}}, "study: [zoning] has an unknown key 'class'; did you mean 'classes'?"),
        ({"space__aplha": 0.1}, "study: [space] has an unknown key 'aplha'; did you mean 'alpha'?"),
        (
            {"settlement": {"gap": "x"}},
            "study: [settlement] has an unknown key 'gap'; did you mean 'gap_rule'?",
        ),
    ],
)  # fmt: skip
def test_an_unknown_key_at_any_level_gets_the_nearest(change: dict[str, Any], sentence: str) -> None:
    found = problems(**change)
    if "gap_rule" in sentence:  # far from the only close word: either hint serves
        assert found[0].startswith("study: [settlement] has an unknown key 'gap'; ")
    else:
        assert found == [sentence]


def test_all_faults_come_at_once() -> None:
    faults = problems(
        study__sead=1, study__seed=-1, units__unmatched="ignore", space__alpha=2.0, zoning={"classes": 1},
        revision={"method": "magic"}, quantities__gpd={"column": "x", "unit": "CNY"}, compensation__price={},
    )  # fmt: skip
    text = "\n".join(faults)
    for piece in (
        "'sead'", "[study] seed: ", "[units] unmatched: ", "[space] alpha: ", "[zoning] classes: ",
        "[revision] method: ", "'gpd'", "[compensation] price: give exactly one of value, years and preset",
    ):  # fmt: skip
        assert piece in text, piece
    assert len(faults) == 8


@pytest.mark.parametrize(
    ("change", "piece"),
    [
        ({"study": 3}, "[study]"),
        ({"study__name": ""}, "[study] name: "),
        ({"study__years": []}, "[study] years: "),
        ({"study__years": [2010, "x"]}, "[study] years.1: "),
        ({"study__years": [10]}, "[study] years.0: "),
        ({"units__id": 7}, "[units] id: "),
        ({"units__parents": ["省", "省"]}, "another column of the results"),
        ({"units__parents": ["amount"]}, "another column of the results"),
        ({"units__parents": ["geometry"]}, "another column of the results"),
        ({"quantities__gdp": {"column": "GDP"}}, "[quantities] gdp: lacks unit: state column and unit"),
        ({"quantities__gdp__origin": "guessed"}, "[quantities] gdp.origin: "),
        ({"revision": {"reference": "yaer"}}, "[revision] reference: "),
        ({"revision": {"weights": {"gdp": -1.0}}}, "[revision] weights.gdp: "),
        ({"revision": {"weights": {"gdp": 0.0}}}, "weights must hold at least one positive number"),
        (
            {"revision": {"reference": {"area": {"value": 1.0, "unit": "km2"}}}},
            "[revision]: reference lacks population, gdp: state the mean of every factor that weighs",
        ),
        (
            {"revision": {"weights": {"area": 1.0}, "reference": {"area": {"value": 0.0, "unit": "km2"}}}},
            "[revision]: reference must hold positive means",
        ),
        ({"revision": {"cap_quantile": 1.5}}, "[revision] cap_quantile: "),
        ({"revision": {"method": "quota"}}, "has no default weights: state weights"),
        ({"compensation__price": 60}, "[compensation] price: "),
        ({"compensation__price": {"value": 0.0, "unit": "CNY/t C"}}, "[compensation] price.value: "),
        ({"compensation__price": {"value": float("nan"), "unit": "CNY/t C"}}, "[compensation] price.value: "),
        ({"compensation__price": {"value": 1.0, "preset": "x"}}, "give exactly one of value, years and preset"),
        ({"compensation__price_base": 2010}, "price_base and deflator go together"),
        ({"compensation__price_base": 2010, "compensation__deflator": {"2015": 1.0}}, "lacks the base year 2010"),
        ({"compensation__stage_coefficient": {"engel": 1.3}}, "[compensation] stage_coefficient.engel: "),
        ({"compensation__stage_coefficient": {}}, "[quantities] lacks engel_coefficient"),
        ({"space__weights": "distance"}, 'weights = "distance" needs distance_km'),
        ({"space__permutations": 10}, "[space] permutations: "),
        ({"space__k": 1.5}, "[space] k: "),
        ({"space__snap": float("inf")}, "[space] snap: "),
    ],
)
def test_a_value_out_of_range_is_named_by_its_key(change: dict[str, Any], piece: str) -> None:
    found = problems(**change)
    assert len(found) == 1, found
    assert piece in found[0]


@pytest.mark.parametrize(("years", "read"), [(2015, (2015,)), ([2015], (2015,)), ([2010, 2015], (2010, 2015))])
def test_one_year_may_stand_without_brackets(years: Any, read: tuple[int, ...]) -> None:
    assert Study.from_dict(settings(study={"name": "x", "years": years})).study.years == read


@pytest.mark.parametrize("years", [True, "2015", 15, [], 2015.0])
def test_what_is_no_year_is_refused_with_its_key(years: Any) -> None:
    (told,) = problems(study={"name": "x", "years": years})
    assert told.startswith("study: [study] years")


FURTHER = {"table": "b.csv", "id": "code"}


@pytest.mark.parametrize(
    ("change", "piece"),
    [
        ({"quantities__gdp": {"table": "yearbok", "column": "g", "unit": "CNY"}, "tables": {"yearbook": FURTHER}},
         "[quantities] gdp: table 'yearbok' is not a section of this study; did you mean 'yearbook'?"),
        ({"quantities__gdp": {"table": "b", "column": "g", "unit": "CNY"}}, "there is no [tables.NAME]"),
        ({"quantities__gdp": {"column": "G{year}", "unit": "CNY"}},
         "a column a year ('G{year}') stands in a table without a column of years: take year ="),
        ({"quantities__gdp": {"table": "b", "column": "G{year}", "unit": "CNY"},
          "tables": {"b": {**FURTHER, "year": "y"}}},
         "take year = 'y' out of [tables.b]"),
        ({"quantities__gdp": {"unit": "CNY"}}, "[quantities] gdp: lacks column: state column and unit"),
        ({"quantities__gdp": {"table": "b"}, "tables": {"b": FURTHER}}, "[quantities] gdp: lacks column and unit"),
        ({"tables": {"b": {**FURTHER, "divisions": 2010}}}, "[tables.b] divisions: state [units] divisions too"),
        ({"tables": {"b": {"table": "b.csv"}}}, "[tables.b] lacks the key 'id'"),
        ({"tables": {"b": {**FURTHER, "header_rows": [0]}}}, "[tables] b.header_rows"),
        ({"tables": {"b": {**FURTHER, "decimal": ";"}}}, "[tables] b.decimal"),
        ({"tables": {"b": {**FURTHER, "header": 1}}},
         "[tables.b] has an unknown key 'header'; did you mean 'header_rows'?"),
    ],
)  # fmt: skip
def test_faults_of_tables_are_told_in_words(change: dict[str, Any], piece: str) -> None:
    found = problems(**change)
    assert len(found) == 1, found
    assert piece in found[0]


def test_sections_and_quantities_that_a_study_needs() -> None:
    nested = settings()
    del nested["compensation"], nested["quantities"]["gdp"], nested["units"]["id"]
    with pytest.raises(StudyError) as refusal:
        Study.from_dict(nested)
    assert "study: lacks the section [compensation]" in refusal.value.problems
    assert "study: [units] lacks the key 'id'" in refusal.value.problems
    nested = settings()
    del nested["quantities"]["gdp"], nested["quantities"]["population"]
    with pytest.raises(StudyError, match="lacks gdp, population, which this study needs"):
        Study.from_dict(nested)


def test_population_is_needed_only_where_it_weighs() -> None:
    for revision in ({"method": "none"}, {"method": "threshold"}, {"weights": {"area": 1.0, "gdp": 1.0}}):
        nested = settings(revision=revision)
        del nested["quantities"]["population"]
        assert "population" not in Study.from_dict(nested).quantities


def test_the_forms_of_a_price() -> None:
    by_year = Study.from_dict(settings(compensation__price={"years": {"2010": 40.0, "2015": 60.0}, "unit": "CNY/t C"}))
    assert by_year.compensation.price.years == {2010: 40.0, 2015: 60.0}
    assert Study.from_dict(settings(compensation__price={"preset": "any"})).compensation.price.preset == "any"


def test_files_that_cannot_be_a_study(tmp_path: Path) -> None:
    file = tmp_path / "研究.toml"
    with pytest.raises(StudyError, match=r"研究\.toml: cannot be read"):
        Study.load(file)
    with pytest.raises(StudyError, match="cannot be read"):
        Study.load(tmp_path)
    file.write_bytes(STUDY.encode("gbk"))
    with pytest.raises(StudyError, match="is not UTF-8"):
        Study.load(file)
    file.write_bytes(STUDY.encode("utf-16"))
    with pytest.raises(StudyError, match="is not UTF-8"):
        Study.load(file)
    file.write_text("[study\nname = 1", encoding="utf-8")
    with pytest.raises(StudyError, match=r"is not valid TOML.*line 1"):
        Study.load(file)
    file.write_text("", encoding="utf-8")
    with pytest.raises(StudyError, match=r"lacks the section \[study\]"):
        Study.load(file)


def test_a_byte_order_mark_does_no_harm_and_paths_start_at_the_file(tmp_path: Path) -> None:
    file = tmp_path / "研究.toml"
    file.write_text(STUDY, encoding="utf-8-sig")
    study = Study.load(file)
    assert study.study.name == "试验区"
    assert study.path == file
    assert study.folder == tmp_path
    assert study.resolve("../数据/面板.csv") == tmp_path.parent / "数据" / "面板.csv"


RICH = settings(
    study__years=[2010, 2015], study__notice="草稿", units__dissolve="省",
    revision={"weights": {"gdp": 2.0, "area": 1.0}, "roles": {"gdp": "responsibility"},
              "reference": {"area": {"value": 10.0, "unit": "km2"}, "gdp": {"value": 2.0, "unit": "亿元"}}},
    compensation__price={"years": {"2010": 40.0, "2015": 60.0}, "unit": "CNY/t C"},
    compensation__price_base=2010, compensation__deflator={"2010": 100.0, "2015": 112.5},
    compensation__stage_coefficient={"engel": {"2010": 0.3, "2015": 0.28}},
    compensation__threshold={"value": 5.0, "unit": "万元"},
)  # fmt: skip


@pytest.mark.parametrize("nested", [settings(), RICH, settings(revision={"reference": 2010})])
def test_the_settings_make_the_same_study_again(nested: dict[str, Any]) -> None:
    study = Study.from_dict(nested)
    again = Study.from_dict(study.settings())
    assert again.model_dump() == study.model_dump()
    assert again.settings() == study.settings()
    assert again.fingerprint() == study.fingerprint()


def test_a_study_is_frozen() -> None:
    study = Study.from_dict(settings())
    with pytest.raises(ValueError, match="frozen"):
        study.space.k = 3  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        study.space = study.space  # type: ignore[misc]


def reordered(nested: Any) -> Any:
    return {k: reordered(v) for k, v in reversed(nested.items())} if isinstance(nested, dict) else nested


def test_the_fingerprint_minds_values_and_not_order() -> None:
    mark = Study.from_dict(RICH).fingerprint()
    assert Study.from_dict(reordered(RICH)).fingerprint() == mark
    plain = Study.from_dict(settings()).fingerprint()
    stated = Study.from_dict(settings(space__alpha=0.05, zoning={"classes": 4})).fingerprint()
    assert stated == plain, "a default that is stated is the same analysis"
    assert Study.from_dict(settings(space__alpha=0.1)).fingerprint() != plain
    assert Study.from_dict(settings(study__seed=2)).fingerprint() != plain
    assert Study.from_dict(settings(), folder="/elsewhere").fingerprint() == plain, "a moved study is the same one"


JSONLIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PATHS = [(section, key) for section, values in RICH.items() for key in values]


@given(st.sampled_from(PATHS), JSONLIKE)
def test_any_value_anywhere_is_accepted_or_a_study_error(path: tuple[str, str], value: Any) -> None:
    nested = {**RICH, path[0]: {**RICH[path[0]], path[1]: value}}
    try:
        Study.from_dict(nested)
    except StudyError as refusal:
        assert refusal.problems
