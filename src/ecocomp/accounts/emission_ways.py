"""From the study's settings to emissions of units: totals shared out by a proxy, and fuel times factors."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from ecocomp.accounts.calibration import Calibration, calibrate
from ecocomp.accounts.derived import Derived
from ecocomp.accounts.emissions import not_conserved, top_down
from ecocomp.accounts.inventory import FuelFactor, inventory, match_fuels, read_factors
from ecocomp.accounts.light_ways import read_proxy
from ecocomp.accounts.readings import Found, Values, as_array, few, measure, place_values, read_values
from ecocomp.issues import DataError, Issue, errors, raise_errors
from ecocomp.panel import Inputs
from ecocomp.sources.cleaning import plain
from ecocomp.sources.files import sha256
from ecocomp.study import Study
from ecocomp.study.emissions import Energy, TopDown

__all__ = ["burnt_fuel", "shared_out"]

_SUM = re.compile(r"[合总小共總]\s*[计計]|总量|总消费|(?<![a-z])(?:sub|grand)?[\s_-]*total(?![a-z])|all sectors", re.I)
"""Words by which a row of a table is the sum of others."""


def shared_out(inputs: Inputs, study: Study, way: TopDown) -> Derived:
    """Share out the totals of larger units by a proxy (methods §1).

    Returns
    -------
    Derived
        [Mt CO2], downscaled.
    """
    found = Found([], {})
    emissions = None
    try:
        emissions = _share_out(inputs, study, way, found)
    except DataError as error:
        found.issues.extend(error.issues)
    return Derived(None if errors(found.issues) else emissions, "downscaled", found.issues, found.sources)


def burnt_fuel(inputs: Inputs, study: Study, way: Energy) -> Derived:
    """Compute the emissions of each unit from the fuel that it burns (methods §1).

    Returns
    -------
    Derived
        [Mt CO2], modelled.
    """
    found = Found([], {})
    emissions = None
    try:
        units = inputs.panel["unit"].values.astype(str).tolist()
        emissions = _energy(study, way, units, "unit", _years(inputs), found)
    except DataError as error:
        found.issues.extend(error.issues)
    return Derived(None if errors(found.issues) else emissions, "modelled", found.issues, found.sources)


def _share_out(inputs: Inputs, study: Study, way: TopDown, found: Found) -> xr.DataArray:
    """Share out totals, after collecting the faults of totals and proxy together."""
    faults: list[Issue] = []
    totals = proxy = None
    parent = inputs.panel[way.parent].reset_coords(drop=True).astype(str)
    parents = sorted(set(parent.values.tolist()))
    try:
        if way.energy is not None:
            totals = _energy(study, way.energy, parents, "parent", _years(inputs), found)
        else:
            totals = _totals(study, way, parents, _years(inputs), found)
    except DataError as error:
        faults += error.issues
    try:
        proxy = read_proxy(inputs, study, way.proxy, found)
    except DataError as error:
        faults += error.issues
    raise_errors(faults)
    assert totals is not None and proxy is not None, "without them there is an error"
    found.issues.extend(_gaps(totals, proxy, parent))
    emissions = top_down(totals, proxy, parent)
    if way.calibration is not None:  # after the shares by the proxy itself, which refuse what is no proxy
        calibration = calibrate(proxy, totals, parent, way.calibration, study.study.seed)
        found.issues.append(_told(calibration))
        emissions = top_down(totals, calibration.proxy, parent)
    found.issues.extend(not_conserved(emissions, totals, parent))
    return emissions


def _totals(study: Study, way: TopDown, parents: Sequence[str], years: Sequence[int], found: Found) -> xr.DataArray:
    assert way.table is not None and way.column is not None and way.unit is not None, "the settings hold it to that"
    factor = measure(study, "quantities.emissions.top_down", way.unit, "Mt CO2")
    values = read_values(study, way.table, way.column, found)
    return factor * as_array(values, place_values(values, parents, "parent", years, found), parents, "parent", years)


def _energy(
    study: Study,
    settings: Energy,
    labels: Sequence[str],
    dim: str,
    years: Sequence[int],
    found: Found,
) -> xr.DataArray:
    """Return emissions from fuel, and from processes where the study names them [Mt CO2]."""
    file = study.resolve(settings.factors) if settings.factors else None
    factors = read_factors(file)
    if file is not None:
        found.sources["emission factors"] = {"file": settings.factors, "sha256": sha256([file])}
    keys = {"fuel": settings.fuel} | ({"sector": settings.sector} if settings.sector else {})
    values = read_values(study, settings.table, settings.amount, found, extra=keys)
    places = place_values(values, labels, dim, years, found)
    frame = values.frame[values.frame["place"].isin(list(places))]
    units = {"t": settings.unit} | ({"1e3 m3": settings.gas_unit} if settings.gas_unit else {})
    fuels, unknown = match_fuels(frame["fuel"], factors, units, values.file, settings.fuel)
    raise_errors([*unknown, *(_sums(frame, values.file, settings.sector) if settings.sector else [])])
    scales = _scales(study, settings, {fuel: factors[fuel] for fuel in sorted(set(fuels.values()))})
    burnt = frame["fuel"].map(fuels)
    kinds = burnt + " (" + frame["sector"].map(plain) + ")" if settings.sector else burnt
    values = values._replace(frame=frame.assign(fuel=kinds, value=frame["value"] * burnt.map(scales)))
    amounts = as_array(values, places, labels, dim, years, "fuel")
    rows = as_array(_counted(values), places, labels, dim, years, "fuel").notnull().any("fuel")
    found.issues.extend([*_absent_rows(rows, values), *_absent_fuels(amounts, rows, values)])
    # each fuel of each sector by itself: a sector without a row is missing, as a fuel is
    by_kind = {kind: factors[fuel] for kind, fuel in zip(kinds, burnt, strict=True)}
    emissions = inventory(amounts, by_kind)
    if settings.process is None:
        return emissions
    factor = measure(study, "quantities.emissions energy.process", settings.process.unit, "Mt CO2")
    process = read_values(study, settings.process.table, settings.process.column, found)
    places = place_values(process, labels, dim, years, found)
    rows = as_array(_counted(process), places, labels, dim, years).notnull()
    found.issues.extend(_absent_rows(rows, process))
    return emissions + factor * as_array(process, places, labels, dim, years)


def _scales(study: Study, settings: Energy, factors: dict[str, FuelFactor]) -> dict[str, float]:
    """Return the factor of each fuel's amounts to t or 10³ m³."""
    by_measure = {"t": measure(study, "quantities.emissions energy", settings.unit, "t")}
    gases = [fuel for fuel, factor in factors.items() if factor.per == "1e3 m3"]
    if settings.gas_unit is not None:
        by_measure["1e3 m3"] = measure(study, "quantities.emissions energy", settings.gas_unit, "1e3 m3")
    elif gases:
        message = f"{', '.join(gases)} is measured by volume, and energy has no gas_unit"
        raise DataError([
            Issue("error", "gas-unit", message, 'state it, such as gas_unit = "1e8 m3"', study.file_name)
        ])  # fmt: skip
    return {fuel: by_measure[factor.per] for fuel, factor in factors.items()}


