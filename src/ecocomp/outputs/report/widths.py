"""How wide the columns of a printed table are, and how small its type, so that what stands in them fits the page."""

from __future__ import annotations

import unicodedata

from ecocomp.outputs.report.document import typeset
from ecocomp.outputs.report.tables import Table

__all__ = ["PADDING", "column_widths"]

PADDING = 2.4
"""Space beside the text of a cell [mm]."""
UNIT = 0.225
"""Mean width of a Latin letter of a wide font, per point of its size [mm]; a Chinese character takes two."""
BOLD = 1.15
"""How much wider the bold letters of heads are."""
SIZES = (8.0, 7.5, 7.0, 6.5, 6.0, 5.5)
"""Sizes of type that are tried, the largest first [points]."""
READABLE = 7.0
"""Size down to which type shrinks rather than that a cell takes two lines [points]."""
MOST = 30
"""Longest word that is kept on one line [letters]."""
LINE = 45
"""Letters from which a cell is running text, and takes several lines."""
SHORT = 8
"""Chinese of up to so many letters is not broken either."""


def column_widths(table: Table, width: float) -> tuple[list[float], float]:
    """Return the widths of the columns [mm] and the size of type [points] at which their words fit.

    A column gets what its longest cell takes where all fit; else each gets its longest word, and what is left is
    shared out by what they lack. A word that no size leaves room for is broken by the program that shows it.
    """
    cells = [[typeset(row[j]) for _, rows in table.blocks for row in rows] for j in range(len(table.columns))]
    heads = [typeset(column.label) for column in table.columns]
    for lines in (2, 3):
        whole = [max([_lines(h, lines), *map(_letters, c)]) for h, c in zip(heads, cells, strict=True)]
        running = [n > LINE for n in whole]
        for size in (s for s in SIZES if s >= READABLE):
            wanted = [min(n, LINE) * UNIT * size + PADDING for n in whole]
            left = width - sum(wanted)
            if left >= 0 and any(running):  # text takes what the others leave
                return [w + left * r / sum(running) for w, r in zip(wanted, running, strict=True)], size
            if left >= 0:
                return [w * min(1.3, width / sum(wanted)) for w in wanted], size
    least = [max([_lines(h, 3), *map(_kept, c)]) for h, c in zip(heads, cells, strict=True)]
    for size in (s for s in SIZES if s <= READABLE):
        wanted, needed = ([n * UNIT * size + PADDING for n in counts] for counts in (whole, least))
        if sum(needed) <= width:
            break
    left = max(0.0, width - sum(needed))
    lacking = [max(0.0, w - n) for w, n in zip(wanted, needed, strict=True)]
    shares = [n + left * lack / max(sum(lacking), 1e-9) for n, lack in zip(needed, lacking, strict=True)]
    return [share * width / sum(shares) for share in shares], size


def _lines(head: str, lines: int) -> float:
    """Return the letters of a head on so many lines; its longest word is not broken."""
    return BOLD * max(_kept(head), -(-_letters(head) // lines))


def _kept(text: str) -> int:
    """Return the letters that are kept on one line."""
    letters = _letters(text)
    return letters if letters <= SHORT else min(MOST, _longest_word(text))


def _letters(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _longest_word(text: str) -> int:
    """Return the letters of the longest piece that is not broken: Chinese breaks between any two characters."""
    longest = run = 0
    for c in text:
        wide = unicodedata.east_asian_width(c) in "WF"
        run = 0 if c == " " else 2 if wide else run + 1
        longest = max(longest, run)
    return longest
