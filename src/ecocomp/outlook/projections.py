"""Projections of a study: every method on every unit, larger units and the region as sums, tested and bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ecocomp.outlook.checks import projected_years, refusals
from ecocomp.outlook.damped import damped_trend
from ecocomp.outlook.errors import backtest_errors, verdict_of
from ecocomp.outlook.events import neutrality_year, peak_year
from ecocomp.outlook.fits import Draws, Fit, Floats, draw_years
from ecocomp.outlook.grey import grey_model
from ecocomp.outlook.names import BASELINE, TREND
from ecocomp.outlook.places import places_of
from ecocomp.outlook.stirpat import extend_drivers, stirpat
from ecocomp.study import Growth, Outlook

__all__ = ["BASELINE", "INTERVAL", "TREND", "Outcome", "project"]

INTERVAL = (0.05, 0.95)
"""Ends of every interval, as quantiles of the draws."""
SERIES = ("emissions", "sequestration")
QUANTITIES = (*SERIES, "account")
EVENTS = ("peak", "neutrality")
CELLS_AT_ONCE = 4_000_000


class Outcome(NamedTuple):
    """What an outlook found.

    ``places`` says which units make up each place (:func:`ecocomp.outlook.places_of`). ``observed`` has ``value``
    (quantity, place, year) [Mt CO2] and ``units``, ``missing`` (place). ``methods`` have, by name:

    - ``central``, ``low``, ``high`` (quantity, scenario, place, year) [Mt CO2];
    - ``event_year``, ``year_low``, ``year_high`` (infinite: not within the projection) and ``probability`` (event,
      scenario, place);
    - ``mape``, ``mase``, ``rmse``, ``baseline_mape``, ``baseline_mase``, ``baseline_rmse`` and ``verdict`` (quantity,
      place), the baseline being that of the same units;
    - ``units`` and ``missing`` (place);
    - the diagnostics of the method (series, unit).
    """

    places: xr.DataArray
    observed: xr.Dataset
    methods: dict[str, xr.Dataset]


class _Task(NamedTuple):
    """What all methods share; ``places`` and ``data`` hold the units that a method projects."""

    data: xr.Dataset
    places: xr.DataArray
    settings: Outlook
    ahead: NDArray[np.intp]

    @property
    def step(self) -> int:
        return int(self.data["year"].values[1] - self.data["year"].values[0])

    def of(self, units: xr.DataArray) -> _Task:
        return self._replace(data=self.data.sel(unit=units), places=self.places.sel(unit=units))


def project(panel: xr.Dataset, settings: Outlook, parents: Sequence[str], generator: np.random.Generator) -> Outcome:
    """Project emissions and sequestration of every unit, the account as their difference.

    Parameters
    ----------
    panel
        Dataset (unit, year) with ``emissions``, ``sequestration`` [Mt CO2], for STIRPAT ``gdp`` [CNY] and
        ``population`` [person]; coordinates ``name`` and the parent levels; the years equally spaced.
    settings
        The study's [outlook], with ``until``.
    parents
        Parent levels, outermost first.
    generator
        Of the bootstrap; one set of draws serves all units and methods.

    Raises
    ------
    ValueError
        If ``until`` is not stated.
    """
    if settings.until is None:
        raise ValueError("an outlook needs [outlook] until")
    years = panel["year"].values
    ahead = projected_years(years.tolist(), settings.until)
    draws = draw_years(generator, settings.draws, years.size, ahead.size)
    whole = _Task(panel.transpose("unit", "year"), places_of(panel, parents), settings, ahead)
    allowed = {m: panel["unit"][units.values] for m, units in refusals(panel, settings).items()}
    methods = {method: _of_method(method, whole, whole.of(units), draws) for method, units in allowed.items()}
    return Outcome(whole.places, _observed(whole, whole.of(allowed[BASELINE])), methods)


def _observed(whole: _Task, task: _Task) -> xr.Dataset:
    value = np.stack([*_history(task)])
    coords = {"quantity": list(QUANTITIES), "year": task.data["year"].values}
    units = _counts(whole, task)
    masked = np.where(units["units"][1][:, None] - units["missing"][1][:, None] > 0, value, np.nan)
    return xr.Dataset({"value": (("quantity", "place", "year"), masked), **units}, coords)


def _history(task: _Task, last: int | None = None) -> Iterator[Floats]:
    """Yield emissions, sequestration and account of every place, without the last years."""
    sums = [task.places.values @ task.data[name].values[:, :last] for name in SERIES]
    yield from (*sums, sums[0] - sums[1])


def _counts(whole: _Task, task: _Task) -> dict[str, tuple[str, Floats]]:
    units = whole.places.values.sum(axis=1)
    return {"units": ("place", units), "missing": ("place", units - task.places.values.sum(axis=1))}


def _of_method(method: str, whole: _Task, task: _Task, draws: Draws) -> xr.Dataset:
    scenarios = {TREND: None, **(task.settings.growth if method == "stirpat" else {})}
    fits = {name: _fit(method, name, task, scenarios, task.ahead.size) for name in SERIES}
    counts = _counts(whole, task)
    there = counts["units"][1] > counts["missing"][1]
    central = _with_account([_sums(task, _floored(name, fit.projection)) for name, fit in fits.items()])
    low, high, drawn = _bounds(task, fits, draws)
    history = np.stack([*_history(task)])
    years = np.concatenate([task.data["year"].values, task.ahead])
    found = {
        "central": central, "low": low, "high": high,
    }  # fmt: skip
    paths = {
        name: (("quantity", "scenario", "place", "year"), np.where(there[:, None], values, np.nan))
        for name, values in found.items()
    }
    events = _summary(np.stack(_events(history, central, years)), drawn)
    timed = {name: (("event", "scenario", "place"), np.where(there, values, np.nan)) for name, values in events.items()}
    errors = _backtest(method, task, there)
    diagnostics = {
        name: (("series", "unit"), np.stack([fit.diagnostics[name] for fit in fits.values()]))
        for name in fits["emissions"].diagnostics
    }
    coords = {
        "quantity": list(QUANTITIES), "series": list(SERIES), "event": list(EVENTS), "scenario": list(scenarios),
        "year": task.ahead, "unit": task.data["unit"].values,
    }  # fmt: skip
    return xr.Dataset({**paths, **timed, **errors, **counts, **diagnostics}, coords)


def _fit(method: str, name: str, task: _Task, scenarios: dict[str, Growth | None], ahead: int) -> Fit:
    series = task.data[name].values
    if method == BASELINE:
        return damped_trend(series, ahead)
    if method == "gm11":
        return grey_model(series, ahead)
    gdp, population = task.data["gdp"].values, task.data["population"].values
    if name == "sequestration":  # the technology that a scenario states is that of emissions
        scenarios = {k: g and g.model_copy(update={"technology": None}) for k, g in scenarios.items()}
    intensity = series / gdp if task.settings.technology == "intensity" else None
    drivers = extend_drivers(population, gdp, intensity, scenarios, ahead, task.step)
    return stirpat(series, drivers, task.settings.hold_out, squared_affluence=task.settings.squared_affluence)


def _floored(name: str, values: Floats) -> Floats:
    """Return emissions at zero where a projection falls below it; sequestration may be negative."""
    return np.maximum(values, 0.0) if name == "emissions" else values


def _with_account(series: Sequence[Floats]) -> Floats:
    return np.stack([*series, series[0] - series[1]])


def _sums(task: _Task, values: Floats) -> Floats:
    """Return values (…, unit, year) added up over the places (…, place, year)."""
    return np.asarray(task.places.values @ values)


def _bounds(task: _Task, fits: dict[str, Fit], draws: Draws) -> tuple[Floats, Floats, Floats]:
    """Return the ends of the intervals (quantity, scenario, place, year), and events (draw, event, scenario, place).

    Units go through in blocks; the sums of larger units and the region are gathered draw by draw.
    """
    scenarios, ahead = fits["emissions"].projection.shape[0], task.ahead.size
    single = (task.places["level"] == "unit").values
    members, groups = task.places.values[single], task.places.values[~single]
    rows = members.argmax(axis=0)  # place of each unit
    number, places = draws.ahead.shape[0], task.places.sizes["place"]
    limits = np.full((2, len(QUANTITIES), scenarios, places, ahead), np.nan)
    drawn = np.full((number, len(EVENTS), scenarios, places), np.inf)
    sums = np.zeros((len(SERIES), number, scenarios, groups.shape[0], ahead))
    history = np.stack([*_history(task)])
    years = np.concatenate([task.data["year"].values, task.ahead])
    size = max(1, CELLS_AT_ONCE // (number * scenarios * (ahead + history.shape[-1])))
    for start in range(0, task.data.sizes["unit"], size):
        block = slice(start, min(start + size, task.data.sizes["unit"]))
        paths = [_floored(name, fit.simulate(draws, block)) for name, fit in fits.items()]
        sums += np.stack([groups[:, block] @ path for path in paths])
        own = rows[block]
        limits[..., own, :], drawn[..., own] = _limits(_with_account(paths), history[:, own], years)
    limits[..., ~single, :], drawn[..., ~single] = _limits(_with_account(list(sums)), history[:, ~single], years)
    return limits[0], limits[1], drawn


def _limits(paths: Floats, history: Floats, years: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return quantiles and events of paths (quantity, draw, scenario, place, year)."""
    ends = np.quantile(paths, INTERVAL, axis=1)
    events = np.stack(_events(history[:, None], paths, years), axis=1)
    return ends, events


