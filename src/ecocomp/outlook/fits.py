"""What every method of projection gives back, and the draws that all of them share."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Draws", "Fit", "Floats", "centred_residuals", "draw_years"]

Floats = NDArray[np.float64]


class Draws(NamedTuple):
    """Which year's residual stands where in a bootstrap draw, the same for every unit.

    Units share their years so that what errs together in the data errs together in a draw: the sum over a region is
    then as unsure as it is, and no result depends on the order of units.
    """

    past: NDArray[np.intp]
    """Dimensions (draw, year)."""
    ahead: NDArray[np.intp]
    """Dimensions (draw, year ahead)."""


def draw_years(generator: np.random.Generator, draws: int, years: int, ahead: int) -> Draws:
    """Return a residual bootstrap's choice of years.

    Parameters
    ----------
    generator
        Source of randomness.
    draws
        How many draws.
    years, ahead
        Years of the data and years projected.

    Notes
    -----
    Balanced: in every place each year of the data stands equally often, or once less (Davison, Hinkley and Schechtman
    1986, Biometrika 73, 555–566), so that the ends of intervals do not jump from one year ahead to the next.
    """
    deck = np.resize(np.arange(years), draws)
    chosen = generator.permuted(np.broadcast_to(deck[:, None], (draws, years + ahead)), axis=0)
    return Draws(chosen[:, :years], chosen[:, years:])


class Fit(NamedTuple):
    """A method fitted to series of units.

    ``fitted`` has the dimensions (unit, year), missing in years that the method takes as given; ``projection``
    (scenario, unit, year ahead); both in the unit of measure of the series. ``diagnostics`` hold a number a unit.
    ``simulate`` returns (draw, scenario, unit, year ahead) for a slice of the units.
    """

    fitted: Floats
    projection: Floats
    diagnostics: dict[str, Floats]
    simulate: Callable[[Draws, slice], Floats]


def centred_residuals(residuals: Floats, parameters: int) -> Floats:
    """Return residuals (unit, year) without their mean, widened by √(n / (n − p)) for the p parameters fitted."""
    years = residuals.shape[-1]
    widened = residuals * np.sqrt(years / max(years - parameters, 1))
    return np.asarray(widened - widened.mean(axis=-1, keepdims=True))
