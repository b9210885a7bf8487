"""[crosswalk]: the changes of divisions by which tables of other years are carried to the study's divisions."""

from __future__ import annotations

from pydantic import Field, model_validator

from ecocomp.study.base import Settings
from ecocomp.variables import inputs, variable

__all__ = ["BUILT_IN", "BUILT_IN_YEARS", "Crosswalk"]

BUILT_IN = "built-in"
"""Name of the table of changes that comes with the package: Beijing, Tianjin and Hebei."""

BUILT_IN_YEARS = (2000, 2023)
"""First and last year of which that table has every change at county level; some of these years had none."""


class Crosswalk(Settings):
    """[crosswalk]: how tables of other years' divisions are carried to those of [units]."""

    events: tuple[str, ...] = Field(
        (BUILT_IN,),
        min_length=1,
        strict=False,
        description=f'tables of changes: "{BUILT_IN}" (Beijing, Tianjin, Hebei '
        f"{BUILT_IN_YEARS[0]}-{BUILT_IN_YEARS[1]}) and files of the same form",
    )
    weight: str = Field(
        "area",
        description="what divides the total of a unit that was split: a quantity of the study, or a csv of shares",
    )

    @property
    def shares(self) -> str | None:
        """File of shares that ``weight`` names, if it names one and no quantity."""
        return None if self.weight in inputs() else self.weight

    @model_validator(mode="after")
    def _weight_is_a_total_or_a_file(self) -> Crosswalk:
        if self.weight in inputs():
            if variable(self.weight).kind != "extensive":
                raise ValueError(f"weight = {self.weight!r} is a rate and divides nothing; take area or population")
        elif "." not in self.weight:
            raise ValueError(f"weight = {self.weight!r} is neither a quantity ({', '.join(inputs())}) nor a file")
        return self
