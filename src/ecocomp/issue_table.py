"""Issues as a person reads them on a terminal: by severity and rule, counted, the first few of each in columns.

Chinese takes two columns a character; what is aligned here is what a terminal shows, not what ``len`` counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from ecocomp.issues import Issue
from ecocomp.rules import table

__all__ = ["SHOWN", "columns_of", "count_words", "counts", "issue_table", "wrapped"]

SHOWN = 5
"""How many issues of one rule a person is shown."""

_ORDER = {"error": 0, "warning": 1, "note": 2}
_COLOURS = {"error": "31", "warning": "33", "note": "36"}
_PLACES = ("file", "column", "row", "unit", "year", "value")
_FLUSH_RIGHT = ("row", "year")
_NARROWEST = 30
"""Columns that a message gets at least, even beyond the edge of the terminal."""


def issue_table(issues: Iterable[Issue], width: int | None = None, *, colour: bool = False) -> str:
    """Return issues as text, errors first, without a line break at the end.

    Parameters
    ----------
    issues
        In any order; those of one rule keep theirs.
    width
        Columns of the terminal, for messages to be broken; left out: lines are as long as they are.
    colour
        Write ANSI colours.
    """
    found = sorted(issues, key=lambda issue: _ORDER[issue.severity])
    groups: dict[tuple[str, str], list[Issue]] = {}
    for issue in found:
        groups.setdefault((issue.severity, issue.code), []).append(issue)
    lines = []
    for (severity, code), group in groups.items():
        head = f"{severity}: {code}"
        finds = table()[code].finds if code in table() else ""
        where = {issue.file for issue in group}
        file = next(iter(where)) if len(where) == 1 else None
        rest = f" ({len(group)}){f', {file}' if file else ''}{f': {finds}' if finds else ''}"
        first, *more = wrapped(head + rest, width)
        lines += [_painted(first, len(head), severity, colour), *more]
        lines += _rows(group[:SHOWN], width, with_file=file is None)
        if len(group) > SHOWN:
            lines.append(f"    … and {len(group) - SHOWN} more; --json lists all")
    return "\n".join([*lines, *([""] if lines else []), count_words(found)])


def count_words(issues: Sequence[Issue]) -> str:
    """Return how many issues there are of each severity, in words."""
    found = {severity: sum(issue.severity == severity for issue in issues) for severity in _ORDER}
    return ", ".join(f"{n} {s}{'s' * (n != 1)}" for s, n in found.items() if n) or "no problem found"


def counts(issues: Sequence[Issue]) -> dict[str, object]:
    """Return how many issues there are of each severity, and of each rule, for a program to read."""
    rules = Counter((issue.severity, issue.code) for issue in issues)
    return {
        **{f"{severity}s": sum(issue.severity == severity for issue in issues) for severity in _ORDER},
        "rules": [
            {"severity": severity, "code": code, "count": count}
            for (severity, code), count in sorted(rules.items(), key=lambda item: _ORDER[item[0][0]])
        ],
    }


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1 for c in text
    )


def wrapped(text: str, width: int | None) -> list[str]:
    """Break a text into lines of at most ``width`` columns: between words, or within one that is too long."""
    if width is None or columns_of(text) <= width:
        return [text]
    lines = [""]
    for word in re.findall(r"\S+\s*", text):
        if lines[-1] and columns_of((lines[-1] + word).rstrip()) > width:
            lines.append("")
        for character in word:
            if lines[-1].strip() and columns_of((lines[-1] + character).rstrip()) > width:
                lines.append("")
            lines[-1] += character
    return [line.rstrip() for line in lines]


def _painted(line: str, length: int, severity: str, colour: bool) -> str:
    return f"\033[1;{_COLOURS[severity]}m{line[:length]}\033[0m{line[length:]}" if colour else line


def _rows(issues: Sequence[Issue], width: int | None, *, with_file: bool) -> list[str]:
    """Return the places in aligned columns with their messages, and what to do: once if it is the same for all."""
    names = [p for p in _PLACES if any(getattr(i, p) is not None for i in issues) and (with_file or p != "file")]
    rows = [[_text(getattr(issue, name)) for name in names] for issue in issues]
    widths = [max(map(columns_of, [name, *cells])) for name, cells in zip(names, zip(*rows, strict=True), strict=True)]
    indent = 4 + sum(widths) + 2 * len(widths)
    room = None if width is None else max(width - indent, _NARROWEST)
    remedies = list(dict.fromkeys(issue.remedy for issue in issues))
    lines = [_line(names, widths, names).rstrip()] if names else []
    for issue, row in zip(issues, rows, strict=True):
        message = issue.message if len(remedies) == 1 else f"{issue.message} → {issue.remedy}"
        first, *rest = wrapped(message, room)
        lines.append(_line(row, widths, names) + first)
        lines += [" " * indent + part for part in rest]
    if len(remedies) == 1:
        first, *rest = wrapped(remedies[0], None if width is None else max(width - 6, _NARROWEST))
        lines += [f"    → {first}", *(f"      {part}" for part in rest)]
    return lines


def _text(value: object) -> str:
    """Return a place as one line: a cell may hold line breaks."""
    return "" if value is None else " ".join(str(value).split())


def _line(cells: Sequence[str], widths: Sequence[int], names: Sequence[str]) -> str:
    padded = []
    for cell, wide, name in zip(cells, widths, names, strict=True):
        blank = " " * (wide - columns_of(cell))
        padded.append(blank + cell if name in _FLUSH_RIGHT else cell + blank)
    return "    " + "".join(f"{cell}  " for cell in padded)
