"""The language of the figures and the font that draws it: Chinese where a font has every glyph, else English."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from ecocomp.outputs.figures.romanise import has_chinese, romanise
from ecocomp.outputs.figures.words import WORDS, word
from ecocomp.result import Result
from ecocomp.study import Header
from ecocomp.variables import label, table

__all__ = ["FAMILIES", "LabelStyle", "find_chinese_font", "labels_for", "style_for"]

FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP", "Droid Sans Fallback",
    "Arial Unicode MS", "Noto Serif CJK SC", "SimSun",
)  # fmt: skip
"""Families looked for, best first (before Matplotlib 3.11 only the Japanese face of the Noto collection is listed)."""

LATIN = "DejaVu Sans"
"""The font of English figures: it comes with Matplotlib."""


@dataclass(frozen=True)
class LabelStyle:
    """In which language and fonts a figure is lettered; ``remark`` says why it is not the language asked for."""

    language: Literal["en", "zh"]
    families: tuple[str, ...]
    remark: str | None = None

    def label(self, name: str, unit: str | None = None) -> str:
        """Return a variable's label with its unit (a key of the words table, or the canonical one)."""
        unit = word(unit, self.language) if unit in WORDS else unit
        return self.text(label(name, self.language, unit=unit))

    def word(self, key: str) -> str:
        """Return one of the few other words."""
        return self.text(word(key, self.language))

    def text(self, raw: object) -> str:
        """Return a text of the study as it can be drawn: in English figures Chinese becomes pinyin."""
        text = str(raw).replace("CO2", "CO₂")
        if self.language == "zh":
            return text
        covered = glyphs(font_manager.findfont(LATIN))
        text = romanise(text) if has_chinese(text) else text
        return "".join(c if ord(c) in covered or c.isspace() else "?" for c in text)


def labels_for(result: Result) -> LabelStyle:
    """Return the language and fonts for a result, as its study asks and the machine allows.

    ``auto`` takes Chinese where unit names are Chinese and a font has every glyph that would be drawn; where none
    has, labels are English, Chinese names are in pinyin, and the style's remark says so.
    """
    return style_for(Header.model_validate(result.manifest["study"]["study"]).language, _names(result))


def style_for(asked: Literal["auto", "zh", "en"], names: Iterable[str]) -> LabelStyle:
    """Return the language and fonts for a language asked for and the names to be drawn, as :func:`labels_for` does."""
    names = list(names)
    chinese = any(map(has_chinese, names))
    if asked == "en" or (asked == "auto" and not chinese):
        return LabelStyle("en", (LATIN,), "Chinese names are in pinyin." if chinese else None)
    family = find_chinese_font("".join(names))
    if family is not None:
        return LabelStyle("zh", (family, LATIN))
    pinyin = " and names are in pinyin" if chinese else ""
    return LabelStyle("en", (LATIN,), f"No Chinese font was found: labels are in English{pinyin}.")


def find_chinese_font(text: str = "") -> str | None:
    """Return the first known family that is installed and has every glyph of the figures' words and of a text.

    ``None`` if there is none. A glyph that the Latin font has may be missing: it is the second family of a figure.
    """
    needed = {ord(c) for c in "".join([text, *_own_words()]) if not c.isspace()} - glyphs(font_manager.findfont(LATIN))
    return _first_family(needed) or (_first_family(needed) if _take_in_new_fonts() else None)


def _first_family(needed: set[int]) -> str | None:
    for family in FAMILIES:
        try:
            path = font_manager.findfont(family, fallback_to_default=False)
        except ValueError:  # not installed
            continue
        if needed <= glyphs(path):
            return family
    return None


@cache
def _take_in_new_fonts() -> bool:
    """Tell Matplotlib of fonts installed since it made the list that it keeps between runs, if there are any."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    new = [path for path in font_manager.findSystemFonts() if path not in known]
    for path in new:
        with suppress(RuntimeError, OSError):  # no font that Matplotlib can read
            font_manager.fontManager.addfont(path)
    return bool(new)


@cache
def glyphs(path: Any) -> frozenset[int]:
    """Return the code points that a font file has a glyph for."""
    return frozenset(FT2Font(path).get_charmap())


def _names(result: Result) -> list[str]:
    columns = [result.results[c] for c in ("name", *result.manifest.get("parents", ())) if c in result.results]
    names = {str(n) for column in columns for n in column.dropna().unique()}
    return sorted(names | {result.manifest.get("notice") or ""})


def _own_words() -> Iterable[str]:
    yield from (chinese for _, chinese in WORDS.values())
    yield from (v.label_zh for v in table().values())
