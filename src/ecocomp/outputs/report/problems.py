"""What a check found, in Chinese: the English messages of issues, read back by the sentences that they are made of.

A check writes its message in English, as issues.csv and the terminal have it, with names and numbers in its places.
``issues_zh.csv`` has for each sentence its Chinese; a message that fits none of its rule's sentences stays English.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from ecocomp.language import Language
from ecocomp.language.spacing import put_in
from ecocomp.outputs.report.categories import weightings
from ecocomp.variables import table

__all__ = ["in_own_words", "sentences"]

_PLACE = re.compile(r"\{(\w+)\}")
_STILL_ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")
"""Words of a sentence, and not of a name, a unit of measure or a place of a file."""
_TERMS = {
    "value": "数值", "values": "数值", "code": "代码", "codes": "代码", "name": "名称", "names": "名称",
    "full-width digits": "全角数字", "a decimal point": "小数点", "thousands marks": "千位分隔符",
    "full-width or typographic characters": "全角或排版字符", "a decimal comma": "小数逗号", "taken off": "去除",
    "read as a decimal point": "按小数点读取", "read as half-width ones": "按半角字符读取",
    "blanks inside": "内部空格", "the quotes of a spreadsheet around the code": "电子表格的引号",
    "map area": "图上面积",
}  # fmt: skip


@cache
def sentences() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return the sentences of each rule with their Chinese, as ``issues_zh.csv`` has them."""
    text = resources.files("ecocomp").joinpath("issues_zh.csv").read_text(encoding="utf-8")
    found: dict[str, list[tuple[str, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["rule"], []).append((row["english"], row["chinese"]))
    return {rule: tuple(pairs) for rule, pairs in found.items()}


def in_own_words(rule: str, message: str, language: Language) -> str | None:
    """Return the message of an issue in a language; None where only the English is there.

    Parameters
    ----------
    rule
        The issue's code.
    message
        Its message, in English.
    language
        In which to write.
    """
    if language.code == "en":
        return message
    for english, chinese in sentences().get(rule, ()):
        fits = re.fullmatch(_pattern(english), message, re.DOTALL)
        if fits:
            words = {place: _word(place, text, language) for place, text in fits.groupdict().items()}
            if not any(_STILL_ENGLISH.search(word) for word in words.values()):
                return put_in(chinese, words)
    return None


@cache
def _pattern(english: str) -> str:
    """Return the regular expression of a sentence, its places as groups."""
    parts = _PLACE.split(english)
    return "".join(re.escape(part) if i % 2 == 0 else f"(?P<{part}>.+?)" for i, part in enumerate(parts))


def _word(place: str, text: str, language: Language) -> str:
    """Return what is put into a place: quantities and the like by their Chinese names, lists with Chinese commas."""
    if place in ("quantity", "over", "factor"):
        known = table().get(text)
        return known.label_zh if known else _TERMS.get(text, text)
    if place == "weighting":
        return weightings(language).get(text, text)
    if place in ("cells", "what", "treatment"):
        return _TERMS.get(text, text)
    if place == "list":
        return _list(text)
    if place == "counts":
        return _list(re.sub(r"(\d+): (\d+)", r"\1 年 \2 个", text))
    if place == "pairs":
        pairs = re.findall(r"(\d+) as in (\d+): (\d+) of (\d+) units \((.+?)\)(?=;|$)", text)
        return "；".join(f"{y} 年同 {x} 年，{n}/{count} 个单元（{_list(units)}）" for y, x, n, count, units in pairs)
    return text


def _list(text: str) -> str:
    return re.sub(r" and (\d+) more$", r" 及另外 \1 个", text).replace(", ", "、")
