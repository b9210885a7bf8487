"""What units emit, earn, house and grow, relatively: from their area, elevation and nearness to cities.

The demonstration shares provincial totals out by these proxies; the fictional region scales them by its own
totals. All coefficients are choices made for plausible maps, not estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ecocomp.synthetic.fields import smooth_field

__all__ = ["Land", "proxies"]

Floats = NDArray[np.float64]
SETTLED_UP_TO = 420.0
"""Elevation over which settlement falls to 1/e [m]."""
TOWN_AREA = 600.0
"""Largest area that a city can fill in one unit [km2]; less of it in the mountains."""
SHARED_OVER = 45.0
"""Distance over which neighbours' heterogeneity is alike [km]."""
NOISE = {"emissions": 0.45, "gdp": 0.25, "population": 0.18, "sequestration": 0.12}
"""Standard deviation of the log of each quantity's own noise: half its variance is shared with neighbours."""
YEARLY = 0.03
"""Standard deviation of the log of the noise of one year."""


@dataclass(frozen=True)
class Land:
    """Units as the land has them, sorted by id, one value each.

    ``x``, ``y`` place [km], ``area`` [km2], ``elevation`` [m], ``urban`` pull of cities [1].
    """

    unit: pd.Index
    x: Floats
    y: Floats
    area: Floats
    elevation: Floats
    urban: Floats


def proxies(land: Land, years: Sequence[int], seed: int) -> xr.Dataset:
    """Return how much of a total each unit draws, positive, in relative terms.

    Parameters
    ----------
    land
        The units, sorted by id.
    years
        Years; the values of one year do not depend on which others are asked for.
    seed
        Seed of the heterogeneity and of the noise of each quantity.

    Returns
    -------
    xarray.Dataset
        ``emissions``, ``gdp``, ``population`` [1], ``vegetated`` [km2], and ``sequestration``, the vegetated
        area weighted by greenness [km2], on (unit, year).
    """
    settled = 0.04 + 0.96 * np.exp(-land.elevation / SETTLED_UP_TO)
    town = TOWN_AREA * -np.expm1(-land.area / TOWN_AREA) * np.sqrt(settled)
    built_up = land.urban / (1 + land.urban) * town / land.area
    people = land.area * settled + 5.5 * town * land.urban
    vegetated = land.area * (0.94 - 0.8 * built_up)
    level = {
        "emissions": land.area * settled + 6.0 * town * land.urban**0.8,
        "gdp": people * (1 + 1.2 * built_up),
        "population": people,
        "sequestration": vegetated * (1 + 0.3 * np.tanh((land.elevation - 300) / 300)),
    }
    data = {
        name: values[:, None] * np.exp(_noise(land, years, NOISE[name], [seed, number]))
        for number, (name, values) in enumerate(level.items())
    }
    data["vegetated"] = np.repeat(vegetated[:, None], len(years), axis=1)
    coordinates = {"unit": np.asarray(land.unit, dtype=object), "year": np.asarray(years, dtype=np.int64)}
    return xr.Dataset({n: (("unit", "year"), v) for n, v in data.items()}, coordinates)


def _noise(land: Land, years: Sequence[int], deviation: float, seed: list[int]) -> Floats:
    """Return the log of a quantity's noise (unit, year): a lasting part, half of it local, and the year's."""
    shared = smooth_field(land.x, land.y, SHARED_OVER, [*seed, 31])
    own = np.random.default_rng([*seed, 32]).standard_normal(len(land.x))
    lasting = deviation * (shared + own) / np.sqrt(2)
    yearly = [np.random.default_rng([*seed, 33, year]).normal(0, YEARLY, len(land.x)) for year in years]
    return np.asarray(lasting[:, None] + np.column_stack(yearly))
