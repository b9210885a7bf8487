"""A run on a terminal as a person sees it, and the same run in a pipe."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from pseudo_terminal import PROGRAM, on_a_terminal
from tiny import write_study

ANY = re.compile(r"\x1b\[[?\d;]*[A-Za-z]")
ADDED = """permutations = 999

[uncertainty]
draws = 64
errors.emissions = { cv = 0.1 }

[scenarios."高价".compensation]
price = { value = 100, unit = "CNY/t CO2" }
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(
        tmp_path_factory.mktemp("终端") / "研究",
        replace={"permutations = 999\n": ADDED, "seed = 1": 'seed = 1\nlanguage = "en"'},
    )


@pytest.fixture(scope="module")
def seen(study: Path) -> str:
    """Return what a run writes to a terminal of 100 columns."""
    code, written = on_a_terminal([*PROGRAM, "run", study.name], folder=study.parent)
    assert code == 0, written
    return written


def test_phases_pass_by_and_the_end_is_a_summary(seen: str) -> None:
    bare = ANY.sub("", seen).replace("\r", "\n")
    done = [line.strip() for line in bare.splitlines() if re.search(r"\d\.\d s$", line)]
    named = [re.sub(r"  +.*", "", line) for line in done]
    assert named[0] == "reading and checking"
    assert {"uncertainty", "scenario 高价", "figures", "report"} <= set(named)
    assert "draws: 64 of 64" in bare
    end = seen[seen.index("\x1b[1m试验区: 2015") :]
    assert "CNY" in end
    assert "First payers by priority" in end
    assert "are robust, by 64 draws" in ANY.sub("", end)
    assert ANY.sub("", end).count("高价      20") == 2, "the comparison with its scenario"
    assert re.search(r"Report +研究-results/report\.html, report\.docx", ANY.sub("", end))


def test_in_a_pipe_the_lines_are_what_they_were(study: Path, seen: str) -> None:
    assert seen
    outcome = subprocess.run(
        [*PROGRAM, "run", study.name, "--force"], cwd=study.parent, capture_output=True, check=True, encoding="utf-8"
    )
    assert outcome.stderr == ""
    lines = outcome.stdout.splitlines()
    assert re.fullmatch(
        r"试验区: in 2015, 3 units pay [\d,]+\.\d\d and 3 receive [\d,]+\.\d\d ×10⁸ CNY; 0 balanced, 0 missing\.",
        lines[0],
    )
    assert lines[1].startswith("Scenarios: 高价 (each complete in 研究-results/scenarios)")
    assert lines[2] == "money in 10⁸ CNY, base → scenario"
    assert lines[-1] == "Report: 研究-results/report.html"
    assert "\x1b" not in outcome.stdout
