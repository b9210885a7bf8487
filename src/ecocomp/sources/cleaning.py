"""Texts as people write them to codes, labels and numbers, with a count of everything that was cleaned.

What a cleaning does is safe or it is not done: full-width digits are digits, ``110101.0`` is the code 110101, and
``1,234.5`` can only be one number; ``1,234`` may be two, and a code of five digits is nobody's guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

__all__ = [
    "MISSING_WORDS",
    "Cleaned",
    "bare_code",
    "clean_codes",
    "clean_labels",
    "clean_numbers",
    "clean_years",
    "decimal_mark",
    "is_missing",
    "is_number",
    "plain",
]

MISSING_WORDS = frozenset(
    ("", "na", "n/a", "n.a.", "nan", "null", "none", "nil", ".", "..", "...", "-", "--", "---", "—", "——", "–", "…",
     "……", "/", "\\", "无", "无数据", "暂无", "暂无数据", "缺", "缺失", "缺测", "不详", "未知", "未统计")
)  # fmt: skip
"""Spellings of a missing value, in lower case and with full-width characters made plain."""

Decimal = Literal[".", ",", "?"]
"""Decimal mark; ``?`` where the numbers of a table show it too weakly to decide what 1.234 is."""

_CLEARLY = 10
"""Decimal commas that stand beside one number such as 1.234 where that is surely 1234, and no comma is a slip."""

_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_BLANK = "\u0020\u00a0\u2007\u2009\u202f\u3000"
_CHINESE = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"
_BLANKS_IN_CHINESE = re.compile(rf"(?<=[{_CHINESE}])[\s{_BLANK}]+(?=[{_CHINESE}])")
_MINUS = str.maketrans({"−": "-", "﹣": "-", "‐": "-", "‑": "-", "﹢": "+"})
_MARK = re.compile(r"(?P<code>[0-9A-Za-z]*\d)\s*(?P<mark>[(\[〔【][^()\[\]]{1,8}[)\]〕】]|[*#†‡]+|[①-⑳]+)")

_POINT_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")  # 1,234 and 1,234.5
_COMMA_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?")  # 1.234 and 1.234,5
_SPACE_GROUPS = re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:[{_BLANK}'’]\d{{3}})+(?:[.,]\d*)?")  # 1 234,5 and 1'234.5
_COMMA = re.compile(r"[+-]?(?:\d+,\d*|,\d+)(?:[eE][+-]?\d+)?")  # 1,5
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")  # 1,234 and 1.234: a group, or three decimals

_BESIDE_DIGITS = f",，．'’{_BLANK}"
_TWO_POINTS = re.compile(r"\.\d{3}\.")


class Cleaned(NamedTuple):
    """Cells that were cleaned: what they had, how many, and the first of them by row."""

    what: str
    times: int
    row: int
    value: str


def plain(text: str) -> str:
    """Return a name as it is compared: without blanks, full-width characters made plain."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def is_missing(text: str) -> bool:
    """Tell whether a cell says that its value is missing."""
    return text.lower() in MISSING_WORDS or _normal(text).lower() in MISSING_WORDS


def is_number(text: str) -> bool:
    """Tell whether a cell is a number in any spelling that can be read."""
    cell = _normal(text)
    patterns = (_PLAIN, _POINT_GROUPS, _COMMA_GROUPS, _SPACE_GROUPS, _COMMA)
    return any(p.fullmatch(cell) for p in patterns)


