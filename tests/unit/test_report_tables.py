"""Tables of the report in both languages: heads, units and the words of labels."""

from __future__ import annotations

import pytest

from ecocomp.language import language_of
from ecocomp.outputs.report.tables import Wording, cells_of, head

EN, ZH = Wording(language_of("en"), {}), Wording(language_of("zh"), {"7": "甲县"})


@pytest.mark.parametrize(
    ("column", "value", "english", "chinese"),
    [
        ("payments", 5.41e10, ("Payments [10⁸ CNY]", "541.0"), ("应付总额 [亿元]", "541.0")),
        ("emissions", 1.5, ("Emissions [Mt CO₂]", "1.500"), ("碳排放量 [万吨 CO₂]", "150.0")),
        ("population", 1.234e6, ("Population [person]", "1,234,000"), ("常住人口 [万人]", "123.4")),
        ("distance_km", 7.12, ("Distance [km]", "7.120"), ("移动距离 [公里]", "7.120")),
        ("weighting", "payments", ("Weighting", "payments"), ("权重", "支付")),
        ("group", "payer", ("Group", "payer"), ("类型", "支付区")),
        ("factor", "gdp_per_head", ("Factor", "gdp_per_head"), ("驱动因子", "人均地区生产总值")),
        ("payer", "7", ("Payer", "7"), ("支付单元", "甲县")),
        ("moran_p", 0.0001, ("p of Moran's I", "< 0.001"), ("莫兰指数 p 值", "< 0.001")),
    ],
)
def test_a_column(column: str, value: object, english: tuple[str, str], chinese: tuple[str, str]) -> None:
    for wording, expected in ((EN, english), (ZH, chinese)):
        assert (head(column, wording).label, *cells_of(column, [value], wording)) == expected


def test_notional_money_and_revised_accounts_say_so() -> None:
    for code, money, revised, cell in (
        ("en", "Payments [10⁸ CNY, notional]", "Revised account [Mt CO₂ at mean size]", "1.500"),
        ("zh", "应付总额 [亿元，名义]", "修正碳账户 [万吨 CO₂，平均规模]", "150.0"),
    ):
        wording = Wording(language_of(code), {}, "Mt CO2 at mean size", notional=True)
        assert [head(name, wording).label for name in ("payments", "revised")] == [money, revised]
        assert cells_of("revised", [1.5], wording) == [cell]
