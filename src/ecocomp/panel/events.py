"""Changes of divisions as a table: one row for each link from an old unit to a new one, with date and source.

The table of Beijing, Tianjin and Hebei comes with the package (``divisions/``); users give others in the same form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from ecocomp.issues import DataError, Issue, nearest
from ecocomp.rules import issue_of
from ecocomp.sources.cleaning import clean_codes
from ecocomp.sources.tables import read_table
from ecocomp.study.crosswalk import BUILT_IN

__all__ = ["COLUMNS", "KINDS", "built_in", "checked_events", "read_events", "with_shares"]

KINDS = ("rename", "promoted", "merge", "split", "transfer")
"""What a row can be: a new name; a new rank, code or both; into one unit; into several; a part that changes hands."""

COLUMNS = ("date", "kind", "old_code", "old_name", "new_code", "new_name", "share", "source", "note")
"""Columns of a table of changes; ``share`` and ``note`` may be left out."""

_REQUIRED = tuple(c for c in COLUMNS if c not in ("share", "note"))
_WHOLE = 1e-9
"""By how much shares of one unit may miss 1."""


def built_in() -> pd.DataFrame:
    """Return the changes at county level in Beijing, Tianjin and Hebei, 2000 to 2023.

    Returns
    -------
    DataFrame
        One row a link (date, kind, old_code, old_name, new_code, new_name, share [1], source, note); ``share`` is the
        part of the old unit that went to the new one, NaN where it is not stated.
    """
    file = resources.files("ecocomp.panel").joinpath("divisions", "beijing_tianjin_hebei.csv")
    with file.open(encoding="utf-8") as text:
        events = pd.read_csv(text, dtype=str, keep_default_na=False)
    return _typed(events)


def read_events(names: Iterable[str], folder: Path) -> tuple[pd.DataFrame, list[Issue]]:
    """Return the changes of several tables, one after the other, and every fault found in them.

    Parameters
    ----------
    names
        ``built-in``, or files in any form that a table can have, with the columns of `COLUMNS`.
    folder
        Folder that the files' paths are relative to.
    """
    tables: list[pd.DataFrame] = []
    issues: list[Issue] = []
    for name in names:
        if name == BUILT_IN:
            tables.insert(0, built_in())  # first, so that a user's row of the same change takes its place
            continue
        try:
            raw = read_table(folder / name)
        except DataError as error:
            issues += error.issues
            continue
        events, found = checked_events(raw.frame, raw.path.name)
        tables.append(events)
        issues += found
    events = pd.concat(tables or [_typed(pd.DataFrame(columns=list(COLUMNS), dtype=str))], ignore_index=True)
    keys = ["date", "old_code", "new_code", "source"]
    return events.drop_duplicates([k for k in keys if k in events], keep="last", ignore_index=True), issues


def checked_events(frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Issue]]:
    """Return a user's table of changes in the package's form, without the rows at fault, and those faults.

    Parameters
    ----------
    frame
        Cells as text, indexed by row as a spreadsheet counts.
    file
        Name that issues give the table.
    """
    lacking = [column for column in _REQUIRED if column not in frame]
    if lacking:
        return _typed(pd.DataFrame(columns=list(COLUMNS), dtype=str)), [
            issue_of("events-table", f"has no column {column!r}; {nearest(column, frame.columns)}", file=file,
                     column=column) for column in lacking
        ]  # fmt: skip
    frame = frame.reindex(columns=list(COLUMNS), fill_value="")
    frame = _with_clean_codes(frame)
    frame["date"] = frame["date"].str.removesuffix(" 00:00:00")  # a spreadsheet keeps days as times
    issues = [issue for row in frame.index for issue in _row_faults(frame.loc[row], row, file)]
    sound = frame[~frame.index.isin([issue.row for issue in issues])]
    issues += _share_faults(_typed(sound), file)
    return _typed(sound), issues


def with_shares(events: pd.DataFrame, frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Issue]]:
    """Return events with the shares of a user's table: columns old_code, new_code, share [1], and date if wanted.

    A row that fits no link of the events is an error, as is a share beyond 0 to 1.
    """
    lacking = [column for column in ("old_code", "new_code", "share") if column not in frame]
    if lacking:
        return events, [
            issue_of("events-table", f"has no column {column!r}; {nearest(column, frame.columns)}", file=file,
                     column=column) for column in lacking
        ]  # fmt: skip
    events, issues = events.copy(), []
    for row, cells in _with_clean_codes(frame).iterrows():
        link = (events["old_code"] == cells["old_code"]) & (events["new_code"] == cells["new_code"])
        if cells.get("date"):
            link &= events["date"] == cells["date"]
        share = pd.to_numeric(cells["share"], errors="coerce")
        if not link.any():
            message = f"no change leads from {cells['old_code']} to {cells['new_code']}"
            issues.append(issue_of("events-table", message, file=file, row=int(str(row)), unit=cells["old_code"]))
        elif not 0 <= share <= 1:
            issues.append(_share_issue(file, int(str(row)), cells["old_code"], cells["share"]))
        else:
            events.loc[link, "share"] = float(share)
    return events, [*issues, *_share_faults(events, file)]


def _with_clean_codes(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose codes are spelt as those of the study's tables are."""
    return frame.assign(**{column: clean_codes(frame[column])[0] for column in ("old_code", "new_code")})


