"""The settings of emissions that are not read from a column: from totals of larger units, or from burnt fuel."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from ecocomp.issues import nearest
from ecocomp.study.base import Settings

__all__ = ["Energy", "Process", "Proxy", "TopDown", "unfit_emissions"]


class Process(Settings):
    """Emissions that no fuel explains, such as those of cement."""

    table: str = Field(description="name of the further table, [tables.NAME]")
    column: str = Field(description="its column of emissions")
    unit: str = Field(description="their unit of measure, such as 1e4 t CO2")


class Energy(Settings):
    """Emissions from the fuel that is burnt: a table with a row for each place, year and fuel."""

    table: str = Field(description="name of the further table, [tables.NAME]; its id says whose fuel it is")
    fuel: str = Field(description="column of the fuels' names, such as raw_coal or 原煤")
    amount: str = Field(description="column of the amounts burnt")
    unit: str = Field(description="unit of measure of amounts by mass, such as 1e4 t")
    gas_unit: str | None = Field(None, description="unit of measure of amounts by volume (natural gas), such as 1e8 m3")
    sector: str | None = Field(None, description="column that tells several rows of one fuel apart; they are added up")
    factors: str | None = Field(
        None, description="csv of emission factors that replace or add to the package's; relative to this file"
    )
    process: Process | None = Field(None, description="process emissions, added to those of the fuels")

    @property
    def tables(self) -> set[str]:
        """Names in [tables] that it reads."""
        return {self.table, *([self.process.table] if self.process else [])}


def _as_proxy(given: Any) -> Any:
    return {"quantity": given} if isinstance(given, str) else given


class Proxy(Settings):
    """What totals are shared out by: a quantity of the study, a column, a raster, or night lights of two sensors."""

    alternatives: ClassVar = (
        ("quantity",), ("table", "column"), ("raster",), ("table", "dmsp", "viirs", "continuous", "bridge", "scale")
    )  # fmt: skip

    quantity: str | None = Field(None, description='quantity of this study, such as gdp (as text: proxy = "gdp")')
    table: str | None = Field(None, description="name of the further table, [tables.NAME], in which columns stand")
    column: str | None = Field(None, description="column of that table")
    raster: str | None = Field(None, description="name in [rasters]: the unit's sum of value times area")
    dmsp: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = Field(
        None, description="night lights of DMSP/OLS, a name for each satellite: columns of table, or names in [rasters]"
    )
    viirs: str | None = Field(None, description="night lights of NPP/VIIRS: column of table, or name in [rasters]")
    continuous: bool = Field(False, description="make the DMSP series one that only grows (it forbids real decline)")
    bridge: Literal["power", "monotone", "pso_bp"] = Field(
        "power", description="relation that brings the two sensors onto one scale, fitted on the years that both have"
    )
    scale: Literal["dmsp", "viirs"] = Field("dmsp", description="sensor on whose scale the lights end up")

    @model_validator(mode="after")
    def _one_form(self) -> Proxy:
        forms = {
            "quantity": self.quantity,
            "table and column": self.column,
            "raster": self.raster,
            "dmsp and viirs": self.dmsp or self.viirs,
        }
        given = [name for name, value in forms.items() if value is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(forms)} (given: {', '.join(given) or 'none'})")
        if given == ["dmsp and viirs"] and (self.dmsp is None or self.viirs is None):
            raise ValueError("dmsp and viirs go together; lights of one sensor are a raster or a column")
        if self.column is not None and self.table is None:
            raise ValueError("column needs its table, the name of a [tables.NAME]")
        if self.table is not None and given in (["quantity"], ["raster"]):
            raise ValueError(f"table does not go with {given[0]}")
        lights = {"continuous", "bridge", "scale"} & self.model_fields_set
        if lights and given != ["dmsp and viirs"]:
            raise ValueError(f"{', '.join(sorted(lights))} belong to night lights of two sensors, dmsp and viirs")
        return self

    @property
    def rasters(self) -> tuple[str, ...]:
        """Names in [rasters] that it needs."""
        if self.raster is not None:
            return (self.raster,)
        return (*self.dmsp, self.viirs) if self.dmsp and self.viirs and self.table is None else ()


class TopDown(Settings):
    """Emissions as shares of the totals of larger units."""

    alternatives: ClassVar = (("table", "column", "unit"), ("energy",))

    table: str | None = Field(
        None, description="name of the further table, [tables.NAME], of the totals; its id names the larger units"
    )
    column: str | None = Field(None, description="its column of totals; {year} in it stands for a column a year")
    unit: str | None = Field(None, description="their unit of measure, such as Mt CO2")
    energy: Energy | None = Field(None, description="totals from burnt fuel, instead of table, column and unit")
    parent: str = Field(description="which of [units] parents the totals are of")
    proxy: Annotated[Proxy, BeforeValidator(_as_proxy)] = Field(
        description="what they are shared out by: gdp, population, a column, a raster, or night lights of two sensors"
    )
    calibration: Literal["power", "pso_bp"] | None = Field(
        None, description="turn the proxy into emissions by a relation learnt from the totals, before the shares"
    )

    @model_validator(mode="after")
    def _one_source_of_totals(self) -> TopDown:
        read = {"table": self.table, "column": self.column, "unit": self.unit}
        given = [key for key, value in read.items() if value is not None]
        if (self.energy is not None and given) or (self.energy is None and len(given) < len(read)):
            raise ValueError("state either table, column and unit of the totals, or energy")
        return self

    @property
    def tables(self) -> set[str]:
        """Names in [tables] that it reads."""
        burnt = self.energy.tables if self.energy else set()
        return burnt | {name for name in (self.table, self.proxy.table) if name is not None}


def unfit_emissions(
    ways: Mapping[str, tuple[TopDown | None, Energy | None]],
    parents: Sequence[str],
    tables: Mapping[str, str | None],
    rasters: Collection[str],
    columns: Collection[str],
) -> list[str]:
    """Return what keeps emissions from being derived, a sentence each.

    Parameters
    ----------
    ways
        Both ways of each quantity, by its name.
    parents
        The study's parent columns.
    tables, rasters
        Year column of each further table by its name, and names of rasters.
    columns
        Quantities that are read from a column or measured on the map: those that may be a proxy.
    """
    faults: list[str] = []
    for name, (top_down, energy) in ways.items():
        place = f"[quantities] {name}"
        if (top_down or energy) and name != "emissions":
            faults.append(f"{place}: {'top_down' if top_down else 'energy'} gives emissions, no other quantity")
        if top_down is not None:
            faults += _unfit_top_down(f"{place}: top_down", top_down, parents, tables, rasters, columns)
        if energy is not None:
            faults += _unfit_energy(f"{place}: energy", energy, tables)
    return faults


def _unfit_top_down(
    place: str,
    settings: TopDown,
    parents: Sequence[str],
    tables: Mapping[str, str | None],
    rasters: Collection[str],
    columns: Collection[str],
) -> list[str]:
    faults = []
    proxy = settings.proxy
    if settings.parent not in parents:
        hint = nearest(settings.parent, parents) if parents else "[units] names no parents"
        faults.append(f"{place} parent {settings.parent!r} is none of [units] parents; {hint}")
    if proxy.quantity is not None and proxy.quantity not in columns:
        hint = nearest(proxy.quantity, columns)
        faults.append(f"{place} proxy {proxy.quantity!r} is no quantity that this study reads; {hint}")
    faults += [f for f in (_no_table(place, t, tables) for t in (settings.table, proxy.table)) if f]
    for raster in proxy.rasters:
        if raster not in rasters:
            hint = nearest(raster, rasters) if rasters else "there is no [rasters.NAME]"
            faults.append(f"{place} proxy: raster {raster!r} is not a section of this study; {hint}")
    if settings.energy is not None:
        faults += _unfit_energy(f"{place} energy", settings.energy, tables)
    for table, column in ((settings.table, settings.column), (proxy.table, proxy.column)):
        faults += _years_twice(place, table, column, tables)
    return faults


def _unfit_energy(place: str, settings: Energy, tables: Mapping[str, str | None]) -> list[str]:
    named = [settings.table, settings.process.table if settings.process else None]
    faults = [f for f in (_no_table(place, t, tables) for t in named) if f]
    faults += _years_twice(place, settings.table, settings.amount, tables)
    if settings.process:
        faults += _years_twice(f"{place} process", settings.process.table, settings.process.column, tables)
    return faults


def _no_table(place: str, table: str | None, tables: Collection[str]) -> str | None:
    if table is None or table in tables:
        return None
    hint = nearest(table, tables) if tables else "there is no [tables.NAME]"
    return f"{place}: table {table!r} is not a section of this study; {hint}"


def _years_twice(place: str, table: str | None, column: str | None, tables: Mapping[str, str | None]) -> list[str]:
    year = tables.get(table or "")
    if column is None or "{year}" not in column or year is None:
        return []
    return [
        f"{place}: a column a year ({column!r}) stands in a table without a column of years: "
        f"take year = {year!r} out of [tables.{table}]"
    ]
