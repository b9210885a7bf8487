"""Emissions from burnt fuel: amounts times emission factors."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pandas as pd
import xarray as xr

from ecocomp.issues import DataError, Issue, raise_errors
from ecocomp.sources.tables import read_table
from ecocomp.units import CO2_PER_C

__all__ = ["FuelFactor", "inventory", "match_fuels", "read_factors"]

COLUMNS = ("fuel", "names", "per", "ncv", "carbon", "oxidised", "source")
MEASURES = ("t", "1e3 m3")
_PLAUSIBLE = {
    "ncv": (1.0, 120.0),
    "carbon": (5.0, 120.0),
    "oxidised": (0.0, 1.0),
}  # hydrogen, peat and blast gas fit in


@dataclass(frozen=True)
class FuelFactor:
    """The emission factor of a fuel.

    ``per`` is the measure of its amounts, ``t`` or ``1e3 m3``; ``ncv`` its net calorific value [GJ per t or 10³ m³],
    ``carbon`` the carbon content of that heat [kg C/GJ], ``oxidised`` the fraction that burns [1]. ``names`` are other
    names that a table may call it by.
    """

    fuel: str
    names: tuple[str, ...]
    per: str
    ncv: float
    carbon: float
    oxidised: float
    source: str

    @property
    def emissions(self) -> float:
        """Return the emissions of one t or 10³ m³ [Mt CO2]."""
        return self.ncv * self.carbon * self.oxidised * CO2_PER_C * 1e-9


def inventory(amounts: xr.DataArray, factors: Mapping[str, FuelFactor]) -> xr.DataArray:
    r"""Return the emissions of burnt fuel.

    .. math:: E = \sum_k AD_k \cdot NCV_k \cdot CC_k \cdot O_k \cdot \frac{44}{12} \cdot 10^{-9}

    Parameters
    ----------
    amounts
        AD, dimensions (…, fuel), the fuels by the names of ``factors`` [t, or 10³ m³ where the factor says so].
    factors
        Factors by fuel, as :func:`read_factors` gives them.

    Returns
    -------
    xarray.DataArray
        E without ``fuel`` [Mt CO2]; missing where the amount of any fuel is.

    Raises
    ------
    KeyError
        If a fuel has no factor.

    Notes
    -----
    IPCC 2006 Guidelines, volume 2, sectoral approach; methods §1. Process emissions (cement) are not fuel and are
    added by the caller.
    """
    per_unit = [factors[str(fuel)].emissions for fuel in amounts["fuel"].values]
    weights = xr.DataArray(per_unit, dims="fuel", coords={"fuel": amounts["fuel"].values})
    return (amounts * weights).sum("fuel", skipna=False).rename("emissions")


def read_factors(path: Path | None = None) -> dict[str, FuelFactor]:
    """Read emission factors by fuel.

    Parameters
    ----------
    path
        csv with the columns of the package's table, ``fuel, names, per, ncv, carbon, oxidised, source``. Its fuels
        replace those of the package that carry one of their names, and add to the others.

    Raises
    ------
    DataError
        With every fault of the file: absent columns, numbers that are none or cannot be, a name of two fuels.
    """
    text = resources.files("ecocomp.accounts").joinpath("emission_factors.csv")
    with resources.as_file(text) as own:
        factors = _factors(own)
    if path is None:
        return factors
    given = _factors(path)
    taken = {_plain(name) for factor in given.values() for name in (factor.fuel, *factor.names)}
    kept = {fuel: factor for fuel, factor in factors.items() if taken.isdisjoint(map(_plain, (fuel, *factor.names)))}
    return kept | given


def match_fuels(
    names: Iterable[str], factors: Mapping[str, FuelFactor], file: str | None = None, column: str | None = None
) -> tuple[dict[str, str], list[Issue]]:
    """Return the fuel that each name of a table means, and an issue for every name that means none."""
    known = {_plain(name): fuel for fuel, factor in factors.items() for name in (fuel, *factor.names)}
    matched, issues = {}, []
    for name in dict.fromkeys(names):
        if _plain(name) in known:
            matched[name] = known[_plain(name)]
            continue
        close = difflib.get_close_matches(_plain(name), known, n=3, cutoff=0.4)
        fuels = list(dict.fromkeys(known[word] for word in close)) or list(factors)
        listed = ", ".join("/".join([fuel, *factors[fuel].names[-1:]]) for fuel in fuels)
        message = f"{name!r} has no emission factor; {'closest' if close else 'known'}: {listed}"
        remedy = "correct the name, or add the fuel to a csv of factors (factors = …)"
        issues.append(Issue("error", "unknown-fuel", message, remedy, file, column, value=name))
    return matched, issues


def _plain(name: str) -> str:
    """Return a fuel's name without case, blanks, underscores, hyphens, and a unit in brackets."""
    return re.sub(r"[\s_\-]+|[（(][^（()）]*[)）]$", "", name.strip()).casefold()


def _factors(path: Path) -> dict[str, FuelFactor]:
    """Read a file of factors, raising all its faults."""
    frame = read_table(path).frame
    lacking = [column for column in COLUMNS if column not in frame]
    if lacking:
        message = f"has no column {', '.join(lacking)}; a table of factors has {', '.join(COLUMNS)}"
        raise DataError([Issue("error", "missing-column", message, "add it to the header", path.name, lacking[0])])
    issues: list[Issue] = []
    rows = [(int(row), _factor(int(row), frame.loc[row], path.name, issues)) for row in frame.index]
    owners: dict[str, str] = {}
    for row, factor in rows:
        for name in {_plain(name) for name in (factor.fuel, *factor.names)}:
            if name in owners:
                message = f"{name!r} is a name of {owners[name]} and of {factor.fuel}"
                issues.append(Issue("error", "factor-name", message, "give each fuel names of its own",
                                    path.name, "names", row, value=name))  # fmt: skip
            owners[name] = factor.fuel
    raise_errors(issues)
    return {factor.fuel: factor for _, factor in rows}


def _factor(row: int, cells: pd.Series, file: str, issues: list[Issue]) -> FuelFactor:
    numbers = {}
    for column, (low, high) in _PLAUSIBLE.items():
        try:
            numbers[column] = float(cells[column])
        except ValueError:
            numbers[column] = math.nan
        if not low <= numbers[column] <= high:
            message = f"{column} of {cells['fuel']} must be a number from {low:g} to {high:g}"
            remedy = "ncv is in GJ per t or 10³ m³, carbon in kg C/GJ, oxidised a fraction"
            issues.append(Issue("error", "factor-value", message, remedy, file, column, row, value=cells[column]))
    for column, allowed in (("per", MEASURES), ("fuel", None), ("source", None)):
        if not cells[column] or (allowed is not None and cells[column] not in allowed):
            message = f"{column} must be {' or '.join(allowed)}" if allowed else f"{column} is empty"
            issues.append(Issue("error", "factor-value", message, "fill it in", file, column, row, value=cells[column]))
    names = tuple(name.strip() for name in str(cells["names"]).split("|") if name.strip())
    return FuelFactor(fuel=cells["fuel"], names=names, per=cells["per"], source=cells["source"], **numbers)
