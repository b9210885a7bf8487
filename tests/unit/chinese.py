"""What a Chinese text may hold in Latin letters: symbols, units, names of methods and files, and little else."""

from __future__ import annotations

import re
from collections.abc import Iterable

LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
PANEL = re.compile(r"（[a-c]）")
ALLOWED = {
    "CO", "GDP", "n", "N", "a", "b", "p", "q", "t", "k", "F", "R", "Gi", "FDR", "AIC", "HH", "LL", "HL", "LH",
    "STIRPAT", "GM", "LMDI-I", "drivers.csv",
}  # fmt: skip
"""Words that a Chinese report of this field writes in Latin letters."""
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff] ?[,;:!?()]|[,;:!?()] ?[\u4e00-\u9fff]|[\u4e00-\u9fff]\.")
"""Half-width punctuation beside a Chinese character."""


def foreign(text: str, names: Iterable[str] = ()) -> set[str]:
    """Return the words in Latin letters that are neither allowed nor among the names that a test gave."""
    for name in names:
        text = text.replace(name, "")
    text = PANEL.sub("", text)
    return {word.rstrip(".") for word in LATIN.findall(text)} - ALLOWED


def half_width(text: str) -> list[str]:
    """Return half-width punctuation beside Chinese characters."""
    return HALF_WIDTH.findall(text)
