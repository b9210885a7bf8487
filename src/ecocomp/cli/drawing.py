"""The command that draws the figures of a finished run anew, as a journal takes them: figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import click

from ecocomp.cli.frame import command, folder_argument, json_option, print_json, show_progress
from ecocomp.issues import UsageError, nearest

if TYPE_CHECKING:
    from ecocomp.result import Result


@command
@folder_argument
@click.argument("names", metavar="[NAMES]...", nargs=-1)
@click.option(
    "--style",
    default="double",
    show_default=True,
    help="single (89 mm), double (183 mm), single-grey, double-grey, or screen, as in the report.",
)
@click.option("--format", "formats", multiple=True, help="pdf, svg or png, once or several times.  [default: pdf]")
@click.option("--lang", help="Language, en or zh; left out: as the study has it.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder to write into.  [default: DIR-figures]")
@click.option("--force", is_flag=True, help="Replace figures that are there already.")
@json_option
def figures(
    folder: Path, names: tuple[str, ...], style: str, formats: tuple[str, ...], lang: str | None,
    output: Path | None, force: bool, as_json: bool,
) -> None:  # fmt: skip
    """Draw the figures of a finished run for a journal: as vectors, with fonts embedded, at a column's width.

    NAMES are of the figures wanted, such as amounts or clusters; left out: all that the run has. The run's own files
    stay as they are.
    """
    from ecocomp.outputs import open_run
    from ecocomp.outputs.figures import FORMATS, design_of, require_chinese_font
    from ecocomp.outputs.figures.delivery import deliver, require_free

    design = design_of(style)
    kinds = list(dict.fromkeys(formats)) or ["pdf"]
    for kind in kinds:
        _require(kind, FORMATS, "format")
    if lang is not None:
        _require(lang, ("en", "zh"), "language")
    show_progress("opening the run")
    result = open_run(folder)
    wanted = _wanted(result, names)
    target = output if output is not None else folder.resolve().with_name(f"{folder.resolve().name}-figures")
    require_free(target, folder, wanted, kinds, force=force)
    if lang == "zh":
        require_chinese_font(result)
    show_progress("drawing")
    drawn = deliver(result, target, wanted, kinds, design, cast('Literal["en", "zh"] | None', lang))
    if as_json:
        print_json({"folder": str(target), "style": style, "figures": [
            {"name": f.name, "files": [str(target / f"{f.name}.{kind}") for kind in kinds], "caption": f.caption}
            for f in drawn
        ]})  # fmt: skip
        return
    click.echo("\n".join(str(target / f"{f.name}.{kind}") for f in drawn for kind in kinds))


def _require(word: str, known: tuple[str, ...], what: str) -> None:
    if word not in known:
        raise UsageError(f"there is no {what} {word!r}; known: {', '.join(known)}")


def _wanted(result: Result, names: tuple[str, ...]) -> list[str]:
    """Return the figures asked for, or all that the run has."""
    from ecocomp.outputs.figures import figure_names

    there = figure_names(result)
    unknown = [name for name in names if name not in there]
    if unknown:
        raise UsageError(f"this run has no figure {unknown[0]!r}; {nearest(unknown[0], there)}")
    return [name for name in there if not names or name in names]
