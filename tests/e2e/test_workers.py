"""Draws on workers as a user has them: same bits, a killed worker, a scheduler that is not there, a full disk."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import ecocomp
from ecocomp.cli import main
from ecocomp.issues import UsageError
from ecocomp.uncertainty import Answers, Case, propagate, workers
from ecocomp.uncertainty.chunk import Piece, chunks
from ecocomp.uncertainty.store import DrawStore
from tiny import write_study
from uncertain import ERRORS, case_with

UNCERTAIN = """permutations = 999

[uncertainty]
draws = 600
cluster_permutations = 99

[uncertainty.errors]
emissions = { cv = 0.25 }
gdp = { cv = 0.15, time_correlation = 0.9 }
"""
STATED = {"draws": 900, "errors": ERRORS, "cluster_draws": 900, "cluster_permutations": 99}
TABLES = ("results", "uncertainty", "uncertainty_regional", "uncertainty_centres")
# Dask's own sockets, loops and processes end in threads of their own, after the test has
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
scale = pytest.mark.scale


def run_command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def study_in(folder: Path) -> Path:
    return write_study(folder, replace={"permutations = 999\n": UNCERTAIN})


def tables(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"{name}.csv").read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def case() -> Case:
    case = case_with(STATED, units=12)
    assert len(chunks(case)) == 4
    return case


@pytest.fixture(scope="module")
def whole(case: Case) -> Answers:
    return propagate(case)


def assert_same(one: Answers, other: Answers) -> None:
    for name in ("units", "region", "centres"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def started(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Run a scheduler without workers in a process of its own."""
    port = free_port()
    process = started("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"tcp://127.0.0.1:{port}"
    process.terminate()
    process.wait(20)


@pytest.fixture
def worker(scheduler: str) -> Iterator[subprocess.Popen[bytes]]:
    process = started("distributed.cli.dask_worker", scheduler, "--nthreads", "1", "--no-dashboard", "--no-nanny")
    yield process
    process.terminate()
    process.wait(20)


@scale
@pytest.mark.parametrize("number", [1, 2])
def test_the_number_of_workers_changes_no_bit_and_a_killed_one_costs_time_alone(
    case: Case, whole: Answers, number: int
) -> None:
    from distributed import default_client

    killed = []
    with workers(number) as compute:

        def killing(case: Case, pieces: Sequence[Piece], store: DrawStore) -> Iterator[Piece]:
            for piece in compute(case, pieces, store):
                if not killed:
                    killed.extend(default_client().run(os.getpid).values())
                    os.kill(killed[0], signal.SIGKILL)
                yield piece

        assert_same(propagate(case, compute=compute), whole)
        assert_same(propagate(case, compute=killing), whole)
        assert len(killed) == number
        assert killed[0] not in default_client().run(os.getpid).values()


@scale
def test_the_command_on_a_running_scheduler_writes_the_tables_of_one_process(
    tmp_path: Path, scheduler: str, worker: object
) -> None:
    study = study_in(tmp_path / "县")
    alone = run_command("run", study, "-o", tmp_path / "一")
    assert alone.exit_code == 0, alone.output
    there = run_command("run", study, "-o", tmp_path / "二", "--scheduler", scheduler)
    assert there.exit_code == 0, there.output
    local = run_command("run", study, "-o", tmp_path / "三", "--workers", "2")
    assert local.exit_code == 0, local.output
    assert tables(tmp_path / "二") == tables(tmp_path / "一") == tables(tmp_path / "三")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["一", "二", "三", "县"]), "no draws are left"


@scale
def test_scenarios_are_drawn_on_workers_too(tmp_path: Path) -> None:
    text = (
        UNCERTAIN
        + "[scenarios.wrong.uncertainty]\ndraws = 300\n[scenarios.wrong.uncertainty.errors]\ngdp = { cv = 1 }\n"
    )
    study = write_study(tmp_path / "县", replace={"permutations = 999\n": text})
    alone = run_command("run", study, "-o", tmp_path / "一")
    assert alone.exit_code == 0, alone.output
    local = run_command("run", study, "-o", tmp_path / "二", "--workers", "1")
    assert local.exit_code == 0, local.output
    for part in (".", "scenarios/wrong"):
        assert tables(tmp_path / "二" / part) == tables(tmp_path / "一" / part)
    assert tables(tmp_path / "二")["uncertainty"] != tables(tmp_path / "二" / "scenarios/wrong")["uncertainty"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["一", "二", "县"]), "no draws are left"


@scale
def test_a_scheduler_without_workers_is_told(tmp_path: Path, scheduler: str) -> None:
    done = run_command("run", study_in(tmp_path), "--scheduler", scheduler)
    assert done.exit_code == 2, done.output
    assert f"has no workers after 4 s; start some with  dask worker {scheduler}" in done.stderr


