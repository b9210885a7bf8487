"""Bad input at the command line: every problem in one go, the right exit code, nothing written, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from shapely.geometry import Point

from ecocomp.cli import main
from ecocomp.sources import boundaries as boundaries_room
from tiny import boundaries, panel, write_study


def call(*arguments: object) -> Result:
    outcome = CliRunner().invoke(main, [str(a) for a in arguments])
    assert "Traceback" not in outcome.output
    assert "internal error" not in outcome.output
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exception
    return outcome


def everything_under(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*")}


def refused(study: Path, code: int = 1, **options: Any) -> list[dict[str, Any]]:
    """Check and run a study that must be refused; nothing is written. Return the issues of ``run --json``."""
    before = everything_under(study.parent)
    checked = call("check", study, "--json")
    ran = call("run", study, "--json")
    told = call("run", study)
    assert checked.exit_code == ran.exit_code == told.exit_code == code
    assert everything_under(study.parent) == before, "something was written"
    assert told.stdout == "", "problems go to the error stream"
    found: list[dict[str, Any]] = json.loads(ran.stdout).get("issues", [])
    if code == 1:
        assert json.loads(checked.stdout)["issues"] == found
        kinds = {i["code"] for i in found if i["severity"] == "error"}
        assert kinds
        for issue in found:
            assert issue["message"] in told.stderr
            assert issue["remedy"] in told.stderr
    return found


def many_faults(folder: Path) -> Path:
    """Write a study with a dozen different faults at once."""
    table = panel().astype(object)
    table.loc[0, "排放"] = "很多"  # row 2: text in a number column
    table.loc[1, "面积"] = -1500  # row 3: negative area
    table.loc[2, "GDP"] = 0  # row 4: GDP of zero
    table.loc[3, "年份"] = "去年"  # row 5: no year
    table.loc[4, "代码"] = ""  # row 6: no code
    table.loc[5, "排放"] = -1  # row 7: negative emissions
    table.loc[6, "省"] = ""  # row 8: no parent
    table = pd.concat([table, table.iloc[[7]]])  # row 14 repeats row 9
    table = table.drop(columns="吸收")
    shapes = boundaries()
    shapes.loc[0, "code"] = "099999"  # so that 010001 is not on the map
    shapes.loc[2, "code"] = "010002"  # twice
    shapes.loc[3, "geometry"] = Point(115, 38.8)
    return write_study(
        folder,
        table=table,
        shapes=shapes,
        replace={
            "seed = 1": "seed = 1\nyears = [2010, 2012, 2015]",
            '{ value = 50, unit = "CNY/t CO2" }': '{ value = 50, unit = "CNY/t" }',
            '"1e4 person"': '"1e4 head"',
        },
    )


def test_many_faults_come_in_one_go(tmp_path: Path) -> None:
    found = refused(many_faults(tmp_path / "研究 目录"))
    errors = {(i["code"], i["column"], i["row"], i["unit"], i["year"]) for i in found if i["severity"] == "error"}
    assert errors == {
        ("missing-column", "吸收", None, None, None),
        ("not-a-number", "排放", 2, "010001", 2010),
        ("out-of-range", "面积", 3, "010002", 2010),
        ("out-of-range", "GDP", 4, "010003", 2010),
        ("bad-year", "年份", 5, "020001", None),
        ("empty-code", "代码", 6, None, None),
        ("out-of-range", "排放", 7, "020003", 2010),
        ("empty-label", "省", 8, "010001", None),
        ("label-changes", "省", None, "010001", None),
        ("duplicate", "代码", 14, "010002", 2015),
        ("year-without-data", "年份", None, None, 2012),
        ("unknown-unit", "人口", None, None, None),
        ("price-basis", "compensation.price", None, None, None),
        ("boundaries-geometry", None, None, "020001", None),
        ("boundaries-duplicate", None, None, "010002", None),
        ("not-on-map", None, None, "010001", None),
        ("not-on-map", None, None, "010003", None),
    }
    assert all(i["remedy"] for i in found)
    warnings = {(i["code"], i["unit"]) for i in found if i["severity"] == "warning"}
    assert ("not-in-table", "099999") in warnings


def one_fault(folder: Path, fault: str) -> Path:
    """Write a study with one of the faults of the issue's list."""
    table, shapes, replace = panel().astype(object), boundaries(), {}
    if fault == "missing-column":
        table = table.drop(columns="人口")
    elif fault == "not-a-number":
        table.loc[0, "排放"] = "九"
    elif fault == "duplicate":
        table = pd.concat([table, table.iloc[[0]]])
    elif fault == "negative area":
        table.loc[0, "面积"] = -1
    elif fault == "GDP of zero":
        table.loc[0, "GDP"] = 0
    elif fault == "unknown-unit":
        replace = {'"1e8 CNY"': '"1e8 dollars"'}
    elif fault == "price-basis":
        replace = {'"CNY/t CO2"': '"CNY/t"'}
    elif fault == "price without any unit":
        replace = {', unit = "CNY/t CO2" }': " }"}
    elif fault == "not-on-map":
        shapes = shapes.iloc[1:]
    elif fault == "no-overlap":
        shapes = shapes.assign(code="x" + shapes["code"])
    elif fault == "year-without-data":
        replace = {"seed = 1": "seed = 1\nyears = [2010, 2011]"}
    elif fault == "boundaries-crs":
        replace = {"边界.geojson": "边界.shp"}
    study = write_study(folder, table=table, shapes=shapes, replace=replace)
    if fault == "empty table":
        (folder / "面板.csv").write_bytes(b"")
    elif fault == "empty map":
        (folder / "边界.geojson").write_bytes(b"")
    elif fault == "boundaries-crs":
        shapes.to_file(folder / "边界.shp")
        (folder / "边界.prj").unlink()
    return study


