"""STIRPAT: emissions or sequestration by population, affluence and technology, by ridge regression of logarithms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ecocomp.outlook.damped import damped_trend
from ecocomp.outlook.fits import Draws, Fit, Floats, centred_residuals
from ecocomp.study import Growth

__all__ = ["PENALTIES", "Drivers", "extend_drivers", "stirpat"]

PENALTIES = np.logspace(-3, 2, 11)
"""Ridge penalties tried, on standardised logarithms."""
LARGEST_LOGARITHM = 300.0
"""Beyond it a draw is worth no more than that it is beyond all bounds."""


class Drivers(NamedTuple):
    """Logarithms of population, affluence and technology in the data and, by scenario, ahead.

    ``offset`` is what a scenario adds to the logarithm of the result: technology that is stated, where it is a trend in
    time otherwise.
    """

    past: Floats
    """(driver, unit, year)"""
    ahead: Floats
    """(scenario, driver, unit, year ahead)"""
    offset: Floats
    """(scenario, year ahead)"""


def extend_drivers(
    population: Floats,
    gdp: Floats,
    intensity: Floats | None,
    growth: Mapping[str, Growth | None],
    ahead: int,
    step: int = 1,
) -> Drivers:
    """Return the drivers of series in the data and ahead.

    Parameters
    ----------
    population, gdp
        P [person] and G [CNY], dimensions (unit, year), above zero.
    intensity
        T, the series itself over GDP (unit, year); None takes technology as a trend in time.
    growth
        Yearly rates by scenario; None, or a rate left out, continues the damped trend of the logarithm.
    ahead
        Steps to go.
    step
        Calendar years in a step.
    """
    time = np.broadcast_to(np.arange(population.shape[1], dtype=float) * step, population.shape)
    past = np.stack([np.log(population), np.log(gdp / population), time if intensity is None else np.log(intensity)])
    years = np.arange(1, ahead + 1) * step
    trends = [damped_trend(driver, ahead).projection[0] for driver in past[:2]]
    trends.append(time[:, -1:] + years if intensity is None else damped_trend(past[2], ahead).projection[0])
    paths, offsets = [], []
    for rates in growth.values():
        stated = [None] * 3 if rates is None else [rates.population, rates.affluence, rates.technology]
        offset, own = np.zeros(ahead), list(trends)
        for driver, rate in enumerate(stated):
            if rate is None:
                continue
            course = np.log1p(rate) * years
            if driver == 2 and intensity is None:  # what is stated takes the place of the trend that was fitted
                offset, course = course, np.zeros(ahead)
            own[driver] = past[driver][:, -1:] + course
        paths.append(np.stack(own))
        offsets.append(offset)
    return Drivers(past, np.stack(paths), np.stack(offsets))


def stirpat(series: Floats, drivers: Drivers, hold_out: int, *, squared_affluence: bool = False) -> Fit:
    """Fit ln y = c + a·ln P + b·ln A + d·ln T (+ e·(ln A − mean)²) and project it under every scenario.

    Parameters
    ----------
    series
        y, dimensions (unit, year), above zero; any unit of measure.
    drivers
        Of :func:`extend_drivers`, on the same units and years.
    hold_out
        Last years that choose the penalty: the one whose fit to the years before foretells them best, their drivers
        given.
    squared_affluence
        Whether affluence enters squared as well, about its mean as in York, Rosa and Dietz.

    Returns
    -------
    Fit
        Diagnostics: ``penalty`` [1], ``r_squared`` [1] and ``autocorrelation`` (lag 1) of the logarithms [1],
        ``largest_vif``, the largest variance inflation factor [1], and the elasticities ``population_elasticity``,
        ``affluence_elasticity`` (at the mean of ln A) and ``technology_coefficient`` [1, or per year].

    Raises
    ------
    ValueError
        If a value is not above zero.

    Notes
    -----
    Ridge regression on drivers of mean 0 and standard deviation 1 (population form), the constant unpenalised. A
    driver that does not vary has the coefficient 0. The projection is the exponential of the projected logarithm, a
    median and not a mean. Draws move the coefficients by what resampled residuals do to them at the same penalty
    (refitting would shrink them twice); the drivers' own future is given.

    References
    ----------
    Dietz and Rosa (1997), PNAS 94, 175–179, doi:10.1073/pnas.94.1.175; York, Rosa and Dietz (2003), Ecological
    Economics 46, 351–365, doi:10.1016/S0921-8009(03)00188-5; Hoerl and Kennard (1970), Technometrics 12, 55–67.
    """
    if not (series > 0).all():
        raise ValueError("STIRPAT needs values above zero")
    y = np.log(series)
    past, ahead = _columns(drivers, squared_affluence)
    penalty = _penalty(y, past, hold_out)
    centre, scale = _standard(past)
    solver = _solver((past - centre) / scale, penalty)
    x_ahead = (ahead - centre[None]) / scale[None]

    def predict(coefficients: Floats, x: Floats) -> Floats:
        return np.asarray(np.einsum("...uyk,...uk->...uy", x, coefficients))

    mean = y.mean(axis=1, keepdims=True)
    coefficients = np.einsum("uky,uy->uk", solver, y - mean)
    smooth = mean + predict(coefficients, (past - centre) / scale)
    logarithm = mean + predict(coefficients, x_ahead) + drivers.offset[:, None]
    noise = centred_residuals(y - smooth, past.shape[-1] + 1)

    def simulate(draws: Draws, units: slice) -> Floats:
        errors = noise[units]
        drawn = errors[:, draws.past].swapaxes(0, 1)
        means = drawn.mean(axis=-1, keepdims=True)
        moved = np.einsum("uky,duy->duk", solver[units], drawn - means)
        paths = logarithm[None, :, units] + np.einsum("suyk,duk->dsuy", x_ahead[:, units], moved) + means[:, None]
        paths += errors[:, draws.ahead].swapaxes(0, 1)[:, None]
        return _exponential(paths)

    diagnostics = {"penalty": penalty} | _diagnostics(y, smooth, past, coefficients / scale[:, 0])
    return Fit(np.exp(smooth), _exponential(logarithm), diagnostics, simulate)


def _exponential(logarithm: Floats) -> Floats:
    return np.asarray(np.exp(np.clip(logarithm, -LARGEST_LOGARITHM, LARGEST_LOGARITHM)))


def _columns(drivers: Drivers, squared: bool) -> tuple[Floats, Floats]:
    """Return the regressors (unit, year, column) in the data and (scenario, unit, year ahead, column)."""
    past, ahead = np.moveaxis(drivers.past, 0, -1), np.moveaxis(drivers.ahead, 1, -1)
    if squared:
        middle = past[..., 1].mean(axis=-1)[:, None]
        past = np.concatenate([past, ((past[..., 1] - middle) ** 2)[..., None]], axis=-1)
        ahead = np.concatenate([ahead, ((ahead[..., 1] - middle) ** 2)[..., None]], axis=-1)
    return past, ahead


def _standard(columns: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation over the years (unit, 1, column); 1 for a column that does not vary."""
    centre, spread = columns.mean(axis=1, keepdims=True), columns.std(axis=1, keepdims=True)
    varies = spread > 1e-12 * np.maximum(np.abs(centre), 1.0)
    return centre, np.where(varies, spread, 1.0)


