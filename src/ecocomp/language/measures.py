"""The units that readers of a language expect: 10⁸ CNY and Mt CO₂ in English, 亿元 and 万吨 CO₂ in Chinese."""

from __future__ import annotations

from dataclasses import dataclass

from ecocomp.units import CURRENCY_NAMES

__all__ = ["Measure", "measure_of"]


@dataclass(frozen=True)
class Measure:
    """A unit that a reader expects: a value in the canonical unit, divided by ``size``, is printed with ``label``."""

    size: float
    label: str


_SIGNS = {"CO2": "CO₂", "km2": "km²", "m2": "m²", "1e8 ": "10⁸ ", "1e6 ": "10⁶ ", "1e4 ": "10⁴ "}
_ENGLISH = {"degree": Measure(1.0, "°")}
_CHINESE = {
    "Mt CO2": Measure(0.01, "万吨 CO₂"), "Mt CO2 at mean size": Measure(0.01, "万吨 CO₂，平均规模"),
    "person": Measure(1e4, "万人"), "degree": Measure(1.0, "°"), "km": Measure(1.0, "公里"),
    "km2": Measure(1.0, "平方公里"), "t CO2/person": Measure(1.0, "吨 CO₂/人"), "km/a": Measure(1.0, "公里/年"),
    "1/a": Measure(1.0, "个/年"), "unit of the response": Measure(1.0, "因变量单位"),
}  # fmt: skip

_MONEY_CHINESE = (Measure(1e8, "亿"), Measure(1e4, "万"), Measure(1.0, ""))
_MONEY_ENGLISH = (Measure(1e8, "10⁸ "), Measure(1e6, "million "), Measure(1.0, ""))
"""What stands before the currency, the usual one first; 10⁸ is usual in China only."""


def measure_of(unit: str, code: str, currency: str, largest: float | None = None) -> Measure:
    """Return the unit in which readers of a language expect values of a canonical unit.

    Parameters
    ----------
    unit
        Canonical unit of the variables table; ``CNY`` there stands for the study's currency.
    code
        Language.
    currency
        Code of the study's currency.
    largest
        The largest amount of money that is printed: where it is below twice the unit, the next smaller one is taken.
    """
    money = ({"CNY": "元"} | CURRENCY_NAMES).get(currency, currency) if code == "zh" else currency
    if unit == "CNY":
        usual = _MONEY_CHINESE if code == "zh" else _MONEY_ENGLISH if currency == "CNY" else _MONEY_ENGLISH[1:]
        fitting = [m for m in usual if largest is None or largest >= 2 * m.size] or usual[-1:]
        return Measure(fitting[0].size, f"{fitting[0].label}{money}")
    if unit == "CNY/t CO2":
        return Measure(1.0, f"{money}/吨 CO₂" if code == "zh" else f"{money}/t CO₂")
    known = (_CHINESE if code == "zh" else _ENGLISH).get(unit)
    written = _written(unit.replace("CNY", money))
    return known or Measure(1.0, written.replace("person", "人") if code == "zh" else written)


def _written(unit: str) -> str:
    for plain, sign in _SIGNS.items():
        unit = unit.replace(plain, sign)
    return unit
