"""The variables table: the only list of quantities and columns, with unit, range, label and source.

Readers, checks, legends, headers and ``columns.csv`` are derived from it; nothing else repeats what stands here.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from ecocomp.units import in_currency

__all__ = ["ORIGINS", "Variable", "inputs", "label", "table", "variable", "weakest_origin"]

ORIGINS = ("given", "published", "modelled", "downscaled", "imputed")
"""Origins of a value, strongest first."""


@dataclass(frozen=True)
class Variable:
    """One quantity or column: what it is called, measured in, and may be.

    ``kind`` is ``extensive`` (a total: adds up over units), ``intensive`` (a rate or position), ``count``,
    ``ordinal`` (a year or rank) or ``label`` (text); ``unit`` is the canonical unit in which every array and file
    holds it. A value beyond a hard bound is an error, beyond another one a warning; an open minimum is itself out of
    range.
    """

    name: str
    role: Literal["key", "input", "result"]
    kind: Literal["extensive", "intensive", "count", "ordinal", "label"]
    unit: str
    minimum: float | None
    maximum: float | None
    open_minimum: bool
    hard_bounds: Literal["", "minimum", "both"]
    label_en: str
    label_zh: str
    meaning: str
    equation: str
    source: str

    def unit_in(self, currency: str) -> str:
        """Return the canonical unit in a study's currency; ``CNY`` in the table stands for that."""
        return in_currency(self.unit, currency)


@cache
def table() -> dict[str, Variable]:
    """Return every variable by name, in the order of ``variables.csv``."""
    text = resources.files("ecocomp").joinpath("variables.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["name"]: _variable(row) for row in rows}


def _variable(row: dict[str, str]) -> Variable:
    return Variable(
        name=row["name"],
        role=row["role"],  # type: ignore[arg-type]  # the table's own test holds it to the allowed words
        kind=row["kind"],  # type: ignore[arg-type]
        unit=row["unit"],
        minimum=float(row["minimum"]) if row["minimum"] else None,
        maximum=float(row["maximum"]) if row["maximum"] else None,
        open_minimum=row["open_minimum"] == "yes",
        hard_bounds=row["hard_bounds"],  # type: ignore[arg-type]
        label_en=row["label_en"],
        label_zh=row["label_zh"],
        meaning=row["meaning"],
        equation=row["equation"],
        source=row["source"],
    )


def variable(name: str) -> Variable:
    """Return one variable; ``KeyError`` names it if the table has none of that name."""
    return table()[name]


def inputs() -> dict[str, Variable]:
    """Return the quantities that a study may read from its table."""
    return {name: v for name, v in table().items() if v.role == "input"}


def label(name: str, language: str = "en", *, unit: str | None = None) -> str:
    """Return the label of a variable with its unit in brackets, as axes and headers print it.

    Parameters
    ----------
    name
        Name in the table.
    language
        ``en`` or ``zh``.
    unit
        Unit to print instead of the canonical one (a figure may scale CNY to 10⁸ CNY).
    """
    v = variable(name)
    text = v.label_zh if language == "zh" else v.label_en
    unit = v.unit if unit is None else unit
    return text if unit in ("", "1") else f"{text} [{unit}]"


def weakest_origin(*origins: str) -> str:
    """Return the weakest of some data origins: what a number made from all of them rests on."""
    return max(origins, key=ORIGINS.index)
