"""A corpus of bad and ugly tables and studies: each says what is wrong or what was cleaned, and no value is lost.

A case writes its files, states every issue beyond what the clean study has, and whether the panel that comes of it is
that of the clean study to the last digit. None may end in a traceback, a silent zero or a lost row.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner

import ecocomp
from ecocomp.cli import main
from ecocomp.sources.layout import letter
from tiny import CODES, panel, write_study

Writer = Callable[[Path], Path]
Expected = tuple[str, str, str]
"""Severity, code, and a piece of the whole sentence."""


class Case(NamedTuple):
    """How to write the study, the issues it gives, and whether its panel is that of the clean study."""

    write: Writer
    expected: list[Expected]
    same: bool


CASES: dict[str, Case] = {}
HEADER = list(panel().columns)
CELLS = [[str(cell) for cell in row] for row in panel().astype(object).values.tolist()]


def case(name: str, *expected: Expected, same: bool = False) -> Callable[[Writer], Writer]:
    def add(write: Writer) -> Writer:
        assert name not in CASES
        CASES[name] = Case(write, list(expected), same)
        return write

    return add


def lines(delimiter: str = ",", header: list[str] | None = None, cells: list[list[str]] | None = None) -> str:
    rows = [header or HEADER, *(CELLS if cells is None else cells)]
    return "".join(delimiter.join(row) + "\n" for row in rows)


def with_cell(row: int, column: str, text: str) -> list[list[str]]:
    """Return the cells with one replaced; ``row`` as a spreadsheet counts it."""
    cells = [list(line) for line in CELLS]
    cells[row - 2][HEADER.index(column)] = text
    return cells


def with_column(column: str, change: Callable[[str], str]) -> list[list[str]]:
    i = HEADER.index(column)
    return [[*row[:i], change(row[i]), *row[i + 1 :]] for row in CELLS]


def csv(folder: Path, content: str | bytes, *, replace: dict[str, str] | None = None) -> Path:
    study = write_study(folder, replace=replace)
    (folder / "面板.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return study


def workbook(
    folder: Path, rows: list[list[Any]], *, sheet: str = "面板", replace: dict[str, str] | None = None,
    change: Callable[[openpyxl.Workbook], None] | None = None,
) -> Path:  # fmt: skip
    study = write_study(folder, replace={"面板.csv": "面板.xlsx", **(replace or {})})
    book = openpyxl.Workbook()
    active = book.active
    assert active is not None
    active.title = sheet
    for row in rows:
        active.append(row)
    if change:
        change(book)
    book.save(folder / "面板.xlsx")
    return study


def grid() -> list[list[Any]]:
    return [list(HEADER), *panel().astype(object).values.tolist()]


def wide() -> pd.DataFrame:
    """Return emissions with a column a year."""
    table = panel().pivot(index="代码", columns="年份", values="排放")
    table.columns = [f"C{year}" for year in table.columns]
    return table.reset_index()


FROM_WIDE = {'column = "排放", unit': 'table = "排放表", column = "C{year}", unit',
             "[quantities]": '[tables."排放表"]\ntable = "排放.csv"\nid = "代码"\n\n[quantities]'}  # fmt: skip


def joined(folder: Path, further: pd.DataFrame, replace: dict[str, str] | None = None, **study: Any) -> Path:
    path = write_study(folder, replace={**FROM_WIDE, **(replace or {})}, **study)
    further.to_csv(folder / "排放.csv", index=False, encoding="utf-8")
    return path


# --- encodings and delimiters -----------------------------------------------------------------------------------------


@case("GB18030", ("note", "table-encoding", "GB18030"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines().encode("gb18030"))


@case("Unicode text of Excel", ("note", "table-encoding", "UTF-16"), ("note", "table-delimiter", "a tab"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines("\t").encode("utf-16"))


@case("UTF-16 without its mark", ("error", "table-encoding", "CSV UTF-8"))
def _(folder: Path) -> Path:
    return csv(folder, lines().encode("utf-16-le"))


@case("Big5", ("warning", "table-encoding", "may be in another encoding"), ("error", "missing-column", "排放"),
      ("error", "missing-column", "代碼"), ("error", "missing-column", "年份"), ("error", "missing-column", "吸收"),
      ("error", "missing-column", "人口"), ("error", "missing-column", "省"),
      ("error", "missing-column", "名稱"), ("error", "missing-column", "面積"))  # fmt: skip
def _(folder: Path) -> Path:
    names = {"代码": "代碼", "名称": "名稱", "面积": "面積"}
    header = [names.get(h, h) for h in HEADER] + ["縣級碳排放總量與國內生產總值", "備註說明資料來源"]
    cells = [[*row, "", "經濟統計年鑑"] for row in CELLS]
    return csv(folder, lines(header=header, cells=cells).replace("县", "縣").encode("big5"), replace=names)


@case("bytes of a picture", ("error", "table-encoding", "neither UTF-8"))
def _(folder: Path) -> Path:
    return csv(folder, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xd8")


@case("semicolons", ("note", "table-delimiter", "a semicolon"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines(";"))


@case("bars", ("note", "table-delimiter", "a bar"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines("|"))


@case("Excel's hint of the separator", ("note", "table-delimiter", "a semicolon"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, "sep=;\r\n" + lines(";"))


@case("old Macintosh line ends", same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines().replace("\n", "\r"))


@case("characters without width", ("note", "table-invisible", "2 characters"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines().replace("010001", "\u200b010001"))


@case("a quote that never closes", ("error", "table-quote", "row 3"))
def _(folder: Path) -> Path:
    return csv(folder, lines().replace("县2,", '"县2,', 1))


@case("a quote that closes rows later", ("warning", "table-quote", "row 3: has a cell of 3 lines with separators"),
      ("note", "label-changes", "县2"), ("error", "label-changes", "甲省"), ("warning", "missing-row", "010003"),
      ("warning", "missing-row", "020001"))  # fmt: skip
def _(folder: Path) -> Path:
    return csv(folder, lines().replace("县2,", '"县2,', 1).replace(",县4,", ',县4",', 1))


@case("a row with a cell too many", ("error", "table-row", "row 4: has 10 cells under 9 headers"))
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=[*CELLS[:2], [*CELLS[2], "7"], *CELLS[3:]]))


@case("a row cut short", ("warning", "missing-value", "row 4"))
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=[*CELLS[:2], CELLS[2][:-1], *CELLS[3:]]))


@case("nothing but a header", ("error", "table-empty", "no rows"))
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=[]))


@case("nothing", ("error", "file", "is empty"))
def _(folder: Path) -> Path:
    return csv(folder, b"")


@case("blank lines alone", ("error", "table-header", "no header"))
def _(folder: Path) -> Path:
    return csv(folder, "\n\n,,,\n")


# --- headers ----------------------------------------------------------------------------------------------------------


@case(
    "titles above the header",
    ("note", "table-layout", "row 4; left out above it: 各县碳排放 / 单位：百万吨"),
    same=True,
)
def _(folder: Path) -> Path:
    return csv(folder, "各县碳排放\n,,,,,,,单位：百万吨\n\n" + lines())


@case("a header in two languages", ("note", "table-layout", "rows 1, 2"), same=True)
def _(folder: Path) -> Path:
    english = "Code,Name,Province,Year,Emissions,Uptake,Gross product,Persons,Land\n"
    head, body = lines().split("\n", 1)
    replace = {'"代码"': '"Code"', '"排放"': '"Emissions"', '"面积"': '"面积 Land"'}
    return csv(folder, f"{head}\n{english}{body}", replace=replace)


@case("a row of units below the header", ("note", "table-layout", "rows 1, 2"), same=True)
def _(folder: Path) -> Path:
    head, body = lines().split("\n", 1)
    return csv(folder, f"{head}\n,,,,百万吨,百万吨,亿元,万人,平方公里\n{body}")


@case("declared header rows", ("note", "table-layout", "rows 2, 3"), same=True)
def _(folder: Path) -> Path:
    head, body = lines().split("\n", 1)
    replace = {'id = "代码"': 'id = "代码"\nheader_rows = [2, 3]'}
    return csv(folder, f"碳排放,2010,2015,,,,,,\n{head}\nC,N,P,Y,E,S,G,P,A\n{body}", replace=replace)


@case("header rows beyond the table", ("error", "table-header", "has 13 rows and none of number 40"))
def _(folder: Path) -> Path:
    return csv(folder, lines(), replace={'id = "代码"': 'id = "代码"\nheader_rows = [40]'})


@case("no header at all", *(("error", "missing-column", f"has no column '{name}'") for name in HEADER))
def _(folder: Path) -> Path:
    return csv(folder, lines().split("\n", 1)[1])


@case("a repeated name that the study needs", ("error", "repeated-column", "2 columns go by the name '排放'"))
def _(folder: Path) -> Path:
    return csv(folder, lines(header=["排放" if h == "吸收" else h for h in HEADER], cells=CELLS),
               replace={'column = "吸收"': 'column = "排放 [F]"'})  # fmt: skip


@case("a repeated name told apart by its letter", same=True)
def _(folder: Path) -> Path:
    replace = {'column = "排放"': 'column = "排放 [E]"', 'column = "吸收"': 'column = "排放 [F]"'}
    return csv(folder, lines(header=["排放" if h == "吸收" else h for h in HEADER]), replace=replace)


@case("a repeated name that nobody needs", same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines(header=[*HEADER, "备注", "备注"], cells=[[*row, "a", "b"] for row in CELLS]))


@case("blanks and full-width brackets in names", same=True)
def _(folder: Path) -> Path:
    names = {"排放": "排 放（Mt）", "GDP": "Ｇ Ｄ Ｐ"}
    return csv(folder, lines(header=[names.get(h, h) for h in HEADER]), replace={'"排放"': '"排放(Mt)"'})


@case("a column that is not there", ("error", "missing-column", "did you mean '碳排放'?"))
def _(folder: Path) -> Path:
    return csv(folder, lines(header=["碳排放" if h == "排放" else h for h in HEADER]))


@case(
    "the header printed again on each page", ("note", "table-layout", "row 8: the row is the header again"), same=True
)
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=[*CELLS[:6], HEADER, *CELLS[6:]]))


# --- rows that do not belong ------------------------------------------------------------------------------------------


@case("footnotes", ("note", "table-footnote", "注：面积为陆地面积"), ("note", "table-footnote", "数据来源"),
      ("note", "table-layout", "row 14: the row is empty"), same=True)  # fmt: skip
def _(folder: Path) -> Path:
    return csv(folder, lines() + ",,,,,,,,\n注：面积为陆地面积\n数据来源：统计年鉴,,,,,,,,\n")


@case("an English footnote over two lines", ("note", "table-footnote", "Note: divisions"),
      ("note", "table-footnote", "and of 2015"), same=True)  # fmt: skip
def _(folder: Path) -> Path:
    return csv(folder, lines() + "Note: divisions of 2010\nand of 2015\n")


@case("a last row with a code alone is no footnote", *[("warning", "missing-value", "row 13")] * 5,
      ("error", "bad-year", "row 14"))  # fmt: skip
def _(folder: Path) -> Path:
    cells = with_cell(13, "排放", "")
    cells[-1][4:] = [""] * 5
    return csv(folder, lines(cells=cells) + "020004,,,,,,,,\n")


@case("empty rows between", ("note", "table-layout", "2 rows are empty"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=[*CELLS[:3], [""] * 9, [""] * 9, *CELLS[3:]]))


@case("a heading among the rows", ("error", "empty-code", "row 5"), ("error", "bad-year", "row 5"))
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=[*CELLS[:3], ["", "乙省各县", *[""] * 7], *CELLS[3:]]))


@case("a row of totals", ("error", "not-on-map", "000000"))
def _(folder: Path) -> Path:
    totals = [["000000", "合计", "甲省", year, "24.5", "16", "800", "285", "13000"] for year in ("2010", "2015")]
    return csv(folder, lines(cells=[*CELLS, *totals]))


# --- codes, years, names ----------------------------------------------------------------------------------------------


@case("codes with a decimal point", ("note", "cleaned", "12 codes had a decimal point"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_column("代码", lambda code: f"{code}.0")))


@case("codes as a spreadsheet quotes them", ("note", "cleaned", "quotes of a spreadsheet"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_column("代码", lambda code: f"'{code}")))


@case("full-width codes", ("note", "cleaned", "full-width digits"), same=True)
def _(folder: Path) -> Path:
    wide_digits = str.maketrans("0123456789", "０１２３４５６７８９")
    return csv(folder, lines(cells=with_column("代码", lambda code: code.translate(wide_digits))))


@case("lost leading zeros", ("error", "no-overlap", "10001"))
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_column("代码", lambda code: code.lstrip("0"))))


@case("one code that lost a digit", ("warning", "short-code", "has 5 digits where the others have 6"),
      ("warning", "missing-row", "unit 10003"), ("warning", "missing-row", "unit 010003"),
      ("error", "not-on-map", "unit 10003"))  # fmt: skip
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_cell(4, "代码", "10003")))


@case("a code in scientific notation", ("error", "bad-code", "scientific notation"),
      ("warning", "missing-row", "010001"), ("warning", "missing-row", "1.0001E+04"),
      ("error", "not-on-map", "1.0001E+04"))  # fmt: skip
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_cell(2, "代码", "1.0001E+04")))


@case("a marked code alone", ("warning", "marked-code", "is read as the code 010001 with a mark"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_column("代码", lambda code: "010001（2）" if code == "010001" else code)))


@case("a marked code beside its code", ("warning", "marked-code", "beside 010001 in row 2: kept apart"),
      *[("warning", "missing-row", "010001")] * 2, ("error", "not-on-map", "010001（2）"))  # fmt: skip
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_cell(8, "代码", "010001（2）")))


@case("the same code twice once it is clean", ("note", "cleaned", "decimal point"),
      ("error", "duplicate", "first in row 2"))  # fmt: skip
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=[*CELLS, ["010001.0", *CELLS[0][1:]]]))


@case("a row without a code", ("error", "empty-code", "row 3"), ("warning", "missing-row", "010002"))
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_cell(3, "代码", "")))


@case("years with 年", ("note", "cleaned", "12 years had 年"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_column("年份", lambda year: f"{year}年")))


@case("full-width years", ("note", "cleaned", "full-width digits"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_column("年份", lambda year: year.replace("2", "２"))))


@case("years in words", *[("error", "bad-year", "is not a year")] * 12)
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_column("年份", lambda year: "二〇一〇")))


@case("years as dates", *[("error", "bad-year", "stored as a date")] * 12)
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_column("年份", lambda year: f"{year}-12-31")))


@case("names with blanks inside", ("note", "cleaned", "12 names had blanks inside"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_column("省", lambda name: f"{name[0]}　{name[1]}")))


@case("two rows of one unit and year", ("error", "duplicate", "first in row 2"))
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=[*CELLS, CELLS[0]]))


# --- numbers ----------------------------------------------------------------------------------------------------------


@case("thousands marks", ("note", "cleaned", "values had thousands marks"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_column("面积", lambda n: f'"{float(n):,.1f}"')))


@case("full-width thousands marks and digits", ("note", "cleaned", "thousands marks"),
      ("note", "cleaned", "full-width or typographic"), same=True)  # fmt: skip
def _(folder: Path) -> Path:
    wide_digits = str.maketrans("0123456789,.", "０１２３４５６７８９，．")
    return csv(folder, lines(cells=with_column("面积", lambda n: f"{float(n):,.1f}".translate(wide_digits))))


@case("blanks as thousands marks", ("note", "cleaned", "thousands marks"), same=True)
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_column("面积", lambda n: f"{float(n):,.1f}".replace(",", "\u202f"))))


@case("decimal commas", ("note", "table-delimiter", "a semicolon"), *[("note", "cleaned", "a decimal comma")] * 5,
      same=True)  # fmt: skip
def _(folder: Path) -> Path:
    cells = [[*row[:4], *(n.replace(".", ",") for n in row[4:])] for row in CELLS]
    return csv(folder, lines(";", cells=cells))


@case("German numbers", ("note", "table-delimiter", "a semicolon"), *[("note", "cleaned", "a decimal comma")] * 5,
      ("note", "cleaned", "thousands marks"), same=True)  # fmt: skip
def _(folder: Path) -> Path:
    german = str.maketrans(",.", ".,")
    cells = [[*row[:4], *(f"{float(n):,.1f}".translate(german) for n in row[4:])] for row in CELLS]
    return csv(folder, lines(";", cells=cells))


WHOLE = [[*row[:4], *(str(int(float(n) * 2)) for n in row[4:8]), f'"{int(float(row[8])):,}"'] for row in CELLS]


@case("numbers that can be two", ("error", "decimal-mark", "12 values of area"))
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=WHOLE))


@case("numbers that can be two, declared", ("note", "cleaned", "12 values had thousands marks"))
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=WHOLE), replace={'id = "代码"': 'id = "代码"\ndecimal = "."'})


@case("a decimal comma among decimal points", ("error", "not-a-number", "'1,5'"))
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_cell(9, "排放", '"1,5"')))


@case("a minus sign of typographers", ("note", "cleaned", "typographic"), ("warning", "out-of-range", "sequestration"))
def _(folder: Path) -> Path:
    return csv(folder, lines(cells=with_cell(9, "吸收", "−2")))


@pytest.mark.parametrize("word", ["", "—", "……", "N/A", "na", "－", "...", "缺", "暂无数据", "ＮＡ", ".", "无"])
def test_every_spelling_of_missing_is_missing_and_told(tmp_path: Path, word: str) -> None:
    study = csv(tmp_path, lines(cells=with_cell(9, "排放", word)))
    (issue,) = ecocomp.check(ecocomp.Study.load(study))
    assert (issue.severity, issue.code, issue.row, issue.unit, issue.year) == (
        "warning", "missing-value", 9, "010002", 2015)  # fmt: skip
    values = ecocomp.load(ecocomp.Study.load(study)).panel["emissions"]
    assert int(values.isnull().sum()) == 1
    assert not bool((values == 0).any())


for _word in (
    "九",
    "约9",
    "9 Mt",
    "9*",
    "(9)",
    "9%",
    "1e400",
    "0x10",
    "1_000",
    "#DIV/0!",
    "9..5",
    "1,2,3",
    "inf",
    "9；5",
):

    def _write(folder: Path, word: str = _word) -> Path:
        return csv(folder, lines(cells=with_cell(9, "排放", f'"{word}"')))

    _told = f"unit 010002, year 2015: emissions is not a number (value: {_word!r})"
    case(f"no number: {_word}", ("error", "not-a-number", _told))(_write)


# --- workbooks --------------------------------------------------------------------------------------------------------


@case("a workbook", same=True)
def _(folder: Path) -> Path:
    return workbook(folder, grid())


@case("a table that starts at C4", ("note", "table-layout", "row 4"), same=True)
def _(folder: Path) -> Path:
    return workbook(folder, [["表1 各县"], [], [], *([None, None, *row] for row in grid())])


def _title_over_all(book: openpyxl.Workbook) -> None:
    book.active.merge_cells("A1:I1")  # type: ignore[union-attr]


@case("a merged title", ("note", "table-layout", "left out above it: 各县碳排放"), same=True)
def _(folder: Path) -> Path:
    return workbook(folder, [["各县碳排放"], *grid()], change=_title_over_all)


def _merge_head(book: openpyxl.Workbook) -> None:
    for i in range(9):
        if letter(i) not in "EF":
            book.active.merge_cells(f"{letter(i)}1:{letter(i)}2")  # type: ignore[union-attr]
    book.active.merge_cells("E1:F1")  # type: ignore[union-attr]


@case("a header of merged cells", ("note", "table-layout", "rows 1, 2"), same=True)
def _(folder: Path) -> Path:
    top = [{"排放": "碳", "吸收": None}.get(h, h) for h in HEADER]
    below = [h if h in ("排放", "吸收") else None for h in HEADER]
    replace = {'column = "排放"': 'column = "碳 排放"'}
    return workbook(folder, [top, below, *grid()[1:]], change=_merge_head, replace=replace)


def _merge_province(book: openpyxl.Workbook) -> None:
    for first, last in ((2, 4), (5, 7), (8, 10), (11, 13)):
        book.active.merge_cells(f"C{first}:C{last}")  # type: ignore[union-attr]


@case("merged names of provinces", ("note", "table-layout", "merged cells are filled into 8 rows"), same=True)
def _(folder: Path) -> Path:
    return workbook(folder, grid(), change=_merge_province)


def _merge_values(book: openpyxl.Workbook) -> None:
    book.active.merge_cells("E2:E4")  # type: ignore[union-attr]


@case("a value merged over rows", ("error", "merged-value", "rows 2 to 4"), *[("warning", "missing-value", "排放")] * 2)
def _(folder: Path) -> Path:
    return workbook(folder, grid(), change=_merge_values)


@case("formulas without stored values",
      *[("error", "formula-without-value", f"the file does not store (value: '=B{r}*2')") for r in (2, 3)])  # fmt: skip
def _(folder: Path) -> Path:
    rows = grid()
    rows[1][4], rows[2][4] = "=B2*2", "=B3*2"
    return workbook(folder, rows)


@case("codes by formulas", ("error", "formula-without-value", "column 代码"), ("error", "not-on-map", "=A2"),
      ("warning", "missing-row", "010001"), ("warning", "missing-row", "=A2"))  # fmt: skip
def _(folder: Path) -> Path:
    rows = grid()
    rows[7][0] = "=A2"
    return workbook(folder, rows)


def _another_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("说明").append(["x"])


@case(
    "a workbook of two sheets", ("note", "table-layout", "first sheet '面板' is read; there are also: 说明"), same=True
)
def _(folder: Path) -> Path:
    return workbook(folder, grid(), change=_another_sheet)


@case("a sheet that is not there", ("error", "table-sheet", "has no sheet '面版'"))
def _(folder: Path) -> Path:
    return workbook(folder, grid(), change=_another_sheet, replace={'id = "代码"': 'id = "代码"\nsheet = "面版"'})


def _hide_first(book: openpyxl.Workbook) -> None:
    copy = book.copy_worksheet(book.active)
    copy.title = "数据"
    book["面板"].delete_rows(1, 99)
    book["面板"].sheet_state = "hidden"
    book.active = 1


@case("a hidden first sheet", same=True)
def _(folder: Path) -> Path:
    return workbook(folder, grid(), change=_hide_first)


def _dates(book: openpyxl.Workbook) -> None:
    for row in range(2, 14):
        book.active.cell(row=row, column=4).number_format = "yyyy-mm-dd"  # type: ignore[union-attr]


@case("years formatted as dates", *[("error", "bad-year", "stored as a date")] * 12)
def _(folder: Path) -> Path:
    return workbook(folder, grid(), change=_dates)


@case("codes as numbers in a workbook", ("error", "no-overlap", "10001"))
def _(folder: Path) -> Path:
    return workbook(folder, [grid()[0], *([int(row[0]), *row[1:]] for row in grid()[1:])])


@case("a web page called a workbook", ("error", "table-unreadable", "holds a web page, not a workbook"))
def _(folder: Path) -> Path:
    study = write_study(folder, replace={"面板.csv": "面板.xls"})
    (folder / "面板.xls").write_text("<html><table><tr><td>代码</td></tr></table></html>", encoding="utf-8")
    return study


@case("text called a workbook", ("error", "table-unreadable", "holds plain text, not a workbook"))
def _(folder: Path) -> Path:
    study = write_study(folder, replace={"面板.csv": "面板.xls"})
    (folder / "面板.xls").write_text(lines("\t"), encoding="utf-8")
    return study


@case("half a workbook", ("error", "table-unreadable", "open it and save it again"))
def _(folder: Path) -> Path:
    study = workbook(folder, grid())
    content = (folder / "面板.xlsx").read_bytes()
    (folder / "面板.xlsx").write_bytes(content[: len(content) // 2])
    return study


@case("a kind of file that is not read", ("error", "table-kind", "cannot read .et"))
def _(folder: Path) -> Path:
    study = write_study(folder, replace={"面板.csv": "面板.et"})
    (folder / "面板.et").write_bytes(b"\xd0\xcf\x11\xe0")
    return study


# --- wide tables and several tables -----------------------------------------------------------------------------------


@case("a column a year in a further table", same=True)
def _(folder: Path) -> Path:
    return joined(folder, wide())


@case("no column like it", ("error", "missing-column", "has no column like 'C{year}' with a year"))
def _(folder: Path) -> Path:
    return joined(folder, wide().rename(columns=lambda c: c.replace("C", "E")))


@case("a year without its column", ("error", "year-without-data", "year 2015: no unit has a value of emissions"))
def _(folder: Path) -> Path:
    return joined(folder, wide().drop(columns="C2015"))


@case("a further table with a stranger",
      ("warning", "not-in-units", "one code has no row in 面板.csv and is left out: 990001"), same=True)  # fmt: skip
def _(folder: Path) -> Path:
    return joined(folder, pd.concat([wide(), pd.DataFrame({"代码": ["990001"], "C2010": [1.0], "C2015": [1.0]})]))


@case(
    "a further table that lacks a unit", ("warning", "missing-row", "排放.csv, unit 020002: has no row in this table")
)
def _(folder: Path) -> Path:
    return joined(folder, wide().query("代码 != '020002'"))


@case("a further table with a unit twice", ("error", "duplicate", "first in row 2"))
def _(folder: Path) -> Path:
    return joined(folder, pd.concat([wide(), wide().iloc[[0]]]))


@case("a further table by year", same=True)
def _(folder: Path) -> Path:
    table = panel()[["年份", "代码", "排放"]].rename(columns={"年份": "年", "代码": "县码", "排放": "E"})
    quantities = FROM_WIDE["[quantities]"].replace('id = "代码"', 'id = "县码"\nyear = "年"')
    emissions = 'table = "排放表", column = "E", unit'
    return joined(folder, table, {"[quantities]": quantities, 'column = "排放", unit': emissions})


@case("a file of a further table that is not there", ("error", "file", "排放.csv does not exist"))
def _(folder: Path) -> Path:
    study = joined(folder, wide())
    (folder / "排放.csv").unlink()
    return study


@case("every fault of two tables at once", ("error", "not-a-number", "面板.csv, column GDP, row 2"),
      ("error", "not-a-number", "面板.csv, column GDP, row 10"),
      ("error", "not-a-number", "排放.csv, column C2010, row 3"))  # fmt: skip
def _(folder: Path) -> Path:
    return joined(folder, wide().astype(object).replace({"C2010": {6.0: "六"}}),
                  table=panel().astype(object).replace({"GDP": {300.0: "三百"}}))  # fmt: skip


def wide_study(folder: Path, years: str = "") -> Path:
    """Write a study whose only table has a column a year for emissions, and the others the same in all years."""
    table = panel((2010,)).drop(columns=["年份", "排放"]).merge(wide(), on="代码")
    replace = {'year = "年份"\n': "", 'column = "排放"': 'column = "C{year}"', "seed = 1": f"seed = 1\n{years}"}
    return write_study(folder, table=table, replace=replace)


@case("one table with a column a year")
def _(folder: Path) -> Path:
    return wide_study(folder)


@case("two columns of one year", ("error", "repeated-column", "2 columns hold 2015 of 'C{year}'"))
def _(folder: Path) -> Path:
    study = wide_study(folder)
    table = folder / "面板.csv"
    frame = pd.read_csv(table, dtype=str, encoding="utf-8-sig")
    frame.assign(**{"C 2015": frame["C2015"]}).to_csv(table, index=False, encoding="utf-8-sig")
    return study


@case("a larger unit called NA", *[("error", "empty-label", "unit 010001")] * 2)
def _(folder: Path) -> Path:
    table = panel()
    table.loc[table["代码"] == "010001", "省"] = "N/A"
    return write_study(folder, table=table)


@case("a year as a single number")
def _(folder: Path) -> Path:
    return wide_study(folder, "years = 2015")


@case("nothing tells the years", ("error", "years-unknown", "state [study] years"))
def _(folder: Path) -> Path:
    return write_study(folder, table=panel((2010,)).drop(columns="年份"), replace={'year = "年份"\n': ""})


@case("units without a column of years, the years stated")
def _(folder: Path) -> Path:
    replace = {'year = "年份"\n': "", "seed = 1": "seed = 1\nyears = [2010]"}
    return write_study(folder, table=panel((2010,)).drop(columns="年份"), replace=replace)


@case("a workbook as further table without its names", ("error", "missing-column", "which [tables.排放表.name] names"))
def _(folder: Path) -> Path:
    tables = '[tables."排放表"]\ntable = "排放.xlsx"\nid = "代码"\nname = "县名"\n\n[quantities]'
    study = joined(folder, wide(), {"[quantities]": tables})
    wide().to_excel(folder / "排放.xlsx", index=False)
    return study


# --- every case -------------------------------------------------------------------------------------------------------


def test_the_corpus_is_large() -> None:
    assert len(CASES) >= 60


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    return ecocomp.load(ecocomp.Study.load(write_study(tmp_path_factory.mktemp("试验")))).panel


@pytest.mark.parametrize("name", list(CASES))
def test_each_case(tmp_path: Path, clean: xr.Dataset, name: str) -> None:
    given = CASES[name]
    study = given.write(tmp_path / "研究")
    outcome = CliRunner().invoke(main, ["check", str(study), "--json"])
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exception
    assert "Traceback" not in outcome.output
    found = json.loads(outcome.stdout)["issues"]
    sentences = [str(ecocomp.Issue(**issue)) for issue in found]
    rest = list(zip([(i["severity"], i["code"]) for i in found], sentences, strict=True))
    for severity, code, piece in given.expected:
        match = next((one for one in rest if one[0] == (severity, code) and piece in one[1]), None)
        assert match, f"no {severity} {code} with {piece!r} in\n" + "\n".join(f"{k} {s}" for k, s in rest)
        rest.remove(match)
    assert not rest, "not expected:\n" + "\n".join(f"{k} {s}" for k, s in rest)
    assert all(issue["remedy"] for issue in found)
    wrong = any(issue["severity"] == "error" for issue in found)
    assert outcome.exit_code == (1 if wrong else 0)
    if wrong:
        assert not given.same
        return
    data = ecocomp.load(ecocomp.Study.load(study)).panel
    assert sorted(data["unit"].values) == CODES, "no unit is lost"
    assert not any(bool((data[q] == 0).any()) for q in data), "nothing becomes zero"
    if given.same:
        xr.testing.assert_equal(data.drop_vars("name"), clean.drop_vars("name"))
