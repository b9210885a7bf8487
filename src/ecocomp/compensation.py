"""Compensation: what an account costs, and who pays and who receives."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import cast

import numpy as np
import numpy.typing as npt
import xarray as xr

from ecocomp.issues import Issue, nearest
from ecocomp.study import Compensation, StageCoefficient
from ecocomp.units import CURRENCY, UnitError, currency_of, in_currency, own_scale, scale

__all__ = [
    "PricePreset",
    "amount",
    "check_amounts",
    "check_prices",
    "deflate",
    "group",
    "price_by_year",
    "price_presets",
    "side",
    "stage_coefficient",
    "stage_of",
    "threshold_of",
]


LARGEST_AMOUNT = 1e15
"""No unit owes more, in any currency: beyond it sums of hundredths leave whole numbers of 64 bits, and 10¹⁵ CNY are
eight times China's GDP of 2023."""


@dataclass(frozen=True)
class PricePreset:
    """A published carbon price whose basis is settled at its source."""

    name: str
    value: float
    unit: str
    meaning: str
    source: str
    meaning_zh: str
    source_zh: str


@cache
def price_presets() -> dict[str, PricePreset]:
    """Return the published prices that a study can name."""
    text = resources.files("ecocomp").joinpath("price_presets.csv").read_text(encoding="utf-8")
    words = ("meaning", "source", "meaning_zh", "source_zh")
    return {
        row["name"]: PricePreset(row["name"], float(row["value"]), row["unit"], *(row[word] for word in words))
        for row in csv.DictReader(text.splitlines())
    }


def check_prices(
    settings: Compensation, years: list[int], file: str | None = None, currency: str = CURRENCY
) -> list[Issue]:
    """Return every fault of a study's price: no basis, an unknown unit, an unfit preset, years without a price."""
    price, issues = settings.price, []
    basis = in_currency("CNY/t CO2", currency)

    def fault(
        code: str, message: str, remedy: str, value: str | None = None, year: int | None = None, key: str = "price"
    ) -> None:
        issues.append(Issue("error", code, message, remedy, file, f"compensation.{key}", year=year, value=value))

    if price.preset is not None:
        if price.preset not in price_presets():
            fault("unknown-preset", f"no such price preset; {nearest(price.preset, price_presets())}",
                  "name a known preset, or give value and unit", price.preset)  # fmt: skip
        elif (other := currency_of(price_presets()[price.preset].unit)) != currency:
            fault("preset-currency", f"the preset is a price in {other}, and the study's money is in {currency}",
                  f'give value and unit = "{basis}" instead: ecocomp has no exchange rates', price.preset)  # fmt: skip
    else:
        try:
            scale(price.unit or "", basis)
        except UnitError as error:
            fault("price-basis", f"the price has no usable unit and basis: {error}",
                  f"say per tonne of what: {basis} or {basis.removesuffix('O2')} (44/12 apart)",
                  price.unit)  # fmt: skip
    for year in years:
        if price.years is not None and year not in price.years:
            fault("price-year", "has no price for this year", "add it to [compensation.price.years]", year=year)
        if settings.deflator is not None and year not in settings.deflator:
            fault(
                "deflator-year",
                "has no deflator for this year",
                "add it to [compensation] deflator",
                year=year,
            )
        stage = settings.stage_coefficient
        if stage is not None and isinstance(stage.engel, dict) and year not in stage.engel:
            fault(
                "engel-year",
                "has no Engel coefficient for this year",
                "add it to stage_coefficient.engel",
                year=year,
            )
    if settings.threshold is not None:
        try:
            scale(settings.threshold.unit, currency)
        except UnitError as error:
            fault("threshold-unit", str(error), "write the unit as listed", settings.threshold.unit, key="threshold")
    return issues


def price_by_year(settings: Compensation, years: list[int]) -> xr.DataArray:
    """Return the carbon price of each year, p_t.

    Returns
    -------
    xarray.DataArray
        Dimension (year,) [CNY per t CO2, or the price's own currency], at the price level of ``price_base`` where one
        is set. A price per tonne of carbon is multiplied by 12/44.
    """
    price = settings.price
    if price.preset is not None:
        preset = price_presets()[price.preset]
        stated, values = preset.unit, [preset.value * own_scale(preset.unit, "CNY/t CO2")] * len(years)
    else:
        stated = price.unit or ""
        factor = own_scale(stated, "CNY/t CO2")
        values = [(price.years[year] if price.years else price.value or np.nan) * factor for year in years]
    unit = in_currency("CNY/t CO2", currency_of(stated) or CURRENCY)
    nominal = xr.DataArray(values, dims="year", coords={"year": years}, name="price", attrs={"units": unit})
    return deflate(nominal, settings)


