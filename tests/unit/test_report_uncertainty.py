"""The section on certainty and the passage on the draws, word for word in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from ecocomp.language import language_of
from ecocomp.outputs.report.tables import Wording
from ecocomp.outputs.report.uncertainty import Certainty, certainty, uncertainty_passage
from unit.passage_results import NAMES, drawn, study_of
from unit.report_results import make_result


def section(code: str, unsettled: int = 0) -> Certainty:
    result = drawn(unsettled)
    found = certainty(result, study_of(result), Wording(language_of(code), NAMES))
    assert found is not None
    return found


def test_how_sure() -> None:
    english, chinese = section("en"), section("zh")
    assert english.verdicts == [
        "In 2015, 1 unit pays and 2 receive in at least 95% of the draws; of 3 neither can be said.",
        "Of the first 2 payers by priority, 1 is robust: 甲县.",
        "Of the first 1 recipient by priority, none is robust.",
    ]
    assert chinese.verdicts == [
        "2015 年，在不少于 95% 的抽样中支付的单元有 1 个，受偿的有 2 个，另有 3 个无法判定。",
        "按优先级排列的前 2 个支付区中，有 1 个稳健：甲县。",
        "按优先级排列的前 1 个受偿区中没有稳健者。",
    ]
    assert english.sums == (
        "The gap between payments and receipts in 2015 has the median 2.00 × 10⁸ CNY and the 90% interval −1.00 × 10⁸ "
        "CNY to 3.00 × 10⁸ CNY; payments exceed receipts in 90% of the draws."
    )
    assert chinese.sums == (
        "2015 年收支缺口的中位数为 2.00 亿元，90% 区间为 −1.00 亿元至 3.00 亿元；在 90% 的抽样中，"
        "应付总额大于应得总额。"
    )


def test_whether_the_draws_are_enough() -> None:
    assert section("en").draws == (
        "Were the 1,024 draws independent, the probabilities would be known to within 0.031 (95%). That number of "
        "draws settles every verdict of 2015. Points that are spread evenly usually do better."
    )
    assert section("zh").draws == (
        "若 1,024 次抽样相互独立，概率的误差不超过 0.031（95% 置信水平）。该抽样次数足以确定 2015 年的全部判定。"
        "均匀散布的样点通常更为精确。"
    )
    assert "In 2015, 1 verdict would need more draws (draws_suffice in uncertainty.csv)." in section("en", 1).draws
    assert "2015 年有 3 项判定尚需更多抽样（见 uncertainty.csv 的 draws_suffice 列）。" in section("zh", 3).draws


def test_tables_of_the_draws() -> None:
    english, chinese = section("en"), section("zh")
    assert english.firsts.caption == "The first by priority in 2015 over the draws"
    assert chinese.firsts.caption == "2015 年优先级居前单元的抽样结果"
    assert [c.label for c in english.firsts.columns] == [
        "Unit", "Rank without errors", "Probability of the side", "Rank from", "Rank to", "Verdict",
    ]  # fmt: skip
    assert [c.label for c in chinese.firsts.columns] == [
        "单元", "无误差时的位次", "属于该类型的概率", "位次下限", "位次上限", "判定",
    ]  # fmt: skip
    assert list(chinese.firsts.blocks) == [
        ("支付区", [["甲县", "1", "0.990", "1", "2", "稳健支付区"], ["乙县", "2", "0.700", "–", "–", "未定"]]),
        ("受偿区", [["丙县", "1", "0.800", "1", "2", "未定"]]),
    ]
    assert chinese.firsts.note == "位次取自单元属于该类型的抽样；短横线表示更多抽样中属于另一类型。"
    assert chinese.region.caption == "抽样所得区域合计（中位数与 90% 区间）及判定"
    assert chinese.region.columns[1].label == "应付总额下限 [亿元]"
    assert chinese.centres.caption == "抽样所得重心，及按同等离散程度的正态分布包含 90% 的椭圆"


def passage(code: str, **settings: Any) -> str:
    (found,) = uncertainty_passage(study_of(drawn(**settings)), language_of(code))
    return found.text[0]


def test_how_the_draws_were_made() -> None:
    stated = {"weights_concentration": 50, "price": {"low": 20, "high": 100, "unit": "CNY/t CO2"}, "revisions": "all"}
    assert passage("en", **stated) == (
        "Every number was computed anew in 1,024 draws by the same steps. Relative errors are lognormal and keep the "
        "mean: emissions 25% (parts of the log-variance: region 0.5, parent 0.25, unit 0.25). The region's part is "
        "shared by all units, the parent's by the units of a parent. The price lies evenly between 20 and 100 CNY/t "
        "CO₂. The revision's weights follow a Dirichlet distribution of concentration 50. The revision of a draw is "
        "chosen from every revision that the study defines, all alike. Amounts under different revisions differ in "
        "kind, so that intervals over several revisions say which units pay, and in what order, rather than how much. "
        "What all units share is spread by scrambled Sobol points; errors of parents and units are independent "
        "normals. Clusters were told in 1,000 draws with 999 permutations each."
    )
    assert passage("zh", **stated) == (
        "全部数值在 1,024 次抽样中按相同步骤重新计算。相对误差服从对数正态分布，均值保持不变："
        "碳排放量 25%（对数方差的构成："
        "区域 0.5，上级单元 0.25，单元 0.25）。其中区域部分为所有单元共有，上级单元部分为其所辖单元共有。"
        "碳价在 20 至 100 元/吨 CO₂ 之间均匀分布。修正方法的权重服从集中参数为 50 的狄利克雷分布。"
        "每次抽样以相等概率取本研究所定义的修正方法之一。不同修正方法下的金额性质不同，"
        "因此跨修正方法的区间说明哪些单元支付"
        "及其先后次序，而非金额多少。所有单元共有的误差由加扰的索博尔序列散布，"
        "上级单元与单元的误差为相互独立的正态变量。"
        "其中 1,000 次抽样识别了聚类，每次置换 999 次。"
    )


@pytest.mark.parametrize(
    ("settings", "english", "chinese"),
    [
        ({"errors": {"gdp": {"cv": 0.1, "within": "parent", "time_correlation": 0.5}}},
         "GDP 10% (parts of the log-variance: region 0.5, parent 0.25, unit 0.25; within the totals of parents; "
         "correlation over a year 0.5).",
         "地区生产总值 10%（对数方差的构成：区域 0.5，上级单元 0.25，单元 0.25；不改变上级单元的合计；"
         "相邻年份的相关系数为 0.5）。"),
        ({"price": {"values": [20, 60], "unit": "CNY/t CO2"}}, "The price is one of 20 and 60 CNY/t CO₂.",
         "碳价取 20 和 60 元/吨 CO₂ 之一。"),
        ({"price": {"cv": 0.3}}, "The price has a lognormal error of 30%.", "碳价的对数正态误差为 30%。"),
        ({"price": {"low": 20, "high": 100, "unit": "CNY/t CO2", "shape": "log_uniform"}},
         "The price lies evenly in its logarithm between 20 and 100 CNY/t CO₂.",
         "碳价的对数在 20 至 100 元/吨 CO₂ 的范围内均匀分布。"),
        ({"revisions": {"quota": 1, "none": 3}},
         "The revision of a draw is chosen by weight (quota: 0.25; no revision: 0.75).",
         "每次抽样按权重选取修正方法（配额：0.25；未修正：0.75）。"),
        ({"points": "latin_hypercube"}, "What all units share is spread by a Latin hypercube;",
         "所有单元共有的误差由拉丁超立方抽样散布，"),
    ],
)  # fmt: skip
def test_the_passage_follows_the_study(settings: dict[str, Any], english: str, chinese: str) -> None:
    assert english in passage("en", **settings)
    assert chinese in passage("zh", **settings)


def test_a_study_without_draws_says_nothing() -> None:
    result = make_result()
    assert uncertainty_passage(study_of(result), language_of("zh")) == []
    assert certainty(result, study_of(result), Wording(language_of("zh"), {})) is None
