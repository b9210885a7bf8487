"""Whatever bytes a table has, the reader gives a frame of texts with issues, or refuses them with issues; soon."""

from __future__ import annotations

import io
import time
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ecocomp.issues import DataError
from ecocomp.sources.cleaning import clean_codes, clean_labels, clean_numbers, clean_years, decimal_mark
from ecocomp.sources.tables import read_table

SECONDS = 5.0
"""Far above what a reading of these sizes takes, so that a busy machine does not fail; a reader that hangs does."""

fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
CSV = '代码,名称,年份,排放\n010001,甲县,2010,"1,234.5"\n010002,"乙\n县",2010,—\n注：来源\n'.encode()
TEXTS = st.text("代码,\"\n\r\t;|'1234567890.年é\0\u200b　，—（）=%-+eE{}[]", max_size=120)
WANTED = ("代码", "年份", "C{year}")


def read(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    start = time.perf_counter()
    try:
        table = read_table(path, wanted=WANTED)
    except DataError as refusal:
        assert any(i.severity == "error" for i in refusal.issues)
        assert all(i.file == path.name and i.remedy for i in refusal.issues)
    else:
        frame = table.frame
        assert len(frame)
        assert frame.index.is_monotonic_increasing
        assert frame.index.is_unique
        assert frame.columns.is_unique
        assert frame.map(lambda cell: isinstance(cell, str)).all(axis=None)
        assert not any(i.severity == "error" for i in table.issues)
        assert all(set(columns) <= set(frame.columns) for columns in table.names.values())
        for column in frame:
            clean_codes(frame[column])
            clean_years(frame[column])
            clean_labels(frame[column])
            clean_numbers(frame[column], decimal_mark([frame[column]], None, table.typed))
    assert time.perf_counter() - start < SECONDS


@fuzz
@given(st.binary(min_size=1, max_size=200))
def test_random_bytes(tmp_path: Path, content: bytes) -> None:
    read(tmp_path / "面板.csv", content)


@fuzz
@given(TEXTS, st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
@example(text='"', encoding="utf-8")
@example(text="\n\n,,,\n", encoding="utf-8")
@example(text="\x01\r\r;\x01", encoding="utf-8")
def test_random_text(tmp_path: Path, text: str, encoding: str) -> None:
    read(tmp_path / "面板.csv", text.encode(encoding, "ignore") or b"x")


@st.composite
def mutations(draw: st.DrawFn, content: bytes) -> bytes:
    """Return bytes with a few of them changed, cut out or doubled."""
    mutant = bytearray(content)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(0, len(mutant) - 1)))
        kind = draw(st.sampled_from(["set", "cut", "double"]))
        length = draw(st.integers(1, 12))
        if kind == "set":
            mutant[place : place + 1] = bytes([draw(st.integers(0, 255))])
        elif kind == "cut":
            del mutant[place : place + length]
        else:
            mutant[place:place] = mutant[place : place + length]
    return bytes(mutant) or b"x"


@cache
def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["标题"],
        ["代码", "名称", "年份", "排放"],
        ["010001", "甲县", 2010, 1.5],
        ["010002", "乙县", 2010, "=D3*2"],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:D1")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def repacked(name: str, content: bytes) -> bytes:
    """Return the workbook with one of its parts replaced, so that the archive itself is sound."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as book, zipfile.ZipFile(target, "w") as copy:
        for part in book.namelist():
            copy.writestr(part, content if part == name else book.read(part))
    return target.getvalue()


@fuzz
@given(mutations(CSV))
def test_a_csv_with_changed_bytes(tmp_path: Path, content: bytes) -> None:
    read(tmp_path / "面板.csv", content)


@fuzz
@given(st.data())
def test_a_workbook_with_changed_bytes(tmp_path: Path, data: st.DataObject) -> None:
    read(tmp_path / "面板.xlsx", data.draw(mutations(workbook())))


@fuzz
@given(st.data())
def test_a_workbook_with_a_changed_sheet(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"]))
    with zipfile.ZipFile(io.BytesIO(workbook())) as book:
        content = book.read(name)
    read(tmp_path / "面板.xlsx", repacked(name, data.draw(mutations(content))))
