"""The sections on what drove emissions and what comes next, word for word in both languages."""

from __future__ import annotations

import pandas as pd

from ecocomp.language import language_of
from ecocomp.outputs.report.decomposition import Forces, decomposition_passage, forces
from ecocomp.outputs.report.outlook import Prospects, outlook_passage, prospects
from ecocomp.outputs.report.tables import Wording
from unit.passage_results import decomposed, projected, study_of
from unit.report_results import make_result

EN, ZH = language_of("en"), language_of("zh")


def forces_in(code: str, prices: str = "current prices", missing: int = 1) -> Forces:
    found = forces(decomposed(prices, missing), Wording(language_of(code), {}))
    assert found is not None
    return found


def test_what_drove_emissions() -> None:
    # 1 + 6 − 2 = 5 Mt, which are 500 times 10 kt
    assert forces_in("en").sentences == [
        "From 2010 to 2015 emissions changed by +5.0 Mt CO₂.",
        "By driver: population +1.0 Mt CO₂, affluence (GDP per head) +6.0 Mt CO₂, intensity (emissions per GDP) −2.0 "
        "Mt CO₂; the three add up to the change.",
        "1 of 4 units lacks a value and is left out.",
        "Emissions fell in 1 of 2 steps (to 2015).",
        "Of the 2 steps, these drivers raised emissions: population in 2, affluence in 2, intensity in 1.",
        "GDP is at current prices: inflation counts as affluence, and with the opposite sign as intensity.",
        "The effect of population and the sum of the other two do not depend on it.",
    ]
    assert forces_in("zh").sentences == [
        "2010—2015 年碳排放变化量为 +500 万吨 CO₂。",
        "按驱动因素分解：人口效应 +100 万吨 CO₂，富裕效应（人均 GDP）+600 万吨 CO₂，"
        "强度效应（单位 GDP 碳排放量）−200 万吨 "
        "CO₂，三者之和等于变化总量。",
        "4 个单元中有 1 个缺少数值，未计入。",
        "2 个时段中有 1 个时段碳排放量下降（末年为 2015 年）。",
        "2 个时段中，人口效应推高碳排放的有 2 个，富裕效应有 2 个，强度效应有 1 个。",
        "GDP 按当年价格计算：通货膨胀计入富裕效应，并以相反符号计入强度效应。",
        "人口效应以及另外两项效应之和不受其影响。",
    ]
    assert forces_in("en", "prices of 2010", 0).sentences[-1] == "GDP is at prices of 2010."
    assert forces_in("zh", "prices of 2010", 0).sentences[-1] == "GDP 按 2010 年价格计算。"


def test_emissions_that_never_fell() -> None:
    frame = decomposed().decomposition
    risen = pd.concat([frame[frame["span"] == "whole"], frame[frame["span"] == "step"].assign(change=1.0)])
    result = decomposed()
    object.__setattr__(result, "decomposition", risen)
    for code, words in (("en", "Emissions fell in none of 2 steps."), ("zh", "2 个时段的碳排放量均未下降。")):
        found = forces(result, Wording(language_of(code), {}))
        assert found is not None
        assert words in found.sentences


def test_the_table_of_the_decomposition() -> None:
    english, chinese = forces_in("en").table, forces_in("zh").table
    assert (english.caption, english.note) == (
        "Change of emissions from 2010 to 2015 by driver", "Effects of larger units are sums of their units' effects.",
    )  # fmt: skip
    assert (chinese.caption, chinese.note) == (
        "2010—2015 年碳排放量变化的驱动因素分解", "上级单元的效应为所辖单元效应之和。",
    )  # fmt: skip
    assert chinese.columns[1].label == "碳排放变化量 [万吨 CO₂]"
    assert english.blocks[-1][1] == [["Region", "5.000", "1.000", "6.000", "−2.000", "4", "1"]]
    assert chinese.blocks[-1][1] == [["区域", "500.0", "100.0", "600.0", "−200.0", "4", "1"]]


def test_how_emissions_were_decomposed() -> None:
    (english,), (chinese,) = (decomposition_passage(decomposed(), language) for language in (EN, ZH))
    assert english.title == "What drove emissions"
    assert english.text[0].endswith("Steps need not add up to the whole period driver by driver.")
    assert chinese.text == (
        "以加法形式的对数平均迪氏指数（LMDI-I；Ang，2005）将各单元碳排放量的变化分解为人口、"
        "人均 GDP 与单位 GDP 碳排放量三项，"
        "无残差；碳排放量期初或期末为零时取极限值（Ang 和 Liu，2007）。就单个驱动因素而言，"
        "各时段效应之和不一定等于全时段的效应。",
    )
    assert decomposition_passage(make_result(), EN) == []


def prospects_in(code: str) -> Prospects:
    result = projected(methods=["stirpat", "gm11"])
    found = prospects(result, study_of(result), Wording(language_of(code), {}))
    assert found is not None
    return found


