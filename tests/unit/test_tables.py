"""Tables as users have them: every format and encoding gives the same text, every fault its row."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from ecocomp.issues import DataError, Issue
from ecocomp.sources.files import as_text
from ecocomp.sources.tables import read_table
from tiny import boundaries

ROWS = [["代码", "名称", "排放"], ["010001", "甲县", "9.5"], ["010002", "乙县", ""]]
TEXT = "\n".join(",".join(row) for row in ROWS) + "\n"


def issues_of(path: Path, sheet: str | None = None) -> tuple[Issue, ...]:
    with pytest.raises(DataError) as refusal:
        read_table(path, sheet)
    return refusal.value.issues


def assert_rows(frame: pd.DataFrame) -> None:
    assert list(frame.columns) == ROWS[0]
    assert list(frame.index) == [2, 3], "rows count as a spreadsheet does"
    assert frame.values.tolist() == ROWS[1:]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030")],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_csv_in_every_encoding(tmp_path: Path, encoding: str, told: str, ending: str) -> None:
    path = tmp_path / "面板.csv"
    path.write_bytes(TEXT.replace("\n", ending).encode(encoding))
    table = read_table(path)
    assert_rows(table.frame)
    assert table.encoding == told
    assert len(table.sha256) == 64


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_without_its_mark_is_refused_and_not_misread(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "面板.csv"
    path.write_bytes(TEXT.encode(encoding))
    (issue,) = issues_of(path)
    assert issue.code == "table-encoding"
    assert "CSV UTF-8" in issue.remedy


def test_binary_junk_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "图.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xd8")
    assert issues_of(path)[0].code == "table-encoding"
    for ending in (".xlsx", ".parquet", ".gpkg", ".shp"):
        path = tmp_path / f"面板{ending}"
        path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xd8")
        (issue,) = issues_of(path)
        assert issue.code == "table-unreadable"
        assert issue.file == path.name


def test_workbook_numbers_become_the_text_a_person_sees(tmp_path: Path) -> None:
    path = tmp_path / "面板.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["代码", "年份", "排放"])
    sheet.append([110101, 2010, 0.1])
    sheet.append([110101.0, 2010.0, 9])
    sheet.append(["010001", "2010", "9.50"])
    sheet.append([None, None, None])
    sheet.append(["  010002 ", 2015, None])
    sheet.cell(row=900, column=2).number_format = "@"  # formatted and empty
    book.create_sheet("说明").append(["x"])
    book.save(path)
    table = read_table(path)
    assert table.frame.to_dict("index") == {
        2: {"代码": "110101", "年份": "2010", "排放": "0.1"},
        3: {"代码": "110101", "年份": "2010", "排放": "9"},
        4: {"代码": "010001", "年份": "2010", "排放": "9.50"},
        6: {"代码": "010002", "年份": "2015", "排放": ""},  # row 5 is blank and keeps its number
    }
    assert issues_of(path, "说明")[0].code == "table-empty"
    assert issues_of(path, "没有")[0].code == "table-sheet"


def test_parquet_and_its_index(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS[1:], columns=ROWS[0])
    frame.to_parquet(tmp_path / "面板.parquet")
    assert_rows(read_table(tmp_path / "面板.parquet").frame)
    frame.set_index("代码").to_parquet(tmp_path / "索引.parquet")
    assert_rows(read_table(tmp_path / "索引.parquet").frame)
    numbers = pd.DataFrame({"代码": pd.array([110101, None], dtype="Int64"), "值": [0.1, float("nan")]})
    numbers.to_parquet(tmp_path / "数.parquet")
    assert read_table(tmp_path / "数.parquet").frame.to_dict("index") == {2: {"代码": "110101", "值": "0.1"}}


def test_a_layer_of_a_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "面板.gpkg"
    frame = gpd.GeoDataFrame(pd.DataFrame(ROWS[1:], columns=ROWS[0]), geometry=[Point(0, 0), Point(1, 1)], crs=4326)
    frame.to_file(path, layer="县")
    frame.iloc[:1].to_file(path, layer="市")
    assert_rows(read_table(path, "县").frame)
    assert len(read_table(path, "市").frame) == 1


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_shapefile_without_its_cpg_is_no_mojibake(tmp_path: Path, encoding: str) -> None:
    # trap 4 of the architecture page: GDAL reads such names as Latin-1 and never says so
    path = tmp_path / "面板.shp"
    boundaries().assign(名称="张家口县").to_file(path, encoding=encoding)
    assert read_table(path).frame["名称"].iloc[0] == "张家口县"
    path.with_suffix(".cpg").unlink()
    table = read_table(path)
    assert table.frame["名称"].iloc[0] == "张家口县"
    assert table.encoding == encoding
    assert table.frame["code"].iloc[0] == "010001"


def test_files_that_are_not_there_or_hold_nothing(tmp_path: Path) -> None:
    (tmp_path / "空.csv").touch()
    (tmp_path / "空行.csv").write_text("\n\n\n", encoding="utf-8")
    (tmp_path / "头.csv").write_text("代码,年份\n", encoding="utf-8")
    (tmp_path / "头空行.csv").write_text("代码,年份\n,\n\n", encoding="utf-8")
    (tmp_path / "面板.xls").write_text("x", encoding="utf-8")
    (tmp_path / "面板.doc").write_text("x", encoding="utf-8")
    (tmp_path / "面板").write_text("x", encoding="utf-8")
    for name, code, piece in [
        ("没有.csv", "file", "does not exist"),
        (".", "file", "is a folder"),
        ("空.csv", "file", "is empty"),
        ("空行.csv", "table-header", "has no header"),
        ("头.csv", "table-empty", "has a header and no rows"),
        ("头空行.csv", "table-empty", "has a header and no rows"),
        ("面板.xls", "table-unreadable", "holds plain text, not a workbook"),
        ("面板.doc", "table-kind", "cannot read .doc"),
        ("面板", "table-kind", "without an ending"),
    ]:
        (issue,) = issues_of(tmp_path / name)
        assert (issue.severity, issue.code) == ("error", code), name
        assert piece in issue.message, name
        assert issue.remedy


def test_every_ragged_row_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "面板.csv"
    # row 2 is too long; row 3 is blank; row 4 short, which is a row with empty cells; row 6 too long
    path.write_text("代码,值,值,,\n1,2,3,4,5\n\n2,3\n3,1,1,,\n4,1,1,,7\n", encoding="utf-8")
    found = issues_of(path)
    assert [(i.severity, i.code, i.row) for i in found] == [
        ("error", "table-row", 2),
        ("error", "table-row", 6),
        ("note", "table-layout", 3),
    ]
    assert found[0].message == "has 5 cells under 3 headers"


def test_short_rows_blank_rows_and_quoted_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "面板.csv"
    path.write_text('代码,名称,值\n\n1,"甲\n县",2\n , ,\n"2,0","""乙""县"\n', encoding="utf-8")
    frame = read_table(path).frame
    # a cell with a line break is one row of a spreadsheet, so "2,0" stands in row 5
    assert frame.to_dict("index") == {
        3: {"代码": "1", "名称": "甲\n县", "值": "2"},
        5: {"代码": "2,0", "名称": '"乙"县', "值": ""},
    }


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""), (float("nan"), ""), (pd.NA, ""), (pd.NaT, ""), (110101.0, "110101"), (110101, "110101"),
        (0.1, "0.1"), (-0.0, "0"), (1e-7, "1e-07"), (1e300, "1e+300"), (float("inf"), "inf"), (" 010001\t", "010001"),
        ("010001", "010001"), (123456789012345.0, "123456789012345"), (0.1 + 0.2, "0.30000000000000004"),
    ],
)  # fmt: skip
def test_a_cell_as_text(cell: object, text: str) -> None:
    assert as_text(cell) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_loses_nothing_as_text(number: float) -> None:
    assert float(as_text(number)) == number


