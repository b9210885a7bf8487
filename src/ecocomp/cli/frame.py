"""What the commands share: the program, errors as messages and exit codes, options, progress."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, Literal

import click

from ecocomp.cli.completion import run_folders, study_files
from ecocomp.issues import DataError, EcocompError, Issue, StudyError

__all__ = [
    "command",
    "data_command",
    "folder_argument",
    "force_option",
    "has_colours",
    "is_plain_terminal",
    "json_option",
    "main",
    "output_option",
    "print_json",
    "show_issues",
    "show_progress",
    "study_argument",
]

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(context_settings=CONTEXT)
@click.version_option(package_name="ecocomp")
def main() -> None:
    """Carbon ecological compensation: who should pay whom, how much, and who comes first.

    Start with  ecocomp demo , or with  ecocomp init DIR  for a study of your own.

    \b
    Exit codes: 0 done, 1 the data has errors, 2 usage, study file or a missing package,
    3 infeasible settlement, 4 verify found a difference, 130 interrupted.
    """  # noqa: D301
    for stream in (sys.stdout, sys.stderr):  # a pipe may have an encoding without ⁸ or 县
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@main.group(context_settings=CONTEXT)
def data() -> None:
    """Show and fetch the published data that a study can name."""


def command(function: Callable[..., int | None], group: click.Group = main) -> click.Command:
    """Make a command that turns errors into messages and exit codes; --debug shows the traceback instead."""
    name = function.__name__.removeprefix(f"{group.name}_")

    @group.command(name=name, context_settings=CONTEXT, help=function.__doc__)
    @click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    @wraps(function)
    def guarded(debug: bool, **arguments: Any) -> None:
        try:
            sys.exit(function(**arguments) or 0)
        except BrokenPipeError:  # whoever read our output has had enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except KeyboardInterrupt:
            click.echo("interrupted; no results were changed", err=True)
            sys.exit(130)
        except Exception as error:
            if debug:
                raise
            sys.exit(_tell(error, bool(arguments.get("as_json"))))

    return guarded


def data_command(function: Callable[..., int | None]) -> click.Command:
    """Make a command of the group ``data``."""
    return command(function, data)


def _tell(error: Exception, as_json: bool) -> int:
    """Say an error to a person or a program, and return its exit code."""
    if isinstance(error, DataError):
        show_issues(error.issues, as_json)
        return error.exit_code
    problems = list(error.problems) if isinstance(error, StudyError) else [str(error)]
    code = error.exit_code if isinstance(error, EcocompError) else 2
    if isinstance(error, OSError):
        problems = [f"{error.filename or 'a file'}: {error.strerror or error}"]
    elif not isinstance(error, EcocompError):
        problems, code = (
            [f"internal error ({type(error).__name__}: {error}); please report it with --debug"],
            1,
        )
    if as_json:
        print_json({"problems": problems})
    else:
        click.echo("\n".join(f"error: {problem}" for problem in problems), err=True)
    return code


def print_json(value: object) -> None:
    """Print JSON, escaped where the stream could not carry every character."""
    unicode = (getattr(sys.stdout, "encoding", None) or "").lower().startswith("utf")
    click.echo(json.dumps(value, ensure_ascii=not unicode, indent=2))


def show_issues(issues: Iterable[Issue], as_json: bool) -> None:
    """Print issues: all of them for a program, a table with the first few of each rule for a person."""
    from ecocomp.issue_table import counts, issue_table

    found = list(issues)
    if as_json:
        print_json({"issues": [i.as_dict() for i in found], "summary": counts(found)})
        return
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
    click.echo(issue_table(found, width, colour=has_colours("stderr")), err=bool(found))


def has_colours(stream: Literal["stdout", "stderr"]) -> bool:
    """Tell whether a stream is a terminal that may be given colours; ``NO_COLOR`` and ``TERM=dumb`` forbid them."""
    return getattr(sys, stream).isatty() and not os.environ.get("NO_COLOR") and not is_plain_terminal()


def is_plain_terminal() -> bool:
    """Tell a terminal that can only go on writing: nothing moves on it."""
    return os.environ.get("TERM") in ("dumb", "unknown")


def show_progress(phase: str) -> None:
    """Show the phase that begins, on a terminal only."""
    if sys.stderr.isatty():
        click.echo(f"  {phase} …", err=True)


study_argument = click.argument("study", type=click.Path(path_type=Path), shell_complete=study_files)
folder_argument = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path), shell_complete=run_folders)
json_option = click.option("--json", "as_json", is_flag=True, help="Print for a program to read.")
force_option = click.option("--force", is_flag=True, help="Replace an existing results folder.")
output_option = click.option("-o", "--output", type=click.Path(path_type=Path), help="Where results go.")
