"""Calibration of night light: what emissions go with how much light, learned where totals are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ecocomp.accounts.relations import RELATIONS, Goodness, Relation, goodness
from ecocomp.issues import DataError, Issue

__all__ = ["COMPARED", "Calibration", "calibrate"]

COMPARED = ("linear", "power", "pso_bp")
"""Relations that are fitted beside each other, the plainest first."""

FEWEST = {"linear": 3, "power": 6, "pso_bp": 20}
"""Totals (parents × years) below which a relation is not fitted."""

FOLDS = 5
NO_BETTER = 0.02
"""The held-out error of the plain relation may be this share above the network's and still count as good as it."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """A calibrated proxy and how far to trust it.

    Attributes
    ----------
    proxy
        Emissions predicted for each unit (unit, year) [Mt CO2]: a proxy, only its shares within a parent count.
    relation
        The relation that made it, from the mean light of a parent's units to their mean emissions.
    fitted, held_out
        How each relation of :data:`COMPARED` meets the parents' totals [Mt CO2]: those it was fitted on, and those
        that were left out, a fifth of the groups at a time.
    groups
        What was left out together: ``parent`` or ``year``.
    beyond
        Share of the unit-years with light whose light is outside the range that the relation was fitted on [1].
    """

    proxy: xr.DataArray
    relation: Relation
    fitted: dict[str, Goodness]
    held_out: dict[str, Goodness]
    groups: Literal["parent", "year"]
    beyond: float

    @property
    def plainest_as_good(self) -> str:
        """Return the plainest relation whose held-out error is within 2 % of the best one's, or below."""
        best = min(fit.rmse for fit in self.held_out.values())
        return next(name for name, fit in self.held_out.items() if fit.rmse <= best * (1 + NO_BETTER))


def calibrate(
    light: xr.DataArray,
    parent_total: xr.DataArray,
    parent: xr.DataArray,
    method: Literal["power", "pso_bp"] = "pso_bp",
    seed: int = 0,
) -> Calibration:
    r"""Learn emissions from light where totals are known, and predict those of every unit as a proxy.

    With :math:`X_p` the light and :math:`n_p` the number of a parent's units, f is fitted to

    .. math:: E_p / n_p = f(X_p / n_p)

    and each unit's proxy is :math:`f(x_i)`: means instead of sums, because f is applied to single units and would
    otherwise be asked far outside what it was fitted on.

    Parameters
    ----------
    light
        Light sums (unit, year), not negative [any].
    parent_total
        Totals (parent, year) [Mt CO2]; missing ones are left out of the fit.
    parent
        Label of each unit's parent (unit,).
    method
        Relation that makes the proxy.
    seed
        Seed of the swarm and of the groups that are left out together.

    Raises
    ------
    DataError
        ``calibration-too-few``: fewer totals than the method needs, or neither three parents nor three years.

    Notes
    -----
    After Chen et al. 2020 (Scientific Data 7:391), who trained such a network to bring the two night-light sensors
    onto one scale. A relation y = a·x would share out as light itself does, so the comparison with it says what the
    calibration is worth.
    """
    light, parent = xr.align(light, parent, join="exact")
    parent_total = parent_total.transpose("parent", "year")
    light = light.transpose("unit", "year")
    xr.align(light["year"], parent_total["year"], join="exact")
    means, counts = _parent_means(light, parent, parent_total["parent"].to_numpy())
    totals = parent_total.to_numpy().astype(float)
    known = ~np.isnan(means) & ~np.isnan(totals) & (means > 0) & (totals > 0)
    rows, columns = np.nonzero(known)
    x, n = means[known], counts[rows]
    y = totals[known]
    groups, labels = _groups(rows, columns, len(y), method)
    names = [name for name in COMPARED if len(y) >= FEWEST[name]]
    fitted = {name: RELATIONS[name](x, y / n, seed) for name in names}
    missed = {name: _left_out(name, x, y, n, labels, seed) for name in names}
    relation = fitted[method]
    values = light.to_numpy()
    shining = values > 0
    outside = shining & ((values < relation.lowest) | (values > relation.highest))
    return Calibration(
        proxy=light.copy(data=relation(values)).rename("calibrated_light").drop_attrs(),
        relation=relation,
        fitted={name: goodness(y, n * fit(x)) for name, fit in fitted.items()},
        held_out={name: goodness(y, predicted) for name, predicted in missed.items()},
        groups=groups,
        beyond=float(outside.sum() / max(shining.sum(), 1)),
    )


def _parent_means(light: xr.DataArray, parent: xr.DataArray, parents: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return each parent's mean light (parent, year), missing where a unit's is, and its number of units (parent,)."""
    labels = parent.to_numpy()
    member_of = np.where(pd.isna(labels), -1, pd.Index(parents).get_indexer(pd.Index(labels)))
    values = light.to_numpy().astype(float)
    means = np.full((len(parents), values.shape[1]), np.nan)
    counts = np.bincount(member_of[member_of >= 0], minlength=len(parents)).astype(float)
    for p in range(len(parents)):
        if counts[p]:
            means[p] = np.sort(values[member_of == p], axis=0).sum(axis=0) / counts[p]  # in any order of the units
    return means, counts


def _groups(
    rows: NDArray[np.intp], columns: NDArray[np.intp], known: int, method: str
) -> tuple[Literal["parent", "year"], NDArray[np.intp]]:
    """Return what is left out together and the group of each total; parents where there are three of them."""
    by_parent = len(set(rows)) >= 3
    if known < FEWEST[method] or not (by_parent or len(set(columns)) >= 3):
        message = f"calibration = {method!r} has {known} totals of {len(set(rows))} larger units to learn from"
        remedy = f"give at least {FEWEST[method]}, of three larger units or years, or leave calibration out"
        raise DataError([Issue("error", "calibration-too-few", message, remedy, value=str(known))])
    return ("parent", rows) if by_parent else ("year", columns)


def _left_out(name: str, x: Floats, y: Floats, n: Floats, labels: NDArray[np.intp], seed: int) -> Floats:
    """Predict every total by a relation fitted without its group."""
    groups = np.random.default_rng(seed).permutation(np.unique(labels))
    predicted = np.full(y.shape, np.nan)
    for fold in np.array_split(groups, min(FOLDS, groups.size)):
        out = np.isin(labels, fold)
        predicted[out] = n[out] * RELATIONS[name](x[~out], y[~out] / n[~out], seed)(x[out])
    return predicted
