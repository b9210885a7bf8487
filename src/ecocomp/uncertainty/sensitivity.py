"""Which uncertain input decides a number: Sobol indices, one group alone, and elasticities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecocomp.issues import UsageError
from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.inputs import DrawnInputs, drawn_inputs
from ecocomp.uncertainty.latent import Latent, latent_points
from ecocomp.uncertainty.outcome import outcome_of
from ecocomp.uncertainty.scalars import Scalar, scalar_of

__all__ = ["COLUMNS", "bootstrap", "elasticity", "sensitivity", "sobol_indices"]

Floats = NDArray[np.float64]
STEP = 0.01
"""Relative change, up and down, from which an elasticity is told."""
RESAMPLES = 500
ENDS = (0.025, 0.975)
COLUMNS = [
    "of", "year", "plain", "input", "sobol_first", "sobol_first_low", "sobol_first_high", "sobol_total",
    "sobol_total_low", "sobol_total_high", "alone_low", "alone_high", "elasticity",
]  # fmt: skip


def sobol_indices(f_a: Floats, f_b: Floats, f_ab: Floats) -> tuple[Floats, Floats]:
    r"""Return first-order and total Sobol indices.

    .. math:: S_i = \frac{1}{N} \sum_j f(B)_j (f(A_B^{(i)})_j - f(A)_j) / V, \quad
        T_i = \frac{1}{2N} \sum_j (f(A)_j - f(A_B^{(i)})_j)^2 / V

    Source: Saltelli et al. (2010), Computer Physics Communications 181, 259-270, for S; Jansen (1999), ibid. 117,
    35-43, for T. Values are taken less their mean, which changes nothing but the error.

    Parameters
    ----------
    f_a, f_b
        Values at two independent sets of points (point), any unit of measure.
    f_ab
        Values at the first set, with one input (or group of inputs) after the other taken from the second
        (point, input).

    Returns
    -------
    tuple of two ndarrays
        S and T (input) [1]; missing where the values do not vary.
    """
    both = np.concatenate([f_a, f_b])
    mean, variance = np.concatenate([both, f_ab.ravel()]).mean(), both.var()
    if not variance > 0:
        return np.full(f_ab.shape[1], np.nan), np.full(f_ab.shape[1], np.nan)
    change = f_ab - f_a[:, None]
    first = ((f_b - mean)[:, None] * change).mean(axis=0) / variance
    return np.asarray(first), np.asarray((change**2).mean(axis=0) / (2 * variance))


def bootstrap(f_a: Floats, f_b: Floats, f_ab: Floats, seed: int) -> Floats:
    """Return the ends of the 95 % intervals of both indices by resampling points (index, end, input) [1].

    Any seed gives its own resamples, 0 as well.
    """
    generator, points = np.random.default_rng(np.random.SeedSequence([seed])), f_a.size
    found = np.empty((RESAMPLES, 2, f_ab.shape[1]))
    for number in range(RESAMPLES):
        rows = generator.integers(0, points, points)
        found[number] = sobol_indices(f_a[rows], f_b[rows], f_ab[rows])
    return np.asarray(np.moveaxis(np.quantile(found, ENDS, axis=0), 0, 1))


def elasticity(case: Case, scalar: Scalar, name: str, plain: float) -> float:
    """Return the percent by which a number changes when an input changes by one percent everywhere.

    Parameters
    ----------
    case
        The study.
    scalar
        The number.
    name
        A quantity of the panel, or ``price``.
    plain
        The number as it is.

    Returns
    -------
    float
        (f(1.01 x) − f(0.99 x)) / (0.02 f(x)) [1]; missing where the number is 0. A count or rank moves in steps.
    """
    if plain == 0:
        return float("nan")
    ends = []
    for factor in (1 + STEP, 1 - STEP):
        inputs = drawn_inputs(case, Latent({}, 0, 1, {}))
        if name == "price":
            changed: DrawnInputs = replace(inputs, price=inputs.price * factor)
        else:
            changed = replace(inputs, panel=inputs.panel.assign({name: inputs.panel[name] * factor}))
        ends.append(float(scalar.of(outcome_of(case, changed))[0]))
    return (ends[0] - ends[1]) / (2 * STEP * plain)


def sensitivity(
    case: Case, of: str, year: int | None = None, points: int = 1024, progress: Callable[[str], None] | None = None
) -> pd.DataFrame:
    """Tell which uncertain input decides a number of the result.

    Inputs are the groups of independent factors behind the draws: one quantity with all its components, the price,
    the weights together, and the choice of revision.

    Parameters
    ----------
    case
        The study, with something uncertain.
    of
        The number, as :func:`ecocomp.uncertainty.scalar_of` reads it.
    year
        Left out: the last year.
    points
        Number of points N, brought up to a power of two; the study is evaluated N (k + 2) times for k inputs, and
        N times for each alone.
    progress
        Called with the name of each input as its evaluation begins.

    Returns
    -------
    pandas.DataFrame
        One row an input, the largest total first: ``plain`` value of the number, ``sobol_first`` and ``sobol_total``
        with their 95 % intervals [1], the number's 90 % interval when this input alone varies (``alone_low``,
        ``alone_high``, a tornado), and its ``elasticity`` [1], missing for weights and revision.

    Raises
    ------
    UsageError
        If nothing is uncertain, the number is unknown, or it is missing in some draws.
    """
    if not case.columns:
        raise UsageError("nothing is uncertain in this study: state [uncertainty] errors, price, weights or revisions")
    scalar = scalar_of(case, of, year)
    points = 1 << max(0, points - 1).bit_length()
    seed, names = case.study.study.seed, list(case.columns)
    first, second = latent_points(case.columns, case.study.uncertainty.points, points, seed, sides=2)
    say = progress or (lambda _: None)
    say(f"{of}: two sets of {points:,} points")
    f_a, f_b = scalar.over(case, first), scalar.over(case, second)
    f_ab, alone = np.empty((points, len(names))), np.empty((2, len(names)))
    for i, name in enumerate(names):
        say(f"{of}: {name}")
        f_ab[:, i] = scalar.over(case, first.swapped(name, second))
        alone[:, i] = np.quantile(scalar.over(case, first.only(name)), (0.05, 0.95))
    if np.isnan(np.concatenate([f_a, f_b, f_ab.ravel()])).any():
        raise UsageError(f"{of} is missing in some draws, under some revision: its variance cannot be told")
    return _table(case, scalar, of, names, (f_a, f_b, f_ab), alone)


def _table(
    case: Case, scalar: Scalar, of: str, names: Sequence[str], values: tuple[Floats, Floats, Floats], alone: Floats
) -> pd.DataFrame:
    plain = float(scalar.over(case, Latent({}, 0, 1, {}))[0])
    first, total = sobol_indices(*values)
    ends = bootstrap(*values, case.study.study.seed)
    elastic = [
        elasticity(case, scalar, name, plain) if name == "price" or name in case.panel else np.nan for name in names
    ]
    frame = pd.DataFrame(
        {
            "of": of, "year": int(case.panel["year"].values[scalar.year]), "plain": plain, "input": names,
            "sobol_first": first, "sobol_first_low": ends[0, 0], "sobol_first_high": ends[0, 1],
            "sobol_total": total, "sobol_total_low": ends[1, 0], "sobol_total_high": ends[1, 1],
            "alone_low": alone[0], "alone_high": alone[1], "elasticity": elastic,
        }
    )  # fmt: skip
    return frame.sort_values(["sobol_total", "input"], ascending=[False, True], ignore_index=True)[COLUMNS]
