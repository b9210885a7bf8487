"""Blanks between Chinese characters and Latin letters or digits where a value is put into a message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import Formatter

__all__ = ["put_in", "spaced"]

_CHINESE = "[\u3400-\u9fff\uf900-\ufaff]"
_BEFORE = re.compile(f"{_CHINESE} ?$")
_AFTER = re.compile(f"^ ?{_CHINESE}")
_OPENS, _CLOSES = re.compile(r"^[+−]?\w"), re.compile(r"[\w%)]$")


def put_in(message: str, values: Mapping[str, object]) -> str:
    """Return a message with values put in by name, a blank between Chinese and what is not; values stay as they are.

    Examples
    --------
    >>> put_in("{year}年，{name}有{units}", {"year": 2017, "name": "甲县", "units": "2 个单元"})
    '2017 年，甲县有 2 个单元'
    """
    parts = []
    for text, name, form, _ in Formatter().parse(message):
        parts.append(text)
        if name is not None:
            parts.append(format(values[name], form or ""))
    return spaced(parts)


def spaced(parts: Iterable[str]) -> str:
    """Return parts of a Chinese text as one, a blank where Chinese meets Latin letters or digits and nowhere else.

    Examples
    --------
    >>> spaced(["2", "、", "9", "和", "甲 ", "乙"])
    '2、9 和甲乙'
    >>> spaced(["按", "GM(1,1)", "预测"])
    '按 GM(1,1) 预测'
    """
    whole = ""
    for part in parts:
        if not part:
            continue
        if _BEFORE.search(whole) and _AFTER.search(part):
            whole, part = whole.removesuffix(" "), part.removeprefix(" ")
        elif (re.search(f"{_CHINESE}$", whole) and _foreign(_OPENS, part)) or (
            _foreign(_CLOSES, whole) and re.search(f"^{_CHINESE}", part)
        ):
            whole += " "
        whole += part
    return whole


def _foreign(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether what a text opens or closes with is a letter or digit, and not Chinese."""
    found = pattern.search(text)
    return found is not None and not re.search(_CHINESE, found.group())
