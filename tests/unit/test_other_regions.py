"""Regions elsewhere on Earth: the southern hemisphere, both sides of the antimeridian and of the equator, other
alphabets in other encodings."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr
from shapely.geometry import box

from ecocomp import space
from ecocomp.panel import maps
from ecocomp.sources.encodings import attribute_encoding, is_of_lone_letters
from ecocomp.sources.layout import _UNIT
from ecocomp.sources.tables import read_table
from tiny import boundaries

LATIN = ["Ærøskøbing", "Åsmyr", "Ísafjörður", "São João", "Orléans", "Köln"]
HALF = 0.5


def row_of_units(west: float, south: float, side: float = 1.0) -> gpd.GeoDataFrame:
    """Return six squares in a row; those beyond 180° E are given by their longitude west of Greenwich."""
    lon = [(west + side * i + 180) % 360 - 180 for i in range(6)]
    shapes = [box(x, south, x + side, south + side) for x in lon]
    return gpd.GeoDataFrame(geometry=shapes, index=list("abcdef"), crs="EPSG:4326").rename_axis("unit")


def amounts(values: list[list[float]]) -> xr.DataArray:
    return xr.DataArray(values, {"unit": list("abcdef"), "year": [2010, 2015]}, ("unit", "year"))


@pytest.mark.parametrize("west", [20.0, 177.0, -180.0])  # the third unit of the second one ends at the antimeridian
@pytest.mark.parametrize("south", [40.0, -41.0, -HALF])
def test_the_same_region_has_the_same_neighbours_centres_and_way_anywhere(west: float, south: float) -> None:
    there, at_home = row_of_units(west, south), row_of_units(20.0, abs(south + HALF) - HALF)
    for rule in ("queen", "rook"):
        graph = space.contiguity(there, rule=rule)
        assert graph.adjacency.index.tolist() == space.contiguity(at_home, rule=rule).adjacency.index.tolist()
        assert {j for i, j in graph.adjacency.index if i == "c"} == {"b", "d"}, "over the antimeridian too"
    # payments of a alone and then of f alone: five degrees of a parallel to the east
    v = amounts([[5, 0], [0, 0], [0, 0], [0, 0], [-1, -1], [0, 5]])
    found, home = (space.track(space.centres_of_gravity(v, shapes)) for shapes in (there, at_home))
    paid = found.sel(weighting="payments")
    np.testing.assert_allclose(
        ((paid["lon"] - west - HALF + 180) % 360 - 180)[:], [0, 5], atol=1e-4
    )  # a square's own centroid lies a little off its middle, towards the equator
    np.testing.assert_allclose(abs(paid["lat"]), abs(home["lat"].sel(weighting="payments")), atol=1e-9)
    assert (np.sign(paid["lat"]) == np.sign(south + HALF)).all() or south == -HALF
    np.testing.assert_allclose(paid["distance_km"], home["distance_km"].sel(weighting="payments"), rtol=1e-9)
    bearing = float(paid["bearing_deg"][1])
    due_east = 90 if south == -HALF else 90 - np.sign(south) * 2.5 * np.sin(np.radians(abs(south + HALF)))
    assert bearing == pytest.approx(due_east, abs=0.01), "the shortest way leans to the nearer pole"
    assert space.host_units(found, there).sel(weighting="payments").values.tolist() == ["a", "f"]


def test_areas_of_a_region_astride_the_equator() -> None:
    # 6 squares of one degree, halved by the equator: 111.3195 km by 110.5744 km each (WGS 84)
    frame = row_of_units(20.0, -HALF)
    for method in ("geodesic", "equal_area"):
        np.testing.assert_allclose(maps.areas(frame, method), 111.3195 * 110.5744, rtol=1e-4)  # type: ignore[arg-type]
    south, north = (maps.areas(row_of_units(177.0, y), "equal_area") for y in (-41.0, 40.0))
    np.testing.assert_allclose(south, north, rtol=1e-9)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_latin_names_in_windows_1252(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "Länder.csv"
    lines = ["Code;Name;Größe", *(f"u{i};{name};{i},5" for i, name in enumerate(LATIN))]
    path.write_bytes(ending.join([*lines, ""]).encode("cp1252", "replace"))
    table = read_table(path)
    assert table.frame["Name"].tolist() == LATIN
    assert table.encoding == "cp1252"
    (issue,) = [issue for issue in table.issues if issue.code == "table-encoding"]
    assert issue.severity == "warning"
    assert "Windows-1252" in issue.message


def test_chinese_is_no_text_of_lone_letters() -> None:
    for text, encoding in (("石家庄市,元氏县,1.5\n丰南区,2\n", "gb18030"), ("任縣,豐南區\n龔縣,3\n", "big5")):
        assert not is_of_lone_letters(text.encode(encoding))
    assert is_of_lone_letters(",".join(LATIN).encode("cp1252", "replace"))
    assert not is_of_lone_letters(b"plain")


def test_latin_names_of_a_shapefile_that_states_no_encoding(tmp_path: Path) -> None:
    path = tmp_path / "Länder.shp"
    boundaries().assign(name=LATIN).to_file(path, encoding="cp1252")
    path.with_suffix(".cpg").unlink()
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[29] = 0x57  # "as this computer", as Windows writes it
    path.with_suffix(".dbf").write_bytes(dbf)
    assert attribute_encoding(path) == ("cp1252", "detected", None)


def test_a_line_of_units_below_a_header_in_any_currency() -> None:
    for line in ("EUR", "million EUR", "(billion NOK)", "thousand USD", "欧元", "亿美元", "CNY", "kt CO2", "EUR/t CO2"):
        assert _UNIT.fullmatch(line), line
    for word in ("GDP", "POP", "Norge", "million", "ppm"):
        assert not _UNIT.fullmatch(word), word
