"""What stands in the files of a report: a page and a Word file, as a reader of either finds it."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from docx.oxml.ns import qn

BLOCKS = ("h1", "h2", "h3", "caption", "figcaption", "td", "th", "p", "dt", "dd", "li")


class ReportPage(HTMLParser):
    """The headings, captions and cells of a page, and all of its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.captions: list[str] = []
        self.cells: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(html)
        self.text = "".join(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in BLOCKS:
            self._open.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            return
        found = "".join(self._open.pop()[1])
        kept = {"h1": self.headings, "h2": self.headings, "h3": self.headings, "caption": self.captions,
                "figcaption": self.captions, "td": self.cells, "th": self.cells}  # fmt: skip
        if tag in kept:
            kept[tag].append(found)

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._open:
            self._open[-1][1].append(data)


def page_of(path: Path) -> ReportPage:
    """Return what stands in a page."""
    return ReportPage(path.read_text(encoding="utf-8"))


def cells_of_page(page: ReportPage) -> list[str]:
    """Return the text of all cells in order."""
    return page.cells


def cells_of_word(word: Any) -> list[str]:
    """Return the text of all cells in order."""
    return ["".join(t.text or "" for t in cell.iter(qn("w:t"))) for cell in word.element.body.iter(qn("w:tc"))]


def headings_of_word(word: Any) -> list[str]:
    """Return the text of the paragraphs with a style of a heading."""
    return [p.text for p in word.paragraphs if p.style.name.startswith("Heading")]


def fields_of_word(word: Any) -> Iterator[str]:
    """Yield the instructions of the fields of the text."""
    for code in word.element.body.iter(qn("w:instrText")):
        yield (code.text or "").strip()
