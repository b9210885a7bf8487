"""The closed grammar of units of measure: ``[factor] unit [substance] [/ unit [substance]]``.

The words are listed here; `pint` only scales them, on a registry of our own, because in its default registry
``kt`` is a knot and ``C`` a coulomb. A mass of carbon must name its substance, CO2 or C. Money names its currency, by
its code or a word of its own; one currency is never scaled into another, since there is no rate that holds for every
year and purpose.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

__all__ = [
    "CO2_PER_C",
    "CURRENCY",
    "CURRENCY_NAMES",
    "UnitError",
    "allowed",
    "currencies",
    "currency_of",
    "in_currency",
    "own_scale",
    "scale",
]

CO2_PER_C = 44 / 12
"""Mass of CO2 that holds one unit mass of carbon [t CO2 / t C]."""
CURRENCY = "CNY"
"""Currency of a study that states none. In a canonical unit, as the variables table has it, it stands for the study's
currency, whichever that is; :func:`in_currency` puts that in its place."""
CURRENCY_NAMES = {"USD": "美元", "EUR": "欧元", "GBP": "英镑", "JPY": "日元"}
"""Chinese names of other currencies, which multiples such as 万 and 亿 may stand before."""

_DEFINITIONS = {  # dimension: pint definitions of its words, the base first
    "mass": ["t = [mass] = _ = tonne = 吨", "kg = 1e-3 t", "g = 1e-6 t", "kt = 1e3 t = _ = Gg = 千吨", "万吨 = 1e4 t",
             "Mt = 1e6 t = _ = Tg = 百万吨", "亿吨 = 1e8 t", "Gt = 1e9 t = _ = Pg"],
    "money": ["CNY = [money] = _ = RMB = yuan = 元", "千元 = 1e3 CNY", "万元 = 1e4 CNY", "百万元 = 1e6 CNY",
              "亿元 = 1e8 CNY"],
    "people": ["person = [people] = _ = persons = 人", "千人 = 1e3 person", "万人 = 1e4 person", "百万人 = 1e6 person"],
    "area": ["km2 = [area] = _ = 平方公里 = 平方千米", "m2 = 1e-6 km2", "ha = 1e-2 km2 = _ = 公顷", "万公顷 = 1e2 km2",
             "亩 = km2 / 1500", "万亩 = 1e4 / 1500 km2"],
    "volume": ["m3 = [volume] = _ = 立方米", "万立方米 = 1e4 m3", "百万立方米 = 1e6 m3", "亿立方米 = 1e8 m3"],
    "share": ["share = [share]", "percent = 1e-2 share"],
}  # fmt: skip
_NAMES = {"%": "percent", "1": "share", "km²": "km2", "m²": "m2", "m³": "m3"}  # words that pint cannot read as names


def _words(dimension: str) -> list[str]:
    parts = (part.strip() for line in _DEFINITIONS[dimension] for part in line.split("="))
    return [p for p in parts if p != "_" and not p.startswith("[") and not re.match(r"[\d]|km2 /", p)]


_MASSES = frozenset(_words("mass"))
_MONEY = frozenset(_words("money"))
_FUELS = ("t", "1e3 m3")  # canonical units of burnt fuel: a mass of it names no substance
_ALL = [word for dimension in _DEFINITIONS for word in _words(dimension)] + list(_NAMES)
_MULTIPLES = {"": 1.0, "千": 1e3, "万": 1e4, "百万": 1e6, "亿": 1e8}
_ABROAD = {
    f"{before}{name}": (code, factor) for code, name in CURRENCY_NAMES.items() for before, factor in _MULTIPLES.items()
}
_CODE = re.compile(r"[A-Z]{3}")
_WORDS = "|".join(re.escape(w) for w in sorted([*_ALL, *_ABROAD], key=len, reverse=True))
_TERM = re.compile(rf"(?P<word>{_WORDS}|{_CODE.pattern})\s*(?P<substance>CO2|CO₂|C)?")
_FACTOR = re.compile(r"(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(?=[^\d\s])|(?P<word>thousand|million|billion)\s+")
_FACTOR_WORDS = {"thousand": 1e3, "million": 1e6, "billion": 1e9}


class UnitError(ValueError):
    """A unit of measure is not in the grammar or does not fit the quantity; the message says what is allowed."""


@cache
def currencies() -> frozenset[str]:
    """Return the codes (ISO 4217) of the money that is or was tender somewhere, by the Unicode consortium's data."""
    from babel.core import get_global

    return frozenset(
        code for tenders in get_global("territory_currencies").values() for code, *_, tender in tenders if tender
    )


def currency_of(text: str) -> str | None:
    """Return the code of the currency that a unit of measure names; None where it is not of money.

    Examples
    --------
    >>> currency_of("million EUR"), currency_of("元/吨 C"), currency_of("亿美元"), currency_of("kt CO2")
    ('EUR', 'CNY', 'USD', None)
    """
    rest = _without_factor(text)[1]
    for term in filter(None, (_TERM.fullmatch(part.strip()) for part in rest.split("/"))):
        if (code := _currency(term["word"])) is not None:
            return code
    return None


def _currency(word: str) -> str | None:
    if word in _MONEY:
        return CURRENCY
    if word in _ABROAD:
        return _ABROAD[word][0]
    return word if _CODE.fullmatch(word) and word in currencies() else None


def in_currency(canonical: str, currency: str) -> str:
    """Return a canonical unit of the variables table in a study's currency: ``CNY/person`` as ``EUR/person``."""
    return re.sub(rf"\b{CURRENCY}\b", currency, canonical)


@cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry(None)
    registry.load_definitions([line for lines in _DEFINITIONS.values() for line in lines])
    return registry


