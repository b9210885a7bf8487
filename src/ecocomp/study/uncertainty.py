"""[uncertainty]: how wrong the inputs may be, and how many draws tell what follows from it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ecocomp.study.base import Settings
from ecocomp.study.settings import Factor

__all__ = ["ErrorOf", "PriceSpread", "Uncertain", "Uncertainty"]

Uncertain = Literal["emissions", "sequestration", "gdp", "population", "area"]
Part = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
TOLERANCE = 1e-9


class ErrorOf(Settings):
    """An entry of [uncertainty.errors]: the relative error of one quantity."""

    cv: float = Field(ge=0, le=5, description="standard deviation over the value: 0.25 is 25 percent")
    cv_of_units: dict[str, Annotated[float, Field(ge=0, le=5)]] = Field(
        default_factory=dict, description="units, by id, whose cv differs, as those of another source"
    )
    region: Part = Field(0.5, description="part of the log-variance that all units share")
    parent: Part = Field(0.25, description="part that the units of a parent share; without parents it is the unit's")
    unit: Part = Field(0.25, description="part that each unit has alone; the three parts add up to 1")
    time_correlation: Part = Field(
        1.0, description="correlation of the errors of two successive calendar years; 1: the same error in every year"
    )
    within: Literal["free", "parent"] = Field(
        "free", description="parent: errors only redistribute each parent's total, as of downscaled quantities"
    )

    @model_validator(mode="after")
    def _parts_make_a_whole(self) -> ErrorOf:
        if abs(self.region + self.parent + self.unit - 1) > TOLERANCE:
            raise ValueError(f"region, parent and unit must add up to 1 (sum: {self.region + self.parent + self.unit})")
        return self


class PriceSpread(Settings):
    """[uncertainty.price]: a range, an error around the study's price, or a list."""

    alternatives: ClassVar = (("low", "high", "shape", "unit"), ("values", "probabilities", "unit"), ("cv",))

    low: Positive | None = Field(None, description="lower end of a range")
    high: Positive | None = Field(None, description="upper end of the range")
    shape: Literal["uniform", "log_uniform"] = Field("uniform", description="how prices spread over the range")
    values: tuple[Positive, ...] | None = Field(None, min_length=1, strict=False, description="list of prices instead")
    probabilities: tuple[Positive, ...] | None = Field(
        None, min_length=1, strict=False, description="of the list, divided by their sum; left out: equal"
    )
    unit: str | None = Field(
        None, description="of the range or list, money per mass with its basis, such as CNY/t CO2 or CNY/t C"
    )
    cv: float | None = Field(None, gt=0, le=5, description="or a lognormal error around the study's own price")

    @model_validator(mode="after")
    def _one_form(self) -> PriceSpread:
        ends = self.low is not None, self.high is not None
        if ends[0] != ends[1]:
            raise ValueError("low and high go together: state both or neither")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("low must lie below high")
        if [all(ends), self.values is not None, self.cv is not None].count(True) != 1:
            raise ValueError("give exactly one of low with high, values, and cv")
        if (self.unit is None) != (self.cv is not None):
            raise ValueError("a range or list needs its unit; with cv there is none")
        if self.probabilities is not None and len(self.probabilities) != len(self.values or ()):
            raise ValueError("probabilities must be as many as values")
        return self


class Uncertainty(Settings):
    """[uncertainty]: what may be wrong, by how much, and how many draws."""

    draws: int = Field(0, ge=0, le=1_000_000, description="number of draws; 0: none, the plain run alone")
    points: Literal["sobol", "latin_hypercube"] = Field(
        "sobol", description="how the errors that many units share are spread over the draws"
    )
    parent: str | None = Field(None, description="level of [units] parents that errors share; left out: the innermost")
    weights_concentration: Positive | None = Field(
        None,
        description="Dirichlet concentration of the revision's weights (large: close to the study's); left out: fixed",
    )
    revisions: Literal["all"] | dict[str, Positive] | None = Field(
        None,
        description="revisions that a draw chooses from: all alike, or by name with their probabilities",
    )
    robust: float = Field(
        0.95, gt=0.5, lt=1, description="probability from which a unit is a robust payer or a robust recipient"
    )
    cluster_draws: int = Field(1000, ge=0, description="clusters are told in the first so many draws; 0: in none")
    cluster_permutations: int = Field(999, ge=99, description="conditional permutations of each of these draws")
    errors: dict[Uncertain, ErrorOf] = Field(default_factory=dict, description="relative errors of the quantities")
    price: PriceSpread | None = Field(None, description="carbon price: a range, a list, or an error; left out: fixed")

    @model_validator(mode="after")
    def _something_is_uncertain(self) -> Uncertainty:
        if self.draws and not self.is_stated:
            raise ValueError(
                "draws without anything uncertain: state errors, price, weights_concentration or revisions"
            )
        return self

    @property
    def is_stated(self) -> bool:
        """Whether anything is uncertain at all."""
        return bool(self.errors or self.price or self.weights_concentration or self.revisions)


assert set(Factor.__args__) <= set(Uncertain.__args__)  # type: ignore[attr-defined]
