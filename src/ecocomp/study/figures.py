"""The section [figures]: what stands on maps beside the results."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from ecocomp.study.base import Settings

__all__ = ["Figures"]

Degree = Annotated[float, Field(ge=-180, le=180)]


class Figures(Settings):
    """[figures]: what stands on maps beside the results."""

    approval_number: str | None = Field(
        None, min_length=1, description="number under which an authority approved the maps (审图号), printed below each"
    )
    inset: tuple[Degree, ...] | None = Field(
        None,
        min_length=4,
        max_length=4,
        strict=False,
        description="far part of a map to draw in a frame: west, south, east, north; left out: as the source has it",
    )

    @model_validator(mode="after")
    def _inset_has_an_extent(self) -> Self:
        if self.inset is not None and not (
            self.inset[0] < self.inset[2] and -90 <= self.inset[1] < self.inset[3] <= 90
        ):
            raise ValueError(
                f"inset is [west, south, east, north], each below its opposite (given: {list(self.inset)})"
            )
        return self
