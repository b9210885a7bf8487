"""[drivers]: what goes with the amount, by strata and by regression, and further columns of the study's tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from pydantic import Field, model_validator

from ecocomp.issues import nearest
from ecocomp.study.base import Settings
from ecocomp.variables import table

__all__ = ["DRAWN_FROM", "PER_HEAD", "RESPONSES", "DriverColumn", "Drivers", "Model", "unfit_drivers"]

Model = Literal["ols", "lag", "error", "panel_lag", "panel_error", "gwr", "mgwr"]
RESPONSES = ("amount", "account", "revised", "priority")
"""Results that can be a response, beside the quantities and the columns of [drivers.columns]."""
PER_HEAD = "gdp_per_head"
"""A factor that is made from two quantities."""
DRAWN_FROM: Mapping[str, tuple[str, ...]] = {
    "account": ("emissions", "sequestration"),
    "revised": ("emissions", "sequestration"),
    "amount": ("emissions", "sequestration"),
    "priority": ("emissions", "sequestration", "gdp"),
    PER_HEAD: ("gdp", "population"),
}
"""Quantities in the formula of each of these, before those of the revision."""


class DriverColumn(Settings):
    """[drivers.columns.NAME]: a further column of a table of the study, by the name that factors and response use."""

    table: str | None = Field(None, description="name of the further table, [tables.NAME]; left out: [units] table")
    column: str = Field(description="column of the table; {year} in it stands for a column a year")
    kind: Literal["rate", "total", "class"] = Field(
        "rate",
        description="rate or total: a number, of which dissolved units take the mean or the sum; class: texts, strata "
        "as they are",
    )
    unit: str | None = Field(None, description="its unit of measure, in words; nothing is converted")
    source: str | None = Field(None, description="citation, printed in the report")


class Drivers(Settings):
    """[drivers]: the response, its factors, and the models."""

    response: str = Field(
        "amount",
        description="what is explained: amount, account, revised, priority, a quantity, or a name of [drivers.columns]",
    )
    factors: tuple[str, ...] = Field(
        (),
        strict=False,
        description="quantities, gdp_per_head, [units] parents, or names of [drivers.columns]; none: no drivers",
    )
    models: tuple[Model, ...] = Field(
        (),
        strict=False,
        description="regressions: ols, lag, error, panel_lag, panel_error, gwr, mgwr (need the extra 'drivers')",
    )
    permutations: int = Field(
        999, ge=99, le=1_000_000, description="permutations for the p of q; each chooses the strata anew"
    )
    columns: dict[str, DriverColumn] = Field(
        default_factory=dict, description="a further column of a table, as a factor or the response"
    )

    @model_validator(mode="after")
    def _sense(self) -> Drivers:
        twice = [f for f in dict.fromkeys(self.factors) if self.factors.count(f) > 1]
        if twice:
            raise ValueError(f"factors names {', '.join(twice)} twice")
        if self.response in self.factors:
            raise ValueError(f"{self.response} is the response and a factor: take it out of the factors")
        if self.models and not self.factors:
            raise ValueError("models need factors")
        return self

    def numbers(self, parents: Collection[str]) -> list[str]:
        """Return the factors that are numbers: all but classes and parents."""
        classes = {name for name, column in self.columns.items() if column.kind == "class"}
        return [name for name in self.factors if name not in classes and name not in parents]


def unfit_drivers(
    drivers: Drivers,
    quantities: Collection[str],
    parents: Sequence[str],
    tables: Mapping[str, int | None],
    divisions: int | None,
) -> list[str]:
    """Return what keeps the drivers from being told, a sentence each.

    Parameters
    ----------
    quantities
        Of the study, area among them.
    parents
        Columns of larger units.
    tables
        Divisions of each further table, by name.
    divisions
        Those of the study.
    """
    of_head = [PER_HEAD] if "population" in quantities else []
    known = [*quantities, *drivers.columns, *of_head]
    faults = [
        f"[drivers] factors: {name!r} is no quantity of this study, parent, or [drivers.columns.NAME]; "
        f"{nearest(name, [*known, *parents])}"
        for name in drivers.factors if name not in known and name not in parents
    ]  # fmt: skip
    if drivers.response not in (*known, *RESPONSES):
        faults.append(
            f"[drivers] response: {drivers.response!r} is unknown; {nearest(drivers.response, [*known, *RESPONSES])}"
        )
    elif drivers.response in drivers.columns and drivers.columns[drivers.response].kind == "class":
        faults.append(f"[drivers] response: {drivers.response!r} is a class, and a response is a number")
    if drivers.models and drivers.factors and not drivers.numbers(parents):
        faults.append("[drivers] models need a factor that is a number; parents and classes are none")
    taken = [name for name in drivers.columns if name in table() or name in parents]
    faults += [f"[drivers.columns.{name}] takes the name of something else: choose another" for name in taken]
    for name, column in drivers.columns.items():
        if column.table is None:
            continue
        if column.table not in tables:
            hint = nearest(column.table, tables) if tables else "there is no [tables.NAME]"
            faults.append(f"[drivers.columns.{name}] table {column.table!r} is not a section of this study; {hint}")
        elif tables[column.table] not in (None, divisions):
            faults.append(
                f"[drivers.columns.{name}] table {column.table!r} has the divisions of another year, between which "
                "these columns are not carried: give a table of the study's own divisions"
            )
    return faults
