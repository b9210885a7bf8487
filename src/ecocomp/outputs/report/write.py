"""A report in the file formats that people ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ecocomp.language import Language, language_of
from ecocomp.outputs.report.builder import FigureFile, build_report
from ecocomp.outputs.report.document import Document
from ecocomp.outputs.report.page import write_html
from ecocomp.outputs.report.pdf import require_pdf, write_pdf
from ecocomp.outputs.report.word import write_word
from ecocomp.result import Result

__all__ = ["FORMATS", "require_format", "write_document", "write_report"]

_WRITERS: dict[str, Callable[[Document, Path], None]] = {"html": write_html, "pdf": write_pdf, "docx": write_word}
FORMATS = tuple(_WRITERS)
"""Endings of the files that a report can be written to."""


def require_format(ending: str) -> None:
    """Raise a `MissingDependencyError` if a report cannot be written in a format; ask before a long run, not after."""
    if ending == "pdf":
        require_pdf()


def write_document(document: Document, folder: Path, ending: str) -> Path:
    """Write a report into a folder in one of :data:`FORMATS`, and return its file."""
    path = folder / f"{document.stem}.{ending}"
    _WRITERS[ending](document, path)
    return path


def write_report(result: Result, figures: Sequence[FigureFile], path: Path, language: Language | None = None) -> None:
    """Write the report of a run.

    Parameters
    ----------
    result
        What :func:`ecocomp.run` or :func:`ecocomp.open_run` returned.
    figures
        Its figures by name; a name that the report does not know, or a figure that is not there, is left out.
    path
        File to write; its ending, one of :data:`FORMATS`, says in which format.
    language
        To write in; left out: English.
    """
    document = build_report(result, figures, language or language_of("en", result.currency), path.stem)
    write_document(document, path.parent, path.suffix.removeprefix("."))
