"""The checked inputs of a study: the labelled panel, the map beside it, and every problem found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import xarray as xr

from ecocomp.issues import Issue

__all__ = ["Inputs"]


@dataclass(frozen=True)
class Inputs:
    """What a study computes on.

    Attributes
    ----------
    panel
        Dataset (unit, year), units sorted by id, quantities in canonical units; coordinates ``name`` and one for each
        parent level on ``unit``. ``attrs``: ``parents`` (outermost first) and ``data_origin`` (the weakest).
    geometry
        Polygons indexed by ``unit`` in the order of the panel, with a CRS.
    backdrop
        Polygons that the table lacks: drawn grey, otherwise left out.
    issues
        Every problem found, none of them an error.
    sources
        What was read: file, SHA-256, encoding, and the declared source and datum of the boundaries.
    factors
        Columns of [drivers.columns] (unit, year) on the labels of the panel: numbers as in their file, or texts.
    """

    panel: xr.Dataset
    geometry: gpd.GeoDataFrame
    backdrop: gpd.GeoDataFrame
    issues: tuple[Issue, ...]
    sources: dict[str, Any]
    factors: xr.Dataset = field(default_factory=xr.Dataset)