def allowed(canonical: str) -> str:
    """Return the units that a quantity with this canonical unit accepts, in words."""
    currency = currency_of(canonical)
    if currency not in (None, CURRENCY):
        names = [word for word, (code, _) in _ABROAD.items() if code == currency]
        return {
            currency: f"[factor] {', '.join([currency, *names])}, such as 'million {currency}'",
            f"{currency}/t CO2": f"money / mass with its basis, such as '{currency}/t CO2' or '{currency}/t C'",
        }[canonical]
    return {
        "Mt CO2": f"[factor] {', '.join(_words('mass'))}, each with its substance CO2 or C, such as 'Mt CO2'",
        "CNY": f"[factor] {', '.join(_words('money'))}, such as '1e8 CNY'",
        "person": f"[factor] {', '.join(_words('people'))}, such as '1e4 person'",
        "km2": f"[factor] {', '.join(_words('area'))}",
        "1": "1, %",
        "t": f"[factor] {', '.join(_words('mass'))}, without a substance, such as '1e4 t'",
        "1e3 m3": f"[factor] {', '.join(_words('volume'))}, such as '1e8 m3'",
        "Mt CO2/km2": "mass / area with its substance, such as 'kg C/m2', 'g C/m2' or 't C/ha'",
        "CNY/t CO2": "money / mass with its basis CO2 or C, such as 'CNY/t CO2' or '元/吨 C'",
    }[canonical]


@cache
def scale(text: str, canonical: str) -> float:
    """Return the number by which a value in unit ``text`` is multiplied to stand in ``canonical``.

    A mass of carbon becomes one of CO2 by 44/12; a price per tonne of carbon becomes one per tonne of CO2 by 12/44.

    Raises
    ------
    UnitError
        If the text is not in the grammar, lacks its substance, measures something else, or is money in another
        currency.

    Examples
    --------
    >>> scale("kt CO2", "Mt CO2"), scale("万吨 CO2", "Mt CO2"), scale("亿元", "CNY")
    (0.001, 0.01, 100000000.0)
    >>> round(scale("CNY/t C", "CNY/t CO2"), 6)  # 12/44
    0.272727
    >>> scale("million EUR", "EUR")
    1000000.0
    """
    given, wanted = _quantity(text, canonical), _quantity(canonical, canonical)
    if given.dimensionality != wanted.dimensionality:
        raise UnitError(f"unit {text!r} does not measure this; allowed: {allowed(canonical)}")
    return float(f"{float((given / wanted).to_base_units().magnitude):.15g}")  # 0.001, not 0.0009999999999999998


def own_scale(text: str, canonical: str) -> float:
    """Scale money as :func:`scale` does, in the currency that the text names, whichever it is.

    For a part of a study alone, such as its price: a study that loads has all of its money in one currency.

    Examples
    --------
    >>> own_scale("1e4 CNY", "CNY"), own_scale("EUR/kt CO2", "CNY/t CO2")
    (10000.0, 0.001)
    """
    return scale(text, in_currency(canonical, currency_of(text) or CURRENCY))


def _without_factor(text: str) -> tuple[float, str]:
    """Split the text of a unit into its factor and what that multiplies."""
    rest, factor = text.strip(), 1.0
    match = _FACTOR.match(rest)
    if match:
        factor = _FACTOR_WORDS[match["word"]] if match["word"] else float(match["number"])
        rest = rest[match.end() :].lstrip("*×").strip()
    return factor, rest


def _quantity(text: str, canonical: str) -> Any:
    """Return the pint quantity that a unit's text stands for, masses of carbon as their CO2."""
    factor, rest = _without_factor(text)
    terms = [_term(part.strip(), text, canonical) for part in rest.split("/")]
    if not 0 < factor < float("inf") or len(terms) > 2:
        raise UnitError(f"unknown unit {text!r}; allowed: {allowed(canonical)}")
    return factor * (terms[0] if len(terms) == 1 else terms[0] / terms[1])


def _term(part: str, text: str, canonical: str) -> Any:
    term = _TERM.fullmatch(part)
    if term is None:
        raise UnitError(f"unknown unit {text!r}; allowed: {allowed(canonical)}")
    word, substance = term["word"], term["substance"]
    if word in _MASSES and canonical in _FUELS:
        if substance is not None:
            raise UnitError(
                f"unit {text!r} names {substance}, and amounts of fuel do not; allowed: {allowed(canonical)}"
            )
    elif (word in _MASSES) != (substance is not None):
        fault = "lacks its substance, CO2 or C" if word in _MASSES else f"cannot carry the substance {substance}"
        raise UnitError(f"unit {text!r} {fault}; allowed: {allowed(canonical)}")
    if word not in _MONEY and (word in _ABROAD or _CODE.fullmatch(word)):
        return _abroad(word, text, canonical)
    if word in _MONEY:
        _require_currency(CURRENCY, text, canonical)
    return _registry().Quantity(CO2_PER_C if substance == "C" else 1.0, _NAMES.get(word, word))


def _abroad(word: str, text: str, canonical: str) -> Any:
    """Return the quantity of a word for money other than renminbi."""
    currency = _currency(word)
    if currency is None:
        raise UnitError(f"unknown unit {text!r}; allowed: {allowed(canonical)}")
    _require_currency(currency, text, canonical)
    return _registry().Quantity(_ABROAD[word][1] if word in _ABROAD else 1.0, CURRENCY)


def _require_currency(currency: str, text: str, canonical: str) -> None:
    wanted = currency_of(canonical)
    if wanted not in (None, currency):
        raise UnitError(f"unit {text!r} is money in {currency}, not in {wanted}; allowed: {allowed(canonical)}")
