"""Scenarios from end to end: run, compare, report, verify and publish's input, in folders with Chinese letters."""

from __future__ import annotations

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

import ecocomp
from ecocomp.cli import main
from ecocomp.outputs.tables import read_frame
from tiny import boundaries, panel, write_study

SCENARIOS = """permutations = 999

[scenarios."高价"]
compensation.price = { years = { 2010 = 40, 2015 = 90 } }

[scenarios.carbon_basis]
compensation.price = { unit = "CNY/t C" }

[scenarios.unrevised]
revision.method = "none"

[scenarios."GDP heavy"]
revision.weights = { gdp = 1 }

[scenarios.floor]
compensation.threshold = { value = 2, unit = "亿元" }

[scenarios.coal-exit.adjust.first_county]
quantity = "emissions"
units = ["县1"]
from_year = 2012
multiply = 0.1
"""
NAMES = ["高价", "carbon_basis", "unrevised", "GDP heavy", "floor", "coal-exit"]


def call(*arguments: object) -> Result:
    outcome = CliRunner().invoke(main, [str(a) for a in arguments])
    assert "Traceback" not in outcome.output
    return outcome


def is_complete(folder: Path) -> bool:
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    return files == {*listed, "manifest.json"} and all((folder / name).stat().st_size for name in files)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a study that was run, and what the run said; neither is changed."""
    study = write_study(tmp_path_factory.mktemp("情景") / "我的 研究", replace={"permutations = 999\n": SCENARIOS})
    outcome = call("run", study, "--lang", "en")
    assert outcome.exit_code == 0, outcome.output
    return study, outcome.stdout


@pytest.fixture
def results(finished: tuple[Path, str], tmp_path: Path) -> Path:
    """Return a copy of the results, beside a copy of the study."""
    shutil.copytree(finished[0].parent, tmp_path / "副本")
    return tmp_path / "副本" / f"{finished[0].stem}-results"


def results_of(finished: tuple[Path, str]) -> Path:
    return finished[0].parent / f"{finished[0].stem}-results"


def test_the_folder_holds_a_complete_run_for_each_and_what_differs(finished: tuple[Path, str]) -> None:
    folder = results_of(finished)
    assert {p.name for p in folder.parent.iterdir()} == {"研究.toml", "面板.csv", "边界.geojson", "研究-results"}
    assert is_complete(folder)
    assert {p.name for p in (folder / "scenarios").iterdir()} == set(NAMES)
    for name in NAMES:
        inside = folder / "scenarios" / name
        assert is_complete(inside)
        assert (inside / "report.html").is_file()
        assert not (inside / "figures" / "comparison.png").exists()
    assert (folder / "figures" / "comparison.png").is_file()
    assert (folder / "figures" / "comparison.svg").is_file()
    comparison = read_frame(folder / "comparison.csv")
    assert comparison["scenario"].drop_duplicates().tolist() == NAMES
    assert comparison["year"].tolist() == [2010, 2015] * 6
    assert len(read_frame(folder / "comparison_units.csv")) == 6 * 12
    assert "Scenarios: " + ", ".join(NAMES) in finished[1]


def test_numbers_by_hand(finished: tuple[Path, str]) -> None:
    folder = results_of(finished)
    table = read_frame(folder / "comparison.csv").set_index(["scenario", "year"])
    base = read_frame(folder / "regional.csv").set_index("year")
    for year, factor in ((2010, 40 / 50), (2015, 90 / 50)):
        row = table.loc[("高价", year)]
        assert row["payments"] == pytest.approx(base.loc[year, "payments"] * factor)
        both = base.loc[year, "payments"] + base.loc[year, "receipts"]
        assert row["money_moved"] == pytest.approx(both * abs(factor - 1) / 2)
        assert (row["group_changes"], row["rank_moves"]) == (0, 0)
        # a price per tonne of carbon is 12/44 of it per tonne of CO2
        assert table.loc[("carbon_basis", year), "payments"] == pytest.approx(base.loc[year, "payments"] * 12 / 44)
    # unrevised: accounts of 8, 4, 4 and −3, −1.5, −3 Mt at 50 CNY/t in 2010
    row = table.loc[("unrevised", 2010)]
    assert (row["payments"], row["receipts"]) == pytest.approx((16 * 50e6, 7.5 * 50e6))
    # floor: amounts up to 2·10⁸ CNY are balanced
    units = read_frame(folder / "comparison_units.csv").query("scenario == 'floor' and year == 2010").set_index("unit")
    small = units["amount_base"].abs() <= 2e8
    assert (units["group"].eq("balanced") == small).all()
    assert table.loc[("floor", 2010), "to_balanced"] == small.sum() > 0
    assert table.loc[("floor", 2010), "money_moved"] == pytest.approx(units.loc[small, "amount_base"].abs().sum() / 2)


def test_a_coal_exit_changes_its_own_account_alone(finished: tuple[Path, str]) -> None:
    folder = results_of(finished)
    before, after = (
        read_frame(place / "results.csv").set_index(["unit", "year"])
        for place in (folder, folder / "scenarios" / "coal-exit")
    )
    own = before.index == ("010001", 2015)
    # 10 Mt fall to 1 Mt against a sink of 1 Mt: the account is nothing
    assert (before.loc[own, "account"].item(), after.loc[own, "account"].item()) == pytest.approx((9.0, 0.0), abs=1e-12)
    for column in ("emissions", "account", "revised", "amount"):  # sizes do not depend on emissions
        pd.testing.assert_series_equal(before.loc[~own, column], after.loc[~own, column], check_exact=True)
    for column in ("sequestration", "gdp", "population", "area", "size_index"):
        pd.testing.assert_series_equal(before[column], after[column], check_exact=True)
    assert set(after["data_origin"]) == {"modelled"}
    issues = read_frame(folder / "scenarios" / "coal-exit" / "issues.csv")
    assert issues.loc[issues["code"] == "adjusted", "message"].tolist() == [
        "emissions of 1 unit multiplied by 0.1 in 2015"
    ]


def test_under_a_quota_the_others_feel_a_coal_exit_through_the_region_s_deficit(tmp_path: Path) -> None:
    quota = '[revision]\nmethod = "quota"\nweights = { gdp = 1 }\n\n[space]'
    exit_ = SCENARIOS[: SCENARIOS.index("[scenarios.")] + SCENARIOS[SCENARIOS.index("[scenarios.coal-exit") :]
    study = write_study(tmp_path / "研究", replace={"[space]": quota, "permutations = 999\n": exit_})
    result = ecocomp.run(ecocomp.Study.load(study))
    before, after = (
        frame.query("year == 2015").set_index("unit")
        for frame in (result.results, result.scenarios["coal-exit"].results)
    )
    share = before["gdp"] / before["gdp"].sum()  # quota takes from each the region's deficit by its share of GDP
    expected = 9.0 * share - 9.0 * (before.index == "010001")  # ΣC falls by 9 Mt
    np.testing.assert_allclose(after["revised"] - before["revised"], expected, atol=1e-12)
    year = result.comparison_units.query("year == 2010")
    assert (year["due_change"] == 0).all()


def test_compare_one_folder_with_its_scenarios(finished: tuple[Path, str]) -> None:
    outcome = call("compare", results_of(finished))
    assert outcome.exit_code == 0, outcome.output
    lines = outcome.stdout.splitlines()
    assert lines[0] == "money in 10⁸ CNY, base → scenario"
    assert lines[2].startswith("高价          2010      6         0")
    assert "floor (compensation.threshold.value = 2.0; compensation.threshold.unit = 亿元)" in lines
    assert "GDP heavy (revision.weights.gdp = 1.0)" in lines
    assert "  In 2015, 3 of 6 units change group (3 become balanced): 县4, 县5 and 县6." in lines
    assert any("units change group" in line and "become balanced" in line for line in lines)


def test_compare_two_folders_with_tables_map_and_json(finished: tuple[Path, str], tmp_path: Path) -> None:
    base, other = results_of(finished), results_of(finished) / "scenarios" / "floor"
    outcome = call("compare", base, other, "-o", tmp_path / "比较", "--json")
    assert outcome.exit_code == 0, outcome.output
    told = json.loads(outcome.stdout)
    assert (told["base"], told["runs"]) == (str(base), {"floor": str(other)})
    assert [row["scenario"] for row in told["comparison"]] == ["floor", "floor"]
    assert any("become balanced" in sentence for sentence in told["sentences"]["floor"])
    assert is_complete(tmp_path / "比较")
    assert {p.relative_to(tmp_path / "比较").as_posix() for p in (tmp_path / "比较").rglob("*") if p.is_file()} == {
        "comparison.csv", "comparison_units.csv", "columns.csv", "manifest.json",
        "figures/comparison.png", "figures/comparison.svg",
    }  # fmt: skip
    whole = read_frame(base / "comparison.csv").query("scenario == 'floor'").reset_index(drop=True)
    alone = read_frame(tmp_path / "比较" / "comparison.csv")
    pd.testing.assert_frame_equal(whole.astype({"largest_rank_move": "Int64"}),
                                  alone.astype({"largest_rank_move": "Int64"}))  # fmt: skip
    again = call("compare", base, other, "-o", tmp_path / "比较")
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert call("compare", base, other, "-o", tmp_path / "比较", "--force").exit_code == 0
    refused = call("compare", base, other, "-o", base, "--force")
    assert refused.exit_code == 2
    assert "something else than a comparison" in refused.stderr
    assert is_complete(base)


def test_runs_of_partly_other_units_and_years(finished: tuple[Path, str], tmp_path: Path) -> None:
    table = panel((2015, 2020))
    other = write_study(tmp_path / "另一个", table=table[table["代码"] != "010001"])
    assert call("run", other).exit_code == 0
    folder = other.parent / "研究-results"
    outcome = call("compare", results_of(finished), folder)
    assert outcome.exit_code == 0, outcome.output
    assert "Left out: 2010 of the base alone and 2020 of 研究-results alone." in outcome.stdout
    assert "Left out: 1 unit of the base alone." in outcome.stdout
    assert "In 2015, 1 unit lacks an amount in one run or both, and is left out." in outcome.stdout


def test_runs_that_share_nothing_and_folders_that_hold_nothing(finished: tuple[Path, str], tmp_path: Path) -> None:
    other = write_study(tmp_path / "另一个", table=panel((2030,)))
    assert call("run", other).exit_code == 0
    folder = other.parent / "研究-results"
    outcome = call("compare", results_of(finished), folder, "-o", tmp_path / "比较")
    assert outcome.exit_code == 2
    assert "研究-results: the runs have no year in common (2010, 2015; 2030)" in outcome.stderr
    assert not (tmp_path / "比较").exists()
    outcome = call("compare", folder)
    assert outcome.exit_code == 2
    assert "holds no scenarios: give a second folder" in outcome.stderr
    outcome = call("compare", results_of(finished), folder, folder)
    assert outcome.exit_code == 2
    assert "is given twice" in outcome.stderr
    assert call("compare", tmp_path).exit_code == 2
    assert call("compare").exit_code == 2


def test_verify_and_report_of_a_folder_with_scenarios(results: Path) -> None:
    outcome = call("verify", results)
    assert outcome.exit_code == 0, outcome.output
    before = {p: p.read_bytes() for p in results.rglob("*.csv")}
    (results / "scenarios" / "floor" / "report.html").write_text("old", encoding="utf-8")
    assert call("report", results).exit_code == 0
    assert {p: p.read_bytes() for p in results.rglob("*.csv")} == before
    assert (results / "scenarios" / "floor" / "report.html").stat().st_size > 10_000
    assert is_complete(results)
    assert call("verify", results / "scenarios" / "coal-exit").exit_code == 0, "a scenario's folder stands alone"
    path = results / "scenarios" / "floor" / "results.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(',"payer",', ',"recipient",', 1), encoding="utf-8")
    (results / "scenarios" / "高价" / "centres.csv").unlink()
    outcome = call("verify", results)
    assert outcome.exit_code == 4
    assert outcome.stderr.splitlines() == [
        "scenarios/高价/centres.csv is missing",
        next(line for line in outcome.stderr.splitlines() if line.startswith("scenarios/floor/results.csv: group: 1")),
    ]


def test_a_folder_of_the_user_s_inside_is_never_lost(results: Path) -> None:
    (results / "scenarios" / "floor" / "笔记.txt").write_text("mine", encoding="utf-8")
    outcome = call("run", results.parent / "研究.toml", "--force")
    assert outcome.exit_code == 2
    assert "scenarios/floor/笔记.txt" in outcome.stderr
    assert (results / "scenarios" / "floor" / "笔记.txt").is_file()


def test_run_in_json(tmp_path: Path) -> None:
    high = 'permutations = 999\n[scenarios."高价"]\ncompensation.price = { years = { 2010 = 40, 2015 = 90 } }\n'
    study = write_study(tmp_path / "研究", replace={"permutations = 999\n": high})
    outcome = call("run", study, "--json", "-o", tmp_path / "别处")
    told = json.loads(outcome.stdout)
    assert told["scenarios"] == {"高价": str(tmp_path / "别处" / "scenarios" / "高价")}
    assert len(told["comparison"]) == 2
    assert [year["year"] for year in told["regional"]] == [2010, 2015]


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [str(value) for name, value in attrs if name == "href"]


def test_the_report_tells_what_differs_and_links_each(finished: tuple[Path, str]) -> None:
    from urllib.parse import unquote

    folder = results_of(finished)
    page = (folder / "report.html").read_text(encoding="utf-8")
    links = Links()
    links.feed(page)
    there = [unquote(link) for link in links.found if link.startswith("scenarios/")]
    assert there == [f"scenarios/{name}/report.html" for name in NAMES]
    assert all((folder / link).is_file() for link in there)
    assert "What the scenarios change" in page
    assert 'id="figure-comparison"' in page
    inside = (folder / "scenarios" / "floor" / "report.html").read_text(encoding="utf-8")
    assert "scenario floor" in inside
    assert "What the scenarios change" not in inside


def test_every_fault_of_the_file_at_once_and_nothing_left_behind(tmp_path: Path) -> None:
    faults = '[scenarios."a/b"]\n[scenarios.x]\nspcae.k = 3\ncompensation.price.value = -1\n'
    study = write_study(tmp_path / "研究", replace={"permutations = 999\n": "permutations = 999\n" + faults})
    for command in ("check", "run"):
        outcome = call(command, study)
        assert outcome.exit_code == 2
        assert len(outcome.stderr.splitlines()) == 3
        assert "[scenarios.a/b] is no name for a folder" in outcome.stderr
        assert "[scenarios.x] has an unknown key 'spcae'; did you mean 'space'?" in outcome.stderr
        assert "[scenarios.x.compensation] price.value: input should be greater than 0 (given: -1)" in outcome.stderr
    assert len(list(study.parent.iterdir())) == 3


def test_faults_in_the_data_of_any_scenario_at_once(tmp_path: Path) -> None:
    faults = """permutations = 999