def test_what_comes_next_in_english() -> None:
    found = prospects_in("en")
    assert found.scope == (
        "Emissions and sequestration of each of 3 units are projected apart, and the account is their difference; "
        "larger units and the region are sums of their units' projections. 1 unit without complete series is left out. "
        "A projection says what follows if the past goes on in the way that its method assumes, and no policy changes "
        "it."
    )
    assert found.paths[:3] == [
        "In 2015 emissions were 120.0 Mt CO₂, sequestration 20.0 Mt CO₂ and the account 100.0 Mt CO₂.",
        "By the damped trend, emissions in 2030 are 90.0 Mt CO₂ (90% interval 89.0 to 91.0) and the account is 60.0 Mt "
        "CO₂ (90% interval 59.0 to 61.0).",
        "By STIRPAT (trend), emissions in 2030 are 90.0 Mt CO₂ (90% interval 89.0 to 91.0) and the account is 60.0 Mt "
        "CO₂ (90% interval 59.0 to 61.0).",
    ]
    assert found.tests[:2] == [
        "Every method was fitted again without the last 3 years of the data (to 2015) and then compared with them. The "
        "damped trend (the baseline) missed emissions by 5.0% and sequestration by 5.0% on average.",
        "STIRPAT missed emissions by 5.0% and sequestration by 5.0% on average. It beat the baseline for emissions. It "
        "was no better than the baseline for sequestration and carbon account: there, trust it no more than that.",
    ]
    assert found.diagnostics == [
        "STIRPAT of emissions has a median R² of 0.85 over the units and a median residual autocorrelation of 0.20. In "
        "1 of 2 units a driver's variance inflation is above 10: the ridge penalty holds such fits together, but "
        "single elasticities mean little. Residuals that follow each other make the intervals too narrow.",
        "GM(1,1) passes its level-ratio test on emissions in 1 of 1 unit, and is of grade 1 or 2 in 1. A grade tells "
        "how the past is fitted and not how the future is met.",
    ]
    assert found.events == [
        "By the damped trend, the peak of emissions lies in the data in 1 unit, ahead in 1, and in neither in 0.",
        "By the damped trend, a lasting surplus lies in the data in 0 units, ahead in 1, and in neither in 1.",
    ]


def test_what_comes_next_in_chinese() -> None:
    found = prospects_in("zh")
    assert found.scope == (
        "对 3 个单元的碳排放量与碳吸收量分别预测，碳账户为二者之差；上级单元与区域的预测值为所辖单元预测值之和。"
        "1 个单元的序列不完整，未计入。预测所示为以往变化按方法的假设延续、且政策不加改变时的结果。"
    )
    assert found.paths == [
        "2015 年碳排放量为 12,000 万吨 CO₂，碳吸收量为 2,000 万吨 CO₂，碳账户为 10,000 万吨 CO₂。",
        *(
            f"按{method}预测，2030 年碳排放量为 9,000 万吨 CO₂（90% 区间为 8,900 至 9,100），碳账户为 6,000 万吨 CO₂"
            "（90% 区间为 5,900 至 6,100）。"
            for method in ("阻尼趋势", " STIRPAT（趋势延续）", " STIRPAT（slow）", " GM(1,1) ")
        ),
    ]
    assert found.tests == [
        "各方法均剔除数据的最后 3 年（至 2015 年）重新拟合，再与这些年份比较。"
        "阻尼趋势（基准）对碳排放量和碳吸收量的平均误差分别为 5.0% 和 5.0%。",
        "STIRPAT 对碳排放量和碳吸收量的平均误差分别为 5.0% 和 5.0%。其对碳排放量的预测优于基准。"
        "其对碳吸收量和碳账户的预测不优于基准：在此方面，其可信程度不高于基准。",
        "GM(1,1) 对碳排放量和碳吸收量的平均误差分别为 5.0% 和 5.0%。"
        "其对碳排放量、碳吸收量和碳账户的预测不优于基准：在此方面，其可信程度不高于基准。",
    ]
    assert found.diagnostics == [
        "各单元碳排放量 STIRPAT 拟合的 R² 中位数为 0.85，残差自相关的中位数为 0.20。2 个单元中有 1 个的某一驱动因素"
        "方差膨胀因子大于 10：岭回归可使此类拟合保持稳定，但单个弹性意义有限。残差前后相关会使区间过窄。",
        "1 个单元中，碳排放量的 GM(1,1) 通过级比检验的有 1 个，精度等级为 1 级或 2 级的有 1 个。"
        "精度等级反映对以往的拟合程度，不代表对未来的预测能力。",
    ]
    assert found.events == [
        "按阻尼趋势，1 个单元的碳排放峰值位于数据时段内，1 个位于预测时段内，0 个在两个时段内均未达峰。",
        "按阻尼趋势，0 个单元的碳账户在数据时段内开始持续盈余，1 个在预测时段内开始，1 个在两个时段内均未实现。",
    ]


