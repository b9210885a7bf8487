"""The command line as a process: run, report, verify, interrupts, kills, pipes and encodings."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import ecocomp
from ecocomp.cli import main
from tiny import boundaries, panel, write_study

PROGRAM = [sys.executable, "-c", "from ecocomp.cli import main; main()"]


def process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )


def call(*arguments: object) -> Result:
    outcome = CliRunner().invoke(main, [str(a) for a in arguments])
    assert "Traceback" not in outcome.output
    return outcome


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study that was run by a process in a folder with Chinese letters and blanks; it is not changed."""
    study = write_study(tmp_path_factory.mktemp("端到端") / "我的 研究")
    outcome = process("run", study)
    assert outcome.returncode == 0, outcome.stderr.decode()
    assert outcome.stderr == b"", "silence in a pipe: no progress"
    assert "试验区: in 2015, 3 units pay" in outcome.stdout.decode()
    return study


@pytest.fixture
def study(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of the finished study with its results."""
    shutil.copytree(finished.parent, tmp_path / "副本")
    return tmp_path / "副本" / finished.name


def results_of(study: Path) -> Path:
    return study.parent / f"{study.stem}-results"


def is_complete(folder: Path) -> bool:
    """Tell whether exactly the files that its manifest lists stand in a folder."""
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    return files == {*listed, "manifest.json"} and all((folder / name).stat().st_size for name in files)


def test_the_folder_stands_beside_the_study(finished: Path) -> None:
    assert {p.name for p in finished.parent.iterdir()} == {"研究.toml", "面板.csv", "边界.geojson", "研究-results"}
    assert is_complete(results_of(finished))


def test_the_accounts_by_hand(finished: Path) -> None:
    frame = pd.read_csv(results_of(finished) / "results.csv", encoding="utf-8-sig", dtype={"unit": str})
    frame = frame.set_index(["unit", "year"])
    row = frame.loc[("010001", 2010)]
    assert row["account"] == 8.0  # 9 − 1
    # means in 2010: area 13000/6 km², population 285/6 ×10⁴, GDP 800/6 ×10⁸;
    # κ = cube root of (1000·6/13000) · (90·6/285) · (300·6/800) = (0.4615385 · 1.8947368 · 2.25)^⅓
    kappa = (1000 * 6 / 13000 * 90 * 6 / 285 * 300 * 6 / 800) ** (1 / 3)
    assert row["size_index"] == pytest.approx(kappa, rel=1e-12)
    assert row["revised"] == pytest.approx(8.0 / kappa, rel=1e-12)
    assert row["amount"] == pytest.approx(8.0 / kappa * 1e6 * 50, rel=1e-12)  # 50 CNY a tonne
    assert row["priority"] == pytest.approx(8.0 / kappa * 5e7 / 3e10, rel=1e-12)
    assert list(frame.xs(2010, level="year")["group"]) == ["payer"] * 3 + ["recipient"] * 3
    assert set(frame["data_origin"]) == {"given"}


def test_another_layout_gives_the_same_results(finished: Path, tmp_path: Path) -> None:
    table = panel().sample(frac=1, random_state=2)
    table["排放"] *= 1000
    table["人口"] *= 10
    replace = {'column = "排放", unit = "Mt CO2"': 'column = "排放", unit = "kt CO2"',
               '"1e4 person"': '"thousand person"'}  # fmt: skip
    other = write_study(tmp_path / "二", table=table, shapes=boundaries()[::-1], replace=replace)
    assert call("run", other).exit_code == 0
    for name in ("results", "regional", "centres", "transfers", "balance"):
        one, two = (
            pd.read_csv(results_of(s) / f"{name}.csv", encoding="utf-8-sig", dtype={"unit": str})
            for s in (finished, other)
        )
        pd.testing.assert_frame_equal(one, two, rtol=1e-9)


def test_results_are_replaced_only_with_force(study: Path) -> None:
    marker = (results_of(study) / "manifest.json").stat().st_mtime_ns
    outcome = call("run", study)
    assert outcome.exit_code == 2
    assert "--force" in outcome.stderr
    (results_of(study) / "笔记.txt").write_text("mine", encoding="utf-8")
    outcome = call("run", study, "--force")
    assert outcome.exit_code == 2
    assert "笔记.txt" in outcome.stderr
    assert (results_of(study) / "manifest.json").stat().st_mtime_ns == marker


def test_run_in_json_and_into_another_folder(study: Path, tmp_path: Path) -> None:
    outcome = call("run", study, "--json", "-o", tmp_path / "别处" / "结果")
    assert outcome.exit_code == 0
    told = json.loads(outcome.stdout)
    assert told["folder"] == str(tmp_path / "别处" / "结果")
    assert [year["year"] for year in told["regional"]] == [2010, 2015]
    assert is_complete(tmp_path / "别处" / "结果")
    verified = call("verify", tmp_path / "别处" / "结果", "--json")
    assert (verified.exit_code, json.loads(verified.stdout)) == (0, {"differences": []})


def test_report_is_rebuilt(study: Path) -> None:
    folder = results_of(study)
    before = {p.name: p.read_bytes() for p in folder.glob("*.csv")}
    (folder / "report.html").write_text("old", encoding="utf-8")
    outcome = call("report", folder)
    assert outcome.exit_code == 0, outcome.output
    assert (folder / "report.html").stat().st_size > 10_000
    assert is_complete(folder)
    assert {p.name: p.read_bytes() for p in folder.glob("*.csv")} == before
    assert call("verify", folder).exit_code == 0, "a rebuilt folder still verifies"
    assert {p.name for p in folder.parent.iterdir()} == {"研究.toml", "面板.csv", "边界.geojson", "研究-results"}


def test_verify_finds_differences_and_exits_with_4(study: Path) -> None:
    folder = results_of(study)
    outcome = call("verify", folder)
    assert outcome.exit_code == 0
    assert outcome.stdout.startswith("verified: ")
    path = folder / "results.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(',"payer",', ',"recipient",', 1), encoding="utf-8")
    table = study.parent / "面板.csv"
    table.write_bytes(table.read_bytes() + b"\r\n")
    outcome = call("verify", folder)
    assert outcome.exit_code == 4
    assert "results.csv: group: 1 of 12 values differ" in outcome.stderr
    assert "面板.csv has changed" in outcome.stderr
    assert len(json.loads(call("verify", folder, "--json").stdout)["differences"]) == 2
    table.unlink()
    outcome = call("verify", folder)
    assert outcome.exit_code == 4
    assert "面板.csv is gone" in outcome.stderr


def test_help_needs_nothing_heavy() -> None:
    script = (
        "import sys\nfrom ecocomp.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as done:\n    assert not done.code\n"
        "heavy = {'numpy', 'pandas', 'xarray', 'geopandas', 'shapely', 'matplotlib', 'pydantic', 'scipy', 'pint'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    outcome = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, f"imported for --help: {outcome.stderr}"
    for command in ("demo", "init", "check", "run", "compare", "report", "verify"):
        assert f"\n  {command} " in outcome.stdout


@pytest.mark.parametrize("command", ["demo", "init", "check", "run", "compare", "report", "verify"])
def test_every_command_has_help_and_json(command: str) -> None:
    outcome = call(command, "--help")
    assert outcome.exit_code == 0
    assert "--json" in outcome.stdout
    assert "--debug" in outcome.stdout


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_a_pipe_of_another_encoding_is_no_traceback(tmp_path: Path, encoding: str) -> None:
    table = panel().astype({"排放": object})
    table.loc[0, "排放"] = "很多²"
    study = write_study(tmp_path / "研究", table=table)
    outcome = process("check", study, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert outcome.returncode == 1
    assert b"Traceback" not in outcome.stderr
    assert b"1 error" in outcome.stderr
    outcome = process("check", study, "--json", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert outcome.returncode == 1
    text = outcome.stdout.decode("utf-8" if encoding == "ascii" else encoding)  # click takes ascii for a mistake
    assert json.loads(text)["issues"][0]["value"] == "很多²"


def begin(study: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [*PROGRAM, "run", str(study), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for_partial(folder: Path, runner: subprocess.Popen[bytes]) -> None:
    """Wait until a run writes its results."""
    while runner.poll() is None and not list(folder.glob(".*.partial-*/*")):
        time.sleep(0.002)


SLOW_READER = """\
import time
from ecocomp.cli import main
from ecocomp.panel import joining
def read_slowly(*arguments):
    print("reading", flush=True)
    time.sleep(60)
joining.open_table = read_slowly
main()
"""


def hear_ctrl_c() -> None:
    """Undo what a background job of a shell inherits: there SIGINT is ignored, and Python leaves it so."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT")
