"""Workbooks of every age and files of statistics programs: the same text from each, with the names that they carry."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from ecocomp.issues import DataError, MissingDependencyError
from ecocomp.sources import statistical
from ecocomp.sources.tables import read_table

ROWS: list[list[str | float]] = [["代码", "名称", "排放"], ["010001", "甲县", 9.5], ["010002", "乙县", 7.0]]
TEXTS = [["010001", "甲县", "9.5"], ["010002", "乙县", "7"]]


def assert_same(path: Path, sheet: str | None = None) -> None:
    table = read_table(path, sheet)
    assert list(table.frame.columns) == ROWS[0]
    assert table.frame.values.tolist() == TEXTS
    assert list(table.frame.index) == [2, 3]
    assert table.typed
    assert table.issues == ()


# --- xls: the smallest workbook of Excel 97, written by hand ----------------------------------------------------------


def record(number: int, content: bytes) -> bytes:
    return struct.pack("<HH", number, len(content)) + content


def biff(rows: list[list[str | float]], sheet: str) -> bytes:
    """Return the stream of a BIFF8 workbook with one sheet: BOF, BOUNDSHEET, EOF; BOF, cells, EOF ([MS-XLS] 2.1.7)."""
    bof = [record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 6)) for kind in (0x0005, 0x0010)]
    name = sheet.encode("utf-16-le")
    start = len(bof[0]) + 4 + 8 + len(name) + 4
    book = bof[0] + record(0x0085, struct.pack("<IBBBB", start, 0, 0, len(sheet), 1) + name) + record(0x000A, b"")
    cells = b""
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, str):
                text = cell.encode("utf-16-le")
                cells += record(0x0204, struct.pack("<HHHHB", r, c, 0, len(cell), 1) + text)
            else:
                cells += record(0x0203, struct.pack("<HHHd", r, c, 0, cell))
    return book + bof[1] + cells + record(0x000A, b"")


def compound_file(stream: bytes, called: str = "Workbook") -> bytes:
    """Return a compound file with one stream ([MS-CFB], sectors of 512 bytes)."""
    stream = stream.ljust(4096, b"\0")  # shorter ones stand in a mini stream
    stream += b"\0" * (-len(stream) % 512)
    count = len(stream) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + count), 0xFFFFFFFE]  # FAT, directory, then the chain of the stream
    fat += [0xFFFFFFFF] * (128 - len(fat))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * (108 * 4)

    def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return (text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
                + b"\0" * 36 + struct.pack("<IQ", first, size))  # fmt: skip

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(called, 2, 0xFFFFFFFF, 2, len(stream))
    return header + struct.pack("<128I", *fat) + directory.ljust(512, b"\0") + stream


def test_xls(tmp_path: Path) -> None:
    path = tmp_path / "面板.xls"
    path.write_bytes(compound_file(biff(ROWS, "面板")))
    assert_same(path)
    assert_same(path, "面板")
    with pytest.raises(DataError, match="has no sheet '市'; known: 面板"):
        read_table(path, "市")


def test_an_xlsx_called_xls_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "面板.xlsx")
    (tmp_path / "面板.xlsx").rename(tmp_path / "面板.xls")
    assert_same(tmp_path / "面板.xls")


def test_ods(tmp_path: Path) -> None:
    spaces = ('xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
              'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
              'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"')  # fmt: skip
    rows = ""
    for row in ROWS:
        cells = [
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            if isinstance(cell, str)
            else f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
            for cell in row
        ]
        rows += f"<table:table-row>{''.join(cells)}</table:table-row>"
    content = (f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
               f'<table:table table:name="面板">{rows}</table:table></office:spreadsheet></office:body>'
               "</office:document-content>")  # fmt: skip
    with zipfile.ZipFile(tmp_path / "面板.ods", "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", content)
        book.writestr("META-INF/manifest.xml", "<manifest/>")
    assert_same(tmp_path / "面板.ods")


def rewritten(path: Path, *changes: tuple[str, str]) -> None:
    """Change the first sheet's XML in a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    xml = parts["xl/worksheets/sheet1.xml"].decode()
    for pattern, replacement in changes:
        xml, found = re.subn(pattern, replacement, xml)
        assert found, pattern
    parts["xl/worksheets/sheet1.xml"] = xml.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


EMPTY = "(<v ?/>|<v></v>)"  # openpyxl writes the one, and with lxml installed the other


