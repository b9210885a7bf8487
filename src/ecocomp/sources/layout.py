"""Rows of cells to a table: which rows are its header, and which stand above, between and below without belonging."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from ecocomp.issues import DataError, Issue
from ecocomp.sources.cleaning import is_missing, is_number, plain
from ecocomp.units import CURRENCY_NAMES

__all__ = ["Laid", "Merged", "lay_out", "letter"]

_SEARCHED = 40
"""Rows among which the header is searched."""
_SAMPLE = 25
"""Rows below a supposed header that show what its columns hold."""
_LINES = 4
"""Rows that a header has at most, where it is found."""
_QUOTED = 6
"""Cells of a header's second line that are quoted."""

_NOTE = re.compile(
    r"[*＊※#]?\s*[(（\[【]?\s*(注|註|附注|备注|说明|数据来源|资料来源|来源|审图号|制表|单位\s*[:：]|"
    r"notes?\b|sources?\b|data sources?\b|remarks?\b|unit\s*:)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[：:。；;]|\w{3,} \w+ \w+ \w+")
_LONG = 20


class Merged(NamedTuple):
    """A block of merged cells: rows and columns from 0, the last ones included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


class Laid(NamedTuple):
    """A table: ``frame`` indexed by row as a spreadsheet counts, under column names that differ from each other.

    ``names`` gives for every name that a column goes by (each line of its header, and both joined) the columns that
    have it. ``merged`` lists, for each column, the first and last rows of cells merged downwards.
    """

    frame: pd.DataFrame
    names: dict[str, tuple[str, ...]]
    merged: dict[str, list[tuple[int, int]]]
    issues: list[Issue]


def letter(column: int) -> str:
    """Return the letter of a column, counted from 0, as a spreadsheet shows it."""
    text, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def lay_out(
    rows: Sequence[Sequence[str]],
    file: str,
    header_rows: Sequence[int] | None = None,
    wanted: Collection[str] = (),
    merged: Sequence[Merged] = (),
) -> Laid:
    """Find the header and the body of a table.

    Parameters
    ----------
    rows
        Cells as text; they may differ in number.
    file
        Name of the file, for issues.
    header_rows
        Rows that hold the header, as a spreadsheet counts them; found if left out.
    wanted
        Column names that the study asks for: the header is where they stand.
    merged
        Merged cells.

    Raises
    ------
    DataError
        If there is no header, no row below it, or a row is longer than the header; the issues name every such row.
    """
    lines = _declared(rows, file, header_rows) if header_rows else _found(rows, wanted, merged)
    if not lines or not any(any(rows[line]) for line in lines):
        raise DataError([Issue("error", "table-header", "has no header in row 1",
                               "put the column names into the first row", file, row=1)])  # fmt: skip
    parts = _header_parts(rows, lines, merged)
    labels, names = _labels(parts)
    issues = _above(rows, lines, file)
    last = _last_row(rows)
    footnotes = _footnotes(rows, lines[-1] + 1, last, len(labels))
    issues += _footnotes_told(rows, footnotes, file)
    body, index, found = _body(rows, lines, last, set(footnotes), len(labels), file)
    issues += found
    if any(issue.severity == "error" for issue in issues):
        raise DataError(issues)
    if not body:
        raise DataError([Issue("error", "table-empty", "has a header and no rows",
                               "fill in at least one unit and year", file)])  # fmt: skip
    columns = dict(zip(labels, zip(*body, strict=True), strict=True))
    frame = pd.DataFrame(columns, index=pd.Index(index, name="row"), dtype=object)
    downwards: dict[str, list[tuple[int, int]]] = {}
    for block in merged:
        if block.first_row > lines[-1] and block.last_row > block.first_row and block.first_column < len(labels):
            span = (block.first_row + 1, block.last_row + 1)
            downwards.setdefault(labels[block.first_column], []).append(span)
    return Laid(frame, names, downwards, issues)


# --- the header -------------------------------------------------------------------------------------------------------


def _declared(rows: Sequence[Sequence[str]], file: str, header_rows: Sequence[int]) -> list[int]:
    beyond = [row for row in header_rows if row > len(rows)]
    if beyond:
        raise DataError([Issue("error", "table-header", f"has {len(rows)} rows and none of number {beyond[0]}",
                               "correct header_rows", file, row=beyond[0])])  # fmt: skip
    return sorted({row - 1 for row in header_rows})


def _found(rows: Sequence[Sequence[str]], wanted: Collection[str], merged: Sequence[Merged]) -> list[int]:
    """Return the rows that hold the header: the first that is no title, or the one with the most wanted names."""
    filled = [sum(1 for cell in row if cell) for row in rows[:200]]
    some = sorted(n for n in filled if n)
    if not some:
        return []
    typical = some[len(some) // 2]
    candidates = [i for i, n in enumerate(filled[:_SEARCHED]) if n]
    titles = [i for i in candidates if (filled[i] == 1 < typical) or (filled[i] <= 2 and 2 * filled[i] < typical)]
    first = next((i for i in candidates if i not in titles), candidates[0])
    hits = {i: _hits(rows[i], wanted) for i in candidates} if wanted else {}
    if hits and max(hits.values()) > hits.get(first, 0):
        first = max(hits, key=lambda i: hits[i])
    lines = [first]
    named = bool(wanted) and hits[first] == len(wanted)
    reach = max((m.last_row for m in merged if m.first_row == first), default=first)
    while len(lines) < _LINES and lines[-1] + 1 < len(rows):
        line = lines[-1] + 1
        if line <= reach or _continues(rows, lines, line, named):
            lines.append(line)
        else:
            break
    return lines


def _hits(row: Sequence[str], wanted: Collection[str]) -> int:
    cells = {plain(cell) for cell in row if cell}
    count = 0
    for name in wanted:
        if "{year}" in name:
            pattern = re.compile(re.escape(plain(name)).replace(re.escape("{year}"), r"\d{4}"))
            count += any(pattern.fullmatch(cell) for cell in cells)
        else:
            count += plain(name) in cells
    return count


_MARKED_NUMBER = re.compile(r"[约近超<>≤≥＜＞~≈≠±*#]+\s*\d[\d.,]*|\d[\d.,]*\s*[*#†‡+±]+")
"""A number that somebody qualified."""
_WITHHELD = re.compile(r"保密|涉密|机密|未公布|未报|缺报|confidential|suppressed|withheld|secret", re.IGNORECASE)
_HAN = re.compile("[\u3400-\u9fff]")
_UNIT = re.compile(
    r"[(（\[]?(单位[:：])?[\d.^eE×*]*\s*"
    r"((thousand |million |billion )(?-i:[A-Z]{3})|(thousand |million |billion )?[十百千万亿]*"
    rf"({'|'.join([*CURRENCY_NAMES, *CURRENCY_NAMES.values()])}|"
    r"吨|元|人|公里|千米|平方公里|平方千米|平方米|公顷|亩|立方米|%|％|[kMGT]?t|[kMGTP]?g|CNY|RMB|yuan|persons?|people|ha|"
    r"k?m[23²³]))(\s*(CO2|CO₂|C|二氧化碳|标准煤))?(\s*/.*)?[)）\]]?",
    re.IGNORECASE,
)
"""A unit of measure that stands in a line of its own below a name."""


def _continues(rows: Sequence[Sequence[str]], lines: list[int], line: int, named: bool) -> bool:
    """Tell whether a row is a further line of the header, by what stands above and below it.

    Where the line above has all names that are asked for (``named``), a second language must look like one.
    """
    row, above = rows[line], rows[lines[-1]]
    below = [r for r in rows[line + 1 : line + 1 + _SAMPLE] if any(r)]
    filled = [i for i, cell in enumerate(row) if cell]
    if not below or len(filled) < 1:
        return False
    if _is_other_language(row, below, filled):
        return not named or _is_like_header(row, above, below)
    return _is_subdivision(row, above, below, filled)


def _is_other_language(row: Sequence[str], below: list[Sequence[str]], filled: list[int]) -> bool:
    """Tell a row of words over columns of numbers: a second language, or units of measure.

    A number with a mark beside it (约9, <0.1), and one word over all of them (保密), are no header but values.
    """
    if any(is_number(row[i]) or _MARKED_NUMBER.fullmatch(row[i]) for i in filled):
        return False
    numeric = _numeric(below)
    named = [row[i] for i in numeric if i < len(row) and not is_missing(row[i])]
    repeats = len(named) > 1 and len(set(named)) == 1 and not _UNIT.fullmatch(named[0])
    withheld = any(map(_WITHHELD.fullmatch, named))
    return len(named) >= 1 and 2 * len(named) >= len(numeric) and not repeats and not withheld


def _numeric(below: list[Sequence[str]]) -> list[int]:
    """Return the columns that hold numbers."""
    found = []
    for i in range(max(map(len, below))):
        cells = [r[i] for r in below if i < len(r) and not is_missing(r[i])]
        if cells and sum(map(is_number, cells)) >= 0.8 * len(cells):
            found.append(i)
    return found


def _is_like_header(row: Sequence[str], above: Sequence[str], below: list[Sequence[str]]) -> bool:
    """Tell a row that is mostly units of measure, or in Latin letters below Chinese ones or the other way round."""
    pairs = [(row[i], above[i]) for i in _numeric(below) if i < min(len(row), len(above)) and row[i] and above[i]]
    alike = 0
    for cell, name in pairs:
        foreign = bool(_HAN.search(cell)) != bool(_HAN.search(name))
        digits = set(re.findall(r"\d+", cell)) - set(re.findall(r"\d+", name))  # a year stands in both languages
        alike += _UNIT.fullmatch(cell) is not None or (foreign and not digits)
    return not pairs or 2 * alike > len(pairs)


def _is_subdivision(row: Sequence[str], above: Sequence[str], below: list[Sequence[str]], filled: list[int]) -> bool:
    """Tell a row that divides the columns above it, such as years under one name, and is empty under the others."""
    if any(is_number(row[i]) and not re.fullmatch(r"[12]\d{3}(\.0)?", row[i]) for i in filled):
        return False
    divides = [i for i in filled if i < len(above) and not above[i]] or [i for i in filled if i >= len(above)]
    whole = [i for i, cell in enumerate(above) if cell and (i >= len(row) or not row[i])]
    full = [i for i in whole if all(i < len(r) and r[i] for r in below)]
    return bool(divides) and bool(full)


def _header_parts(rows: Sequence[Sequence[str]], lines: list[int], merged: Sequence[Merged]) -> list[list[str]]:
    """Return the lines of each column's header, merged cells and names over several columns filled in."""
    width = max(len(rows[line]) for line in lines)
    grid = [[*rows[line], *[""] * (width - len(rows[line]))] for line in lines]
    for block in merged:
        if block.first_row not in lines:
            continue
        name = grid[lines.index(block.first_row)][block.first_column] if block.first_column < width else ""
        for line in range(block.first_row, block.last_row + 1):
            for column in range(block.first_column, min(block.last_column, width - 1) + 1):
                if line in lines:
                    grid[lines.index(line)][column] = name
    for upper, lower in pairwise(grid):  # one name over several columns, the others left empty
        for column in range(1, width):
            if not upper[column] and lower[column]:
                upper[column] = upper[column - 1]
    while grid[0] and not any(cells[-1] for cells in grid):  # columns that a spreadsheet only formats
        for cells in grid:
            cells.pop()
    return [list(dict.fromkeys(cell for cell in column if cell)) for column in zip(*grid, strict=True)]


