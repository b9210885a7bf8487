"""The report: one self-contained page that reads like a short study."""

from ecocomp.outputs.report.builder import write_report

__all__ = ["write_report"]
