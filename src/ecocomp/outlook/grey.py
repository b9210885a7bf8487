"""The grey model GM(1,1): an exponential through accumulated values, with its customary tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecocomp.outlook.fits import Draws, Fit, Floats, centred_residuals

__all__ = ["GRADES", "grade_of", "grey_model"]

GRADES = ((0.35, 0.95), (0.50, 0.80), (0.65, 0.70))
"""Largest posterior ratio C and smallest small-error probability P of grades 1 to 3; anything else is 4 (Deng 1982)."""
SMALL_ERROR = 0.6745
"""An error is small below this many standard deviations of the series: half of a normal spread."""
PARAMETERS = 2


def grey_model(series: Floats, ahead: int) -> Fit:
    """Fit GM(1,1) and project it.

    Parameters
    ----------
    series
        x, dimensions (unit, year), above zero, equally spaced, at least four years; any unit of measure.
    ahead
        Years to project, in steps of the series.

    Returns
    -------
    Fit
        The first year is given, not fitted. Diagnostics: ``development`` a [per step], ``grey_input`` b [of the
        series], ``level_ratio`` (1 where every x_{k−1}/x_k lies within e^(±2/(n+1))), ``posterior_ratio`` C [1],
        ``small_error_probability`` P [1] and ``grade`` (1 good to 4 unfit).

    Raises
    ------
    ValueError
        If a value is not above zero.

    Notes
    -----
    x_k + a·z_k = b with z_k the mean of successive accumulated values, by least squares; x̂_{k+1} =
    (1 − e^a)(x_1 − b/a)e^(−ak), the response of the whitened equation, which grows by e^(−a) = r·(1 + O((ln r)³/12))
    on a series that grows by r. C is the ratio of the standard deviations of residuals and series, P the share of
    residuals closer to their mean than 0.6745 standard deviations of the series.

    References
    ----------
    Deng (1982), Systems & Control Letters 1, 288–294, doi:10.1016/S0167-6911(82)80025-X.
    """
    if not (series > 0).all():
        raise ValueError("GM(1,1) needs values above zero")
    a, b = _parameters(series)
    steps = np.arange(1, series.shape[1] + ahead)
    whole = _response(a, b, series[:, 0], steps)
    fitted = np.concatenate([series[:, :1], whole[:, : series.shape[1] - 1]], axis=1)
    noise = centred_residuals(series - fitted, PARAMETERS)

    def simulate(draws: Draws, units: slice) -> Floats:
        first, smooth, errors = series[units, 0], fitted[units, 1:], noise[units]
        again = smooth + errors[:, draws.past[:, 1:]].swapaxes(0, 1)
        start = np.broadcast_to(first, again.shape[:2])
        drawn = _parameters(np.concatenate([start[..., None], again], axis=-1))
        ahead_of = _response(*drawn, first, steps[series.shape[1] - 1 :])
        return (ahead_of + errors[:, draws.ahead].swapaxes(0, 1))[:, None]

    return Fit(fitted, whole[None, :, series.shape[1] - 1 :], _diagnostics(series, fitted, a, b), simulate)


def _parameters(series: Floats) -> tuple[Floats, Floats]:
    """Return a and b (…, unit) of series (…, unit, year)."""
    sums = np.cumsum(series, axis=-1)
    z, x = (sums[..., 1:] + sums[..., :-1]) / 2, series[..., 1:]
    z_mean, x_mean = z.mean(axis=-1), x.mean(axis=-1)
    apart = z - z_mean[..., None]
    a = -(apart * (x - x_mean[..., None])).sum(axis=-1) / (apart**2).sum(axis=-1)
    return np.asarray(a), np.asarray(x_mean + a * z_mean)


def _response(a: Floats, b: Floats, first: Floats, steps: NDArray[np.intp]) -> Floats:
    """Return x̂_{k+1} at some steps k on a last dimension; at a = 0 the limit b."""
    rate = np.where(a == 0, 1.0, np.expm1(a) / np.where(a == 0, 1.0, a))
    return np.asarray((rate * (b - a * first))[..., None] * np.exp(-a[..., None] * steps))


def _diagnostics(series: Floats, fitted: Floats, a: Floats, b: Floats) -> dict[str, Floats]:
    ratios, bound = series[:, :-1] / series[:, 1:], 2 / (series.shape[1] + 1)
    inside = (np.abs(np.log(ratios)) < bound).all(axis=1)
    errors = series - fitted
    spread = series.std(axis=1)
    constant = spread == 0  # nothing to explain: any error at all is too much
    safe = np.where(constant, 1.0, spread)
    ratio = np.where(constant, np.where(np.abs(errors).max(axis=1) == 0, 0.0, np.inf), errors.std(axis=1) / safe)
    apart = np.abs(errors - errors.mean(axis=1, keepdims=True))
    small = (apart <= SMALL_ERROR * spread[:, None]).mean(axis=1)
    return {
        "development": a, "grey_input": b, "level_ratio": inside.astype(float), "posterior_ratio": ratio,
        "small_error_probability": small, "grade": grade_of(ratio, small),
    }  # fmt: skip


def grade_of(posterior_ratio: Floats, small_error_probability: Floats) -> Floats:
    """Return the grade of a grey model from C and P: 1 good, 2 qualified, 3 just qualified, 4 unfit."""
    grades = np.full(posterior_ratio.shape, 4.0)
    for grade, (ratio, probability) in reversed(list(enumerate(GRADES, 1))):
        grades[(posterior_ratio <= ratio) & (small_error_probability >= probability)] = grade
    return grades
