"""The section on drivers in words, from a result made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ecocomp.language import language_of
from ecocomp.outputs.report.drivers import driver_passage, drivers_section
from ecocomp.outputs.report.tables import Wording
from ecocomp.result import Result
from ecocomp.study import Study
from unit.report_results import make_result

WORDING, CHINESE = Wording(language_of("en"), {}), Wording(language_of("zh"), {})
DRIVERS = {"factors": ["emissions", "forest", "province"], "models": ["ols", "lag", "panel_lag"],
           "columns": {"forest": {"column": "forest"}}}  # fmt: skip


def study_of(result: Result) -> Study:
    return Study.from_dict(result.manifest["study"])


@pytest.fixture
def result() -> Result:
    """Return drivers of 2015: emissions in the formula, forest outside it, province within the reach of chance."""
    plain = make_result()
    common = {"year": 2015, "response": "amount"}
    factors = pd.DataFrame({
        **common, "factor": ["emissions", "forest", "province"], "q": [0.6, 0.35, 0.05], "q_held_out": [0.5, 0.3, 0.0],
        "p_permutation": [0.001, 0.002, 0.4], "p_noncentral_f": [np.nan, np.nan, 0.6],
        "method": ["quantile", "quantile", "given"], "strata": [4, 2, 2],
        "units_by_stratum": ["5; 5; 5; 5", "9; 11", "10; 10"],
        "units_used": 20, "units_missing": 1, "by_construction": ["yes", "no", "no"],
    })  # fmt: skip
    pairs = pd.DataFrame({
        **common, "factor": ["emissions", "emissions", "forest"], "other_factor": ["forest", "province", "province"],
        "q": [0.6, 0.6, 0.35], "other_q": [0.35, 0.05, 0.05], "joint_q": [0.7, 0.68, 0.37], "p_joint": 0.001,
        "interaction": ["enhanced, two factors", "enhanced, nonlinear", "enhanced, two factors"], "cells": [8, 7, 4],
        "smallest_cell": [1, 1, 2], "ecological_p": 0.2,
    })  # fmt: skip
    strata = pd.DataFrame({**common, "factor": "forest", "stratum": [1, 2], "interval": ["[1, 20]", "(20, 80]"],
                           "stratum_units": [9, 11], "stratum_mean": [5.0, -2.0]})  # fmt: skip
    risks = pd.DataFrame({**common, "factor": "forest", "stratum": [1], "other_stratum": [2], "risk_p": [0.01]})
    terms = [
        ("ols", 2015, "emissions", 0.8, 0.001, 12.0), ("ols", 2015, "forest", -0.3, 0.2, 11.0),
        ("lag", 2015, "emissions", 0.7, 0.001, 12.0), ("panel_lag", pd.NA, "emissions", 0.5, 0.6, 1.5),
    ]  # fmt: skip
    fitted = pd.DataFrame(terms, columns=["model", "year", "term", "coefficient", "coefficient_p", "vif"])
    fitted = fitted.astype({"year": "Int64"}).reindex(columns=plain.regression.columns)
    fit = pd.DataFrame({"model": ["ols", "lag"], "year": 2015, "diagnostic": "aic", "diagnostic_value": [120.5, 110.0],
                        "diagnostic_p": np.nan}).astype({"year": "Int64"})  # fmt: skip
    manifest = plain.manifest | {"study": plain.manifest["study"] | {"drivers": DRIVERS}}
    return replace(plain, drivers=factors, driver_interactions=pairs, driver_strata=strata, driver_risks=risks,
                   regression=fitted, regression_diagnostics=fit, manifest=manifest)  # fmt: skip


def test_what_the_detectors_say(result: Result) -> None:
    section = drivers_section(result, study_of(result), WORDING)
    assert section is not None
    assert list(section.detected) == [
        "The first 3 factors that go with the compensation amount in 2015, by the share of its variance that their "
        "strata account for, are emissions (q = 0.60), forest (q = 0.35) and province (q = 0.05).",
        "Of the factors, emissions stands in the formula of the compensation amount, or made an input of it: that they "
        "go with it is arithmetic, and no finding.",
        "Of the others, forest comes first (q = 0.35).",
        "The mean compensation amount is smallest where forest is (20, 80] and largest where it is [1, 20]; of 1 pair "
        "of its strata 1 differs (Welch's t, p < 0.05, not corrected for their number).",
        "Chance alone gives as large a q in at least 5.0% of the permutations for province.",
        "The pair that accounts for most is emissions and forest (joint q = 0.70, 8 joint strata, the smallest of 1 "
        "unit); of 3 pairs, 1 accounts for more than the sum of both factors.",
        "A joint q is never below that of either factor, and grows with the number of joint strata.",
    ]
    assert section.caution.startswith("This is association, not cause: ")
    assert section.caution.endswith("Neighbours are alike, so that permutations and standard errors that take units as "
                                    "independent find too much.")  # fmt: skip
    assert [row[1] for row in section.factors.blocks[0][1]] == ["emissions", "forest", "province"]


def test_what_the_regressions_say(result: Result) -> None:
    section = drivers_section(result, study_of(result), WORDING)
    assert section is not None
    assert list(section.fitted) == [
        "Ordinary least squares in 2015 (AIC 120.5): clear terms (p < 0.05) are emissions (0.80).",
        "Spatial lag in 2015 (AIC 110.0): clear terms (p < 0.05) are emissions (0.70).",
        "Spatial lag with fixed effects over the years: no factor has a clear term (p < 0.05).",
        "Variance inflation is above 10 for emissions and forest: their coefficients cannot be told apart well.",
        "Coefficients are standard deviations of the compensation amount for one standard deviation of the factor.",
        "In a spatial lag model an effect also comes back through the neighbours: multiply by multiplier_total for all "
        "of it.",
        "Standard errors of the panels are not corrected for the fixed effects: with 2 years they are about 0.71 times "
        "what they should be.",
        "A trend that all units share counts as the factors' own.",
    ]


def test_what_the_detectors_say_in_chinese(result: Result) -> None:
    section = drivers_section(result, study_of(result), CHINESE)
    assert section is not None
    assert section.response == "补偿金额"
    assert list(section.detected) == [
        "按分层所解释的方差比例，2015 年与补偿金额关联最强的 3 个因子为碳排放量（q = 0.60）、"
        "forest（q = 0.35）和 province（q = 0.05）。",
        "其中，碳排放量包含于补偿金额的计算公式，或用于推算其输入数据：其关联出自计算本身，不构成发现。",
        "其余因子以 forest 居首（q = 0.35）。",
        "补偿金额的均值在 forest 为 (20, 80] 的层中最小，在 [1, 20] 的层中最大；"
        "其 1 对分层中有 1 对差异显著（韦尔奇 t 检验，p < 0.05，未作多重比较校正）。",
        "对于 province，仅凭随机即可在至少 5.0% 的置换中得到不小于观测值的 q 值。",
        "解释力最强的一对因子为碳排放量和 forest（交互 q = 0.70，8 个交互层，其中最小的有 1 个单元）；"
        "在 3 对因子中，1 对的解释力大于两因子之和。",
        "交互 q 值不会低于任一因子的 q 值，并随交互层数的增加而增大。",
    ]
    assert section.caution == (
        "所示为关联，并非因果：因子与因变量相关联，可能是因子影响因变量，可能是因变量影响因子，"
        "也可能是二者同受其他事物影响。"
        "邻近单元彼此相似，因此将单元视为相互独立的置换检验与标准误会高估显著性。"
    )
    assert [section.factors.caption, section.factors.note, section.pairs.caption] == [
        "各因子的 q 值（分层为选定或给定）", "分界点、随机种子与置换次数见文件。", "2015 年交互 q 值最大的 15 对因子",
    ]  # fmt: skip
    assert [row[1] for row in section.factors.blocks[0][1]] == ["碳排放量", "forest", "province"]
    assert [row[6] for row in section.pairs.blocks[0][1]] == ["双因子增强", "非线性增强", "双因子增强"]


def test_what_the_regressions_say_in_chinese(result: Result) -> None:
    section = drivers_section(result, study_of(result), CHINESE)
    assert section is not None
    assert list(section.fitted) == [
        "普通最小二乘（2015 年，AIC 120.5）：显著项（p < 0.05）为碳排放量（0.80）。",
        "空间滞后模型（2015 年，AIC 110.0）：显著项（p < 0.05）为碳排放量（0.70）。",
        "固定效应空间滞后模型（历年）：没有因子的系数显著（p < 0.05）。",
        "碳排放量和 forest 的方差膨胀因子大于 10：其系数难以彼此区分。",
        "系数为因子变化一个标准差时补偿金额变化的标准差倍数。",
        "在空间滞后模型中，影响还会经由邻近单元反馈：全部影响为系数与总乘数之积。",
        "面板模型的标准误未针对固定效应校正：在 2 个年份下约为应有值的 0.71 倍。",
        "各单元共有的趋势会被计为因子的作用。",
    ]
    assert (section.coefficients.caption, section.diagnostics.caption) == ("回归系数", "模型诊断")


def test_local_coefficients_and_what_could_not_be_told(result: Result) -> None:
    local = result.regression[result.regression["model"] == "ols"].assign(
        model="mgwr", bandwidth=50.0, local_significant=[0.4, 0.1], local_minimum=-0.2, local_maximum=0.9
    )
    fitted = replace(result, regression=local, regression_diagnostics=result.regression_diagnostics.iloc[:0])
    none = replace(result, drivers=result.drivers.iloc[:0])
    unstratified = replace(result, drivers=result.drivers.assign(q=np.nan))
    expected = [
        [
            "Multiscale geographically weighted regression in 2015: the local coefficient of emissions is clear in 40% "
            "of the units and runs from −0.20 to 0.90.",
            "No factor could be told in any year: see the issues found in the data.",
            "No factor makes strata of enough units in 2015.",
        ],
        [
            "多尺度地理加权回归（2015 年）：碳排放量的局部系数在 40% 的单元中显著，取值介于 −0.20 与 0.90 之间。",
            "各年均未能探测任何因子，参见数据中发现的问题。",
            "2015 年没有因子能够形成单元数足够的分层。",
        ],
    ]
    for wording, words in zip((WORDING, CHINESE), expected, strict=True):
        sections = [drivers_section(r, study_of(r), wording) for r in (fitted, none, unstratified)]
        assert all(sections)
        said = [sections[0].fitted[0], sections[1].detected[0], sections[2].detected[0]]
        assert said == words


def test_no_factor_within_the_reach_of_chance(result: Result) -> None:
    sure = replace(result, drivers=result.drivers.assign(p_permutation=0.001))
    for wording, words in (
        (WORDING, "For every factor chance alone gives as large a q in less than 5.0% of the permutations."),
        (CHINESE, "对于每个因子，仅凭随机得到不小于观测值的 q 值的置换均不足 5.0%。"),
    ):
        section = drivers_section(sure, study_of(sure), wording)
        assert section is not None
        assert words in section.detected


def test_the_passage_in_chinese(result: Result) -> None:
    (passage,) = driver_passage(study_of(result), CHINESE.language)
    assert passage.title == "驱动因子"
    assert passage.text == (
        "因变量为补偿金额。数值型因子按等间距法、分位数法、自然断点法、几何间距法或标准差法分为 2 至 8 层，"
        "每层至少 5 个单元，取对留出单元预测效果最好的分层；"
        "上级单元与分类型因子按其原有类别分层。p 值为因变量的 999 次置换中 q 值不小于观测值的比例，"
        "每次置换均重新选定分层；"
        "给定的分层另列文献中的非中心 F 检验结果。缺少因变量或任一因子的单元不计入当年。",
        "回归（普通最小二乘、空间滞后模型和固定效应空间滞后模型）由 spreg 与 mgwr 完成，变量经标准化处理，"
        "邻接关系与本研究一致并按行标准化；"
        "分类型因子与上级单元不进入回归。",
    )


def test_the_passage_says_how_and_a_study_without_drivers_says_nothing(result: Result) -> None:
    (passage,) = driver_passage(study_of(result), WORDING.language)
    assert "999 permutations" in passage.text[0]
    assert "ordinary least squares, spatial lag and spatial lag with fixed effects" in passage.text[1]
    plain = make_result()
    assert driver_passage(study_of(plain), WORDING.language) == []
    assert drivers_section(plain, study_of(plain), WORDING) is None
