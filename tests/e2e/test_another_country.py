"""The fictional country of docs/another-country.md as a user runs it: every output names its currency, none China."""

from __future__ import annotations

import doctest
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

import ecocomp
from ecocomp.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "another-country.md"
STRANGE = re.compile(r"CNY|RMB|\byuan\b|人民币|[^单]元|\bfen\b|China|中国|Chinese|GCJ|县")
"""What a study of another country has no use for; 单元 is the Chinese for a unit."""
PACKED = re.compile(r"base64,[A-Za-z0-9+/=\s]+")
"""Pictures and fonts, in whose letters any word may stand."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run's folder; the files are written by the page's own lines, the run is the command's."""
    files, _ = PAGE.read_text(encoding="utf-8").split("## The run")
    names: dict[str, object] = {}
    for example in doctest.DocTestParser().get_examples(files):
        exec(compile(example.source, PAGE.name, "single"), names)
    written = names["folder"]
    assert isinstance(written, Path)
    study = tmp_path_factory.mktemp("Ørvandia") / "studie.toml"
    for file in written.iterdir():
        file.rename(study.parent / file.name)
    outcome = CliRunner().invoke(main, ["run", str(study), "--compare-revisions"])
    assert outcome.exit_code == 0, outcome.output
    assert "EUR" in outcome.stdout
    assert not STRANGE.search(outcome.output), outcome.output
    return study.parent / "studie-results"


def texts_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield every text of an output by the place it stands in, scenarios included."""
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).as_posix()
        if path.suffix in (".csv", ".json", ".html", ".svg", ".toml", ".txt"):
            yield place, PACKED.sub("", path.read_text(encoding="utf-8-sig"))
        elif path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            for sheet in book.worksheets:
                cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
                yield f"{place} {sheet.title}", "\n".join(cells)
        elif path.suffix == ".docx":
            with zipfile.ZipFile(path) as parts:
                pages = [parts.read(name).decode("utf-8") for name in parts.namelist() if name.endswith(".xml")]
            yield place, re.sub(r"<[^>]+>", "\n", "".join(pages))
        elif path.suffix == ".gpkg":
            with sqlite3.connect(path) as base:
                yield place, "\n".join(base.iterdump())
        elif path.suffix == ".parquet":
            yield place, pd.read_parquet(path).to_csv()


def test_no_output_names_another_currency_or_country(folder: Path) -> None:
    read = dict(texts_of(folder))
    assert {"results.csv", "columns.csv", "manifest.json", "report.html", "report.docx", "results.gpkg",
            "results.parquet", "priority.xlsx priority", "scenarios/Høy pris/results.csv"} <= set(read)  # fmt: skip
    found = {
        place: sorted({text[max(0, m.start() - 40) : m.end() + 40] for m in STRANGE.finditer(text)})[:5]
        for place, text in read.items()
        if STRANGE.search(text)
    }
    assert found == {}
    for place in ("columns.csv", "priority.xlsx priority", "priority.xlsx ledger", "report.html", "report.docx"):
        assert "EUR" in read[place], place


def test_tables_are_whole_and_settled_to_the_cent(folder: Path) -> None:
    result = ecocomp.open_run(folder)
    assert result.currency == "EUR"
    results = result.results
    assert set(results.columns[:4]) == {"unit", "name", "landsdel", "distrikt"}
    assert {"Ğeva", "Þórnes", "Łodva", "Øyene"} <= {*results["name"], *results["landsdel"]}
    assert len(results) == 24 * 3
    assert results[["amount", "area", "cluster", "settled"]].notna().all().all()
    cents = (result.transfers["amount"] * 100).round()
    for year, due in result.regional.set_index("year")["transferred"].items():
        assert cents[result.transfers["year"] == year].sum() == round(due * 100)
    assert set(result.subtotals["parent_level"]) == {"landsdel", "distrikt"}
    assert result.uncertainty["probability_paying"].between(0, 1).all()
    assert set(result.scenarios) == {"Høy pris"}
    # 150 EUR instead of 81 in 2022: amounts grow by 150/81 in every unit
    dear = result.scenarios["Høy pris"].results
    ratio = dear.query("year == 2022")["amount"].to_numpy() / results.query("year == 2022")["amount"].to_numpy()
    assert ratio == pytest.approx(150 / 81)


def test_units_of_measure_were_read_as_declared(folder: Path) -> None:
    results = ecocomp.open_run(folder).results.set_index(["unit", "year"]).sort_index()
    given = pd.read_csv(folder.parent / "kommuner.csv", sep=";", decimal=",").set_index(["nr", "år"]).sort_index()
    pairs = {"emissions": ("utslipp_kt", 1e-3), "sequestration": ("opptak_t", 1e-6), "gdp": ("bnp_mio_eur", 1e6),
             "population": ("folketall", 1)}  # fmt: skip
    for quantity, (column, factor) in pairs.items():
        assert results[quantity].to_numpy() == pytest.approx(given[column].to_numpy() * factor, rel=1e-12)
    # EPSG:32733: scale 0.9996 at the central meridian and less than 1.001 within 130 km of it
    mapped = gpd.read_file(folder.parent / "kommuner.gpkg").set_index("nr")
    plane = mapped.area / 1e6
    geodesic = results["area"].xs(2018, level="year")
    assert (geodesic / plane).between(0.998, 1.001).all()


def test_map_layers_are_in_degrees_of_the_south_atlantic(folder: Path) -> None:
    layers = gpd.list_layers(folder / "results.gpkg")["name"].tolist()
    assert len(layers) >= 3
    frame = gpd.read_file(folder / "results.gpkg", layer=next(layer for layer in layers if "2022" in layer))
    west, south, east, north = frame.to_crs("EPSG:4326").total_bounds
    assert 13 < west < east < 18
    assert -42 < south < north < -38
    assert "Þórnes" in set(frame["name"])


def test_it_verifies_and_is_told_in_json(folder: Path) -> None:
    outcome = CliRunner().invoke(main, ["verify", str(folder), "--json"])
    assert outcome.exit_code == 0, outcome.output
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["currency"] == "EUR"
