"""The command line: arguments, progress, exit codes. Heavy imports stay inside the commands."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

import click

from ecocomp.issues import DataError, EcocompError, Issue, StudyError, errors

__all__ = ["main"]

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


def _command(function: Callable[..., int | None], group: click.Group = main) -> click.Command:
    """Make a command that turns errors into messages and exit codes; --debug shows the traceback instead."""
    name = function.__name__.removeprefix(f"{group.name}_")

    @group.command(name=name, context_settings=CONTEXT, help=function.__doc__)
    @click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    @wraps(function)
    def command(debug: bool, **arguments: Any) -> None:
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

    return command


def _data_command(function: Callable[..., int | None]) -> click.Command:
    """Make a command of the group ``data``."""
    return _command(function, data)


def _tell(error: Exception, as_json: bool) -> int:
    """Say an error to a person or a program, and return its exit code."""
    if isinstance(error, DataError):
        _show_issues(error.issues, as_json)
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
        _print_json({"problems": problems})
    else:
        click.echo("\n".join(f"error: {problem}" for problem in problems), err=True)
    return code


def _print_json(value: object) -> None:
    """Print JSON, escaped where the stream could not carry every character."""
    unicode = (getattr(sys.stdout, "encoding", None) or "").lower().startswith("utf")
    click.echo(json.dumps(value, ensure_ascii=not unicode, indent=2))


def _show_issues(issues: Iterable[Issue], as_json: bool) -> None:
    """Print issues: all of them for a program, a table with the first few of each rule for a person."""
    from ecocomp.issue_table import counts, issue_table

    found = list(issues)
    if as_json:
        _print_json({"issues": [i.as_dict() for i in found], "summary": counts(found)})
        return
    on_terminal = sys.stderr.isatty()
    width = shutil.get_terminal_size().columns if on_terminal else None
    colour = on_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    click.echo(issue_table(found, width, colour=colour), err=bool(found))


def _progress(phase: str) -> None:
    """Show the phase that begins, on a terminal only."""
    if sys.stderr.isatty():
        click.echo(f"  {phase} …", err=True)


_study = click.argument("study", type=click.Path(path_type=Path))
_folder = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
_json = click.option("--json", "as_json", is_flag=True, help="Print for a program to read.")
_force = click.option("--force", is_flag=True, help="Replace an existing results folder.")
_output = click.option("-o", "--output", type=click.Path(path_type=Path), help="Where results go.")


@_command
@_output
@click.option("--fictional", is_flag=True, help="A fictional region instead of Beijing-Tianjin-Hebei outlines.")
@_force
@_json
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
    _progress("modelling the demonstration data")
    study = prepare(folder, fictional=fictional)
    _run(study, folder / "study-results", force=force, all_revisions=True, as_json=as_json)


@_command
@_folder
@_json
def init(folder: Path, as_json: bool) -> None:
    """Write a commented study file that uses every key, and a table to fill in."""
    from ecocomp.starter import write_starter

    written = [str(path) for path in write_starter(folder)]
    if as_json:
        _print_json({"written": written})
    else:
        click.echo("Written: " + ", ".join(written) + "\nFill in the table, supply boundaries, then: "
                   f"ecocomp check {written[0]}")  # fmt: skip


@_command
@_study
@click.option(
    "--xlsx",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a workbook: the issues, and copies of the tables with the cells at fault coloured.",
)
@_json
def check(study: Path, xlsx: Path | None, as_json: bool) -> int:
    """Report every problem of a study's inputs at once; compute nothing."""
    from ecocomp.pipeline import check as check_inputs
    from ecocomp.study import Study

    settings = Study.load(study)
    if xlsx is not None:
        from ecocomp.outputs.checked_workbook import require_own

        require_own(xlsx)
    issues = check_inputs(settings)
    _show_issues(issues, as_json)
    if xlsx is not None:
        from ecocomp.outputs.checked_workbook import write_checked_workbook

        write_checked_workbook(settings, issues, xlsx)
        if not as_json:
            click.echo(f"Workbook: {xlsx}")
    return 1 if errors(issues) else 0


@_command
@_study
@_output
@_force
@click.option(
    "--compare-revisions",
    is_flag=True,
    help="Also compare every revision: revisions.csv and a page of the report.",
)
@_json
def run(study: Path, output: Path | None, force: bool, compare_revisions: bool, as_json: bool) -> None:
    """Carry out a study: accounts, amounts, clusters, priorities, balance, maps, tables and report.

    Results go to "STUDY-results" beside the study file unless -o says otherwise.
    """
    folder = output or study.parent / f"{study.stem}-results"
    _run(study, folder, force=force, all_revisions=compare_revisions, as_json=as_json)


def _run(study: Path, folder: Path, *, force: bool, all_revisions: bool, as_json: bool) -> None:
    from ecocomp.outputs import require_writable, save
    from ecocomp.pipeline import run as run_study
    from ecocomp.study import Study

    settings = Study.load(study)
    require_writable(folder, force)
    result = run_study(settings, all_revisions=all_revisions, progress=_progress)
    save(result, folder, force=force, progress=_progress)
    last = result.regional.iloc[-1]
    if as_json:
        regional = json.loads(result.regional.to_json(orient="records"))
        _print_json({"folder": str(folder), "regional": regional})
        return
    if settings.study.notice:
        click.echo(settings.study.notice)
    click.echo(
        f"{settings.study.name}: in {last['year']}, {last['payers']} units pay {last['payments'] / 1e8:,.2f} and "
        f"{last['recipients']} receive {last['receipts'] / 1e8:,.2f} ×10⁸ CNY; "
        f"{last['balanced']} balanced, {last['missing']} missing."
    )
    problems = result.issues["severity"].value_counts()
    if len(problems):
        counts = ", ".join(f"{n} {s}{'s' * (n != 1)}" for s, n in problems.items())
        click.echo(f"Issues: {counts} (listed in the report and in {folder / 'issues.csv'})")
    click.echo(f"Report: {folder / 'report.html'}")


