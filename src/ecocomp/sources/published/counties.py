"""County workbooks in the form of Chen et al. (2020): code, names in Chinese and English, a column a year."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from ecocomp.issues import DataError, Issue
from ecocomp.rules import issue_of
from ecocomp.sources.published.registry import Dataset
from ecocomp.sources.tables import RawTable, read_table

__all__ = ["read_counties"]

_YEAR = re.compile(r"[^\d]{0,12}((?:19|20)\d\d)(?:年)?")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LEVELS = (("county", "name"), ("city", "prefecture"), ("province", "province"))


def read_counties(published: Dataset, path: Path, letter: str) -> RawTable:
    """Read a county workbook and give its columns plain names.

    The header names each of county, city and province twice, for its Chinese and its English name; which is which is
    told by what stands below it.

    Parameters
    ----------
    published
        Entry of the registry.
    path
        Workbook, or a csv made of it.
    letter
        Letter before the year in the columns' names, such as C for emissions.

    Returns
    -------
    RawTable
        Columns code, name, name_en, prefecture, prefecture_en, province, province_en and one for each year.

    Raises
    ------
    DataError
        If the file cannot be read, or lacks codes or columns of years.
    """
    raw = read_table(path)
    renamed: dict[str, str] = {}
    for column in map(str, raw.frame.columns):
        heading = column.lower()
        match = _YEAR.fullmatch(column)
        if match:
            renamed[column] = f"{letter}{match[1]}"
        elif ("code" in heading or "代码" in heading) and "code" not in renamed.values():
            renamed[column] = "code"
        else:
            level = next((name for word, name in _LEVELS if heading.startswith(word)), None)
            if level:
                texts = raw.frame[column]
                chinese = bool(texts.str.contains(_CHINESE).mean() > 0.5)
                renamed[column] = level if chinese else f"{level}_en"
    faults = _faults(published, raw, renamed)
    if faults:
        raise DataError(faults)
    issues = raw.issues
    if published.sha256 is not None and raw.sha256 != published.sha256:
        message = f"is not the release of {published.key} that this version knows (SHA-256 {raw.sha256[:12]}…)"
        issues = (*issues, issue_of("published-version", message, file=path.name))
    return replace(raw, frame=raw.frame.rename(columns=renamed), issues=issues)


def _faults(published: Dataset, raw: RawTable, renamed: dict[str, str]) -> list[Issue]:
    """Say what a file lacks that the dataset has."""
    named, file = list(renamed.values()), raw.path.name
    lacking = [what for what, there in (
        ("a column of codes (DISTCODE地区代码)", "code" in named),
        ("a column of county names (County Name)", "name" in named or "name_en" in named),
        ("columns of years (C1997 and so on)", any(n[1:].isdigit() for n in named)),
    ) if not there]  # fmt: skip
    twice = sorted({n for n in named if named.count(n) > 1})
    messages = [f"has no {what.removeprefix('a ')}" for what in lacking]
    messages += [f"has several columns that would be {name!r}" for name in twice]
    return [issue_of("published-layout", f"is not laid out as {published.key} is: {m}", file=file) for m in messages]
