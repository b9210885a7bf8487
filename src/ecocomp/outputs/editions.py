"""The editions of a run's report: its languages and file formats, their names, and the figures that go with each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ecocomp.language import CODES, language_of
from ecocomp.result import Result
from ecocomp.stopwatch import Stopwatch
from ecocomp.study import Header

__all__ = ["DEFAULT_FORMATS", "Edition", "editions_among", "own_language", "write_editions"]

DEFAULT_FORMATS = ("html", "docx")
"""What every run writes: each takes well under a second."""
_NAME = re.compile(rf"report(?:_({'|'.join(CODES)}))?\.(\w+)")


@dataclass(frozen=True)
class Edition:
    """A report in one language and format."""

    language: str
    ending: str

    def file(self, own: str) -> str:
        """Return its file in a run's folder: ``report.html``, or ``report_zh.html`` beside a report in English."""
        return f"{_stem('report', self.language, own)}.{self.ending}"


def _stem(name: str, language: str, own: str) -> str:
    return name if language == own else f"{name}_{language}"


def own_language(result: Result) -> str:
    """Return the language of a run's folder: as the run was asked, else as its study says, else that of its figures."""
    from ecocomp.outputs.figures.fonts import labels_for

    stated = Header.model_validate(result.manifest["study"]["study"]).language
    recorded: str | None = result.manifest.get("language")
    return recorded or (labels_for(result).language if stated == "auto" else stated)


def editions_among(files: Iterable[str], own: str) -> Iterator[Edition]:
    """Yield the editions that stand among the files of a folder of a language of its own, ``own``."""
    for file in files:
        named = _NAME.fullmatch(file)
        if named is not None:
            yield Edition(named[1] or own, named[2])


def write_editions(result: Result, folder: Path, editions: Sequence[Edition], own: str, watch: Stopwatch) -> list[Path]:
    """Write reports, each language's built once, and their figures.

    Parameters
    ----------
    result
        Of a run.
    folder
        Of the run; the figures go into ``figures``, and those of another language than its own into ``figures_zh``.
    editions
        Reports to write.
    own
        Language of the folder; its figures are drawn in any case.
    watch
        To tell how long figures and reports take.

    Returns
    -------
    list of pathlib.Path
        The reports.
    """
    from ecocomp.outputs.figures import write_figures
    from ecocomp.outputs.report import build_report, write_document

    written = []
    for code in dict.fromkeys([own, *(edition.language for edition in editions)]):
        watch.start(_stem("figures", code, own))
        language = language_of(code, result.currency)
        folder_of_figures = folder / _stem("figures", code, own)
        figures = write_figures(result, folder_of_figures, language, lettering=_lettering(result, code))
        watch.start(_stem("report", code, own))
        document = build_report(result, figures, language, _stem("report", code, own))
        endings = dict.fromkeys(edition.ending for edition in editions if edition.language == code)
        written += [write_document(document, folder, ending) for ending in endings]
    return written


def _lettering(result: Result, code: str) -> Literal["en", "zh"] | None:
    """Return the language to letter figures in; none where the study has them lettered in it as it stands."""
    from ecocomp.outputs.figures.fonts import labels_for

    if labels_for(result).language == code:
        return None
    return "zh" if code == "zh" else "en"
