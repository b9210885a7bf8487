"""A report as a PDF: the page, laid out for print by WeasyPrint (extra ``documents``)."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from ecocomp.issues import MissingDependencyError, UsageError
from ecocomp.outputs.figures.romanise import has_chinese
from ecocomp.outputs.report.document import Document
from ecocomp.outputs.report.page import html_of

__all__ = ["require_pdf", "write_pdf"]

PURPOSE = "a report as PDF"
MOST_TOLD = 5
_CODE = re.compile(r"\(U\+([0-9A-F]+)\)")


def require_pdf() -> None:
    """Ask for what a PDF needs.

    Raises
    ------
    MissingDependencyError
        If WeasyPrint is not installed.
    UsageError
        If the library Pango, with which it sets text, is not installed.
    """
    try:
        import weasyprint  # noqa: F401
    except ImportError:
        raise MissingDependencyError(PURPOSE, "weasyprint", "documents") from None
    except OSError as error:
        raise UsageError(
            f"{PURPOSE} needs the library Pango, which is not found ({error}): install it as docs/report.md says, or "
            "write the report as docx or html"
        ) from None


def write_pdf(document: Document, path: Path) -> None:
    """Write a report as a tagged PDF with its fonts embedded.

    A character that no font of the machine has is shown by its code, such as ``[U+E000]``.

    Raises
    ------
    MissingDependencyError
        If WeasyPrint is not installed.
    UsageError
        If Pango or a font with Chinese characters is not installed.
    """
    require_pdf()
    page = html_of(document, lambda figure: figure.resolve().as_uri(), "pdf")
    lost = _print(page, path)
    if any(map(has_chinese, lost)):
        path.unlink()
        raise UsageError(
            f"{PURPOSE} needs a font with Chinese characters ({'、'.join(sorted(lost)[:MOST_TOLD])}), which this "
            "machine has not: install one, such as fonts-noto-cjk, or write the report as docx or html"
        )
    if lost:
        for c in lost:  # in the text, and by its number in the style
            page = page.replace(c, f"[U+{ord(c):04X}]").replace(f"\\{ord(c):x} ", f"[U+{ord(c):04X}]")
        _print(page, path)


def _print(page: str, path: Path) -> set[str]:
    """Write a page as PDF, and return the characters that no font has."""
    from weasyprint import HTML, LOGGER
    from weasyprint.urls import URLFetcher

    lost = _LostCharacters()
    LOGGER.addHandler(lost)
    try:
        fetcher = URLFetcher(allowed_protocols=["file"])
        HTML(string=page, url_fetcher=fetcher).write_pdf(path, pdf_tags=True, pdf_identifier=b"ecocomp")
    finally:
        LOGGER.removeHandler(lost)
    return lost.found


class _LostCharacters(logging.Handler):
    """Takes from WeasyPrint's warnings the characters for which it drew an empty box."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Take the characters of one warning."""
        if ".notdef glyph" in str(record.msg):
            self.found |= {chr(int(code, 16)) for code in _CODE.findall(record.getMessage())}
