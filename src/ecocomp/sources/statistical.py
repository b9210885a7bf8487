"""Files of statistics programs, Stata dta and SPSS sav, to columns with the names and labels that they carry."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from importlib import util
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from ecocomp.issues import Issue, MissingDependencyError
from ecocomp.sources.encodings import is_of_lone_letters

__all__ = ["Labelled", "read_spss", "read_stata"]

_UNICODE_RELEASE = 118
"""First release of the dta format whose texts are UTF-8; earlier ones hold whatever Stata's computer used."""


class Labelled(NamedTuple):
    """Columns as stored; ``titles`` are the descriptions of variables, by which a study may call them too."""

    frame: pd.DataFrame
    titles: dict[str, str]
    issues: list[Issue]


def read_stata(path: Path) -> Labelled:
    """Read a Stata file; a column with value labels is there twice, as ``NAME`` and as ``NAME [label]``."""
    with warnings.catch_warnings(), pd.io.stata.StataReader(path, convert_categoricals=False) as reader:
        warnings.simplefilter("ignore")  # of strings that are not UTF-8; they are read again below
        frame = reader.read()  # type: ignore[attr-defined]  # the stubs lack it
        titles, values = reader.variable_labels(), reader.value_labels()
        sets = dict(zip(frame.columns, getattr(reader, "_lbllist", []), strict=False))
    labels = {column: values[sets[column]] for column in frame.columns if sets.get(column) in values}
    issues: list[Issue] = []
    if _release(path) < _UNICODE_RELEASE:
        texts = [*frame.columns, *titles.values(), *(str(v) for found in labels.values() for v in found.values())]
        texts += [cell for column in frame for cell in frame[column].unique() if isinstance(cell, str)]
        strange = [text for text in texts if not text.isascii()]
        if strange and all(map(_is_gb18030, strange)) and not is_of_lone_letters(" ".join(strange).encode("latin-1")):
            frame = frame.map(lambda cell: _again(cell) if isinstance(cell, str) else cell)
            frame.columns = pd.Index([_again(column) for column in frame.columns])
            titles = {_again(column): _again(title) for column, title in titles.items()}
            labels = {_again(c): {k: _again(str(v)) for k, v in found.items()} for c, found in labels.items()}
            issues.append(
                Issue("note", "table-encoding", "is of an old release of Stata and read as GB18030",
                      "nothing to do if the names read well", path.name)
            )  # fmt: skip
    return Labelled(_with_labels(frame, labels), {c: t for c, t in titles.items() if t}, issues)


def read_spss(path: Path) -> Labelled:
    """Read an SPSS file; a column with value labels is there twice, as ``NAME`` and as ``NAME [label]``.

    Raises
    ------
    MissingDependencyError
        If pyreadstat is not installed.
    """
    if util.find_spec("pyreadstat") is None:
        raise MissingDependencyError("an SPSS file", "pyreadstat", "tables")
    import pyreadstat

    frame, about = pyreadstat.read_sav(str(path), apply_value_formats=False, user_missing=False)
    titles = {c: t for c, t in about.column_names_to_labels.items() if t}
    return Labelled(_with_labels(frame, about.variable_value_labels), titles, [])


def _with_labels(frame: pd.DataFrame, labels: Mapping[str, Mapping[Any, str]]) -> pd.DataFrame:
    extra = {f"{column} [label]": frame[column].map(found) for column, found in labels.items() if column in frame}
    return frame.assign(**extra)


def _release(path: Path) -> int:
    with path.open("rb") as file:
        start = file.read(80)
    match = re.search(rb"<release>(\d+)</release>", start)
    return int(match[1]) if match else (start[0] if start else 0)


def _is_gb18030(text: str) -> bool:
    try:
        text.encode("latin-1").decode("gb18030")
    except UnicodeError:
        return False
    return True


def _again(text: str) -> str:
    return text.encode("latin-1").decode("gb18030").strip()
