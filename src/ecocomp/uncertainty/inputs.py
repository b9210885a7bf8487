"""From latent factors to the inputs of draws: quantities with their errors, prices, weights, and revisions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import gammaincinv

from ecocomp.accounts.size import Weight, weights_of
from ecocomp.compensation import deflate, price_by_year
from ecocomp.panel import total_by
from ecocomp.study import ErrorOf
from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.latent import Latent, normals, standard
from ecocomp.units import own_scale

__all__ = ["DIMENSIONS", "DrawnInputs", "correlated", "drawn_inputs"]

Floats = NDArray[np.float64]
DIMENSIONS = ("draw", "year", "unit")
SMALLEST_GAMMA = 1e-300
"""Stands in for a gamma variate that is too small to be told from 0, so that weights never divide 0 by 0."""


@dataclass(frozen=True)
class DrawnInputs:
    """The inputs of some draws: what a plain run would be given, once a draw.

    Attributes
    ----------
    panel
        Quantities (draw, year, unit) in canonical units.
    price
        Carbon price (draw, year) [CNY per t CO2].
    weights
        Weights of the revision by factor (draw,) [1]; None where they are the study's.
    revision
        Place of the draw's revision among those of the case (draw).
    """

    panel: xr.Dataset
    price: xr.DataArray
    weights: dict[str, Weight] | None
    revision: NDArray[np.intp]

    def of_years(self, years: slice) -> DrawnInputs:
        """Return the inputs of some of the years."""
        return replace(self, panel=self.panel.isel(year=years), price=self.price.isel(year=years))


def drawn_inputs(case: Case, latent: Latent) -> DrawnInputs:
    """Return the inputs of some draws.

    Parameters
    ----------
    case
        The study.
    latent
        Factors of the draws; a group that it lacks keeps its plain value.
    """
    draws = np.arange(latent.first, latent.first + latent.draws)
    shape = (draws.size, case.panel.sizes["year"], case.panel.sizes["unit"])
    coords = {"draw": draws} | {str(name): coord for name, coord in case.panel.coords.items()}
    arrays = {}
    for name, quantity in case.panel.data_vars.items():
        values = np.broadcast_to(quantity.values, shape)
        if name in latent.shared:
            values = values * relative_errors(case, str(name), latent)
        arrays[name] = xr.Variable(DIMENSIONS, values, quantity.attrs)
    return DrawnInputs(
        xr.Dataset(arrays, coords),
        _prices(case, latent, draws),
        _weights(case, latent, draws),
        _revisions(case, latent),
    )


def relative_errors(case: Case, name: str, latent: Latent) -> Floats:
    r"""Return the factors by which the draws of a quantity differ from its value (draw, year, unit) [1].

    .. math:: f = \exp(σ z - σ^2/2), \quad σ^2 = \ln(1 + cv^2), \quad z = \sqrt{a} z_{region} + \sqrt{b} z_{parent} +
        \sqrt{c} z_{unit}

    with a + b + c = 1, so that the mean is 1 for every unit. Over the years each of the three follows
    z_t = ρ^Δ z_{t−Δ} + √(1 − ρ^{2Δ}) ε_t with Δ the years between. ``within = "parent"`` then divides the errors of a
    parent's units by their mean weighted by the quantity, so that the parent's total stays what it is.
    """
    error, years = case.study.uncertainty.errors[name], case.panel["year"].values  # type: ignore[index]
    z = _standard_errors(case, name, error, latent, years)
    cv = np.full(case.panel.sizes["unit"], error.cv)
    if error.cv_of_units:
        cv = np.array([error.cv_of_units.get(str(unit), error.cv) for unit in case.panel["unit"].values])
    variance = np.log1p(cv**2)
    factors: Floats = np.exp(np.sqrt(variance) * z - variance / 2)
    if error.within == "parent" and case.member_of is not None:
        factors = _within_parents(factors, case.panel[name].values, case.member_of)
    return factors


def _standard_errors(case: Case, name: str, error: ErrorOf, latent: Latent, years: NDArray[np.int64]) -> Floats:
    """Return standard normal errors (draw, year or 1, unit)."""
    own = error.unit + (error.parent if case.member_of is None else 0.0)
    seed, side = case.study.study.seed, latent.sides.get(name, 0)
    steps = 1 if error.time_correlation == 1 else years.size

    def of(component: str, members: int) -> Floats:
        drawn = normals(seed, (name, component), side, latent.first, latent.draws, (steps, members))
        return correlated(drawn, years, error.time_correlation)

    shared = correlated(standard(latent.shared[name])[:, :, None], years, error.time_correlation)
    z = np.sqrt(error.region) * shared
    if case.member_of is not None and error.parent:
        z = z + np.sqrt(error.parent) * of("parent", int(case.member_of.max()) + 1)[..., case.member_of]
    if own:
        z = z + np.sqrt(own) * of("unit", case.panel.sizes["unit"])
    return np.broadcast_to(z, (*z.shape[:2], case.panel.sizes["unit"]))


def correlated(innovations: Floats, years: NDArray[np.int64], correlation: float) -> Floats:
    """Return standard normals that are correlated over the years, from independent ones (draw, year, member).

    Parameters
    ----------
    innovations
        Standard normals; with a correlation of 1, of a single year, which holds for all.
    years
        Calendar years, ascending.
    correlation
        Of two successive calendar years, ρ [1].
    """
    if correlation == 1:
        return innovations
    z = innovations.copy()
    for t, gap in enumerate(np.diff(years), 1):
        kept = correlation ** float(gap)
        z[:, t] = kept * z[:, t - 1] + np.sqrt(1 - kept**2) * innovations[:, t]
    return z


def _within_parents(factors: Floats, values: Floats, member_of: NDArray[np.intp]) -> Floats:
    """Divide errors by their mean over each parent, weighted by the values (year, unit); missing ones weigh nothing."""
    labels = member_of.astype(str)
    known = np.nan_to_num(np.broadcast_to(values, (factors.shape[0], *values.shape)))
    sums = [
        total_by(xr.DataArray(np.moveaxis(part, -1, 0), dims=("unit", "draw", "year")), labels).values
        for part in (known, known * factors)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(sums[1] != 0, sums[0] / sums[1], 1.0)  # nothing to share out: nothing to conserve
    place = np.unique(labels, return_inverse=True)[1]
    return np.asarray(factors * np.moveaxis(ratio[place], 0, -1))


def _prices(case: Case, latent: Latent, draws: NDArray[np.int64]) -> xr.DataArray:
    """Return the price of each draw and year, at the study's price level."""
    years = case.panel["year"].values.tolist()
    plain = price_by_year(case.study.compensation, years).expand_dims(draw=draws)
    spread = case.study.uncertainty.price
    if spread is None or "price" not in latent.shared:
        return plain
    points = latent.shared["price"][:, 0]
    if spread.cv is not None:
        variance = np.log1p(spread.cv**2)
        return plain * xr.DataArray(
            np.exp(np.sqrt(variance) * standard(points) - variance / 2), dims="draw", coords={"draw": draws}
        )
    if spread.values is not None:
        weights = np.array(spread.probabilities or np.ones(len(spread.values)))
        drawn = np.array(spread.values)[_choice(points, weights / weights.sum())]
    else:
        assert spread.low is not None and spread.high is not None, "the study's own check asks for one form"
        ratio = spread.high / spread.low
        even = spread.low + (spread.high - spread.low) * points
        drawn = spread.low * ratio**points if spread.shape == "log_uniform" else even
    nominal = xr.zeros_like(plain) + xr.DataArray(
        drawn * own_scale(spread.unit or "", "CNY/t CO2"), dims="draw", coords={"draw": draws}
    )
    return deflate(nominal, case.study.compensation)