def _normal(text: str) -> str:
    """Return a text with full-width characters and typographic signs made plain."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text).translate(_MINUS).strip()


def _apply(cells: pd.Series, clean: Callable[[str], str], what: str) -> tuple[pd.Series, list[Cleaned]]:
    """Map the distinct texts of a column, and tell how many cells changed."""
    changes = {text: new for text in cells.unique() if (new := clean(text)) != text}
    if not changes:
        return cells, []
    touched = cells.isin(list(changes))
    row = int(cells.index[touched][0])
    told = Cleaned(what, int(touched.sum()), row, cells[row])
    return cells.map(lambda text: changes.get(text, text)).astype(object), [told]


# --- codes, years and labels ------------------------------------------------------------------------------------------


def clean_codes(cells: pd.Series) -> tuple[pd.Series, list[Cleaned]]:
    """Return unit codes as text, what spreadsheets add to them taken off.

    Full-width digits become plain; ``110101.0``, ``'110101``, ``="110101"`` and ``110,101`` become 110101; names as
    codes lose blanks between Chinese characters. Marks such as ``320211（2）`` are left to `bare_code`.
    """
    told: list[Cleaned] = []
    for clean, what in (
        (_without_wrapping, "the quotes of a spreadsheet around the code"),
        (_with_plain_digits, "full-width digits"),
        (_without_decimals, "a decimal point"),
        (_without_groups, "thousands marks"),
        (_without_inner_blanks, "blanks inside"),
    ):
        cells, found = _apply(cells, clean, what)
        told += found
    return cells, told


def _without_wrapping(text: str) -> str:
    if text[:1] not in "'‘’`=\"":
        return text
    match = re.fullmatch(r"""=?"([^"]*)"|['‘’`]([^'’]+)['’]?""", text)
    return (match[1] or match[2] or "").strip() if match else text


def _with_plain_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(unicodedata.normalize("NFKC", c) if "！" <= c <= "～" and c.isalnum() else c for c in text)


def _without_decimals(text: str) -> str:
    return text.split(".")[0] if re.fullmatch(r"\d+\.0+", text, re.ASCII) else text


def _without_groups(text: str) -> str:
    return text.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+", text, re.ASCII) else text


def _without_inner_blanks(text: str) -> str:
    return text if text.isascii() else _BLANKS_IN_CHINESE.sub("", text)


def bare_code(code: str) -> str | None:
    """Return the code that a code with a mark, such as ``320211（2）`` or ``110101*``, begins with; else ``None``."""
    match = _MARK.fullmatch(code) or _MARK.fullmatch(_normal(code))
    return match["code"] if match else None


def clean_years(cells: pd.Series) -> tuple[pd.Series, list[Cleaned]]:
    """Return years as four digits where they are years: ``2015.0``, ``２０１５`` and ``2015年`` are 2015."""
    cells, digits = _apply(cells, _normal, "full-width digits")
    cells, decimals = _apply(cells, lambda t: t[:4] if re.fullmatch(r"[12]\d{3}\.0+", t) else t, "a decimal point")
    cells, words = _apply(cells, lambda t: t[:4] if re.fullmatch(r"[12]\d{3}\s*年(度|末|底)?", t) else t, "年")
    return cells, [*digits, *decimals, *words]


def clean_labels(cells: pd.Series) -> tuple[pd.Series, list[Cleaned]]:
    """Return names without blanks between Chinese characters (``任　县`` is 任县); English names keep theirs."""
    return _apply(cells, _without_inner_blanks, "blanks inside")


# --- numbers ----------------------------------------------------------------------------------------------------------


def decimal_mark(columns: Iterable[pd.Series], declared: Decimal | None, typed: bool) -> Decimal | None:
    """Return the decimal mark of a table's numbers; ``None`` where none is declared and none is needed or shown.

    Where numbers show both marks it is the point, and those with a comma are read by nobody. Where decimal commas
    stand beside numbers such as 3.014, which would change by a thousand, it is the comma only if they are ten times
    as many, or if some number shows groups (``1.234,5``); else it is ``?``, and the study must declare it.

    Parameters
    ----------
    columns
        Texts of every column of numbers.
    declared
        What the study says.
    typed
        Whether the file has numbers of its own kind: those are written with a point here, which is decimal.
    """
    texts = [cells.tolist() for cells in columns]
    if declared is not None or not any(map(_has_unusual, texts)):
        return declared
    marks: set[Decimal] = set()
    for text in set().union(*texts):
        if _PLAIN.fullmatch(text) is None:
            mark = _mark_of(_normal(text))
            marks |= {mark} if mark is not None else set()
        elif not typed and "." in text and not _EITHER.fullmatch(text):
            marks.add(".")
    if marks == {","}:
        cells = [text for column in texts for text in column]
        points = sum("." in text and _PLAIN.fullmatch(text) is not None for text in cells)
        if typed and points:
            return "."
        commas = [c for t in cells if _PLAIN.fullmatch(t) is None and _mark_of(c := _normal(t)) == ","]
        clear = len(commas) >= _CLEARLY * points or any(map(_COMMA_GROUPS.fullmatch, commas))
        return "," if clear else "?"
    return "." if marks else None


