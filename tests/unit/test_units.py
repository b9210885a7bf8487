"""The closed grammar of units: every listed word, its factor, the basis of carbon, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecocomp.units import CO2_PER_C, UnitError, allowed, scale

# word: how many t (mass), CNY, persons or km² one of it is; written out by hand, not taken from the module
MASSES = {
    "t": 1.0, "tonne": 1.0, "吨": 1.0, "kg": 1e-3, "g": 1e-6, "kt": 1e3, "Gg": 1e3, "千吨": 1e3, "万吨": 1e4,
    "Mt": 1e6, "Tg": 1e6, "百万吨": 1e6, "亿吨": 1e8, "Gt": 1e9, "Pg": 1e9,
}  # fmt: skip
MONEY = {
    "CNY": 1.0, "RMB": 1.0, "yuan": 1.0, "元": 1.0, "千元": 1e3, "万元": 1e4, "百万元": 1e6, "亿元": 1e8,
}  # fmt: skip
PEOPLE = {"person": 1.0, "persons": 1.0, "人": 1.0, "千人": 1e3, "万人": 1e4, "百万人": 1e6}
AREAS = {
    "km2": 1.0, "km²": 1.0, "平方公里": 1.0, "平方千米": 1.0, "m2": 1e-6, "m²": 1e-6, "ha": 0.01, "公顷": 0.01,
    "万公顷": 100.0, "亩": 1 / 1500, "万亩": 1e4 / 1500,  # 15 mu are a hectare, 1500 a km²
}  # fmt: skip
NUMBERS = {"": 1.0, "1e4 ": 1e4, "1e8": 1e8, "10 ": 10.0, "0.5 ": 0.5, "thousand ": 1e3, "million ": 1e6,
           "billion ": 1e9, "1e4 × ": 1e4, "1e4*": 1e4}  # fmt: skip


@pytest.mark.parametrize("word", MASSES)
@pytest.mark.parametrize("number", NUMBERS)
def test_every_mass_of_co2_and_of_carbon(word: str, number: str) -> None:
    mt = NUMBERS[number] * MASSES[word] / 1e6
    assert scale(f"{number}{word} CO2", "Mt CO2") == pytest.approx(mt, rel=1e-14)
    assert scale(f"{number}{word} C", "Mt CO2") == pytest.approx(mt * 44 / 12, rel=1e-14)


@pytest.mark.parametrize(("words", "canonical"), [(MONEY, "CNY"), (PEOPLE, "person"), (AREAS, "km2")])
@pytest.mark.parametrize("number", NUMBERS)
def test_every_word_of_money_people_and_area(words: dict[str, float], canonical: str, number: str) -> None:
    for word, factor in words.items():
        assert scale(f"{number}{word}", canonical) == pytest.approx(NUMBERS[number] * factor, rel=1e-14), word


def test_the_lists_above_are_all_the_words_there_are() -> None:
    listed = {"Mt CO2": MASSES, "CNY": MONEY, "person": PEOPLE, "km2": AREAS}
    for canonical, words in listed.items():
        text = allowed(canonical)
        for word in words:
            assert word in text or word in ("km²", "m²"), (canonical, word)
        named = text.removeprefix("[factor] ").split(", such as")[0].split(", each")[0].split(", ")
        assert set(named) <= set(words), "allowed() promises a word that this test does not know"


def test_decimal_factors_are_exact() -> None:
    assert scale("kt CO2", "Mt CO2") == 0.001
    assert scale("万吨 CO2", "Mt CO2") == 0.01
    assert scale("g CO2", "Mt CO2") == 1e-12
    assert scale("亿元", "CNY") == 1e8
    assert scale("%", "1") == 0.01
    assert scale("1", "1") == 1.0


def test_a_price_carries_its_basis() -> None:
    assert pytest.approx(3.6666666666666665) == CO2_PER_C
    assert scale("CNY/t CO2", "CNY/t CO2") == 1.0
    # a tonne of C makes 44/12 t of CO2: a price per tonne of C is 12/44 of it per tonne of CO2
    assert scale("CNY/t C", "CNY/t CO2") == pytest.approx(12 / 44, rel=1e-14)
    assert scale("元/吨 C", "CNY/t CO2") == pytest.approx(12 / 44, rel=1e-14)
    # 1 万元 per kt = 1e4 CNY per 1e3 t = 10 CNY/t
    assert scale("万元/kt CO2", "CNY/t CO2") == pytest.approx(10.0, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "canonical", "says"),
    [
        ("Mt", "Mt CO2", "lacks its substance"),
        ("CNY/t", "CNY/t CO2", "lacks its substance"),
        ("CNY C", "CNY", "cannot carry the substance"),
        ("knot", "Mt CO2", "unknown unit"),
        ("MtCO2e", "Mt CO2", "unknown unit"),
        ("mt CO2", "Mt CO2", "unknown unit"),  # a millitonne? the grammar minds its capitals
        ("coulomb", "Mt CO2", "unknown unit"),
        ("", "CNY", "unknown unit"),
        ("   ", "CNY", "unknown unit"),
        ("1e8", "CNY", "unknown unit"),
        ("0 CNY", "CNY", "unknown unit"),
        ("-1 CNY", "CNY", "unknown unit"),
        ("1e400 CNY", "CNY", "unknown unit"),
        ("USD", "CNY", "is money in USD, not in CNY"),
        ("亿欧元", "CNY", "is money in EUR, not in CNY"),
        ("元", "EUR", "is money in CNY, not in EUR"),
        ("XXX", "CNY", "unknown unit"),  # the code of no currency
        ("EUR", "km2", "does not measure"),
        ("CNY/t CO2/km2", "CNY/t CO2", "unknown unit"),
        ("CNY", "CNY/t CO2", "does not measure"),
        ("Mt CO2", "CNY", "does not measure"),
        ("km2", "person", "does not measure"),
        ("%", "km2", "does not measure"),
        ("CNY/person", "CNY/t CO2", "does not measure"),
    ],
)
def test_what_is_refused_says_what_is_allowed(text: str, canonical: str, says: str) -> None:
    with pytest.raises(UnitError) as refusal:
        scale(text, canonical)
    assert says in str(refusal.value)
    assert repr(text) in str(refusal.value)
    assert allowed(canonical) in str(refusal.value)


FACTORS = st.floats(1e-6, 1e12).map(lambda f: f"{f:.6g}")


@given(FACTORS, st.sampled_from(sorted(MASSES)), st.sampled_from(["CO2", "C"]))
def test_scaling_there_and_back_is_the_identity(number: str, word: str, substance: str) -> None:
    there = scale(f"{number} {word} {substance}", "Mt CO2")
    unit = scale(f"{word} {substance}", "Mt CO2")
    assert there / unit == pytest.approx(float(number), rel=1e-13)


@given(st.text(max_size=12))
def test_any_text_is_scaled_or_refused(text: str) -> None:
    for canonical in ("Mt CO2", "CNY", "person", "km2", "1", "CNY/t CO2"):
        try:
            assert 0 < scale(text, canonical) < float("inf")
        except UnitError as refusal:
            assert allowed(canonical) in str(refusal)
