"""The figure and the section of the report on fairness: what is drawn and said of three units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ecocomp.fairness import OWN, Share, assess, burden_by_group
from ecocomp.language import language_of
from ecocomp.outputs.figures import fairness
from ecocomp.outputs.figures.page import lettering
from ecocomp.outputs.figures.scene import scene_of
from ecocomp.outputs.report.fairness import fairness_passage, fairness_section
from ecocomp.outputs.report.tables import Wording
from ecocomp.result import Result
from unit.figure_results import tiny_result

WORDING = Wording(language_of("en"), {}, notional=True)
CHINESE = Wording(language_of("zh"), {}, notional=True)


def assessed(settled: list[float], gdp: tuple[float, ...] = (1e9, 6e9, 9e9)) -> Result:
    """Return a result of three units of one, three and one people with what its tables of fairness say."""
    result = tiny_result([1, 1, -1], years=(2011,))
    people, coords = (1.0, 3.0, 1.0), {"unit": result.results["unit"].to_numpy(), "year": [2011]}
    arrays = [xr.DataArray(np.array(v)[:, None], coords, ("unit", "year")) for v in (settled, gdp, people)]
    share = {OWN: Share(arrays[0], arrays[0])}
    results = result.results.assign(settled=settled, gdp=gdp, population=people)
    return replace(result, results=results, fairness=assess(share, *arrays[1:]),
                   burden=burden_by_group(share, *arrays[1:]))  # fmt: skip


def test_curves_are_those_of_income_payments_and_receipts_and_bars_are_burdens() -> None:
    scene = scene_of(assessed([3e8, 0.0, -3e8]))
    with lettering(scene.style):
        figure, caption = fairness.draw(scene)
    curves, bars = figure.axes
    _, income, payments, receipts = (line.get_xydata().tolist() for line in curves.lines)
    np.testing.assert_allclose(income, [[0, 0], [0.2, 1 / 16], [0.8, 7 / 16], [1, 1]])
    np.testing.assert_allclose(payments, [[0, 0], [0.2, 1], [0.8, 1], [1, 1]])
    np.testing.assert_allclose(receipts, [[0, 0], [0.2, 0], [0.8, 0], [1, 1]])
    heights = [bar.get_height() for bar in bars.patches]
    np.testing.assert_allclose(heights, [0.3, 0, 0, 0, 0, -3e8 / 9e9], atol=1e-12)
    assert "Kakwani index of payments −1.200" in caption


def test_without_payments_there_is_no_curve_and_no_index() -> None:
    result = assessed([0.0, 0.0, 0.0])
    scene = scene_of(result)
    with lettering(scene.style):
        figure, caption = fairness.draw(scene)
        figure.draw_without_rendering()
    assert len(figure.axes[0].lines) == 2
    assert "Kakwani" not in caption
    section = fairness_section(result, WORDING)
    assert section is not None
    assert "Nobody pays" in " ".join(section.sentences)


@pytest.mark.parametrize(
    ("settled", "words"),
    [
        ([3e8, 0.0, -3e8], "regressive (Kakwani index −1.200): the poorer"),
        ([-3e8, 0.0, 3e8], "progressive (Kakwani index 0.400): the richer"),
        ([1e7, 6e7, 9e7], "about proportional to GDP (Kakwani index 0.000)"),
        ([2e9, 0.0, 0.0], "1 unit would be left without income"),
    ],
)
def test_the_section_says_in_words_what_the_indices_say(settled: list[float], words: str) -> None:
    section = fairness_section(assessed(settled), WORDING)
    assert section is not None
    said = " ".join(section.sentences)
    assert words in said
    assert "is 0.4000 before what is settled" in said
    assert section.table.blocks[0][1][0][0] == "this study, settled"
    assert section.table.columns[3].label.endswith("[10⁸ CNY]"), "other rules are not at mean size"


def test_a_run_without_population_has_neither_section_nor_passage() -> None:
    bare = tiny_result([1, -1])
    assert isinstance(bare.fairness, pd.DataFrame)
    assert fairness_section(bare, WORDING) is None
    assert fairness_passage(bare, WORDING.language) == []


def test_the_section_in_chinese() -> None:
    section = fairness_section(assessed([3e8, 0.0, -3e8]), CHINESE)
    assert section is not None
    # incomes a head of 1, 2 and 9 billion for one, three and one people: the Gini by hand is 0.4
    assert section.sentences[0].startswith(
        "2011 年单元间人均 GDP 的基尼系数在转移前为 0.4000，转移后为 0.4300（泰尔指数分别为 "
    )
    assert section.sentences[0].endswith("）；0 对单元的位次发生逆转。")
    assert list(section.sentences[1:]) == [
        "结算支付具有累退性（卡瓦尼指数 −1.200）：较贫困单元承担的支付份额高于其 GDP 份额。",
        # 0.3 of 1 billion paid; 0.3 of 9 billion received
        "最贫困收入组的支付额为其 GDP 的 30%，最富裕收入组为 0%；扣除受偿额后分别为 30% 和 −3.3%。",
    ]
    assert section.caution == (
        "各单元以人口加权，单元内部的差异无从反映。GDP 并非居民收入：所列数值用于比较各项规则，不代表任何人的实际支付。"
        "本研究的金额按平均规模计算，为名义值，此处却从实际的 GDP 中扣除。"
    )
    assert section.table.caption == "2011 年各分配规则的结果"
    assert section.table.note == "其他缺口规则与修正方法的结算不设支付上限和受偿下限；其下为碳账户的各种分配方案。"
    assert [column.label for column in section.table.columns[:4]] == [
        "分配规则",
        "支付单元数",
        "受偿单元数",
        "资金规模 [亿元]",
    ]
    assert section.table.blocks[0][1][0][0] == "本研究（结算后）"


@pytest.mark.parametrize(
    ("settled", "words"),
    [
        ([-3e8, 0.0, 3e8], "结算支付具有累进性（卡瓦尼指数 0.400）：较富裕单元承担的支付份额高于其 GDP 份额。"),
        ([1e7, 6e7, 9e7], "结算支付额大致与 GDP 成比例（卡瓦尼指数 0.000）。"),
        ([2e9, 0.0, 0.0], "1 个单元转移后收入非正，转移后的泰尔指数因此无定义。"),
        ([0.0, 0.0, 0.0], "没有单元支付，无从判断累进性。"),
    ],
)
def test_the_indices_in_chinese(settled: list[float], words: str) -> None:
    section = fairness_section(assessed(settled), CHINESE)
    assert section is not None
    assert words in section.sentences


def test_rules_and_what_is_left_out_are_named() -> None:
    result = assessed([3e8, 0.0, -3e8])
    rules = ["scale_larger_side", "regional_fund", "higher_level", "equal_per_head", "grandfathering",
             "ability_to_pay", "responsibility_and_capacity", "size_normalised, harmonic"]  # fmt: skip
    rows = [result.fairness.assign(missing=2), *(result.fairness.assign(rule=rule) for rule in rules)]
    english, chinese = (
        fairness_section(replace(result, fairness=pd.concat(rows)), wording) for wording in (WORDING, CHINESE)
    )
    assert english is not None
    assert chinese is not None
    assert [row[0] for row in english.table.blocks[0][1][1:]] == [
        "gap rule: the larger side scaled down", "gap rule: a regional fund", "gap rule: topped up by higher levels",
        "equal per head", "grandfathering", "ability to pay", "responsibility and capacity",
        "size-normalised (harmonic)",
    ]  # fmt: skip
    assert [row[0] for row in chinese.table.blocks[0][1][1:]] == [
        "缺口规则：按比例缩减较大一方", "缺口规则：区域基金", "缺口规则：上级补足", "人均平等原则", "祖父原则",
        "支付能力原则", "责任与能力原则", "规模归一（调和平均）",
    ]  # fmt: skip
    assert english.sentences[-1] == "2 units without an amount, GDP or population are left out."
    assert chinese.sentences[-1] == "2 个单元缺少金额、GDP 或人口，未计入。"


def test_how_fairness_was_assessed() -> None:
    result = assessed([3e8, 0.0, -3e8])
    (english,), (chinese,) = (fairness_passage(result, wording.language) for wording in (WORDING, CHINESE))
    assert (english.title, chinese.title) == ("Fairness", "公平性")
    assert english.text[0].startswith("Income is GDP per head before, and GDP less what is settled after, units ")
    assert chinese.text == (
        "转移前收入为人均 GDP，转移后收入为扣除结算金额的人均 GDP，各单元以人口加权。"
        "不平等程度以基尼系数和泰尔指数（Theil，1967）度量；"
        "金额有正有负，其集中指数同 Raffinetti 等（2015）的基尼系数一样，以金额绝对值之和为分母；"
        "卡瓦尼指数（Kakwani，1977）为结算支付额的集中指数减去基尼系数。其他规则为各单元分配区域碳账户的配额："
        "按人口，按首年碳排放量，"
        "或按其碳排放量减去其在区域碳吸收量中的份额，该份额依支付能力（van den Berg 等，"
        "2020）或责任与能力（参照 Baer 等，2009）确定。",
    )
