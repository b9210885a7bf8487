"""Fonts inside a pdf: with outlines of the kind that the file says they have.

Matplotlib declares every font of a pdf to be TrueType, and copies the cubic outlines (CFF) of an OpenType font all the
same, as the Chinese Noto fonts have them. Printers' programs refuse that mismatch, so these outlines become quadratic.
"""

from __future__ import annotations

from io import BytesIO

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject

__all__ = ["with_truetype"]

ERROR = 1.0
"""How far a quadratic outline may lie from the cubic one [thousandths of the type's size]."""
_CUBIC = b"OTTO"


def with_truetype(pdf: bytes) -> bytes:
    """Return a pdf whose embedded fonts all have TrueType outlines, the same bytes for the same pdf."""
    writer = PdfWriter(clone_from=BytesIO(pdf))
    changed = False
    for number in range(1, len(writer._objects) + 1):
        part = writer.get_object(number)
        if not isinstance(part, DictionaryObject) or "/FontFile2" not in part:
            continue
        stream = part["/FontFile2"].get_object()
        if isinstance(stream, StreamObject) and stream.get_data()[:4] == _CUBIC:
            font = _quadratic(stream.get_data())
            stream.set_data(font)
            stream[NameObject("/Length1")] = NumberObject(len(font))
            changed = True
    if not changed:
        return pdf
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _quadratic(font: bytes) -> bytes:
    """Return an OpenType font with its glyphs, in their order, as quadratic outlines."""
    source = TTFont(BytesIO(font), recalcTimestamp=False)
    order, drawn = source.getGlyphOrder(), source.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(drawn)
        drawn[name].draw(Cu2QuPen(pen, ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    source["loca"] = newTable("loca")
    source["glyf"] = outlines = newTable("glyf")
    outlines.glyphOrder, outlines.glyphs = order, glyphs
    for table in ("CFF ", "VORG", "GPOS", "GSUB", "BASE", "vhea", "vmtx"):
        if table in source:
            del source[table]
    maxima = source["maxp"]
    maxima.tableVersion = 0x00010000
    maxima.maxZones = 1
    for limit in ("TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements",
                  "SizeOfInstructions", "ComponentElements"):  # fmt: skip
        setattr(maxima, f"max{limit}", 0)
    source["post"].formatType = 3.0
    source.sfntVersion = "\x00\x01\x00\x00"
    outlines.compile(source)
    maxima.recalc(source)
    written = BytesIO()
    source.save(written)
    return written.getvalue()
