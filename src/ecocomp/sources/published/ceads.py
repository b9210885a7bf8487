"""Provincial inventories of CEADs: a workbook a year, a sheet a province, sectors down and fuels across."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ecocomp.issues import DataError
from ecocomp.rules import issue_of
from ecocomp.sources.files import require_file, sha256
from ecocomp.sources.published.registry import Dataset
from ecocomp.sources.tables import RawTable
from ecocomp.sources.workbooks import read_sheet

__all__ = ["PROVINCES", "read_ceads", "workbooks_of"]

PROVINCES = {
    "Beijing": ("110000", "北京市"), "Tianjin": ("120000", "天津市"), "Hebei": ("130000", "河北省"),
    "Shanxi": ("140000", "山西省"), "InnerMongolia": ("150000", "内蒙古自治区"), "Liaoning": ("210000", "辽宁省"),
    "Jilin": ("220000", "吉林省"), "Heilongjiang": ("230000", "黑龙江省"), "Shanghai": ("310000", "上海市"),
    "Jiangsu": ("320000", "江苏省"), "Zhejiang": ("330000", "浙江省"), "Anhui": ("340000", "安徽省"),
    "Fujian": ("350000", "福建省"), "Jiangxi": ("360000", "江西省"), "Shandong": ("370000", "山东省"),
    "Henan": ("410000", "河南省"), "Hubei": ("420000", "湖北省"), "Hunan": ("430000", "湖南省"),
    "Guangdong": ("440000", "广东省"), "Guangxi": ("450000", "广西壮族自治区"), "Hainan": ("460000", "海南省"),
    "Chongqing": ("500000", "重庆市"), "Sichuan": ("510000", "四川省"), "Guizhou": ("520000", "贵州省"),
    "Yunnan": ("530000", "云南省"), "Tibet": ("540000", "西藏自治区"), "Shaanxi": ("610000", "陕西省"),
    "Gansu": ("620000", "甘肃省"), "Qinghai": ("630000", "青海省"), "Ningxia": ("640000", "宁夏回族自治区"),
    "Xinjiang": ("650000", "新疆维吾尔自治区"),
}  # fmt: skip
"""Code and Chinese name of each province by its name in the sheets."""

_SHEET = re.compile(r"([A-Za-z ]+?)[ _]*((?:19|20)\d\d)")
_TOTAL_ROWS = ("totalconsumption", "totalemissions")
_TOTAL_COLUMN = "scope1total"


def read_ceads(published: Dataset, path: Path) -> RawTable:
    """Read the totals of provinces from one workbook, or from a folder with one a year.

    Sheets are named by province and year (``Hebei2012``); their first row names fuels, the second the unit, and the
    row "Total Consumption" or "Total Emissions" holds the province's totals, of which "Scope 1 Total" is the sum.

    Returns
    -------
    RawTable
        A row for each province and year: code, province, province_en, year, total, process and each fuel [Mt CO2].

    Raises
    ------
    DataError
        If there is no workbook, a sheet of a province is not laid out so, or its unit is another one.
    """
    files = workbooks_of(path)
    if not files:
        raise DataError([issue_of("published-layout", f"the folder {path} holds no workbook", file=path.name)])
    issues, rows = [], []
    for file in files:
        require_file(file, "inventory")
        sheets = [(name, match) for name in _sheet_names(file) if (match := _SHEET.fullmatch(name.strip()))]
        if not sheets:
            message = f"is not laid out as {published.key} is: it has no sheet named by province and year"
            issues.append(issue_of("published-layout", message, file=file.name))
        for name, match in sheets:
            totals, fault = _totals(read_sheet(file, name).rows)
            english = match[1].replace(" ", "")
            known = {p.lower(): p for p in PROVINCES}.get(english.lower())
            if known is None:
                fault = f"{match[1]!r} is no province"
            if fault or known is None:
                message = f"sheet {name!r} is not laid out as {published.key} is: {fault}"
                issues.append(issue_of("published-layout", message, file=file.name))
                continue
            code, chinese = PROVINCES[known]
            rows.append({"code": code, "province": chinese, "province_en": known, "year": match[2]} | totals)
    if issues:
        raise DataError(issues)
    frame = pd.DataFrame(rows).fillna("").sort_values(["code", "year"], ignore_index=True)
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="row")
    return RawTable(frame.astype(object), path, sha256(files), typed=True)


def workbooks_of(path: Path) -> list[Path]:
    """Return the workbooks of a folder in order of name, without those a spreadsheet has open; a file is itself."""
    return sorted(f for f in path.glob("*.xls*") if not f.name.startswith("~")) if path.is_dir() else [path]


def _sheet_names(file: Path) -> list[str]:
    import python_calamine

    try:
        with python_calamine.load_workbook(file) as book:
            return [str(name) for name in book.sheet_names]
    except python_calamine.CalamineError as error:
        message = f"cannot be read: {error}"
        raise DataError([issue_of("published-layout", message, file=file.name)]) from error


def _totals(rows: Sequence[Sequence[str]]) -> tuple[dict[str, str], str]:
    """Return the totals of a sheet by column, or what its layout lacks."""
    header = [_column(cell) for cell in rows[0]] if rows else []
    if "total" not in header:
        return {}, "its first row has no 'Scope 1 Total'"
    units = {cell for row in rows[1:3] for cell in row[1:] if cell}
    if units != {"Mt CO2"}:
        return {}, f"its unit is not Mt CO2 (row 2 says {', '.join(sorted(units)) or 'nothing'})"
    total = next((row for row in rows[1:] if _plain(row[0]) in _TOTAL_ROWS), None)
    if total is None:
        return {}, "it has no row 'Total Consumption' or 'Total Emissions'"
    return {name: cell for name, cell in zip(header, total, strict=False) if name}, ""


def _plain(text: str) -> str:
    return re.sub(r"[\s_]", "", text).lower()


def _column(text: str) -> str:
    """Return a heading as a column's name: 'Raw_Coal' and 'Raw Coal' are raw_coal, the first column's has none."""
    if _plain(text) in ("", "emissioninventory"):
        return ""
    if _plain(text) == _TOTAL_COLUMN:
        return "total"
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[\s_]+", "_", text.strip()).lower()
