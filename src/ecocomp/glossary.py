"""What every quantity and column means, where it stands, and on which page its method is told."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any

from ecocomp.units import CURRENCY, allowed
from ecocomp.variables import Variable, table

__all__ = ["METHOD_PAGES", "Entry", "Sheet", "describe", "found", "nearest_names", "sheets"]

METHOD_PAGES: Mapping[str, Sequence[str]] = {
    "1": ("accounts",), "2": ("accounts",), "3": ("revision",), "4": ("compensation", "priority"),
    "5": ("clusters", "centres"), "6": ("settlement",), "8": ("uncertainty",),
    "9": ("drivers", "fairness", "decomposition", "outlook"),
}  # fmt: skip
"""Pages of docs/method/ by the section that ``source`` names as in "methods §5"."""
_PAGE_OF_TABLES = {
    "centres": "centres", "ellipses": "centres", "fairness": "fairness", "burden": "fairness",
    "decomposition": "decomposition", "outlook": "outlook", "driver": "drivers", "regression": "drivers",
    "rank_stability": "priority", "balance": "settlement", "ledger": "settlement",
}  # fmt: skip
"""Page that a table's columns are told on, by how the table's name begins, where a section has several pages."""
_KINDS = {
    "extensive": "a total, which adds up over units", "intensive": "a rate or position, which does not add up",
    "count": "a number of things", "ordinal": "a whole number that orders", "label": "text",
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """A table of a run: what a row is, and its columns; ``<parents>`` stands for the study's own larger units."""

    name: str
    row: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """What is known of a quantity or column, as texts."""

    name: str
    label_en: str
    label_zh: str
    meaning: str
    unit: str
    kind: str
    range: str
    accepted: str
    equation: str
    source: str
    pages: tuple[str, ...]
    columns: tuple[str, ...]
    others: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name, for a program to read."""
        return asdict(self)


@cache
def sheets() -> dict[str, Sheet]:
    """Return the tables of a run by name, in the order in which a run makes them."""
    text = resources.files("ecocomp").joinpath("tables.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["table"]: Sheet(row["table"], row["row"], tuple(row["columns"].split())) for row in rows}


def found(pattern: str) -> list[str]:
    """Return the names that a word means: a name itself, those a wildcard fits, or the columns of a table.

    Examples
    --------
    >>> found("amount"), found("n_H?")
    (['amount'], ['n_HH', 'n_HL'])
    >>> found("transfers")
    ['year', 'payer', 'recipient', 'transfers.amount', 'data_origin']
    """
    known = table()
    if pattern in known:
        return [pattern]
    if any(sign in pattern for sign in "*?["):
        return [name for name in known if fnmatchcase(name, pattern)]
    sheet = sheets().get(pattern.removesuffix(".csv"))
    if sheet is not None:
        names = (_variable(sheet.name, column) for column in sheet.columns)
        return [v.name for v in names if v is not None]
    parent, _, column = pattern.partition(".")
    v = _variable(parent, column) if parent in sheets() and column in sheets()[parent].columns else None
    return [] if v is None else [v.name]


def nearest_names(word: str, most: int = 3) -> list[str]:
    """Return the names that are closest to a word, by name or by label in either language, the closest first."""
    spellings = {name.lower(): name for name in [*sheets(), *table()]}
    for v in table().values():
        for label in (v.label_en.lower(), v.label_zh):
            spellings.setdefault(label, v.name)
    wanted = word.lower()
    within = [name for spelling, name in spellings.items() if len(wanted) > 1 and wanted in spelling]
    close = [spellings[s] for s in difflib.get_close_matches(wanted, spellings, n=most, cutoff=0.6)]
    return list(dict.fromkeys([*close, *within]))[:most]


def describe(name: str) -> Entry:
    """Return what is known of a quantity or column; ``KeyError`` names it if the variables table has none."""
    v = table()[name]
    columns = tuple(
        f"{sheet.name}.{column}"
        for sheet in sheets().values()
        for column in sheet.columns
        if column != "<parents>" and _variable(sheet.name, column) == v
    )
    return Entry(
        name, v.label_en, v.label_zh, v.meaning, _unit(v), _KINDS[v.kind], _range(v),
        allowed(v.unit) if v.role == "input" else "", v.equation, v.source, _pages(v, columns), columns,
        tuple(other for other in table() if other != name and other.rpartition(".")[2] == name),
    )  # fmt: skip


def _variable(sheet: str, column: str) -> Variable | None:
    return table().get(f"{sheet}.{column}") or table().get(column)


def _unit(v: Variable) -> str:
    if v.unit in ("", "1"):
        return "" if not v.unit else "1 (a number without a unit of measure)"
    return f"{v.unit} (the study's currency in its place)" if CURRENCY in v.unit else v.unit


def _range(v: Variable) -> str:
    """Say the range in words; a bound that only warns is a plausible one."""
    ends = []
    if v.minimum is not None:
        ends.append(f"above {v.minimum:g}" if v.open_minimum else f"at least {v.minimum:g}")
    if v.maximum is not None:
        beyond = "" if v.hard_bounds == "both" or v.role != "input" else ", beyond which a check warns"
        ends.append(f"at most {v.maximum:g}{beyond}")
    return " and ".join(ends)


def _pages(v: Variable, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the pages of docs/ that tell the method: those of the section, of several those of the column's tables."""
    pages = [page for section in re.findall(r"§(\d+)", v.source) for page in METHOD_PAGES.get(section, ())]
    own = {page for column in columns for start, page in _PAGE_OF_TABLES.items() if column.startswith(start)}
    kept = [page for page in pages if page in own] or pages or (sorted(own) if v.source else [])
    return tuple(f"docs/method/{page}.md" for page in kept)
