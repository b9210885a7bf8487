"""How far a projection of held-out years was off, and whether it beat the baseline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecocomp.outlook.fits import Floats

__all__ = ["backtest_errors", "verdict_of"]

NOTHING = 1e-9
"""Errors that differ by less than a kilogram do not differ [Mt CO2]."""


def backtest_errors(history: Floats, actual: Floats, projected: Floats) -> dict[str, Floats]:
    """Return the errors of projections of years that were held out.

    Parameters
    ----------
    history
        What was fitted, dimensions (place, year).
    actual, projected
        The years held out, (place, year ahead), in the same unit of measure.

    Returns
    -------
    dict
        ``rmse`` [of the series], ``mape`` [1], missing where an actual value is not above zero, and ``mase`` [1]: the
        mean absolute error over that of carrying each year forward by one within the history (Hyndman and Koehler
        2006, doi:10.1016/j.ijforecast.2006.03.001), missing where the history does not move.
    """
    error = np.abs(actual - projected)
    step = np.abs(np.diff(history, axis=-1)).mean(axis=-1)
    positive = (actual > 0).all(axis=-1)
    relative = (error / np.where(actual > 0, actual, 1.0)).mean(axis=-1)
    return {
        "mape": np.where(positive, relative, np.nan),
        "mase": error.mean(axis=-1) / np.where(step > 0, step, np.nan),
        "rmse": np.sqrt((error**2).mean(axis=-1)),
    }


def verdict_of(errors: dict[str, Floats], baseline: dict[str, Floats]) -> NDArray[np.str_]:
    """Return whether a projection beat the baseline on the same series: by RMSE, ``better`` or ``no better``."""
    better = errors["rmse"] < baseline["rmse"] - NOTHING
    words = np.where(better, "better than the baseline", "no better than the baseline")
    return np.where(np.isnan(errors["rmse"]), "not projected", words)
