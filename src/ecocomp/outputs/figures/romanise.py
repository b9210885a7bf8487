"""Chinese names in Latin letters, for the machines that have no Chinese font."""

from __future__ import annotations

import re
from itertools import pairwise

__all__ = ["has_chinese", "romanise"]

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_PEOPLES = "蒙古|满|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|畲|土|羌|达斡尔|鄂温克|鄂伦春"
_KINDS = "自治县|自治州|自治区|自治旗|特别行政区|新区|矿区|市区|林区|地区|省|市|县|区|旗|盟"
_PART = re.compile(rf"(?:{_PEOPLES})族|(?:{_KINDS})|.+?(?=(?:{_PEOPLES})族|(?:{_KINDS})|$)")
_STOPS = str.maketrans("，。；：、（）！？“”", ',.;:,()!?""')


def has_chinese(text: str) -> bool:
    """Return whether a text holds a Chinese character."""
    return _HAN.search(text) is not None


def romanise(text: str) -> str:
    """Return a text with its Chinese characters in pinyin: a capitalised word a part of the name.

    Notes
    -----
    A name is split before the words for its kind (省, 市, 县, …) and around the names of peoples; a one-syllable
    name keeps its kind (易县 is Yixian), as in the national rules for place names (GB/T 28039).

    Examples
    --------
    >>> romanise("张家口市尚义县")
    'Zhangjiakou Shi Shangyi Xian'
    """
    spaced = _HAN.sub(lambda match: f" {_words(match.group())} ", text).translate(_STOPS)
    return re.sub(r" (?=[,.;:)!?])|(?<=\() ", "", re.sub(r"\s+", " ", spaced)).strip()


def _words(name: str) -> str:
    parts = _PART.findall(name)
    joined: list[str] = []
    for part in parts:
        if joined and len(joined[-1]) == 1 and joined[-1] not in _KINDS.split("|"):  # a one-syllable name
            joined[-1] += part
        else:
            joined.append(part)
    return " ".join(map(_syllables, joined))


def _syllables(part: str) -> str:
    from pypinyin import lazy_pinyin

    syllables = lazy_pinyin(part, v_to_u=True)
    marked = ["'" + b if b[:1] in "aeo" else b for _, b in pairwise(syllables)]
    return "".join([*syllables[:1], *marked]).capitalize()
