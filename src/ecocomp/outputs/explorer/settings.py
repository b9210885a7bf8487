"""The settings of a run as the model in the page reads them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ecocomp.accounts import REVISIONS
from ecocomp.accounts.size import EQUAL
from ecocomp.compensation import LARGEST_AMOUNT, stage_coefficient, threshold_of
from ecocomp.space.centre import LARGEST_LEVERAGE
from ecocomp.study import Revision, Study
from ecocomp.units import own_scale
from ecocomp.variables import variable

__all__ = ["model_settings", "stage_if_paying"]


def model_settings(study: Study, rows: pd.DataFrame, years: list[int]) -> dict[str, Any]:
    """Return what the formulas need beside the columns: the revision, prices, the threshold and the order of payers.

    Parameters
    ----------
    study
        The run's settings.
    rows
        Its results, indexed by (unit, year), whole.
    years
        Years of the run.
    """
    revision, stage = study.revision, study.compensation.stage_coefficient
    prices = rows["price"].groupby(level="year").first()
    return {
        "revision": revision.method,
        "revisions": list(REVISIONS),
        "mean": revision.mean,
        "weights": _weights(study, rows),
        "factors": [name for name in EQUAL if rows[name].notna().any() and _has_mean(revision, name)],
        "roles": {str(name): role for name, role in revision.roles.items()},
        "benchmark": revision.benchmark,
        "reference": _reference(revision),
        "rescale": revision.rescale,
        "cap_quantile": revision.cap_quantile,
        "price": [float(prices[year]) for year in years],
        "stage": None if stage is None else stage.applies_to,
        "threshold": threshold_of(study.compensation),
        "payers": study.zoning.payers,
        "largest_amount": LARGEST_AMOUNT,
        "largest_leverage": LARGEST_LEVERAGE,
    }


def _weights(study: Study, rows: pd.DataFrame) -> dict[str, float]:
    """Return the weight of each factor; without any stated, equal ones of the factors that the run has."""
    stated = study.revision.weights
    if stated is not None:
        return {name: float(stated.get(name, 0.0)) for name in EQUAL}  # type: ignore[call-overload]
    return {name: 1.0 if rows[name].notna().any() else 0.0 for name in EQUAL}


def _has_mean(revision: Revision, name: str) -> bool:
    """Tell whether sizes in a factor are relative to anything: a study that gives the means may leave one out."""
    return not isinstance(revision.reference, dict) or name in revision.reference


def _reference(revision: Revision) -> dict[str, Any]:
    """Return what relative sizes are relative to."""
    match revision.reference:
        case "year" | "pooled" as kind:
            return {"kind": kind}
        case int(year):
            return {"kind": "base", "year": year}
        case given:
            means = {str(n): a.value * own_scale(a.unit, variable(n).unit) for n, a in given.items()}
            return {"kind": "given", "means": means}


def stage_if_paying(study: Study, rows: pd.DataFrame, years: list[int]) -> NDArray[np.float64] | None:
    """Return k of each unit and year if it pays, (unit × year,) [1]; None where the study has no coefficient.

    Where only payers are scaled by a coefficient of the table, that of a recipient is not in the results: missing.
    """
    settings = study.compensation.stage_coefficient
    if settings is None:
        return None
    stated = settings.engel
    if stated is not None:
        engel = [stated[year] if isinstance(stated, dict) else stated for year in years]
        yearly = stage_coefficient(xr.DataArray(engel, dims="year")).to_numpy()
        return np.tile(yearly, len(rows) // len(years))
    known = rows["stage_coefficient"].to_numpy(dtype=np.float64)
    return known if settings.applies_to == "both" else np.where(rows["revised"] < 0, np.nan, known)
