"""From the study's settings to emissions of units: totals shared out by a proxy, and fuel times factors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from ecocomp.accounts.calibration import Calibration, calibrate
from ecocomp.accounts.derived import Derived
from ecocomp.accounts.emissions import not_conserved, top_down
from ecocomp.accounts.inventory import FuelFactor, inventory, match_fuels, read_factors
from ecocomp.accounts.light_ways import read_proxy
from ecocomp.accounts.readings import Found, Values, as_array, few, measure, place_values, read_values
from ecocomp.issues import DataError, Issue, errors, raise_errors
from ecocomp.panel import Inputs
from ecocomp.sources.files import sha256
from ecocomp.study import Study
from ecocomp.study.emissions import Energy, TopDown

__all__ = ["burnt_fuel", "shared_out"]


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
    fuels, unknown = match_fuels(frame["fuel"], factors, values.file, settings.fuel)
    raise_errors(unknown)
    used = {fuel: factors[fuel] for fuel in sorted(set(fuels.values()))}
    scales = _scales(study, settings, used)
    frame = frame.assign(fuel=frame["fuel"].map(fuels))
    values = values._replace(frame=frame.assign(value=frame["value"] * frame["fuel"].map(scales)))
    if settings.sector is not None:
        values = _over_sectors(values)
    amounts = as_array(values, places, labels, dim, years, "fuel")
    found.issues.extend(_absent_fuels(amounts, values))
    emissions = inventory(amounts, used)
    if settings.process is None:
        return emissions
    factor = measure(study, "quantities.emissions energy.process", settings.process.unit, "Mt CO2")
    process = read_values(study, settings.process.table, settings.process.column, found)
    places = place_values(process, labels, dim, years, found)
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


def _over_sectors(values: Values) -> Values:
    """Add up the rows of a fuel, a sum with a missing part being missing; raise where a sector stands twice."""
    keys = ["place", "year", "fuel", "sector"]
    values.refuse_repeated(keys)
    rows = values.frame.rename_axis("row").reset_index()
    summed = rows.groupby(keys[:3], as_index=False).agg(
        row=("row", "first"), value=("value", lambda amounts: amounts.sum(skipna=False))
    )
    return values._replace(frame=summed.set_index("row"))


def _absent_fuels(amounts: xr.DataArray, values: Values) -> list[Issue]:
    """Return a warning for every place and year that has some fuels and lacks a row, or an amount, of another."""
    dim = str(amounts.dims[0])
    there = amounts.notnull().transpose(dim, "year", "fuel").values
    return [
        Issue("warning", "missing-fuel", "no amount of " + ", ".join(amounts["fuel"].values[~there[p, t]].tolist()),
              "write 0 where none is burnt; until then the emissions are missing", values.file, values.column,
              unit=str(amounts[dim].values[p]), year=int(amounts["year"].values[t]))
        for p, t in np.argwhere(there.any(2) & ~there.all(2))
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
