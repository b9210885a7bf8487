"""A report as a Word file (docx), by python-docx: headings, captions, tables and cross-references that Word knows."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import docx
from docx.image.image import Image
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph as WordParagraph

from ecocomp.outputs.report.document import (
    Block,
    Commands,
    Document,
    Entries,
    Formula,
    Heading,
    Inlines,
    NumberedFigure,
    NumberedTable,
    Paragraph,
    Run,
    Terms,
    label_parts,
    plain_text,
    typeset,
)
from ecocomp.outputs.report.word_parts import (
    Element,
    Sheet,
    add_inlines,
    bookmark,
    bookmark_name,
    element,
    field,
    link,
    new_paragraph,
    text_run,
)
from ecocomp.outputs.report.word_styles import TEXT_HEIGHT, TEXT_WIDTH, prepare
from ecocomp.outputs.report.word_tables import table_element

__all__ = ["write_word"]

MOST_OF_A_PAGE = 0.78
"""Part of the height of a page that a figure may take."""


def write_word(document: Document, path: Path) -> None:
    """Write a report as a docx that Word and LibreOffice open.

    Headings are those of the program, captions are numbered by fields, tables repeat their heads, and cross-references
    and contents follow what they name. The contents show page numbers once somebody has the field computed anew.
    """
    book = docx.Document()
    prepare(book, document)
    sheet = Sheet(book, document, count(1), {str(style.name): style.style_id for style in book.styles})
    _add(sheet, "Title", [document.title])
    _add(sheet, "Subtitle", [document.byline])
    if document.notice:
        _add(sheet, "Notice", [document.notice])
    headings = _headings(document)
    targets = (anchor for _, _, anchor in headings)
    for i, section in enumerate(document.sections):
        _heading(sheet, 1, [section.title], next(targets), bookmark_name(section.name))
        for block in section.blocks:
            if isinstance(block, Heading):
                _heading(sheet, 2, block.text, next(targets))
            else:
                _block(sheet, block)
        if i == 0:
            _contents(sheet, headings[1:])
    sheet.book.save(str(path))


def _headings(document: Document) -> list[tuple[int, Inlines, str]]:
    """Return level, text and bookmark of every heading."""
    found: list[tuple[int, Inlines]] = []
    for section in document.sections:
        found += [(1, [section.title]), *((2, block.text) for block in section.blocks if isinstance(block, Heading))]
    return [(level, text, f"_Toc{1000 + i}") for i, (level, text) in enumerate(found)]


def _add(sheet: Sheet, style: str, text: Inlines) -> WordParagraph:
    return add_inlines(sheet, new_paragraph(sheet, style), text)


def _heading(sheet: Sheet, level: int, text: Inlines, anchor: str, name: str = "") -> None:
    paragraph = _add(sheet, f"Heading {level}", text)
    runs = [child for child in paragraph._p if child.tag != qn("w:pPr")]
    marked = bookmark(sheet, anchor, runs)
    paragraph._p.extend(bookmark(sheet, name, marked) if name else marked)


def _contents(sheet: Sheet, entries: list[tuple[int, Inlines, str]]) -> None:
    """Add a table of contents: a field that shows links to the headings."""
    head = _add(sheet, "Contents Heading", [sheet.document.language.say("Contents")])
    head.paragraph_format.page_break_before = True  # the summary stands alone on the first page
    begin, code, separate, end = field('TOC \\o "1-2" \\h \\z \\u', [])
    for i, (level, text, anchor) in enumerate(entries):
        paragraph = new_paragraph(sheet, f"toc {level}")
        if i == 0:
            paragraph._p.extend([begin, code, separate])
        paragraph._p.append(link(paragraph, [text_run(plain_text(text, sheet.document))], anchor=anchor))
        if i + 1 == len(entries):
            paragraph._p.append(end)


def _block(sheet: Sheet, block: Block) -> None:
    if isinstance(block, Paragraph):
        _add(sheet, "Aside" if block.kind == "aside" else "Running Text", block.text)
    elif isinstance(block, Formula):
        _add(sheet, "Formula", block.text)
    elif isinstance(block, NumberedFigure):
        _figure(sheet, block)
    elif isinstance(block, NumberedTable):
        _table(sheet, block)
    elif isinstance(block, Terms):
        for term, said in block.items:
            _add(sheet, "Term", term)
            _add(sheet, "Running Text", said)
    elif isinstance(block, Commands):
        for line in block.lines:
            _add(sheet, "Commands", [line])
    elif isinstance(block, Entries):
        for item in block.items:
            _add(sheet, "Reference", item)


def _figure(sheet: Sheet, block: NumberedFigure) -> None:
    paragraph = new_paragraph(sheet, "Figure")
    image = Image.from_file(str(block.path))
    scale = min(TEXT_WIDTH / image.px_width, MOST_OF_A_PAGE * TEXT_HEIGHT / image.px_height)
    picture = paragraph.add_run().add_picture(str(block.path), Mm(image.px_width * scale))
    described = picture._inline.docPr
    described.set("descr", typeset(block.alternative))
    described.set("name", sheet.document.label(block.name))
    _caption(sheet, block)


def _table(sheet: Sheet, block: NumberedTable) -> None:
    caption = _caption(sheet, block)
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Mm(4), Mm(1.2)
    body = sheet.book.element.body
    body.insert(len(body) - 1, table_element(block.table, sheet.document.label(block.name), TEXT_WIDTH))
    after = new_paragraph(sheet, "Table Text")  # two tables in a row would become one
    after.paragraph_format.space_after = Mm(2)


def _caption(sheet: Sheet, block: NumberedFigure | NumberedTable) -> WordParagraph:
    """Add a caption whose number is a field, with a bookmark around its label for those who refer to it."""
    before, after = label_parts(sheet.document.language, block)
    number = text_run(str(sheet.document.numbers[block.name]), "strong")
    label: list[Element] = [
        text_run(before, "strong"), *field(f"SEQ {before.strip()} \\* ARABIC", [number]),
        *([text_run(after, "strong")] if after else []),
    ]  # fmt: skip
    paragraph = new_paragraph(sheet, "Caption")
    paragraph._p.extend(bookmark(sheet, bookmark_name(block.name), label))
    paragraph._p.append(text_run(sheet.document.after_label, "strong"))
    add_inlines(sheet, paragraph, [*block.caption, *([" "] if block.remark else [])])
    for piece in block.remark:
        first = len(paragraph._p)
        add_inlines(sheet, paragraph, [piece])
        for run in list(paragraph._p)[first:]:
            _soften(run, strong=isinstance(piece, Run))
    return paragraph


def _soften(run: Element, *, strong: bool) -> None:
    properties = run.get_or_add_rPr()
    properties.append(element("w:color", val="8A4B08" if strong else "5C5C5C"))