@pytest.mark.parametrize("moment", ["reading", "writing"])
def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, moment: str) -> None:
    study = write_study(tmp_path / "研究")
    before = {p.name for p in study.parent.iterdir()}
    program = [sys.executable, "-c", SLOW_READER] if moment == "reading" else PROGRAM
    with subprocess.Popen(
        [*program, "run", str(study)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=hear_ctrl_c
    ) as runner:
        if moment == "reading":
            assert runner.stdout is not None
            assert runner.stdout.readline() == b"reading\n"
        else:
            wait_for_partial(study.parent, runner)
        runner.send_signal(signal.SIGINT)
        _, told = runner.communicate(timeout=30)
    assert runner.returncode == 130, told.decode()
    assert told.decode() == "interrupted; no results were changed\n"
    assert {p.name for p in study.parent.iterdir()} == before


@pytest.mark.skipif(os.name == "nt", reason="kills by SIGKILL")
def test_a_killed_run_leaves_the_old_or_the_new_folder(study: Path) -> None:
    folder, chance, outcomes = results_of(study), random.Random(4), set()
    runner = begin(study, "--force")
    wait_for_partial(study.parent, runner)
    begun = time.perf_counter()
    assert runner.wait(120) == 0
    writing = time.perf_counter() - begun
    for kill in range(5):
        before = (folder / "manifest.json").stat().st_ino
        runner = begin(study, "--force")
        wait_for_partial(study.parent, runner)
        time.sleep(writing * (kill + chance.random()) / 4.5)
        runner.send_signal(signal.SIGKILL)
        runner.wait()
        assert is_complete(folder)
        outcomes.add((folder / "manifest.json").stat().st_ino == before)
    assert True in outcomes, "no kill came before the exchange"
    assert call("run", study, "--force").exit_code == 0
    assert {p.name for p in study.parent.iterdir()} == {"研究.toml", "面板.csv", "边界.geojson", "研究-results"}
    assert is_complete(folder)


def test_the_version() -> None:
    assert process("--version").stdout.decode().split(" version ")[-1].strip() == ecocomp.__version__
