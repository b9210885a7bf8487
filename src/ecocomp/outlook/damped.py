"""The damped trend, the baseline that a projection has to beat."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecocomp.outlook.fits import Draws, Fit, Floats, centred_residuals

__all__ = ["damped_trend"]

LEVELS = np.linspace(0.02, 0.98, 25)
TRENDS = np.linspace(0.0, 1.0, 11)
DAMPINGS = np.linspace(0.80, 0.98, 10)
"""Damping below 0.8 forgets a trend within a few years, above 0.98 it cannot be told from none in short series."""
PARAMETERS = 5
UNITS_AT_ONCE = 100
"""Units whose errors under every choice of parameters are held at once."""


class _Grid(NamedTuple):
    """Smoothing parameters tried, and for each the matrices that a series of some years is multiplied by."""

    parameters: Floats
    """(choice, 3): smoothing of the level, of the trend, and damping."""
    errors: Floats
    """(choice, year, year): one-step errors of a series after the best initial state is taken out."""
    states: Floats
    """(choice, 2, year): last level and trend of a series from its best initial state."""


def damped_trend(series: Floats, ahead: int) -> Fit:
    """Fit Holt's linear trend with damping and project it.

    Parameters
    ----------
    series
        y, dimensions (unit, year), equally spaced, at least six years; any unit of measure.
    ahead
        Years to project, in steps of the series.

    Returns
    -------
    Fit
        With the diagnostics ``smoothing_level``, ``smoothing_trend`` and ``damping`` [1].

    Notes
    -----
    ŷ_t = l + φb; l ← l + φb + αe; b ← φb + αβe; ŷ_{n+h} = l_n + (φ + … + φ^h) b_n. For each of 2,750 parameter triples
    the errors are linear in the initial level and trend, which least squares finds exactly; the triple with the
    smallest sum of squares is taken, so that a fit depends on nothing but its own series.

    References
    ----------
    Gardner and McKenzie (1985), Management Science 31, 1237–1246, doi:10.1287/mnsc.31.10.1237.
    """
    grid = _grid(series.shape[1])
    scale = np.maximum(np.abs(series).max(axis=1, keepdims=True), np.finfo(float).tiny)
    blocks = [
        series[i : i + UNITS_AT_ONCE] / scale[i : i + UNITS_AT_ONCE] for i in range(0, len(series), UNITS_AT_ONCE)
    ]
    best = np.concatenate([_best(grid, block) for block in blocks] or [np.empty(0, dtype=int)])
    own = np.einsum("uty,uy->ut", grid.errors[best], series)
    states = np.einsum("usy,uy->us", grid.states[best], series)
    parameters = grid.parameters[best]
    damping = parameters[:, 2]
    weights = np.cumsum(damping[:, None] ** np.arange(1, ahead + 1), axis=1)
    projection = states[:, :1] + weights * states[:, 1:]
    noise = centred_residuals(own, PARAMETERS)

    def simulate(draws: Draws, units: slice) -> Floats:
        return _paths(states[units], parameters[units], noise[units], draws)[:, None]

    diagnostics = dict(zip(("smoothing_level", "smoothing_trend", "damping"), parameters.T, strict=True))
    return Fit(series - own, projection[None], diagnostics, simulate)


def _best(grid: _Grid, series: Floats) -> NDArray[np.intp]:
    """Return which choice of parameters leaves each series (unit, year) the smallest sum of squared errors."""
    errors = grid.errors @ series.T
    return np.asarray(np.einsum("cyu,cyu->cu", errors, errors).argmin(axis=0))


def _paths(states: Floats, parameters: Floats, noise: Floats, draws: Draws) -> Floats:
    """Return what may come (draw, unit, year ahead) if each year errs as some year has."""
    alpha, beta, phi = parameters.T
    shape = (draws.ahead.shape[0], states.shape[0])
    level, trend = (np.broadcast_to(state, shape) for state in states.T)
    found = np.empty((*shape, draws.ahead.shape[1]))
    for step in range(draws.ahead.shape[1]):
        error = noise[:, draws.ahead[:, step]].T
        expected = level + phi * trend
        found[..., step] = expected + error
        level, trend = expected + alpha * error, phi * trend + alpha * beta * error
    return found


@cache
def _grid(years: int) -> _Grid:
    parameters = np.array(list(product(LEVELS, TRENDS, DAMPINGS)))
    alpha, beta, phi = (values[:, None] for values in parameters.T)
    # a series of its own for each unit impulse, and two more for an initial level and trend of one
    observed = np.eye(years, years + 2)
    level = np.zeros((len(parameters), years + 2))
    trend = np.zeros_like(level)
    level[:, years], trend[:, years + 1] = 1.0, 1.0
    errors = np.empty((len(parameters), years, years + 2))
    for year in range(years):
        expected = level + phi * trend
        error = observed[year] - expected
        errors[:, year] = error
        level, trend = expected + alpha * error, phi * trend + alpha * beta * error
    start = -np.linalg.pinv(errors[:, :, years:]) @ errors[:, :, :years]  # best initial level and trend of a series
    last = np.stack([level, trend], axis=1)
    return _Grid(
        parameters,
        errors[:, :, :years] + errors[:, :, years:] @ start,
        last[:, :, :years] + last[:, :, years:] @ start,
    )
