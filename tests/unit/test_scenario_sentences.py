"""What is said of a scenario, word for word, from tables made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ecocomp.comparison import with_scenarios
from ecocomp.language import Language, language_of
from ecocomp.outputs.report.scenarios import comparison_rows, differing_settings, scenario_section, scenario_sentences
from ecocomp.outputs.report.tables import Wording
from ecocomp.result import Result
from unit.figure_results import tiny_result

EN, ZH = language_of("en"), language_of("zh")
NAMES = {f"u{i}": f"County {i}" for i in range(6)}


def told(base: list[float], other: list[float], language: Language = EN) -> list[str]:
    """Return the sentences of a scenario over values in Mt at 60 CNY/t: 1 is 0.6 × 10⁸ CNY."""
    results = [tiny_result(values, years=(2010,)) for values in (base, other)]
    return scenario_sentences(with_scenarios(results[0], {"s": results[1]}), "s", NAMES, language)


def test_nothing_differs() -> None:
    assert told([1, 2, -3], [1, 2, -3]) == ["In 2010, nothing differs over the 3 units compared."]


def test_groups_money_and_ranks() -> None:
    # ranks of payers by |V|: u1 1, u0 2, u2 3 before; u0 1, u1 2 after, u2 receives
    assert told([2, 4, 1, -3], [5, 4, -1, -3]) == [
        "In 2010, 1 of 4 units changes group (1 becomes recipient): County 2.",
        "Payments rise from 4.20 × 10⁸ CNY to 5.40 × 10⁸ CNY (+28.6%) and receipts rise from 1.80 × 10⁸ CNY to "
        "2.40 × 10⁸ CNY (+33.3%); 1.50 × 10⁸ CNY moves between what units pay and receive.",
        "Spearman's rho of the ranks is −1.000 among payers; the largest rank move is that of County 0, 1 place "
        "forward.",
    ]


def test_one_side_alone_and_several_turns() -> None:
    said = told([2, 4, 1, -3, -1], [-2, 4, 0, 3, -1])
    assert said[0] == (
        "In 2010, 3 of 5 units change group (1 becomes payer, 1 becomes recipient and 1 becomes balanced): County 0, "
        "County 2 and County 3."
    )
    assert said[1].startswith("Payments stay at 4.20 × 10⁸ CNY and receipts fall from 2.40 × 10⁸ CNY")


def test_many_units_are_capped() -> None:
    said = told([1.0] * 12, [-1.0] * 12)
    assert said[0].startswith(
        "In 2010, 12 of 12 units change group (12 become recipients): County 0, County 1, u10, u11, "
    )
    assert said[0].endswith(" and 4 more.")
    assert "receipts rise from 0 × 10⁸ CNY to 7.20 × 10⁸ CNY;" in said[1]


def test_missing_units_and_other_years() -> None:
    base = tiny_result([1, 2, -3], years=(2010, 2015))
    other = tiny_result([1, np.nan, -3, 4], years=(2015, 2020))
    said = scenario_sentences(with_scenarios(base, {"later": other}), "later", NAMES, EN)
    assert said == [
        "Left out: 2010 of the base alone and 2020 of later alone.",
        "Left out: 1 unit of later alone.",
        "In 2015, 2 units lack an amount in one run or both, and are left out.",
        # u0 was second of the payers: u1 has no amount any more, and u3, which only the other run has, is the first
        "In 2015, nothing differs over the 2 units compared.",
    ]


def test_revisions_that_differ_in_kind_are_told() -> None:
    base, other = tiny_result([1, -1]), tiny_result([2, -2])
    other = replace(other, manifest={**other.manifest, "revised_unit": "Mt CO2"})
    said = scenario_sentences(with_scenarios(base, {"s": other}), "s", NAMES, EN)
    assert said[-1] == (
        "The two revisions differ in kind (Mt CO₂ at mean size against Mt CO₂): read who pays and in what order rather "
        "than how much."
    )


def with_settings(before: dict[str, object], after: dict[str, object]) -> Result:
    base, other = tiny_result([1, -1], study=before), tiny_result([1, -1], study=after)
    return with_scenarios(base, {"s": other})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        ({"space": {"k": 3}}, {"space": {"k": 4}}, ["space.k: 3 → 4"]),
        ({}, {"space": {"k": 4}}, ["space.k = 4"]),
        ({"space": {"k": 3}}, {}, ["space.k: 3 → left out"]),
        ({"study": {"name": "x", "years": [2010]}}, {"study": {"name": "x", "years": [2010, 2015]}},
         ["study.years: 2010 → 2010, 2015"]),
        ({"scenarios": {"s": {}}}, {}, []),
        ({}, {"adjust": {str(i): {"a": 1} for i in range(10)}}, [f"adjust.{i}.a = 1" for i in range(8)] + ["2 more"]),
        ({}, {"study": {"name": "tiny", "notice": "n" * 70}}, [f"study.notice = {'n' * 60}…"]),
    ],
)  # fmt: skip
def test_settings_that_differ(before: dict[str, object], after: dict[str, object], expected: list[str]) -> None:
    assert differing_settings(with_settings(before, after), "s", EN) == expected


def test_rows_for_a_terminal() -> None:
    result = with_scenarios(tiny_result([5, -5], years=(2010,)), {"高价": tiny_result([10, -10], years=(2010,))})
    head, row = comparison_rows(result.comparison, EN.measure("CNY"))
    assert len(head) == len(row)
    assert row[:8] == ("高价", "2010", "2", "0", "0", "3.00 → 6.00", "3.00 → 6.00", "3.00")
    million = language_of("en", "EUR").measure("CNY")
    assert comparison_rows(result.comparison, million)[1][5] == "300.00 → 600.00"


def test_the_section_of_a_report() -> None:
    wording = Wording(EN, NAMES)
    base = tiny_result([5, -5])
    assert scenario_section(base, wording) is None
    section = scenario_section(with_scenarios(base, {"高 价": tiny_result([10, -10])}), wording)
    assert section is not None
    assert [s.link for s in section.scenarios] == ["scenarios/%E9%AB%98%20%E4%BB%B7/report.html"]
    rows = section.table.blocks[0][1]
    assert [row[5:9] for row in rows] == [["3.000", "6.000", "3.000", "6.000"]] * 2, "one count of decimals"
    assert pd.Series([c.label for c in section.table.columns]).is_unique


@pytest.mark.parametrize(
    ("base", "other", "expected"),
    [
        ([1, 2, -3], [1, 2, -3], ["2010 年，所比较的 3 个单元没有任何差异。"]),
        ([2, 4, 1, -3], [5, 4, -1, -3], [
            "2010 年，4 个单元中有 1 个类型发生变化（1 个转为受偿区）：County 2。",
            "应付总额由 4.20 亿元升至 5.40 亿元（+28.6%），应得总额由 1.80 亿元升至 2.40 亿元（+33.3%）；"
            "变动金额为 1.50 亿元。",
            "位次的斯皮尔曼秩相关系数：支付区为 −1.000；位次变化最大的是 County 0，前移 1 位。",
        ]),
        ([2, 4, 1, -3, -1], [-2, 4, 0, 3, -1], [
            "2010 年，5 个单元中有 3 个类型发生变化（1 个转为支付区、1 个转为受偿区和 1 个转为平衡单元）："
            "County 0、County 2 和 "
            "County 3。",
            "应付总额仍为 4.20 亿元，应得总额由 2.40 亿元降至 1.80 亿元（−25.0%）；变动金额为 3.30 亿元。",
        ]),
        ([1, 2], [2, 1], [
            "2010 年，2 个单元的类型均未变化。", "应付总额仍为 1.80 亿元，应得总额仍为 0 亿元；变动金额为 0.600 亿元。",
            "位次的斯皮尔曼秩相关系数：支付区为 −1.000；位次变化最大的是 County 0，前移 1 位。",
        ]),
    ],
)  # fmt: skip
def test_what_is_said_in_chinese(base: list[float], other: list[float], expected: list[str]) -> None:
    assert told(base, other, ZH) == expected


def test_agreement_of_both_sides_and_a_move_back() -> None:
    base, other = [4, 2, -3, -1], [2, 4, -3, -1]
    assert told(base, other)[-1] == (
        "Spearman's rho of the ranks is −1.000 among payers and 1.000 among recipients; the largest rank move is that "
        "of County 0, 1 place back."
    )
    assert told(base, other, ZH)[-1] == (
        "位次的斯皮尔曼秩相关系数：支付区为 −1.000，受偿区为 1.000；位次变化最大的是 County 0，后移 1 位。"
    )
    higher = [8, 4, -6, -2]
    assert told(base, higher)[-1].endswith("1.000 among recipients; no rank moves.")
    assert told(base, higher, ZH)[-1].endswith("受偿区为 1.000；位次均无变化。")


def test_ranks_without_agreement_and_clusters() -> None:
    # one payer on each side of the comparison: no correlation of one rank, and u1 comes after u2
    one, two = tiny_result([2, -1, 1], years=(2010,)), tiny_result([-2, -1, 3], years=(2010,))
    two.results["cluster"] = ["LL", *two.results["cluster"][1:]]
    compared = with_scenarios(one, {"s": two})
    english, chinese = (scenario_sentences(compared, "s", NAMES, language) for language in (EN, ZH))
    assert english[-2:] == ["As for ranks, the largest rank move is that of County 1, 1 place back.",
                            "1 unit is of another cluster class."]  # fmt: skip
    assert chinese[-2:] == ["位次变化最大的是 County 1，后移 1 位。", "1 个单元的聚类类型发生变化。"]


def test_missing_units_other_years_and_kinds_in_chinese() -> None:
    base = tiny_result([1, 2, -3], years=(2010, 2015))
    other = tiny_result([1, np.nan, -3, 4], years=(2015, 2020))
    other = replace(other, manifest={**other.manifest, "revised_unit": "Mt CO2"})
    assert scenario_sentences(with_scenarios(base, {"高价": other}), "高价", NAMES, ZH) == [
        "未予比较：仅见于基准的 2010 年，仅见于高价的 2020 年。",
        "未予比较：仅见于高价的 1 个单元。",
        "2015 年，2 个单元在其中一次或两次运行中缺少金额，未予比较。",
        "2015 年，所比较的 2 个单元没有任何差异。",
        "两种修正方法的性质不同（“万吨 CO₂，平均规模”与“万吨 CO₂”）：宜比较哪些单元支付及其先后次序，而非金额多少。",
    ]
    fewer = tiny_result([1, 2], years=(2010, 2015))
    (said, *_) = scenario_sentences(with_scenarios(base, {"s": fewer}), "s", NAMES, ZH)
    assert said == "未予比较：仅见于基准的 1 个单元。"
    (said, *_) = scenario_sentences(with_scenarios(base, {"s": fewer}), "s", NAMES, EN)
    assert said == "Left out: 1 unit of the base alone."


def test_settings_and_table_in_chinese() -> None:
    many = with_settings({"space": {"k": 3}}, {"adjust": {str(i): {"a": 1} for i in range(10)}})
    assert differing_settings(many, "s", ZH)[0] == "space.k: 3 → 未设定"
    assert differing_settings(many, "s", ZH)[-1] == "另有 3 项"
    section = scenario_section(with_scenarios(tiny_result([5, -5]), {"高价": tiny_result([10, -10])}), Wording(ZH, {}))
    assert section is not None
    assert section.table.caption == "各情景与基准的差异（限于两者均有金额的单元）"
    assert section.table.columns[5].label == "基准应付总额 [亿元]"
