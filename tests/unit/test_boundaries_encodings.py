"""Shapefiles whose Chinese names are said, not said, or wrongly said to be in an encoding."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

import ecocomp
from ecocomp.issues import Issue
from ecocomp.sources.boundaries import Boundaries, read_boundaries
from ecocomp.sources.encodings import attribute_encoding
from tiny import boundaries, write_study

NAMES = ["任县", "丰南区", "䶮山县", "滦县", "石家庄市", "东城区"]
LDID = 29


def shapefile(folder: Path, encoding: str, cpg: str | None = None, driver: int = 0, column: str = "名称") -> Path:
    """Write a shapefile with Chinese names; ``cpg`` is what its .cpg says, ``driver`` its language driver byte."""
    path = folder / "界.shp"
    boundaries().assign(**{column: NAMES}).to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[LDID] = driver
    path.with_suffix(".dbf").write_bytes(dbf)
    return path


def read(path: Path, known: list[str] | None = None) -> tuple[Boundaries, list[Issue]]:
    found = read_boundaries(path.name, path.parent, "code", known=known or [])
    return found, list(found.issues)


@pytest.mark.parametrize("cpg", ["GBK", "gb2312", "936", "ANSI 936", "CP936", "GB18030", "LDID/77\r\n"])
def test_what_the_cpg_says_of_chinese(tmp_path: Path, cpg: str) -> None:
    found, issues = read(shapefile(tmp_path, "GB18030", cpg))
    assert found.frame["名称"].tolist() == NAMES
    assert (found.encoding, issues) == ("gb18030", [])


def test_the_cpg_comes_before_the_language_driver(tmp_path: Path) -> None:
    found, issues = read(shapefile(tmp_path, "UTF-8", "UTF-8", driver=0x4D))
    assert found.frame["名称"].tolist() == NAMES
    assert (found.encoding, issues) == ("utf-8", [])


@pytest.mark.parametrize(("driver", "encoding"), [(0x4D, "GBK"), (0x7A, "GBK"), (0x4F, "BIG5"), (0x78, "BIG5")])
def test_the_language_driver_byte(tmp_path: Path, driver: int, encoding: str) -> None:
    global_names = ["任縣", "豐南區", "龔縣", "灤縣", "石家莊市", "東城區"]
    names = NAMES if encoding == "GBK" else global_names
    path = tmp_path / "界.shp"
    boundaries().assign(名称=[n.replace("䶮", "龙") for n in names]).rename(columns={"名称": "name"}).to_file(
        path, encoding=encoding
    )
    path.with_suffix(".cpg").unlink()
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[LDID] = driver
    path.with_suffix(".dbf").write_bytes(dbf)
    found, issues = read(path)
    assert found.frame["name"].tolist() == [n.replace("䶮", "龙") for n in names]
    assert issues == []
    assert attribute_encoding(path).said_by == "language driver"


@pytest.mark.parametrize("driver", [0x00, 0x57])  # nothing, and "as this computer", which Windows writes
@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_unsaid_it_is_detected_and_noted(tmp_path: Path, encoding: str, driver: int) -> None:
    found, (issue,) = read(shapefile(tmp_path, encoding, driver=driver))
    assert found.frame["名称"].tolist() == NAMES
    assert (issue.severity, issue.code, issue.value) == ("note", "boundaries-encoding", encoding.lower())
    assert encoding in issue.message
    assert ".cpg" in issue.remedy


def test_no_note_where_nothing_needs_an_encoding(tmp_path: Path) -> None:
    boundaries().to_file(tmp_path / "a.shp")
    (tmp_path / "a.cpg").unlink()
    found, issues = read(tmp_path / "a.shp")
    assert (found.encoding, issues) == (None, [])


def test_a_cpg_that_the_bytes_refute(tmp_path: Path) -> None:
    found, (issue,) = read(shapefile(tmp_path, "GB18030", "UTF-8"))
    assert found.frame["名称"].tolist() == NAMES
    assert (issue.severity, issue.code) == ("warning", "boundaries-encoding")
    assert "states utf-8 and is not; its names are read as GB18030" in issue.message


def test_an_unknown_cpg_says_nothing(tmp_path: Path) -> None:
    found, (issue,) = read(shapefile(tmp_path, "GB18030", "none at all"))
    assert found.frame["名称"].tolist() == NAMES
    assert "does not state its encoding" in issue.message


@pytest.mark.parametrize("cpg", ["ISO-8859-1", "8859_1", "1252", "ANSI 1252"])
def test_names_are_recognised_by_those_of_the_table(tmp_path: Path, cpg: str) -> None:
    # Any bytes are Latin-1, so nothing in the file shows that it is wrong; the table's names do.
    path = shapefile(tmp_path, "GB18030", cpg, column="name")
    assert read(path)[0].frame["name"].tolist() != NAMES
    found, issues = read(path, ["任县", "滦县", "别的县"])
    assert found.frame["name"].tolist() == NAMES
    assert (found.encoding, issues[-1].severity, issues[-1].code) == ("gb18030", "note", "boundaries-encoding")
    assert "is '任县'" in issues[-1].message or "is '滦县'" in issues[-1].message


def test_a_chinese_id_column_is_recognised_too(tmp_path: Path) -> None:
    path = tmp_path / "界.shp"
    boundaries().rename(columns={"code": "代码"}).to_file(path, encoding="GB18030")
    path.with_suffix(".cpg").write_text("8859_1", encoding="ascii")
    found = read_boundaries(path.name, tmp_path, "代码")
    assert found.frame["id"].tolist() == boundaries()["code"].tolist()


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "fgb", "parquet"])
@pytest.mark.parametrize("read_as", ["latin-1", "gb18030"])
def test_names_that_another_program_scrambled(tmp_path: Path, suffix: str, read_as: str) -> None:
    # GBK read as Latin-1, or UTF-8 as GB18030, and saved so: the format says UTF-8 and is right about it.
    written_in = "gb18030" if read_as == "latin-1" else "utf-8"
    names = [
        "任县区",
        "丰南新区",
        "龙山",
        "滦县老城",
        "石家庄市",
        "东城新区",
    ]  # bytes that GB18030 reads without a fault
    kept = [n for n in names if _readable(n.encode(written_in), read_as)]
    frame = boundaries().iloc[: len(kept)].assign(名称=[n.encode(written_in).decode(read_as) for n in kept])
    path = tmp_path / f"a.{suffix}"
    if suffix == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    found, issues = read(path, kept)
    assert set(kept) <= {cell for column in found.frame for cell in found.frame[column] if isinstance(cell, str)}
    assert [i.code for i in issues] == ["boundaries-encoding"]


def _readable(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def test_names_that_are_simply_others_are_left_alone(tmp_path: Path) -> None:
    boundaries().assign(名称=NAMES).to_file(tmp_path / "a.gpkg")
    found, issues = read(tmp_path / "a.gpkg", ["甲县", "乙县"])
    assert found.frame["名称"].tolist() == NAMES
    assert issues == []


def test_names_as_codes_match_through_a_wrong_cpg(tmp_path: Path) -> None:
    # The study's codes are Chinese names, and its shapefile is GBK that says it is Latin-1.
    from tiny import panel

    names = dict(zip(boundaries()["code"], ["甲县", "乙县", "丙县", "丁县", "戊县", "己县"], strict=True))
    study = write_study(tmp_path, table=panel().replace({"代码": names}), replace={"边界.geojson": "界.shp"})
    boundaries().replace({"code": names}).to_file(tmp_path / "界.shp", encoding="GB18030")
    (tmp_path / "界.cpg").write_text("ISO-8859-1", encoding="ascii")
    inputs = ecocomp.load(ecocomp.Study.load(study))
    assert set(inputs.geometry.index) == set(names.values())
    assert inputs.sources["boundaries"]["encoding"] == "gb18030"
    assert "boundaries-encoding" in [i.code for i in inputs.issues]


@pytest.mark.china
def test_a_province_in_gbk_with_and_without_cpg(tmp_path: Path) -> None:
    from ecocomp.sources.boundaries import read_cnmaps

    province = read_cnmaps(["河北省"]).drop(columns="file")
    path = tmp_path / "河北.shp"
    province.to_file(path, encoding="GBK")
    for kept in (True, False):
        if not kept:
            path.with_suffix(".cpg").unlink()
        frame = read_boundaries(path.name, tmp_path, "adcode").frame
        assert isinstance(frame, gpd.GeoDataFrame)
        assert frame["name"].tolist() == province["name"].tolist()