def _sums(frame: pd.DataFrame, file: str, column: str) -> list[Issue]:
    """Return an error for every sector that is called a sum and stands beside others, to which it would be added."""
    first = frame["sector"].drop_duplicates()
    sums = first[first.str.contains(_SUM)]
    if len(first) == 1:
        return []
    return [
        Issue("error", "sector-sum", f"{sector!r} is a sum, and would be added to the sectors that it is the sum of",
              "delete its rows; give it another name where it is no sum of other rows", file, column, int(row),
              value=sector)
        for row, sector in zip(sums.index, sums, strict=True)
    ]  # fmt: skip


def _counted(values: Values) -> Values:
    """Return the rows of a table with 1 as their value, to tell a row without an amount from none."""
    return values._replace(frame=values.frame.assign(value=1.0))


def _absent_rows(rows: xr.DataArray, values: Values) -> list[Issue]:
    """Return a warning for every place and year without a row; a place that has none at all is told as such."""
    dim = str(rows.dims[0])
    there = rows.transpose(dim, "year").values
    return [
        Issue("warning", "missing-row", "has no row in this year", "add it, or accept that the emissions are missing",
              values.file, values.column, unit=str(rows[dim].values[p]), year=int(rows["year"].values[t]))
        for p, t in np.argwhere(there.any(1, keepdims=True) & ~there)
    ]  # fmt: skip


