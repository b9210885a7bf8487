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
from ecocomp.units import CO2_PER_C, UnitError, scale

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
    taken = {name for factor in given.values() for name in _called(factor)}
    kept = {fuel: factor for fuel, factor in factors.items() if taken.isdisjoint(_called(factor))}
    return kept | given


def match_fuels(
    names: Iterable[str],
    factors: Mapping[str, FuelFactor],
    units: Mapping[str, str],
    file: str | None = None,
    column: str | None = None,
) -> tuple[dict[str, str], list[Issue]]:
    """Return the fuel that each name of a table means, and an issue for every name that means none.

    ``units`` are the declared units of measure by the measure of a fuel, ``t`` or ``1e3 m3``. What a name has in
    brackets must be that unit or another name of the fuel: it may else be another fuel, or another measure of it.
    """
    known = {name: fuel for fuel, factor in factors.items() for name in _called(factor)}
    matched, issues = {}, []
    for name in dict.fromkeys(names):
        stem, bracket = _parts(name)
        fuel = known.get(_plain(name)) or known.get(_plain(stem))
        amiss = ""
        if fuel is not None and _plain(name) not in known and known.get(_plain(bracket)) != fuel:
            amiss = _amiss(bracket, factors[fuel].per, units)
        if fuel is not None and not amiss:
            matched[name] = fuel
            continue
        close = difflib.get_close_matches(_plain(stem), known, n=3, cutoff=0.4)
        fuels = list(dict.fromkeys(known[word] for word in close)) or list(factors)
        listed = ", ".join("/".join([fuel, *factors[fuel].names[-1:]]) for fuel in fuels)
        listed = f"{'closest' if close else 'known'}: {listed}"
        if amiss:
            message = f"{name!r} has {bracket!r} in brackets, {amiss}; {listed}"
            remedy = "convert its amounts and take the brackets away, or add the whole name to a csv of factors"
            issues.append(Issue("error", "fuel-bracket", message, remedy, file, column, value=name))
            continue
        message = f"{name!r} has no emission factor; {listed}"
        remedy = "correct the name, or add the fuel to a csv of factors (factors = …)"
        issues.append(Issue("error", "unknown-fuel", message, remedy, file, column, value=name))
    return matched, issues


def _called(factor: FuelFactor) -> set[str]:
    """Return the names of a fuel as they are compared, without its own measure in brackets."""
    names = ((name, *_parts(name)) for name in (factor.fuel, *factor.names))
    return {_plain(stem if bracket and _size(bracket, factor.per) else name) for name, stem, bracket in names}


def _plain(name: str) -> str:
    """Return a fuel's name without case, blanks, underscores and hyphens, and with narrow brackets."""
    return re.sub(r"[\s_\-]+", "", name).translate(str.maketrans("（）", "()")).casefold()


def _parts(name: str) -> tuple[str, str]:
    """Return a name without the brackets at its end, and what stands in them."""
    found = re.fullmatch(r"(.*?)[（(]([^（()）]*)[)）]", name.strip(), re.DOTALL)
    return (found[1].strip(), found[2].strip()) if found else (name.strip(), "")


def _amiss(bracket: str, per: str, units: Mapping[str, str]) -> str:
    """Return why a fuel's brackets do not hold the declared unit of its amounts; nothing where they do or are empty."""
    size, declared = _size(bracket, per), _size(units.get(per, ""), per)
    if not bracket or (size is not None and declared is None):  # a declared unit that is none is told elsewhere
        return ""
    if size is None or declared is None:
        return f"which is no unit of its amounts (declared: {units.get(per, 'none')})"
    return "" if math.isclose(size, declared) else f"and {units[per]!r} is declared"


def _size(unit: str, per: str) -> float | None:
    """Return a unit in t or 10³ m³, also as yearbooks write it (亿m³, 10⁴ t, 单位：万吨); None where it is none."""
    text = re.sub(r"^单位\s*[:：]?|\s", "", unit)
    text = re.sub(r"^10\^?([⁴⁸]|(?<=\^)[48])", lambda power: f"1e{4 if power[1] in '4⁴' else 8}", text)
    text = re.sub(r"^([万亿])(?=[tm])", lambda word: {"万": "1e4", "亿": "1e8"}[word[1]], text)
    try:
        return scale(text, per)
    except UnitError:
        return None


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
        for name in _called(factor):
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