def _weights(case: Case, latent: Latent, draws: NDArray[np.int64]) -> dict[str, Weight] | None:
    """Return weights drawn from a Dirichlet distribution around the study's, as gamma variates over their sum."""
    if "weights" not in latent.shared:
        return None
    own = weights_of(case.study.revision)
    concentration = case.study.uncertainty.weights_concentration
    assert concentration is not None, "a group of the case"
    share = np.array(list(own.values())) / sum(own.values())
    gammas = np.maximum(gammaincinv(concentration * share, latent.shared["weights"]), SMALLEST_GAMMA)
    drawn = gammas / gammas.sum(axis=1, keepdims=True)
    return {
        name: xr.DataArray(column, dims="draw", coords={"draw": draws})
        for name, column in zip(own, drawn.T, strict=True)
    }


def _revisions(case: Case, latent: Latent) -> NDArray[np.intp]:
    if "revision" not in latent.shared:
        return np.zeros(latent.draws, dtype=np.intp)
    return _choice(latent.shared["revision"][:, 0], np.array(case.probabilities))


def _choice(points: Floats, probabilities: Floats) -> NDArray[np.intp]:
    """Return the choice of each point among options with some probabilities."""
    ends = np.cumsum(probabilities)[:-1]
    return np.asarray(np.searchsorted(ends, points, side="right"))
