"""Maps without a coordinate reference system: what their coordinates say, and what the study declares."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import ecocomp
from ecocomp.sources.boundaries import Boundaries, read_boundaries
from ecocomp.sources.crs import KRASOVSKY_ALBERS, candidates
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


@pytest.mark.parametrize(
    ("crs", "named"),
    [
        ("EPSG:4326", ["EPSG:4490", "EPSG:4326", "EPSG:4610", "EPSG:4214"]),
        ("EPSG:4527", ["EPSG:4527", "EPSG:2363", "EPSG:2415"]),  # zone 39 of three degrees: eastings 39 million
        ("EPSG:2363", ["EPSG:4527", "EPSG:2363", "EPSG:2415"]),  # Xian 1980 cannot be told from CGCS2000
        ("EPSG:4498", ["EPSG:4498", "EPSG:2334"]),  # zone 20 of six degrees
        ("EPSG:4548", ["EPSG:4534 to EPSG:4554", "EPSG:4502 to EPSG:4512", "EPSG:32643 to EPSG:32653"]),
        ("EPSG:32650", ["EPSG:4534 to EPSG:4554", "EPSG:4502 to EPSG:4512", "EPSG:32643 to EPSG:32653"]),
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
    assert "EPSG:4490" in issue.remedy


def test_degrees_that_are_metres_name_the_candidates_too(tmp_path: Path) -> None:
    frame = boundaries().to_crs("EPSG:3857").set_crs("EPSG:4326", allow_override=True)
    frame.to_file(tmp_path / "a.gpkg")
    (issue,) = read(tmp_path / "a.gpkg").issues
    assert (
        "is declared in degrees (WGS 84), and its coordinates are not; its coordinates fit EPSG:3857" in issue.message
    )
    assert read(tmp_path / "a.gpkg", crs="EPSG:3857").issues[0].severity == "warning"


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