CODES_OF = {
    "negative area": "out-of-range", "GDP of zero": "out-of-range", "price without any unit": "price-basis",
    "empty table": "file", "empty map": "file",
}  # fmt: skip


@pytest.mark.parametrize(
    "fault",
    ["missing-column", "not-a-number", "duplicate", "negative area", "GDP of zero", "unknown-unit", "price-basis",
     "price without any unit", "not-on-map", "no-overlap", "boundaries-crs", "empty table", "empty map",
     "year-without-data"],
)  # fmt: skip
def test_each_fault_of_the_list(tmp_path: Path, fault: str) -> None:
    found = refused(one_fault(tmp_path / "研究", fault))
    assert {i["code"] for i in found if i["severity"] == "error"} == {CODES_OF.get(fault, fault)}


@pytest.mark.parametrize(
    ("old", "new", "piece"),
    [
        ("[space]", "[sapce]", "did you mean 'space'?"),
        ("permutations = 999", "permutation = 999", "did you mean 'permutations'?"),
        ("seed = 1", "seed = ", "is not valid TOML"),
        ("seed = 1", 'seed = "one"', "[study] seed: "),
    ],
)
def test_a_study_with_a_typo_exits_with_2(tmp_path: Path, old: str, new: str, piece: str) -> None:
    study = write_study(tmp_path / "研究", replace={old: new})
    refused(study, code=2)
    assert piece in call("check", study).stderr
    assert piece in " ".join(json.loads(call("check", study, "--json").stdout)["problems"])


def test_what_is_no_study_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "表.toml").write_bytes("名称 = 1".encode("gbk"))
    for path in (tmp_path / "没有.toml", tmp_path, tmp_path / "表.toml", ".", "/"):
        for command in ("check", "run"):
            outcome = call(command, path)
            assert outcome.exit_code == 2, (command, path, outcome.output)
            assert outcome.stderr.startswith("error: ")
    for command in ("report", "verify"):
        for path in (tmp_path / "没有", tmp_path):
            assert call(command, path).exit_code == 2


def test_a_missing_package_exits_with_2_and_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundaries_room, "util", type("Util", (), {"find_spec": staticmethod(lambda name: None)}))
    study = write_study(tmp_path / "研究", replace={'"边界.geojson"': '"cnmaps:北京市"'})
    refused(study, code=2)
    for outcome in (call("check", study), call("run", study)):
        assert "python -m pip install 'ecocomp[china]'" in outcome.stderr
    problems = json.loads(call("run", study, "--json").stdout)["problems"]
    assert len(problems) == 1


def test_usage_errors_exit_with_2(tmp_path: Path) -> None:
    for arguments in (["run"], ["check", "a", "b"], ["run", "x", "--frce"], ["rum"], ["init"]):
        assert call(*arguments).exit_code == 2, arguments


def test_at_most_five_of_a_rule_are_told_and_all_are_in_json(tmp_path: Path) -> None:
    table = pd.concat([panel(tuple(range(2000, 2005)))] * 1).astype({"排放": object})
    table["排放"] = "很多"
    study = write_study(tmp_path / "研究", table=table)
    told = call("check", study).stderr
    assert told.count("emissions is not a number") == 5
    assert "… and 25 more; --json lists all" in told
    assert len(json.loads(call("check", study, "--json").stdout)["issues"]) == 30
    assert "30 errors" in told


def test_a_clean_study_has_no_problem(tmp_path: Path) -> None:
    study = write_study(tmp_path / "研究")
    before = everything_under(tmp_path)
    outcome = call("check", study)
    assert (outcome.exit_code, outcome.stdout) == (0, "no problem found\n")
    assert json.loads(call("check", study, "--json").stdout)["issues"] == []
    assert everything_under(tmp_path) == before


def test_warnings_alone_do_not_fail(tmp_path: Path) -> None:
    table = panel().astype({"排放": object})
    table.loc[0, "排放"] = ""
    outcome = call("check", write_study(tmp_path / "研究", table=table))
    assert outcome.exit_code == 0
    assert "1 warning" in outcome.stderr


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(main, ["check", str(tmp_path / "没有.toml"), "--debug"])
    assert outcome.exception is not None
    assert type(outcome.exception).__name__ == "StudyError"
