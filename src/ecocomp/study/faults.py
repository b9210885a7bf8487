"""Faults of a study file as sentences: what pydantic finds, in the words of whoever wrote the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from ecocomp.issues import nearest
from ecocomp.study.scenarios import merged, unfit_names

__all__ = ["problems_of"]


def problems_of(model: type[BaseModel], settings: dict[str, Any]) -> list[str]:
    """Return every fault of settings and of the scenarios in them; what the study itself has is told once.

    Parameters
    ----------
    model
        What the settings are to be: the study.
    settings
        As read from its file.

    Returns
    -------
    list of str
        A sentence a fault: where it is, what is wrong, and what to write instead.
    """
    scenarios = settings.get("scenarios")
    tabled = isinstance(scenarios, dict)
    own = [fault for fault in _faults(model, settings) if not (tabled and fault["loc"][:1] == ("scenarios",))]
    problems = [_sentence(model, fault) for fault in own]
    if not isinstance(scenarios, dict):
        return problems
    base = {key: value for key, value in settings.items() if key != "scenarios"}
    problems += [f"[scenarios.{name}] {fault}" for name, fault in unfit_names(scenarios).items()]
    known = {_identity(fault) for fault in own}
    for name, override in scenarios.items():
        place = ["scenarios", name]
        if not isinstance(override, dict):
            problems.append(f"[scenarios] {name}: a scenario is a table shaped like this file (given: {override!r})")
            continue
        if "scenarios" in override:
            problems.append(f"[{'.'.join(place)}] scenarios: a scenario holds no scenarios; write them side by side")
            override = {key: value for key, value in override.items() if key != "scenarios"}
        faults = _faults(model, merged(base, override, model))
        problems += [_sentence(model, fault, place) for fault in faults if _identity(fault) not in known]
    return problems


def _faults(model: type[BaseModel], settings: dict[str, Any]) -> list[Any]:
    try:
        model.model_validate(settings)
    except ValidationError as error:
        return _without_echoes(error)
    return []


def _identity(fault: Any) -> tuple[tuple[str, ...], str, str, str]:
    """Return what makes two faults the same one: place, kind, message and, where it is one value, the value."""
    given = "" if isinstance(fault["input"], dict) else repr(fault["input"])
    return tuple(map(str, fault["loc"])), fault["type"], fault["msg"], given


def _without_echoes(error: ValidationError) -> list[Any]:
    """Return the faults, one for each place: a union reports every branch that it tried, the outer ones too."""
    places: dict[tuple[str, ...], Any] = {}
    for fault in error.errors(include_url=False):
        steps = tuple(str(step) for step in fault["loc"])
        keys = tuple(step for step in steps if step == "[key]" or not _is_branch(step))
        places.setdefault(keys, dict(fault, loc=keys))
    outer = {place[:n] for place in places for n in range(1, len(place))}
    return [fault for place, fault in places.items() if place not in outer]


def _is_branch(step: str) -> bool:
    """Tell a branch of a union, such as ``literal['year','pooled']`` or ``constrained-int``, from a key."""
    return "[" in step or step.startswith("constrained-") or step in ("int", "float")


def _sentence(study: type[BaseModel], fault: Any, within: Sequence[str] = ()) -> str:
    """Say one pydantic fault as a sentence that names the key, in the scenario it is in, and what to write instead."""
    steps = [str(step) for step in fault["loc"]]
    places = [*within, *steps]
    if fault["type"] == "extra_forbidden":
        key = steps[-1]
        place = f"[{'.'.join(places[:-1])}]" if places[1:] else "the file"
        return f"{place} has an unknown key {key!r}; {nearest(key, _keys(study, steps[:-1]))}"
    if fault["type"] == "literal_error" and steps[-1] == "[key]":
        known = re.findall(r"'(\w+)'", fault["ctx"]["expected"])
        return f"[{'.'.join(places[:-2])}] has an unknown key {fault['input']!r}; {nearest(str(fault['input']), known)}"
    if fault["type"] == "missing":
        return (
            f"[{'.'.join(places[:-1])}] lacks the key {steps[-1]!r}"
            if places[1:]
            else f"lacks the section [{steps[0]}]"
        )
    message = fault["msg"].removeprefix("Value error, ")
    if not steps:
        return f"[{'.'.join(within)}] {message}" if within else str(message)
    value = "" if isinstance(fault["input"], dict) else f" (given: {fault['input']!r})"
    section = len(within) + 1
    place = " ".join(filter(None, [f"[{'.'.join(places[:section])}]", ".".join(places[section:])]))
    return f"{place}: {message[:1].lower()}{message[1:]}{value}"


def _keys(study: type[BaseModel], section: list[str]) -> list[str]:
    """Return the keys that a section knows."""
    model: Any = study
    for step in section:
        if step in model.model_fields:  # else: the name of a quantity or factor
            model = _model_in(model.model_fields[step].annotation)
    return list(model.model_fields)


def _model_in(annotation: Any) -> Any:
    """Return the settings model inside an annotation such as ``Price | None``, if there is one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(inner) for inner in getattr(annotation, "__args__", ()))
    return next((model for model in found if model is not None), None)