def _has_unusual(texts: list[str]) -> bool:
    """Tell whether any text has more than digits and one point, of what shows or needs a decimal mark."""
    together = "\n".join(texts)
    return any(mark in together for mark in _BESIDE_DIGITS) or _TWO_POINTS.search(together) is not None


def _mark_of(cell: str) -> Decimal | None:
    """Return the decimal mark that a number with commas, groups or several points can only have."""
    if _EITHER.fullmatch(cell):
        return None
    if _POINT_GROUPS.fullmatch(cell):
        return "."
    if _COMMA.fullmatch(cell) or _COMMA_GROUPS.fullmatch(cell):
        return ","
    if _SPACE_GROUPS.fullmatch(cell):
        return "," if "," in cell else "." if "." in cell else None
    return None


def clean_numbers(cells: pd.Series, decimal: Decimal | None) -> tuple[pd.Series, pd.Series, list[Cleaned], list[int]]:
    """Return the numbers that texts are.

    Parameters
    ----------
    cells
        Texts, indexed by row.
    decimal
        Decimal mark; ``None`` where nothing shows it, which leaves ``1,234`` unread; ``?`` leaves ``1.234`` too.

    Returns
    -------
    values : pandas.Series
        Numbers, missing where a text is none.
    missing : pandas.Series
        Where a text says that the value is missing.
    cleaned : list of Cleaned
        What numbers had beside their digits.
    unclear : list of int
        Rows whose number depends on the decimal mark that is not known.
    """
    texts, rows = cells.tolist(), cells.index.tolist()
    comma = decimal in (",", "?")
    easy = [_PLAIN.fullmatch(text) is not None and not (comma and "." in text) for text in texts]
    values = np.array([float(text) if plainly else np.nan for text, plainly in zip(texts, easy, strict=True)])
    missing = np.zeros(len(texts), dtype=bool)
    seen: dict[str, _Reading] = {}
    told: dict[str, list[int]] = {}
    unclear: list[int] = []
    for place in (i for i, plainly in enumerate(easy) if not plainly):
        text = texts[place]
        reading = seen.get(text) or seen.setdefault(text, _read(text, decimal))
        missing[place] = reading.missing
        if reading.unclear:
            unclear.append(rows[place])
        elif reading.value is not None:
            values[place] = reading.value
        for what in reading.cleaned:
            told.setdefault(what, []).append(place)
    cleaned = [Cleaned(what, len(where), rows[where[0]], texts[where[0]]) for what, where in told.items()]
    return pd.Series(values, cells.index, dtype=float), pd.Series(missing, cells.index, dtype=bool), cleaned, unclear


class _Reading(NamedTuple):
    """One text as a number: its value if it is one, or that it is missing or unclear, and what was cleaned."""

    value: float | None = None
    missing: bool = False
    unclear: bool = False
    cleaned: tuple[str, ...] = ()


def _read(text: str, decimal: Decimal | None) -> _Reading:
    if is_missing(text):
        return _Reading(missing=True)
    cell = _normal(text)
    cleaned: tuple[str, ...] = ()
    if _SPACE_GROUPS.fullmatch(cell):
        text, cell = (re.sub(rf"[{_BLANK}'’]", "", spelling) for spelling in (text, cell))
        cleaned = ("thousands marks",)
    if cell != text:
        cleaned = ("full-width or typographic characters", *cleaned)
    if _EITHER.fullmatch(cell) and (decimal == "?" or (decimal is None and "," in cell)):
        return _Reading(unclear=True)
    comma = decimal in (",", "?")
    if (_COMMA_GROUPS if comma else _POINT_GROUPS).fullmatch(cell):
        cell, cleaned = cell.replace("." if comma else ",", ""), (*cleaned, "thousands marks")
    if comma and _COMMA.fullmatch(cell):
        cell, cleaned = cell.replace(",", "."), (*cleaned, "a decimal comma")
    elif comma and "." in cell:  # a point that marks no thousands in a column of decimal commas
        return _Reading(unclear=True)
    return _Reading(float(cell), cleaned=cleaned) if _PLAIN.fullmatch(cell) else _Reading()