@pytest.mark.parametrize("first", [["甲县", "保密", "保密", "保密"], ["甲县", "约9", "<0.1", "约900"]])
def test_a_first_row_of_words_or_marked_numbers_is_a_row_and_no_header(tmp_path: Path, first: list[str]) -> None:
    rows = [["名称", "C2010", "C2015", "GDP"], first, *([f"{n}县", "1.5", "2.5", "90"] for n in "乙丙丁戊")]
    path = tmp_path / "宽表.csv"
    path.write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    frame = read_table(path).frame
    assert frame.index.tolist() == [2, 3, 4, 5, 6]
    assert frame.iloc[0].tolist() == first


WANTED = ("名称", "C{year}", "GDP")
WIDE = [["名称", "C2010", "C2015", "GDP"], ["乙县", "1.5", "2.5", "90"], ["丙县", "1.5", "2.5", "90"]]


@pytest.mark.parametrize(
    "second",
    [
        ["甲县", "保密", "缺报", "约 9 万"], ["甲县", "保密", "", ""], ["甲县", "9 左右", "不足1", "见注2"],
        ["甲县", "withheld", "x1", "x2"],
    ],
)  # fmt: skip
def test_below_all_names_that_are_asked_for_words_are_a_row(tmp_path: Path, second: list[str]) -> None:
    path = tmp_path / "宽表.csv"
    path.write_text("\n".join(map(",".join, [WIDE[0], second, *WIDE[1:]])), encoding="utf-8")
    assert read_table(path, wanted=WANTED).frame.index.tolist() == [2, 3, 4]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["名称", "排放2010", "排放2015", "产值"], ["Name", "Emissions 2010", "Emissions 2015", "GDP"]),
        (["Name", "C2010", "C2015", "GDP"], ["名称", "2010排放", "2015排放", "产值"]),
        (["名称", "排放2010", "排放2015", "产值"], ["", "万吨", "万吨", "亿元"]),
        (["Name", "C2010", "C2015", "GDP"], ["", "Mt CO2", "Mt CO2", "1e8 CNY"]),
        (["Name", "C2010", "C2015", "C2020"], ["", "(万吨)", "(万吨)", "(万吨)"]),
    ],
)
def test_a_second_line_of_another_language_or_of_units_is_header_and_is_quoted(
    tmp_path: Path, first: list[str], second: list[str]
) -> None:
    path = tmp_path / "双语.csv"
    path.write_text("\n".join(map(",".join, [first, second, *WIDE[1:]])), encoding="utf-8")
    table = read_table(path, wanted=first)
    assert table.frame.index.tolist() == [3, 4]
    (note,) = table.issues
    assert note.message == f"the header is taken from rows 1, 2 (row 2: {' | '.join(filter(None, second))})"
