"""The language of the figures and the fonts that draw it: Chinese where fonts have every glyph, else English."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import util
from pathlib import Path
from typing import Any, Literal

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from ecocomp.issues import UsageError
from ecocomp.language import language_of
from ecocomp.language.measures import Measure
from ecocomp.outputs.figures.designs import SCREEN, Design
from ecocomp.outputs.figures.romanise import has_chinese, romanise
from ecocomp.outputs.figures.words import WORDS, word
from ecocomp.result import Result
from ecocomp.study import Figures, Header
from ecocomp.variables import label, table, variable

__all__ = [
    "FAMILIES",
    "LabelStyle",
    "approval_of",
    "find_chinese_font",
    "labels_for",
    "require_chinese_font",
    "style_for",
]

FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP", "Droid Sans Fallback",
    "Arial Unicode MS", "Noto Serif CJK SC", "SimSun",
)  # fmt: skip
"""Families looked for, best first (before Matplotlib 3.11 only the Japanese face of the Noto collection is listed)."""

LATIN = SCREEN.fonts[-1]
"""The font of last resort: it comes with Matplotlib."""

PACKAGE = "mplfonts"
"""A package that brings Chinese fonts (extra ``fonts``), for machines where none can be installed otherwise."""


@dataclass(frozen=True)
class LabelStyle:
    """In which language, fonts and design a figure is lettered; ``remark`` says why it is not the language asked for.

    ``currency`` is that of the study.
    """

    language: Literal["en", "zh"]
    families: tuple[str, ...]
    remark: str | None = None
    currency: str = "CNY"
    design: Design = SCREEN

    def label(self, name: str, unit: str | None = None) -> str:
        """Return a variable's label with a unit, or with the one in which readers expect it."""
        unit = self.measure(variable(name).unit).label if unit is None else unit
        return self.text(label(name, self.language, unit=unit))

    def measure(self, unit: str, largest: float | None = None) -> Measure:
        """Return the unit in which readers expect values of a canonical unit, money up to the largest amount."""
        return language_of(self.language, self.currency).measure(unit, largest)

    def word(self, key: str) -> str:
        """Return one of the few other words."""
        return self.text(word(key, self.language))

    def text(self, raw: object) -> str:
        """Return a text of the study as it can be drawn: in English figures Chinese becomes pinyin."""
        text = str(raw).replace("CO2", "CO₂")
        if self.language == "zh":
            return text
        covered = _covered(self.families)
        text = romanise(text) if has_chinese(text) else text
        return "".join(c if ord(c) in covered or c.isspace() else "?" for c in text)


def labels_for(result: Result, asked: Literal["auto", "zh", "en"] | None = None, design: Design = SCREEN) -> LabelStyle:
    """Return the language and fonts for a result, as asked for or else as its study has it, and the machine allows.

    ``auto`` takes Chinese where unit names are Chinese and fonts have every glyph that would be drawn; where none
    has, labels are English, Chinese names are in pinyin, and the style's remark says so.
    """
    study = Header.model_validate(result.manifest["study"]["study"])
    return style_for(asked or study.language, _names(result), result.currency, design)


def style_for(
    asked: Literal["auto", "zh", "en"], names: Iterable[str], currency: str = "CNY", design: Design = SCREEN
) -> LabelStyle:
    """Return the language and fonts for a language asked for and the names to be drawn, as :func:`labels_for` does."""
    names = list(names)
    chinese = any(map(has_chinese, names))
    latin = _latin_families(design)
    if asked == "en" or (asked == "auto" and not chinese):
        return LabelStyle("en", latin, "Chinese names are in pinyin." if chinese else None, currency, design)
    families = _chinese_families("".join(names))
    if families:
        return LabelStyle("zh", (*families, LATIN), None, currency, design)
    pinyin = " and names are in pinyin" if chinese else ""
    return LabelStyle("en", latin, f"No Chinese font was found: labels are in English{pinyin}.", currency, design)


def _latin_families(design: Design) -> tuple[str, ...]:
    """Return the fonts of English figures that are installed, be it since Matplotlib made its list."""

    def installed() -> tuple[str, ...]:
        return tuple(family for family in design.fonts if family == LATIN or _path_of(family) is not None)

    found = installed()
    return installed() if found == (LATIN,) != design.fonts and _take_in_new_fonts() else found


