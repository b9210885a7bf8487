"""A study with [drivers] from end to end: further columns, tables, figure, report; and one without, left as it was."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from shapely.geometry import box

import ecocomp
from ecocomp.cli import main
from ecocomp.drivers import COLUMNS
from ecocomp.issues import StudyError
from ecocomp.result import FRAMES, Result
from tiny import write_study

YEARS = (2010, 2015)
CODES = [f"{i + 1:06}" for i in range(24)]
DRIVEN = """permutations = 999

[drivers]
factors = ["emissions", "gdp_per_head", "省", "forest", "kind"]
{more}
permutations = 199

[drivers.columns.forest]
table = "extra"
column = "森林{{year}}"
unit = "%"

[drivers.columns.kind]
column = "类型"
kind = "class"

[tables.extra]
table = "森林.csv"
id = "代码"
"""
MODELS = 'models = ["ols", "lag", "error", "panel_lag", "panel_error"]'


def table() -> pd.DataFrame:
    """Return 24 counties over 2 years whose sequestration follows their forest."""
    generator = np.random.default_rng(6)
    forest = generator.uniform(5, 70, size=24)
    rows = []
    for t, year in enumerate(YEARS):
        for i, code in enumerate(CODES):
            rows.append({
                "代码": code, "名称": f"县{i + 1}", "省": "甲省" if i < 12 else "乙省", "年份": year,
                "排放": generator.lognormal(1.2, 0.05), "吸收": 0.2 + 0.05 * forest[i] + 0.1 * generator.uniform(),
                "GDP": generator.lognormal(5, 0.3) * (1 + t), "人口": generator.lognormal(4, 0.2), "面积": 1500.0,
                "类型": "山区" if forest[i] > 35 else "平原",
            })  # fmt: skip
    return pd.DataFrame(rows)


def shapes() -> gpd.GeoDataFrame:
    squares = [box(115 + 0.3 * (i % 6), 39 - 0.3 * (i // 6), 115.3 + 0.3 * (i % 6), 39.3 - 0.3 * (i // 6))
               for i in range(24)]  # fmt: skip
    return gpd.GeoDataFrame({"code": CODES}, geometry=squares, crs="EPSG:4326")


def forest() -> pd.DataFrame:
    generator = np.random.default_rng(6)
    share = generator.uniform(5, 70, size=24)
    return pd.DataFrame({"代码": CODES, "森林2010": share.round(2), "森林2015": (share * 1.02).round(2)})


def write(folder: Path, more: str = "", *, panel: pd.DataFrame | None = None, extra: pd.DataFrame | None = None,
          driven: str = DRIVEN) -> Path:  # fmt: skip
    study = write_study(folder, table=table() if panel is None else panel, shapes=shapes(),
                        replace={"permutations = 999\n": driven.format(more=more)} if driven else None)  # fmt: skip
    (forest() if extra is None else extra).to_csv(folder / "森林.csv", index=False, encoding="utf-8-sig")
    return study


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("驱动 因子")


@pytest.fixture(scope="module")
def result(folder: Path) -> Result:
    return ecocomp.run(ecocomp.Study.load(write(folder)))


def test_the_detectors_of_every_year(result: Result) -> None:
    drivers = result.drivers
    assert drivers.groupby("year").size().to_dict() == dict.fromkeys(YEARS, 5)
    assert set(drivers["response"]) == {"amount"}
    own = drivers[drivers["year"] == 2015].set_index("factor")
    assert own["by_construction"].to_dict() == {
        "emissions": "yes", "gdp_per_head": "yes", "省": "no", "forest": "no", "kind": "no",
    }  # fmt: skip
    assert own.loc["forest", "p_permutation"] == 1 / 200
    assert own.loc[["省", "kind"], "method"].tolist() == ["given"] * 2
    assert own.loc[["省", "kind"], "p_noncentral_f"].notna().all()
    assert own["units_used"].tolist() == [24] * 5
    assert set(own["seed"]) == {1}
    assert len(result.driver_interactions) == 2 * 10
    kinds = result.driver_strata[result.driver_strata["factor"] == "kind"]
    assert set(kinds["interval"]) == {"山区", "平原"}
    assert result.regression.empty


def test_without_drivers_nothing_changes(result: Result, tmp_path: Path) -> None:
    plain = ecocomp.run(ecocomp.Study.load(write(tmp_path, driven="")))
    for name in FRAMES:
        if name in COLUMNS:
            assert getattr(plain, name).empty
            assert list(getattr(plain, name)) == list(getattr(result, name)) == [*COLUMNS[name], "data_origin"]
        else:
            pd.testing.assert_frame_equal(getattr(plain, name), getattr(result, name), check_exact=True, obj=name)


def test_the_order_of_rows_changes_nothing(result: Result, tmp_path: Path) -> None:
    moved = write(tmp_path, panel=table().sample(frac=1, random_state=1), extra=forest().sample(frac=1, random_state=2))
    shuffled = ecocomp.run(ecocomp.Study.load(moved))
    for name in COLUMNS:
        pd.testing.assert_frame_equal(getattr(shuffled, name), getattr(result, name), check_exact=True, obj=name)


def test_a_year_alone_has_the_same_drivers(result: Result, tmp_path: Path) -> None:
    study = write(tmp_path)
    text = study.read_text(encoding="utf-8").replace("seed = 1\n", "seed = 1\nyears = 2015\n")
    study.write_text(text, encoding="utf-8")
    alone = ecocomp.run(ecocomp.Study.load(study)).drivers
    both = result.drivers[result.drivers["year"] == 2015].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, both, rtol=1e-9)  # the means of one year add up in another order


@pytest.mark.drivers
def test_run_report_and_verify_with_models(tmp_path: Path) -> None:
    study = write(tmp_path / "我的 研究", MODELS)
    done = CliRunner().invoke(main, ["run", str(study), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "ML_" not in done.output, "what the library prints stays inside"
    results = study.parent / "研究-results"
    frame = pd.read_csv(results / "regression.csv", encoding="utf-8-sig")
    assert set(frame["model"]) == {"ols", "lag", "error", "panel_lag", "panel_error"}
    assert frame.loc[frame["model"] == "ols", "term"].unique().tolist() == [
        "constant", "emissions", "gdp_per_head", "forest"
    ]  # fmt: skip
    assert frame.loc[frame["model"].str.startswith("panel"), "year"].isna().all()
    report = (results / "report.html").read_text(encoding="utf-8")
    assert "What goes with the compensation amount" in report
    assert "association, not cause" in report
    assert "forest (driver)" in report
    assert "Wang, J.-F. et al. (2010)" in report
    assert 'id="figure-drivers"' in report
    columns = pd.read_csv(results / "columns.csv", encoding="utf-8-sig")
    told = columns[columns["table"].isin(COLUMNS)]
    assert told["label_zh"].str.contains("[\u4e00-\u9fffqFtpz]").all()
    reopened = ecocomp.open_run(results)
    assert len(reopened.drivers) == 10
    assert "spreg" in reopened.manifest["versions"]
    again = CliRunner().invoke(main, ["verify", str(results)])
    assert again.exit_code == 0, again.output


def test_a_model_whose_package_is_absent_is_told_before_anything_is_read(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "spreg", None)
    done = CliRunner().invoke(main, ["check", str(write(tmp_path, 'models = ["ols"]'))])
    assert done.exit_code == 2
    assert "pip install 'ecocomp[drivers]'" in done.output


def test_faults_of_the_study_are_told_at_once(tmp_path: Path) -> None:
    driven = DRIVEN.replace('"forest", "kind"', '"forrest", "kind", "kind"')
    with pytest.raises(StudyError, match="factors names kind twice"):
        ecocomp.Study.load(write(tmp_path / "a", driven=driven))
    driven = DRIVEN.replace('"forest", "kind"]', '"forrest"]\nresponse = "kind"').replace(
        'table = "extra"', 'table = "extre"'
    )
    with pytest.raises(StudyError) as error:
        ecocomp.Study.load(write(tmp_path / "b", driven=driven))
    text = "\n".join(error.value.problems)
    assert "'forrest' is no quantity of this study, parent, or [drivers.columns.NAME]; did you mean 'forest'?" in text
    assert "response: 'kind' is a class" in text
    assert "table 'extre' is not a section of this study; did you mean 'extra'?" in text
    driven = DRIVEN.replace("[drivers.columns.kind]", "[drivers.columns.price]").replace(', "kind"]', "]")
    with pytest.raises(StudyError, match=r"price.* takes the name of something else"):
        ecocomp.Study.load(write(tmp_path / "c", driven=driven))
    driven = DRIVEN.replace("[tables.extra]", "[tables.extra]\ndivisions = 2010")
    with pytest.raises(StudyError, match="has the divisions of another year, between which these columns are not"):
        ecocomp.Study.load(write(tmp_path / "d", driven=driven))


def test_a_column_that_is_not_there_and_a_cell_that_is_no_number(tmp_path: Path) -> None:
    bad = forest().astype({"森林2010": object})
    bad.loc[3, "森林2010"] = "many"
    study = write(tmp_path, extra=bad, panel=table().rename(columns={"类型": "种类"}))
    issues = [i for i in ecocomp.check(ecocomp.Study.load(study)) if i.severity == "error"]
    assert {(i.code, i.file, i.column) for i in issues} == {
        ("not-a-number", "森林.csv", "森林2010"), ("missing-column", "面板.csv", "类型")
    }  # fmt: skip
    (cell,) = (i for i in issues if i.code == "not-a-number")
    assert (cell.row, cell.unit, cell.value) == (5, "000004", "many")
    assert "forest is not a number" in cell.message


def test_missing_values_are_warned_of_counted_and_never_zero(tmp_path: Path) -> None:
    holed = forest()
    holed.loc[3, "森林2010"] = np.nan
    study = ecocomp.Study.load(write(tmp_path, extra=holed.drop(index=7)))
    found = ecocomp.run(study)
    counts = found.drivers.groupby("year")[["units_used", "units_missing"]].first()
    assert counts.to_numpy().tolist() == [[22, 2], [23, 1]]
    assert "forest is missing" in " ".join(found.issues["message"])


def test_members_of_a_dissolved_unit_make_means_sums_and_a_common_class(tmp_path: Path) -> None:
    panel = table().assign(合并=lambda t: t["代码"].where(t["代码"] > "000004", "一二三四"))
    driven = DRIVEN.replace("[drivers.columns.kind]", '[drivers.columns.acres]\ncolumn = "面积"\nkind = "total"\n'
                            "[drivers.columns.kind]")  # fmt: skip
    study = write(tmp_path, panel=panel, driven=driven)
    text = study.read_text(encoding="utf-8").replace('parents = ["省"]', 'parents = ["省"]\ndissolve = "合并"')
    study.write_text(text, encoding="utf-8")
    inputs = ecocomp.load(ecocomp.Study.load(study))
    unit = inputs.factors.sel(unit="一二三四", year=2010)
    assert float(unit["forest"]) == pytest.approx(forest()["森林2010"][:4].mean())
    assert float(unit["acres"]) == 6000.0
    kinds = set(panel.loc[panel["合并"] == "一二三四", "类型"])
    assert len(kinds) == 2
    assert str(unit["kind"].values) == ""
    assert [i.unit for i in inputs.issues if i.code == "mixed-class"] == ["一二三四"] * 2


@pytest.mark.drivers
def test_a_factor_that_cannot_be_fitted_leaves_its_model_out_with_a_reason(tmp_path: Path) -> None:
    driven = DRIVEN.replace('"forest", "kind"]', '"area"]')
    found = ecocomp.run(ecocomp.Study.load(write(tmp_path, 'models = ["ols", "gwr"]', driven=driven)))
    assert found.regression.empty
    left = found.issues[found.issues["code"] == "driver-left-out"]["message"].tolist()
    assert "the model ols is left out: area does not vary over the units: leave it out of the factors" in left
    assert "the model gwr is left out: area does not vary over the units: leave it out of the factors" in left
    assert "area makes no two strata of 5 units or more, so that it has no q" in left
    assert found.drivers.set_index("factor").loc["area", "q"].isna().all()


def test_too_few_units_are_a_warning_and_no_table(tmp_path: Path) -> None:
    study = write_study(
        tmp_path, replace={"permutations = 999\n": 'permutations = 999\n[drivers]\nfactors = ["gdp"]\n'}
    )
    found = ecocomp.run(ecocomp.Study.load(study))
    assert found.drivers.empty
    assert found.issues["message"].str.contains("6 units have the response and every factor").sum() == 2
    ecocomp.save(found, tmp_path / "out")
    assert not (tmp_path / "out" / "figures" / "drivers.png").exists()


def test_a_scenario_may_ask_for_other_drivers(tmp_path: Path) -> None:
    study = write(tmp_path)
    text = study.read_text(encoding="utf-8") + '\n[scenarios.x]\ndrivers.response = "account"\n'
    study.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(main, ["run", str(study)])
    assert done.exit_code == 0, done.output
    folder = tmp_path / "研究-results"
    base, other = (pd.read_csv(at / "drivers.csv", encoding="utf-8-sig") for at in (folder, folder / "scenarios" / "x"))
    assert set(base["response"]) == {"amount"}
    assert set(other["response"]) == {"account"}
    assert other.set_index(["year", "factor"]).loc[(2015, "gdp_per_head"), "by_construction"] == "no"
