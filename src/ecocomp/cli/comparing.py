"""The command that tells what differs between finished runs: compare."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecocomp.cli.completion import run_folders
from ecocomp.cli.frame import command, force_option, json_option, print_json, show_progress
from ecocomp.issues import UsageError

if TYPE_CHECKING:
    from ecocomp.result import Result


@command
@click.argument(
    "folders", metavar="DIR...", nargs=-1, required=True, type=click.Path(path_type=Path), shell_complete=run_folders
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write tables and a map into this folder.")
@force_option
@json_option
def compare(folders: tuple[Path, ...], output: Path | None, force: bool, as_json: bool) -> None:
    """Tell what differs between finished runs: groups, ranks, and money.

    The first folder is the base. One folder alone is compared with the scenarios in it. Runs of partly other units or
    years are compared on those that both have.
    """
    from ecocomp.language import language_of
    from ecocomp.outputs.compared import require_own, save_comparison
    from ecocomp.outputs.priority_table import display_names
    from ecocomp.outputs.report.scenarios import differing_settings, scenario_sentences

    if output is not None:
        require_own(output, force)
    show_progress("opening the runs")
    result, places = _opened(folders)
    names = display_names(result.results, result.manifest["parents"])
    english = language_of("en", result.currency)
    told = {name: scenario_sentences(result, name, names, english) for name in result.scenarios}
    if output is not None:
        show_progress("tables and map")
        save_comparison(result, [str(folders[0]), *places.values()], output, force=force)
    if as_json:
        comparison = json.loads(result.comparison.to_json(orient="records"))
        print_json({"base": str(folders[0]), "runs": places, "comparison": comparison, "sentences": told,
                    **({"folder": str(output)} if output else {})})  # fmt: skip
        return
    click.echo("\n".join(comparison_lines(result)))
    for name, sentences in told.items():
        settings = "; ".join(differing_settings(result, name, english))
        click.echo(f"\n{name}" + (f" ({settings})" if settings else ""))
        click.echo("\n".join(f"  {sentence}" for sentence in sentences))
    if output is not None:
        click.echo(f"\nTables and map: {output}")


def _opened(folders: Sequence[Path]) -> tuple[Result, dict[str, str]]:
    """Return the first run with the others beside it, and the folder of each of those by name."""
    from ecocomp.comparison import with_scenarios
    from ecocomp.outputs import SCENARIOS, open_run

    base = open_run(folders[0])
    if len(folders) == 1:
        if not base.scenarios:
            raise UsageError(f"{folders[0]} holds no scenarios: give a second folder to compare it with")
        return base, {name: str(folders[0] / SCENARIOS / name) for name in base.scenarios}
    twice = next((f for i, f in enumerate(folders) if f.resolve() in [g.resolve() for g in folders[:i]]), None)
    if twice is not None:
        raise UsageError(f"{twice} is given twice")
    others: dict[str, Result] = {}
    places: dict[str, str] = {}
    for folder in folders[1:]:
        result = open_run(folder)
        name = str(result.manifest.get("scenario") or folder.resolve().name)
        name = str(folder.resolve()) if name in others else name
        others[name], places[name] = result, str(folder)
    return with_scenarios(base, others), places


def comparison_lines(result: Result) -> list[str]:
    """Return the comparison as an aligned table, with a line that says what money is in."""
    from ecocomp.issue_table import columns_of
    from ecocomp.language import language_of
    from ecocomp.outputs.report.scenarios import comparison_rows

    measure = language_of("en", result.currency).measure("CNY")
    rows = comparison_rows(result.comparison, measure)
    widths = [max(map(columns_of, column)) for column in zip(*rows, strict=True)]
    lines = [f"money in {measure.label}, base → scenario"]
    for row in rows:
        cells = [
            cell + " " * (width - columns_of(cell)) if place == 0 else " " * (width - columns_of(cell)) + cell
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
