"""A study with draws from end to end: its tables, figures and report; and one without, whose numbers do not change."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import ecocomp
from ecocomp.cli import main
from ecocomp.result import FRAMES, Result
from ecocomp.uncertainty import COLUMNS
from tiny import panel, write_study

UNCERTAIN = """permutations = 999

[uncertainty]
draws = {draws}
revisions = "all"
weights_concentration = 20
price = {{ low = 20, high = 100, unit = "CNY/t CO2" }}
cluster_permutations = 99

[uncertainty.errors]
emissions = {{ cv = 0.25 }}
sequestration = {{ cv = 0.25, within = "parent" }}
gdp = {{ cv = 0.15, time_correlation = 0.9 }}
"""


def study_in(folder: Path, draws: int, table: pd.DataFrame | None = None) -> ecocomp.Study:
    text = UNCERTAIN.format(draws=draws)
    return ecocomp.Study.load(write_study(folder, table=table, replace={"permutations = 999\n": text}))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return ecocomp.run(study_in(tmp_path_factory.mktemp("drawn"), 64))


def test_draws_change_no_other_number(result: Result, tmp_path: Path) -> None:
    plain = ecocomp.run(ecocomp.Study.load(write_study(tmp_path / "a")))
    none = ecocomp.run(study_in(tmp_path / "b", 0))
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(none, name), getattr(plain, name), check_exact=True, obj=name)
        if name not in COLUMNS:
            pd.testing.assert_frame_equal(getattr(result, name), getattr(plain, name), check_exact=True, obj=name)
    for name, columns in COLUMNS.items():
        assert getattr(none, name).empty
        assert list(getattr(none, name)) == list(getattr(result, name)) == [*columns, "data_origin"]


def test_the_order_of_rows_changes_nothing(result: Result, tmp_path: Path) -> None:
    shuffled = ecocomp.run(study_in(tmp_path, 64, panel().sample(frac=1, random_state=3)))
    for name in COLUMNS:
        pd.testing.assert_frame_equal(getattr(shuffled, name), getattr(result, name), check_exact=True, obj=name)


def test_tables_hold_together(result: Result) -> None:
    units = result.uncertainty
    assert len(units) == 12
    assert (units["draws"] == 64).all()
    assert (units["amount_low"] <= units["amount_median"]).all()
    assert (units["amount_median"] <= units["amount_high"]).all()
    assert (units["probability_paying"] + units["probability_receiving"] <= 1).all()
    shares = units[[f"probability_{c}" for c in ("HH", "LL", "HL", "LH", "ns")]].sum(axis=1)
    assert shares.to_numpy() == pytest.approx(1)
    words = units["verdict"].value_counts()
    region = result.uncertainty_regional
    assert region["robust_payers"].sum() == words.get("robust payer", 0)
    assert region[["robust_payers", "robust_recipients", "undecided"]].sum(axis=1).tolist() == [6, 6]
    assert (units["name"] == units["unit"].map(result.results.set_index("unit")["name"].to_dict())).all()


def test_the_command_writes_report_and_figures_and_verifies(tmp_path: Path) -> None:
    study = study_in(tmp_path, 64).path
    done = CliRunner().invoke(main, ["run", str(study), "--lang", "en"])
    assert done.exit_code == 0, done.output
    folder = tmp_path / "研究-results"
    assert {"certainty.png", "ranks.svg"} <= {p.name for p in (folder / "figures").iterdir()}
    page = (folder / "report.html").read_text(encoding="utf-8")
    for words in ("How sure", "Sobol points", "Dirichlet distribution", "every revision that the study defines",
                  "Sums of the region over the draws", 'id="figure-certainty"', "between 20 and 100"):  # fmt: skip
        assert words in page, words
    reopened = ecocomp.open_run(folder)
    assert len(reopened.uncertainty) == 12
    verified = CliRunner().invoke(main, ["verify", str(folder)])
    assert verified.exit_code == 0, verified.output


def test_check_tells_faults_of_the_section(tmp_path: Path) -> None:
    text = UNCERTAIN.format(draws=8).replace('revisions = "all"', "revisions = { quotas = 1 }")
    study = write_study(tmp_path, replace={"permutations = 999\n": text})
    done = CliRunner().invoke(main, ["check", str(study)])
    assert done.exit_code == 1
    assert "no such revision" in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("errors]\nemissions = { cv = 0.25 }", "errors]\nemissions = { cv = 0.25, region = 0.9 }", "must add up to 1"),
        ("gdp = { cv", "engel_coefficient = { cv", "unknown key 'engel_coefficient'"),
        ("low = 20, high", "low = 200, high", "low must lie below high"),
        (', unit = "CNY/t CO2" }\ncluster', " }\ncluster", "needs its unit"),
        ('revisions = "all"', 'parent = "市"', "is none of [units] parents"),
    ],
)
def test_faults_of_the_study_file(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = UNCERTAIN.format(draws=8)
    assert old in text
    study = write_study(tmp_path, replace={"permutations = 999\n": text.replace(old, new)})
    done = CliRunner().invoke(main, ["check", str(study)])
    assert done.exit_code == 2, done.output
    assert words in done.output


def test_draws_of_nothing_are_refused(tmp_path: Path) -> None:
    study = write_study(tmp_path, replace={"permutations = 999\n": "permutations = 999\n[uncertainty]\ndraws = 9\n"})
    done = CliRunner().invoke(main, ["check", str(study)])
    assert done.exit_code == 2
    assert "draws without anything uncertain" in done.output
