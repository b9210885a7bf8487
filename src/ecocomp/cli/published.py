"""Commands about published data: data list, show, fetch."""

from __future__ import annotations

from pathlib import Path

import click

from ecocomp.cli.frame import data_command, json_option, print_json, show_progress


@data_command
@json_option
def data_list(as_json: bool) -> None:
    """List the published data that a study can name."""
    from ecocomp.sources.published import datasets

    if as_json:
        print_json([entry.as_dict() for entry in datasets().values()])
        return
    for entry in datasets().values():
        how = "ecocomp data fetch" if entry.fetchable else "by path"
        click.echo(f"{entry.key}  ({entry.years[0]}-{entry.years[1]}, {entry.unit}, {how})\n    {entry.provides}")


key_argument = click.argument("key")


@data_command
@key_argument
@json_option
def data_show(key: str, as_json: bool) -> None:
    """Show source, licence, citation, vintage and columns of published data."""
    from ecocomp.sources.published import dataset

    entry = dataset(key)
    if as_json:
        print_json(entry.as_dict())
        return
    click.echo(entry.describe())


@data_command
@key_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), default=".", help="Folder to put the file in.")
@click.option("--offline", is_flag=True, help="Make no connection: accept only a file that is already there.")
@json_option
def data_fetch(key: str, output: Path, offline: bool, as_json: bool) -> None:
    """Fetch published data from the record that its authors released.

    An interrupted download goes on where it stopped. ECOCOMP_OFFLINE=1 forbids every connection.
    """
    from ecocomp.sources.published import dataset
    from ecocomp.sources.published.download import fetch

    entry = dataset(key)
    show_progress(f"fetching {key}")
    fetched = fetch(entry, output, offline=offline)
    if as_json:
        print_json({"key": key, **fetched.as_dict()})
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
