"""The commands describe and completion: what they print, for a person, a program and a shell."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ecocomp.cli import main
from ecocomp.cli.completion import SHELLS, VARIABLE
from ecocomp.issue_table import columns_of
from ecocomp.variables import table
from pseudo_terminal import PROGRAM, on_a_terminal


def call(*arguments: str) -> Result:
    outcome = CliRunner().invoke(main, list(arguments))
    assert "Traceback" not in outcome.output
    return outcome


def test_one_quantity_is_told_whole() -> None:
    outcome = call("describe", "amount")
    assert outcome.exit_code == 0
    lines = outcome.stdout.splitlines()
    assert lines[0] == "amount: Compensation amount, 补偿金额"
    rows = {line[2:13].strip(): line[13:] for line in lines[3:]}
    assert rows["Equation"] == "V = R * 1e6 * p * k"
    assert rows["Source"] == "methods §4"
    assert rows["Told in"] == "docs/method/compensation.md, docs/method/priority.md"
    assert rows["Stands in"] == "results.amount, comparison_units.amount"


def test_several_are_a_line_each_and_all_are_listed_without_a_name() -> None:
    lines = call("describe", "n_H*", "amount").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["n_HH", "n_HL", "amount"]
    assert lines[-1].endswith("Compensation amount [CNY]")
    everything = call("describe").stdout.splitlines()
    assert [line.split()[0] for line in everything] == list(table())
    head, blank, *columns = call("describe", "transfers").stdout.splitlines()
    assert (head, blank) == ("transfers.csv: a row for each year and pair of units", "")
    assert [line.split()[0] for line in columns] == ["year", "payer", "recipient", "transfers.amount", "data_origin"]


def test_a_program_reads_every_field() -> None:
    (entry,) = json.loads(call("describe", "amount", "--json").stdout)
    assert entry["equation"] == "V = R * 1e6 * p * k"
    assert entry["columns"] == ["results.amount", "comparison_units.amount"]
    assert len(json.loads(call("describe", "--json").stdout)) == len(table())


def test_an_unknown_name_is_a_usage_error_with_the_nearest() -> None:
    outcome = call("describe", "amuont")
    assert outcome.exit_code == 2
    assert outcome.stderr.startswith("error: there is no quantity, column or table 'amuont'; did you mean amount")
    outcome = call("describe", "xyzzyq", "--json")
    assert (outcome.exit_code, list(json.loads(outcome.stdout))) == (2, ["problems"])
    assert "lists them all" in outcome.stdout


def test_lines_fit_a_terminal_and_colours_follow_it() -> None:
    _, written = on_a_terminal([*PROGRAM, "describe", "fiscal_revenue"], size=(30, 60))
    assert "\x1b[1mfiscal_revenue: Fiscal revenue, 一般公共预算收入\x1b[0m" in written
    _, plain = on_a_terminal([*PROGRAM, "describe", "fiscal_revenue"], size=(30, 60), NO_COLOR="1")
    assert "\x1b" not in plain
    assert max(columns_of(line) for line in plain.splitlines()) <= 60


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_for_every_shell(shell: str) -> None:
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("no bash on this machine")
    outcome = call("completion", shell)
    assert outcome.exit_code == 0, outcome.output
    assert VARIABLE in outcome.stdout
    assert "ecocomp" in outcome.stdout


def test_another_shell_is_refused_with_those_there_are() -> None:
    outcome = call("completion", "tcsh")
    assert outcome.exit_code == 2
    assert all(shell in outcome.stderr for shell in SHELLS)


def offered(folder: Path, *words: str, shell: str = "bash") -> list[str]:
    """Return what the program offers for the last word, as the script of a shell asks for it."""
    asked = {"COMP_WORDS": "ecocomp " + " ".join(words), "COMP_CWORD": str(len(words))}
    if shell == "powershell":
        asked = {"COMP_LINE": f"ecocomp {' '.join(words)}", "COMP_WORD": words[-1]}
    environment = {**os.environ, **asked, VARIABLE: f"{shell}_complete", "PYTHONIOENCODING": "utf-8"}
    outcome = subprocess.run(
        [sys.executable, "-c", "from ecocomp.cli import main; main(prog_name='ecocomp')"],
        cwd=folder, env=environment, capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    assert outcome.stderr == ""
    return outcome.stdout.splitlines()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a study, a table, a finished run and another folder."""
    folder = tmp_path_factory.mktemp("补全")
    for name in ("研究.toml", "study.toml", "panel.csv"):
        (folder / name).touch()
    for name in ("results", "other", "deep"):
        (folder / name).mkdir()
    (folder / "results" / "manifest.json").touch()
    (folder / "deep" / "inner.toml").touch()
    return folder


def test_commands_quantities_studies_and_runs_are_offered(place: Path) -> None:
    assert offered(place, "descr") == ["plain,describe"]
    assert offered(place, "describe", "amou")[:2] == ["plain,amount", "plain,amount_median"]
    assert offered(place, "describe", "amount", "kakw") == ["plain,kakwani"]
    assert offered(place, "run", "") == ["plain,study.toml", "plain,研究.toml"]
    assert offered(place, "check", "deep/in") == ["plain,deep/inner.toml"]
    assert offered(place, "verify", "") == ["plain,results"]
    assert offered(place, "run", "oth") == ["file,oth"], "the shell goes on into folders"
    assert offered(place, "report", "oth") == ["dir,oth"]
    assert offered(place, "completion", "p") == ["plain,powershell"]


def test_powershell_is_given_a_line_an_item(place: Path) -> None:
    assert offered(place, "describe", "n_H", shell="powershell") == ["plain\tn_HH\tHigh-High", "plain\tn_HL\tHigh-Low"]
    assert offered(place, "ver", shell="powershell")[0].startswith("plain\tverify\t")


@pytest.mark.parametrize("asked", ["['--help']", "['run', '--help']", "['describe', 'amount']", "None"])
def test_what_reads_nothing_starts_nothing_heavy(asked: str) -> None:
    words = (
        {VARIABLE: "bash_complete", "COMP_WORDS": "ecocomp describe am", "COMP_CWORD": "2"} if asked == "None" else {}
    )
    code = (
        "import sys\nfrom ecocomp.cli import main\n"
        f"try: main({asked}, prog_name='ecocomp')\nexcept SystemExit: pass\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'numpy', 'pandas', 'xarray', 'pydantic', 'babel', 'rich', 'geopandas', 'pint', 'matplotlib'}))"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **words}, capture_output=True, check=True, encoding="utf-8"
    )
    assert outcome.stdout.splitlines()[-1] == "[]"
