"""The few words of the figures that are no variables: one table, English and Chinese."""

from __future__ import annotations

__all__ = ["WORDS", "revision_name", "word"]

WORDS: dict[str, tuple[str, str]] = {
    # groups and map keys
    "payers": ("Payers", "支付区"),
    "recipients": ("Recipients", "受偿区"),
    "missing": ("missing", "缺失"),
    "backdrop": ("not in the table", "不在数据表中"),
    "none": ("none", "无"),
    "approval": ("Map approval number: {}", "审图号：{}"),
    # clusters
    "HH": ("high-high", "高-高"),
    "LL": ("low-low", "低-低"),
    "HL": ("high-low", "高-低"),
    "LH": ("low-high", "低-高"),
    "ns": ("not significant", "不显著"),
    "isolate": ("no neighbour", "无邻接"),
    # centres
    "payments": ("payments", "支付"),
    "receipts": ("receipts", "受偿"),
    "centre of": ("Centre of {}", "{}重心"),
    "ellipse of": ("Ellipse of {}", "{}标准差椭圆"),
    "no centre": ("no centre", "无重心"),
    # charts
    "rank in": ("Rank in", "位次"),
    "index": ("an index, not a burden", "指数，非负担率"),
    "cumulative payments": ("payments of the first N payers", "前 N 个支付区累计支付"),
    "cumulative receipts": ("receipts of the first N recipients", "前 N 个受偿区累计受偿"),
    "cumulative": ("Cumulative amount", "累计金额"),
    "crossing": ("difference changes sign", "差额变号"),
    "closest": ("smallest relative difference", "相对差额最小"),
    "own": ("this study", "本研究"),
    "others": ("others", "其他"),
    # decomposition and outlook
    "steps from": ("each step, from {} on", "自 {} 年起逐期"),
    "observed": ("observed", "观测值"),
    "damped_trend": ("damped trend (baseline)", "阻尼趋势（基准）"),
    "stirpat": ("STIRPAT", "STIRPAT"),
    "gm11": ("GM(1,1)", "GM(1,1)"),
    "trend": ("trend", "趋势延续"),
    # fairness
    "people by income": ("People, by GDP per head", "人口累计比例（按人均 GDP 排序）"),
    "cumulative share": ("Cumulative share", "累计比例"),
    "fifth of the people": ("Fifth of the people, 1 poorest", "人口五等分组（1 为最低）"),
    "share of gdp": ("Share of the group's GDP", "占本组 GDP 的比例"),
    "net burden": ("net", "净额"),
    # certainty
    "robust": ("robust: probability from {}", "稳健：概率不低于 {}"),
    "likely": ("likely: {} to {}", "较可能：{} 至 {}"),
    "open": ("side open: below {}", "方向未定：低于 {}"),
    "one alone": ("90 % interval when one input alone varies", "单一输入变动时的 90 % 区间"),
    "plain": ("without errors", "无误差时"),
    "revision": ("Choice of revision", "修正方法"),
    "weights": ("Weights", "权重"),
    # scenarios
    "pays less": ("pays less, receives more", "少付或多得"),
    "pays more": ("pays more, receives less", "多付或少得"),
    "unchanged": ("unchanged", "不变"),
    "changes group": ("changes group", "类型变化"),
    "against own": ("{} against this study", "{}（与本研究相比）"),
    # drivers
    "q of factors": ("Share of the variance, q", "解释力 q"),
    "factor": ("factor", "因子"),
    # amounts
    "notional": ("notional", "名义"),
    "at mean size": ("after revision: at mean size", "修正后：按平均规模"),
    # revisions
    "size_normalised": ("size-normalised", "规模归一"),
    "geometric": ("geometric", "几何平均"),
    "arithmetic": ("arithmetic", "算术平均"),
    "harmonic": ("harmonic", "调和平均"),
    "quota": ("quota", "配额"),
    "theoretical": ("theoretical", "理论赤字"),
    "threshold": ("threshold", "阈值"),
    "gross": ("gross", "总排放"),
    "net": ("net", "净账户"),
    "ecc_esc": ("ECC/ESC", "ECC/ESC"),
    "no revision": ("no revision", "未修正"),
}
"""Key: (English, Chinese)."""


def word(key: str, language: str) -> str:
    """Return a word of the table in a language (``en`` or ``zh``); ``KeyError`` names a key that it lacks."""
    return WORDS[key][language == "zh"]


def revision_name(label: str, language: str = "en", *, own: bool = False) -> str:
    """Return a revision's label as figures and report write it: ``size-normalised (geometric, this study)``."""
    method, *details = ["no revision" if part == "none" else part for part in label.split(", ")]
    details += ["own"] if own else []
    first, *others = [word(p, language) if p in WORDS else p for p in (method, *details)]
    if not others:
        return first
    return f"{first}（{'，'.join(others)}）" if language == "zh" else f"{first} ({', '.join(others)})"
