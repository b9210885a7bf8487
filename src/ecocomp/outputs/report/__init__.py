"""The report: a short study as a page, a PDF or a Word file, from one document."""

from ecocomp.outputs.report.builder import build_report
from ecocomp.outputs.report.write import FORMATS, require_format, write_document, write_report

__all__ = ["FORMATS", "build_report", "require_format", "write_document", "write_report"]
