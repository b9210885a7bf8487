"""Tables of the report: frames of a result as captioned rows of text, labels and units from the variables table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ecocomp.language import Language
from ecocomp.language.measures import Measure
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.categories import words_of
from ecocomp.variables import label, table

__all__ = ["Column", "Table", "Wording", "cells_of", "from_frame", "head", "measure_of"]

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
    """What the tables of one study are written in: a language, its units' names, and what its amounts are.

    ``revised_unit`` is the canonical unit of the revised account; ``notional`` money is at the region's mean size.
    """

    language: Language
    names: dict[str, str]
    revised_unit: str = "Mt CO2"
    notional: bool = False


def from_frame(
    frame: pd.DataFrame, columns: Sequence[str], caption: str, file: str, wording: Wording, note: str = ""
) -> Table:
    """Return a table of a frame's columns, each with one count of decimals, in the units that readers expect."""
    heads = [head(name, wording) for name in columns]
    cells = [cells_of(name, frame[name].tolist(), wording) for name in columns]
    rows = [list(row) for row in zip(*cells, strict=True)]
    return Table(caption, heads, [("", rows)], file, note=note)


def measure_of(name: str, wording: Wording) -> Measure:
    """Return the unit in which a column's values are printed."""
    language = wording.language
    unit = wording.revised_unit if name == "revised" else table()[name].unit
    measure = language.measure(unit)
    if unit == "CNY" and wording.notional:
        return replace(measure, label=language.say("{unit}, notional", unit=measure.label))
    return measure


def head(name: str, wording: Wording) -> Column:
    """Return the head of a column: its label with its unit of measure."""
    if name not in table():
        return Column(name)
    unit = measure_of(name, wording).label
    return Column(label(name, wording.language.code, unit=unit), numeric=table()[name].kind not in ("label", "ordinal"))


def cells_of(name: str, values: Sequence[object], wording: Wording) -> list[str]:
    """Return the cells of a column as text; labels are words of the language."""
    v = table().get(name)
    if v is None or v.kind in ("label", "ordinal"):
        words = words_of(name, wording.language)
        return [_text(value, words, wording) for value in values]
    quantities = [None if numbers.is_missing(x) else float(str(x)) for x in values]
    if name.endswith("_p") or name.startswith("p_"):
        return [numbers.p_value(x) for x in quantities]
    if v.kind == "count":
        return [numbers.number(x) for x in quantities]
    if v.unit == "degree":
        return [numbers.number(x, 3 if name in ("lon", "lat") else 0) for x in quantities]
    size = measure_of(name, wording).size
    digits = 3 if v.unit == "1" and name != "priority" else 4
    return numbers.column([None if x is None else x / size for x in quantities], digits)


def _text(value: object, words: Mapping[str, str], wording: Wording) -> str:
    if numbers.is_missing(value):
        return numbers.MISSING
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return words.get(str(value)) or wording.names.get(str(value), str(value))
