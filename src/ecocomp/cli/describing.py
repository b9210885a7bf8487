"""The commands that explain: describe, completion."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from ecocomp.cli.completion import SHELLS, script
from ecocomp.cli.frame import command, has_colours, json_option, main, print_json
from ecocomp.issues import UsageError

if TYPE_CHECKING:
    from ecocomp.glossary import Entry


def _names(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the names of quantities and tables."""
    from ecocomp.glossary import sheets
    from ecocomp.variables import table

    names = {v.name: v.label_en for v in table().values()} | dict.fromkeys(sheets(), "table")
    return [CompletionItem(name, help=about) for name, about in names.items() if name.startswith(incomplete)]


@command
@click.argument("quantities", metavar="[QUANTITY]...", nargs=-1, shell_complete=_names)
@json_option
def describe(quantities: tuple[str, ...], as_json: bool) -> None:
    """Explain a quantity: what it means, its unit, range, equation and source, and where it stands.

    QUANTITY is a quantity of a study, a column of a table (amount, regional.gap), a table (results), or a pattern
    ('n_*'). Without one, everything is listed.
    """
    from ecocomp.glossary import describe as explained
    from ecocomp.glossary import sheets
    from ecocomp.variables import table

    names = _found(quantities) if quantities else list(table())
    entries = [explained(name) for name in names]
    if as_json:
        print_json([entry.as_dict() for entry in entries])
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    only = sheets().get(quantities[0].removesuffix(".csv")) if len(quantities) == 1 else None
    if only is not None and quantities[0] not in table():
        click.echo(f"{only.name}.csv: a row for each {only.row}\n")
    if len(entries) == 1:
        click.echo("\n".join(_whole(entries[0], width, colour=has_colours("stdout"))))
    else:
        click.echo("\n".join(_list(entries, width)))


@command
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print what makes the Tab key of a shell complete commands, options, quantities, study files and runs.

    \b
    bash:        eval "$(ecocomp completion bash)"    in ~/.bashrc
    zsh:         eval "$(ecocomp completion zsh)"     in ~/.zshrc
    fish:        ecocomp completion fish > ~/.config/fish/completions/ecocomp.fish
    PowerShell:  ecocomp completion powershell | Out-String | Invoke-Expression    in $PROFILE
    """  # noqa: D301
    click.echo(script(main, shell))


def _found(patterns: Sequence[str]) -> list[str]:
    """Return the names that the words mean, each once.

    Raises
    ------
    UsageError
        If a word means nothing; it names the nearest.
    """
    from ecocomp.glossary import found, nearest_names

    names: list[str] = []
    for pattern in patterns:
        meant = found(pattern)
        if not meant:
            near = nearest_names(pattern)
            hint = f"did you mean {', '.join(near)}?" if near else "ecocomp describe lists them all"
            raise UsageError(f"there is no quantity, column or table {pattern!r}; {hint}")
        names += meant
    return list(dict.fromkeys(names))


def _whole(entry: Entry, width: int | None, *, colour: bool) -> list[str]:
    """Return everything about one quantity, a label and a text a line."""
    from ecocomp.issue_table import columns_of, wrapped

    title = f"{entry.name}: {entry.label_en}, {entry.label_zh}"
    lines = [click.style(title, bold=True) if colour else title, *wrapped(entry.meaning, width), ""]
    rows = {
        "Unit": entry.unit, "In a study": entry.accepted, "Range": entry.range, "Kind": entry.kind,
        "Equation": entry.equation, "Source": entry.source, "Told in": ", ".join(entry.pages),
        "Stands in": ", ".join(entry.columns), "See also": ", ".join(entry.others),
    }  # fmt: skip
    shown = {label: text for label, text in rows.items() if text}
    column = max(map(columns_of, shown)) + 2
    for label, text in shown.items():
        first, *rest = wrapped(text, None if width is None else max(width - column - 2, 30))
        head = click.style(label, dim=True) if colour else label
        lines.append(f"  {head}{' ' * (column - len(label))}{first}")
        lines += [" " * (column + 2) + part for part in rest]
    return lines


def _list(entries: Sequence[Entry], width: int | None) -> list[str]:
    """Return a line for each quantity: name, label and unit."""
    from ecocomp.issue_table import columns_of

    names = max(len(entry.name) for entry in entries) + 2
    lines = []
    for entry in entries:
        unit = entry.unit.partition(" (")[0]
        line = f"{entry.name.ljust(names)}{entry.label_en}" + (f" [{unit}]" if unit not in ("", "1") else "")
        while width is not None and columns_of(line) > width:
            line = line[:-2] + "…"
        lines.append(line)
    return lines
