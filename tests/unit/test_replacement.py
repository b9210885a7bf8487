"""A results folder is the old complete one or the new complete one, whenever the process is killed."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ecocomp.issues import ResultsFolderError
from ecocomp.outputs import replacement
from ecocomp.outputs.replacement import recover, replacing, require_replaceable

MODULE = importlib.util.find_spec("ecocomp.outputs.replacement")
assert MODULE is not None
assert MODULE.origin is not None

WRITER = """\
import importlib.util, json, os, sys, time
spec = importlib.util.spec_from_file_location("replacement", sys.argv[1])
replacement = importlib.util.module_from_spec(spec)
spec.loader.exec_module(replacement)
if sys.argv[4] == "fallback":
    replacement._exchange = lambda one, other: False
from pathlib import Path
folder, version = Path(sys.argv[2]), sys.argv[3]
sys.stdout.write("ready\\n"); sys.stdout.flush()
begun = time.perf_counter()
with replacement.replacing(folder) as partial:
    (partial / "图").mkdir()
    names = [f"表{i}.csv" for i in range(12)] + [f"图/{i}.png" for i in range(12)]
    for name in names:
        (partial / name).write_text(version * 4000, encoding="utf-8")
        time.sleep(0.0005)
    (partial / "manifest.json").write_text(json.dumps({"files": names, "version": version}), encoding="utf-8")
sys.stdout.write(f"{time.perf_counter() - begun}\\n")
"""
"""A quick writer: 24 files that all say the version, and the manifest, which lists them, last."""


def start(folder: Path, version: str, how: str) -> subprocess.Popen[str]:
    """Start a writer and return it when it is about to write."""
    command = [sys.executable, "-c", WRITER, str(MODULE.origin), str(folder), version, how]  # type: ignore[union-attr]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    return writer


def finish(writer: subprocess.Popen[str]) -> float:
    """Let a writer finish and return the seconds that its writing took."""
    out, _ = writer.communicate(timeout=60)
    assert writer.returncode == 0
    return float(out)


def version_of(folder: Path) -> str:
    """Return the one version that every file of a complete folder says."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert found == {*manifest["files"], "manifest.json"}, "not complete, or mixed with something else"
    for name in manifest["files"]:
        text = (folder / name).read_text(encoding="utf-8")
        assert text == manifest["version"] * 4000, f"{name} is of another version, or cut short"
    return str(manifest["version"])


@pytest.mark.skipif(os.name == "nt", reason="kills by SIGKILL")
@pytest.mark.parametrize(("how", "kills"), [("exchange", 50), ("fallback", 25)])
def test_killed_at_random_moments_it_is_the_old_or_the_new_one(tmp_path: Path, how: str, kills: int) -> None:
    folder = tmp_path / "结果 [1]"  # a name that a glob would misread
    seconds = max(finish(start(folder, "a", how)) for _ in range(3))
    seen, now, chance = set(), "a", random.Random(7)
    for kill in range(kills):
        version = "bcdefghijk"[kill % 10]
        writer = start(folder, version, how)
        # one moment in each of as many equal parts of the run, the last one surely after its end
        time.sleep(seconds * (3 if kill == kills - 1 else 1.2 * (kill + chance.random()) / kills))
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        if how == "fallback":
            recover(folder)  # what opening the folder, or the next run, does first
        found = version_of(folder)
        assert found in (now, version)
        seen.add("new" if found == version else "old")
        now = found
    assert seen == {"old", "new"}, "the moments did not reach both sides of the exchange"
    finish(start(folder, "z", how))
    assert version_of(folder) == "z"
    assert [p.name for p in tmp_path.iterdir()] == [folder.name], "the next run sweeps what the killed ones left"


@pytest.mark.skipif(os.name == "nt", reason="kills by SIGKILL")
def test_killed_before_there_was_a_folder_it_is_absent_or_complete(tmp_path: Path) -> None:
    folder, chance = tmp_path / "结果", random.Random(8)
    seconds = max(finish(start(folder, "a", "exchange")) for _ in range(2))
    outcomes = set()
    for kill in range(15):
        shutil.rmtree(folder, ignore_errors=True)
        writer = start(folder, "b", "exchange")
        time.sleep(seconds * (3 if kill == 14 else 1.2 * (kill + chance.random()) / 15))
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        outcomes.add(folder.exists() and version_of(folder))
    assert outcomes == {False, "b"}


def fill(folder: Path, version: str = "a") -> None:
    (folder / "表.csv").write_text(version * 4000, encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"files": ["表.csv"], "version": version}), encoding="utf-8")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = tmp_path / "结果"
    with replacing(folder) as partial:
        fill(partial)
    return folder


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_replacement_leaves_nothing_beside_it(old: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool) -> None:
    if not exchanges:
        monkeypatch.setattr(replacement, "_exchange", lambda one, other: False)
    with replacing(old) as partial:
        assert partial.parent == old.parent, "on the same file system"
        assert not any(partial.iterdir())
        fill(partial, "b")
        assert version_of(old) == "a", "the old one stands until the end"
    assert version_of(old) == "b"
    assert list(old.parent.iterdir()) == [old]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("exists", [True, False])
