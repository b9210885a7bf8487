"""The demonstration, as a newcomer runs it, in a folder with a Chinese name."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from ecocomp.cli import main
from ecocomp.demo import NOTICE
from ecocomp.result import FRAMES


def demo(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["demo", "-o", str(folder), "--fictional", *options])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("演示") / "示范"
    outcome = demo(folder)
    assert outcome.exit_code == 0, outcome.output
    assert f"Report: {folder / 'study-results' / 'report.html'}" in outcome.stdout
    assert NOTICE in outcome.stdout
    return folder


def test_every_table_says_that_it_is_modelled(folder):
    tables = [folder / "panel.csv", *(folder / "study-results").glob("*.csv")]
    assert len(tables) == len(FRAMES) + 2, "the panel, columns.csv, and every table of a result"
    for path in tables:
        assert (pd.read_csv(path)["data_origin"] == "modelled").all(), path.name


def test_every_figure_and_page_carries_the_notice(folder):
    page = (folder / "study-results" / "report.html").read_text(encoding="utf-8")
    assert page.count(NOTICE) > page.count("<table") + page.count("<figure")


def test_it_verifies(folder):
    assert CliRunner().invoke(main, ["verify", str(folder / "study-results")]).exit_code == 0


def test_nothing_of_the_user_s_is_replaced(tmp_path):
    (tmp_path / "panel.csv").write_text("mine", encoding="utf-8")
    outcome = demo(tmp_path, "--force")
    assert outcome.exit_code == 2
    assert "panel.csv is not a demonstration's" in outcome.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["panel.csv"]


def test_it_is_replaced_only_with_force(folder):
    assert demo(folder).exit_code == 2
    assert demo(folder, "--force").exit_code == 0
