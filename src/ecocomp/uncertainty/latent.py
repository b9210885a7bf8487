"""The independent random factors behind the draws: points for what many units share, normals for each unit alone.

Every number is a function of the seed, the number of the draw and its place alone, so that no result depends on how
draws are cut into chunks or who computes them.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

__all__ = ["Latent", "Points", "latent_points", "normals", "standard"]

Floats = NDArray[np.float64]
Points = Literal["sobol", "latin_hypercube"]
SMALLEST = 2.0**-40
"""A point never touches an end: its normal would be infinite."""


@dataclass(frozen=True)
class Latent:
    """Independent factors of some draws, by group: those of one quantity, the price, the weights, or the revision.

    Attributes
    ----------
    shared
        Points of each group, in (0, 1) (draw, column); a group that is left out keeps its plain value.
    first, draws
        Number of the first draw, and how many there are.
    sides
        Which of two independent sets of unit normals a group takes; 0 where it is left out.
    """

    shared: Mapping[str, Floats]
    first: int
    draws: int
    sides: Mapping[str, int]

    def part(self, start: int, stop: int) -> Latent:
        """Return some of the draws, fewer where there are not so many."""
        shared = {group: points[start:stop] for group, points in self.shared.items()}
        return Latent(shared, self.first + start, min(stop, self.draws) - start, self.sides)

    def only(self, group: str) -> Latent:
        """Return the draws with one group alone, the others keeping their plain value."""
        return replace(self, shared={group: self.shared[group]})

    def swapped(self, group: str, other: Latent) -> Latent:
        """Return the draws with one group taken from other draws."""
        shared = dict(self.shared) | {group: other.shared[group]}
        return replace(self, shared=shared, sides=dict(self.sides) | {group: other.sides[group]})


def latent_points(columns: Mapping[str, int], kind: Points, draws: int, seed: int, sides: int = 1) -> list[Latent]:
    """Return the factors that many units share, spread evenly over all draws.

    Scrambled Sobol points (Owen 1998) or a Latin hypercube (McKay, Beckman and Conover 1979).

    Parameters
    ----------
    columns
        Number of factors of each group, in order.
    kind
        Sobol or Latin hypercube.
    draws
        Number of draws.
    seed
        Source of the scrambling.
    sides
        How many independent sets to return, from one set of points of so many times the dimension.
    """
    dimension = sum(columns.values())
    table = _table(dimension * sides, kind, draws, seed)
    found = []
    for side in range(sides):
        ends = np.cumsum([side * dimension, *columns.values()])
        shared = {
            group: table[:, start:end] for group, start, end in zip(columns, ends[:-1], ends[1:], strict=True)
        }  # fmt: skip
        found.append(Latent(shared, 0, draws, dict.fromkeys(columns, side)))
    return found


@lru_cache(maxsize=2)
def _table(dimension: int, kind: Points, draws: int, seed: int) -> Floats:
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, _number_of("shared")])))
    if kind == "sobol":
        power = max(0, int(draws - 1).bit_length())  # a power of two of points is balanced; the first ones are taken
        points = qmc.Sobol(dimension, scramble=True, rng=generator).random_base2(power)[:draws]
    else:
        points = qmc.LatinHypercube(dimension, rng=generator).random(draws)
    table: Floats = np.clip(points, SMALLEST, 1 - SMALLEST)
    table.flags.writeable = False
    return table


def normals(seed: int, names: Sequence[str], side: int, first: int, draws: int, shape: tuple[int, ...]) -> Floats:
    """Return standard normals (draw, *shape) of units or parents, a stream of its own for every draw.

    Philox (Salmon et al. 2011) is keyed by the seed, the names and the side, and counts the draw in its highest word.

    Parameters
    ----------
    seed
        Source of the draws.
    names
        What is drawn, such as the quantity and the component.
    side
        Which of two independent sets.
    first, draws
        Number of the first draw, and how many.
    shape
        Of the numbers of one draw; the last dimension is units or parents in ascending order.
    """
    words = [seed, side, *(_number_of(name) for name in names)]
    key = np.random.SeedSequence(words).generate_state(2, np.uint64)
    found = np.empty((draws, *shape))
    for place in range(draws):
        counter = np.array([0, 0, 0, first + place], dtype=np.uint64)
        np.random.Generator(np.random.Philox(key=key, counter=counter)).standard_normal(out=found[place])
    return found


def standard(points: Floats) -> Floats:
    """Return the standard normals of points in (0, 1)."""
    return np.asarray(ndtri(points))


def _number_of(name: str) -> int:
    """Return a number for a name that is the same on every machine."""
    return zlib.crc32(name.encode())
