"""The priority table as a workbook: payers and recipients by rank, a block a year, and a sheet that explains it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ecocomp.outputs.priority_table import BLOCK_COLUMNS, SIDES, display_names, priority_blocks
from ecocomp.result import Result
from ecocomp.settlement import LEDGER_COLUMNS
from ecocomp.study import Quantity
from ecocomp.units import CURRENCY
from ecocomp.variables import variable

__all__ = ["write_workbook"]

_BOLD = Font(bold=True)
_CENTRED = Alignment(horizontal="center", vertical="center")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_HEAD = Alignment(wrap_text=True, vertical="bottom")
_RULE = Border(bottom=Side(style="thin"))
_FORMATS = {"priority": "0.0000", "amount": "#,##0.00;[Red]-#,##0.00"}
_WIDTHS = {"unit": 14.0, "name": 24.0, "priority": 12.0, "amount": 20.0}
_LEDGER_WIDTHS = {"unit": 14.0, "name": 24.0, "partners": 10.0, "largest_partners": 70.0}
_ALWAYS = ("unit", "carried_in", "due", "owed", "settled", "waived", "carried_out")
_SIDE_TITLES = {"payer": "Payers 支付单元", "recipient": "Recipients 受偿单元"}


def write_workbook(result: Result, path: Path) -> None:
    """Write the priority table of a run as xlsx.

    Sheet ``priority`` has the ranks downwards and a block a year beside each other, payers left and recipients right;
    sheet ``ledger`` states each unit's account of the last year; sheet ``about`` says in English and Chinese what the
    columns mean. Codes and names stay text, whatever they start with.

    Parameters
    ----------
    result
        What :func:`ecocomp.run` or :func:`ecocomp.open_run` returned.
    path
        File to write.
    """
    book = Workbook()
    created = datetime.fromisoformat(result.manifest["created"]).replace(tzinfo=None)
    book.properties.created, book.properties.creator = created, "ecocomp"
    book.properties.title = _clean(result.manifest["study"]["study"]["name"])
    sheet = book.worksheets[0]
    sheet.title = "priority"
    _priority_sheet(sheet, result)
    if not result.ledger.empty:
        _ledger_sheet(book.create_sheet("ledger"), result)
    _about_sheet(book.create_sheet("about"), result)
    book.save(path)


def _priority_sheet(sheet: Worksheet, result: Result) -> None:
    blocks = priority_blocks(result.results, display_names(result.results, result.manifest["parents"]))
    coded = bool((result.results["unit"] != result.results["name"]).any())
    columns = [c for c in BLOCK_COLUMNS if coded or not c.endswith("_unit")]
    row = _first_lines(sheet, result)
    _head(sheet, row + 2, 1, f"{_bilingual('rank')}")
    sheet.column_dimensions["A"].width = 10
    ranks = max((len(block) for block in blocks.values()), default=0)
    for rank in range(1, ranks + 1):
        sheet.cell(row + 2 + rank, 1, rank)
    start = 2
    for year, block in blocks.items():
        _block(sheet, row, start, year, block, columns, result.currency)
        start += len(columns) + 1
    sheet.freeze_panes = f"B{row + 3}"
    sheet.print_title_rows = f"{row}:{row + 2}"
    sheet.print_title_cols = "A:A"
    sheet.page_setup.orientation = "landscape"


def _first_lines(sheet: Worksheet, result: Result, what: str = "compensation priority 生态补偿优先级") -> int:
    """Write the notice, if any, and what the sheet is; return the row of the years."""
    manifest = result.manifest
    study = manifest["study"]["study"]["name"]
    lines = [
        manifest["notice"],
        f"{study}: {what}",
        _origin_line(manifest["data_origin"]),
    ]
    kept = [line for line in lines if line]
    for row, line in enumerate(kept, start=1):
        _text(sheet, row, 1, line).font = _BOLD
    return len(kept) + 1


def _origin_line(origin: str) -> str:
    return f"{_bilingual('data_origin')}: {origin}"


def _block(
    sheet: Worksheet, row: int, start: int, year: int, block: pd.DataFrame, columns: Sequence[str], currency: str
) -> None:
    """Write one year: a merged head, the two sides' heads, the column heads, and the ranks."""
    _merged(sheet, row, start, len(columns), str(year))
    half = len(columns) // 2
    for i, side in enumerate(SIDES):
        _merged(sheet, row + 1, start + i * half, half, _SIDE_TITLES[side])
    for offset, column in enumerate(columns):
        place = start + offset
        kind = _kind(column)
        _head(sheet, row + 2, place, _heading(column, kind, currency))
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS[kind]
        for rank, value in zip(block.index, block[column], strict=True):
            if pd.notna(value):
                _value(sheet, row + 2 + int(rank), place, value, kind)
    sheet.column_dimensions[get_column_letter(start + len(columns))].width = 3


def _kind(column: str) -> str:
    tail = column.rpartition("_")[2]
    return tail if tail in ("unit", "priority", "amount") else "name"


def _heading(column: str, kind: str, currency: str) -> str:
    return _bilingual(column if kind == "name" else kind, currency)


