"""The workbook of a check: the issues, and copies of the tables with just the cells at fault coloured."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from ecocomp.issues import Issue, UsageError
from ecocomp.outputs.checked_workbook import COLOURS, write_checked_workbook
from ecocomp.pipeline import check
from ecocomp.study import Study
from tiny import panel, write_study

RED, AMBER, BLUE = (COLOURS[s] for s in ("error", "warning", "note"))


def coloured(sheet) -> dict[str, str]:
    return {c.coordinate: c.fill.start_color.rgb[-6:] for row in sheet for c in row if c.fill.patternType}


def write(study: Path, issues: list[Issue], name: str = "检查.xlsx") -> openpyxl.Workbook:
    path = study.parent / name
    write_checked_workbook(Study.load(study), issues, path)
    return openpyxl.load_workbook(path)


def test_the_cells_at_fault_and_no_others_are_coloured(tmp_path: Path) -> None:
    table = panel().astype(object)
    table.loc[0, "排放"] = "很多"  # row 2, column E
    table.loc[3, "GDP"] = ""  # row 5, column G
    table.loc[7, "名称"] = "新县2"  # row 9: unit 010002 changes its name
    study = write_study(tmp_path / "研究 目录", table=table)
    book = write(study, check(Study.load(study)))
    assert book.sheetnames == ["issues", "面板"]
    sheet = book["面板"]
    # A code, B name, C province, D year, E emissions, F sequestration, G GDP; the name's change is about both rows
    assert coloured(sheet) == {"E2": RED, "G5": AMBER, "B3": BLUE, "B9": BLUE}
    assert sheet["E2"].comment.text.startswith("error not-a-number: emissions is not a number → write a plain number")
    assert sheet["A2"].comment is None


def test_cells_stand_where_they_stood_as_text(tmp_path: Path) -> None:
    table = panel().astype(object)
    table.loc[1, "名称"] = "=1+1"
    study = write_study(tmp_path / "研究", table=table)
    lines = (study.parent / "面板.csv").read_text(encoding="utf-8-sig").splitlines()
    (study.parent / "面板.csv").write_text("\n".join([*lines[:4], "", "", *lines[4:]]), encoding="utf-8-sig")
    sheet = write(study, [])["面板"]
    assert sheet["A2"].value == "010001"
    assert sheet["E2"].value == "9.0"
    assert (sheet["B3"].value, sheet["B3"].data_type) == ("=1+1", "s")
    assert sheet["A5"].value is None
    assert sheet["A7"].value == "020001", "empty rows stay where they were"
    assert coloured(sheet) == {}


def test_issues_without_a_row_are_found_by_unit_and_year(tmp_path: Path) -> None:
    study = write_study(tmp_path / "研究")
    issues = [
        Issue("warning", "jump", "m", "r", "面板.csv", "排放", unit="010002", year=2015),  # row 9
        Issue("warning", "missing-row", "m", "r", "面板.csv", unit="020001", year=2012),  # its first row: 5
        Issue("error", "not-on-map", "m", "r", "面板.csv, 边界.geojson", unit="020003"),  # rows 7 and 13
        Issue("note", "identical-years", "m", "r", "面板.csv", "人口"),  # the head, H
        Issue("error", "jump", "m2", "r2", "面板.csv", "排放", unit="010002", year=2015),
        Issue("error", "file", "m", "r", "别的.csv", "排放", row=2),  # another file
        Issue("error", "bad-year", "m", "r", "面板.csv", "年份", row=99),  # no such row
        Issue("error", "price-basis", "m", "r", "研究.toml", "compensation.price"),
        Issue("warning", "jump", "m", "r", "面板.csv", "排放", unit="没有", year=2015),
    ]
    sheet = write(study, issues)["面板"]
    assert coloured(sheet) == {"E9": RED, "A5": AMBER, "A7": RED, "A13": RED, "H1": BLUE}
    assert sheet["E9"].comment.text == "warning jump: m → r\nerror jump: m2 → r2"


def test_dissolved_units_are_found_by_their_members(tmp_path: Path) -> None:
    study = write_study(tmp_path / "研究", replace={'parents = ["省"]': 'dissolve = "省"'})
    issue = Issue("warning", "jump", "m", "r", "面板.csv", "排放", unit="乙省", year=2010)
    assert coloured(write(study, [issue])["面板"]) == {"E5": AMBER, "E6": AMBER, "E7": AMBER}


def test_the_list_of_issues(tmp_path: Path) -> None:
    study = write_study(tmp_path / "研究")
    issues = [
        Issue("note", "jump", "=odd\x07", "look", "面板.csv", "排放", 3, "010002", 2010, "9"),
        Issue("error", "file", "gone", "find it"),
    ]
    sheet = write(study, issues)["issues"]
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 3
    assert rows[1][:4] == ("error", "file", "gone", "find it")
    assert rows[2] == ("note", "jump", "=odd", "look", "面板.csv", "排放", 3, "010002", 2010, "9")
    assert coloured(sheet) == {"A2": RED, "A3": BLUE}


def test_a_table_that_cannot_be_read_has_no_sheet(tmp_path: Path) -> None:
    study = write_study(tmp_path / "研究")
    (study.parent / "面板.csv").unlink()
    assert write(study, check(Study.load(study))).sheetnames == ["issues"]


def test_the_users_files_are_never_written(tmp_path: Path) -> None:
    study = write_study(tmp_path / "研究", replace={"面板.csv": "面板.xlsx"})
    panel().to_excel(study.parent / "面板.xlsx", index=False)
    before = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in study.parent.iterdir()}
    with pytest.raises(UsageError, match="no check wrote it"):
        write(study, [], "面板.xlsx")
    with pytest.raises(UsageError, match=r"does not end in \.xlsx"):
        write(study, [], "面板.csv")
    (study.parent / "坏.xlsx").write_bytes(b"no workbook")
    with pytest.raises(UsageError, match="no check wrote it"):
        write(study, [], "坏.xlsx")
    (study.parent / "坏.xlsx").unlink()
    book = write(study, [])
    again = write(study, [])
    assert book.sheetnames == again.sheetnames, "a workbook of an earlier check is replaced"
    edited = openpyxl.load_workbook(study.parent / "检查.xlsx")
    edited.create_sheet("笔记")
    edited.properties.created -= timedelta(minutes=5)  # as if saved five minutes after the check
    edited.save(study.parent / "检查.xlsx")
    with pytest.raises(UsageError, match="was changed since a check wrote it"):
        write(study, [])
    (study.parent / "检查.xlsx").unlink()
    assert {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in study.parent.iterdir()} == before


def test_names_of_sheets(tmp_path: Path) -> None:
    name = "issues.csv"
    study = write_study(tmp_path / "研究", replace={"面板.csv": name})
    panel().to_csv(study.parent / name, index=False)
    assert write(study, []).sheetnames == ["issues", "issues 2"]
    long = "一个[很长]的名字" * 8 + ".csv"
    study = write_study(tmp_path / "长", replace={"面板.csv": long})
    pd.DataFrame(panel()).to_csv(study.parent / long, index=False)
    title = write(study, []).sheetnames[1]
    assert len(title) <= 31
    assert "[" not in title
