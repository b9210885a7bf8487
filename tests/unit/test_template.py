"""The template uses every key of every settings model, loads, and `init` writes it without overwriting anything."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from ecocomp.cli import main
from ecocomp.issues import UsageError
from ecocomp.sources.tables import read_table
from ecocomp.starter import write_starter
from ecocomp.study import Amount, ErrorOf, Quantity, Study
from ecocomp.study.template import template
from ecocomp.variables import inputs


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from models(inner)


def sections(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield every settings model with the section that it is, entries of [quantities] and of errors left out."""
    for key, field in model.model_fields.items():
        for inner in models(field.annotation):
            if inner not in (Amount, ErrorOf, Quantity):
                yield ".".join([*path, key]), inner
                yield from sections(inner, (*path, key))


SECTIONS = dict(sections(Study))


def body(section: str) -> str:
    """Return the lines of a section of the template, commented or not, up to the next one."""
    pieces = re.split(r"^(?:# )?\[([\w.]+?)(?:\.NAME|\.gdp)?\]$", template(), flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))[section]


def test_the_walk_finds_the_nested_sections() -> None:
    assert {"study", "units", "tables", "crosswalk", "rasters", "revision", "compensation", "compensation.price",
            "compensation.stage_coefficient", "zoning", "space", "settlement", "checks", "checks.totals",
            "uncertainty", "uncertainty.price", "adjust", "settlement.cap", "settlement.floor", "settlement.matrix",
             "outlook", "outlook.growth", "drivers", "drivers.columns", "figures",
            } == set(SECTIONS)  # fmt: skip


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_stands_in_its_section_with_its_description(section: str) -> None:
    text = body(section)
    for key, field in SECTIONS[section].model_fields.items():
        assert field.description, f"{section}.{key} has no description"
        tables = [m for m in models(field.annotation) if m is not Amount]
        if tables:
            assert re.search(rf"\[{section}\.{key}(\.gdp|\.NAME)?\]", template())
        else:
            assert re.search(rf"^(# )?{key} = \S", text, re.MULTILINE), f"{section}.{key}"
            assert f"# {field.description}" in text


def test_every_quantity_and_every_key_of_one() -> None:
    text = template()
    for name in inputs():
        assert re.search(rf"^(# )?{name} = {{", text, re.MULTILINE), name
    for key in Quantity.model_fields:
        assert re.search(rf"^# {key}: ", text, re.MULTILINE), key
        if key == "source":  # a placeholder would land in the report
            assert re.search(r"^# source: .*\bsource = ", text, re.MULTILINE)
        elif key not in (*Quantity.ways(), "table"):
            assert re.search(rf"^gdp = {{.*\b{key} = ", text, re.MULTILINE), key


def test_every_key_of_an_error_is_explained_and_its_entries_load() -> None:
    text = body("uncertainty.errors")
    for key, field in ErrorOf.model_fields.items():
        assert f"# {key}: {field.description}" in text
    entries = re.findall(r"^# (\w+ = {.*})$", text, re.MULTILINE)
    assert len(entries) == 3
    stated = tomllib.loads("\n".join(entries))
    assert all(ErrorOf.model_validate(error).region == 0.5 for error in stated.values())


def test_it_loads_and_means_the_defaults() -> None:
    study = Study.from_dict(tomllib.loads(template()))
    plain = Study.from_dict({
        "study": {"name": "x"}, "units": study.settings()["units"], "quantities": study.settings()["quantities"],
        "compensation": {"price": {"value": 1.0, "unit": "CNY/t C"}},
    })  # fmt: skip
    assert study.space == plain.space
    assert study.zoning == plain.zoning
    assert study.settlement == plain.settlement
    assert study.uncertainty == plain.uncertainty
    assert study.outlook == plain.outlook
    assert study.revision.method == plain.revision.method
    assert study.compensation.stage_coefficient is None