def _absent_fuels(amounts: xr.DataArray, rows: xr.DataArray, values: Values) -> list[Issue]:
    """Return a warning for every place and year with a row that lacks a row, or an amount, of a fuel or its sector."""
    dim = str(amounts.dims[0])
    there = amounts.notnull().transpose(dim, "year", "fuel").values
    return [
        Issue("warning", "missing-fuel", "no amount of " + ", ".join(amounts["fuel"].values[~there[p, t]].tolist()),
              "write 0 where none is burnt; until then the emissions are missing", values.file, values.column,
              unit=str(amounts[dim].values[p]), year=int(amounts["year"].values[t]))
        for p, t in np.argwhere(rows.transpose(dim, "year").values & ~there.all(2))
    ]  # fmt: skip


def _gaps(totals: xr.DataArray, proxy: xr.DataArray, parent: xr.DataArray) -> list[Issue]:
    """Return a warning for every larger unit that a missing total or proxy leaves without emissions in a year."""
    issues = [
        Issue("warning", "missing-total", "has no total, so its units have no emissions",
              "supply the total, or accept that its units are missing this year",
              unit=str(totals["parent"].values[p]), year=int(totals["year"].values[t]))
        for p, t in np.argwhere(totals.isnull().transpose("parent", "year").values)
    ]  # fmt: skip
    lacking = proxy.isnull().transpose("unit", "year").values
    for label in np.unique(parent.values):
        members = parent.values == label
        for t in np.nonzero(lacking[members].any(0))[0]:
            units = proxy["unit"].values[members & lacking[:, t]].tolist()
            message = f"{len(units)} of its {members.sum()} units have no proxy ({few(units)}): no share is known"
            remedy = "supply the proxy, or accept that all its units are missing this year"
            year = int(proxy["year"].values[t])
            issues.append(Issue("warning", "missing-proxy", message, remedy, unit=str(label), year=year))
    return issues


def _years(inputs: Inputs) -> list[int]:
    return [int(year) for year in inputs.panel["year"].values]


def _told(calibration: Calibration) -> Issue:
    """Say how the relations meet totals that they were not fitted on, and whether a plainer one would do."""
    fits = "; ".join(
        f"{name} R² {fit.r_squared:.3f}, RMSE {fit.rmse:.3g} Mt CO2, MAPE {fit.mape:.1%}"
        for name, fit in calibration.held_out.items()
    )
    used, plain = calibration.relation.name, calibration.plainest_as_good
    message = (
        f"{used}, on {calibration.held_out[used].n} totals, each predicted without its {calibration.groups}: {fits}; "
        f"{calibration.beyond:.0%} of unit-years have a light outside the fitted range"
    )
    remedy = "nothing to do: no plainer relation predicts as well"
    if plain == "linear":
        message, remedy = f"{message}; the plain proportion is as good", "leave calibration out, or say why it stays"
    elif plain != used:
        message, remedy = f"{message}; {plain} is as good or better", f'write calibration = "{plain}"'
    return Issue("note", "calibration", message, remedy, value=used)
