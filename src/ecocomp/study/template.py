"""A commented study file that uses every key, written from the settings themselves, so that it cannot fall behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from ecocomp.study.settings import Quantity
from ecocomp.study.study import Study
from ecocomp.variables import inputs

__all__ = ["PANEL_COLUMNS", "QUANTITY_UNITS", "template"]

PANEL_COLUMNS = ("code", "province", "city", "name", "year")
"""Key columns of the template table, before one column for each quantity."""

_HEAD = """\
# A study for ecocomp. Every key is here with what it means; change the values and run
#     ecocomp check study.toml
#     ecocomp run study.toml
# Paths are relative to this file. A line that begins with "# key =" is an alternative or an extra: take the # away.
"""

_EXAMPLES: dict[str, str] = {  # written where a key has no default, or a default that says little
    "study.name": '"My region"',
    "study.years": "[2015, 2020]",
    "study.notice": '"Draft, not for citation"',
    "units.table": '"panel.xlsx"',
    "units.sheet": '"panel"',
    "units.id": '"code"',
    "units.year": '"year"',
    "units.name": '"name"',
    "units.parents": '["province", "city"]',
    "units.dissolve": '"larger_unit"',
    "units.boundaries": '"boundaries.gpkg"    # or "cnmaps:北京市,天津市,河北省"',
    "units.boundaries_id": '"code"',
    "units.boundaries_layer": '"counties"',
    "units.boundaries_source": '"who published them, and the datum"',
    "revision.weights": "{ area = 1, population = 1, gdp = 1 }",
    "revision.roles": '{ gdp = "entitlement" }',
    "compensation.price": "",
    "compensation.price.value": "60",
    "compensation.price.unit": '"CNY/t CO2"',
    "compensation.price.years": "{ 2015 = 40, 2020 = 60 }",
    "compensation.price.preset": '"china_ets_2021_average"',
    "compensation.price_base": "2015",
    "compensation.deflator": "{ 2015 = 100, 2020 = 112.5 }",
    "compensation.threshold": '{ value = 0, unit = "CNY" }',
    "compensation.stage_coefficient.engel": "{ 2015 = 0.33, 2020 = 0.30 }",
    "space.distance_km": "60",
    "space.permutations": "99999",
}
_EXTRAS = (  # alternatives to another key, or settings that most studies leave out
    "study.notice", "units.dissolve", "units.boundaries_layer", "compensation.price.years", "compensation.price.preset",
    "compensation.price_base", "compensation.deflator", "space.distance_km", "space.permutations",
    "units.boundaries_source",
)  # fmt: skip
QUANTITY_UNITS = {
    "emissions": "Mt CO2", "sequestration": "Mt CO2", "gdp": "1e8 CNY", "population": "1e4 person", "area": "km2",
    "engel_coefficient": "1",
}  # fmt: skip
"""Units of measure in which the template asks for each quantity."""


def template() -> str:
    """Return a commented study file in which every key of every section stands, as one runs a first study."""
    lines = [_HEAD]
    for name, field in Study.model_fields.items():
        lines.append(f"\n# {field.description}")
        lines.append(f"[{name}]")
        lines += _quantities() if name == "quantities" else _section(name, field.annotation)
    return "\n".join(lines) + "\n"


def _section(path: str, model: Any) -> Iterator[str]:
    """Yield the keys of a section, those that are tables themselves last."""
    tables = []
    for key, field in model.model_fields.items():
        inner, place = _table_in(field.annotation), f"{path}.{key}"
        if inner is not None:
            tables.append((place, inner, field))
            continue
        yield f"# {field.description}"
        yield ("# " if place in _EXTRAS else "") + f"{key} = {_EXAMPLES.get(place) or _toml(field.default)}"
    for place, inner, field in tables:
        optional = "# " if field.default is None else ""
        yield f"\n# {field.description}"
        yield f"{optional}[{place}]"
        for line in _section(place, inner):
            yield line if line.startswith("#") else optional + line


def _quantities() -> Iterator[str]:
    """Yield one entry for each quantity, with every key of an entry explained once."""
    for key, field in Quantity.model_fields.items():
        extra = ' (as source = "…")' if key == "source" else ""
        yield f"# {key}: {field.description}{extra}"
    for name, v in inputs().items():
        optional = "# " if name == "engel_coefficient" else ""
        yield f"# {v.label_en} ({v.label_zh}): {v.meaning}"
        unit = QUANTITY_UNITS[name]
        yield f'{optional}{name} = {{ column = "{name}", unit = "{unit}", origin = "given" }}'


def _table_in(annotation: Any) -> Any:
    """Return the settings model that a key holds, written as a table of its own; an `Amount` stays on one line."""
    options = [annotation, *getattr(annotation, "__args__", ())]
    models = [o for o in options if isinstance(o, type) and issubclass(o, BaseModel)]
    return next((m for m in models if m.__name__ != "Amount"), None)


def _toml(value: Any) -> str:
    if value is PydanticUndefined or value is None:
        raise ValueError("a key without a default needs an example")
    if isinstance(value, str):
        return f'"{value}"'
    return str(value).lower() if isinstance(value, bool) else str(value)
