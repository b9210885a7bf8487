"""What an outlook tells of: every unit, every larger unit, and the region, the latter two as sums of units."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import xarray as xr

__all__ = ["places_of"]

LABELS = ("level", "parent_level", "code", "name")


def places_of(units: xr.Dataset, parents: Sequence[str]) -> xr.DataArray:
    """Return which units make up each place.

    Parameters
    ----------
    units
        Dataset with the dimension ``unit``, the coordinate ``name``, and one coordinate a parent level.
    parents
        Names of these levels, outermost first.

    Returns
    -------
    xarray.DataArray
        1 where a unit is part of a place, else 0; dimensions (place, unit): the units, then the parents of each
        level, then the region. Coordinates of ``place``: ``level`` (unit, parent, region), ``parent_level``, ``code``
        (a unit's identifier or a parent's name) and ``name``.
    """
    codes, count = units["unit"].values, units.sizes["unit"]
    names = units["name"].values
    rows = [(np.eye(count), ["unit"] * count, [""] * count, list(codes), list(names))]
    for level in parents:
        own = units[level].values
        found = np.unique(own)
        times = found.size
        rows.append(
            ((own == found[:, None]).astype(float), ["parent"] * times, [level] * times, list(found), list(found))
        )
    rows.append((np.ones((1, count)), ["region"], [""], [""], [""]))
    members, *labels = zip(*rows, strict=True)
    columns = [np.array(list(chain.from_iterable(part)), dtype=str) for part in labels]
    coords = {name: ("place", column) for name, column in zip(LABELS, columns, strict=True)}
    return xr.DataArray(np.concatenate(members), {"unit": codes, **coords}, ("place", "unit"))
