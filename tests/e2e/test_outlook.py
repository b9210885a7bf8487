"""A study with an outlook from end to end: tables, figures, report, verify; one without is left as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import ecocomp
from ecocomp.cli import main
from ecocomp.decomposition import EFFECTS
from ecocomp.pipeline.developments import COLUMNS
from ecocomp.result import FRAMES, Result
from tiny import CODES, panel, write_study

YEARS = tuple(range(2005, 2018))
OUTLOOK = """permutations = 999

[outlook]
until = 2022
draws = 200

[outlook.growth."低碳"]
affluence = 0.03
technology = -0.05
"""


def table() -> pd.DataFrame:
    """Return thirteen years that wander; in one year the fifth county takes up nothing."""
    frame = panel(YEARS)
    waves = 1 + 0.05 * np.sin(np.arange(len(frame)) * 1.3)
    frame["排放"], frame["吸收"] = frame["排放"] * waves, frame["吸收"] * waves[::-1]
    frame["GDP"] = frame["GDP"] / frame.groupby("年份").ngroup().add(1) * 1.08 ** frame["年份"].sub(2005) * waves
    frame["人口"] = frame["人口"] * 1.01 ** frame["年份"].sub(2005)
    frame.loc[(frame["代码"] == CODES[4]) & (frame["年份"] == 2011), "吸收"] = 0.0
    return frame


def study_in(folder: Path, rows: pd.DataFrame | None = None, text: str = OUTLOOK) -> ecocomp.Study:
    rows = table() if rows is None else rows
    return ecocomp.Study.load(write_study(folder, table=rows, replace={"permutations = 999\n": text}))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return ecocomp.run(study_in(tmp_path_factory.mktemp("展望")))


def test_without_the_section_its_tables_are_empty_and_nothing_else_changes(result: Result, tmp_path: Path) -> None:
    plain = ecocomp.run(study_in(tmp_path, text="permutations = 999\n"))
    for name in FRAMES:
        if name.startswith("outlook"):
            assert getattr(plain, name).empty
            assert list(getattr(plain, name)) == list(getattr(result, name)) == [*COLUMNS[name], "data_origin"]
        elif name != "issues":
            pd.testing.assert_frame_equal(getattr(result, name), getattr(plain, name), check_exact=True, obj=name)
    assert not plain.issues["code"].str.startswith("outlook").any()


def test_a_refused_unit_is_named_and_left_out_of_sums(result: Result) -> None:
    issue = result.issues[result.issues["code"] == "outlook-refused"].iloc[0]
    assert issue["unit"] == CODES[4]
    assert "STIRPAT, GM(1,1): sequestration zero or below in 2011" in issue["message"]
    projected = result.outlook[result.outlook["level"] == "unit"].groupby("method")["unit"].unique()
    for method in ("stirpat", "gm11"):
        assert set(projected[method]) == set(CODES) - {CODES[4]}
    assert set(projected["damped_trend"]) == set(CODES)
    region = result.outlook[(result.outlook["level"] == "region")].groupby("method")[["units", "missing"]].first()
    assert region.loc["gm11"].tolist() == [6, 1]
    assert region.loc["damped_trend"].tolist() == [6, 0]
    tests = result.outlook_tests.set_index(["level", "unit", "method", "quantity"])["verdict"]
    assert tests["unit", CODES[4], "gm11", "account"] == "not projected"
    assert tests["unit", CODES[4], "damped_trend", "account"] == "baseline"


def test_the_backtest_is_that_of_a_study_which_ends_earlier(result: Result, tmp_path: Path) -> None:
    """What a bureau would have projected three years ago, against what came."""
    early = table()[lambda t: t["年份"] <= 2014]
    text = OUTLOOK.replace("until = 2022", "until = 2017\nhold_out = 2")
    earlier = ecocomp.run(study_in(tmp_path, early, text))
    told = earlier.outlook[(earlier.outlook["level"] == "region") & (earlier.outlook["method"] == "damped_trend")]
    came = result.results[result.results["year"] > 2014].groupby("year")["emissions"].sum()
    error = told.set_index("year")["emissions"] - came
    row = result.outlook_tests.query("level == 'region' and method == 'damped_trend' and quantity == 'emissions'")
    assert row["rmse"].item() == pytest.approx(np.sqrt((error**2).mean()), rel=1e-9)
    assert row["mape"].item() == pytest.approx((error.abs() / came).mean(), rel=1e-9)


def test_a_projection_that_does_not_beat_the_baseline_says_so_beside_every_number(result: Result) -> None:
    verdicts = result.outlook_tests.query("quantity == 'account'").set_index(
        ["level", "parent_level", "unit", "method"]
    )
    rows = result.outlook[result.outlook["method"].isin(["stirpat", "gm11"])]
    for key, part in rows.groupby(["level", "parent_level", "unit", "method"]):
        own = verdicts.loc[key]
        better = own["rmse"] < own["baseline_rmse"]
        assert set(part["verdict"]) == {"better than the baseline" if better else "no better than the baseline"}


def test_scenarios_are_of_stirpat_alone_and_leave_sequestration_its_technology(result: Result) -> None:
    region = result.outlook[(result.outlook["level"] == "region") & (result.outlook["year"] == 2022)]
    assert region.groupby("method")["scenario"].apply(set).to_dict() == {
        "damped_trend": {"trend"}, "gm11": {"trend"}, "stirpat": {"trend", "低碳"}}  # fmt: skip
    ends = region[region["method"] == "stirpat"].set_index("scenario")
    assert ends.loc["低碳", "emissions"] < ends.loc["trend", "emissions"]
    assert ends.loc["低碳", "sequestration"] == pytest.approx(ends.loc["trend", "sequestration"], rel=0.2)


def test_years_of_events_are_in_range_or_said_to_be_none(result: Result) -> None:
    frame = result.outlook_years
    none = frame["event_year"].isna()
    assert frame.loc[none, "finding"].str.startswith("none by 2022").all()
    assert frame.loc[~none, "event_year"].between(2005, 2022).all()
    assert set(frame["event"]) == {"peak", "neutrality"}
    assert frame["probability"].between(0, 1).all()
    both = frame.dropna(subset=["year_low", "year_high"])
    assert (both["year_low"] <= both["year_high"]).all()


def test_the_decomposition_adds_up_in_the_file(result: Result) -> None:
    frame = result.decomposition
    residual = frame[list(EFFECTS)].sum(axis=1) - frame["change"]
    assert residual.abs().max() < 1e-12
    region = frame[(frame["level"] == "region") & (frame["span"] == "whole")].iloc[0]
    totals = result.results.groupby("year")["emissions"].sum()
    assert region["change"] == pytest.approx(totals[2017] - totals[2005])
    assert (result.issues["code"] == "nominal-decomposition").sum() == 1


def test_the_order_of_rows_changes_nothing(result: Result, tmp_path: Path) -> None:
    shuffled = ecocomp.run(study_in(tmp_path, table().sample(frac=1, random_state=3)))
    for name in COLUMNS:
        pd.testing.assert_frame_equal(getattr(shuffled, name), getattr(result, name), check_exact=True, obj=name)


def test_on_the_command_line_it_is_written_reported_and_verified(tmp_path: Path) -> None:
    study = study_in(tmp_path / "研究").path
    folder = tmp_path / "结果"
    done = CliRunner().invoke(main, ["run", str(study), "-o", str(folder), "--lang", "en"])
    assert done.exit_code == 0, done.output
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "What drove emissions</h2>" in page
    assert "Outlook</h2>" in page
    assert "no better than the baseline" in page
    assert "Gardner, E. S." in page
    for name in ("decomposition", "outlook"):
        assert (folder / "figures" / f"{name}.png").is_file()
        assert f'id="figure-{name}"' in page
    opened = ecocomp.open_run(folder)
    assert opened.outlook["year"].max() == 2022
    checked = CliRunner().invoke(main, ["verify", str(folder)])
    assert checked.exit_code == 0, checked.output


@pytest.mark.parametrize(
    ("text", "years", "pieces"),
    [
        ("until = 2016", YEARS, ["outlook-years", "ends before the first year after 2017"]),
        ("until = 2022\nhold_out = 6", YEARS, ["has 13 years; 8 and the 6 held out"]),
        ("until = 2022", (*YEARS[:-1], 2019), ["not equally spaced"]),
    ],
)
def test_years_that_do_not_carry_an_outlook_are_an_error(
    tmp_path: Path, text: str, years: tuple[int, ...], pieces: list[str]
) -> None:
    rows = table().assign(年份=lambda t: t["年份"].replace(dict(zip(YEARS, years, strict=True))))
    study = study_in(tmp_path, rows, f"permutations = 999\n[outlook]\n{text}\n").path
    done = CliRunner().invoke(main, ["check", str(study), "--json"])
    assert done.exit_code == 1
    for piece in pieces:
        assert piece in done.output


def test_an_outlook_without_population_is_a_fault_of_the_study(tmp_path: Path) -> None:
    file = study_in(tmp_path).path
    text = file.read_text(encoding="utf-8").replace('population    = { column = "人口", unit = "1e4 person" }\n', "")
    file.write_text(text + '\n[revision]\nmethod = "none"\n', encoding="utf-8")
    done = CliRunner().invoke(main, ["check", str(file)])
    assert done.exit_code == 2
    assert 'methods = ["gm11"]' in done.output
    file.write_text(file.read_text(encoding="utf-8").replace("until = 2022", 'until = 2022\nmethods = ["gm11"]'),
                    encoding="utf-8")  # fmt: skip
    done = CliRunner().invoke(main, ["check", str(file)])
    assert done.exit_code == 0, done.output
