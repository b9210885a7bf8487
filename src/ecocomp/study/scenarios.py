"""[scenarios.NAME]: overrides of a study, laid over it by rules that follow its settings models."""

from __future__ import annotations

import re
import types
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

__all__ = ["LONGEST_NAME", "merged", "unfit_names"]

LONGEST_NAME = 40
"""Characters of a scenario's name: the name of a folder that systems with short paths hold too."""
_NAME = re.compile(r"\w(?:[\w -]*\w)?")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def unfit_names(names: Iterable[str]) -> dict[str, str]:
    """Return what keeps names of scenarios from being names of folders on every system, by name."""
    faults: dict[str, str] = {}
    seen: dict[str, str] = {}
    for name in names:
        twin = seen.setdefault(unicodedata.normalize("NFKC", name).casefold(), name)
        if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            faults[name] = (
                "is no name for a folder: take letters (Chinese ones too), digits, - and _, "
                f"at most {LONGEST_NAME} of them"
            )
        elif name.casefold() in _RESERVED:
            faults[name] = "is a name that Windows keeps for a device; take another"
        elif twin != name:
            faults[name] = f"and {twin!r} would be one folder on some systems; take another name"
    return faults


def merged(base: Any, override: Any, annotation: Any) -> Any:
    """Return settings with others laid over them.

    A table of the program's own keys, and a table of named ones such as ``[quantities]``, is merged key by key.
    Everything else is a value and is replaced whole: a number, a list, and a table whose keys the user chooses, such as
    weights or a price by year. Where a table has forms that exclude each other (``alternatives`` of its model), an
    override that states one takes the keys of the others away.

    Parameters
    ----------
    base, override
        Plain nested values, as a study file gives them.
    annotation
        Type of the setting: a model, or what a field is annotated with.
    """
    if not isinstance(base, Mapping) or not isinstance(override, Mapping):
        return override
    model = _model(annotation)
    if model is not None:
        kept = _without_other_forms(base, override, getattr(model, "alternatives", ()))
        fields = model.model_fields
        inner = {key: fields[key].annotation if key in fields else None for key in override}
    elif (named := _named(annotation)) is not None:
        kept, inner = dict(base), dict.fromkeys(override, named)
    else:
        return override
    return kept | {key: merged(kept[key], v, inner[key]) if key in kept else v for key, v in override.items()}


def _without_other_forms(
    base: Mapping[str, Any], override: Mapping[str, Any], forms: tuple[tuple[str, ...], ...]
) -> dict[str, Any]:
    """Leave out the keys of every form but the one that an override states; keys that several forms share stay."""
    stated = [form for form in forms if any(key in override for key in form if _is_of_one(key, forms))]
    if not stated:
        return dict(base)
    staying = {key for form in stated for key in form}
    gone = {key for form in forms for key in form} - staying
    return {key: value for key, value in base.items() if key not in gone}


def _is_of_one(key: str, forms: tuple[tuple[str, ...], ...]) -> bool:
    return sum(key in form for form in forms) == 1


def _model(annotation: Any) -> type[BaseModel] | None:
    """Return the settings model that a value is, as in ``Price | None``; not one that stands in a table of names."""
    options = _options(annotation)
    return next((o for o in options if isinstance(o, type) and issubclass(o, BaseModel)), None)


def _named(annotation: Any) -> type[BaseModel] | None:
    """Return the model of the entries of a table of names, as in ``dict[str, Raster]``."""
    for option in _options(annotation):
        if get_origin(option) is dict:
            return _model(get_args(option)[1])
    return None


def _options(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
