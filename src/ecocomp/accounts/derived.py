"""What a way to derive a quantity gives, whichever way it is."""

from __future__ import annotations

from typing import Any, NamedTuple

import xarray as xr

from ecocomp.issues import Issue

__all__ = ["Derived"]


class Derived(NamedTuple):
    """A derived quantity.

    Attributes
    ----------
    values
        (unit, year) in the canonical unit of the quantity, missing where it is not known; None where an issue is an
        error.
    origin
        One of `ecocomp.variables.ORIGINS`: what such values are at best.
    issues
        Every problem found.
    sources
        What was read, for the manifest: ``file`` and ``sha256`` of each input by what it is.
    """

    values: xr.DataArray | None
    origin: str
    issues: list[Issue]
    sources: dict[str, Any]
