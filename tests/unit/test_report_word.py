"""The Word file: what makes it one to work with, and hostile text as text in every format."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from ecocomp.language import language_of
from ecocomp.outputs.report import build_report, write_document
from report_files import cells_of_word, fields_of_word, page_of
from unit.report_results import figures, make_result

SHOWN = ("accounts", "amounts", "balance")
HOSTILE = ("<script>alert(1)</script>", '=HYPERLINK("http://x")', "\u202eevil\u200f & co", "长名" * 50 + "W" * 100)
AS_TEXT = (HOSTILE[0], HOSTILE[1], "[U+202E]evil[U+200F] & co", HOSTILE[3])


def word_of(folder: Path, code: str = "en", **changes: Any) -> Any:
    document = build_report(make_result(**changes), figures(folder, SHOWN), language_of(code))
    return docx.Document(str(write_document(document, folder, "docx")))


def bookmarks(word: Any) -> list[str]:
    return [mark.get(qn("w:name")) for mark in word.element.body.iter(qn("w:bookmarkStart"))]


@pytest.fixture
def word(tmp_path: Path) -> Any:
    return word_of(tmp_path)


def test_captions_are_numbered_by_fields(word: Any) -> None:
    counts = Counter(field for field in fields_of_word(word) if field.startswith("SEQ"))
    assert counts["SEQ Figure \\* ARABIC"] == len(SHOWN) == len(word.inline_shapes)
    assert counts["SEQ Table \\* ARABIC"] == len(word.tables) > 10
    styles = {p.style.name for p in word.paragraphs}
    assert {"Title", "Heading 1", "Heading 2", "Caption", "Formula", "Reference", "toc 1"} <= styles


def test_references_and_contents_lead_to_bookmarks(word: Any) -> None:
    known = bookmarks(word)
    assert len(known) == len(set(known))
    ids = [mark.get(qn("w:id")) for mark in word.element.body.iter(qn("w:bookmarkStart"))]
    assert len(ids) == len(set(ids))
    named = [field.split()[1] for field in fields_of_word(word) if field.startswith("REF")]
    assert {"figure_accounts", "table_heads", "table_priority"} <= set(named) <= set(known)
    anchors = [link.get(qn("w:anchor")) for link in word.element.body.iter(qn("w:hyperlink"))]
    assert set(filter(None, anchors)) <= set(known)
    headings = [p.text for p in word.paragraphs if p.style.name.startswith("Heading")]
    listed = [p._p.xpath("string(.)").replace(' TOC \\o "1-2" \\h \\z \\u ', "") for p in word.paragraphs
              if p.style.name.lower().startswith("toc")]  # fmt: skip
    assert listed == headings[1:], "all but the summary, before which they stand"
    assert [field for field in fields_of_word(word) if field.startswith("TOC")] == ['TOC \\o "1-2" \\h \\z \\u']


def test_heads_of_tables_are_repeated_and_rows_kept_whole(word: Any) -> None:
    for table in word.tables:
        rows = table._tbl.findall(qn("w:tr"))
        assert rows[0].find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
        grid = [int(c.get(qn("w:w"))) for c in table._tbl.iter(qn("w:gridCol"))]
        assert sum(grid) <= 166 * 1440 / 25.4, "as wide as the text of the page at most"
        for row in rows:
            spans = [cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}") for cell in row.findall(qn("w:tc"))]
            assert sum(1 if s is None else int(s.get(qn("w:val"))) for s in spans) == len(grid)


def test_pictures_have_a_text_in_their_place(word: Any) -> None:
    told = [shape._inline.docPr.get("descr") for shape in word.inline_shapes]
    assert told == [f"What {name} shows in Mt CO₂." for name in SHOWN]


@pytest.mark.parametrize(("code", "latin"), [("en", "en-GB"), ("zh", "en-US")])
def test_fonts_and_languages_for_both_scripts(tmp_path: Path, code: str, latin: str) -> None:
    word = word_of(tmp_path, code)
    for name in ("Normal", "Heading 1", "Heading 2", "Caption", "Table Text"):
        fonts = word.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in ("SimSun", "SimHei")
        assert fonts.get(qn("w:asciiTheme")) is None
    language = word.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert (language.get(qn("w:val")), language.get(qn("w:eastAsia"))) == (latin, "zh-CN")


def test_pages_are_numbered_under_the_title(word: Any) -> None:
    section = word.sections[0]
    assert section.header.paragraphs[0].text == "A hand-made region"
    codes = [c.text.strip() for c in section.footer._element.iter(qn("w:instrText"))]
    assert codes == ["PAGE", "NUMPAGES"]
    assert section.footer.paragraphs[0].text == "1 / 1"
    assert word.core_properties.title == "A hand-made region"


def test_the_notice_stands_by_every_table_and_figure(tmp_path: Path) -> None:
    word = word_of(tmp_path, notice="Modelled, not observed")
    captions = [p.text for p in word.paragraphs if p.style.name == "Caption"]
    assert all("Modelled, not observed" in text for text in captions)
    assert "Modelled, not observed" in word.sections[0].footer.paragraphs[0].text


def test_hostile_text_is_text_on_the_page_and_in_word(tmp_path: Path) -> None:
    title = " ".join(HOSTILE)
    result = make_result(names=HOSTILE, settings={"study": {"name": title}}, notice=HOSTILE[2])
    document = build_report(result, figures(tmp_path), language_of("en"))
    page = page_of(write_document(document, tmp_path, "html"))
    assert "script" not in page.tags
    word = docx.Document(str(write_document(document, tmp_path, "docx")))
    shown = " ".join(AS_TEXT)
    assert page.headings[0] == word.paragraphs[0].text == word.sections[0].header.paragraphs[0].text == shown
    assert word.core_properties.title == shown[:255]
    for cells in (page.cells, cells_of_word(word)):
        assert set(AS_TEXT) <= set(cells), "the fourth unit stands among the issues"
    assert not any("\u202e" in text for text in (page.text, word.element.xml))
    assert not [f for f in fields_of_word(word) if "HYPERLINK" in f]