def test_every_alternative_loads_when_its_comment_is_taken_away() -> None:
    alternatives = re.findall(r"^# ((\w+) = .*)$", template(), re.MULTILINE)
    assert len(alternatives) >= 8
    lines = template().splitlines()
    tried = set()
    for number, line in enumerate(lines):
        match = re.match(r"# (\w+) = ", line)
        if match is None:
            continue
        key, section = match[1], body_of(lines, number).removeprefix("# ")
        changed = [*lines[:number], line.removeprefix("# "), *lines[number + 1 :]]
        if section in NEEDED:  # a section that a study may have: its head, and the keys that it cannot do without
            start = lines.index(f"# {section}")
            needed = set(INSTEAD.get((section, key), NEEDED[section]))
            end = next((n for n in range(start, len(lines)) if not lines[n].startswith("#")), len(lines))
            for place in range(start, end):
                word = re.match(r"# (\w+) = ", lines[place])
                if place == start or (word and word[1] in needed):
                    changed[place] = lines[place].removeprefix("# ")
        if section == "[drivers.columns.NAME]" and key == "table":  # a further table to hold it
            needed = ("table", "id", r"\[tables.NAME\]")
            head = lines.index("# [tables.NAME]")
            end = next(n for n in range(head, len(lines)) if not lines[n].startswith("#"))
            for place in range(head, end):
                if re.match(rf"# ({'|'.join(needed)})( = |$)", lines[place]):
                    changed[place] = lines[place].removeprefix("# ")
        if key == "divisions":  # of the further table and of the units to which it is carried
            changed = [x.removeprefix("# ") if re.match(r"# divisions = 2020", x) else x for x in changed]
        if key == "bands":  # of one stack
            changed = [x.replace("npp_{year}.tif", "npp.tif") for x in changed]
        if key in ("query", "boundaries_query"):  # of a database
            changed = [re.sub(r'^(table|boundaries) = "[^"]*"', r'\1 = "postgresql://host/eco"', x) for x in changed]
            changed = [x for x in changed if not re.match(r"sheet = ", x)]
        if key in ("years", "preset") and "compensation.price" in body_of(lines, number):  # instead of value
            changed = [x for x in changed if not re.match(r"value = ", x)]
        if key in ("engel", "applies_to"):
            changed = [x.removeprefix("# ") if "stage_coefficient]" in x else x for x in changed]
        if key in ("price_base", "deflator"):
            changed = [x.removeprefix("# ") if re.match(r"# (price_base|deflator) = ", x) else x for x in changed]
        if "uncertainty.price" in body_of(lines, number):  # one form of three, each with its companions
            if key in ("unit", "shape"):
                continue
            forms = {"cv": ("cv",), "low": ("low", "high", "unit"), "high": ("low", "high", "unit")}
            with_it = (*forms.get(key, ("values", "probabilities", "unit")), r"\[uncertainty.price\]")
            start = lines.index("# [uncertainty.price]")
            end = next(n for n in range(start, len(lines)) if not lines[n].startswith("#"))
            opened = [
                x.removeprefix("# ") if re.match(rf"# ({'|'.join(with_it)})( = |$)", x) else x for x in lines[start:end]
            ]
            changed = [*lines[:start], *opened, *lines[end:]]
        if key == "minimum_transfer" or section == "[settlement.matrix]":
            changed = [x.replace('method = "proportional"', 'method = "transport"') for x in changed]
        if section == "[settlement.matrix]":
            changed = [x.replace('cost = "distance"', 'cost = "matrix"') for x in changed]
        if key == "top_up_level":
            changed = [x.replace('gap_rule = "scale_larger_side"', 'gap_rule = "higher_level"') for x in changed]
        if key == "applies_to":  # needs engel beside it
            changed = [x.removeprefix("# ") if re.match(r"# engel = ", x) else x for x in changed]
        Study.from_dict(tomllib.loads("\n".join(changed)))
        tried.add(key)
    assert {"notice", "dissolve", "preset", "deflator", "engel", "distance_km"} <= tried


