"""The report as blocks: numbers follow the order, references lead somewhere, and every file holds the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import docx
import pytest

from ecocomp.language import language_of
from ecocomp.outputs.report import build_report, write_document
from ecocomp.outputs.report.document import (
    CrossReference,
    Document,
    Link,
    NumberedFigure,
    NumberedTable,
    Paragraph,
    Run,
    Section,
    plain_text,
    spliced,
    typeset,
)
from ecocomp.outputs.report.formulas import formula_runs
from ecocomp.outputs.report.tables import Column, Table
from ecocomp.outputs.report.widths import column_widths
from report_files import cells_of_page, cells_of_word, headings_of_word, page_of
from unit.report_results import figures, make_result

EVERY = ("accounts", "amounts", "clusters", "centres", "priority", "balance", "revisions")


def built(folder: Path, code: str = "en", **changes: object) -> Document:
    return build_report(make_result(**changes), figures(folder, EVERY), language_of(code))  # type: ignore[arg-type]


def test_figures_and_tables_are_counted_apart_in_their_order(tmp_path: Path) -> None:
    document = built(tmp_path)
    shown = [b for b in document.blocks() if isinstance(b, NumberedFigure | NumberedTable)]
    labels = [document.label(b.name) for b in shown]
    drawn = [b.name for b in shown if isinstance(b, NumberedFigure)]
    assert drawn == [f"figure-{name}" for name in EVERY]
    assert [text for text in labels if text.startswith("Figure")] == [f"Figure {i}" for i in range(1, 8)]
    assert [text for text in labels if text.startswith("Table")] == [f"Table {i + 1}" for i in range(len(shown) - 7)]
    assert built(tmp_path, "zh").label("figure-amounts") == "图 2"


def test_the_summary_comes_first_and_says_how_sure(tmp_path: Path) -> None:
    document = built(tmp_path)
    assert [section.name for section in document.sections][:4] == ["summary", "data", "method", "results"]
    said = [plain_text(b.text, document) for b in document.sections[0].blocks if isinstance(b, Paragraph)]
    assert any(text.startswith("In 2015 the settlement transfers") for text in said)
    assert said[-2].startswith("How sure these numbers are is not told")


def test_every_figure_and_table_of_a_passage_is_referred_to(tmp_path: Path) -> None:
    document = built(tmp_path)
    referred = {piece.name for piece in document.inlines() if isinstance(piece, CrossReference)}
    shown = {b.name for b in document.blocks() if isinstance(b, NumberedFigure | NumberedTable)}
    assert {name for name in shown - referred if not name.startswith("table-issue")} == set()


def test_what_leads_nowhere_is_refused(tmp_path: Path) -> None:
    document = built(tmp_path)
    for lost in (CrossReference("figure-none"), Link("there", "nowhere", "section")):
        with pytest.raises(ValueError, match="nothing is there to refer to"):
            replace(document, sections=[*document.sections, Section("x", "X", [Paragraph(["see ", lost])])])
    with pytest.raises(ValueError, match="figures or tables of one name: figure-accounts"):
        replace(document, sections=[*document.sections, document.sections[3]])


def test_parts_are_put_into_a_message() -> None:
    parts = [CrossReference("a"), Run("b", "strong")]
    assert spliced("See \x000\x00 and \x001\x00.", parts) == ["See ", parts[0], " and ", parts[1], "."]
    assert spliced("Nothing.", []) == ["Nothing."]


def test_text_is_set_so_that_it_acts_on_nothing() -> None:
    assert typeset("541 × 10⁸ CNY at p < 0.05") == "541\u00a0×\u00a010⁸\u00a0CNY at p\u00a0<\u00a00.05"
    assert typeset("7.1 km, 3 Mt") == "7.1\u00a0km, 3\u00a0Mt"
    assert typeset("a\u202eb\x00c\u200fd") == "a[U+202E]b[U+0000]c[U+200F]d"
    assert typeset("县 𠮷 🌳 é") == "县 𠮷 🌳 é"


def test_formulas_keep_what_stands_low_and_high() -> None:
    runs = formula_runs("κ<sub>i</sub> = Â<sup>1/3</sup> &lt; 2")  # type: ignore[arg-type]
    assert [(r.text, r.style) for r in runs] == [
        ("κ", "plain"), ("i", "subscript"), (" = Â", "plain"), ("1/3", "superscript"), (" < 2", "plain"),
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["en", "zh"])
def test_no_block_is_lost_between_page_and_word(tmp_path: Path, code: str) -> None:
    document = built(tmp_path, code, notice="Modelled demonstration data")
    page = page_of(write_document(document, tmp_path, "html"))
    word = docx.Document(str(write_document(document, tmp_path, "docx")))
    titles = [section.title for section in document.sections]
    assert page.headings[1:] == headings_of_word(word)
    assert [text for text in page.headings if text in titles] == titles
    captions = [p.text for p in word.paragraphs if p.style is not None and p.style.name == "Caption"]
    assert sorted(page.captions) == sorted(captions)
    assert len(captions) == len(document.labelled)
    assert cells_of_page(page) == cells_of_word(word)
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph):
                text = typeset(plain_text(block.text, document))
                assert text in page.text
                assert text in [p.text for p in word.paragraphs]


def test_columns_fit_the_page_whatever_stands_in_them() -> None:
    def table(*rows: list[str]) -> Table:
        return Table("", [Column(f"Column {i}") for i in range(len(rows[0]))], [("", rows)])

    narrow, size = column_widths(table(["a", "12"]), 160)
    assert size == 8
    assert sum(narrow) < 60
    for cells in (["x" * 200, "1"], ["长" * 200, "1"], ["one two three " * 30] * 5, ["1234567"] * 16):
        widths, size = column_widths(table(cells), 160)
        assert sum(widths) == pytest.approx(160)
        assert min(widths) > 4, "nothing is squeezed to nothing"
    assert size < 8
