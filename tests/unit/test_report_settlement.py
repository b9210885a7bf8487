"""The section on transfers and the passage on the settlement, word for word in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from ecocomp.language import language_of
from ecocomp.outputs.report.settlement import Transfers, settlement_passage, transfers_section
from ecocomp.outputs.report.tables import Wording
from unit.passage_results import NAMES, settled, study_of
from unit.report_results import make_result

EN, ZH = language_of("en"), language_of("zh")
TRANSPORT = {"method": "transport"}
HEURISTIC = {"proven_least": False, "gap_to_bound": 0.012, "more_across_levels": 1e8, "smallest_transfer": None}


def section(code: str, told: dict[str, Any] | None = None, **settings: Any) -> Transfers:
    result = settled(told, **settings)
    found = transfers_section(result, study_of(result), Wording(language_of(code), NAMES))
    assert found is not None
    return found


def test_what_the_plan_says() -> None:
    assert section("en", **TRANSPORT).plan == [
        "In 2015 the money goes in 2 transfers, the smallest of 50,000,000.00 CNY.",
        "Money between units travels 12.50 km between centroids on average.",
        "No plan with the same payments, receipts and conditions costs less.",
        "In 2015 a fund or higher level pays in 1.00 × 10⁸ CNY.",
        "In 2015 payers carry over 2.50 × 10⁸ CNY.",
    ]
    assert section("zh", **TRANSPORT).plan == [
        "2015 年资金分 2 笔转移，其中最小一笔为 50,000,000.00 元。",
        "以金额加权，单元间资金转移的平均质心距离为 12.50 公里。",
        "在支付额、受偿额与约束条件相同的方案中，本方案成本最低。",
        "2015 年由基金或上级补足 1.00 亿元。",
        "2015 年支付区结转 2.50 亿元。",
    ]


def test_what_a_plan_by_a_heuristic_says() -> None:
    crossed = {"cost": "adjacency", **TRANSPORT}
    assert section("en", HEURISTIC, **crossed).plan[:4] == [
        "In 2015 the money goes in 2 transfers.",
        "Money between units crosses 12.50 borders on average.",
        "The plan was found by a heuristic or within a bounded search: it costs at most 1.2% more than the best plan "
        "without small transfers could.",
        "1.00 × 10⁸ CNY more crosses levels than without the minimum.",
    ]
    assert section("zh", HEURISTIC, **crossed).plan[:4] == [
        "2015 年资金分 2 笔转移。",
        "以金额加权，单元间资金转移平均跨越 12.50 条边界。",
        "本方案由启发式算法或限定范围的搜索得到，其成本比不含小额转移的最优方案至多高出 1.2%。",
        "与不设最小转移额相比，跨层级转移的资金增加 1.00 亿元。",
    ]
    nearly = HEURISTIC | {"gap_to_bound": 5e-5, "transfers": 1, "smallest_transfer": 100.0}
    priced = {"cost": "matrix", "matrix": {"table": "costs.csv"}, **TRANSPORT}
    english, chinese = (section(code, nearly, **priced).plan[:3] for code in ("en", "zh"))
    assert english[0] == "In 2015 the money goes in 1 transfer, of 100.00 CNY."
    assert english[1] == "Money between units costs 12.50 on average, by the study's table of costs."
    assert "it costs less than 0.01% more than the best plan" in english[2]
    assert chinese[1] == "以金额加权，单元间资金转移的平均成本为 12.50（按本研究的成本表）。"
    assert chinese[2] == "本方案由启发式算法或限定范围的搜索得到，其成本比不含小额转移的最优方案高出不足 0.01%。"


def test_limits_and_tables() -> None:
    english, chinese = (section(code, **TRANSPORT) for code in ("en", "zh"))
    assert english.limits == ["Caps that bind in 2015: 1 of 1.", "Floors that bind in 2015: 0 of 1."]
    assert chinese.limits == ["2015 年 1 项支付上限中有 1 项起约束作用。", "2015 年 1 项受偿下限中有 0 项起约束作用。"]
    assert (english.largest.caption, chinese.largest.caption) == (
        "The largest transfers of 2015", "2015 年金额最大的转移",
    )  # fmt: skip
    assert chinese.largest.columns[2].label == "转移金额 [亿元]"
    assert chinese.largest.blocks[0][1] == [["甲县", "丙县", "1.500"], ["乙县", "丙县", "0.500"]]
    assert english.parents.caption == "Transfers between the larger units (province) in 2015"
    assert chinese.parents.caption == "2015 年上级单元（province）之间的转移"
    assert english.binding.caption == (
        "Limits that bind in 2015, and what one CNY more of a cap or less of a floor changes"
    )
    assert english.binding.note == "At most 20. Savings are km between centroids."
    assert chinese.binding.caption == "2015 年起约束作用的限额，以及上限提高或下限降低 1 元所带来的变化"
    assert chinese.binding.note == "至多列出 20 项，节省以质心间公里数计。"
    assert chinese.binding.blocks[0][1] == [["甲县", "支付上限", "1.500", "1.00", "−2.00"]]
    assert section("en").binding.note == "At most 20."
    assert section("zh", cost="adjacency", **TRANSPORT).binding.note == "至多列出 20 项，节省以跨越的边界数计。"


def test_a_run_without_transfers_has_no_section() -> None:
    result = make_result()
    assert transfers_section(result, study_of(result), Wording(EN, NAMES)) is None


def passage(code: str, **settings: Any) -> tuple[str, ...]:
    return settlement_passage(study_of(settled(**settings)).settlement, language_of(code))[1]


EVERYTHING = {
    "method": "transport", "gap_rule": "higher_level", "cap": {"share": 0.02, "of": "fiscal_revenue"},
    "floor": {"amount": {"value": 5, "unit": "1e6 CNY"}}, "nesting": ["province"],
    "minimum_transfer": {"value": 5, "unit": "1e4 CNY"}, "carry_over": True,
}  # fmt: skip


def test_the_passage_states_everything() -> None:
    assert passage("en", **EVERYTHING) == (
        "Payments Σa and receipts Σb seldom agree. The top-N balance sets the payments of the first N payers by rank "
        "against the receipts of the first N recipients, for every N up to the longer list. In the settlement the "
        "larger side is scaled down to the smaller (a′, b′), and each recipient's higher level tops up what it lacks. "
        "Money then goes from payers to recipients at the least total cost, in km between centroids. Amounts are "
        "multiples of 0.01 CNY, so that all sums agree exactly.",
        "No payer pays more than 2% of its fiscal revenue a year; what that cuts off the others make up as long as "
        "they owe it. Every recipient gets at least 5 × 10⁶ CNY, or all that it is due. Money goes within the same "
        "province first, the remainder upward. No transfer between two units is smaller than 5 × 10⁴ CNY. What a cap "
        "or the minimum leaves unpaid is due in the next year of the study.",
    )
    assert passage("zh", **EVERYTHING) == (
        "应付总额 Σa 与应得总额 Σb 很少相等。前 N 位平衡将位次居前 N 位的支付区的支付额与前 N 位受偿区的受偿额相比较，"
        "N 取至单元较多一方的总数。结算时，金额较大一方按比例缩减至与较小一方相等（a′、b′），"
        "受偿区的不足部分由其上级补足。"
        "资金以总成本最低的方式由支付区流向受偿区，成本以质心间公里数计。金额均为 0.01 元的整数倍，各项合计严格相等。",
        "各支付区每年的支付额不超过其一般公共预算收入的 2%；由此削减的部分由其他仍有应付额的支付区承担。"
        "各受偿区至少获得 5 百万元，应得额不足此数的全额获得。资金优先在同一 province 内转移，余额逐级向上转移。"
        "两单元之间的单笔转移不小于 5 万元。因支付上限或最小转移额而未付的部分，计入研究的下一年份。",
    )


@pytest.mark.parametrize(
    ("settings", "english", "chinese"),
    [
        ({}, "what is left over is reported as unallocated or unfunded. Every payer then pays every recipient in "
         "proportion to both.", "余额列为未分配余额或未满足金额。各支付区按双方金额的比例向各受偿区支付。"),
        ({"gap_rule": "regional_fund"}, "a regional fund pays in what is lacking or keeps what is left.",
         "各支付区全额支付，各受偿区全额受偿；不足部分由区域基金补足，结余部分由区域基金留存。"),
        ({"method": "priority"}, "Payers then pay recipients one after the other, both in the order of their rank.",
         "支付区与受偿区均按位次先后，依次支付。"),
        ({"method": "transport", "cost": "adjacency"}, "at the least total cost, in borders crossed.",
         "成本以跨越的边界数计。"),
        ({"method": "transport", "cost": "matrix", "matrix": {"table": "c.csv"}},
         "at the least total cost, by the study's table of costs.", "成本取自本研究的成本表。"),
        ({"cap": {"share": 0.001}}, "No payer pays more than 0.1% of its GDP a year;",
         "各支付区每年的支付额不超过其 GDP 的 0.1%；"),
        ({"floor": {"share": 0.5}}, "Every recipient gets at least 50% of what it is due.",
         "各受偿区至少获得其应得额的 50%。"),
    ],
)  # fmt: skip
def test_the_passage_follows_the_study(settings: dict[str, Any], english: str, chinese: str) -> None:
    assert english in " ".join(passage("en", **settings))
    assert chinese in "".join(passage("zh", **settings))


def test_another_currency_has_its_own_name() -> None:
    settings = study_of(settled()).settlement
    assert "multiples of 0.01 EUR," in settlement_passage(settings, language_of("en", "EUR"))[1][0]
