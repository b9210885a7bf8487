"""Formulas of the method section, which are written with ``<sub>`` and ``<sup>``, as runs of text."""

from __future__ import annotations

from html.parser import HTMLParser

from markupsafe import Markup

from ecocomp.outputs.report.document import Run, Style

__all__ = ["formula_runs"]

_STYLES: dict[str, Style] = {"sub": "subscript", "sup": "superscript"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.style: Style = "plain"
        self.runs: list[Run] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 the parser's form
        self.style = _STYLES[tag]

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 the parser's form
        self.style = "plain"

    def handle_data(self, data: str) -> None:
        self.runs.append(Run(data, self.style))


def formula_runs(formula: Markup) -> list[Run]:
    """Return a formula as runs: plain, subscript and superscript.

    Raises
    ------
    KeyError
        If it holds another element than ``sub`` and ``sup``: a mistake in ecocomp.
    """
    reader = _Reader()
    reader.feed(str(formula))
    reader.close()
    return reader.runs
