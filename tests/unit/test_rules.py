"""The rules table: complete, in step with the source and the docs, and what a study may make of it."""

from __future__ import annotations

import csv
from importlib import resources
from typing import Any

import pytest

import rule_docs
from ecocomp.issues import Issue, StudyError
from ecocomp.rules import SEVERITIES, issue_of, rule, table, with_severities
from ecocomp.study import Study
from issue_codes import UnresolvedError, codes_in, raised

SETTINGS: dict[str, Any] = {
    "study": {"name": "x"},
    "units": {"table": "t.csv", "id": "id", "year": "year", "name": "name", "boundaries": "b.gpkg",
              "parents": ["省", "市"]},
    "quantities": {
        "emissions": {"column": "e", "unit": "Mt CO2"}, "sequestration": {"column": "s", "unit": "Mt CO2"},
        "gdp": {"column": "g", "unit": "CNY"}, "population": {"column": "p", "unit": "person"},
    },
    "compensation": {"price": {"value": 50, "unit": "CNY/t CO2"}},
}  # fmt: skip


def study(**checks: Any) -> Study:
    return Study.from_dict(SETTINGS | {"checks": checks})


def refused(**checks: Any) -> str:
    with pytest.raises(StudyError) as error:
        study(**checks)
    return "\n".join(error.value.problems)


def test_every_code_of_the_source_is_a_rule_and_every_rule_is_in_the_source() -> None:
    found = raised()
    strangers = sorted({f"{r.code} ({r.place})" for r in found if r.code not in table()})
    assert not strangers, "add these to rules.csv"
    assert set(table()) == {r.code for r in found}, "rules that nothing raises"


def test_severities_are_those_of_the_source() -> None:
    """A rule's severities stand where its issues are made, or in the table for `issue_of`."""
    wrong = []
    for name, r in table().items():
        places = [found for found in raised() if found.code == name]
        literal = {severity for found in places for severity in found.severities}
        by_table = any(not found.severities for found in places)
        if by_table == bool(literal) or (literal and not set(r.severities) <= literal):
            wrong.append(f"{name}: table {r.severities}, source {sorted(literal)}, issue_of {by_table}")
    assert not wrong


def test_what_a_report_can_show_is_said_in_chinese() -> None:
    text = resources.files("ecocomp").joinpath("rules_zh.csv").read_text(encoding="utf-8")
    assert {row["rule"] for row in csv.DictReader(text.splitlines())} == {
        name for name, r in table().items() if r.severities != ("error",)
    }
    for r in table().values():
        assert bool(r.finds_zh) == bool(r.remedy_zh) == (r.severities != ("error",)), r.name


@pytest.mark.parametrize("name", table())
def test_every_row_is_complete_and_within_the_allowed_words(name: str) -> None:
    r = rule(name)
    assert r.severities
    assert set(r.severities) <= {"error", "warning", "note"}
    assert r.lowest in SEVERITIES
    assert r.finds
    assert r.remedy
    assert r.lowest in ("off", *r.severities) or r.judgement
    if "error" in r.severities:
        assert not r.judgement, "what cannot be computed on is a fact"
    if r.thresholds:
        assert r.reason, "a threshold has a reason"


def test_no_rule_stands_twice() -> None:
    text = resources.files("ecocomp").joinpath("rules.csv").read_text(encoding="utf-8")
    names = [row["rule"] for row in csv.DictReader(text.splitlines())]
    assert len(names) == len(set(names))


def test_the_docs_list_every_rule_as_the_table_has_it() -> None:
    text = rule_docs.PAGE.read_text(encoding="utf-8")
    assert text == rule_docs.with_tables(text), "run  python tests/rule_docs.py"


def test_codes_are_followed_through_helpers_and_found_missing_where_they_cannot_be() -> None:
    found = codes_in(
        'def a(n):\n    kind = "p" if n else "q"\n    return Issue("error", f"x-{kind}", "m", "r")\n'
        'def b(code, *, severity="note"):\n    def c(s): return Issue(s, code, "m", "r")\n'
        '    return c("warning"), c(severity)\n'
        'b("one"); b("two")\nissue_of("three", "m")\n'
    )  # fmt: skip
    assert {r.code for r in found} == {"x-p", "x-q", "one", "two", "three"}
    assert {s for r in found if r.code == "one" for s in r.severities} == {"warning", "note"}
    assert not codes_in("def a(x): return Issue('error', x.code, 'm', 'r')"), "handed on from another issue"
    with pytest.raises(UnresolvedError):
        codes_in("def a(x): return Issue('error', x.kind, 'm', 'r')")


def test_an_issue_of_a_rule_has_its_severity_and_remedy() -> None:
    issue = issue_of("jump", "odd", unit="01", year=2010)
    assert (issue.severity, issue.code, issue.remedy) == ("warning", "jump", rule("jump").remedy)
    assert issue_of("jump", "odd", remedy="look").remedy == "look"


