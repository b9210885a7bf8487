"""What the Tab key offers: scripts for the shells, study files, folders of runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
from click.shell_completion import (
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

__all__ = ["SHELLS", "VARIABLE", "run_folders", "script", "study_files"]

SHELLS = ("bash", "zsh", "fish", "powershell")
PROGRAM = "ecocomp"
VARIABLE = "_ECOCOMP_COMPLETE"
"""Environment variable by which a shell asks the program for completions."""


@add_completion_class
class PowerShell(ShellComplete):
    """Completion for PowerShell, which click does not have: one item a line, ``kind<tab>value<tab>help``."""

    name = "powershell"
    source_template = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $command, $cursor)
    $env:%(complete_var)s = "powershell_complete"
    $env:COMP_LINE = $command.ToString()
    $env:COMP_WORD = $word
    %(prog_name)s | ForEach-Object {
        $kind, $value, $help = $_ -split "`t", 3
        if (-not $help) { $help = $value }
        if ($kind -eq "plain") {
            $text = if ($value -match '[\\s'']') { "'" + $value.Replace("'", "''") + "'" } else { $value }
            [System.Management.Automation.CompletionResult]::new($text, $value, "ParameterValue", $help)
        }
        else { [System.Management.Automation.CompletionCompleters]::CompleteFilename($word) }
    }
    Remove-Item Env:%(complete_var)s, Env:COMP_LINE, Env:COMP_WORD
}
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is being written, and that one."""
        words, word = split_arg_string(os.environ["COMP_LINE"])[1:], os.environ["COMP_WORD"].strip("'\"")
        return (words[:-1] if word and words and words[-1] == word else words), word

    def format_completion(self, item: CompletionItem) -> str:
        """Return an item as the script reads it."""
        return f"{item.type}\t{item.value}\t{item.help or ''}"


def script(main: click.Command, shell: str) -> str:
    """Return what a shell reads to complete the program's words."""
    completion = get_completion_class(shell)
    assert completion is not None, "the command takes no other shell"
    return completion(main, {}, PROGRAM, VARIABLE).source().strip()


def study_files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the TOML files of the folder that is being written, or any file where there is none."""
    return _offered([path for path in _beginning(incomplete) if path.suffix == ".toml"], incomplete, "file")


def run_folders(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the folders of finished runs, or any folder where there is none."""
    return _offered([path for path in _beginning(incomplete) if (path / "manifest.json").is_file()], incomplete, "dir")


def _beginning(incomplete: str) -> list[Path]:
    """Return what lies in the folder that is being written and begins as the last part of it does."""
    folder, _, start = incomplete.replace(os.sep, "/").rpartition("/")
    inside = Path(folder or ("/" if incomplete.startswith("/") else "."))
    try:
        return sorted(path for path in inside.iterdir() if path.name.startswith(start))
    except OSError:
        return []


def _offered(paths: list[Path], incomplete: str, otherwise: str) -> list[CompletionItem]:
    offered: list[Any] = [CompletionItem(path.as_posix()) for path in paths]
    return offered or [CompletionItem(incomplete, type=otherwise)]
