"""The tutorial for a newcomer, followed to the letter in a folder with Chinese letters and blanks."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

import pages
from ecocomp.outputs.figures.fonts import find_chinese_font

PAGE = pages.DOCS / "first-study.md"
RUN_ELSEWHERE = {"ecocomp demo"}
"""What tests of its own run (`test_demo.py`)."""


def saved_by_a_spreadsheet(source: Path, target: Path) -> None:
    """Save a csv as a workbook as WPS and Excel do: what looks like a number becomes one."""
    book = Workbook()
    with source.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            book.active.append([_cell(text) for text in row])
    book.save(target)


def _cell(text: str) -> str | float | None:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text or None


def mend(workbook: Path, wrong: str, right: str) -> None:
    book = load_workbook(workbook)
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value == wrong]
    assert len(cells) == 1, "the page corrects one cell"
    cells[0].value = float(right)
    book.save(workbook)


def carry_out(block: pages.Block, folder: Path) -> None:
    match block.verb:
        case "file":
            (folder / block.argument).write_text(block.text, encoding="utf-8")
        case "append":
            with (folder / block.argument).open("a", encoding="utf-8") as file:
                file.write("\n" + block.text)
        case "mend":
            name, change = block.argument.split(": ")
            mend(folder / name, *change.split(" = "))
    if block.kind == "console":
        for command, shown in pages.commands(block.text):
            if command not in RUN_ELSEWHERE:
                pages.hold(command, shown)


def follow(folder: Path) -> None:
    """Do what the page says, in a folder with nothing in it but the practice files."""
    folder.mkdir(parents=True)
    shutil.copy(pages.DOCS / "practice" / "云溪县界.geojson", folder)
    saved_by_a_spreadsheet(pages.DOCS / "practice" / "云溪县域.csv", folder / "云溪县域.xlsx")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for block in pages.blocks(PAGE):
            carry_out(block, folder)


def test_the_tutorial_goes_as_it_says(tmp_path):
    follow(tmp_path / "教程" / "云溪 练习")
    results = tmp_path / "教程" / "云溪 练习" / "study-results"
    for name in (
        "report.html",
        "report.docx",
        "priority.xlsx",
        "results.csv",
        "figures",
        "results.gpkg",
        "manifest.json",
    ):
        assert (results / name).exists(), name
        assert f"`{name}`" in PAGE.read_text(encoding="utf-8"), "the page says what to open it with"
    language = "en" if find_chinese_font() is None else "zh"
    assert re.search(rf'<html lang="{language}', (results / "report.html").read_text(encoding="utf-8")[:1000])
    table = pd.read_csv(results / "results.csv")
    assert table.loc[table["name"] == "古城县", ["year", "group"]].values.tolist()[0] == [2010, "missing"]
    last = table[table["year"] == 2020]
    assert last["group"].value_counts().to_dict() == {"payer": 15, "recipient": 5}
    first = last[last["rank"] == 1].set_index("group")[["name", "cluster"]]
    assert first.loc["payer", "name"] == "永丰县"
    assert first.loc["recipient"].tolist() == ["青石县", "LL"]
    assert last.loc[last["emissions"].idxmax(), "name"] != "永丰县", "it does not emit most"
