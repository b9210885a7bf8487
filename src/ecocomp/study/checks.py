"""[checks]: how severe each rule of the check is, and the published totals that units are held against."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import ConfigDict, Field, model_validator

from ecocomp.issues import nearest
from ecocomp.rules import SEVERITIES, Setting, table
from ecocomp.study.base import Settings, YearKey

__all__ = ["Checks", "Total", "unfit_totals"]

Totalled = Literal["emissions", "sequestration", "gdp", "population", "area"]


class Total(Settings):
    """[checks.totals.QUANTITY]: published totals of one quantity; one of years, parents and table."""

    alternatives: ClassVar = (
        ("years",), ("parents", "level"), ("table", "sheet", "name", "year", "column", "level")
    )  # fmt: skip

    unit: str = Field(description="unit of measure of the totals")
    years: dict[YearKey, float] | None = Field(None, description="total of the whole region by year")
    parents: dict[str, dict[YearKey, float]] | None = Field(
        None, description="totals by the name of a parent and year, instead of years"
    )
    table: str | None = Field(None, description="table of totals, instead of years and parents; relative to this file")
    sheet: str | None = Field(None, description="sheet of that workbook; left out: the first")
    name: str | None = Field(None, description="table: column of the parents' names")
    year: str | None = Field(None, description="table: column of years")
    column: str | None = Field(None, description="table: column of the totals")
    level: str | None = Field(
        None, description="column of [units] parents that the names stand in; left out: the outermost"
    )
    tolerance: float = Field(0.01, ge=0, description="relative difference that is accepted")

    @model_validator(mode="after")
    def _one_form(self) -> Total:
        given = [n for n in ("years", "parents", "table") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of years, parents and table (given: {', '.join(given) or 'none'})")
        columns = ("name", "year", "column")
        lacking = [n for n in columns if getattr(self, n) is None]
        if self.table is not None and lacking:
            raise ValueError(f"table needs its columns: {', '.join(lacking)}")
        if self.table is None and len(lacking) < len(columns):
            raise ValueError("name, year and column belong to a table of totals")
        if self.years is not None and self.level is not None:
            raise ValueError("level belongs to totals by parent; years are totals of the whole region")
        return self


class Checks(Settings):
    """[checks]: a rule's name and its severity, one a line; and the totals.

    Names are those that a check prints, with ``-`` or ``_``.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Setting]

    totals: dict[Totalled, Total] = Field(
        default_factory=dict, description="published totals that the sums of units are held against"
    )

    @property
    def severities(self) -> Mapping[str, Setting]:
        """What the study sets each rule to, by the rule's name."""
        return {_rule_name(key): setting for key, setting in self.__pydantic_extra__.items()}

    @model_validator(mode="after")
    def _rules_are_known_and_may_be_set(self) -> Checks:
        names = [_rule_name(key) for key in self.__pydantic_extra__]
        faults = [f"{name} is set twice" for name in dict.fromkeys(names) if names.count(name) > 1]
        faults += [fault for key, setting in self.__pydantic_extra__.items() if (fault := _fault(key, setting))]
        if faults:
            raise ValueError("; ".join(faults))
        return self


def _rule_name(key: str) -> str:
    return key.replace("_", "-")


def _fault(key: str, setting: Setting) -> str | None:
    """Say what is wrong with a rule's setting, if anything."""
    name = _rule_name(key)
    if name not in table():
        return f"there is no rule {key!r}; {nearest(name, table())}"
    rule = table()[name]
    if SEVERITIES.index(setting) < SEVERITIES.index(rule.lowest):
        allowed = " or ".join(f'"{word}"' for word in reversed(rule.allowed()))
        kind = "is a judgement that is" if rule.judgement else "is a fact about the data and"
        return f'{key} {kind} not to be set to "{setting}"; it may be {allowed}'
    return None


def unfit_totals(checks: Checks, quantities: Collection[str], parents: Sequence[str]) -> list[str]:
    """Return what keeps the totals from being compared: a quantity or a level of parents that the study lacks."""
    faults = []
    for name, total in checks.totals.items():
        place = f"[checks.totals.{name}]"
        if name not in quantities and name != "area":
            faults.append(f"{place} has totals of a quantity that [quantities] lacks")
        if total.years is None and not parents:
            faults.append(f"{place} has totals by parent, and [units] names no parents")
        elif total.level is not None and total.level not in parents:
            faults.append(f"{place} level {total.level!r} is none of [units] parents; {nearest(total.level, parents)}")
    return faults
