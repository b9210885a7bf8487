"""A commented study file that uses every key, written from the settings themselves, so that it cannot fall behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from ecocomp.study.checks import Checks
from ecocomp.study.drivers import DriverColumn
from ecocomp.study.outlook import Growth
from ecocomp.study.settings import Quantity
from ecocomp.study.study import Study
from ecocomp.study.uncertainty import ErrorOf
from ecocomp.variables import inputs

__all__ = ["PANEL_COLUMNS", "QUANTITY_UNITS", "RARE", "template"]

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
    "units.query": '"select * from panel"',
    "units.header_rows": "[2, 3]",
    "units.decimal": '"."',
    "units.divisions": "2020",
    "units.id": '"code"',
    "units.year": '"year"',
    "units.name": '"name"',
    "units.parents": '["province", "city"]',
    "units.dissolve": '"larger_unit"',
    "units.boundaries": '"boundaries.gpkg"    # or "cnmaps:北京市,天津市,河北省"',
    "units.boundaries_id": '"code"',
    "units.boundaries_layer": '"counties"',
    "units.boundaries_source": '"who published them, and the datum"',
    "units.boundaries_crs": '"EPSG:4490"',
    "units.boundaries_query": '"select code, geom from counties"',
    "tables.table": '"yearbook.xlsx"',
    "tables.sheet": '"2-1"',
    "tables.query": '"select * from yearbook"',
    "tables.header_rows": "[2, 3]",
    "tables.decimal": '"."',
    "tables.id": '"code"',
    "tables.year": '"year"',
    "tables.name": '"name"',
    "tables.divisions": "2010",
    "rasters.files": '"npp_{year}.tif"',
    "rasters.bands": "[2015, 2020]",
    "rasters.variable": '"Npp_500m"',
    "rasters.product": '"MOD17A3HGF"',
    "rasters.scale": "0.0001",
    "rasters.unit": '"kg C/m2"',
    "rasters.fill": "[-9999, [32761, 32767]]",
    "rasters.crs": '"EPSG:4326"',
    "rasters.bounds": "[73, 18, 136, 54]",
    "revision.weights": "{ area = 1, population = 1, gdp = 1 }",
    "revision.roles": '{ gdp = "entitlement" }',
    "figures.approval_number": '"GS(2024)0650号"',
    "figures.inset": "[105, 2, 123, 18]",
    "compensation.price": "",
    "compensation.price.value": "60",
    "compensation.price.unit": '"CNY/t CO2"',
    "compensation.price.years": "{ 2015 = 40, 2020 = 60 }",
    "compensation.price.preset": '"china_ets_2021_average"',
    "compensation.price_base": "2015",
    "compensation.deflator": "{ 2015 = 100, 2020 = 112.5 }",
    "compensation.threshold": '{ value = 0, unit = "CNY" }',
    "compensation.stage_coefficient.engel": "{ 2015 = 0.33, 2020 = 0.30 }",
    "checks.totals.unit": '"1e8 CNY"',
    "checks.totals.years": "{ 2015 = 12345.6, 2020 = 23456.7 }",
    "checks.totals.parents": '{ "Hebei" = { 2015 = 12345.6 } }',
    "checks.totals.table": '"totals.csv"',
    "checks.totals.sheet": '"totals"',
    "checks.totals.name": '"province"',
    "checks.totals.year": '"year"',
    "checks.totals.column": '"gdp"',
    "checks.totals.level": '"province"',
    "space.distance_km": "60",
    "settlement.top_up_level": '"province"',
    "settlement.nesting": '["city", "province"]',
    "settlement.minimum_transfer": '{ value = 10, unit = "万元" }',
    "settlement.cap.share": "0.001",
    "settlement.floor.share": "0.5",
    "settlement.floor.amount": '{ value = 100, unit = "万元" }',
    "settlement.matrix.table": '"costs.csv"',
    "settlement.matrix.sheet": '"costs"',
    "space.permutations": "99999",
    "outlook.until": "2035",
    "outlook.growth.population": "0.002",
    "outlook.growth.affluence": "0.05",
    "outlook.growth.technology": "-0.03",
    "uncertainty.parent": '"city"',
    "uncertainty.weights_concentration": "30",
    "uncertainty.revisions": '"all"    # or { "size_normalised, geometric" = 0.7, quota = 0.3 }',
    "uncertainty.price.low": "40",
    "uncertainty.price.high": "100",
    "uncertainty.price.values": "[40, 60, 100]",
    "uncertainty.price.probabilities": "[1, 2, 1]",
    "uncertainty.price.unit": '"CNY/t CO2"',
    "uncertainty.price.cv": "0.3",
    "adjust.quantity": '"emissions"',
    "adjust.units": '["130283"]',
    "adjust.from_year": "2018",
    "adjust.until_year": "2020",
    "adjust.multiply": "0.4",
    "adjust.value": "1.5",
    "adjust.unit": '"Mt CO2"',
    "drivers.columns.table": '"NAME"',
    "drivers.columns.column": '"forest_share"',
    "drivers.columns.unit": '"%"',
    "drivers.columns.source": '"who published it"',
}
_EXTRAS = (  # alternatives to another key, or settings that most studies leave out
    "study.notice", "units.dissolve", "units.boundaries_layer", "compensation.price.years", "compensation.price.preset",
    "compensation.price_base", "compensation.deflator", "space.distance_km", "space.permutations",
    "units.boundaries_source", "uncertainty.parent", "uncertainty.weights_concentration", "uncertainty.revisions",
    "units.boundaries_source", "units.query", "units.header_rows", "units.decimal", "units.divisions",
    "units.boundaries_crs", "units.boundaries_query", "settlement.top_up_level", "settlement.nesting",
    "settlement.minimum_transfer", "outlook.until",
    "figures.approval_number", "figures.inset",
)  # fmt: skip
_SCENARIO = (
    "# [scenarios.NAME]",
    "# compensation.price = { value = 100 }    # a section is merged key by key: its unit stays",
    "# revision.weights = { gdp = 1 }    # weights, lists and values by year are replaced whole",
    '# adjust.coal_exit = { quantity = "emissions", units = ["130283"], from_year = 2018, multiply = 0.4 }',
)
RARE = ("engel_coefficient", "fiscal_revenue")
"""Quantities that most studies do without: the template leaves them to be taken up."""
QUANTITY_UNITS = {
    "emissions": "Mt CO2", "sequestration": "Mt CO2", "gdp": "1e8 CNY", "population": "1e4 person", "area": "km2",
    "engel_coefficient": "1", "fiscal_revenue": "1e8 CNY",
}  # fmt: skip
"""Units of measure in which the template asks for each quantity."""


def template() -> str:
    """Return a commented study file in which every key of every section stands, as one runs a first study."""
    lines = [_HEAD]
    for name, field in Study.model_fields.items():
        lines.append(f"\n# {field.description}")
        if name == "quantities":
            lines += [f"[{name}]", *_quantities()]
            continue
        if name == "scenarios":
            lines += _SCENARIO
            continue
        named = get_origin(field.annotation) is dict  # sections that the user names: all of them extras
        optional = "# " if named or field.default is None else ""
        lines.append(f"{optional}[{name}.NAME]" if named else f"{optional}[{name}]")
        model = _table_in(field.annotation)
        lines += [line if line.startswith("#") else optional + line for line in _section(name, model)]
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
    if model is Checks:
        yield "# a rule of the check and how severe it is: error, warning, note, or off where it is a judgement"
        yield '# jump = "error"'
    for place, inner, field in tables:
        named = get_origin(field.annotation) is dict and inner is not ErrorOf
        optional = "# " if named or field.default is None else ""
        yield f"\n# {field.description}"
        name = "NAME" if inner in (Growth, DriverColumn) else "gdp"  # named as one likes, or after a quantity
        yield f"{optional}[{place}.{name}]" if named else f"{optional}[{place}]"
        if inner is ErrorOf:
            yield from _errors()
            continue
        for line in _section(place, inner):
            yield line if line.startswith("#") else optional + line


def _quantities() -> Iterator[str]:
    """Yield one entry for each quantity, with every key of an entry explained once."""
    for key, field in Quantity.model_fields.items():
        extra = ' (as source = "…")' if key == "source" else ""
        yield f"# {key}: {field.description}{extra}"
    for name, v in inputs().items():
        optional = "# " if name in RARE else ""
        yield f"# {v.label_en} ({v.label_zh}): {v.meaning}"
        unit = QUANTITY_UNITS[name]
        yield f'{optional}{name} = {{ column = "{name}", unit = "{unit}", origin = "given" }}'


def _errors() -> Iterator[str]:
    """Yield what an entry of [uncertainty.errors] holds, and entries to take up."""
    for key, field in ErrorOf.model_fields.items():
        default = "" if field.is_required() or key == "cv_of_units" else f" (left out: {_toml(field.default)})"
        yield f"# {key}: {field.description}{default}"
    for name, cv in (("emissions", 0.25), ("sequestration", 0.25), ("gdp", 0.15)):
        yield f"# {name} = {{ cv = {cv} }}"


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
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