[scenarios.path]
compensation.price = { years = { 2010 = 40 } }
[scenarios.coal.adjust.x]
quantity = "emissions"
units = ["县9", "010002"]
from_year = 2016
multiply = 0.5
[scenarios.table]
units.table = "没有.csv"
"""
    study = write_study(tmp_path / "研究", replace={"permutations = 999\n": faults})
    told = json.loads(call("check", study, "--json").stdout)["issues"]
    found = {(i["code"], i["unit"], i["year"], i["message"].split(":")[0]) for i in told if i["severity"] == "error"}
    assert found == {
        ("price-year", None, 2015, "scenario path"),
        ("adjust-unit", "县9", None, "scenario coal"),
        ("adjust-years", None, 2016, "scenario coal"),
        next(f for f in found if f[3] == "scenario table"),
    }
    outcome = call("run", study)
    assert outcome.exit_code == 1
    for piece in (
        "scenario path: has no price",
        "scenario coal: there is no such unit",
        "scenario table: ",
    ):
        assert piece in outcome.stderr
    assert len(list(study.parent.iterdir())) == 3


def test_a_scenario_without_a_shared_year_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    years = "permutations = 999\n[scenarios.late]\nstudy.years = [2015]\n"
    study = write_study(
        tmp_path / "研究", replace={"seed = 1": "seed = 1\nyears = 2010", "permutations = 999\n": years}
    )
    outcome = call("run", study)
    assert outcome.exit_code == 2
    assert "scenario late has no year in common with the study" in outcome.stderr


def test_inputs_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecocomp.pipeline import reading

    read = []
    examine = reading.examine
    monkeypatch.setattr(reading, "examine", lambda study: read.append(study) or examine(study))
    extra = SCENARIOS + "[scenarios.other]\nunits.unmatched = 'error'\n"
    study = ecocomp.Study.load(write_study(tmp_path / "研究", replace={"permutations = 999\n": extra}))
    ecocomp.run(study)
    assert len(read) == 2, "once for the study and six scenarios, once for the one that reads otherwise"


def test_another_map_in_a_scenario(tmp_path: Path) -> None:
    override = "permutations = 999\n[scenarios.map]\nunits.boundaries = '另一张.geojson'\n"
    study = write_study(tmp_path / "研究", replace={"permutations = 999\n": override})
    boundaries().translate(0.3, 0).to_frame("geometry").assign(code=boundaries()["code"]).to_file(
        study.parent / "另一张.geojson", driver="GeoJSON"
    )
    assert call("run", study).exit_code == 0
    folder = study.parent / "研究-results"
    assert call("verify", folder).exit_code == 0
    (study.parent / "另一张.geojson").write_text(
        (study.parent / "另一张.geojson").read_text(encoding="utf-8") + "\n", encoding="utf-8"
    )
    outcome = call("verify", folder)
    assert outcome.exit_code == 4
    assert "另一张.geojson has changed" in outcome.stderr
