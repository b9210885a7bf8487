"""How the clusters changed: headings and tables in both languages (sentences on clusters have tests of their own)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ecocomp.language import language_of
from ecocomp.outputs.report.histories import ClusterChanges, cluster_changes
from ecocomp.outputs.report.tables import Wording
from ecocomp.result import Result
from unit.passage_results import NAMES, study_of
from unit.report_results import make_result


def told(result: Result, code: str) -> ClusterChanges:
    found = cluster_changes(result, study_of(result), Wording(language_of(code), NAMES))
    assert found is not None
    return found


def test_steps_one_by_one() -> None:
    english, chinese = (told(make_result(), code).transitions for code in ("en", "zh"))
    assert english.caption == "Units by their class in a year of the study and in the next one"
    assert chinese.caption == "各单元在研究年份与下一研究年份的类型"
    assert [c.label for c in chinese.columns] == ["原类型", "HH", "LL", "缺失"]
    assert chinese.spans == [("", 1), ("新类型", 3)]
    # two units stay high-high, one low-low, one missing
    rows = [["HH", "2", "0", "0"], ["LL", "0", "1", "0"], ["缺失", "0", "0", "1"]]
    assert list(chinese.blocks) == [("2010—2015 年", rows)]
    assert english.note == "HH high-high, LL low-low, HL high-low, LH low-high, ns in no significant cluster."
    assert chinese.note == "HH 为高-高，LL 为低-低，HL 为高-低，LH 为低-高；“不显著”指不属于任何显著聚类。"


def test_many_steps_are_added_up() -> None:
    result = make_result()
    steps = [result.transitions.assign(previous_year=y, year=y + 1) for y in range(2010, 2015)]
    many = replace(result, transitions=pd.concat(steps, ignore_index=True))
    assert [told(many, code).transitions.blocks[0][0] for code in ("en", "zh")] == [
        "2010 to 2015, all 5 steps", "2010—2015 年，共 5 个时段",
    ]  # fmt: skip


def test_the_chain() -> None:
    result = make_result()
    regional = pd.concat([result.regional, result.regional.tail(1).assign(year=2018)], ignore_index=True)
    steady = result.markov["destination"].map({"HH": 0.25, "LL": 0.75})
    longer = replace(result, regional=regional, markov=result.markov.assign(steady_state=steady))
    english, chinese = (told(longer, code).markov for code in ("en", "zh"))
    assert (english.caption, chinese.caption) == ("Probability of the class a step later", "下一时段的类型概率")
    assert [c.label for c in english.columns] == ["From", "Units, all steps", "HH", "LL"]
    assert [c.label for c in chinese.columns] == ["原类型", "单元数（全部时段）", "HH", "LL"]
    assert english.note == "Shares of the units of a class over all steps; few units make rough shares."
    assert chinese.note == "概率为某类型单元在全部时段中转为各类型的比例；单元较少时，比例较为粗略。"
    assert chinese.blocks[0][1][-1] == ["稳态分布", "", "0.250", "0.750"]


def test_patterns() -> None:
    english, chinese = (told(make_result(), code).patterns for code in ("en", "zh"))
    assert (english.caption, chinese.caption) == ("Hot and cold spots by their history", "冷热点的演变类型")
    assert [c.label for c in english.columns] == ["Hot-spot pattern", "Units", "Strongest in 2015"]
    assert [c.label for c in chinese.columns] == ["冷热点演变类型", "单元数", "2015 年强度最高的单元"]
    assert chinese.blocks[0][1] == [
        ["新增热点", "1", "乙县"], ["趋势未检验的热点", "1", "甲县"], ["新增冷点", "1", "丙县"], ["缺失", "1", ""],
    ]  # fmt: skip
    assert english.note == (
        "By Gi* of the amount; the method section tells the kinds apart. Untested: lasting, with too few years to tell "
        "whether the score rises or falls."
    )
    assert chinese.note == (
        "依据补偿金额的 Gi* 统计量，各类型的界定见方法部分。“趋势未检验”指持续存在、但年份过少而无法判断统计量升降者。"
    )
    tested = make_result()
    tested.histories["pattern"] = "new hot"
    assert "Untested" not in told(tested, "en").patterns.note
