"""A study made ready for draws: its panel, its parents, the revisions to choose from, and what is uncertain in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ecocomp import space
from ecocomp.accounts import factors_of
from ecocomp.accounts.size import weights_of
from ecocomp.comparison import revision_variants
from ecocomp.issues import Issue, nearest
from ecocomp.study import ErrorOf, Revision, Study
from ecocomp.units import UnitError, in_currency, scale

__all__ = ["Case", "case_of", "check_uncertainty"]

CELLS_AT_ONCE = 2**20
"""Unit-years of all draws that are carried through together, as a rule: 8 MiB an array."""
MOST_DRAWS_AT_ONCE = 256


@dataclass(frozen=True)
class Case:
    """What draws are made of and computed on.

    Attributes
    ----------
    study
        The settings.
    panel
        Checked panel (year, unit), units sorted by id, GDP at the price level of the price.
    geometry
        Polygons of the units.
    names
        Name of each unit; its id where the panel has no names.
    member_of
        Place of each unit's parent among the parents in ascending order (unit); None without parents.
    revisions
        What a draw may choose, with the probabilities; a single one where the revision is fixed.
    """

    study: Study
    panel: xr.Dataset
    geometry: gpd.GeoDataFrame
    names: tuple[str, ...]
    member_of: NDArray[np.intp] | None
    revisions: tuple[Revision, ...]
    probabilities: tuple[float, ...]

    @property
    def columns(self) -> dict[str, int]:
        """Number of factors that many units share, by group, in a fixed order; the keys are what is uncertain."""
        stated, years = self.study.uncertainty, self.panel.sizes["year"]
        errors = sorted(stated.errors.items())
        found: dict[str, int] = {n: 1 if e.time_correlation == 1 else years for n, e in errors if _varies(e)}
        if stated.price is not None:
            found["price"] = 1
        if stated.weights_concentration is not None:
            found["weights"] = len(weights_of(self.study.revision))
        if len(self.revisions) > 1:
            found["revision"] = 1
        return found

    @cached_property
    def centroids(self) -> space.Centroids:
        """Centroids of the units."""
        return space.centroids_of(self.panel.indexes["unit"], self.geometry)

    @cached_property
    def graph(self) -> space.RegionGraph:
        """Who is a neighbour of whom."""
        return space.region_graph(self.panel.indexes["unit"], self.geometry, self.study.space)

    @property
    def draws_at_once(self) -> int:
        """Draws of a chunk: given by the study's size, never by the machine."""
        cells = self.panel.sizes["unit"] * self.panel.sizes["year"]
        return max(1, min(MOST_DRAWS_AT_ONCE, CELLS_AT_ONCE // cells))

    @property
    def years_at_once(self) -> int:
        """Years that are carried through together: given by the study's size, never by the machine."""
        return max(1, min(self.panel.sizes["year"], CELLS_AT_ONCE // self.panel.sizes["unit"]))


def _varies(error: ErrorOf) -> bool:
    return bool(error.cv or any(error.cv_of_units.values()))


def case_of(study: Study, panel: xr.Dataset, geometry: gpd.GeoDataFrame) -> Case:
    """Return a study with its panel, made ready for draws.

    Parameters
    ----------
    study
        With an ``[uncertainty]`` that :func:`check_uncertainty` found right.
    panel
        Dataset (unit, year) in canonical units, units sorted by id, with coordinates of the parents on ``unit``; GDP
        at the price level of the price.
    geometry
        Polygons indexed by ``unit``.
    """
    level = study.uncertainty.parent or (study.units.parents[-1] if study.units.parents else None)
    member_of = None if level is None else np.unique(panel[level].values, return_inverse=True)[1]
    revisions, probabilities = _revisions(study, panel)
    bare = panel.reset_coords(drop=True).transpose("year", "unit")  # names and parents would be copied at every step
    names = tuple(map(str, panel[("name" if "name" in panel.coords else "unit")].values))
    return Case(study, bare, geometry, names, member_of, revisions, probabilities)


def _revisions(study: Study, panel: xr.Dataset) -> tuple[tuple[Revision, ...], tuple[float, ...]]:
    chosen = study.uncertainty.revisions
    if chosen is None:
        return (study.revision,), (1.0,)
    variants = revision_variants(study.revision, list(panel.data_vars))
    weights = dict.fromkeys(variants, 1.0) if chosen == "all" else chosen
    total = sum(weights.values())
    return tuple(variants[name] for name in weights), tuple(weight / total for weight in weights.values())


def check_uncertainty(study: Study, panel: xr.Dataset | None) -> list[Issue]:
    """Return every fault of a study's ``[uncertainty]`` that its own check cannot see.

    Parameters
    ----------
    study
        The settings.
    panel
        What was read, if it could be.
    """
    stated, issues = study.uncertainty, []
    basis = in_currency("CNY/t CO2", study.currency)

    def fault(code: str, message: str, remedy: str, key: str, value: str | None = None) -> None:
        issues.append(Issue("error", code, message, remedy, study.file_name, f"uncertainty.{key}", value=value))

    if stated.price is not None and stated.price.unit is not None:
        try:
            scale(stated.price.unit, basis)
        except UnitError as error:
            fault("price-basis", f"the price has no usable unit and basis: {error}",
                  f"say per tonne of what: {basis} or {basis.removesuffix('O2')} (44/12 apart)", "price",
                  stated.price.unit)  # fmt: skip
    if panel is None:
        return issues
    variants = revision_variants(study.revision, list(panel.data_vars))
    for name in stated.revisions if isinstance(stated.revisions, dict) else ():
        if name not in variants:
            fault("unknown-revision", f"no such revision in this study; {nearest(name, variants)}",
                  "name a revision that the study's settings and quantities define", "revisions", name)  # fmt: skip
    if stated.weights_concentration is not None and not _weighs(study, variants):
        fault("weights-unused", "no revision of the draws has weights", "leave weights_concentration out",
              "weights_concentration")  # fmt: skip
    known = set(panel["unit"].values.tolist())
    for quantity, of_quantity in stated.errors.items():
        for unit in sorted(set(of_quantity.cv_of_units) - known):
            fault("unknown-unit", "no such unit in the panel", "write the id of a unit of the study",
                  f"errors.{quantity}.cv_of_units", unit)  # fmt: skip
    return issues


def _weighs(study: Study, variants: dict[str, Revision]) -> bool:
    chosen = study.uncertainty.revisions
    used = [study.revision] if chosen is None else [v for k, v in variants.items() if chosen == "all" or k in chosen]
    return any(factors_of(revision) for revision in used)
