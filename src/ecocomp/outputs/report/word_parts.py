"""What python-docx has no words for: fields, bookmarks, links, and pieces of text in their styles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docx.document import Document as Book
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from ecocomp.outputs.report.document import CrossReference, Document, Inlines, Link, Run, Style, typeset

__all__ = [
    "Element",
    "Sheet",
    "add_inlines",
    "bookmark",
    "bookmark_name",
    "element",
    "field",
    "link",
    "new_paragraph",
    "text_run",
]

Element = Any
"""An element of lxml, of which python-docx tells no types."""

_STYLES: dict[Style, tuple[tuple[str, str], ...]] = {
    "plain": (),
    "strong": (("w:b", ""),),
    "emphasis": (("w:rStyle", "Emphasis"),),
    "subscript": (("w:vertAlign", "subscript"),),
    "superscript": (("w:vertAlign", "superscript"),),
    "code": (("w:rStyle", "CodeText"),),
}


@dataclass(frozen=True)
class Sheet:
    """The Word file being written, the report that it holds, numbers for its bookmarks, and the keys of its styles."""

    book: Book
    document: Document
    ids: Iterator[int]
    styles: Mapping[str, str]


def new_paragraph(sheet: Sheet, style: str) -> Paragraph:
    """Add an empty paragraph in a style, which python-docx would look for anew each time, and take most of the time."""
    paragraph = sheet.book.add_paragraph()
    paragraph._p.style = sheet.styles[style]
    return paragraph


def element(tag: str, *children: Element, **attributes: str) -> Element:
    """Return an element of WordprocessingML, its attributes named without their prefix."""
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    made.extend(children)
    return made


def text_run(text: str, style: Style = "plain") -> Element:
    """Return a run of text in a style; line ends and tabs in it are blanks."""
    words = OxmlElement("w:t")
    words.text = typeset(text).replace("\n", " ").replace("\t", " ")
    words.set(qn("xml:space"), "preserve")
    properties = [element(tag, **({"val": value} if value else {})) for tag, value in _STYLES[style]]
    return element("w:r", *([element("w:rPr", *properties)] if properties else []), words)


def field(instruction: str, shown: Sequence[Element]) -> list[Element]:
    """Return the runs of a field: what it computes, and what is shown until somebody has it computed anew."""
    code = OxmlElement("w:instrText")
    code.text = f" {instruction} "
    code.set(qn("xml:space"), "preserve")

    def mark(kind: str) -> Element:
        return element("w:r", element("w:fldChar", fldCharType=kind))

    return [mark("begin"), element("w:r", code), mark("separate"), *shown, mark("end")]


def bookmark(sheet: Sheet, name: str, inside: Sequence[Element]) -> list[Element]:
    """Return elements with a bookmark around them."""
    number = str(next(sheet.ids))
    return [element("w:bookmarkStart", id=number, name=name), *inside, element("w:bookmarkEnd", id=number)]


def bookmark_name(name: str) -> str:
    """Return the name of a figure, table or section as Word allows it: letters, digits and ``_``, at most 40."""
    return name.replace("-", "_")[:40]


def link(paragraph: Paragraph, inside: Sequence[Element], *, address: str = "", anchor: str = "") -> Element:
    """Return a link around runs: to an address, or to a bookmark of this file."""
    made = element("w:hyperlink", *inside, **({"anchor": anchor} if anchor else {}))
    if address:
        made.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    return made


def add_inlines(sheet: Sheet, paragraph: Paragraph, text: Inlines) -> Paragraph:
    """Add pieces of text to a paragraph, and return it."""
    for piece in text:
        if isinstance(piece, CrossReference):
            label = text_run(sheet.document.label(piece.name))
            paragraph._p.extend(field(f"REF {bookmark_name(piece.name)} \\h", [label]))
        elif isinstance(piece, Link):
            shown = [text_run(piece.text)]
            if piece.kind == "section":
                paragraph._p.append(link(paragraph, shown, anchor=bookmark_name(piece.address)))
            else:
                address = piece.address if piece.kind == "web" else f"{piece.address}/{sheet.document.stem}.docx"
                paragraph._p.append(link(paragraph, shown, address=address))
        elif isinstance(piece, Run):
            paragraph._p.append(text_run(piece.text, piece.style))
        else:
            paragraph._p.append(text_run(piece))
    return paragraph