@scale
def test_workers_with_other_code_are_refused(tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(Path(ecocomp.__file__).parent, tmp_path / "other" / "ecocomp")
    with (tmp_path / "other" / "ecocomp" / "zoning.py").open("a", encoding="utf-8") as file:
        file.write("# ranks by another hand\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "other"))
    process = started("distributed.cli.dask_worker", scheduler, "--nthreads", "1", "--no-dashboard", "--no-nanny")
    try:
        with pytest.raises(UsageError, match=r"would not give the bits.*has code \w+ \(here \w+\); install the same"):
            while True:
                try:
                    with workers(scheduler=scheduler):
                        raise AssertionError("refused before anything is computed")
                except UsageError as error:  # a worker takes some seconds to start
                    if "has no workers" not in str(error):
                        raise
    finally:
        process.terminate()
        process.wait(20)


@scale
@pytest.mark.parametrize("listens", [False, True])
def test_a_scheduler_that_does_not_answer_is_told_within_seconds(tmp_path: Path, listens: bool) -> None:
    with socket.socket() as silent:  # takes connections, or not, and says nothing
        silent.bind(("127.0.0.1", 0))
        if listens:
            silent.listen()
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        begun = time.monotonic()
        done = run_command("run", study_in(tmp_path), "--scheduler", address)
        seconds = time.monotonic() - begun
    assert done.exit_code == 2, done.output
    assert f"no Dask scheduler answers at {address} within 4 s" in done.stderr
    assert "Traceback" not in done.output
    assert seconds < 20
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["研究.toml", "面板.csv", "边界.geojson"])


@scale
def test_a_scheduler_is_asked_from_a_notebook_too() -> None:
    async def cell() -> None:  # a notebook runs its cells in a running loop
        with pytest.raises(UsageError, match="no Dask scheduler answers"), workers(scheduler="tcp://127.0.0.1:9"):
            pass

    asyncio.run(cell())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--workers", "0"], "--workers must be at least 1 (given: 0)"),
        (["--workers", "-3"], "--workers must be at least 1 (given: -3)"),
        (["--workers", "2", "--scheduler", "tcp://127.0.0.1:9"], "not both"),
        (["--scheduler", "somewhere"], "write it as tcp://HOST:PORT"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = run_command("run", study_in(tmp_path), *arguments)
    assert done.exit_code == 2, done.output
    assert words in done.stderr


def test_without_dask_the_command_that_installs_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = run_command("run", study_in(tmp_path), "--workers", "2")
    assert done.exit_code == 2, done.output
    assert "python -m pip install 'ecocomp[scale]'" in done.stderr


def test_a_study_without_draws_starts_no_workers(tmp_path: Path) -> None:
    done = run_command("run", write_study(tmp_path), "--workers", "2")
    assert done.exit_code == 0, done.output
    assert "no draws" in done.stderr


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    study = write_study(
        tmp_path, replace={"permutations = 999\n": UNCERTAIN.replace("draws = 600", "draws = 10000\ncluster_draws = 0")}
    )
    command = [sys.executable, "-c", "from ecocomp.cli import main; main()", "run", str(study)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    draws = tmp_path / ".研究-results.draws"
    while process.poll() is None and not list(draws.glob("*/*/sums.json")):
        time.sleep(0.01)
    process.kill()
    process.wait(20)
    assert not (tmp_path / "研究-results").exists()
    parts = {path.name: path.stat().st_ino for path in draws.glob("*/0*")}
    assert 0 < len(parts) < 40, "killed in the middle of 40 chunks"

    resumed = run_command("run", study)
    assert resumed.exit_code == 0, resumed.output
    assert not draws.exists()
    uninterrupted = run_command("run", study, "-o", tmp_path / "whole")
    assert uninterrupted.exit_code == 0, uninterrupted.output
    assert tables(tmp_path / "研究-results") == tables(tmp_path / "whole")


@scale
def test_ctrl_c_on_a_terminal_ends_the_run_and_its_workers_quietly(tmp_path: Path) -> None:
    text = UNCERTAIN.replace("draws = 600", "draws = 60000\ncluster_draws = 60000")
    study = write_study(tmp_path, replace={"permutations = 999\n": text})
    command = [sys.executable, "-c", "from ecocomp.cli import main; main()", "run", str(study), "--workers", "1"]
    said = tmp_path / "said.txt"
    with said.open("wb") as file:  # a terminal sends the signal to every process of its group
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, start_new_session=True)
    draws = tmp_path / ".研究-results.draws"
    while process.poll() is None and not list(draws.glob("*/*/sums.json")):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(60) == 130
    assert said.read_text(encoding="utf-8").strip() == "interrupted; no results were changed"
    assert list(draws.glob("*/*/sums.json")), "what was done is there for the next run"
    with pytest.raises(ProcessLookupError):  # nobody of the group is left
        for _ in range(100):
            os.killpg(process.pid, 0)
            time.sleep(0.1)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 512 KiB, where this process may."""
    folder = tmp_path / "盘"
    folder.mkdir()
    if sys.platform != "linux" or shutil.which("mount") is None:
        pytest.skip("tmpfs is mounted on Linux alone")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("this process may not mount a file system: a full disk stands in tests/unit/test_draw_store.py too")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("draws", [40000, 8])
def test_a_full_disk_is_told_and_leaves_nothing_half_written(tiny_disk: Path, tmp_path: Path, draws: int) -> None:
    # 40,000 draws of 12 unit-years are 3.8 MB; with 8 it is figures and report that do not fit
    text = UNCERTAIN.replace("draws = 600", f"draws = {draws}\ncluster_draws = 0")
    study = write_study(tmp_path / "县", replace={"permutations = 999\n": text})
    done = run_command("run", study, "-o", tiny_disk / "results")
    assert done.exit_code == 2, done.output
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.output
    assert not (tiny_disk / "results").exists()
    assert {path.name for path in tiny_disk.iterdir()} <= {".results.draws"}
    assert not list(tiny_disk.glob(".results.draws/*/partial*"))


def test_a_folder_that_may_not_be_written_is_told(tiny_disk: Path, tmp_path: Path) -> None:
    # root may write past any permission, but not on a disk that is mounted to be read
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    done = run_command("run", study_in(tmp_path / "县"), "-o", tiny_disk / "results")
    assert done.exit_code == 2, done.output
    assert f"{tiny_disk} is not writable; give another folder with -o" in done.stderr
    assert not list(tiny_disk.iterdir())
