"""[study] currency: all money of a study is in one currency, for there is no exchange rate here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from ecocomp.units import currency_of

__all__ = ["unfit_money"]

_APART = ("drivers", "scenarios")
"""Sections that are left alone: columns of drivers are never converted, and scenarios are checked as studies."""


def unfit_money(study: BaseModel, currency: str, scenarios: Mapping[str, Any]) -> list[str]:
    """Return what is money in another currency than a study's own, a fault for each such currency.

    Parameters
    ----------
    study
        The settings, with all sections.
    currency
        Code of the study's currency.
    scenarios
        Overrides by name: they may not change the currency, as what they give is compared with the study.
    """
    strange: dict[str, list[str]] = {}
    for place, text in _units(study):
        other = currency_of(text)
        if other is not None and other != currency:
            strange.setdefault(other, []).append(f"{place} ({text!r})")
    faults = [
        f"[study] currency is {currency}, and money in {other} is given by {', '.join(places)}: state currency = "
        f'"{other}" where all money is in it, or else convert those figures; ecocomp has no exchange rates'
        for other, places in strange.items()
    ]
    for name, override in scenarios.items():
        header = override.get("study") if isinstance(override, Mapping) else None
        other = header.get("currency", currency) if isinstance(header, Mapping) else currency
        if other != currency:
            faults.append(
                f"[scenarios.{name}.study] currency: a scenario is compared with the study and keeps its currency "
                f"(given: {other!r}); take it out, or write a study of its own"
            )
    return faults


def _units(settings: Any, steps: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield the place and text of every unit of measure in settings, wherever it stands in them."""
    if isinstance(settings, BaseModel):
        inner = {name: getattr(settings, name) for name in type(settings).model_fields}
    else:
        inner = dict(settings)
    for name, value in inner.items():
        if not steps and name in _APART:
            continue
        if isinstance(value, BaseModel | Mapping):
            yield from _units(value, (*steps, str(name)))
        elif isinstance(value, str) and (name == "unit" or str(name).endswith("_unit")):
            yield f"[{steps[0]}] {'.'.join((*steps[1:], str(name)))}", value
