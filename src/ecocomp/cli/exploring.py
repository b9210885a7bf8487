"""The command that writes the page of a run and opens it: explore."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecocomp.cli.frame import command, folder_argument, json_option, print_json, show_progress
from ecocomp.issues import UsageError
from ecocomp.language import CODES

if TYPE_CHECKING:
    from ecocomp.result import Result

PAGE = "explorer.html"


@command
@folder_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help=f"File to write; left out: {PAGE} beside DIR.")
@click.option(
    "--compare", "others", multiple=True, metavar="DIR", type=click.Path(path_type=Path),
    help="A further run to compare with; may be given again.",
)  # fmt: skip
@click.option("--lang", "language", type=click.Choice(CODES), help="Language in which the page opens.")
@click.option("--no-open", is_flag=True, help="Write the page, and do not open it in a browser.")
@json_option
def explore(
    folder: Path, output: Path | None, others: tuple[Path, ...], language: str | None, no_open: bool, as_json: bool
) -> None:
    """Write a finished run as one page with the map, the ranking and the model itself, and open it.

    The page needs no server and no network: it can be mailed. It is opened only when a person is at the terminal.
    """
    from ecocomp.outputs import open_run
    from ecocomp.outputs.explorer import write_explorer

    target = _target(folder, output)
    show_progress("opening the runs")
    result, compared = open_run(folder), _opened(others)
    show_progress("map and page")
    path = write_explorer(result, target, compare=compared, language=language)  # type: ignore[arg-type]
    shown = not (no_open or as_json) and _is_watched() and _open(path)
    if as_json:
        print_json({"page": str(path), "bytes": path.stat().st_size})
    else:
        click.echo(f"Explorer: {path} ({_megabytes(path)} MB{', opened in the browser' if shown else ''})")


def _target(folder: Path, output: Path | None) -> Path:
    """Return the file to write: never in the folder of a run, which holds what its manifest lists and nothing else.

    Raises
    ------
    UsageError
        If it lies in the run's folder, is a folder, or has no folder to lie in.
    """
    target = output if output is not None else folder.resolve().with_name(f"{folder.resolve().name}-{PAGE}")
    if folder.resolve() in target.resolve().parents:
        raise UsageError(f"{target} lies in the run's folder, which holds the run alone; give another place with -o")
    if target.is_dir():
        raise UsageError(f"{target} is a folder; give a file with -o, such as {target / PAGE}")
    if not target.resolve().parent.is_dir():
        raise UsageError(f"{target.parent} is not a folder; make it first, or give another place with -o")
    return target


def _opened(folders: Sequence[Path]) -> dict[str, Result]:
    """Return further runs by a name that tells them apart: the folder's, or its path where two share a name."""
    from ecocomp.outputs import open_run

    names = [folder.resolve().name for folder in folders]
    shown = [str(f) if names.count(name) > 1 else name for f, name in zip(folders, names, strict=True)]
    return {name: open_run(folder) for name, folder in zip(shown, folders, strict=True)}


def _is_watched() -> bool:
    """Tell whether a person is there to see a browser: at a terminal, and not in a continuous integration."""
    return sys.stdout.isatty() and not os.environ.get("CI")


def _open(path: Path) -> bool:
    import webbrowser

    return webbrowser.open(path.resolve().as_uri())


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f}"
