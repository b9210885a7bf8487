"""Maps without a coordinate reference system: what their coordinates say, and what the study declares."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

import ecocomp
from ecocomp.panel.maps import areas
from ecocomp.sources.boundaries import Boundaries, read_boundaries
from ecocomp.sources.crs import KRASOVSKY_ALBERS, candidates, contradiction
from tiny import boundaries, write_study

pytestmark = pytest.mark.filterwarnings("ignore:'crs' was not provided")


def bare(folder: Path, crs: str, name: str = "a.shp") -> Path:
    """Write the tiny map in a system, and take the system away."""
    frame = boundaries().to_crs(crs).set_crs(None, allow_override=True)
    if name.endswith(".parquet"):
        frame.to_parquet(folder / name)
    else:
        frame.to_file(folder / name)
    return folder / name


def read(path: Path, **options: str) -> Boundaries:
    return read_boundaries(path.name, path.parent, "code", **options)  # type: ignore[arg-type]


UTM = ["EPSG:32601 to EPSG:32660", "EPSG:32701 to EPSG:32760"]


@pytest.mark.parametrize(
    ("crs", "named"),
    [
        ("EPSG:4326", ["EPSG:4490", "EPSG:4326", "EPSG:4610", "EPSG:4214"]),
        ("EPSG:4527", ["EPSG:4527", "EPSG:2363", "EPSG:2415"]),  # zone 39 of three degrees: eastings 39 million
        ("EPSG:2363", ["EPSG:4527", "EPSG:2363", "EPSG:2415"]),  # Xian 1980 cannot be told from CGCS2000
        ("EPSG:4498", ["EPSG:4498", "EPSG:2334"]),  # zone 20 of six degrees
        ("EPSG:4548", ["EPSG:4534 to EPSG:4554", "EPSG:4502 to EPSG:4512", *UTM]),
        ("EPSG:32650", ["EPSG:4534 to EPSG:4554", "EPSG:4502 to EPSG:4512", *UTM]),
        ("EPSG:3857", ["EPSG:3857"]),
        (KRASOVSKY_ALBERS, [KRASOVSKY_ALBERS]),
    ],
)
def test_no_crs_names_the_candidates(tmp_path: Path, crs: str, named: list[str]) -> None:
    (issue,) = read(bare(tmp_path, crs)).issues
    assert (issue.severity, issue.code) == ("error", "boundaries-crs")
    assert [c.crs for c in candidates(boundaries().to_crs(crs).total_bounds)] == named
    assert all(f"{candidate} (" in issue.message for candidate in named)
    assert "boundaries_crs = " in issue.remedy


def test_coordinates_that_fit_nothing_or_are_swapped() -> None:
    assert candidates(np.array([1e9, 1e9, 1.1e9, 1.1e9])) == []
    assert [c.crs for c in candidates(np.array([-5.0, 48, 5, 50]))] == ["EPSG:4326"], "degrees, and not in China"
    # UTM 33S at 40° S: northings of 5.5 million, and at 60° N of 6.6 million, beyond China's
    assert [c.crs for c in candidates(np.array([4e5, 6.5e6, 6e5, 6.7e6]))] == UTM
    assert candidates(np.array([4.1e6, 2.9e6, 4.5e6, 3.3e6])) == [], "an equal-area plane of Europe"


def test_swapped_axes_are_said(tmp_path: Path) -> None:
    frame = boundaries()
    swapped = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    frame.set_geometry(gpd.GeoSeries(swapped)).set_crs(None, allow_override=True).to_file(tmp_path / "a.shp")
    (issue,) = read(tmp_path / "a.shp").issues
    assert "latitude and longitude look swapped" in issue.message


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.fgb", "a.parquet"])
def test_a_declared_system_is_used(tmp_path: Path, name: str) -> None:
    found = read(bare(tmp_path, "EPSG:4527", name), crs="EPSG:4527")
    assert found.issues == ()
    back = found.frame.to_crs("EPSG:4326").set_index("code").geometry
    apart = back.symmetric_difference(boundaries().set_index("code").geometry.reindex(back.index))
    assert (shapely.area(apart.to_numpy()) < 1e-7).all(), "a border of a degree moves by less than a metre"


def test_a_study_declares_it(tmp_path: Path) -> None:
    bare(tmp_path, "EPSG:4527")
    study = write_study(tmp_path, replace={
        'boundaries = "边界.geojson"': 'boundaries = "a.shp"\nboundaries_crs = "EPSG:4527"'})  # fmt: skip
    inputs = ecocomp.load(ecocomp.Study.load(study))
    assert inputs.geometry.crs.to_epsg() == 4527


def test_a_declared_system_beside_another(tmp_path: Path) -> None:
    boundaries().to_file(tmp_path / "a.gpkg")
    (issue,) = read(tmp_path / "a.gpkg", crs="EPSG:4490").issues
    assert issue.severity == "warning"
    assert "states WGS 84; the study declares China Geodetic Coordinate System 2000" in issue.message
    assert read(tmp_path / "a.gpkg", crs="EPSG:4326").issues == ()


def test_a_declared_system_that_is_none(tmp_path: Path) -> None:
    (issue,) = read(bare(tmp_path, "EPSG:4326"), crs="CGCS两千").issues
    assert (issue.severity, issue.value) == ("error", "CGCS两千")
    assert "EPSG:4326" in issue.remedy


def test_degrees_that_are_metres_name_the_candidates_too(tmp_path: Path) -> None:
    frame = boundaries().to_crs("EPSG:3857").set_crs("EPSG:4326", allow_override=True)
    frame.to_file(tmp_path / "a.gpkg")
    (issue,) = read(tmp_path / "a.gpkg").issues
    assert (
        "is declared in degrees (WGS 84), and its coordinates are not; its coordinates fit EPSG:3857" in issue.message
    )
    assert read(tmp_path / "a.gpkg", crs="EPSG:3857").issues[0].severity == "warning"


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg"])
@pytest.mark.parametrize(
    ("is_in", "declared", "says", "fits"),
    [
        # degrees, taken as metres: 39 500 km west of the false easting
        ("EPSG:4326", "EPSG:4527", "its coordinates look like degrees", "EPSG:4490"),
        ("EPSG:4326", "EPSG:2227", "its coordinates look like degrees", "EPSG:4490"),  # in US survey feet
        # the middle, 115.45 E, lies 1.55 degrees west of zone 39's meridian 117 E, some 134 km. Zone 40's false easting
        # is 1000 km more: 1134 km west of 120 E, where a degree at 39 N is 86.6 km, so near 107 E.
        ("EPSG:4527", "EPSG:4528", "its middle would be at 107.", "EPSG:4527"),
        ("EPSG:4498", "EPSG:4499", "outside of that system's area (longitude 120° to 126°", "EPSG:4498"),
        ("EPSG:4527", "EPSG:4548", "EPSG:4527", "EPSG:4527"),  # with its zone, declared as without
    ],
)
def test_a_projected_system_that_cannot_be(
    tmp_path: Path, name: str, is_in: str, declared: str, says: str, fits: str
) -> None:
    (issue,) = read(bare(tmp_path, is_in, name), crs=declared).issues
    assert (issue.severity, issue.code) == ("error", "boundaries-crs")
    assert says in issue.message
    assert f"its coordinates fit {fits} (" in issue.message
    stated = boundaries().to_crs(is_in).set_crs(declared, allow_override=True)
    stated.to_file(tmp_path / f"stated{Path(name).suffix}")
    (again,) = read(tmp_path / f"stated{Path(name).suffix}").issues
    assert (again.severity, again.code) == ("error", "boundaries-crs")
    assert f"its coordinates fit {fits} (" in again.message


def test_what_the_study_declares_beside_the_file_is_tested_too(tmp_path: Path) -> None:
    boundaries().to_crs("EPSG:4527").to_file(tmp_path / "a.gpkg")
    found = read(tmp_path / "a.gpkg", crs="EPSG:4528").issues
    assert [(i.severity, i.code) for i in found] == [("warning", "boundaries-crs"), ("error", "boundaries-crs")]
    wrong = boundaries().to_crs("EPSG:4527").set_crs("EPSG:4528", allow_override=True)
    wrong.to_file(tmp_path / "b.gpkg")
    assert [i.severity for i in read(tmp_path / "b.gpkg", crs="EPSG:4527").issues] == ["warning"]


@pytest.mark.parametrize("declared", ["EPSG:4527", "EPSG:4528"])
def test_a_study_with_a_projected_system_that_cannot_be(tmp_path: Path, declared: str) -> None:
    bare(tmp_path, "EPSG:4326" if declared == "EPSG:4527" else "EPSG:4527")
    study = write_study(tmp_path, replace={
        'boundaries = "边界.geojson"': f'boundaries = "a.shp"\nboundaries_crs = "{declared}"',
        'area          = { column = "面积", unit = "km2" }\n': ""})  # fmt: skip
    assert [i.code for i in ecocomp.check(ecocomp.Study.load(study))] == ["boundaries-crs"]


@pytest.mark.parametrize(
    ("crs", "bounds"),
    [
        ("EPSG:4544", (97.3, 26.0, 108.6, 34.3)),  # Sichuan in one zone of three degrees, 103.5 to 106.5 E
        ("EPSG:32650", (73.5, 18.0, 135.1, 53.6)),  # China: its middle lies beyond 114 E − 3, and it spans the zone
        ("EPSG:3857", (-180.0, -60.0, 180.0, 80.0)),
        ("EPSG:3832", (177.0, -19.0, 182.0, -16.0)),  # Fiji, across the antimeridian, in Mercator of the Pacific
        ("EPSG:32601", (178.5, 52.0, 181.0, 55.0)),
        (KRASOVSKY_ALBERS, (73.5, 18.0, 135.1, 53.6)),  # without an area of use
        ("+proj=laea +lat_0=40 +lon_0=115 +units=km", (113.0, 38.0, 117.0, 42.0)),  # kilometres below 360
    ],
)
def test_maps_wider_than_a_zone_and_of_other_places(crs: str, bounds: tuple[float, ...]) -> None:
    corners = gpd.GeoSeries([shapely.segmentize(shapely.box(*bounds), 0.5)], crs="EPSG:4326").to_crs(crs)
    assert contradiction(pyproj.CRS(crs), corners.total_bounds) is None


def test_bounds_that_are_no_numbers() -> None:
    gauss = pyproj.CRS("EPSG:4527")
    assert contradiction(gauss, np.full(4, np.nan)) is None, "an empty map's"
    assert "no place on Earth" in str(contradiction(gauss, np.array([0.0, 0.0, np.inf, 1e6])))
    assert "no place on Earth" in str(contradiction(pyproj.CRS(KRASOVSKY_ALBERS), np.array([1e9, 1e9, 2e9, 2e9])))


@pytest.mark.parametrize("method", ["geodesic", "equal_area"])
def test_areas_that_cannot_be_measured_are_an_error(method: Literal["geodesic", "equal_area"]) -> None:
    shapes = [shapely.box(1e9, 1e9, 2e9, 2e9), shapely.box(0, 4e6, 1e5, 4.1e6)]
    frame = gpd.GeoDataFrame(geometry=shapes, index=["远", "近"])
    frame = frame.set_crs(KRASOVSKY_ALBERS).rename_axis("unit")
    with pytest.raises(ecocomp.issues.DataError) as refused:
        areas(frame, method)
    (issue,) = refused.value.issues
    assert issue.code == "boundaries-crs"
    assert issue.message.endswith(": 远")


@pytest.mark.parametrize("method", ["geodesic", "equal_area"])
def test_a_study_with_a_polygon_off_the_earth(tmp_path: Path, method: str) -> None:
    frame = boundaries().to_crs("+proj=moll +lon_0=0")
    frame.loc[5, "geometry"] = shapely.box(1.7e7, 8.0e6, 1.71e7, 8.1e6)  # outside of the ellipse that is the Earth
    frame.to_file(tmp_path / "a.gpkg")
    study = write_study(tmp_path, replace={
        'boundaries = "边界.geojson"': f'boundaries = "a.gpkg"\narea_method = "{method}"',
        'area          = { column = "面积", unit = "km2" }\n': ""})  # fmt: skip
    found = [i for i in ecocomp.check(ecocomp.Study.load(study)) if i.severity == "error"]
    assert [(i.code, i.message.split(": ")[-1]) for i in found] == [("boundaries-crs", "020003")]


def test_several_layers_are_said(tmp_path: Path) -> None:
    boundaries().to_file(tmp_path / "a.gpkg", layer="县")
    boundaries().to_file(tmp_path / "a.gpkg", layer="市")
    (issue,) = read(tmp_path / "a.gpkg").issues
    assert (issue.severity, issue.code) == ("note", "boundaries-layer")
    assert read(tmp_path / "a.gpkg", layer="市").issues == ()


def test_a_parquet_file_without_geometry(tmp_path: Path) -> None:
    boundaries().drop(columns="geometry").to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ecocomp.issues.DataError) as refused:
        read(tmp_path / "a.parquet")
    assert refused.value.issues[0].code == "boundaries-unreadable"
