"""Catalogues: complete, with the same places as the English message, and nothing that nobody says."""

from __future__ import annotations

import re
from datetime import date

import pytest

from ecocomp.language import CODES, language_of
from ecocomp.language.catalogue import messages
from ecocomp.language.measures import Measure
from ecocomp.language.spacing import put_in
from ecocomp.variables import table
from messages import places, said

OTHERS = [code for code in CODES if code != "en"]


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_translated_with_its_places(code: str) -> None:
    known = messages(code)
    lacking = [f"{where}: {message}" for where, message in said() if not known.get(message)]
    assert not lacking, "\n".join(lacking)
    unlike = [message for message, own in known.items() if places(message) != places(own)]
    assert not unlike, "\n".join(unlike)


@pytest.mark.parametrize("code", OTHERS)
def test_no_translation_is_left_over(code: str) -> None:
    assert set(messages(code)) - {message for _, message in said()} == set()


def test_lists_and_dates_are_written_as_each_language_does() -> None:
    en, zh = language_of("en"), language_of("zh")
    assert [en.listing(["a", "b", "c"]), en.listing(["a"]), en.listing([])] == ["a, b and c", "a", ""]
    assert zh.listing(["甲", "乙", "丙"]) == "甲、乙和丙"
    assert [zh.listing(["2007", "2012"]), zh.listing(["甲", "B"])] == ["2007 和 2012", "甲和 B"]
    assert (en.joined(["A.", "", "B."]), zh.joined(["甲。", "", "乙。"])) == ("A. B.", "甲。乙。")
    assert (en.date(date(2026, 11, 5)), zh.date(date(2026, 11, 5))) == ("5 November 2026", "2026年11月5日")


def test_chinese_and_latin_are_a_blank_apart_and_values_stay_as_they_are() -> None:
    zh = language_of("zh")
    assert zh.listing(["2", "甲", "9%", "乙", "N"]) == "2、甲、9%、乙和 N"
    assert (
        put_in(
            "{year}年在{place}，占 {share}，见{file}。",
            {
                "year": 2017,
                "place": "Hebei",
                "share": "不足 1%",
                "file": "报告2017.csv",
            },
        )
        == "2017 年在 Hebei，占不足 1%，见报告2017.csv。"
    )
    assert put_in("{a}{b}：{c}（{d}）", {"a": "甲", "b": 5, "c": "x", "d": "乙"}) == "甲 5：x（乙）"
    assert put_in("变化{a}，即 {b} 亿元", {"a": "−5%", "b": "1,234"}) == "变化 −5%，即 1,234 亿元"


def test_every_unit_of_the_variables_has_chinese_words() -> None:
    labels = {language_of("zh").measure(v.unit).label for v in table().values()}
    assert not [label for label in labels if re.search("[A-Za-z]", label.replace("CO₂", ""))]


def test_a_count_takes_its_form() -> None:
    assert language_of("en").count("{count} unit", "{count} units", 1) == "1 unit"
    assert language_of("en").count("{count} unit", "{count} units", 1234) == "1,234 units"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr'; there are: en, zh"):
        language_of("fr")


def test_amounts_stand_in_the_units_that_readers_expect() -> None:
    def shown(code: str, currency: str, unit: str, value: float) -> tuple[float, str]:
        measure = language_of(code, currency).measure(unit)
        return value / measure.size, measure.label

    assert shown("en", "CNY", "CNY", 5.41e10) == (541, "10⁸ CNY")
    assert shown("zh", "CNY", "CNY", 5.41e10) == (541, "亿元")
    assert language_of("zh").measure("CNY", 1.9e8) == Measure(1e4, "万元"), "less than two of the usual unit"
    assert language_of("en").measure("CNY", 2e8) == Measure(1e8, "10⁸ CNY")
    assert shown("en", "EUR", "CNY", 2e6) == (2, "million EUR")
    assert shown("zh", "EUR", "CNY", 2e8) == (2, "亿欧元")
    assert shown("zh", "CNY", "Mt CO2", 1.5) == (150, "万吨 CO₂")  # 1.5 Mt are 150 times 10 kt
    assert shown("en", "CNY", "Mt CO2", 1.5) == (1.5, "Mt CO₂")
    assert shown("en", "EUR", "CNY/t CO2", 60) == (60, "EUR/t CO₂")
    assert shown("zh", "CNY", "CNY/t CO2", 60) == (60, "元/吨 CO₂")
    assert shown("en", "CNY", "km2", 3) == (3, "km²")
    assert [shown("zh", "CNY", unit, 3) for unit in ("km/a", "CNY/person")] == [(3, "公里/年"), (3, "元/人")]
