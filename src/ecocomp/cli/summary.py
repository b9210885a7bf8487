"""The end of a run as a person reads it: in columns on a terminal, in plain lines in a pipe."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecocomp.cli.frame import has_colours

if TYPE_CHECKING:
    from ecocomp.language import Language
    from ecocomp.outputs.summary import Ranked, Summary
    from ecocomp.result import Result

__all__ = ["show_lines", "show_summary", "summary_lines"]

GAP = 2
"""Blanks between two columns."""
APART = 6
"""Blanks between payers and recipients."""
NARROWEST = 12
"""Columns that a name gets at least."""


def show_summary(result: Result, folder: Path, language: Language) -> None:
    """Print the end of a run on a terminal."""
    from ecocomp.cli.comparing import comparison_lines
    from ecocomp.outputs.summary import summary_of

    summary = summary_of(result, language)
    facts = [*summary.facts, *_ends(result, folder, language)]
    width = min(shutil.get_terminal_size().columns, 110)
    lines = summary_lines(summary, facts, width, colour=has_colours("stdout"))
    if result.scenarios:
        lines += ["", *(f"  {line}" for line in comparison_lines(result))]
    click.echo("\n" + "\n".join(lines))


def _ends(result: Result, folder: Path, language: Language) -> list[tuple[str, str]]:
    """Return where things are: scenarios, issues, the report."""
    from ecocomp.outputs.editions import DEFAULT_FORMATS

    ends = []
    if result.scenarios:
        ends.append((language.say("Scenarios"), f"{', '.join(result.scenarios)} ({folder / 'scenarios'})"))
    severities = result.issues["severity"]
    warnings, notes = int((severities == "warning").sum()), int((severities == "note").sum())
    told = [language.count("{count} warning", "{count} warnings", warnings)] if warnings else []
    told += [language.count("{count} note", "{count} notes", notes)] if notes else []
    ends += [(language.say("Issues"), f"{language.listing(told)} ({folder / 'issues.csv'})")] if told else []
    files = [f"report.{ending}" for ending in DEFAULT_FORMATS]
    return [*ends, (language.say("Report"), ", ".join([str(folder / files[0]), *files[1:]]))]


def summary_lines(summary: Summary, facts: Sequence[tuple[str, str]], width: int, *, colour: bool = False) -> list[str]:
    """Lay a summary out in lines.

    Parameters
    ----------
    summary
        Its texts.
    facts
        Labels and texts that follow the tables.
    width
        Columns of the terminal; what a name lacks is cut off, what a text lacks goes on in the next line.
    colour
        Write ANSI colours.
    """
    from ecocomp.issue_table import wrapped

    lines = [*(wrapped(summary.notice, width) if summary.notice else []), _bold(summary.title, colour)]
    lines += [*(wrapped(summary.remark, width) if summary.remark else []), ""]
    labels = [*(total.label for total in summary.totals), *(label for label, _ in facts)]
    column = max(map(_wide, labels)) + GAP
    amounts = max(_wide(total.amount) for total in summary.totals)
    times = "× " if summary.unit.startswith("10") else ""
    for total in summary.totals:
        amount = " " * (amounts - _wide(total.amount)) + total.amount
        lines.append(f"  {_label(total.label, column, colour)}{amount} {times}{summary.unit}  {total.about}".rstrip())
    lines += ["", *_first(summary, width - 2, colour), ""]
    for label, text in facts:
        first, *rest = wrapped(text, max(width - 2 - column, NARROWEST))
        lines.append(f"  {_label(label, column, colour)}{first}")
        lines += [" " * (2 + column) + part for part in rest]
    return lines


def _first(summary: Summary, width: int, colour: bool) -> list[str]:
    """Return the first payers and recipients side by side, or one below the other where that is too wide."""
    natural = [_block(rows, head, summary.unit, None, colour) for rows, head in _sides(summary)]
    if sum(wide for _, wide in natural) + APART <= width:
        return _beside(natural)
    half = (width - APART) // 2
    if half >= NARROWEST + 20:
        return _beside([_block(rows, head, summary.unit, half, colour) for rows, head in _sides(summary)])
    blocks = [_block(rows, head, summary.unit, width, colour)[0] for rows, head in _sides(summary)]
    return [f"  {line}" for line in [*blocks[0], "", *blocks[1]]]


def _sides(summary: Summary) -> list[tuple[Sequence[Ranked], str]]:
    return list(zip(summary.ranked, summary.heads, strict=True))


def _block(rows: Sequence[Ranked], head: str, unit: str, width: int | None, colour: bool) -> tuple[list[str], int]:
    """Return the lines of one side, all of one width, and that width."""
    ranks = max((_wide(row.rank) for row in rows), default=1)
    amounts = max([_wide(row.amount) for row in rows] + [_wide(unit)])
    names = max([_wide(row.name) for row in rows] + [_wide(head) - ranks - GAP, NARROWEST])
    if width is not None:
        names = max(min(names, width - ranks - amounts - 2 * GAP), NARROWEST)
    whole = ranks + names + amounts + 2 * GAP
    title = _cut(head, whole - amounts - GAP)
    lines = [_bold(_left(title, whole - amounts), colour) + _right(unit, amounts)]
    for row in rows:
        name = _left(_cut(row.name, names), names + GAP)
        lines.append(f"{_right(row.rank, ranks)}{' ' * GAP}{name}{_right(row.amount, amounts)}")
    return lines, whole


def _beside(blocks: Sequence[tuple[list[str], int]]) -> list[str]:
    (one, wide), (other, _) = blocks
    rows = max(len(one), len(other))
    one = [*one, *[" " * wide] * (rows - len(one))]
    other = [*other, *[""] * (rows - len(other))]
    return [f"  {left}{' ' * APART}{right}".rstrip() for left, right in zip(one, other, strict=True)]


def show_lines(result: Result, folder: Path, language: Language) -> None:
    """Print the end of a run for a pipe: a line a statement, of a form that stays."""
    last = result.regional.iloc[-1]
    measure = language.measure("CNY")
    if result.manifest["notice"]:
        click.echo(result.manifest["notice"])
    times = "×" if measure.label.startswith("10") else ""
    click.echo(
        f"{result.manifest['study']['study']['name']}: in {last['year']}, {last['payers']} units pay "
        f"{last['payments'] / measure.size:,.2f} and {last['recipients']} receive "
        f"{last['receipts'] / measure.size:,.2f} {times}{measure.label}; "
        f"{last['balanced']} balanced, {last['missing']} missing."
    )
    if result.scenarios:
        from ecocomp.cli.comparing import comparison_lines

        click.echo(f"Scenarios: {', '.join(result.scenarios)} (each complete in {folder / 'scenarios'})")
        click.echo("\n".join(comparison_lines(result)))
    problems = result.issues["severity"].value_counts()
    if len(problems):
        counts = ", ".join(f"{n} {s}{'s' * (n != 1)}" for s, n in problems.items())
        click.echo(f"Issues: {counts} (listed in the report and in {folder / 'issues.csv'})")
    click.echo(f"Report: {folder / 'report.html'}")


def _wide(text: str) -> int:
    from ecocomp.issue_table import columns_of

    return columns_of(text)


def _left(text: str, width: int) -> str:
    return text + " " * (width - _wide(text))


def _right(text: str, width: int) -> str:
    return " " * (width - _wide(text)) + text


def _cut(text: str, width: int) -> str:
    """Return a text in so many columns, an ellipsis in the place of what is cut off."""
    if _wide(text) <= width:
        return text
    while _wide(text) > width - 1:
        text = text[:-1]
    return text + "…"


def _label(text: str, width: int, colour: bool) -> str:
    return (click.style(text, dim=True) if colour else text) + " " * (width - _wide(text))


def _bold(text: str, colour: bool) -> str:
    return click.style(text, bold=True) if colour else text