@_command
@_study
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
@_json
def sensitivity(study: Path, of: str, year: int | None, points: int, output: Path | None, as_json: bool) -> None:
    """Tell which uncertain input of [uncertainty] decides a number of the result.

    Sobol indices with their 95 % intervals, the number's 90 % interval when each input alone varies, and elasticities.
    """
    from ecocomp.pipeline import uncertain_case
    from ecocomp.study import Study
    from ecocomp.uncertainty import sensitivity as sensitivity_of

    case = uncertain_case(Study.load(study))
    table = sensitivity_of(case, of, year, points, _progress)
    if output is not None:
        table.to_csv(output, index=False, encoding="utf-8-sig")
    if as_json:
        _print_json(json.loads(table.to_json(orient="records")))
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


@_command
@_folder
@_json
def report(folder: Path, as_json: bool) -> None:
    """Rebuild figures, tables and report from a finished run."""
    from ecocomp.outputs import open_run, save

    save(open_run(folder), folder, force=True, progress=_progress)
    path = str(folder / "report.html")
    if as_json:
        _print_json({"report": path})
    else:
        click.echo(f"Report: {path}")


@_command
@_folder
@click.option("--to", "url", required=True, metavar="URL", help="postgresql://USER@HOST/DATABASE, without a password.")
@click.option("--schema", default="ecocomp", show_default=True, help="Schema of the database to write into.")
@click.option("--force", is_flag=True, help="Replace tables of a former run.")
@_json
def publish(folder: Path, url: str, schema: str, force: bool, as_json: bool) -> None:
    """Write the tables of a finished run into a PostgreSQL database, all or none.

    The password comes from PGPASSWORD, the password file or a service file (postgresql://?service=NAME).
    """
    from ecocomp.outputs import open_run
    from ecocomp.outputs.database import publish as write_tables

    _progress("writing into the database")
    published = write_tables(open_run(folder), url, schema, force=force)
    if as_json:
        _print_json({"schema": schema, "rows": published.rows, "polygons": published.polygons})
        return
    tables = ", ".join(f"{name} ({rows})" for name, rows in published.rows.items())
    click.echo(f"Written into the schema {schema}, with rows: {tables}")
    if not published.polygons:
        click.echo("Without polygons: the database has no PostGIS.")


@_command
@_folder
@_json
def verify(folder: Path, as_json: bool) -> int:
    """Re-hash the inputs of a run, run the study again, and compare the tables."""
    from ecocomp.verification import RELATIVE_TOLERANCE
    from ecocomp.verification import verify as find_differences

    _progress("running the study again")
    differences = find_differences(folder)
    if as_json:
        _print_json({"differences": differences})
    elif differences:
        click.echo("\n".join(differences), err=True)
    else:
        click.echo(f"verified: inputs unchanged, every table equal (numbers to a relative {RELATIVE_TOLERANCE:g})")
    return 4 if differences else 0


@_data_command
@_json
def data_list(as_json: bool) -> None:
    """List the published data that a study can name."""
    from ecocomp.sources.published import datasets

    if as_json:
        _print_json([entry.as_dict() for entry in datasets().values()])
        return
    for entry in datasets().values():
        how = "ecocomp data fetch" if entry.fetchable else "by path"
        click.echo(f"{entry.key}  ({entry.years[0]}-{entry.years[1]}, {entry.unit}, {how})\n    {entry.provides}")


_key = click.argument("key")


@_data_command
@_key
@_json
def data_show(key: str, as_json: bool) -> None:
    """Show source, licence, citation, vintage and columns of published data."""
    from ecocomp.sources.published import dataset

    entry = dataset(key)
    if as_json:
        _print_json(entry.as_dict())
        return
    click.echo(entry.describe())


@_data_command
@_key
@click.option("-o", "--output", type=click.Path(path_type=Path), default=".", help="Folder to put the file in.")
@click.option("--offline", is_flag=True, help="Make no connection: accept only a file that is already there.")
@_json
def data_fetch(key: str, output: Path, offline: bool, as_json: bool) -> None:
    """Fetch published data from the record that its authors released.

    An interrupted download goes on where it stopped. ECOCOMP_OFFLINE=1 forbids every connection.
    """
    from ecocomp.sources.published import dataset
    from ecocomp.sources.published.download import fetch

    entry = dataset(key)
    _progress(f"fetching {key}")
    fetched = fetch(entry, output, offline=offline)
    if as_json:
        _print_json({"key": key, **fetched.as_dict()})
        return
    click.echo(f"{'Already there' if fetched.already_there else 'Fetched'}: {fetched.path}")
    if not fetched.known_release:
        click.echo(
            f"warning: this is another release than the one this version knows (SHA-256 {fetched.sha256}); "
            "compare its years and units with ecocomp data show before use",
            err=True,
        )
    click.echo(f'In a study: table = "{key}:{fetched.path.as_posix()}", divisions = {entry.divisions}')
    click.echo(f"Cite: {entry.citation} ({entry.licence})")
