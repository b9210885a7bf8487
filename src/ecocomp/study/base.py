"""What every section of the study file is built on: the base model and the common kinds of number."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Positive", "Settings", "Share", "Year", "YearKey"]

Year = Annotated[int, Field(ge=1000, le=3000)]
YearKey = Annotated[int, Field(ge=1000, le=3000, strict=False)]  # a TOML key is text
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(gt=0, lt=1)]


class Settings(BaseModel):
    """Base of every section: frozen, strict, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
