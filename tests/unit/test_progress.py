"""Phases on a terminal: what is shown where something can move, where nothing can, and where nobody looks."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from ecocomp.stopwatch import Share, of_scenario
from pseudo_terminal import on_a_terminal

SCRIPT = """
import time
from ecocomp.cli.progress import showing_phases
from ecocomp.stopwatch import Share, of_scenario
with showing_phases() as tell:
    tell("reading and checking")
    time.sleep(0.25)
    tell("drivers")
    tell("uncertainty")
    for done in (1, 13, 25, 50, 100):
        tell(Share(f"draws: {done} of 100", done, 100))
        time.sleep(0.12)
    tell(of_scenario("高价 [x]", "space"))
    tell(of_scenario("高价 [x]", "zoning"))
    time.sleep(0.25)
"""
PROGRAM = [sys.executable, "-c", SCRIPT]
SGR = re.compile(r"\x1b\[[\d;]*m")
ANY = re.compile(r"\x1b\[[?\d;]*[A-Za-z]")


def test_on_a_terminal_the_phase_moves_and_a_line_stays_for_each() -> None:
    code, written = on_a_terminal(PROGRAM)
    assert code == 0
    assert SGR.search(written)
    assert "\x1b[2K" in written, "the running phase is written over"
    bare = ANY.sub("", written).replace("\r", "\n")
    kept = [line for line in bare.splitlines() if re.search(r"\d\.\d s$", line)]
    assert [line.split("  ")[1] for line in kept] == ["reading and checking", "uncertainty", "scenario 高价 [x]"]
    assert float(kept[0].split()[-2]) >= 0.2
    assert re.search(r"draws: 50 of 100 +\d\.\d s ━+", bare)
    assert "scenario 高价 [x]: zoning" in bare
    assert written.rstrip().endswith("\x1b[?25h"), "the cursor is shown again"


def test_no_color_takes_colours_away_and_leaves_the_rest() -> None:
    _, written = on_a_terminal(PROGRAM, NO_COLOR="1")
    assert not SGR.search(written)
    assert "\x1b[2K" in written
    assert "draws: 100 of 100" in written


def test_on_a_dumb_terminal_lines_follow_each_other_without_a_control_code() -> None:
    _, written = on_a_terminal(PROGRAM, TERM="dumb")
    assert "\x1b" not in written
    lines = written.replace("\r\n", "\n").splitlines()
    assert lines[0] == "  reading and checking …"
    assert re.fullmatch(r"  reading and checking {20} +\d\.\d s", lines[1])
    draws = ["draws: 13 of 100", "draws: 25 of 100", "draws: 50 of 100", "draws: 100 of 100"]  # a line a tenth
    assert lines[2] == "  drivers …"
    assert lines[4:9] == ["  uncertainty …", *(f"    {line}" for line in draws)]


def test_nothing_is_shown_in_a_pipe() -> None:
    outcome = subprocess.run(PROGRAM, capture_output=True, check=True)
    assert (outcome.stdout, outcome.stderr) == (b"", b"")


def test_an_encoding_without_braille_and_lines_breaks_nothing(tmp_path: Path) -> None:
    script = tmp_path / "phases.py"
    script.write_text(SCRIPT, encoding="utf-8")
    ascii_only = {"PYTHONIOENCODING": "ascii:backslashreplace", "PYTHONUTF8": "0", "LC_ALL": "C"}
    code, written = on_a_terminal([sys.executable, str(script)], **ascii_only)
    assert code == 0, written
    assert "reading and checking" in written
    assert "⠋" not in written


def test_a_share_is_text_and_keeps_its_numbers_in_a_scenario() -> None:
    share = Share("draws: 3 of 9", 3, 9)
    assert f"{share}!" == "draws: 3 of 9!"
    within = of_scenario("a", share)
    assert (within, within.share) == ("scenario a: draws: 3 of 9", (3, 9))
    assert not hasattr(of_scenario("a", "space"), "share")
