"""Which unit and year each row of a table is about: codes and years as people write them, and rows that repeat."""

from __future__ import annotations

import re
from collections import Counter

import pandas as pd

from ecocomp.issues import Issue
from ecocomp.panel.columns import tell
from ecocomp.sources.cleaning import bare_code, clean_codes, clean_years
from ecocomp.sources.tables import RawTable
from ecocomp.study import Reading

__all__ = ["read_keys"]

_USUAL = 0.8
"""Share of codes that have as many digits as the most, above which one digit less looks like a lost one."""


def read_keys(table: RawTable, reading: Reading) -> tuple[pd.DataFrame, list[Issue]]:
    """Return the unit and year of every row.

    Parameters
    ----------
    table
        With the columns that ``reading`` names.
    reading
        The key columns.

    Returns
    -------
    keys : pandas.DataFrame
        Columns ``unit`` and, where the table has a column of years, ``year``, on the rows that have both, the first
        of each.
    issues : list of Issue
        Rows without a code or year, rows that repeat, and what was cleaned.
    """
    file = table.path.name
    codes, cleaned = clean_codes(table.frame[reading.id])
    issues = tell(cleaned, file, reading.id, "codes")
    codes, found = _marked(codes, file, reading.id)
    issues += [*found, *_odd_codes(codes, file, reading.id)]
    issues += [
        Issue("error", "empty-code", "has no unit code", "fill it in or delete the row", file, reading.id, int(row))
        for row in codes.index[codes == ""]
    ]
    keys = pd.DataFrame({"unit": codes})
    good = codes != ""
    if reading.year is not None:
        keys["year"], found = _years(table, codes, reading.year)
        issues += found
        good &= keys["year"].notna()
    keys = keys[good]
    if reading.year is not None:
        keys = keys.astype({"year": int})
    return _without_repeats(keys, file, reading.id, issues), issues


def _years(table: RawTable, codes: pd.Series, column: str) -> tuple[pd.Series, list[Issue]]:
    file, texts = table.path.name, table.frame[column]
    years, cleaned = clean_years(texts)
    issues = tell(cleaned, file, column, "years")
    years = years.where(years.str.fullmatch(r"[12][0-9]{3}"))
    for row in years.index[years.isna()]:
        remedy = "write four digits"
        if re.match(r"\d{4}-\d\d-\d\d", texts[row]):
            remedy += "; it is stored as a date, so give the column the format of numbers"
        issues.append(
            Issue("error", "bad-year", "is not a year", remedy, file, column, int(row), codes[row], None,
                  texts[row] or None)
        )  # fmt: skip
    return years, issues


def _without_repeats(keys: pd.DataFrame, file: str, column: str, issues: list[Issue]) -> pd.DataFrame:
    """Keep the first row of each unit and year; every other one is an error that names both."""
    names = list(keys.columns)
    again = keys.duplicated(names)
    if not again.any():
        return keys
    first = {key: row for row, key in zip(keys.index, keys.itertuples(index=False, name=None), strict=True)
             if not again[row]}  # fmt: skip
    for row in keys.index[again]:
        key = tuple(keys.loc[row, names])
        year = int(keys["year"][row]) if "year" in names else None
        what = "unit and year" if "year" in names else "unit"
        issues.append(
            Issue("error", "duplicate", f"is there more than once for this {what}, first in row {first[key]}",
                  "keep one of the rows", file, column, int(row), keys["unit"][row], year)
        )  # fmt: skip
    return keys[~again]


def _marked(codes: pd.Series, file: str, column: str) -> tuple[pd.Series, list[Issue]]:
    """Read codes with a mark, such as ``320211（2）``, as the code; apart where another row has that already."""
    bare = {code: found for code in codes.unique() if (found := bare_code(code)) is not None}
    if not bare:
        return codes, []
    claims = Counter(bare.values())
    firsts = {code: int(row) for row, code in reversed(list(codes.items()))}
    issues, again = [], {}
    for code, found in bare.items():
        row = firsts[code]
        if found in firsts or claims[found] > 1:
            others = [found] if found in firsts else [c for c in bare if bare[c] == found and c != code]
            beside = ", ".join(f"{other} in row {firsts[other]}" for other in others)
            message = f"is the code {found} with a mark, beside {beside}: kept apart as a unit of its own"
            remedy = "check which unit the row is about, and give it a code of its own"
        else:
            again[code] = found
            message, remedy = f"is read as the code {found} with a mark", "take the mark off if that is right"
        issues.append(Issue("warning", "marked-code", message, remedy, file, column, row, found, None, code))
    return codes.map(lambda code: again.get(code, code)).astype(object) if again else codes, issues


def _odd_codes(codes: pd.Series, file: str, column: str) -> list[Issue]:
    """Name codes that a spreadsheet may have spoilt: a digit less than the others, or scientific notation."""
    texts = [code for code in codes.unique() if code]
    issues = []
    spoilt = {code for code in texts if re.fullmatch(r"\d\.\d+[eE]\+?\d+", code)}
    digits = {code for code in texts if re.fullmatch(r"\d+", code)}
    lengths = Counter(map(len, digits))
    usual, often = lengths.most_common(1)[0] if lengths else (0, 0)
    short: set[str] = set()
    if usual >= 5 and often >= _USUAL * len(digits):
        short = {code for code in digits if len(code) == usual - 1}
    rows = {code: int(row) for row, code in reversed(list(codes.items())) if code in spoilt or code in short}
    for code, row in sorted(rows.items(), key=lambda item: item[1]):
        if code in spoilt:
            issues.append(
                Issue("error", "bad-code", "is a number in scientific notation, which may have lost digits",
                      "write the code as text, with all its digits", file, column, row, value=code)
            )  # fmt: skip
        else:
            issues.append(
                Issue("warning", "short-code", f"has {len(code)} digits where the others have {usual}; it is taken as "
                      "it stands", "add the digit that is lost, often a leading zero", file, column, row, code)
            )  # fmt: skip
    return issues
