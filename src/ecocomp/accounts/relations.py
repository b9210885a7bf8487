"""Relations between two positive quantities: fitted, told apart by name, and judged by how well they fit.

They bridge one night-light sensor to another and turn light into emissions. Each goes through the origin, so that
nothing is predicted where nothing shines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression

from ecocomp.accounts.network import train

__all__ = ["RELATIONS", "Goodness", "Relation", "fit_linear", "fit_monotone", "fit_power", "fit_pso_bp", "goodness"]

Floats = NDArray[np.float64]

LARGEST_SAMPLE = 5000
"""A network is trained on at most this many pairs, drawn with the seed: more cost time and no longer move it."""


@dataclass(frozen=True)
class Goodness:
    """How well predictions meet what was observed.

    ``r_squared`` is 1 − Σ(y − ŷ)² / Σ(y − ȳ)² [1], below zero where the mean would predict better, missing where all
    observations are the same; ``rmse`` the root mean square error [unit of y]; ``mape`` the mean of abs(y − ŷ) / y over
    observations above zero [1]; ``n`` the number of observations.
    """

    n: int
    r_squared: float
    rmse: float
    mape: float


def goodness(observed: ArrayLike, predicted: ArrayLike) -> Goodness:
    """Return how well predictions meet observations (pairs of equal shape, none missing)."""
    y, fitted = (np.asarray(a, dtype=float).ravel() for a in (observed, predicted))
    squares = float(np.square(y - fitted).sum())
    spread = float(np.square(y - y.mean()).sum()) if y.size else 0.0
    above = y > 0
    return Goodness(
        n=int(y.size),
        r_squared=1 - squares / spread if spread > 0 else float("nan"),
        rmse=float(np.sqrt(squares / y.size)) if y.size else float("nan"),
        mape=float(np.mean(np.abs(y - fitted)[above] / y[above])) if above.any() else float("nan"),
    )


@dataclass(frozen=True)
class Relation:
    """A fitted relation y = f(x), f(0) = 0.

    Called with an array it returns the prediction in the same shape, a missing value staying missing. ``parameters``
    are its numbers by name; ``lowest`` and ``highest`` bound the x above zero that it was fitted on.
    """

    name: str
    parameters: Mapping[str, float]
    lowest: float
    highest: float
    function: Callable[[Floats], Floats] = field(repr=False, compare=False)

    def __call__(self, x: ArrayLike) -> Floats:
        """Predict y [unit of the fitted y] at x [unit of the fitted x], not negative."""
        values = np.asarray(x, dtype=float)
        result = np.where(np.isnan(values), np.nan, 0.0)
        positive = values > 0
        result[positive] = self.function(values[positive])
        return result


def fit_linear(x: ArrayLike, y: ArrayLike) -> Relation:
    """Fit y = a·x by least squares."""
    x, y = _pairs(x, y)
    a = float(np.sum(x * y) / np.sum(x * x))
    return _relation("linear", {"a": a}, x, lambda v: a * v)


def fit_power(x: ArrayLike, y: ArrayLike) -> Relation:
    """Fit y = a·x^b by least squares of the logarithms, over the pairs above zero."""
    x, y = _positive(x, y)
    log_x, log_y = np.log(x), np.log(y)
    centred = log_x - log_x.mean()
    spread = float(np.sum(centred * centred))
    b = float(np.sum(centred * (log_y - log_y.mean())) / spread) if spread > 0 else 1.0
    log_a = float(log_y.mean() - b * log_x.mean())
    return _relation("power", {"a": float(np.exp(log_a)), "b": b}, x, lambda v: np.exp(log_a + b * np.log(v)))


def fit_monotone(x: ArrayLike, y: ArrayLike) -> Relation:
    """Fit a never-falling step line by isotonic regression, straight between its knots and level beyond the last.

    Pairs of the same x enter as their mean. Below the first knot the line goes straight to the origin.
    """
    x, y = _pairs(x, y)
    knots, place, weights = np.unique(x, return_inverse=True, return_counts=True)
    means = np.bincount(place, weights=y) / weights
    levels = np.asarray(isotonic_regression(means, weights=weights, increasing=True).x)
    if knots[0] > 0:
        knots, levels = np.insert(knots, 0, 0.0), np.insert(levels, 0, 0.0)
    return _relation("monotone", {"knots": float(knots.size)}, x, lambda v: np.interp(v, knots, levels))


def fit_pso_bp(x: ArrayLike, y: ArrayLike, seed: int = 0) -> Relation:
    """Train a small network from a particle-swarm start on the logarithms of the pairs above zero.

    See :func:`ecocomp.accounts.network.train`. Beyond the pairs it goes on as a power law.
    """
    x, y = _positive(x, y)
    generator = np.random.default_rng(seed)
    if x.size > LARGEST_SAMPLE:
        chosen = np.sort(generator.choice(x.size, LARGEST_SAMPLE, replace=False))
        x, y = x[chosen], y[chosen]
    order = np.lexsort((y, x))  # so that the order of the pairs does not matter
    x, y = x[order], y[order]
    log_x, log_y = np.log(x), np.log(y)
    (mean_x, mean_y), (sd_x, sd_y) = (log_x.mean(), log_y.mean()), (log_x.std() or 1.0, log_y.std() or 1.0)
    network = train((log_x - mean_x) / sd_x, (log_y - mean_y) / sd_y, generator)

    def predict(v: Floats) -> Floats:
        return np.asarray(np.exp(mean_y + sd_y * network((np.log(v) - mean_x) / sd_x)))

    return _relation("pso_bp", {"error_of_swarm": network.error_of_swarm, "error": network.error}, x, predict)


RELATIONS: Mapping[str, Callable[[ArrayLike, ArrayLike, int], Relation]] = {
    "linear": lambda x, y, _: fit_linear(x, y),
    "power": lambda x, y, _: fit_power(x, y),
    "monotone": lambda x, y, _: fit_monotone(x, y),
    "pso_bp": fit_pso_bp,
}
"""How each relation is fitted to pairs, with a seed."""


def _relation(name: str, parameters: dict[str, float], x: Floats, function: Callable[[Floats], Floats]) -> Relation:
    return Relation(name, parameters, float(x[x > 0].min()), float(x.max()), function)


def _pairs(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Return the pairs of which neither is missing; raise where none has x above zero or a value is negative."""
    given, wanted = (np.asarray(a, dtype=float).ravel() for a in (x, y))
    if given.shape != wanted.shape:
        raise ValueError(f"{given.size} values of x and {wanted.size} of y do not pair")
    known = ~(np.isnan(given) | np.isnan(wanted))
    given, wanted = given[known], wanted[known]
    if (given < 0).any() or (wanted < 0).any():
        raise ValueError("a relation needs values that are not negative")
    if not (given > 0).any():
        raise ValueError("a relation needs a pair with x above zero")
    return given, wanted


def _positive(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Return the pairs of which both are above zero, for logarithms."""
    x, y = _pairs(x, y)
    both = (x > 0) & (y > 0)
    if not both.any():
        raise ValueError("a relation of logarithms needs a pair with x and y above zero")
    return x[both], y[both]