def test_one_error_alone_is_told() -> None:
    result = projected(methods=["gm11"])
    missing = result.outlook_tests["quantity"] == "sequestration"
    object.__setattr__(result, "outlook_tests", result.outlook_tests.assign(
        mape=result.outlook_tests["mape"].mask(missing)
    ))  # fmt: skip
    english, chinese = (prospects(result, study_of(result), Wording(language, {})) for language in (EN, ZH))
    assert english is not None
    assert chinese is not None
    assert "The damped trend (the baseline) missed emissions by 5.0% on average." in english.tests[0]
    assert "阻尼趋势（基准）对碳排放量的平均误差为 5.0%。" in chinese.tests[0]


def test_tables_of_the_outlook() -> None:
    english, chinese = prospects_in("en"), prospects_in("zh")
    assert [c.label for c in english.table.columns[:4]] == ["Year", "Value", "90% from", "90% to"]
    assert [c.label for c in chinese.table.columns[:4]] == ["年份", "值", "90% 下限", "90% 上限"]
    assert [t for t, _ in chinese.table.spans] == [
        "",
        "碳排放量 [万吨 CO₂]",
        "碳吸收量 [万吨 CO₂]",
        "碳账户 [万吨 CO₂]",
    ]
    assert [title for title, _ in english.table.blocks] == [
        "Observed", "The damped trend, trend", "STIRPAT, trend", "STIRPAT, slow", "GM(1,1), trend",
    ]  # fmt: skip
    assert [title for title, _ in chinese.table.blocks] == [
        "观测值", "阻尼趋势，趋势延续", "STIRPAT，趋势延续", "STIRPAT，slow", "GM(1,1)，趋势延续",
    ]  # fmt: skip
    assert chinese.table.blocks[0][1] == [
        ["2015", "12,000", "11,900", "12,100", "2,000", "1,900", "2,100", "10,000", "9,900", "10,100"]
    ]
    captions = {
        "table": ("Outlook of the region", "区域碳收支展望"),
        "test_table": ("Back-test of the region on the years held out", "区域预测在留出年份上的回测"),
        "event_table": ("Peak of emissions and neutrality of the region", "区域碳排放达峰与碳中和"),
    }
    for name, expected in captions.items():
        assert tuple(getattr(found, name).caption for found in (english, chinese)) == expected
    assert english.table.note == "90% intervals are of the residual bootstrap."
    assert chinese.table.note == "90% 区间由残差自助法得到。"
    assert chinese.test_table.note == "平均绝对标度误差大于 1 表示误差超过此前年份的逐年变化幅度。"
    assert chinese.test_table.blocks[1][1][0] == ["碳排放量", "0.0500", "0.900", "100.0", "200.0", "优于基准"]
    assert [row[0::5] for row in chinese.event_table.blocks[0][1]] == [
        ["达峰", "至 2030 年未出现：碳排放量在该年最高"], ["碳中和", "至 2030 年未出现：届时仍为赤字"],
    ]  # fmt: skip
    assert chinese.event_table.note == "短横线表示晚于预测期末。"
    assert chinese.event_table.columns[4].label == "预测期末的概率"


def test_how_the_outlook_was_made() -> None:
    study = study_of(projected(methods=["stirpat", "gm11"]))
    (english,), (chinese,) = (outlook_passage(study, language) for language in (EN, ZH))
    assert (english.title, chinese.title) == ("Outlook", "展望")
    assert english.text == (
        "The baseline is Holt's trend with damping (Gardner and McKenzie 1985). STIRPAT (Dietz and Rosa 1997) is "
        "fitted by ridge regression, the penalty being the one that foretells the last 3 years of a fit best. "
        "Technology is a trend in time. Drivers go on by the damped trend of their logarithm unless a scenario states "
        "their growth. GM(1,1) (Deng 1982) puts an exponential through accumulated values. Intervals come from 1,000 "
        "draws that resample residuals, the same years for every unit; they hold neither errors of the drivers ahead "
        "nor the choice of the method.",
    )
    assert chinese.text == (
        "基准为霍尔特阻尼趋势法（Gardner 和 McKenzie，1985）。STIRPAT（Dietz 和 Rosa，1997）以岭回归拟合，"
        "岭参数取对拟合期"
        "最后 3 年预测最准者。技术因素为时间趋势。除情景另行设定增长外，各驱动因素按其对数的阻尼趋势延续。"
        "GM(1,1)（Deng，1982）以指数曲线拟合累加序列。区间由 1,000 次残差重抽样得到，各单元抽取相同的年份；"
        "其中不含驱动因素未来的误差，也不含方法选择的误差。",
    )
    by_intensity = study_of(projected(methods=["stirpat"], technology="intensity"))
    assert (
        "技术因素为单位 GDP 的碳排放量（或碳吸收量），拟合式因而为恒等式，其 R² 不具说明意义。"
        in (outlook_passage(by_intensity, ZH)[0].text[0])
    )
    assert outlook_passage(study_of(make_result()), ZH) == []