@pytest.mark.parametrize("empty", ["<v/>", "<v></v>", ""])
def test_errors_and_formulas_stand_in_their_cells(tmp_path: Path, empty: str) -> None:
    path = tmp_path / "面板.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["代码", "甲", "乙"], ["1", 2, '=B2&"x"'], ["2", "=B2/0", 3], ["3", "#DIV/0!", 4]):
        sheet.append(row)
    book.save(path)
    rewritten(path, (EMPTY, empty))
    assert read_table(path).frame.values.tolist() == [["1", "2", '=B2&"x"'], ["2", "=B2/0", "3"], ["3", "#DIV/0!", "4"]]
    # the same with the values that a spreadsheet stores: a text, an empty text, an error
    rewritten(
        path,
        (rf'<c r="C2">(<f>[^<]*</f>){empty}</c>', r'<c r="C2" t="str">\1<v></v></c>'),
        (rf'<c r="B3">(<f>[^<]*</f>){empty}</c>', r'<c r="B3" t="e">\1<v>#DIV/0!</v></c>'),
    )
    assert read_table(path).frame.values.tolist() == [["1", "2", ""], ["2", "#DIV/0!", "3"], ["3", "#DIV/0!", "4"]]


def test_a_locked_workbook_says_so(tmp_path: Path) -> None:
    # a locked xlsx is a compound file with the stream EncryptedPackage ([MS-OFFCRYPTO] 2.3.4)
    for name in ("面板.xlsx", "面板.xlsm", "面板.xls"):
        (tmp_path / name).write_bytes(compound_file(biff(ROWS, "面板"), "EncryptedPackage"))
        with pytest.raises(DataError, match="is locked with a password → save it without one"):
            read_table(tmp_path / name)


def test_an_xls_called_xlsx_is_read(tmp_path: Path) -> None:
    (tmp_path / "面板.xlsx").write_bytes(compound_file(biff(ROWS, "面板")))
    assert_same(tmp_path / "面板.xlsx")


# --- Stata and SPSS ---------------------------------------------------------------------------------------------------


def labelled() -> pd.DataFrame:
    return pd.DataFrame({"code": ["010001", "010002"], "prov": np.array([11, 12], "int8"), "e": [9.5, np.nan]})


TITLES = {"code": "代码", "e": "碳排放（百万吨）"}
PROVINCES = {11: "北京市", 12: "天津市"}


@pytest.mark.parametrize("kind", ["dta", "sav"])
def test_statistics_files_keep_labels_and_titles(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"面板.{kind}"
    if kind == "dta":
        labelled().to_stata(
            path, write_index=False, version=118, variable_labels=TITLES, value_labels={"prov": PROVINCES}
        )
    else:
        pyreadstat = pytest.importorskip("pyreadstat")
        pyreadstat.write_sav(labelled(), str(path), column_labels=TITLES, variable_value_labels={"prov": PROVINCES})
    table = read_table(path)
    assert list(table.frame.columns) == ["code", "prov", "e", "prov [label]"]
    assert table.frame.values.tolist() == [["010001", "11", "9.5", "北京市"], ["010002", "12", "", "天津市"]]
    assert table.find("代码") == ("code",)
    assert table.find("碳排放(百万吨)") == ("e",)
    assert table.issues == ()


def test_an_old_stata_file_in_gbk(tmp_path: Path) -> None:
    path = tmp_path / "面板.dta"
    as_latin = {code: name.encode("gbk").decode("latin-1") for code, name in PROVINCES.items()}
    frame = labelled().assign(name=["张家口县".encode("gbk").decode("latin-1"), "x"])
    frame.to_stata(path, write_index=False, version=114, value_labels={"prov": as_latin})
    table = read_table(path)
    assert table.frame["name"].tolist() == ["张家口县", "x"]
    assert table.frame["prov [label]"].tolist() == ["北京市", "天津市"]
    assert [(i.severity, i.code) for i in table.issues] == [("note", "table-encoding")]


def test_spss_without_its_package_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistical, "util", type("Util", (), {"find_spec": staticmethod(lambda name: None)}))
    (tmp_path / "面板.sav").write_bytes(b"$FL2")
    with pytest.raises(MissingDependencyError, match=r"ecocomp\[tables\]"):
        read_table(tmp_path / "面板.sav")


@pytest.mark.parametrize("kind", ["dta", "sav", "xls", "xlsb", "ods", "xlsm"])
def test_junk_of_every_kind_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"面板.{kind}"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xd8")
    with pytest.raises(DataError) as refusal:
        read_table(path)
    assert [i.code for i in refusal.value.issues] == ["table-unreadable"]


def test_a_layer_that_is_not_there(tmp_path: Path) -> None:
    import geopandas as gpd
    from shapely.geometry import Point

    frame = gpd.GeoDataFrame({"代码": ["1"]}, geometry=[Point(0, 0)], crs=4326)
    frame.to_file(tmp_path / "面板.gpkg", layer="县")
    frame.to_file(tmp_path / "面板.gpkg", layer="市")
    with pytest.raises(DataError, match="has no layer '省'; known: 县, 市"):
        read_table(tmp_path / "面板.gpkg", "省")
    (note,) = read_table(tmp_path / "面板.gpkg").issues
    assert "there are also: 市" in note.message
