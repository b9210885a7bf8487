"""Reports in several languages and formats by the command line, in a folder with Chinese letters."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner, Result

from ecocomp.cli import folders, main
from ecocomp.outputs.editions import DEFAULT_FORMATS
from ecocomp.outputs.report import FORMATS
from report_files import page_of
from tiny import panel, write_study


def call(*arguments: object) -> Result:
    outcome = CliRunner().invoke(main, [str(a) for a in arguments])
    assert "Traceback" not in outcome.output
    return outcome


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of a study with English names; they are not changed."""
    table = panel().replace({"甲省": "East", "乙省": "West"})
    table["名称"] = table["名称"].str.replace("县", "County ")
    study = write_study(tmp_path_factory.mktemp("报告") / "我的 研究", table=table)
    assert call("run", study).exit_code == 0
    return study.parent / "研究-results"


@pytest.fixture
def results(finished: Path, tmp_path: Path) -> Path:
    shutil.copytree(finished.parent, tmp_path / "副本")
    return tmp_path / "副本" / finished.name


def reports(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir() if p.name.startswith(("report", "figures"))}


def test_formats_are_those_that_can_be_written() -> None:
    assert set(folders.FORMATS) == set(FORMATS)
    assert set(DEFAULT_FORMATS) <= set(FORMATS)


def test_a_run_writes_a_page_and_a_word_file(finished: Path) -> None:
    assert reports(finished) == {"report.html", "report.docx", "figures"}
    page = page_of(finished / "report.html")
    assert 'lang="en"' in (finished / "report.html").read_text(encoding="utf-8")
    assert page.headings[1] == "Summary"
    assert json.loads((finished / "manifest.json").read_text(encoding="utf-8"))["language"] == "en"


def test_another_language_is_added_and_kept(results: Path) -> None:
    outcome = call("report", results, "--lang", "zh", "--lang", "en", "--format", "docx", "--json")
    assert outcome.exit_code == 0
    made = [str(results / "report_zh.docx"), str(results / "report.docx")]
    assert json.loads(outcome.stdout) == {"report": made[0], "reports": made}
    both = {"report.html", "report.docx", "figures", "report_zh.docx", "figures_zh"}
    assert reports(results) == both
    headings = [
        p.text for p in docx.Document(str(results / "report_zh.docx")).paragraphs if p.style.name == "Heading 1"
    ]
    assert headings[:3] == ["摘要", "数据及其问题", "方法"]
    assert {p.name for p in (results / "figures_zh").iterdir()} == {p.name for p in (results / "figures").iterdir()}
    assert call("verify", results).exit_code == 0


def test_a_run_in_another_language_is_of_that_language(finished: Path, tmp_path: Path) -> None:
    study = finished.parent / "研究.toml"
    folder = tmp_path / "中文"
    assert call("run", study, "-o", folder, "--lang", "zh").exit_code == 0
    assert reports(folder) == {"report.html", "report.docx", "figures"}
    assert '<html lang="zh-CN">' in (folder / "report.html").read_text(encoding="utf-8")
    before = page_of(folder / "report.html")
    assert before.headings[1] == "摘要"
    (folder / "report.html").write_text("spoilt", encoding="utf-8")
    assert call("report", folder).stdout.splitlines() == [
        f"Report: {folder / name}" for name in ("report.html", "report.docx")
    ]
    assert page_of(folder / "report.html").text == before.text, "what stands there is written anew, in its language"


@pytest.mark.parametrize("options", [["--lang", "fr"], ["--format", "odt"]])
def test_an_unknown_language_or_format_is_refused(results: Path, options: list[str]) -> None:
    outcome = call("report", results, *options)
    assert outcome.exit_code == 2
    assert "docx" in outcome.stderr or "zh" in outcome.stderr


def test_a_missing_package_is_named_and_nothing_is_changed(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    before = {p.name: p.stat().st_mtime_ns for p in results.iterdir()}
    outcome = call("report", results, "--format", "all")
    assert outcome.exit_code == 2
    assert "needs the package 'weasyprint'" in outcome.stderr
    assert "pip install 'ecocomp[documents]'" in outcome.stderr
    assert {p.name: p.stat().st_mtime_ns for p in results.iterdir()} == before
