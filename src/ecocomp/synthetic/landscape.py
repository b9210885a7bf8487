"""The lie of a fictional land: mountains in the north-west, plains with cities, and who governs what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ecocomp.synthetic.cells import spread
from ecocomp.synthetic.fields import smooth_field

__all__ = ["Cities", "elevation", "found_cities", "urban_pull"]

Floats = NDArray[np.float64]
CITY_REACH = 12.0
"""Distance over which a city's pull falls to 1/e [km]."""


@dataclass(frozen=True)
class Cities:
    """Seats of the prefectures: place (city, 2) [km], relative size (city,) and province number (city,)."""

    place: Floats
    size: Floats
    province: NDArray[np.intp]


def elevation(x: Floats, y: Floats, radius: float, seed: int) -> Floats:
    """Return the elevation [m] at points x, y [km] of a region of some radius [km]."""
    rise = (0.8 * y - 0.6 * x) / radius
    range_ = smooth_field(x, y, 0.35 * radius, [seed, 11])
    hills = smooth_field(x, y, min(0.15 * radius, 60.0), [seed, 12])
    slope = 1 / (1 + np.exp(-5 * (rise + 0.2 * range_ - 0.4)))
    return np.asarray(10 + 1500 * slope * np.clip(1 + 0.3 * hills, 0.3, None))


def found_cities(prefectures: int, provinces: int, radius: float, seed: int) -> Cities:
    """Found the cities, mostly in the plains; some, far from each other, become capitals of provinces."""
    generator = np.random.default_rng([seed, 21])
    lowland = _lowland(radius, seed)
    place = spread(prefectures, 1.15 * radius, lambda x, y: 0.15 + lowland(x, y), generator)
    size = np.sort(generator.lognormal(0, 0.7, prefectures))[::-1]
    # the larger cities lie lower, loosely
    order = np.argsort(-lowland(place[:, 0], place[:, 1]) - generator.normal(0, 0.3, prefectures))
    place = place[order]
    capitals = [0]
    while len(capitals) < provinces:
        capitals.append(int(np.argmax(cKDTree(place[capitals]).query(place)[0])))
    return Cities(place, size, np.asarray(cKDTree(place[capitals]).query(place)[1]))


def _lowland(radius: float, seed: int) -> Callable[[Floats, Floats], Floats]:
    """Return a function of x, y that is 1 at sea level and falls with elevation."""
    return lambda x, y: np.exp(-elevation(x, y, radius, seed) / 400)


def urban_pull(x: Floats, y: Floats, cities: Cities) -> Floats:
    """Return how urban points x, y [km] are: the sizes of the nearest cities, fading with distance [1]."""
    near = min(4, len(cities.size))
    distance, which = cKDTree(cities.place).query(np.column_stack([x, y]), k=list(range(1, near + 1)))
    return np.asarray((cities.size[which] * np.exp(-distance / CITY_REACH)).sum(axis=1))
