"""Blanks in Chinese text: nothing but blanks is added or taken away, and only where a message meets a value."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ecocomp.language import language_of
from ecocomp.language.spacing import put_in, spaced

TEXT = st.text("甲乙丙年亿aBz09%，（）.−", max_size=6)
ZH = language_of("zh")


def bare(text: str) -> str:
    return text.replace(" ", "")


@given(st.lists(TEXT, max_size=6))
def test_only_blanks_are_added(parts: list[str]) -> None:
    whole = spaced(parts)
    assert bare(whole) == "".join(parts)
    assert "  " not in whole
    assert not re.search("[甲乙丙年亿] [甲乙丙年亿]", whole)


@given(TEXT, TEXT)
def test_chinese_meets_no_letter_or_digit_at_an_edge(left: str, right: str) -> None:
    whole = spaced([left, right])
    edge = left[-1:] + right[:1]
    apart = len(edge) == 2 and bool(re.fullmatch("[甲乙丙年亿][aBz09]|[aBz09%][甲乙丙年亿]", edge))
    assert (len(whole) > len(left) + len(right)) == (apart or bool(re.search("[甲乙丙年亿]$", left)
                                                     and re.match("−[aBz09]", right)))  # fmt: skip


@given(TEXT)
def test_a_value_stays_as_it_is(value: str) -> None:
    assert value in put_in("甲{value}乙", {"value": value})


@given(st.lists(TEXT.filter(bool), min_size=1, max_size=5))
def test_a_list_has_all_its_words_in_order(words: list[str]) -> None:
    assert bare(ZH.listing(words)) == "、".join(words[:-1]) + ("和" if len(words) > 1 else "") + words[-1]
