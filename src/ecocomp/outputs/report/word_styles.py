"""The look of a report in Word: page, fonts for Latin and Chinese letters, and styles that its reader may change."""

from __future__ import annotations

from typing import Any

from docx.document import Document as Book
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from ecocomp.outputs.report.document import Document, typeset
from ecocomp.outputs.report.word_parts import element, field, text_run

__all__ = ["TEXT_HEIGHT", "TEXT_WIDTH", "prepare"]

PAGE, MARGINS = (210.0, 297.0), (22.0, 24.0)
"""Width and height of a page, margins at its sides and at head and foot [mm]."""
TEXT_WIDTH, TEXT_HEIGHT = PAGE[0] - 2 * MARGINS[0], PAGE[1] - 2 * MARGINS[1]
SERIF, SANS, MONO = ("Times New Roman", "SimSun"), ("Arial", "SimHei"), ("Courier New", "SimSun")
"""Fonts for Latin and for Chinese letters: what Word and LibreOffice have or know a stand-in for."""
INK, SOFT, WARM = RGBColor(0x22, 0x22, 0x22), RGBColor(0x5C, 0x5C, 0x5C), RGBColor(0x8A, 0x4B, 0x08)
LANGUAGES = {"en": "en-GB", "zh": "zh-CN"}
LONGEST_PROPERTY = 255
_STYLES: dict[str, dict[str, Any]] = {
    "Normal": {"font": SERIF, "size": 10.5, "after": 6, "line": 1.25},
    "Title": {"font": SANS, "size": 20, "after": 4, "bold": True},
    "Subtitle": {"font": SERIF, "size": 10.5, "after": 10, "colour": SOFT},
    "Heading 1": {"font": SANS, "size": 15, "before": 22, "after": 6, "bold": True, "next": True},
    "Heading 2": {"font": SANS, "size": 12, "before": 14, "after": 4, "bold": True, "next": True},
    "Caption": {"font": SERIF, "size": 9, "before": 2, "after": 8, "bold": False},
    "Header": {"font": SERIF, "size": 8.5, "after": 0, "colour": SOFT},
    "Footer": {"font": SERIF, "size": 8.5, "after": 0, "colour": SOFT},
    "Contents Heading": {"font": SANS, "size": 13, "before": 18, "after": 6, "bold": True, "next": True},
    "toc 1": {"font": SERIF, "size": 10.5, "after": 2},
    "toc 2": {"font": SERIF, "size": 10, "after": 1, "indent": 5},
    "Running Text": {"font": SERIF, "size": 10.5, "after": 6, "line": 1.25},
    "Aside": {"font": SERIF, "size": 9.5, "after": 6, "colour": SOFT},
    "Notice": {"font": SERIF, "size": 10, "before": 4, "after": 8, "bold": True, "colour": WARM},
    "Formula": {"font": SERIF, "size": 11, "before": 2, "after": 6, "indent": 8},
    "Figure": {"font": SERIF, "size": 10.5, "before": 8, "after": 4, "next": True},
    "Table Text": {"font": SANS, "size": 8, "before": 1, "after": 1},
    "Term": {"font": SERIF, "size": 10.5, "before": 8, "after": 1, "bold": True, "next": True},
    "Commands": {"font": MONO, "size": 9, "before": 4, "after": 6, "indent": 4},
    "Reference": {"font": SERIF, "size": 9.5, "after": 4, "hanging": 6},
}
"""Sizes in points, indents in millimetres."""


def prepare(book: Book, document: Document) -> None:
    """Set page, styles, head and foot, and the properties of a file."""
    _defaults(book, document)
    known = {style.name for style in book.styles}
    for name, look in _STYLES.items():
        _style(book, name, look, new=name not in known)
    code = book.styles.add_style("Code Text", WD_STYLE_TYPE.CHARACTER)
    _fonts(code, MONO)
    code.font.size = Pt(8.5)
    if document.language.code == "zh":  # Chinese is not slanted, and begins a paragraph with two blanks
        book.styles["Emphasis"].font.italic = False
        _layout(book.styles["Running Text"]).append(element("w:ind", firstLineChars="200", firstLine="420"))
    _page(book, document)
    properties = book.core_properties
    properties.title = typeset(document.title)[:LONGEST_PROPERTY]
    properties.author, properties.comments = f"ecocomp {document.version}", ""
    properties.language = LANGUAGES[document.language.code]
    properties.created = properties.modified = document.created.replace(tzinfo=None)


def _defaults(book: Book, document: Document) -> None:
    defaults = book.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    for child in list(defaults):
        if child.tag in (qn("w:rFonts"), qn("w:lang")):
            defaults.remove(child)
    defaults.insert(0, element("w:rFonts", ascii=SERIF[0], hAnsi=SERIF[0], cs=SERIF[0], eastAsia=SERIF[1]))
    latin = LANGUAGES["en"] if document.language.code == "en" else "en-US"
    defaults.append(element("w:lang", val=latin, eastAsia="zh-CN", bidi="ar-SA"))


def _style(book: Book, name: str, look: dict[str, Any], *, new: bool) -> None:
    style: Any = book.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH) if new else book.styles[name]
    if new:
        style.base_style = book.styles["Normal"]
    _fonts(style, look["font"])
    style.font.size, style.font.color.rgb = Pt(look["size"]), look.get("colour", INK)
    style.font.bold, style.font.italic = look.get("bold", False), False
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(look.get("before", 0)), Pt(look["after"])
    layout.line_spacing = look.get("line", 1.1)
    layout.keep_with_next = look.get("next", False)
    layout.widow_control = True
    layout.alignment = WD_ALIGN_PARAGRAPH.CENTER if name == "Figure" else WD_ALIGN_PARAGRAPH.LEFT
    if "indent" in look:
        layout.left_indent = Mm(look["indent"])
    if "hanging" in look:
        layout.left_indent, layout.first_line_indent = Mm(look["hanging"]), Mm(-look["hanging"])
    for border in style.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _fonts(style: Any, fonts: tuple[str, str]) -> None:
    """Set the fonts of a style for every script; those of the template's theme would come first, and are taken out."""
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    properties.insert(0, element("w:rFonts", ascii=fonts[0], hAnsi=fonts[0], cs=fonts[0], eastAsia=fonts[1]))


def _layout(style: Any) -> Any:
    return style.element.get_or_add_pPr()


def _page(book: Book, document: Document) -> None:
    section = book.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in PAGE)
    section.left_margin = section.right_margin = Mm(MARGINS[0])
    section.top_margin = section.bottom_margin = Mm(MARGINS[1])
    section.header_distance = section.footer_distance = Mm(11)
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    head._p.append(text_run(document.title))
    if document.notice:
        foot._p.append(text_run(f"{document.notice}  ·  "))
    for instruction, after in (("PAGE", " / "), ("NUMPAGES", "")):
        foot._p.extend(field(instruction, [text_run("1")]))
        foot._p.append(text_run(after))
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
