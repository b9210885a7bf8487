"""`ecocomp explore` as a user runs it, in a folder with Chinese letters."""

from __future__ import annotations

import json
import shutil
import webbrowser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ecocomp.cli import main
from tiny import write_study


def call(*arguments: object) -> Result:
    outcome = CliRunner().invoke(main, [str(a) for a in arguments])
    assert "Traceback" not in outcome.output
    return outcome


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenario = 'permutations = 999\n\n[scenarios."高价"]\ncompensation.price = { value = 90 }\n'
    folder = tmp_path_factory.mktemp("浏览") / "我的 研究"
    study = write_study(folder, replace={"permutations = 999\n": scenario})
    outcome = call("run", study)
    assert outcome.exit_code == 0, outcome.output
    return study.parent / f"{study.stem}-results"


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the addresses that a browser was asked for."""
    found: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: found.append(address) or True)
    return found


def data_of(page: Path) -> dict:
    text = page.read_text(encoding="utf-8")
    start = text.index('<script type="application/json" id="data">') + len('<script type="application/json" id="data">')
    return json.loads(text[start : text.index("</script>", start)])


def test_a_page_appears_beside_the_run(finished: Path, asked: list[str]) -> None:
    listed = sorted(p.name for p in finished.iterdir())
    outcome = call("explore", finished)
    assert outcome.exit_code == 0, outcome.output
    page = finished.parent / f"{finished.name}-explorer.html"
    assert outcome.stdout.startswith(f"Explorer: {page}")
    assert [run["name"] for run in data_of(page)["runs"]] == ["", "高价"]
    assert asked == []  # a pipe has nobody to show it to
    assert sorted(p.name for p in finished.iterdir()) == listed
    assert call("verify", finished).exit_code == 0


def test_it_opens_for_a_person_at_a_terminal(
    finished: Path, tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import ecocomp.cli.exploring as exploring

    monkeypatch.setattr(exploring, "_is_watched", lambda: True)
    page = tmp_path / "页面.html"
    assert "opened in the browser" in call("explore", finished, "-o", page).stdout
    assert asked == [page.as_uri()]
    call("explore", finished, "-o", page, "--no-open")
    call("explore", finished, "-o", page, "--json")
    assert len(asked) == 1


def test_two_runs_and_a_program_as_reader(finished: Path, tmp_path: Path) -> None:
    other = shutil.copytree(finished, tmp_path / "另一个")
    page = tmp_path / "比较.html"
    outcome = call("explore", finished, "-o", page, "--compare", other, "--lang", "zh", "--json")
    assert json.loads(outcome.stdout) == {"page": str(page), "bytes": page.stat().st_size}
    assert [run["name"] for run in data_of(page)["runs"]] == ["", "高价", "另一个", "另一个/高价"]
    assert '<html lang="zh">' in page.read_text(encoding="utf-8")


def test_what_cannot_be_is_refused(finished: Path, tmp_path: Path) -> None:
    for arguments, told in [
        ((tmp_path,), "is not a results folder"),
        ((finished, "-o", finished / "page.html"), "lies in the run's folder"),
        ((finished, "-o", tmp_path), "is a folder; give a file"),
        ((finished, "-o", tmp_path / "none" / "page.html"), "is not a folder; make it first"),
        ((finished, "-o", tmp_path / "p.html", "--compare", tmp_path), "is not a results folder"),
    ]:
        outcome = call("explore", *arguments)
        assert outcome.exit_code == 2
        assert told in outcome.stderr
    assert not any(tmp_path.iterdir())