def test_an_exception_leaves_it_as_it_was(tmp_path: Path, error: type[BaseException], exists: bool) -> None:
    folder = tmp_path / "结果"
    if exists:
        with replacing(folder) as partial:
            fill(partial)
    before = list(tmp_path.iterdir())
    with pytest.raises(error), replacing(folder) as partial:
        fill(partial, "b")
        raise error
    assert list(tmp_path.iterdir()) == before
    if exists:
        assert version_of(folder) == "a"


def test_stopped_between_the_two_renames_the_old_one_comes_back(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacement, "_exchange", lambda one, other: False)
    rename = Path.rename

    def stop_at_the_second(self: Path, target: Path) -> Path:
        if ".partial-" in self.name:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt), replacing(old) as partial:
        fill(partial, "b")
    monkeypatch.undo()
    assert not old.exists(), "the case that this test is about"
    recover(old)
    assert version_of(old) == "a"
    assert list(old.parent.iterdir()) == [old]


def test_stopped_while_the_old_one_is_removed_the_new_one_stays(old: Path) -> None:
    previous = old.with_name(f".{old.name}.previous")
    shutil.copytree(old, previous)
    (previous / "表.csv").unlink()  # half removed
    recover(old)
    assert version_of(old) == "a"
    assert not previous.exists()
    recover(old)  # and again, with nothing to do
    assert version_of(old) == "a"


def test_leftovers_of_the_dead_are_swept_and_those_of_the_living_kept(old: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    stem = f".{old.name}.partial-{replacement.platform.node()}"
    for owner in (str(dead.pid), str(os.getppid()), "of-another-kind"):
        old.with_name(f"{stem}-{owner}").mkdir()
    other_machine = old.with_name(f".{old.name}.partial-elsewhere-{dead.pid}")
    other_machine.mkdir()
    with replacing(old) as partial:
        fill(partial, "b")
    left = {p.name for p in old.parent.iterdir()}
    assert left == {old.name, f"{stem}-{os.getppid()}", f"{stem}-of-another-kind", other_machine.name}


def test_a_leftover_under_our_own_process_number_is_swept(old: Path) -> None:
    # in a container every run may have the same number as the one that was killed before it
    stale = old.with_name(f".{old.name}.partial-{replacement.platform.node()}-{os.getpid()}")
    stale.mkdir()
    (stale / "rest.csv").touch()
    with replacing(old) as partial:
        assert not any(partial.iterdir())
        fill(partial, "b")
    assert version_of(old) == "b"
    assert list(old.parent.iterdir()) == [old]


def test_an_empty_folder_is_filled_and_parents_are_made(tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    for folder in (tmp_path / "空", tmp_path / "深" / "层" / "结果"):
        require_replaceable(folder, force=False)
        with replacing(folder) as partial:
            fill(partial)
        assert version_of(folder) == "a"


def test_a_link_to_a_folder_stays_a_link(old: Path, tmp_path: Path) -> None:
    link = tmp_path / "链接"
    link.symlink_to(old, target_is_directory=True)
    with replacing(link) as partial:
        fill(partial, "b")
    assert link.is_symlink()
    assert version_of(link) == version_of(old) == "b"
    assert set(tmp_path.iterdir()) == {old, link}


OWN = frozenset({"表.csv"})


def test_what_may_be_replaced(old: Path, tmp_path: Path) -> None:
    require_replaceable(tmp_path / "没有", force=False)
    require_replaceable(old, force=True, own_files=OWN)
    with pytest.raises(ResultsFolderError, match="--force"):
        require_replaceable(old, force=False, own_files=OWN)
    with pytest.raises(ResultsFolderError, match="is a file"):
        require_replaceable(old / "表.csv", force=True)


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_of_something_else_is_refused(tmp_path: Path, force: bool) -> None:
    (tmp_path / "论文.docx").write_text("mine", encoding="utf-8")
    with pytest.raises(ResultsFolderError, match="not a results folder"):
        require_replaceable(tmp_path, force)


def test_files_that_are_not_ours_are_never_lost(old: Path) -> None:
    for name in ("笔记.txt", "表2.csv", ".隐藏"):
        (old / name).touch()
    (old / "图").mkdir()
    (old / "图" / "草图.svg").touch()
    with pytest.raises(ResultsFolderError, match="did not write") as refusal:
        require_replaceable(old, force=True, own_files=OWN)
    for name in ("笔记.txt", "表2.csv", ".隐藏", "图/草图.svg"):
        assert name in str(refusal.value)
    for i in range(4):
        (old / f"多{i}").touch()
    with pytest.raises(ResultsFolderError, match="and 3 more"):
        require_replaceable(old, force=True, own_files=OWN)