def _solver(standardised: Floats, penalty: Floats) -> Floats:
    """Return (XᵀX + λI)⁻¹Xᵀ (unit, column, year) of standardised regressors."""
    left, values, right = np.linalg.svd(standardised, full_matrices=False)
    shrunk = values / (values**2 + penalty[:, None])
    return np.asarray(np.einsum("ukj,uk,uyk->ujy", right, shrunk, left))


def _penalty(y: Floats, columns: Floats, hold_out: int) -> Floats:
    """Return the penalty of each unit that foretells its last years best from the years before."""
    early, late = columns[:, :-hold_out], columns[:, -hold_out:]
    centre, scale = _standard(early)
    mean = y[:, :-hold_out].mean(axis=1, keepdims=True)
    squares = []
    for penalty in PENALTIES:
        solver = _solver((early - centre) / scale, np.full(len(y), penalty))
        coefficients = np.einsum("uky,uy->uk", solver, y[:, :-hold_out] - mean)
        told = mean + np.einsum("uyk,uk->uy", (late - centre) / scale, coefficients)
        squares.append(((y[:, -hold_out:] - told) ** 2).sum(axis=1))
    return np.asarray(PENALTIES[np.argmin(squares, axis=0)])


def _diagnostics(y: Floats, smooth: Floats, columns: Floats, slopes: Floats) -> dict[str, Floats]:
    residuals = y - smooth
    total = ((y - y.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    square = (residuals**2).sum(axis=1)
    apart = residuals - residuals.mean(axis=1, keepdims=True)
    spread = (apart**2).sum(axis=1)
    lagged = (apart[:, 1:] * apart[:, :-1]).sum(axis=1)
    return {
        "r_squared": 1 - square / np.where(total > 0, total, np.nan),
        "autocorrelation": lagged / np.where(spread > 0, spread, np.nan),
        "largest_vif": _largest_vif(columns),
        "population_elasticity": slopes[:, 0],
        "affluence_elasticity": slopes[:, 1],
        "technology_coefficient": slopes[:, 2],
    }


def _largest_vif(columns: Floats) -> Floats:
    """Return the largest variance inflation factor of regressors (unit, year, column): 1/(1 − R²) on the others."""
    centre, scale = _standard(columns)
    x = (columns - centre) / scale
    _, values, right = np.linalg.svd(x, full_matrices=False)
    years = x.shape[1]
    with np.errstate(divide="ignore"):
        inverse = np.where(values > 1e-10 * np.sqrt(years), 1 / values**2, np.inf)
    varies = (x != 0).any(axis=1)
    loads = np.where(right**2 > 1e-20, right**2, 0.0)
    with np.errstate(invalid="ignore"):
        parts = np.where(loads > 0, loads * inverse[:, :, None], 0.0)
    factors = np.where(varies, years * parts.sum(axis=1), 1.0)
    return np.asarray(np.maximum(factors.max(axis=1), 1.0))
