"""Commands that take the folder of a finished run: report, publish, verify."""

from __future__ import annotations

from pathlib import Path

import click

from ecocomp.cli.frame import command, folder_argument, json_option, print_json, show_progress
from ecocomp.cli.progress import showing_phases
from ecocomp.language import CODES

FORMATS = ("html", "docx", "pdf")
"""Those of `ecocomp.outputs.report`, which takes long to import; a test holds them equal."""


@command
@folder_argument
@click.option(
    "--lang",
    "languages",
    multiple=True,
    type=click.Choice(CODES),
    help="Language of the report; again for a second one. Left out: that of the run.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice([*FORMATS, "all"]),
    help="Page, Word file or PDF; again for a second one. Left out: page and Word file.",
)
@json_option
def report(folder: Path, languages: tuple[str, ...], formats: tuple[str, ...], as_json: bool) -> None:
    """Rebuild figures, tables and reports from a finished run.

    Reports that stand in the folder are written anew; those asked for are added. A report in another language than the
    run's own has it in its name: report_zh.docx, with its figures in figures_zh.
    """
    from ecocomp.outputs import open_run, read_manifest, save
    from ecocomp.outputs.editions import DEFAULT_FORMATS, Edition, editions_among, own_language

    result = open_run(folder)
    own = own_language(result)
    endings = FORMATS if "all" in formats else formats or DEFAULT_FORMATS
    asked = [Edition(language, ending) for language in languages or (own,) for ending in endings]
    before = editions_among(read_manifest(folder)["files"], own)
    editions = list(dict.fromkeys([*before, *asked]))
    with showing_phases() as tell:
        save(result, folder, force=True, progress=tell, language=own, editions=editions)
    paths = [str(folder / edition.file(own)) for edition in dict.fromkeys(asked)]
    if as_json:
        print_json({"report": paths[0], "reports": paths})
    else:
        click.echo("\n".join(f"Report: {path}" for path in paths))


@command
@folder_argument
@click.option("--to", "url", required=True, metavar="URL", help="postgresql://USER@HOST/DATABASE, without a password.")
@click.option("--schema", default="ecocomp", show_default=True, help="Schema of the database to write into.")
@click.option("--force", is_flag=True, help="Replace tables of a former run.")
@json_option
def publish(folder: Path, url: str, schema: str, force: bool, as_json: bool) -> None:
    """Write the tables of a finished run into a PostgreSQL database, all or none.

    The password comes from PGPASSWORD, the password file or a service file (postgresql://?service=NAME).
    """
    from ecocomp.outputs import open_run
    from ecocomp.outputs.database import publish as write_tables

    show_progress("writing into the database")
    published = write_tables(open_run(folder), url, schema, force=force)
    if as_json:
        print_json({"schema": schema, "rows": published.rows, "polygons": published.polygons})
        return
    tables = ", ".join(f"{name} ({rows})" for name, rows in published.rows.items())
    click.echo(f"Written into the schema {schema}, with rows: {tables}")
    if not published.polygons:
        click.echo("Without polygons: the database has no PostGIS.")


@command
@folder_argument
@json_option
def verify(folder: Path, as_json: bool) -> int:
    """Re-hash the inputs of a run, run the study again, and compare the tables."""
    from ecocomp.verification import RELATIVE_TOLERANCE
    from ecocomp.verification import verify as find_differences

    with showing_phases() as tell:
        tell("running the study again")
        differences = find_differences(folder)
    if as_json:
        print_json({"differences": differences})
    elif differences:
        click.echo("\n".join(differences), err=True)
    else:
        click.echo(f"verified: inputs unchanged, every table equal (numbers to a relative {RELATIVE_TOLERANCE:g})")
    return 4 if differences else 0