def _bilingual(name: str, currency: str = CURRENCY) -> str:
    v = variable(name)
    unit = f" [{v.unit_in(currency)}]" if v.unit not in ("", "1") else ""
    return f"{v.label_en} {v.label_zh}{unit}"


def _value(sheet: Worksheet, row: int, column: int, value: object, kind: str) -> None:
    if kind in _FORMATS:
        sheet.cell(row, column, float(str(value))).number_format = _FORMATS[kind]
    else:
        _text(sheet, row, column, str(value))


def _text(sheet: Worksheet, row: int, column: int, value: str) -> Cell:
    """Write text that stays text: never a formula, a number or an error, whatever it starts with."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.value = _clean(value)
    cell.data_type = "s"
    cell.quotePrefix = value[:1] in tuple("=+-@")
    return cell


def _clean(value: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", value)


def _head(sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell = _text(sheet, row, column, text)
    cell.font, cell.alignment, cell.border = _BOLD, _HEAD, _RULE


def _merged(sheet: Worksheet, row: int, column: int, width: int, text: str) -> None:
    cell = _text(sheet, row, column, text)
    cell.font, cell.alignment = _BOLD, _CENTRED
    sheet.merge_cells(start_row=row, end_row=row, start_column=column, end_column=column + width - 1)


def _ledger_sheet(sheet: Worksheet, result: Result) -> None:
    """Write the ledger of the last year, a unit a row; the years before stand in ledger.csv."""
    year = max(result.manifest["years"])
    rows = result.ledger[result.ledger["year"] == year]
    first = _first_lines(sheet, result, f"ledger 结算台账, {year}")
    columns = [c for c in LEDGER_COLUMNS if c != "year" and (c in _ALWAYS or rows[c].notna().any())]
    columns.insert(1, "name")
    for place, column in enumerate(columns, start=1):
        _head(sheet, first, place, _bilingual(column, result.currency))
        sheet.column_dimensions[get_column_letter(place)].width = _LEDGER_WIDTHS.get(column, 18.0)
        for row, value in enumerate(rows[column], start=first + 1):
            if pd.isna(value):
                continue
            if variable(column).kind == "label":
                _text(sheet, row, place, str(value))
            else:
                sheet.cell(row, place, float(value)).number_format = "0" if column == "partners" else _FORMATS["amount"]
    sheet.freeze_panes = f"C{first + 1}"


def _about_sheet(sheet: Worksheet, result: Result) -> None:
    manifest = result.manifest
    lines = [
        *([("Notice 声明", manifest["notice"])] if manifest["notice"] else []),
        ("Study 研究", manifest["study"]["study"]["name"]),
        ("Years 年份", ", ".join(map(str, manifest["years"]))),
        (_bilingual("data_origin"), manifest["data_origin"]),
        ("Revision 修正方法", str(manifest["study"].get("revision", {}).get("method", "size_normalised"))),
        (_bilingual("revised").partition(" [")[0], manifest["revised_unit"]),
        *_sources(result),
        ("Made with 软件", f"ecocomp {manifest['versions']['ecocomp']}"),
        *_meanings(manifest["revised_unit"], result.currency),
    ]  # fmt: skip
    for row, (term, text) in enumerate(lines, start=1):
        _text(sheet, row, 1, term).font = _BOLD
        _text(sheet, row, 2, text).alignment = _WRAPPED
        sheet.cell(row, 1).alignment = _WRAPPED
    sheet.column_dimensions["A"].width = 40
    sheet.column_dimensions["B"].width = 100


def _sources(result: Result) -> list[tuple[str, str]]:
    found = []
    for role, source in result.manifest["inputs"].items():
        about = [str(source[k]) for k in ("file", "source", "datum", "sha256") if source.get(k)]
        found.append((f"Input 输入: {role}", "; ".join(about)))
    for name, stated in result.manifest["study"]["quantities"].items():
        v, quantity = variable(name), Quantity.model_validate(stated)
        place = f"derived: {quantity.way}" if quantity.way else f"column {quantity.column}, {quantity.unit}"
        about = [place, quantity.weakest_origin, quantity.source or ""]
        found.append((f"{v.label_en} {v.label_zh}", "; ".join(filter(None, about))))
    return found


def _meanings(revised_unit: str, currency: str) -> list[tuple[str, str]]:
    """Return what the columns mean, in both languages."""
    notional = revised_unit != "Mt CO2"
    amount_en = variable("amount").meaning + (" Notional: at the region's mean size, no bill." if notional else "")
    amount_zh = "正值：应支付；负值：应受偿。" + ("按区域平均规模计的名义金额，不是账单。" if notional else "")
    return [
        (_bilingual("rank"), f"{variable('rank').meaning}. 当年支付单元或受偿单元内按优先级排序的位次，1 为最先。"),
        (_bilingual("unit"), f"{variable('unit').meaning}. 单元标识。"),
        (_bilingual("priority"), f"{variable('priority').meaning}. 补偿金额绝对值与地区生产总值之比，无量纲。"),
        (_bilingual("amount", currency), f"{amount_en} {amount_zh}"),
    ]
