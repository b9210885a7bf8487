"""A first study to fill in: the commented study file and a workbook for the panel."""

from __future__ import annotations

from pathlib import Path

from ecocomp.issues import UsageError
from ecocomp.study.template import PANEL_COLUMNS, QUANTITY_UNITS, RARE, template
from ecocomp.variables import inputs, table

__all__ = ["write_starter"]


def write_starter(folder: Path) -> list[Path]:
    """Write ``study.toml`` and ``panel.xlsx`` into a folder.

    The workbook has a sheet ``panel`` with the header that the study names, codes formatted as text, and a sheet
    ``about`` that explains every column in English and Chinese.

    Raises
    ------
    UsageError
        If one of the two files is there already: nothing of the user's is overwritten.
    """
    study, workbook = folder / "study.toml", folder / "panel.xlsx"
    present = [str(p) for p in (study, workbook) if p.exists()]
    if present:
        raise UsageError(f"there already: {' and '.join(present)}; give another folder")
    folder.mkdir(parents=True, exist_ok=True)
    study.write_text(template(), encoding="utf-8")
    _write_panel(workbook)
    return [study, workbook]


def _write_panel(path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    panel = book.active
    assert panel is not None
    panel.title = "panel"
    about = book.create_sheet("about")
    quantities = [name for name in inputs() if name not in RARE]
    panel.append([*PANEL_COLUMNS, *quantities])
    panel.freeze_panes = "A2"
    for row in range(2, 2000):
        panel.cell(row=row, column=1).number_format = "@"  # a code is text: it keeps its zeros
    about.append(["column", "unit of measure", "English", "中文", "meaning"])
    known = table()
    for column, key in zip(PANEL_COLUMNS, ("unit", "", "", "name", "year"), strict=True):
        v = known.get(key)
        about.append([column, "", *([v.label_en, v.label_zh, v.meaning] if v else [column, column, "larger unit"])])
    for name in quantities:
        v = known[name]
        about.append([name, QUANTITY_UNITS[name], v.label_en, v.label_zh, v.meaning])
    for sheet in (panel, about):
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for letter in "ABCDEFGHIJ":
            sheet.column_dimensions[letter].width = 18
    about.column_dimensions["E"].width = 90
    book.save(path)
