"""The section [outlook]: how far ahead, by which methods, and under which growth."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ecocomp.study.base import Settings, Year

__all__ = ["Growth", "Outlook"]

Rate = Annotated[float, Field(gt=-1, lt=1)]


class Growth(Settings):
    """[outlook.growth.NAME]: a scenario for STIRPAT, as yearly rates of every unit."""

    population: Rate | None = Field(None, description="yearly growth of population (0.01: 1 %); left out: its trend")
    affluence: Rate | None = Field(None, description="yearly growth of GDP per head; left out: its trend")
    technology: Rate | None = Field(
        None, description="yearly growth of emissions at given population and affluence; left out: its trend"
    )


class Outlook(Settings):
    """[outlook]: projections of emissions and sequestration, each tested on years held out."""

    until: Year | None = Field(None, description="last year to project to; left out: no outlook")
    methods: tuple[Literal["stirpat", "gm11"], ...] = Field(
        ("stirpat", "gm11"),
        strict=False,
        description="projections beside the damped trend, which is always there as the baseline to beat",
    )
    hold_out: int = Field(3, ge=1, description="last years that the back-test holds out, and that choose the penalty")
    squared_affluence: bool = Field(False, description="STIRPAT: affluence squared as well, so that emissions may turn")
    technology: Literal["time", "intensity"] = Field(
        "time",
        description="STIRPAT's technology: a trend in time, or emissions per GDP, which makes the fit an identity",
    )
    draws: int = Field(1000, ge=100, le=100_000, description="bootstrap draws behind every interval")
    growth: dict[str, Growth] = Field({}, description="a scenario for STIRPAT, as yearly rates of every unit")
