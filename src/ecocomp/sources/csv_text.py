"""Text files to rows of cells: their encoding, what separates their cells, and quotes that never close."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from ecocomp.issues import DataError, Issue
from ecocomp.sources.encodings import is_of_lone_letters

__all__ = ["CsvText", "read_csv"]

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_SAMPLE = 60
"""Lines on which the delimiter is told."""

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
"""Characters without width, which copying from web pages leaves in cells."""

_BLANKS = "".join(c for c in map(chr, range(0x3001)) if c.isspace() and c not in "\r\n")
"""Every character that `str.strip` takes off, save the ends of lines."""

_SIGNATURE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_END = "\x00"
"""Stands alone in a row of its own behind the last one, unless a quote that never closes swallows it."""


class CsvText(NamedTuple):
    """A text file as rows of cells without blanks around them, its encoding, and what was noticed."""

    rows: list[list[str]]
    encoding: str
    issues: list[Issue]


def read_csv(path: Path) -> CsvText:
    """Read a text file as rows of cells.

    The encoding is UTF-8 (with or without a byte-order mark), UTF-16 with a byte-order mark ("Unicode text" of Excel),
    GB18030, or Windows-1252 where letters beyond ASCII stand alone among others; the delimiter is the one of
    ``, ; tab |`` that cuts most lines into the same number of cells.

    Raises
    ------
    DataError
        If the bytes are text in no such encoding, or a quote never closes.
    """
    text, encoding, issues = _decode(path)
    found = sum(text.count(character) for character in _INVISIBLE)
    if found:
        text = text.translate(dict.fromkeys(map(ord, _INVISIBLE)))
        issues.append(
            Issue("note", "table-invisible", f"{found} characters without width are left out of cells",
                  "nothing to do; they come from copying", path.name)
        )  # fmt: skip
    signature = _SIGNATURE.match(text)  # Excel's own hint, which it does not show as a row
    if signature:
        text, delimiter = text[signature.end() :], signature[1]
    else:
        delimiter = _delimiter(text)
    if delimiter != ",":
        issues.append(
            Issue("note", "table-delimiter", f"cells are separated by {_NAMES.get(delimiter, repr(delimiter))}",
                  "nothing to do if the columns are found", path.name)
        )  # fmt: skip
    rows = _split(text, delimiter, path)
    if '"' in text:
        issues += _cells_over_lines(rows, delimiter, path)
    return CsvText(rows, encoding, issues)


def _decode(path: Path) -> tuple[str, str, list[Issue]]:
    content = path.read_bytes()
    ladder: tuple[str, ...] = ("utf-8-sig", "gb18030")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and content[2:4] != b"\0\0":
        ladder = ("utf-16",)
    elif is_of_lone_letters(content):
        ladder = ("utf-8-sig", "cp1252", "gb18030")
    for encoding in ladder:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        if encoding == "utf-8-sig":
            return text, encoding, []
        message = f"is read as {encoding.upper()}, not UTF-8"
        remedy = "nothing to do if the names read well; else save it as 'CSV UTF-8'"
        if encoding == "gb18030" and _is_unlikely(text):
            message = "is read as GB18030, and most of its Chinese characters are rare: it may be in another encoding"
            return text, encoding, [Issue("warning", "table-encoding", message, "save it as 'CSV UTF-8'", path.name)]
        if encoding == "cp1252":
            message = "is read as Windows-1252, not UTF-8: letters of other languages than Western European are wrong"
            return text, encoding, [Issue("warning", "table-encoding", message, remedy, path.name)]
        return text, encoding, [Issue("note", "table-encoding", message, remedy, path.name)]
    raise DataError(
        [Issue("error", "table-encoding", "is text in neither UTF-8, UTF-16, GB18030 nor Windows-1252",
               "save it as 'CSV UTF-8'", path.name)]
    )  # fmt: skip


def _is_unlikely(text: str) -> bool:
    """Tell text of another encoding, such as Big5, by its characters: few of them are among the 6,763 of GB 2312."""
    strange = [c for c in set(text) if ord(c) > 0x7F]
    common = sum(bool(c.encode("gb2312", "ignore")) for c in strange)
    return len(strange) >= 8 and common < 0.6 * len(strange)


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts most of the first lines into the same number of cells, at least two."""
    lines = [line for line in io.StringIO(text, newline="").read(200_000).splitlines() if line.strip()][:_SAMPLE]
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        if not any(delimiter in line for line in lines):
            continue
        try:
            counts = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if any(row))
        except csv.Error:
            continue
        if not counts:
            continue
        cells, often = max(counts.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]))
        score = (often / counts.total(), cells)
        if cells > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _split(text: str, delimiter: str, path: Path) -> list[list[str]]:
    line_end = "" if text.endswith(("\n", "\r")) or not text else "\n"
    lines = csv.reader(io.StringIO(text + line_end + _END, newline=""), delimiter=delimiter, strict=False)
    rows: list[list[str]] = []
    try:
        if '"' in text or any(blank in text for blank in _BLANKS):
            rows.extend([cell.strip() for cell in row] for row in lines)
        else:  # nothing to strip, which takes most of the time
            rows.extend(lines)
    except csv.Error as error:  # a cell beyond 131,072 characters: a quote that does not close where it should
        raise DataError([_quote(path, len(rows) + 1, f"cannot be split into cells ({error})")]) from error
    if rows[-1] != [_END]:
        raise DataError([_quote(path, len(rows), "opens a quotation mark that never closes")])
    return rows[:-1]


def _quote(path: Path, row: int, message: str) -> Issue:
    return Issue("error", "table-quote", message, "double the quotation mark, or take it out", path.name, row=row)


def _cells_over_lines(rows: list[list[str]], delimiter: str, path: Path) -> list[Issue]:
    """Warn of cells that hold whole rows: a quote that closes only at the next one swallows what is between."""
    return [
        Issue("warning", "table-quote", f"has a cell of {cell.count(chr(10)) + 1} lines with separators in it",
              "check the quotation marks of this row; rows may be hidden in the cell", path.name, row=number)
        for number, row in enumerate(rows, start=1)
        for cell in row
        if "\n" in cell and delimiter in cell
    ]  # fmt: skip
