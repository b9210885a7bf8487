"""Tables of a report in Word: heads that are repeated on every page, columns as wide as what stands in them."""

from __future__ import annotations

from collections.abc import Sequence

from docx.oxml import OxmlElement

from ecocomp.outputs.report.tables import Column, Table
from ecocomp.outputs.report.widths import PADDING, column_widths
from ecocomp.outputs.report.word_parts import Element, element, text_run

__all__ = ["table_element"]

TWIPS = 1440 / 25.4
"""Twentieths of a point in a millimetre."""
_RULE = {"val": "single", "sz": "6", "space": "0", "color": "333333"}
_HAIR = {"val": "single", "sz": "2", "space": "0", "color": "CFCDC6"}


def table_element(table: Table, name: str, width: float) -> Element:
    """Return a table as an element of WordprocessingML.

    Parameters
    ----------
    table
        Its heads and rows.
    name
        What a screen reader says it is.
    width
        Of the text of the page [mm].
    """
    widths, size = column_widths(table, width - PADDING / 2)
    twips = [round(w * TWIPS) for w in widths]
    made = element("w:tbl", _properties(name, sum(twips)), _grid(twips))
    keep = table.short
    if table.spans:
        made.append(_head([(text, span) for text, span in table.spans], [], twips, size))
    made.append(_head([(c.label, 1) for c in table.columns], table.columns, twips, size))
    rows = [(title, row) for title, block in table.blocks for row in ([None] if title else []) + list(block)]
    for i, (title, row) in enumerate(rows):
        tied = (keep and i + 1 < len(rows)) or row is None
        if row is None:
            cell = _cell(title, sum(twips), size, span=len(twips), bold=True, shade="F5F3EE", tied=True)
            made.append(_row([cell]))
        else:
            cells = zip(row, table.columns, twips, strict=True)
            made.append(_row([_cell(t, w, size, right=c.numeric, tied=tied) for t, c, w in cells]))
    return made


def _properties(name: str, width: int) -> Element:
    margins = [element(f"w:{side}", w=str(round(PADDING / 2 * TWIPS)), type="dxa") for side in ("left", "right")]
    borders = [element("w:top", **_RULE), element("w:bottom", **_RULE), element("w:insideH", **_HAIR)]
    return element(
        "w:tblPr", element("w:tblW", w=str(width), type="dxa"), element("w:jc", val="left"),
        element("w:tblInd", w=str(round(PADDING / 2 * TWIPS)), type="dxa"),
        element("w:tblBorders", *borders), element("w:tblLayout", type="fixed"),
        element("w:tblCellMar", *margins),
        element("w:tblLook", val="0420", firstRow="1", lastRow="0", firstColumn="1", lastColumn="0", noHBand="0",
                noVBand="1"),
        element("w:tblCaption", val=name),
    )  # fmt: skip


def _grid(widths: Sequence[int]) -> Element:
    return element("w:tblGrid", *(element("w:gridCol", w=str(w)) for w in widths))


def _head(texts: Sequence[tuple[str, int]], columns: Sequence[Column], widths: Sequence[int], size: float) -> Element:
    cells, start = [], 0
    for i, (text, span) in enumerate(texts):
        width = sum(widths[start : start + span])
        right = bool(columns) and columns[i].numeric
        cells.append(_cell(text, width, size, span=span, bold=True, right=right, tied=True, ruled=bool(columns)))
        start += span
    return _row(cells, head=True)


def _row(cells: Sequence[Element], *, head: bool = False) -> Element:
    kept = [element("w:cantSplit"), *([element("w:tblHeader")] if head else [])]
    return element("w:tr", element("w:trPr", *kept), *cells)


def _cell(
    text: str, width: int, size: float, *, span: int = 1, bold: bool = False, right: bool = False, tied: bool = False,
    ruled: bool = False, shade: str = "",
) -> Element:  # fmt: skip
    properties = element("w:tcPr", element("w:tcW", w=str(width), type="dxa"))
    if span > 1:
        properties.append(element("w:gridSpan", val=str(span)))
    if ruled:
        properties.append(element("w:tcBorders", element("w:bottom", **_RULE)))
    if shade:
        properties.append(element("w:shd", val="clear", color="auto", fill=shade))
    if ruled:
        properties.append(element("w:vAlign", val="bottom"))
    layout = element("w:pPr", element("w:pStyle", val="TableText"), *([element("w:keepNext")] if tied else []))
    if right:
        layout.append(element("w:jc", val="right"))
    run = text_run(text, "strong" if bold else "plain")
    size_tag = [element(tag, val=str(round(2 * size))) for tag in ("w:sz", "w:szCs")]
    if run.find(".//{*}rPr") is None:
        run.insert(0, OxmlElement("w:rPr"))
    run[0].extend(size_tag)
    return element("w:tc", properties, element("w:p", layout, run))
