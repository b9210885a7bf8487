"""Figures of studies that nobody draws by design: names beyond a label, maps across the antimeridian."""

from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import MultiPolygon, box

from ecocomp import Study
from ecocomp.outputs.figures import write_figures
from ecocomp.outputs.figures.scene import scene_of
from ecocomp.pipeline import run
from ecocomp.space import equal_area_crs
from tiny import CODES, panel, write_study

NAMES = ["甲" * 100, "$x_2^{bad", "<script>alert(1)</script>", "=HYPERLINK(1)", "a & b", "$5 and $6"]


def test_any_name_can_be_drawn(tmp_path: Path) -> None:
    table = panel()
    table["名称"] = table["代码"].map(dict(zip(CODES, NAMES, strict=True)))
    result = run(Study.load(write_study(tmp_path, table=table, replace={"seed = 1": 'seed = 1\nlanguage = "en"'})))
    assert len(write_figures(result, tmp_path / "图")) == 6
    names = list(scene_of(result).names.values())
    assert max(len(name) for name in names) <= 38
    assert r"\$5 and \$6" in names
    for svg in (tmp_path / "图").glob("*.svg"):
        assert "<script" not in svg.read_text(encoding="utf-8")


def test_more_first_ranks_than_units(tmp_path: Path) -> None:
    result = run(Study.load(write_study(tmp_path, replace={"[space]": "[zoning]\nfirst_n = 1000000000\n\n[space]"})))
    assert scene_of(result).first_n == 6
    assert len(write_figures(result, tmp_path / "图")) == 6


def split_at_the_antimeridian() -> gpd.GeoDataFrame:
    """Return six units of 0.4 degrees between 178.8 E and 178.8 W, the middle ones cut in two parts."""
    shapes = []
    for i in range(6):
        west, south = 178.8 + 0.8 * (i % 3), -17 + 0.4 * (i // 3)
        east = west + 0.8
        parts = [box(west, south, min(east, 180), south + 0.4)] if west < 180 else []
        parts += [box(max(west, 180) - 360, south, east - 360, south + 0.4)] if east > 180 else []
        shapes.append(MultiPolygon(parts))
    return gpd.GeoDataFrame({"code": CODES}, geometry=shapes, crs="EPSG:4326")


def test_a_map_across_the_antimeridian_is_one_region(tmp_path: Path) -> None:
    shapes = split_at_the_antimeridian()
    operation = equal_area_crs(shapes).coordinate_operation
    centre = {parameter.name: parameter.value for parameter in operation.params}
    assert abs(centre["Longitude of natural origin"]) == pytest.approx(180, abs=0.5)
    result = run(Study.load(write_study(tmp_path, shapes=shapes)))
    assert len(write_figures(result, tmp_path / "图")) == 6
    west, _, east, _ = scene_of(result).ground.extent
    assert east - west < 400e3  # metres: 2.4 degrees at 17 S are 255 km
    lon = result.centres.query("weighting == 'payments'")["lon"]
    assert (lon.abs() > 178.7).all()