def deflate(money: xr.DataArray, settings: Compensation) -> xr.DataArray:
    """Express money at the price level of ``price_base``: times deflator(base) / deflator(year).

    Price and GDP go through here together; without a price base money stays at current prices.
    """
    if settings.price_base is None or settings.deflator is None:
        return money
    index = xr.DataArray(
        [settings.deflator[settings.price_base] / settings.deflator[int(year)] for year in money["year"].values],
        dims="year", coords={"year": money["year"].values},
    )  # fmt: skip
    return (money * index).rename(money.name)


def stage_coefficient(engel: xr.DataArray) -> xr.DataArray:
    """Return the ability to pay by stage of development, k = 1 / (1 + e^−τ), τ = 1/En − 3.

    Parameters
    ----------
    engel
        Engel coefficient En, above 0 and below 1 [1].

    Returns
    -------
    xarray.DataArray
        k [1], between 0 and 1; ½ at En = ⅓.

    Notes
    -----
    Pearl growth curve of the stage of development, as used in ecological-compensation studies.
    """
    return cast(xr.DataArray, 1 / (1 + np.exp(3 - 1 / engel)))


def stage_of(account: xr.DataArray, settings: StageCoefficient | None, engel: xr.DataArray | None) -> xr.DataArray:
    """Return k for every unit and year of a study: 1 where no coefficient applies.

    Parameters
    ----------
    account
        The accounts that are priced, dimensions (unit, year); their sign tells payers from recipients.
    settings
        The study's ``stage_coefficient``, if any.
    engel
        The quantity engel_coefficient (unit, year) [1], if the study has one.
    """
    ones = xr.ones_like(account).rename("stage_coefficient")
    if settings is None:
        return ones
    if settings.engel is None:
        assert engel is not None, "the study's own check asks for the quantity"
        coefficient = stage_coefficient(engel)
    else:
        stated = settings.engel
        values = [stated[int(y)] if isinstance(stated, dict) else stated for y in account["year"].values]
        yearly = xr.DataArray(values, dims="year", coords={"year": account["year"].values})
        coefficient = stage_coefficient(yearly).broadcast_like(account)
    return ones.where((account < 0) & (settings.applies_to == "payers"), coefficient)


def amount(revised: xr.DataArray, price: xr.DataArray, stage: xr.DataArray | float = 1.0) -> xr.DataArray:
    """Return the compensation amount, V = R · 10⁶ · p · k.

    Parameters
    ----------
    revised
        R, dimensions (unit, year) [Mt CO2].
    price
        p, dimension (year,) [CNY per t CO2].
    stage
        k, dimensions (unit, year) [1].

    Returns
    -------
    xarray.DataArray
        V [CNY]: positive is payable, negative receivable; missing where R is.
    """
    with xr.set_options(arithmetic_join="exact"):
        return (revised * 1e6 * price * stage).transpose(*revised.dims).rename("amount")


def check_amounts(amounts: xr.DataArray, currency: str = CURRENCY) -> list[Issue]:
    """Return an error for every amount that no money can be, as a size near zero makes of an account."""
    beyond = (abs(amounts) > LARGEST_AMOUNT).values
    return [
        Issue("error", "absurd-amount", f"the amount would be {amounts.values[i, t]:.3g} {currency}",
              "check this unit's area, population and GDP, and the price", unit=str(amounts["unit"].values[i]),
              year=int(amounts["year"].values[t]))
        for i, t in zip(*np.nonzero(beyond), strict=True)
    ]  # fmt: skip


def side(amounts: xr.DataArray, threshold: float = 0.0) -> xr.DataArray:
    """Tell the sides by number: 1 pays (V > ε), −1 receives (V < −ε), 0 is balanced, 2 has no amount.

    Parameters
    ----------
    amounts
        V, any dimensions [CNY].
    threshold
        ε ≥ 0 [CNY].
    """
    found: xr.DataArray = xr.apply_ufunc(
        _side_numbers, amounts, kwargs={"threshold": threshold}, dask="parallelized", output_dtypes=[np.int8],
        keep_attrs=False,
    )  # fmt: skip
    return found.rename("side")


def _side_numbers(v: npt.NDArray[np.float64], threshold: float) -> npt.NDArray[np.int8]:
    numbers = (v > threshold).astype(np.int8)
    numbers -= v < -threshold
    numbers[np.isnan(v)] = 2
    return numbers


def group(amounts: xr.DataArray, threshold: float = 0.0) -> xr.DataArray:
    """Tell payers (V > ε), recipients (V < −ε), balanced and missing units apart: :func:`side` in words.

    Parameters
    ----------
    amounts
        V, any dimensions [CNY].
    threshold
        ε ≥ 0 [CNY].
    """
    words = np.array(["balanced", "payer", "missing", "recipient"])  # by number; −1 is the last
    return xr.DataArray(words[side(amounts, threshold).values], coords=amounts.coords, dims=amounts.dims, name="group")


def threshold_of(settings: Compensation) -> float:
    """Return ε of a study [CNY]."""
    threshold = settings.threshold
    return 0.0 if threshold is None else threshold.value * own_scale(threshold.unit, "CNY")
