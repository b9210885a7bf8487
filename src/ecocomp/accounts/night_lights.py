"""Night lights made comparable over sensors and years; on cells or on sums of units, whatever the array holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from ecocomp.accounts.relations import RELATIONS, Goodness, Relation, goodness
from ecocomp.issues import DataError, Issue

__all__ = ["Bridge", "bridge", "fuse_sensors", "make_continuous"]


def fuse_sensors(readings: xr.DataArray) -> xr.DataArray:
    """Fuse the readings of satellites that flew in the same year into one.

    Where every satellite saw light the reading is their mean; where one of them saw none it is 0, since stray light
    does not come back in the other's picture.

    Parameters
    ----------
    readings
        Dimensions (sensor, …), not negative [DN]. A satellite's missing reading leaves the others'.

    Returns
    -------
    xarray.DataArray
        Without ``sensor`` [DN]; missing where every satellite's is.

    Notes
    -----
    Intra-annual composition of DMSP/OLS (Liu et al. 2012, Remote Sensing of Environment 123:51–62).
    """
    dark = (readings == 0).any("sensor")
    known = readings.notnull().sum("sensor")
    mean = readings.sum("sensor", skipna=True) / known.where(known > 0)
    return mean.where(~dark, 0.0).rename(readings.name)


def make_continuous(series: xr.DataArray) -> xr.DataArray:
    r"""Make a series that only grows: light that goes out is taken back, light that fades is held.

    .. math:: DN_n = 0 \text{ where } DN_{n+1} = 0, \text{ else } \max(DN_n, DN_{n-1})

    Parameters
    ----------
    series
        Dimensions (…, year), years ascending, not negative [DN]. A missing year is passed over and stays missing.

    Returns
    -------
    xarray.DataArray
        Same dimensions [DN].

    Raises
    ------
    ValueError
        If the years do not ascend.

    Notes
    -----
    Inter-annual correction of DMSP/OLS (Liu et al. 2012). It forbids any real decline: a mining town that empties
    keeps its light. Where decline matters leave it out.
    """
    if not bool((np.diff(series["year"].values) > 0).all()):
        raise ValueError("years must ascend")
    values = series.transpose(..., "year").to_numpy().astype(float)
    dark = values == 0
    dark_later = np.flip(np.maximum.accumulate(np.flip(dark, -1), -1), -1)
    lit = np.where(dark_later, 0.0, values)
    held = np.maximum.accumulate(np.where(np.isnan(values), -np.inf, lit), -1)
    result = np.where(np.isnan(values), np.nan, held)
    return series.transpose(..., "year").copy(data=result).transpose(*series.dims)


@dataclass(frozen=True)
class Bridge:
    """One series out of two sensors.

    Attributes
    ----------
    series
        Dimensions (…, year) over the years of either sensor, on the scale of one of them.
    relation
        What turns a reading of the other sensor into one on that scale.
    fit
        How well it does so over the overlap.
    residuals
        Reading less prediction (…, year) over the overlap.
    overlap
        Years that both sensors have.
    """

    series: xr.DataArray
    relation: Relation
    fit: Goodness
    residuals: xr.DataArray
    overlap: tuple[int, ...]


def bridge(
    dmsp: xr.DataArray,
    viirs: xr.DataArray,
    method: Literal["power", "monotone", "pso_bp"] = "power",
    to: Literal["dmsp", "viirs"] = "dmsp",
    seed: int = 0,
) -> Bridge:
    """Bring DMSP/OLS and NPP/VIIRS onto one scale by a relation fitted where both have years.

    Parameters
    ----------
    dmsp, viirs
        Readings (…, year) on the same labels but for the years, not negative [DN, nW cm⁻² sr⁻¹].
    method
        Relation: ``power`` a·x^b, ``monotone`` (isotonic regression), or ``pso_bp`` (a network, after Chen et al.
        2020).
    to
        Scale of the result. On ``dmsp`` bright cores saturate as they do in DMSP; on ``viirs`` the older years are
        stretched, and what DMSP had cut off does not come back.
    seed
        Seed of the network.

    Returns
    -------
    Bridge
        In the years of the overlap the sensor of the scale is kept as it was read.

    Raises
    ------
    DataError
        ``lights-overlap``: no year with a pair of readings above zero.
    ValueError
        If other labels than years differ.
    """
    dmsp, viirs = _with_readings(dmsp), _with_readings(viirs)
    kept, other = (dmsp, viirs) if to == "dmsp" else (viirs, dmsp)
    overlap = np.intersect1d(dmsp["year"].values, viirs["year"].values)
    y, x = xr.align(kept.sel(year=overlap), other.sel(year=overlap), join="exact")
    x = x.transpose(*y.dims)
    if not bool(((x > 0) & (y > 0)).any()):
        years = [", ".join(map(str, a["year"].values.tolist())) or "no year" for a in (dmsp, viirs)]
        message = f"DMSP ({years[0]}) and VIIRS ({years[1]}) share no year with light in both"
        raise DataError([Issue("error", "lights-overlap", message, "add a year that both sensors have, such as 2013")])
    relation = RELATIONS[method](x.to_numpy(), y.to_numpy(), seed)
    pairs = (x.notnull() & y.notnull()).to_numpy()
    predicted = x.copy(data=relation(x.to_numpy()))
    rest = other.sel(year=np.setdiff1d(other["year"].values, overlap))
    series = xr.concat([kept, rest.copy(data=relation(rest.to_numpy())).transpose(*kept.dims)], "year")
    return Bridge(
        series=series.sortby("year").drop_attrs().rename("light"),
        relation=relation,
        fit=goodness(y.to_numpy()[pairs], predicted.to_numpy()[pairs]),
        residuals=(y - predicted).rename("residual"),
        overlap=tuple(int(year) for year in overlap),
    )


def _with_readings(readings: xr.DataArray) -> xr.DataArray:
    """Return the years in which a sensor read anything at all: of the others it did not fly in."""
    flown = readings.notnull().any([dim for dim in readings.dims if dim != "year"])
    return readings.isel(year=flown.values)