def _labels(parts: list[list[str]]) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Return a name for each column that no other has, and the columns for each name that there is."""
    joined = [" ".join(" ".join(lines).split()) for lines in parts]
    often = Counter(joined)
    labels = [name if name and often[name] == 1 else f"{name} [{letter(i)}]".strip() for i, name in enumerate(joined)]
    names: dict[str, list[str]] = {}
    for label, name, lines in zip(labels, joined, parts, strict=True):
        within = [line for cell in lines for line in cell.splitlines()]  # a cell may hold both languages
        for known in dict.fromkeys(" ".join(text.split()) for text in [label, name, *lines, *within]):
            if known:
                names.setdefault(known, []).append(label)
    return labels, {name: tuple(found) for name, found in names.items()}


def _above(rows: Sequence[Sequence[str]], lines: list[int], file: str) -> list[Issue]:
    """Tell where the header was found, if not in row 1 alone."""
    if lines == [0]:
        return []
    where = f"row {lines[0] + 1}" if len(lines) == 1 else f"rows {', '.join(str(line + 1) for line in lines)}"
    if len(lines) > 1:
        cells = [" ".join(cell.split()) for cell in rows[lines[1]] if cell]
        quoted = " | ".join([*cells[:_QUOTED], *["…"] * (len(cells) > _QUOTED)])
        where += f" (row {lines[1] + 1}: {quoted})"
    titles = [next(cell for cell in row if cell) for row in rows[: lines[0]] if any(row)]
    left_out = f"; left out above it: {' / '.join(titles)}" if titles else ""
    return [
        Issue("note", "table-layout", f"the header is taken from {where}{left_out}",
              "state header_rows if this is not the header", file, row=lines[0] + 1)
    ]  # fmt: skip


# --- the body ---------------------------------------------------------------------------------------------------------


def _last_row(rows: Sequence[Sequence[str]]) -> int:
    last = len(rows) - 1
    while last >= 0 and not any(rows[last]):
        last -= 1
    return last


def _footnotes(rows: Sequence[Sequence[str]], start: int, last: int, width: int) -> list[int]:
    """Return the rows at the end that are remarks: one filled cell that says so, and what follows them."""
    notes: list[int] = []
    for number in range(last, start - 1, -1):
        cells = [cell for cell in rows[number] if cell]
        if not cells:
            continue
        if len(cells) > 1 or width < 2:
            break
        notes.append(number)
    notes.reverse()
    said = next((i for i, n in enumerate(notes) if _is_remark(next(c for c in rows[n] if c))), None)
    return notes[said:] if said is not None else []


def _is_remark(text: str) -> bool:
    return not is_number(text) and bool(
        _NOTE.match(text) or len(text) >= _LONG or (len(text) >= 8 and _SENTENCE.search(text))
    )


def _footnotes_told(rows: Sequence[Sequence[str]], footnotes: list[int], file: str) -> list[Issue]:
    """Return a note for each footnote."""
    return [
        Issue("note", "table-footnote", "is a remark below the table and left out", "nothing to do if it is one",
              file, row=number + 1, value=next(cell for cell in rows[number] if cell))
        for number in footnotes
    ]  # fmt: skip


def _body(
    rows: Sequence[Sequence[str]], lines: list[int], last: int, footnotes: set[int], width: int, file: str
) -> tuple[list[Sequence[str]], list[int], list[Issue]]:
    """Return the rows of the table, all of one width, with their numbers, and what is odd about the others."""
    body: list[Sequence[str]] = []
    index: list[int] = []
    empty: list[int] = []
    repeated: list[int] = []
    issues: list[Issue] = []
    headers = {tuple(rows[line][:width]) for line in lines}
    first_cells = {header[0] for header in headers}
    for number in range(lines[-1] + 1, last + 1):
        row = rows[number]
        if not any(row):
            empty.append(number + 1)
            continue
        if number in footnotes:
            continue
        if row[0] in first_cells and tuple(row[:width]) in headers:
            repeated.append(number + 1)
            continue
        if len(row) != width:
            if any(row[width:]):
                issues.append(
                    Issue("error", "table-row", f"has {len(row)} cells under {width} headers",
                          "check the separators and quotes of this row", file=file, row=number + 1)
                )  # fmt: skip
            row = [*row[:width], *[""] * (width - len(row))]
        body.append(row)
        index.append(number + 1)
    for found, what in ((empty, "empty"), (repeated, "the header again")):
        if found:
            count = f"{len(found)} rows are" if len(found) > 1 else "the row is"
            issues.append(
                Issue("note", "table-layout", f"{count} {what} and left out", "nothing to do", file, row=found[0])
            )  # fmt: skip
    return body, index, issues
