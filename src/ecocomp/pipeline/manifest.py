"""What a run did with what: the manifest, and the remarks that a reader of its numbers needs."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import numpy as np
import xarray as xr

from ecocomp import space
from ecocomp.accounts import reference_means
from ecocomp.drivers import used_by
from ecocomp.issues import Issue
from ecocomp.panel import Inputs, sum_over_valid
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


TOTALS = ("emissions", "sequestration", "account", "gdp", "population", "area", "revised")
"""Quantities whose sums over the valid units the manifest holds: the shares of a revision rest on them."""


def describe(
    study: Study,
    inputs: Inputs,
    units: xr.Dataset,
    breaks: dict[str, list[float]],
    issues: Sequence[Issue],
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
        "versions": {"python": platform.python_version()}
        | {name: metadata.version(name) for name in LIBRARIES}
        | {name: metadata.version(name) for name in used_by(study)},
        "inputs": inputs.sources,
        "data_origin": units.attrs["data_origin"],
        "parents": units.attrs["parents"],
        "years": years,
        "notice": study.study.notice,
        "currency": study.currency,
        "revised_unit": units["revised"].attrs["units"],
        "permutations": space.permutations_for(study.space, units.sizes["unit"]),
        "units": [str(unit) for unit in units["unit"].values],
        "valid_units": {str(year): int(valid.sel(year=year).sum()) for year in years},
        "missing_units": {
            str(year): [str(u) for u in units["unit"].values[~valid.sel(year=year).values]] for year in years
        },
        "sums_over_valid_units": {
            name: _by_year(sum_over_valid(units[name], valid)) for name in TOTALS if name in units
        },
        "reference_means": {name: _by_year(mean) for name, mean in means.items()},
        "priority_breaks": breaks,
        "all_revisions": all_revisions,
        "issues": [issue.as_dict() for issue in issues],
        "seconds": seconds,
    }


def _by_year(values: xr.DataArray) -> dict[str, float]:
    return {str(year): float(value) for year, value in zip(values["year"].values, values.values, strict=True)}


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
    steps = np.diff(units["year"].values)
    if steps.size > 1 and steps.min() < steps.max():
        found.append(
            Issue("note", "unequal-steps", f"the years of the study are {steps.min()} to {steps.max()} years apart, "
                  "and each step counts once in transitions and their chain",
                  "read them as steps and not as years, or choose years at equal steps", column="transitions")
        )  # fmt: skip
    permutations = space.permutations_for(study.space, units.sizes["unit"])
    if study.space.correction == "fdr" and not space.enough_for_fdr(
        permutations, units.sizes["unit"], study.space.alpha, study.space.alternative
    ):
        found.append(
            Issue("warning", "few-permutations", f"{permutations} permutations are too few for a stable FDR correction",
                  "leave [space] permutations out to use enough", value=str(permutations))
        )  # fmt: skip
    smallest = (1 if study.space.alternative == "directed" else 2) / (permutations + 1)
    if smallest >= study.space.alpha:
        found.append(
            Issue("warning", "few-permutations", f"with {permutations} permutations no p is below {smallest:.3g}: "
                  f"no cluster can be called at alpha {study.space.alpha:g}", "leave [space] permutations out")
        )  # fmt: skip
    unsettled = int(units["uncertain"].astype(bool).sum())
    if unsettled:
        found.append(
            Issue("note", "unsettled-clusters", f"unit-years whose cluster {permutations} permutations do not settle: "
                  f"{unsettled}", "raise [space] permutations; the column uncertain names them", column="uncertain")
        )  # fmt: skip
    for year, count in zip(units["year"].values, (units["cluster"] == "isolate").sum("unit").values, strict=True):
        if count:
            found.append(
                Issue("warning", "isolates", f"units without a neighbour: {int(count)}, which can be in no cluster",
                      'widen the neighbourhood, or set [space] isolates = "nearest"', year=int(year))
            )  # fmt: skip
    return found
