"""What a run did with what: the manifest, and the remarks that a reader of its numbers needs."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import numpy as np
import xarray as xr

from ecocomp import space
from ecocomp.accounts import reference_means
from ecocomp.issues import Issue
from ecocomp.panel import Inputs
from ecocomp.space.centre import LARGEST_LEVERAGE
from ecocomp.study import Study

__all__ = ["describe", "remarks"]

LIBRARIES = (
    "ecocomp",
    "numpy",
    "scipy",
    "pandas",
    "xarray",
    "geopandas",
    "shapely",
    "pyproj",
    "libpysal",
    "jenkspy",
)


def describe(
    study: Study,
    inputs: Inputs,
    units: xr.Dataset,
    breaks: dict[str, list[float]],
    seconds: dict[str, float],
    all_revisions: bool,
) -> dict[str, Any]:
    """Return the manifest of a run: everything needed to repeat it and to say what its numbers rest on."""
    years = [int(year) for year in units["year"].values]
    valid = units["amount"].notnull()
    size = study.revision.method == "size_normalised"
    means = reference_means(units, study.revision) if size else {}
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "study": study.settings(),
        "study_file": str(study.path) if study.path else None,
        "study_folder": str(study.folder),
        "study_fingerprint": study.fingerprint(),
        "seed": study.study.seed,
        "versions": {"python": platform.python_version()} | {name: metadata.version(name) for name in LIBRARIES},
        "inputs": inputs.sources,
        "data_origin": units.attrs["data_origin"],
        "parents": units.attrs["parents"],
        "years": years,
        "notice": study.study.notice,
        "revised_unit": units["revised"].attrs["units"],
        "permutations": space.permutations_for(study.space, units.sizes["unit"]),
        "missing_units": {
            str(year): [str(u) for u in units["unit"].values[~valid.sel(year=year).values]] for year in years
        },
        "reference_means": {
            name: {str(year): float(value) for year, value in zip(years, mean.values, strict=True)}
            for name, mean in means.items()
        },
        "priority_breaks": breaks,
        "all_revisions": all_revisions,
        "seconds": seconds,
    }


def remarks(study: Study, units: xr.Dataset, centres: xr.Dataset) -> list[Issue]:
    """Return what a step found that a reader must know: undefined revisions, empty centres, mixed price levels."""
    found = []
    undefined = (units["account"].notnull() & units["gdp"].notnull() & units["revised"].isnull()).values
    for i, t in zip(*np.nonzero(undefined), strict=True):
        found.append(
            Issue("warning", "revision-undefined", f"{study.revision.method} has no value for this unit",
                  "a quantity it needs is missing, or emissions are zero", unit=str(units["unit"].values[i]),
                  year=int(units["year"].values[t]))
        )  # fmt: skip
    for year in centres["year"].values:
        for weighting in centres["weighting"].values:
            leverage = float(centres["leverage"].sel(year=year, weighting=weighting))
            if leverage > LARGEST_LEVERAGE:
                message = f"the {weighting} centre of gravity has leverage {leverage:.1f}"
                found.append(
                    Issue("warning", "centre-leverage", message,
                          "left empty; read the centres of payments and receipts", year=int(year))
                )  # fmt: skip
    if study.compensation.price_base is None and units.sizes["year"] > 1:
        found.append(
            Issue("note", "nominal-money", "GDP is at current prices, and priority classes are pooled over the years",
                  "set price_base and deflator to compare years at one price level")
        )  # fmt: skip
    permutations = space.permutations_for(study.space, units.sizes["unit"])
    if study.space.correction == "fdr" and not space.enough_for_fdr(
        permutations, units.sizes["unit"], study.space.alpha, study.space.alternative
    ):
        found.append(
            Issue("warning", "few-permutations", f"{permutations} permutations are too few for a stable FDR correction",
                  "leave [space] permutations out to use enough", value=str(permutations))
        )  # fmt: skip
    return found
