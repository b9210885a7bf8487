"""`ecocomp figures` as a user has it: a finished run in a folder with Chinese characters, drawn for a journal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from ecocomp.cli import main
from ecocomp.outputs.figures import fonts
from ecocomp.outputs.figures.write import _DRAW
from tiny import write_study


def call(*arguments: object) -> Result:
    outcome = CliRunner().invoke(main, [str(a) for a in arguments])
    assert "Traceback" not in outcome.output
    return outcome


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = write_study(tmp_path_factory.mktemp("期刊插图") / "我的 研究",
                        replace={"[space]": '[figures]\napproval_number = "冀S(2026)001号"\n\n[space]'})  # fmt: skip
    outcome = call("run", study)
    assert outcome.exit_code == 0, outcome.output
    return study.parent / f"{study.stem}-results"


def test_all_figures_are_drawn_beside_the_run_which_stays_as_it_is(run: Path) -> None:
    before = contents(run)
    outcome = call("figures", run, "--lang", "en")
    assert outcome.exit_code == 0, outcome.output
    folder = run.with_name(f"{run.name}-figures")
    written = [Path(line) for line in outcome.stdout.splitlines()]
    assert {p.name for p in folder.iterdir()} == {p.name for p in written}
    assert {p.suffix for p in written} == {".pdf"}
    assert {p.stem for p in written} == {p.stem for p in (run / "figures").glob("*.png")}
    for path in written:
        assert float(PdfReader(path).pages[0].mediabox.width) == pytest.approx(183 / 25.4 * 72, abs=1e-4)
    assert contents(run) == before


def test_some_figures_in_several_formats_are_told_to_a_program(run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "图"
    options = ("--style", "single-grey", "--format", "pdf", "--format", "svg", "--format", "png", "--lang", "en")
    outcome = call("figures", run, "clusters", "amounts", *options, "-o", folder, "--json")
    assert outcome.exit_code == 0, outcome.output
    told = json.loads(outcome.stdout)
    assert [figure["name"] for figure in told["figures"]] == ["amounts", "clusters"], "in the order of a report"
    files = [Path(file) for figure in told["figures"] for file in figure["files"]]
    assert sorted(files) == sorted(folder.iterdir())
    assert all("n = " in figure["caption"] for figure in told["figures"])
    svg = (folder / "amounts.svg").read_text(encoding="utf-8")
    assert f'width="{89 / 25.4 * 72:.6f}'[:12] in svg
    text = PdfReader(folder / "amounts.pdf").pages[0].extract_text()
    assert "Map approval number: " in text


@pytest.mark.chinese_font
def test_chinese_figures_have_chinese_letters_and_captions(run: Path, tmp_path: Path) -> None:
    outcome = call("figures", run, "amounts", "--style", "single", "--lang", "zh", "-o", tmp_path / "图", "--json")
    assert outcome.exit_code == 0, outcome.output
    text = PdfReader(tmp_path / "图" / "amounts.pdf").pages[0].extract_text()
    assert "审图号：冀S(2026)001号" in text
    assert "补偿金额" in text
    assert "元" in text
    assert "单元" in json.loads(outcome.stdout)["figures"][0]["caption"]


def test_nothing_is_replaced_unasked(run: Path, tmp_path: Path) -> None:
    (tmp_path / "amounts.pdf").write_text("mine", encoding="utf-8")
    refused = call("figures", run, "amounts", "-o", tmp_path)
    assert refused.exit_code == 2
    assert "holds amounts.pdf already; use --force" in refused.stderr
    assert (tmp_path / "amounts.pdf").read_text(encoding="utf-8") == "mine"
    assert call("figures", run, "amounts", "-o", tmp_path, "--force").exit_code == 0
    assert (tmp_path / "amounts.pdf").read_bytes().startswith(b"%PDF")
    assert [p.name for p in tmp_path.iterdir()] == ["amounts.pdf"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--style", "singel"], "there is no style 'singel'; did you mean 'single'?"),
        (["--format", "eps"], "there is no format 'eps'; known: pdf, svg, png"),
        (["--lang", "fr"], "there is no language 'fr'; known: en, zh"),
        (["amount"], "this run has no figure 'amount'; did you mean 'amounts'?"),
        (["outlook"], "this run has no figure 'outlook'; known: "),
        (["-o", "{run}/figures"], "lies in the folder of the run"),
        (["-o", "{run}/manifest.json"], "lies in the folder of the run"),
    ],
)
def test_unfit_options_are_told_and_nothing_is_written(run: Path, options: list[str], told: str) -> None:
    before = contents(run.parent)
    outcome = call("figures", run, *(option.format(run=run) for option in options))
    assert outcome.exit_code == 2, outcome.output
    assert told in outcome.stderr
    assert contents(run.parent) == before


def test_a_folder_that_is_no_run_is_told(tmp_path: Path) -> None:
    outcome = call("figures", tmp_path)
    assert outcome.exit_code == 2
    assert "is not a results folder" in outcome.stderr


def test_chinese_without_a_font_says_what_to_install(
    run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "FAMILIES", ())
    outcome = call("figures", run, "--lang", "zh", "-o", tmp_path / "图")
    assert outcome.exit_code == 2
    assert "apt-get install fonts-noto-cjk" in outcome.stderr
    assert not (tmp_path / "图").exists()


def test_a_figure_that_fails_leaves_nothing_behind(run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", "clusters.pdf")

    monkeypatch.setitem(_DRAW, "clusters", fail)
    outcome = call("figures", run, "-o", tmp_path / "图")
    assert outcome.exit_code == 2, outcome.output
    assert "No space left" in outcome.stderr
    assert not (tmp_path / "图").exists()
