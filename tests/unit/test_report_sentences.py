"""The report's sentences, word for word, with numbers made by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from ecocomp.language import language_of
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report import sentences as say

NAN = math.nan
EN, ZH = language_of("en"), language_of("zh")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234.56, 1, "1,234.6"),
        (-1234.5, 0, "−1,234"),
        (-0.001, 2, "0.00"),
        (NAN, 2, "–"),
        (pd.NA, 2, "–"),
        (None, 0, "–"),
    ],
)
def test_number(value: float | None, decimals: int, text: str) -> None:
    assert numbers.number(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"), [(541.48, "541"), (12345.6, "12,346"), (66.36, "66.4"), (0.012345, "0.0123"), (0.0, "0")]
)
def test_significant_digits_never_round_the_whole_part(value: float, text: str) -> None:
    assert numbers.significant(value) == text


def test_a_column_shares_its_decimals_but_loses_nothing() -> None:
    assert numbers.column([10.456, -2.0, None, 0.0001, 0.0], 4) == ["10.46", "−2.00", "–", "0.00010", "0.00"]


def test_settings_are_printed_as_written() -> None:
    assert [numbers.plain(v) for v in (60.0, 0.05, 16.363636, 100000.0)] == ["60", "0.05", "16.3636", "100,000"]


def test_small_numbers_in_words() -> None:
    assert [numbers.p_value(p) for p in (0.0, 0.0123, NAN)] == ["< 0.001", "0.012", "–"]
    assert [numbers.percent(x) for x in (0.0567, 0.5, 1e-6)] == ["5.7%", "50%", "less than 0.01%"]
    assert [numbers.fraction(x) for x in (1 / 3, 0.25, 0.41234)] == ["1/3", "1/4", "0.412"]
    assert numbers.measure("Mt CO2 at mean size") == "Mt CO₂ at mean size"


def test_amounts_stand_in_the_readers_unit() -> None:
    assert [say.money(541.48e8, language) for language in (EN, ZH)] == ["541 × 10⁸ CNY", "541 亿元"]
    assert [say.money(None, language) for language in (EN, ZH)] == ["an unknown sum", "未知金额"]
    assert say.money(5.4e6, language_of("en", "EUR")) == "5.40 million EUR"
    assert numbers.amount(1.5, "Mt CO2", ZH) == "150 万吨 CO₂"  # 1.5 Mt are 150 times 10 kt
    assert numbers.percent(1e-6, ZH) == "不足 0.01%"


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (60.0, "CNY/t CO2", "60 CNY/t CO₂", "60 元/吨 CO₂"),
        (220.0, "CNY/t C", "220 CNY/t C", "220 元/吨 C"),
        (5.0, "1e6 CNY", "5 × 10⁶ CNY", "5 百万元"),
        (5.0, "万元", "5 万元", "5 万元"),
        (3.0, "1e4 person", "3 × 10⁴ persons", "3 万人"),
        (2.0, "Mt CO2", "2 Mt CO₂", "2 百万吨 CO₂"),
        (2.0, "kt CO2", "2 kt CO₂", "2 千吨 CO₂"),
        (1.0, "g C/m2", "1 g C/m²", "1 g C/平方米"),
    ],
)
def test_what_a_study_states_keeps_its_unit(value: float, unit: str, english: str, chinese: str) -> None:
    assert [numbers.as_stated(value, unit, language) for language in (EN, ZH)] == [english, chinese]


def test_lists() -> None:
    assert [say.row_of(w, EN) for w in ([], ["a"], ["a", "b", "c"])] == ["", "a", "a, b, c"]
    assert say.capped(["a", "b", "c", "d"], 2, EN) == "a, b and 2 more"
    assert say.capped(["甲", "乙", "丙", "丁"], 2, ZH) == "甲、乙及另外 2 个"
    assert say.capped(["甲", "乙"], 2, ZH) == "甲和乙"


@pytest.mark.parametrize(
    ("bearing", "english", "chinese"),
    [
        (0, "north", "北"), (359, "north", "北"), (203, "south-south-west", "西南偏南"), (90, "east", "东"),
        (236, "south-west", "西南"), (20, "north-north-east", "东北偏北"), (295, "west-north-west", "西北偏西"),
    ],
)  # fmt: skip
def test_compass(bearing: float, english: str, chinese: str) -> None:
    assert [say.compass(bearing, language) for language in (EN, ZH)] == [english, chinese]


def test_heads() -> None:
    assert say.heads(2017, 175, 150, 24, 0, 1) == "In 2017, of 175 units, 150 pay, 24 receive and 1 is missing."
    assert say.heads(2017, 3, 1, 0, 2, 0) == "In 2017, of 3 units, 1 pays, none receives and 2 are balanced."


def test_totals() -> None:
    assert say.totals(541e8, 66.4e8) == (
        "Payments come to 541 × 10⁸ CNY and receipts to 66.4 × 10⁸ CNY: payments exceed receipts "
        "by 475 × 10⁸ CNY, 8.1 to 1."
    )
    assert say.totals(2e8, 4e8).endswith("receipts exceed payments by 2.00 × 10⁸ CNY, 2.0 to 1.")
    assert say.totals(2e8, 0.0) == "Payments come to 2.00 × 10⁸ CNY; as no unit receives, all of it lacks a recipient."
    assert say.totals(0.0, 2e8) == "Receipts come to 2.00 × 10⁸ CNY; as no unit pays, all of it lacks a payer."
    assert say.totals(0.0, 0.0) == "Nobody pays and nobody receives."
    assert "equal by construction" in say.totals(2e8, 2e8, zero_sum=True)


def test_change() -> None:
    assert say.change(2007, (4e8, 5e8), (1e8, 0.5e8)) == (
        "Since 2007, payments rose from 4.00 to 5.00 × 10⁸ CNY (+25%) and receipts fell from 1.00 to "
        "0.500 × 10⁸ CNY (−50%)."
    )
    assert say.change(2007, (0.0, 0.0), (0.0, 0.0)) == ""
    assert say.change(2007, (0.0, 1e8), (0.0, 0.0)) == "Since 2007, payments rose from 0 to 1.00 × 10⁸ CNY."


def test_first_ranked() -> None:
    assert say.first_ranked(2017, ["A", "B"], ["C"]) == (
        "By priority in 2017, the first payers are A and B; the first recipient is C."
    )
    assert say.first_ranked(2017, ["A"], []) == "By priority in 2017, the first payer is A."
    assert say.first_ranked(2017, [], []) == ""


def test_clusters() -> None:
    assert say.cluster_places(2017, "HH", 14, [("Tianjin", 8), ("Langfang", 4)]) == (
        "In 2017, 14 units lie in clusters of high amounts among high ones (HH), most of them in "
        "Tianjin (8) and Langfang (4)."
    )
    assert say.cluster_places(2017, "LL", 3, [("North", 3)]).endswith("all of them in North (3).")
    assert say.cluster_places(2017, "LL", 1, []) == (
        "In 2017, 1 unit lies in clusters of low amounts among low ones (LL)."
    )
    assert say.cluster_places(2017, "HH", 0, []) == (
        "No unit of 2017 is in a cluster of high amounts among high ones (HH)."
    )


def test_how_clusters_changed() -> None:
    assert say.cluster_course("HH", "rises, then falls (peak 2012)", [(2007, 17), (2012, 20), (2017, 14)]) == (
        "The number of high-high units (HH) rises, then falls (peak 2012): 17 in 2007, 20 in 2012 and 14 in 2017."
    )
    assert say.cluster_course("HL", "constant", [(2007, 0), (2012, 0)]) == (
        "The number of high-low units (HL) is 0 in every year."
    )
    many = [(2001, 5), (2002, 9), (2003, 2), (2004, 4), (2005, 6)]
    assert say.cluster_course("LL", "varies (3 turns)", many) == (
        "The number of low-low units (LL) varies (3 turns): from 5 in 2001 to 6 in 2005, between 2 (2003) and 9 (2002)."
    )
    assert say.no_trend_possible(3, 0.05, 1 / 3) == (
        "With 3 years no trend of a number can be significant at 0.05: the smallest p that Mann and Kendall's test "
        "could give is 0.33."
    )


def test_which_numbers_have_a_trend() -> None:
    blind = "the test is for one direction and does not see a rise that a fall follows."
    assert say.trends(0.05, []) == (f"By Mann and Kendall's test no number has a trend significant at 0.05; {blind}")
    assert say.trends(0.05, [("HH", 0.0039, -0.5454)]) == (
        f"By Mann and Kendall's test the number of HH (p = 0.004; −0.55 units a year) has a trend significant at "
        f"0.05; {blind}"
    )
    assert "the numbers of HH (p < 0.001; +1.0 units a year) and LH (p = 0.020; 0 units a year) have" in say.trends(
        0.05, [("HH", 0.0001, 1.0), ("LH", 0.02, 0.0)]
    )


def test_units_that_keep_their_class() -> None:
    assert say.lasting([], 2) == "No unit is in the same kind of cluster in every year."
    assert say.lasting([("HH", ["a"]), ("LL", ["b", "c", "d"])], 2) == (
        "The class is the same in every year for 1 unit in HH (a) and 3 units in LL (b, c and 1 more)."
    )


def test_where_the_chain_leads() -> None:
    start = "The transition probabilities rest on"
    assert say.chain(2, (5, 5), "irreducible").startswith(
        f"{start} 2 steps of 5 years. Their steady state is the share"
    )
    assert say.chain(2, (5, 5), "one closed class: LL").endswith("no forecast.")
    assert say.chain(3, (1, 5), "several closed classes: LL; HL, ns") == (
        f"{start} 3 steps of 1 to 5 years, each counted once. They lead to no single steady state: where a unit ends "
        "depends on where it begins, as no unit left these classes for others: LL; HL, ns."
    )
    assert say.chain(2, (1, 1), "unknown after LH").endswith("2 steps of 1 year. They lead to no steady state: "
                                                             "unknown after LH.")  # fmt: skip


def test_global_moran() -> None:
    start = "Global Moran's I of the amount is"
    assert (
        say.global_moran(2017, 0.58, 0.0, 0.05)
        == f"{start} 0.580 in 2017 (p < 0.001): neighbouring units tend to be alike."
    )
    assert say.global_moran(2017, -0.2, 0.02, 0.05).endswith("(p = 0.020): neighbouring units tend to differ.")
    assert (
        say.global_moran(2017, 0.01, 0.4, 0.05) == f"{start} 0.010 in 2017 (p = 0.400), which chance alone could give."
    )
    assert say.global_moran(2017, NAN, NAN, 0.05) == f"{start} undefined in 2017."


def test_centres() -> None:
    assert say.centre_place("payments", 2017, 116.148, 38.508, "Hejian") == (
        "The centre of gravity of payments lies at 116.15° E, 38.51° N in 2017, in Hejian."
    )
    assert say.centre_place("receipts", 2017, -1.5, -2.0, "").endswith("1.50° W, 2.00° S in 2017, outside every unit.")
    assert say.centre_place("payments", 2017, 1.0, 2.0, "X", (2007, 3.0, 4.0)).endswith(
        "in X (2007: 3.00° E, 4.00° N)."
    )
    assert say.centre_step([(2007, 2012, 7.12, 195.6), (2012, 2017, 4.43, 183.8)]) == (
        "It moved 7.1 km to the south-south-west from 2007 to 2012 and 4.4 km to the south from 2012 to 2017."
    )
    assert say.centre_place("payments", 2017, 1.0, 2.0, "X", (2007, 3.0, 4.0)).endswith(
        "in X (2007: 3.00° E, 4.00° N)."
    )
    assert say.centre_step([(2007, 2012, 0.0, None)]) == "It moved 0 km from 2007 to 2012."
    assert say.centre_step([]) == ""
    steps = [(2000 + k, 2001 + k, float(k + 1), 90.0) for k in range(4)]
    assert say.centre_step(steps) == (
        "It covered 10.0 km from 2000 to 2004, year by year; the longest step, 4.0 km to the east, "
        "came from 2003 to 2004."
    )


def test_stability() -> None:
    assert say.stability([("payer", 0.95, 149, 13), ("recipient", 0.97, 19, 17)], 20) == (
        "Among the units ranked in every year, Kendall's W of the ranks is 0.95 for the 149 payers and 0.97 for the 19 "
        "recipients (1: the same order each year; 0: no agreement); 13 payers and 17 recipients "
        "stay among the first 20 "
        "throughout."
    )
    assert say.stability([("payer", NAN, 1, 1)], 20) == ""


def test_balance() -> None:
    assert say.balance_of_year(2017, [2, 9, 11], 8, 0.0091) == (
        "In 2017 the difference between the two sums changes sign at N = 2, 9 and 11; "
        "the sums are closest at N = 8, where they differ by 0.91% of the larger."
    )
    assert say.balance_of_year(2017, [], 8, 0.2).startswith("In 2017 no N balances; the sums are closest at N = 8")
    assert say.balance_of_year(2017, [], None, 0.0) == "In 2017 one side is empty, so that no N balances."
    assert say.balance_of_year(2017, [], 9, 1e-15, whole=True) == (
        "In 2017 no smaller N balances; the sums agree once all are counted (N = 9)."
    )
    assert say.first_sums(2017, 20, 97.8e8, 64.1e8) == (
        "The first 20 payers of 2017 owe 97.8 × 10⁸ CNY, the first 20 recipients are due 64.1 × 10⁸ CNY, 1.5 to 1."
    )
    assert say.settlement(2017, 5e8, 2e8, 0.0) == (
        "In 2017 the settlement transfers 5.00 × 10⁸ CNY; 2.00 × 10⁸ CNY of payments find no recipient."
    )
    assert say.settlement(2017, 5e8, 0.0, 0.0).endswith("; nothing is left over.")


def test_revisions() -> None:
    assert say.agreement("geometric", ("quota", 2007, 0.4), ("none", 2012, 0.9)) == (
        "Spearman's rank correlation of the amounts with those under geometric runs from 0.40 (quota, 2007) to 0.90 "
        "(none, 2012)."
    )
    assert say.flips(2017, ["none"], [("quota", 44, 174)]) == (
        "Under none every unit keeps its side in 2017; units that change sides from payer to "
        "recipient or back in 2017: "
        "44 of 174 under quota."
    )
    assert say.flips(2017, [], []) == ""
    assert say.money_moved(2017, "quota", 1e8, 2e8) == (
        "Most money would move under quota: 1.00 × 10⁸ CNY in 2017, 50% of the year's payments."
    )


def test_amounts_among_incomes() -> None:
    told = say.among_income(2017, {"HH": 4, "LL": 1, "ns": 90, "LH": 0})
    assert told == (
        "Beside the neighbours' GDP per head in 2017 (bivariate local Moran's I): 4 high amounts among high incomes "
        "(HH) and 1 low among low (LL)."
    )
    assert say.among_income(2017, {"ns": 90}).startswith("In 2017, no unit's amount stands out")
