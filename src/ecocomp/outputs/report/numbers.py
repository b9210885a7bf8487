"""How the report prints numbers: thousands apart, sensible digits, a real minus sign, a dash for what is missing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from ecocomp.language import Language

__all__ = [
    "MISSING",
    "amount",
    "as_stated",
    "column",
    "fraction",
    "is_missing",
    "number",
    "p_value",
    "percent",
    "plain",
    "significant",
    "stated_unit",
]

MISSING = "–"
_UNITS = {
    "en": (
        (r"^1e9 ", "10⁹ "), (r"^1e8 ", "10⁸ "), (r"^1e6 ", "10⁶ "), (r"^1e4 ", "10⁴ "), (r"^1e3 ", "10³ "),
        (r"(?<=^10. )person$", "persons"), (r"CO2", "CO₂"), (r"\b(k?m)2\b", r"\1²"), (r"\bm3\b", "m³"),
        (r"\bdegree\b", "°"),
    ),
    "zh": (
        (r"CO2", "CO₂"), (r"\bkm2\b", "平方公里"), (r"\bm2\b", "平方米"), (r"\bm3\b", "立方米"), (r"\bha\b", "公顷"),
        (r"\bdegree\b", "°"), (r"\bpersons?\b", "人"), (r"\b(?:RMB|yuan)\b", "元"), (r"\bkt\b", "千吨"),
        (r"\bMt\b", "百万吨"), (r"\bkg\b", "千克"), (r"\bt\b", "吨"), (r"^(?:1e9|billion) ", "十亿"), (r"^1e8 ", "亿"),
        (r"^(?:1e6|million) ", "百万"), (r"^1e4 ", "万"), (r"^(?:1e3|thousand) ", "千"),
    ),
}  # fmt: skip
"""What stands for what in the units that a study states, in this order."""


def is_missing(value: object) -> bool:
    """Tell whether a cell is empty: None, NaN or pandas' NA."""
    return value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("<NA>", "")


def number(value: float | None, decimals: int = 0) -> str:
    """Return a number with a fixed count of decimals: ``−1,234.5``; a dash where it is missing."""
    if value is None or is_missing(value):
        return MISSING
    text = f"{abs(value):,.{decimals}f}"
    return f"−{text}" if value < 0 and text.strip("0.,") else text


def significant(value: float | None, digits: int = 3) -> str:
    """Return a number with so many significant digits, its whole part never rounded."""
    if value is None or is_missing(value):
        return MISSING
    return number(value, decimals_for([value], digits))


def decimals_for(values: Iterable[float], digits: int) -> int:
    """Return the decimals that show the largest of some values with so many significant digits."""
    largest = max((abs(v) for v in values if not is_missing(v) and math.isfinite(v)), default=0.0)
    return 0 if largest == 0 else max(0, digits - 1 - math.floor(math.log10(largest)))


def column(values: Sequence[float | None], digits: int = 4) -> list[str]:
    """Return the cells of a column with one count of decimals; what that would round to nothing keeps two digits."""
    decimals = decimals_for([v for v in values if v is not None], digits)
    return [_cell(v, decimals) for v in values]


def _cell(value: float | None, decimals: int) -> str:
    text = number(value, decimals)
    vanished = value is not None and not is_missing(value) and value != 0 and not text.strip("−0.,")
    return significant(value, 2) if vanished else text


def percent(share: float | None, language: Language) -> str:
    """Return a share as a percentage: ``5.7%``, or ``less than 0.01%``."""
    if share is None or is_missing(share):
        return MISSING
    return language.say("less than 0.01%") if 0 < abs(share) < 1e-4 else f"{significant(share * 100, 2)}%"


def plain(value: float | None, digits: int = 6) -> str:
    """Return a setting as its author would write it, up to some digits and no trailing zeros: ``0.05``, ``60``."""
    if value is None or is_missing(value):
        return MISSING
    whole, _, decimals = f"{abs(value):,.{max(0, decimals_for([value], digits))}f}".partition(".")
    decimals = decimals.rstrip("0")
    return ("−" if value < 0 else "") + (f"{whole}.{decimals}" if decimals else whole)


def p_value(p: float | None) -> str:
    """Return a p-value: ``0.012``, or ``< 0.001``."""
    if p is None or is_missing(p):
        return MISSING
    return "< 0.001" if p < 0.001 else number(p, 3)


def fraction(share: float) -> str:
    """Return a weight as a simple fraction where it is one (``1/3``), else with three digits."""
    simple = Fraction(share).limit_denominator(12)
    if abs(float(simple) - share) > 1e-9:
        return significant(share, 3)
    return str(simple)


def amount(value: float, unit: str, language: Language, digits: int = 3) -> str:
    """Return a value of a canonical unit in the unit that readers expect: ``541 × 10⁸ CNY``, ``541 亿元``."""
    expected = language.measure(unit)
    return _with_unit(significant(value / expected.size, digits), expected.label)


def as_stated(value: float, unit: str, language: Language) -> str:
    """Return a value in the unit in which a study states it: ``5 × 10⁶ CNY``, ``60 CNY/t CO₂``, ``60 元/吨 CO₂``."""
    return _with_unit(plain(value), stated_unit(unit, language))


def _with_unit(text: str, label: str) -> str:
    return f"{text} {'× ' if label.startswith('10') else ''}{label}"


def stated_unit(unit: str, language: Language) -> str:
    """Return a unit as a study states it, in the language's signs: ``10⁸ CNY``, ``亿元``; unknown words stay."""
    currency = language.measure("CNY/t CO2").label.partition("/")[0]
    unit = re.sub(rf"\b{language.currency}\b", currency, unit)
    for pattern, sign in _UNITS[language.code]:
        unit = re.sub(pattern, sign, unit)
    return unit
