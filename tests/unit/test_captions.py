"""Captions in the language of the report, whatever the drawing is lettered in."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from ecocomp.language import language_of
from ecocomp.outputs.figures.captions import caption, neighbours, quantity_name, when_shown
from ecocomp.outputs.figures.scene import scene_of
from ecocomp.outputs.figures.write import _DRAW, write_figure
from ecocomp.result import Result
from ecocomp.settlement import between_parents
from unit.chinese import foreign, half_width
from unit.figure_results import tiny_result, with_developments
from unit.test_report_fairness import assessed

EN, ZH = language_of("en"), language_of("zh")


def everything() -> Result:
    """Return a result that every figure but that of fairness can be drawn of."""
    result = tiny_result(
        [1, 2, -1, -3, 0.5], scenarios=["高价"], revisions=True, uncertainty=True, drivers=["gdp", "x"]
    )
    transfers = pd.DataFrame([(2011, "u0", "u2", 3e8)], columns=["year", "payer", "recipient", "amount"])
    levels = {"province": {f"u{i}": "AB"[i % 2] for i in range(5)}}
    settled = replace(
        result, results=result.results.assign(settled=result.results["amount"]), transfers=transfers,
        transfers_parents=between_parents(transfers, levels),
    )  # fmt: skip
    return with_developments(settled)


@pytest.mark.parametrize("name", _DRAW)
def test_a_chinese_caption_is_chinese(name: str, tmp_path) -> None:
    result = assessed([3e8, 0.0, -3e8]) if name == "fairness" else everything()
    written = write_figure(result, name, tmp_path, ZH).caption
    assert foreign(written, ["tiny.csv", "province", "x"]) == set()
    assert half_width(written) == []
    assert written.endswith("数据：数据表 tiny.csv；输入数据中最弱的来源类别：给定数据。")


def test_captions_in_both_languages() -> None:
    def said(name: str, result: Result) -> list[str]:
        return [_DRAW[name](scene_of(result, language))[1] for language in (EN, ZH)]

    english, chinese = said("amounts", tiny_result([1, -1], study={"revision": {"method": "none"}}))
    assert english == (
        "Compensation amount of each unit in 2010 and 2011; positive: payable by the unit; negative (stippled): "
        "receivable by it. n = 2 of 2 units have an amount. Data: table tiny.csv; origin of the weakest input: given."
    )
    assert chinese == (
        "2010 和 2011 年各单元的补偿金额；正值为应付，负值（点状填充）为应得。共 2 个单元，"
        "其中 2 个有补偿金额（n = 2）。"
        "数据：数据表 tiny.csv；输入数据中最弱的来源类别：给定数据。"
    )
    english, chinese = said("revisions", tiny_result([1, -1], revisions=True))
    assert "the study's own revision, size-normalised (geometric, this study)." in english
    assert "以本研究所用修正方法为参照，即规模归一（几何平均，本研究）。" in chinese


def test_the_closing_sentences_are_in_the_language_of_the_report() -> None:
    study = {"quantities": {"gdp": {"column": "gdp", "source": "某年鉴"}, "area": {"column": "a", "source": "某年鉴"}}}
    scene = scene_of(tiny_result([1, -1], years=range(2000, 2017), names=["易县", "尚义县"], study=study), ZH)
    scene = replace(scene, style=replace(scene.style, remark="No Chinese font was found: labels are in English."))
    assert caption(scene, "甲。") == (
        "甲。共 2 个单元，其中 2 个有补偿金额（n = 2）。数据：数据表 tiny.csv；地区生产总值和土地面积来自某年鉴；"
        "输入数据中最弱的来源类别：给定数据。未找到中文字体，图中文字为英文。"
    )
    assert when_shown(scene) == "2000、2003、2006、2010、2013 和 2016 年（自 17 个年份中等间隔选取 6 个）"


def test_names_of_settings_and_quantities() -> None:
    assert [neighbours("k_nearest", language) for language in (EN, ZH)] == ["k nearest weights", "k 近邻权重"]
    assert [quantity_name("fiscal_revenue", language) for language in (EN, ZH)] == [
        "fiscal revenue",
        "一般公共预算收入",
    ]
    assert quantity_name("share_of_forest", ZH) == "share of forest"