def issues() -> list[Issue]:
    return [
        Issue("warning", "jump", "m", "r"), Issue("warning", "missing-value", "m", "r"),
        Issue("error", "out-of-range", "m", "r"), Issue("warning", "out-of-range", "m", "r"),
        Issue("note", "label-changes", "m", "r"),
    ]  # fmt: skip


def test_without_settings_nothing_changes() -> None:
    assert with_severities(issues(), {}) == issues()


def test_a_judgement_is_raised_lowered_or_turned_off() -> None:
    assert [i.severity for i in with_severities(issues()[:1], {"jump": "error"})] == ["error"]
    assert [i.severity for i in with_severities(issues()[:1], {"jump": "note"})] == ["note"]
    assert with_severities(issues()[:1], {"jump": "off"}) == []


def test_a_fact_is_raised_and_an_error_stays_one() -> None:
    found = with_severities(issues(), {"missing-value": "error", "out-of-range": "warning", "label-changes": "warning"})
    assert [i.severity for i in found] == ["warning", "error", "error", "warning", "warning"]
    assert [i.code for i in found] == [i.code for i in issues()], "nothing is lost"


def test_a_study_sets_rules_by_name() -> None:
    checks = study(jump="error", identical_years="off", **{"missing-value": "error"}).checks
    assert checks.severities == {"jump": "error", "identical-years": "off", "missing-value": "error"}
    assert study().checks.severities == {}


def test_settings_survive_the_manifest() -> None:
    given = study(jump="error", totals={"gdp": {"unit": "CNY", "years": {"2010": 5.0}}})
    again = Study.from_dict(given.settings())
    assert again.checks.severities == {"jump": "error"}
    assert again.checks.totals["gdp"].years == {2010: 5.0}
    assert again.fingerprint() == given.fingerprint() != study().fingerprint()


@pytest.mark.parametrize(
    ("checks", "pieces"),
    [
        ({"jumb": "error"}, ["no rule 'jumb'", "did you mean 'jump'?"]),
        ({"missing_value": "note"}, ["missing_value is a fact", '"note"', '"error" or "warning"']),
        ({"duplicate": "warning"}, ["duplicate is a fact", 'may be "error"']),
        ({"centre-leverage": "off"}, ["judgement", '"error" or "warning" or "note"']),
        ({"jump": "fatal"}, ["[checks] jump", "'error', 'warning', 'note' or 'off'", "'fatal'"]),
        ({"jump": "off", "identical-years": "off", "identical_years": "note"}, ["identical-years is set twice"]),
        ({"a": "off", "b": "off"}, ["'a'", "'b'"]),
        ({"totals": {"gdp": {"unit": "CNY"}}}, ["exactly one of years, parents and table", "none"]),
        ({"totals": {"gdp": {"unit": "CNY", "table": "x.csv", "year": "y"}}}, ["needs its columns: name, column"]),
        ({"totals": {"gdp": {"unit": "CNY", "years": {"2010": 1.0}, "name": "x"}}}, ["belong to a table"]),
        ({"totals": {"gdp": {"unit": "CNY", "years": {"2010": 1.0}, "level": "省"}}}, ["level belongs"]),
        ({"totals": {"gdp": {"unit": "CNY", "parents": {"甲": {"2010": 1.0}}, "level": "县"}}}, ["none of [units]"]),
        ({"totals": {"area": {"unit": "km2", "years": {"2010": 1.0}, "tolerence": 0.1}}}, ["'tolerance'?"]),
        ({"totals": {"population": {"years": {"2010": 1.0}}}}, ["lacks the key 'unit'"]),
    ],
)  # fmt: skip
def test_wrong_settings_are_said_in_words(checks: dict[str, Any], pieces: list[str]) -> None:
    message = refused(**checks)
    for piece in pieces:
        assert piece in message


def test_totals_need_their_quantity_and_parents() -> None:
    bare = {**SETTINGS, "units": {k: v for k, v in SETTINGS["units"].items() if k != "parents"}}
    totals = {"gdp": {"unit": "CNY", "parents": {"甲": {"2010": 1.0}}}}
    with pytest.raises(StudyError, match="names no parents"):
        Study.from_dict(bare | {"checks": {"totals": totals}})
    three = {k: v for k, v in SETTINGS["quantities"].items() if k != "population"}
    settings = SETTINGS | {"quantities": three, "revision": {"method": "none"}}
    with pytest.raises(StudyError, match="a quantity that \\[quantities\\] lacks"):
        Study.from_dict(settings | {"checks": {"totals": {"population": {"unit": "person", "years": {"2010": 1.0}}}}})