NEEDED = {
    "[tables.NAME]": ("table", "id"), "[rasters.NAME]": ("files",), "[checks.totals.gdp]": ("unit", "years"),
    "[adjust.NAME]": ("quantity", "units", "multiply"), "[settlement.cap]": ("share",),
    "[settlement.floor]": ("share",), "[settlement.matrix]": ("table",), "[outlook.growth.NAME]": (),
    "[drivers.columns.NAME]": ("column",),
}  # fmt: skip
OF_A_TABLE = ("unit", "table", "name", "year", "column")
INSTEAD = (
    {("[checks.totals.gdp]", "parents"): ("unit",), ("[settlement.floor]", "amount"): ()}
    | {("[adjust.NAME]", key): ("quantity", "units", "value", "unit") for key in ("value", "unit")}
    | {("[checks.totals.gdp]", key): OF_A_TABLE for key in ("table", "sheet", "name", "year", "column", "level")}
)


def body_of(lines: list[str], number: int) -> str:
    """Return the header of the section that a line stands in."""
    return next(x for x in reversed(lines[:number]) if re.match(r"(# )?\[[\w.]+\]$", x))


def test_the_scenario_of_the_template_loads_when_its_comment_is_taken_away() -> None:
    head, scenario = template().split("# [scenarios.NAME]\n")
    assert all(line.startswith("# ") for line in scenario.splitlines())
    block = "[scenarios.NAME]\n" + "\n".join(line.removeprefix("# ") for line in scenario.splitlines())
    variant = Study.from_dict(tomllib.loads(head + block)).scenario("NAME")
    assert (variant.compensation.price.value, variant.compensation.price.unit) == (100, "CNY/t CO2")
    assert variant.revision.weights == {"gdp": 1}
    assert variant.adjust["coal_exit"].from_year == 2018


def test_starter_writes_a_study_that_loads_and_a_table_that_fits(tmp_path: Path) -> None:
    study_file, workbook = write_starter(tmp_path / "新研究")
    study = Study.load(study_file)
    book = openpyxl.load_workbook(workbook)
    panel = book["panel"]
    header = [cell.value for cell in panel[1]]
    named = [study.units.id, *study.units.parents, study.units.name, study.units.year]
    assert set(header) == {*named, *(q.column for q in study.quantities.values())}
    assert study.resolve(study.units.table) == workbook
    assert study.units.sheet == "panel"
    code = header.index(study.units.id) + 1
    assert {panel.cell(row=row, column=code).number_format for row in range(2, 100)} == {"@"}
    about = {row[0]: row for row in book["about"].iter_rows(min_row=2, values_only=True)}
    assert set(about) == set(header)
    assert about["gdp"][1] == study.quantities["gdp"].unit


def test_a_code_typed_as_text_keeps_its_zeros(tmp_path: Path) -> None:
    study_file, workbook = write_starter(tmp_path)
    book = openpyxl.load_workbook(workbook)
    book["panel"].cell(row=2, column=1).value = "010001"
    book["panel"].cell(row=2, column=2).value = "甲省"
    book.save(workbook)
    table = read_table(workbook, Study.load(study_file).units.sheet)
    assert table.frame["code"].to_dict() == {2: "010001"}, "the 1998 formatted empty rows are not rows"


@pytest.mark.parametrize("there", ["study.toml", "panel.xlsx"])
def test_starter_overwrites_nothing(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=there):
        write_starter(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text(encoding="utf-8") == "mine"
    outcome = CliRunner().invoke(main, ["init", str(tmp_path)])
    assert outcome.exit_code == 2
    assert "there already" in outcome.stderr


def test_init_then_check_names_what_is_to_be_filled_in(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(main, ["init", str(tmp_path / "新")])
    assert outcome.exit_code == 0, outcome.output
    outcome = CliRunner().invoke(main, ["check", str(tmp_path / "新" / "study.toml")])
    assert outcome.exit_code == 1
    assert "panel.xlsx: a table with a header and no rows" in outcome.stderr
    assert "boundaries.gpkg does not exist" in outcome.stderr