def find_chinese_font(text: str = "") -> str | None:
    """Return the family that would draw the figures' Chinese words and a text, with others for what it lacks.

    ``None`` if no known family has every word, or a glyph of the text is in none of them.
    """
    return next(iter(_chinese_families(text)), None)


def require_chinese_font(result: Result) -> None:
    """Refuse figures in Chinese that this machine could not letter.

    Raises
    ------
    UsageError
        If no font is found, or none has some character of the names: the message says which, and what to install.
    """
    remedy = (
        "install one: on Debian or Ubuntu  apt-get install fonts-noto-cjk , or anywhere  python -m pip install "
        "'ecocomp[fonts]'"
    )
    if find_chinese_font() is None:
        raise UsageError(f"figures in Chinese need a Chinese font, and none was found; {remedy}")
    installed = [family for family in FAMILIES if _path_of(family) is not None]
    lacking = sorted(set("".join(_names(result))) - {chr(code) for code in _covered((*installed, LATIN))} - {" ", "\n"})
    if lacking:
        named = ", ".join(f"{c} (U+{ord(c):04X})" for c in lacking[:10])
        raise UsageError(
            f"no font has {named}, in the names of units or in the notice; write them otherwise, or {remedy}"
        )


def _chinese_families(text: str) -> tuple[str, ...]:
    """Return the first family that has all words of the figures, with those that cover what it lacks of a text."""
    found = _families(text)
    return found if found or not _take_in_new_fonts() else _families(text)


def _families(text: str) -> tuple[str, ...]:
    latin = glyphs(font_manager.findfont(LATIN))
    words = _points("".join(_own_words())) - latin
    needed = _points(text) - latin
    installed = {family: glyphs(path) for family in FAMILIES if (path := _path_of(family)) is not None}
    first = next((family for family, covered in installed.items() if words <= covered), None)
    if first is None:
        return ()
    chosen = [first]
    for family, covered in installed.items():
        needed -= installed[chosen[-1]]
        if needed & covered:
            chosen.append(family)
    return tuple(chosen) if not needed - installed[chosen[-1]] else ()


def _points(text: str) -> set[int]:
    return {ord(c) for c in text if not c.isspace()}


def _path_of(family: str) -> Any:
    """Return where a family's font is; none if it is not installed."""
    try:
        return font_manager.findfont(family, fallback_to_default=False)
    except ValueError:
        return None


def _covered(families: Iterable[str]) -> frozenset[int]:
    """Return the code points that some font of the families has a glyph for."""
    return frozenset().union(*(glyphs(path) for family in families if (path := _path_of(family)) is not None))


@cache
def _take_in_new_fonts() -> bool:
    """Tell Matplotlib of fonts installed since it made the list that it keeps between runs, if there are any."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    new = [path for path in [*font_manager.findSystemFonts(), *_fonts_of_the_package()] if path not in known]
    for path in new:
        with suppress(RuntimeError, OSError):  # no font that Matplotlib can read
            font_manager.fontManager.addfont(path)
    return bool(new)


def _fonts_of_the_package() -> list[str]:
    """Return the free fonts in the package for machines without one; it is not imported."""
    found = util.find_spec(PACKAGE)
    folders = found.submodule_search_locations if found is not None else None
    return sorted(str(path) for folder in folders or () for path in (Path(folder) / "fonts").glob("Noto*CJK*"))


@cache
def glyphs(path: Any) -> frozenset[int]:
    """Return the code points that a font file has a glyph for."""
    return frozenset(FT2Font(path).get_charmap())


def _names(result: Result) -> list[str]:
    columns = [result.results[c] for c in ("name", *result.manifest.get("parents", ())) if c in result.results]
    names = {str(n) for column in columns for n in column.dropna().unique()}
    return sorted(names | {result.manifest.get("notice") or "", approval_of(result) or ""} | set(result.scenarios))


def approval_of(result: Result) -> str | None:
    """Return the number under which the study says that its maps were approved."""
    return Figures.model_validate(result.manifest["study"].get("figures", {})).approval_number


def _own_words() -> Iterable[str]:
    yield from (chinese for _, chinese in WORDS.values())
    yield from (v.label_zh for v in table().values())
    measures = language_of("zh")
    yield from (measures.measure(v.unit, largest).label for v in table().values() for largest in (0.0, 1e6, None))
