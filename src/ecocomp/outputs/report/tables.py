"""Tables of the report: frames of a result as captioned rows of text, labels and units from the variables table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ecocomp.outputs.report import numbers
from ecocomp.variables import label, table

__all__ = ["Column", "Table", "Wording", "from_frame"]

SHORT = 16


@dataclass(frozen=True)
class Column:
    """A column head; ``numeric`` columns are set flush right. ``starts`` draws a rule before the column."""

    label: str
    numeric: bool = False
    starts: bool = False


@dataclass(frozen=True)
class Table:
    """A table as the template prints it; the first cell of a row is its header, ``blocks`` are captioned row groups.

    ``spans`` is an optional upper head row of (label, number of columns).
    """

    caption: str
    columns: Sequence[Column]
    blocks: Sequence[tuple[str, Sequence[Sequence[str]]]]
    file: str = ""
    spans: Sequence[tuple[str, int]] = ()
    note: str = ""

    def __bool__(self) -> bool:
        return any(rows for _, rows in self.blocks)

    @property
    def short(self) -> bool:
        """Whether it should stay on one page in print."""
        return sum(len(rows) for _, rows in self.blocks) <= SHORT


@dataclass(frozen=True)
class Wording:
    """What the tables of one study say: its unit of money, its revised unit, and the names of its units."""

    money: str
    revised: str
    names: dict[str, str]


def from_frame(
    frame: pd.DataFrame, columns: Sequence[str], caption: str, file: str, wording: Wording, note: str = ""
) -> Table:
    """Return a table of a frame's columns, each with one count of decimals, money in 10⁸ CNY."""
    heads = [head(name, wording) for name in columns]
    cells = [cells_of(name, frame[name].tolist(), wording) for name in columns]
    rows = [list(row) for row in zip(*cells, strict=True)]
    return Table(caption, heads, [("", rows)], file, note=note)


def head(name: str, wording: Wording) -> Column:
    """Return the head of a column: its label with its unit of measure."""
    if name not in table():
        return Column(name)
    v = table()[name]
    unit = wording.money if v.unit == "CNY" else wording.revised if name == "revised" else numbers.measure(v.unit)
    return Column(label(name, unit=unit), numeric=v.kind not in ("label", "ordinal"))


def cells_of(name: str, values: Sequence[object], wording: Wording) -> list[str]:
    """Return the cells of a column as text."""
    v = table().get(name)
    if v is None or v.kind in ("label", "ordinal"):
        return [_text(value, wording) for value in values]
    quantities = [None if numbers.is_missing(x) else float(str(x)) for x in values]
    if name.endswith("_p") or name.startswith("p_"):
        return [numbers.p_value(x) for x in quantities]
    if v.kind == "count":
        return [numbers.number(x) for x in quantities]
    if v.unit == "degree":
        return [numbers.number(x, 3 if name in ("lon", "lat") else 0) for x in quantities]
    scale = numbers.HUNDRED_MILLION if v.unit == "CNY" else 1.0
    digits = 3 if v.unit == "1" and name != "priority" else 4
    return numbers.column([None if x is None else x / scale for x in quantities], digits)


def _text(value: object, wording: Wording) -> str:
    if numbers.is_missing(value):
        return numbers.MISSING
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return wording.names.get(str(value), str(value))