def _typed(events: pd.DataFrame) -> pd.DataFrame:
    return events.assign(share=pd.to_numeric(events["share"], errors="coerce")).reset_index(drop=True)


def _share_issue(file: str, row: int | None, unit: str, value: str) -> Issue:
    message = "is no share from 0 to 1"
    return issue_of("events-table", message, file=file, column="share", row=row, unit=unit, value=value)


def _row_faults(cells: pd.Series, row: int, file: str) -> Iterator[Issue]:
    """Yield what is wrong with the cells of one row."""
    if not _is_date(cells["date"]):
        message = "is no date: write 2010-07-01, or 2010 where the day is not known"
        yield issue_of("events-table", message, file=file, column="date", row=row, value=cells["date"])
    if cells["kind"] not in KINDS:
        message = f"is no kind of change; {nearest(cells['kind'], KINDS)}"
        yield issue_of("events-table", message, file=file, column="kind", row=row, value=cells["kind"])
    for column in ("old_code", "new_code"):
        if not cells[column]:
            yield issue_of("events-table", "has no code", file=file, column=column, row=row)
    if not cells["source"].strip():
        message = "has no source: name the approval, or where the change is known from"
        yield issue_of("events-table", message, file=file, column="source", row=row, unit=cells["old_code"] or None)
    if cells["share"] and not 0 <= pd.to_numeric(cells["share"], errors="coerce") <= 1:
        yield _share_issue(file, row, cells["old_code"], cells["share"])


def _is_date(text: str) -> bool:
    if len(text) == 4:
        return re.fullmatch(r"[12][0-9]{3}", text) is not None
    return len(text) == 10 and pd.notna(pd.to_datetime(text, format="%Y-%m-%d", errors="coerce"))


def _share_faults(events: pd.DataFrame, file: str) -> Iterator[Issue]:
    """Yield the units whose shares do not make up the whole, or are stated for some successors only."""
    for (date, old), links in events.groupby(["date", "old_code"], sort=True):
        whole = links["kind"] != "transfer"
        given, parts = links.loc[whole, "share"].notna(), float(links["share"].sum())
        if given.any() and not given.all():
            message = f"{old}, {date}: shares are stated for some of its successors and not for others"
        elif parts > 1 + _WHOLE or (given.any() and given.all() and not np.isclose(parts, 1, rtol=0, atol=_WHOLE)):
            message = f"{old}, {date}: shares add up to {parts:.10g} instead of 1"
        else:
            continue
        yield issue_of("events-table", message, file=file, column="share", unit=str(old))
