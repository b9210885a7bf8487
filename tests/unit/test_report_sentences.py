"""The report's sentences, word for word in English and Chinese, with numbers made by hand."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest

from ecocomp.language import language_of
from ecocomp.outputs.report import centre_sentences as centre
from ecocomp.outputs.report import cluster_sentences as clusters
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report import sentences as say
from ecocomp.space.trend import shape_in_words

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
    assert [numbers.percent(x, EN) for x in (0.0567, 0.5, 1e-6)] == ["5.7%", "50%", "less than 0.01%"]
    assert [numbers.fraction(x) for x in (1 / 3, 0.25, 0.41234)] == ["1/3", "1/4", "0.412"]


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
        (2.0, "km2", "2 km²", "2 平方公里"),
        (2.0, "million CNY", "2 million CNY", "2 百万元"),
    ],
)
def test_what_a_study_states_keeps_its_unit(value: float, unit: str, english: str, chinese: str) -> None:
    assert [numbers.as_stated(value, unit, language) for language in (EN, ZH)] == [english, chinese]


def test_money_of_another_currency() -> None:
    english, chinese = language_of("en", "EUR"), language_of("zh", "EUR")
    assert [say.money(5.4e8, language) for language in (english, chinese)] == ["540 million EUR", "5.40 亿欧元"]
    assert [numbers.as_stated(60.0, "EUR/t CO2", language) for language in (english, chinese)] == [
        "60 EUR/t CO₂", "60 欧元/吨 CO₂",
    ]  # fmt: skip
    assert numbers.stated_unit("1e6 EUR", english) == "10⁶ EUR"


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
    assert say.heads(2017, 175, 150, 24, 0, 1, EN) == "In 2017, of 175 units, 150 pay, 24 receive and 1 is missing."
    assert say.heads(2017, 3, 1, 0, 2, 0, EN) == "In 2017, of 3 units, 1 pays, none receives and 2 are balanced."
    assert say.heads(2017, 175, 150, 24, 0, 1, ZH) == (
        "2017 年共有 175 个单元，其中支付区 150 个、受偿区 24 个和缺失单元 1 个。"
    )
    assert say.heads(2017, 3, 1, 0, 2, 0, ZH) == (
        "2017 年共有 3 个单元，其中支付区 1 个、受偿区 0 个和收支平衡单元 2 个。"
    )


def test_totals() -> None:
    assert say.totals(541e8, 66.4e8, EN) == (
        "Payments come to 541 × 10⁸ CNY and receipts to 66.4 × 10⁸ CNY: payments exceed receipts "
        "by 475 × 10⁸ CNY, 8.1 to 1."
    )
    assert say.totals(541e8, 66.4e8, ZH) == (
        "应付总额为 541 亿元，应得总额为 66.4 亿元，前者比后者多 475 亿元，为后者的 8.1 倍。"
    )
    assert say.totals(2e8, 4e8, EN).endswith("receipts exceed payments by 2.00 × 10⁸ CNY, 2.0 to 1.")
    assert say.totals(2e8, 4e8, ZH).endswith("后者比前者多 2.00 亿元，为前者的 2.0 倍。")
    assert "equal by construction" in say.totals(2e8, 2e8, EN, zero_sum=True)
    assert say.totals(2e8, 2e8, ZH, zero_sum=True) == (
        "应付总额为 2.00 亿元，应得总额为 2.00 亿元：所用修正方法使全区修正碳账户之和为零，因此两者必然相等。"
    )
    assert say.totals(2e8, 2e8, ZH) == "应付总额为 2.00 亿元，应得总额为 2.00 亿元，不存在收支缺口。"


def test_totals_of_one_side() -> None:
    assert say.totals(2e8, 0.0, EN) == (
        "Payments come to 2.00 × 10⁸ CNY; as no unit receives, all of it lacks a recipient."
    )
    assert say.totals(0.0, 2e8, EN) == "Receipts come to 2.00 × 10⁸ CNY; as no unit pays, all of it lacks a payer."
    assert say.totals(0.0, 0.0, EN) == "Nobody pays and nobody receives."
    assert say.totals(2e8, 0.0, ZH) == "应付总额为 2.00 亿元；由于没有受偿区，全部应付额均无受偿对象。"
    assert say.totals(0.0, 2e8, ZH) == "应得总额为 2.00 亿元；由于没有支付区，全部应得额均无资金来源。"
    assert say.totals(0.0, 0.0, ZH) == "既无支付区，也无受偿区。"


def test_change() -> None:
    assert say.change(2007, (4e8, 5e8), (1e8, 0.5e8), EN) == (
        "Since 2007, payments rose from 4.00 to 5.00 × 10⁸ CNY (+25%) and receipts fell from 1.00 to "
        "0.500 × 10⁸ CNY (−50%)."
    )
    assert say.change(2007, (4e8, 5e8), (1e8, 0.5e8), ZH) == (
        "2007 年以来，应付总额由 4.00 增至 5.00 亿元（增长 25%），应得总额由 1.00 降至 0.500 亿元（下降 50%）。"
    )
    assert say.change(2007, (0.0, 0.0), (0.0, 0.0), EN) == ""
    assert say.change(2007, (0.0, 1e8), (0.0, 0.0), EN) == "Since 2007, payments rose from 0 to 1.00 × 10⁸ CNY."
    assert say.change(2007, (0.0, 0.0), (0.0, 1e8), ZH) == "2007 年以来，应得总额由 0 增至 1.00 亿元。"
    assert say.change(2007, (2e8, 2e8), (1e8, 2e8), EN) == (
        "Since 2007, payments stayed at 2.00 × 10⁸ CNY and receipts rose from 1.00 to 2.00 × 10⁸ CNY (+100%)."
    )
    assert say.change(2007, (2e8, 1e8), (2e8, 2e8), ZH) == (
        "2007 年以来，应付总额由 2.00 降至 1.00 亿元（下降 50%），应得总额保持在 2.00 亿元。"
    )


def test_first_ranked() -> None:
    assert say.first_ranked(2017, ["A", "B"], ["C"], EN) == (
        "By priority in 2017, the first payers are A and B; the first recipient is C."
    )
    assert say.first_ranked(2017, ["甲县", "乙县"], ["丙县"], ZH) == (
        "按 2017 年生态补偿优先级排序，位居前列的支付区为甲县和乙县；位居前列的受偿区为丙县。"
    )
    assert say.first_ranked(2017, ["A"], [], EN) == "By priority in 2017, the first payer is A."
    assert say.first_ranked(2017, [], ["丙县"], ZH) == "按 2017 年生态补偿优先级排序，位居前列的受偿区为丙县。"
    assert say.first_ranked(2017, [], [], EN) == ""


def test_deficits() -> None:
    assert say.deficits(2017, 150, 1, 0, EN) == ("In 2017, 150 units emit more than the land takes up and 1 unit less.")
    assert say.deficits(2017, 1, 24, 2, EN) == (
        "In 2017, 1 unit emits more than the land takes up and 24 units less; 2 units have none."
    )
    assert say.deficits(2017, 150, 24, 1, ZH) == (
        "2017 年，150 个单元的碳排放量大于碳吸收量，24 个单元的碳排放量小于碳吸收量；1 个单元无碳账户数据。"
    )


def test_clusters() -> None:
    places = [("Tianjin", 8), ("Langfang", 4)]
    assert clusters.cluster_places(2017, "HH", 14, places, EN) == (
        "In 2017, 14 units lie in clusters of high amounts among high ones (HH), most of them in "
        "Tianjin (8) and Langfang (4)."
    )
    assert clusters.cluster_places(2017, "HH", 14, [("天津市", 8), ("廊坊市", 4)], ZH) == (
        "2017 年，14 个单元属于补偿金额高-高聚类（HH），其中多数位于天津市（8 个）和廊坊市（4 个）。"
    )
    assert clusters.cluster_places(2017, "LL", 3, [("North", 3)], EN).endswith("all of them in North (3).")
    assert clusters.cluster_places(2017, "LL", 3, [("北市", 3)], ZH).endswith("，全部位于北市（3 个）。")
    assert clusters.cluster_places(2017, "LL", 1, [], EN) == (
        "In 2017, 1 unit lies in clusters of low amounts among low ones (LL)."
    )
    assert clusters.cluster_places(2017, "HH", 0, [], EN) == (
        "No unit of 2017 is in a cluster of high amounts among high ones (HH)."
    )
    assert clusters.cluster_places(2017, "LL", 0, [], ZH) == "2017 年没有单元属于补偿金额低-低聚类（LL）。"


def test_how_clusters_changed() -> None:
    few = [(2007, 17), (2012, 20), (2017, 14)]
    assert clusters.cluster_course("HH", "rises, then falls (peak 2012)", few, EN) == (
        "The number of high-high units (HH) rises, then falls (peak 2012): 17 in 2007, 20 in 2012 and 14 in 2017."
    )
    assert clusters.cluster_course("HH", "rises, then falls (peak 2012)", few, ZH) == (
        "高-高聚类单元（HH）的数量先升后降（峰值在 2012 年）：2007 年 17 个、2012 年 20 个和 2017 年 14 个。"
    )
    none = [(2007, 0), (2012, 0)]
    assert clusters.cluster_course("HL", "constant", none, EN) == (
        "The number of high-low units (HL) is 0 in every year."
    )
    assert clusters.cluster_course("HL", "constant", none, ZH) == "高-低异常单元（HL）各年均为 0 个。"
    many = [(2001, 5), (2002, 9), (2003, 2), (2004, 4), (2005, 6)]
    assert clusters.cluster_course("LL", "varies (3 turns)", many, EN) == (
        "The number of low-low units (LL) varies (3 turns): from 5 in 2001 to 6 in 2005, between 2 (2003) and 9 (2002)."
    )
    assert clusters.cluster_course("LL", "varies (3 turns)", many, ZH) == (
        "低-低聚类单元（LL）的数量起伏变化（转折 3 次）：由 2001 年的 5 个变为 2005 年的 6 个，"
        "最少 2 个（2003 年），最多 9 个（2002 年）。"
    )


@pytest.mark.parametrize(
    "values",
    [(1, 2, 2), (3, 2, 1), (1, 3, 1), (3, 1, 3), (1, 3, 1, 3), (3, 1, 3, 1), (1, 3, 1, 3, 1, 3), (2, 1, 3, 2, 9)],
)
def test_every_shape_of_a_series_has_its_words(values: tuple[float, ...]) -> None:
    counts = [(2001 + k, int(value)) for k, value in enumerate(values)]
    shape = shape_in_words(np.array(values, dtype=float), [year for year, _ in counts])
    assert f"(HH) {shape}: " in clusters.cluster_course("HH", shape, counts, EN)
    assert not re.search("[a-z]", clusters.cluster_course("HH", shape, counts, ZH))


def test_too_few_years_for_a_trend() -> None:
    assert clusters.no_trend_possible(3, 0.05, 1 / 3, EN) == (
        "With 3 years no trend of a number can be significant at 0.05: the smallest p that Mann and Kendall's test "
        "could give is 0.33."
    )
    assert clusters.no_trend_possible(3, 0.05, 1 / 3, ZH) == (
        "仅有 3 个年份，任何一类单元数的趋势都不可能在 0.05 水平上显著：曼-肯德尔检验可得的最小 p 值为 0.33。"
    )


def test_which_numbers_have_a_trend() -> None:
    blind = "the test is for one direction and does not see a rise that a fall follows."
    assert clusters.trends(0.05, [], EN) == (
        f"By Mann and Kendall's test no number has a trend significant at 0.05; {blind}"
    )
    assert clusters.trends(0.05, [("HH", 0.0039, -0.5454)], EN) == (
        f"By Mann and Kendall's test the number of HH (p = 0.004; −0.55 units a year) has a trend significant at "
        f"0.05; {blind}"
    )
    two = [("HH", 0.0001, 1.0), ("LH", 0.02, 0.0)]
    assert "the numbers of HH (p < 0.001; +1.0 units a year) and LH (p = 0.020; 0 units a year) have" in (
        clusters.trends(0.05, two, EN)
    )
    assert clusters.trends(0.05, two, ZH) == (
        "曼-肯德尔检验表明，HH（p < 0.001，每年 +1.0 个）和 LH（p = 0.020，每年 0 个）的单元数呈在 0.05 水平上显著的"
        "趋势；该检验只针对单向变化，不能识别先升后降。"
    )


def test_units_that_keep_their_class() -> None:
    kinds = [("HH", ["甲"]), ("LL", ["乙", "丙", "丁"])]
    assert clusters.lasting([], 2, EN) == "No unit is in the same kind of cluster in every year."
    assert clusters.lasting([], 2, ZH) == "没有单元在各年均属于同一聚类类型。"
    assert clusters.lasting(kinds, 2, EN) == (
        "The class is the same in every year for 1 unit in HH (甲) and 3 units in LL (乙, 丙 and 1 more)."
    )
    assert clusters.lasting(kinds, 2, ZH) == (
        "各年类型始终不变的有 HH 类 1 个单元（甲）和 LL 类 3 个单元（乙、丙及另外 1 个）。"
    )


def test_where_the_chain_leads() -> None:
    start = "The transition probabilities rest on"
    assert clusters.chain(2, (5, 5), "irreducible", EN).startswith(
        f"{start} 2 steps of 5 years. Their steady state is the share"
    )
    assert clusters.chain(2, (5, 5), "one closed class: LL", EN).endswith("no forecast.")
    assert clusters.chain(3, (1, 5), "several closed classes: LL; HL, ns", EN) == (
        f"{start} 3 steps of 1 to 5 years, each counted once. They lead to no single steady state: where a unit ends "
        "depends on where it begins, as no unit left these classes for others: LL; HL, ns."
    )
    assert clusters.chain(2, (1, 1), "unknown after LH", EN).endswith(
        "2 steps of 1 year. They lead to no steady state: unknown after LH."
    )
    assert clusters.chain(1, (1, 1), "no transitions", EN).endswith("They lead to no steady state: no transitions.")


def test_where_the_chain_leads_in_chinese() -> None:
    assert clusters.chain(2, (5, 5), "irreducible", ZH) == (
        "转移概率由 2 个时段估计，每个时段为 5 年。其稳态分布表示：若转移概率保持不变，单元长期处于各类型的时间比例；"
        "这是对已观测时段的概括，并非预测。"
    )
    assert clusters.chain(3, (1, 5), "several closed classes: LL; HL, ns", ZH) == (
        "转移概率由 3 个时段估计，时段长度为 1 至 5 年，各计一次。转移概率不趋于唯一的稳态：单元的最终类型取决于其"
        "初始类型，因为没有单元离开以下类型转入其他类型：LL；HL、不显著。"
    )
    assert clusters.chain(2, (1, 1), "unknown after LH", ZH).endswith("转移概率不趋于稳态：LH 之后的去向未知。")
    assert clusters.chain(2, (1, 1), "no transitions", ZH).endswith("转移概率不趋于稳态：没有发生转移。")


def test_global_moran() -> None:
    start = "Global Moran's I of the amount is"
    assert (
        clusters.global_moran(2017, 0.58, 0.0, 0.05, EN)
        == f"{start} 0.580 in 2017 (p < 0.001): neighbouring units tend to be alike."
    )
    assert clusters.global_moran(2017, -0.2, 0.02, 0.05, EN).endswith("(p = 0.020): neighbouring units tend to differ.")
    assert clusters.global_moran(2017, 0.01, 0.4, 0.05, EN) == (
        f"{start} 0.010 in 2017 (p = 0.400), which chance alone could give."
    )
    assert clusters.global_moran(2017, NAN, NAN, 0.05, EN) == f"{start} undefined in 2017."
    assert [clusters.global_moran(2017, *told, 0.05, ZH) for told in ((0.58, 0.0), (-0.2, 0.02), (0.01, 0.4))] == [
        "2017 年补偿金额的全局莫兰指数为 0.580（p < 0.001），相邻单元的金额趋于相似。",
        "2017 年补偿金额的全局莫兰指数为 −0.200（p = 0.020），相邻单元的金额趋于相异。",
        "2017 年补偿金额的全局莫兰指数为 0.010（p = 0.400），与随机分布无显著差异。",
    ]
    assert clusters.global_moran(2017, NAN, NAN, 0.05, ZH) == "2017 年补偿金额的全局莫兰指数无定义。"


def test_conventions_of_p() -> None:
    assert clusters.p_conventions(2017, (30, 1, 9), 0.05, ("two-sided", "fdr"), EN) == (
        "At the same level of 0.05, the directed p of older software would label 30 units of 2017, the two-sided p 1, "
        "and 9 remain once the false-discovery rate is held at that level; the map uses the two-sided p after FDR "
        "correction."
    )
    assert clusters.p_conventions(2017, (30, 17, 9), 0.05, ("directed", "none"), ZH) == (
        "同取 0.05 的显著性水平，2017 年按旧版软件的单侧 p 值可标出 30 个单元，按双侧 p 值可标出 17 个，将错误发现率"
        "控制在该水平后剩余 9 个；地图采用未经校正的单侧 p 值。"
    )


def test_centres() -> None:
    assert centre.centre_place("payments", 2017, (116.148, 38.508), "Hejian", EN) == (
        "The centre of gravity of payments lies at 116.15° E, 38.51° N in 2017, in Hejian."
    )
    assert centre.centre_place("payments", 2017, (116.148, 38.508), "河间市", ZH, (2007, 116.0, 38.6)) == (
        "2017 年支付重心位于东经 116.15°、北纬 38.51°，地处河间市（2007 年：东经 116.00°、北纬 38.60°）。"
    )
    assert centre.centre_place("receipts", 2017, (-1.5, -2.0), "", EN).endswith(
        "1.50° W, 2.00° S in 2017, outside every unit."
    )
    assert centre.centre_place("signed", 2017, (-1.5, -2.0), "", ZH) == (
        "2017 年带符号金额重心位于西经 1.50°、南纬 2.00°，不在任何单元范围内。"
    )
    assert centre.centre_place("payments", 2017, (1.0, 2.0), "X", EN, (2007, 3.0, 4.0)).endswith(
        "in X (2007: 3.00° E, 4.00° N)."
    )
    assert centre.centre_place("absolute", 2017, (1.0, 2.0), "", EN, (2007, 3.0, 4.0)) == (
        "The centre of gravity of absolute amounts lies at 1.00° E, 2.00° N in 2017, outside every unit "
        "(2007: 3.00° E, 4.00° N)."
    )


def test_steps_of_a_centre() -> None:
    two = [(2007, 2012, 7.12, 195.6), (2012, 2017, 4.43, 183.8)]
    assert centre.centre_step(two, EN) == (
        "It moved 7.1 km to the south-south-west from 2007 to 2012 and 4.4 km to the south from 2012 to 2017."
    )
    assert centre.centre_step(two, ZH) == (
        "该重心在 2007—2012 年向西南偏南移动 7.1 公里，在 2012—2017 年向南移动 4.4 公里。"
    )
    assert centre.centre_step([(2007, 2012, 0.0, None)], EN) == "It moved 0 km from 2007 to 2012."
    assert centre.centre_step([(2007, 2012, 0.0, None)], ZH) == "该重心在 2007—2012 年移动 0 公里。"
    assert centre.centre_step([], EN) == ""
    steps = [(2000 + k, 2001 + k, float(k + 1), 90.0) for k in range(4)]
    assert centre.centre_step(steps[:3], EN) == (
        "It moved 1.0 km to the east from 2000 to 2001, 2.0 km to the east from 2001 to 2002 and 3.0 km to the east "
        "from 2002 to 2003."
    )
    assert centre.centre_step(steps, EN) == (
        "It covered 10.0 km from 2000 to 2004, year by year; the longest step, 4.0 km to the east, "
        "came from 2003 to 2004."
    )
    assert centre.centre_step(steps, ZH) == (
        "2000—2004 年，该重心逐年移动累计 10.0 公里；其中 2003—2004 年移动最远，向东移动 4.0 公里。"
    )


def test_stability() -> None:
    sides = [("payer", 0.95, 149, 13), ("recipient", 0.97, 19, 17)]
    assert say.stability(sides, 20, EN) == (
        "Among the units ranked in every year, Kendall's W of the ranks is 0.95 for the 149 payers and 0.97 for the 19 "
        "recipients (1: the same order each year; 0: no agreement); 13 payers and 17 recipients "
        "stay among the first 20 "
        "throughout."
    )
    assert say.stability(sides, 20, ZH) == (
        "就各年均有位次的单元而言，位次的肯德尔和谐系数 W 为：支付区 0.95（149 个）和受偿区 0.97（19 个）；W 为 1 表示"
        "各年次序完全相同，为 0 表示毫无一致性。13 个支付区和 17 个受偿区始终居于前 20 位。"
    )
    assert say.stability([("payer", 0.5, 2, 1)], 20, EN).endswith("; 1 payer stays among the first 20 throughout.")
    assert say.stability([("payer", NAN, 1, 1)], 20, EN) == ""


def test_balance() -> None:
    assert say.balance_of_year(2017, [2, 9, 11], 8, 0.0091, EN) == (
        "In 2017 the difference between the two sums changes sign at N = 2, 9 and 11; "
        "the sums are closest at N = 8, where they differ by 0.91% of the larger."
    )
    assert say.balance_of_year(2017, [2, 9, 11], 8, 0.0091, ZH) == (
        "2017 年双方累计金额之差在 N = 2、9 和 11 处变号；N = 8 时双方最为接近，差额为较大一方的 0.91%。"
    )
    assert say.balance_of_year(2017, [], 8, 0.2, EN) == (
        "In 2017 no N balances; the sums are closest at N = 8, where they differ by 20% of the larger."
    )
    assert say.balance_of_year(2017, [], 8, 1e-6, ZH) == (
        "2017 年不存在使收支平衡的 N；N = 8 时双方最为接近，差额为较大一方的不足 0.01%。"
    )
    assert say.balance_of_year(2017, [], None, 0.0, EN) == "In 2017 one side is empty, so that no N balances."
    assert say.balance_of_year(2017, [], None, 0.0, ZH) == "2017 年收支双方有一方为空，不存在使收支平衡的 N。"
    assert say.balance_of_year(2017, [], 9, 1e-15, EN, whole=True) == (
        "In 2017 no smaller N balances; the sums agree once all are counted (N = 9)."
    )
    assert say.balance_of_year(2017, [3], 9, 1e-15, EN, whole=True) == (
        "In 2017 the difference between the two sums changes sign at N = 3; the sums agree once all are counted "
        "(N = 9)."
    )
    assert say.balance_of_year(2017, [3], 9, 1e-15, ZH, whole=True) == (
        "2017 年双方累计金额之差在 N = 3 处变号；全部单元计入后双方金额相等（N = 9）。"
    )


def test_settlement() -> None:
    assert say.first_sums(2017, 20, 97.8e8, 64.1e8, EN) == (
        "The first 20 payers of 2017 owe 97.8 × 10⁸ CNY, the first 20 recipients are due 64.1 × 10⁸ CNY, 1.5 to 1."
    )
    assert say.first_sums(2017, 20, 97.8e8, 64.1e8, ZH) == (
        "2017 年前 20 位支付区应付 97.8 亿元，前 20 位受偿区应得 64.1 亿元，前者为后者的 1.5 倍。"
    )
    start = "In 2017 the settlement transfers 5.00 × 10⁸ CNY; "
    sums = [(0.0, 0.0), (2e8, 0.0), (0.0, 1e8), (2e8, 1e8)]
    assert [say.settlement(2017, 5e8, *rest, EN).removeprefix(start) for rest in sums] == [
        "nothing is left over.",
        "2.00 × 10⁸ CNY of payments find no recipient.",
        "1.00 × 10⁸ CNY of receipts find no payer.",
        "2.00 × 10⁸ CNY of payments find no recipient and 1.00 × 10⁸ CNY of receipts find no payer.",
    ]
    assert [say.settlement(2017, 5e8, *rest, ZH).removeprefix("2017 年结算共转移资金 5.00 亿元") for rest in sums] == [
        "，收支两清，无余额。",
        "；另有 2.00 亿元应付额无受偿对象。",
        "；另有 1.00 亿元应得额无资金来源。",
        "；另有 2.00 亿元应付额无受偿对象，1.00 亿元应得额无资金来源。",
    ]


def test_missing_units() -> None:
    assert say.missing_units(None, ["A"], EN) == "In every year: 1 unit missing (A)."
    assert say.missing_units(2010, ["A", "B", "C"], EN, most=1) == "In 2010: 3 units missing (A and 2 more)."
    assert say.missing_units(None, ["甲县"], ZH) == "各年均缺失 1 个单元（甲县）。"
    assert say.missing_units(2010, ["甲县", "乙县"], ZH) == "2010 年缺失 2 个单元（甲县和乙县）。"


def test_revisions() -> None:
    ends = ("quota", 2007, 0.4), ("none", 2012, 0.9)
    assert say.agreement("geometric", *ends, EN) == (
        "Spearman's rank correlation of the amounts with those under geometric runs from 0.40 (quota, 2007) to 0.90 "
        "(none, 2012)."
    )
    assert say.agreement("规模归一", ("配额", 2007, 0.4), ("未修正", 2012, 0.9), ZH) == (
        "其他修正方法与“规模归一”所得补偿金额之间的斯皮尔曼秩相关系数介于 0.40（配额，2007 年）与 0.90"
        "（未修正，2012 年）之间。"
    )
    assert say.agreement("geometric", ends[0], ends[0], EN) == (
        "Spearman's rank correlation with geometric is 0.40 for quota (2007)."
    )
    assert say.agreement("规模归一", ("配额", 2007, 0.4), ("配额", 2007, 0.4), ZH) == (
        "与“规模归一”相比，“配额”的斯皮尔曼秩相关系数为 0.40（2007 年）。"
    )
    assert say.money_moved(2017, "quota", 1e8, 2e8, EN) == (
        "Most money would move under quota: 1.00 × 10⁸ CNY in 2017, 50% of the year's payments."
    )
    assert say.money_moved(2017, "quota", 1e8, 0.0, EN) == "Most money would move under quota: 1.00 × 10⁸ CNY in 2017."
    assert say.money_moved(2017, "配额", 1e8, 2e8, ZH) == (
        "采用“配额”时变动金额最大，2017 年为 1.00 亿元，相当于当年应付总额的 50%。"
    )


def test_flips() -> None:
    assert say.flips(2017, ["none"], [("quota", 44, 174)], EN) == (
        "Under none every unit keeps its side in 2017; units that change sides from payer to "
        "recipient or back in 2017: "
        "44 of 174 under quota."
    )
    assert say.flips(2017, ["未修正"], [("配额", 44, 174)], ZH) == (
        "2017 年，采用“未修正”时所有单元的收支方向均不变；在支付区与受偿区之间发生转换的单元：“配额”下 174 个单元中有"
        " 44 个。"
    )
    assert say.flips(2017, ["none"], [], EN) == "Under none every unit keeps its side in 2017."
    assert say.flips(2017, [], [("quota", 44, 174)], EN) == (
        "Units that change sides from payer to recipient or back in 2017: 44 of 174 under quota."
    )
    assert say.flips(2017, [], [], EN) == ""


def test_amounts_among_incomes() -> None:
    counts = {"HH": 4, "LL": 1, "ns": 90, "LH": 0}
    assert clusters.among_income(2017, counts, EN) == (
        "Beside the neighbours' GDP per head in 2017 (bivariate local Moran's I): 4 high amounts among high incomes "
        "(HH) and 1 low among low (LL)."
    )
    assert clusters.among_income(2017, counts, ZH) == (
        "2017 年单元补偿金额与邻域人均 GDP 的双变量局部莫兰指数显示，显著单元包括高金额-高收入（HH）4 个和"
        "低金额-低收入（LL）1 个。"
    )
    assert clusters.among_income(2017, {"ns": 90}, EN).startswith("In 2017, no unit's amount stands out")
    assert clusters.among_income(2017, {"ns": 90}, ZH) == (
        "2017 年，没有单元的补偿金额与邻域人均 GDP 呈显著的空间关联。"
    )
