"""`ecocomp check` as a person and a program meet it: table, JSON, workbook, severities; folders with Chinese names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from ecocomp.cli import main
from ecocomp.demo import write
from ecocomp.synthetic import region
from tiny import boundaries, panel, write_study


def call(*arguments: object) -> Result:
    outcome = CliRunner().invoke(main, [str(a) for a in arguments])
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exception
    return outcome


def found(study: Path, *options: str) -> list[dict[str, Any]]:
    issues: list[dict[str, Any]] = json.loads(call("check", study, "--json", *options).stdout)["issues"]
    return issues


def copied(folder: Path, checks: str = "") -> Path:
    """Write a study whose populations of 2015 were carried forward from 2010, figures of four digits."""
    table = panel()
    table["人口"] = table["人口"] + 0.25
    study = write_study(folder, table=table)
    study.write_text(study.read_text(encoding="utf-8") + checks, encoding="utf-8")
    return study


def test_a_judgement_is_a_warning_until_the_study_says_otherwise(tmp_path: Path) -> None:
    folder = tmp_path / "京津冀 研究"
    for setting, code, severities in [
        ("", 0, ["warning"]),
        ('identical_years = "error"', 1, ["error"]),
        ('identical-years = "note"', 0, ["note"]),
        ('identical_years = "off"', 0, []),
    ]:
        study = copied(folder, f"\n[checks]\n{setting}\n")
        assert [(i["severity"], i["code"]) for i in found(study)] == [(s, "identical-years") for s in severities]
        assert call("check", study).exit_code == code


def test_a_rule_raised_to_an_error_stops_a_run_and_a_lowered_one_is_in_its_issues(tmp_path: Path) -> None:
    study = copied(tmp_path / "研究", '\n[checks]\nidentical_years = "error"\n')
    outcome = call("run", study)
    assert outcome.exit_code == 1
    assert "identical-years" in outcome.stderr
    assert not (study.parent / "研究-results").exists()
    study = copied(tmp_path / "研究", '\n[checks]\nidentical_years = "note"\nnominal-money = "off"\n')
    assert call("run", study).exit_code == 0
    issues = pd.read_csv(study.parent / "研究-results" / "issues.csv")
    assert "identical-years" in set(issues["code"])
    assert "nominal-money" not in set(issues["code"])
    report = (study.parent / "研究-results" / "report.html").read_text(encoding="utf-8")
    assert "identical-years" in report


def test_remarks_of_a_run_can_be_raised_too(tmp_path: Path) -> None:
    study = copied(tmp_path / "研究", '\n[checks]\nnominal-money = "error"\n')
    outcome = call("run", study)
    assert outcome.exit_code == 1
    assert "nominal-money" in outcome.stderr


def test_the_table_for_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    table = panel().astype(object)
    table["排放"] = "很多"
    outcome = call("check", write_study(tmp_path / "研究", table=table))
    assert outcome.exit_code == 1
    assert outcome.stdout == ""
    lines = outcome.stderr.splitlines()
    assert lines[0] == "error: not-a-number (12), 面板.csv: a cell of a quantity that is no number"
    assert lines[2] == "    排放      2  010001  2010  很多   emissions is not a number"
    assert "    … and 7 more; --json lists all" in lines
    assert "\033" not in outcome.stderr


def test_json_has_every_issue_and_a_summary(tmp_path: Path) -> None:
    told = json.loads(call("check", copied(tmp_path / "研究"), "--json").stdout)
    assert set(told) == {"issues", "summary"}
    assert told["summary"]["warnings"] == len(told["issues"]) == 1
    assert told["summary"]["rules"] == [{"severity": "warning", "code": "identical-years", "count": 1}]


def test_the_workbook_in_a_folder_with_a_chinese_name(tmp_path: Path) -> None:
    table = panel().astype(object)
    table.loc[0, "排放"] = "很多"
    study = write_study(tmp_path / "研究 目录", table=table)
    file = tmp_path / "研究 目录" / "检查结果.xlsx"
    outcome = call("check", study, "--xlsx", file)
    assert outcome.exit_code == 1
    assert f"Workbook: {file}" in outcome.stdout
    book = openpyxl.load_workbook(file)
    assert book["面板"]["E2"].fill.start_color.rgb.endswith("FFC7CE")
    assert book["issues"]["E2"].value == "面板.csv"
    json.loads(call("check", study, "--xlsx", file, "--json").stdout)  # nothing but JSON


def test_the_workbook_never_replaces_a_users_file(tmp_path: Path) -> None:
    study = write_study(tmp_path / "研究")
    outcome = call("check", study, "--xlsx", study.parent / "面板.csv")
    assert outcome.exit_code == 2
    assert "does not end in .xlsx" in outcome.stderr
    assert call("check", study, "--xlsx", tmp_path / "没有" / "检查.xlsx").exit_code == 2


def test_an_unknown_rule_is_a_fault_of_the_study(tmp_path: Path) -> None:
    outcome = call("check", copied(tmp_path / "研究", '\n[checks]\nidentical_year = "off"\nduplicate = "note"\n'))
    assert outcome.exit_code == 2
    assert "did you mean 'identical-years'?" in outcome.stderr
    assert "duplicate is a fact" in outcome.stderr


def test_totals_of_a_study_file(tmp_path: Path) -> None:
    totals = (
        '\n[checks.totals.emissions]\nunit = "万吨 CO2"\nparents = { "甲省" = { 2010 = 2000, 2015 = 2400 }, '
        '"乙省" = { 2010 = 450, 2015 = 750 } }\n'
    )
    study = write_study(tmp_path / "研究")
    study.write_text(study.read_text(encoding="utf-8") + totals, encoding="utf-8")
    (issue,) = found(study)  # 甲省 2015: 10 + 7 + 6 = 23 Mt against 24
    assert (issue["code"], issue["year"]) == ("total-differs", 2015)
    assert "甲省 adds up to 23 Mt CO2, and the total is 24, -4.2%" in issue["message"]


def test_a_map_with_other_names(tmp_path: Path) -> None:
    names = ["县1", "县2", "县3", "县4", "县5", "别的地方"]
    study = write_study(tmp_path / "研究", shapes=boundaries().assign(名字=names))
    (issue,) = found(study)
    assert (issue["code"], issue["unit"], issue["value"]) == ("name-on-map", "020003", "别的地方")


@pytest.mark.parametrize("seed", [1, 2])
def test_a_modelled_region_raises_no_alarm(tmp_path: Path, seed: int) -> None:
    assert found(write(region(120, seed=seed), tmp_path / "虚构", notice="modelled")) == []


@pytest.mark.shared
def test_the_reference_region_raises_a_handful(shared: Path) -> None:
    codes = [i["code"] for i in found(shared / "examples" / "bth.toml")]
    assert codes.count("missing-value") == 3  # one county has no emissions in three years
    assert len(codes) - 3 <= 5
    assert set(codes) <= {"missing-value", "jump"}  # Zhangbei and Kangbao: emissions of 2012 × 2.9 and × 2.3