def _events(history: Floats, paths: Floats, years: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return peak and neutrality years (…, scenario, place) of history (quantity, …, place, year) and what follows."""

    def joined(quantity: int) -> Floats:
        past = np.broadcast_to(history[quantity], (*paths.shape[1:-1], history.shape[-1]))
        return np.concatenate([past, paths[quantity]], axis=-1)

    return peak_year(joined(0), years), neutrality_year(joined(2), years)


def _summary(central: Floats, drawn: Floats) -> dict[str, Floats]:
    """Return the year of each event (event, scenario, place), its interval, and how probable it is at all."""
    ordered = np.sort(drawn, axis=0)
    low, high = (ordered[max(0, int(np.ceil(q * len(ordered))) - 1)] for q in INTERVAL)
    return {
        "event_year": central, "year_low": low, "year_high": high, "probability": np.isfinite(drawn).mean(axis=0),
    }  # fmt: skip


def _backtest(method: str, task: _Task, there: NDArray[np.bool_]) -> dict[str, tuple[tuple[str, str], Floats]]:
    """Return errors on the held-out years (quantity, place), of the method and of the baseline on the same units."""
    hold = task.settings.hold_out
    early = task._replace(data=task.data.isel(year=slice(None, -hold)))
    history, actual = np.stack([*_history(early)]), np.stack([*_history(task)])[..., -hold:]

    def errors(name: str) -> dict[str, Floats]:
        told = [_sums(task, _floored(q, _fit(name, q, early, {TREND: None}, hold).projection[0])) for q in SERIES]
        found = backtest_errors(history, actual, _with_account(told))
        return {key: np.where(there, values, np.nan) for key, values in found.items()}

    own = errors(method)
    baseline = own if method == BASELINE else errors(BASELINE)
    verdict = np.where(there, "baseline", "not projected") if method == BASELINE else verdict_of(own, baseline)
    found = own | {f"baseline_{key}": values for key, values in baseline.items()}
    found["verdict"] = np.broadcast_to(verdict, own["rmse"].shape)
    return {key: (("quantity", "place"), values) for key, values in found.items()}
