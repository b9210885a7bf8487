"""Completeness: how many units lack a quantity, by year."""

from __future__ import annotations

import xarray as xr

from ecocomp.issues import Issue
from ecocomp.panel.rules.places import Place
from ecocomp.rules import issue_of, rule

__all__ = ["incomplete"]


def incomplete(quantity: xr.DataArray, place: Place) -> list[Issue]:
    """Return one issue if a quantity (unit, year) lacks more than a tolerable share of its units in some year.

    The message counts every year that lacks a unit, so that it reads as the row of a table.
    """
    missing = quantity.isnull().sum("unit")
    units = quantity.sizes["unit"]
    limits = rule("incomplete").thresholds
    if not bool(((missing >= limits["units"]) & (missing > limits["share"] * units)).any()):
        return []
    counts = ", ".join(f"{int(y)}: {int(n)}" for y, n in zip(missing["year"].values, missing.values, strict=True) if n)
    message = f"{quantity.name} is missing for many of {units} units ({counts})"
    return [issue_of("incomplete", message, **place)]
