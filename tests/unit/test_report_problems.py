"""Messages of issues read back into Chinese: every sentence has its rule, its places and its words in the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

import ecocomp
from ecocomp.issues import Issue
from ecocomp.language import language_of
from ecocomp.outputs.report.problems import in_own_words, sentences
from ecocomp.panel.rules import check_panel
from ecocomp.panel.topology import topology_issues
from ecocomp.rules import table
from ecocomp.sources.tables import read_table
from messages import places
from rule_panels import UNITS, changed, settings

ZH = language_of("zh")
PAIRS = [(rule, *pair) for rule, pairs in sentences().items() for pair in pairs]


def strings() -> Iterator[str]:
    """Yield the words that each module writes into texts."""
    for file in Path(ecocomp.__file__).parent.rglob("*.py"):
        nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        yield " ".join(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))


WORDS = [set(re.findall(r"[A-Za-z]+", text)) for text in strings()]


@pytest.mark.parametrize(("rule", "english", "chinese"), PAIRS)
def test_a_sentence_is_one_of_the_source_with_all_its_places(rule: str, english: str, chinese: str) -> None:
    assert table()[rule].severities != ("error",)
    assert places(english) == places(chinese)
    words = set(re.findall(r"[A-Za-z]+", re.sub(r"\{\w+\}", " ", english)))
    assert any(words <= known for known in WORDS), "no module says this any more"


@pytest.mark.parametrize(
    ("rule", "message", "chinese"),
    [
        ("missing-value", "gdp is missing", "地区生产总值缺失"),
        ("not-in-units", "4 codes have no row in 面板.csv and are left out: 1, 2, 3 and 1 more",
         "4 个代码在面板.csv 中没有对应的行，未纳入：1、2、3 及另外 1 个"),
        ("not-in-units", "4 codes of other provinces have no row in a and are left out: 1; gdp adds up to 5 there",
         None),
        ("out-of-range", "emissions is above 400 Mt CO2", "碳排放量大于 400 Mt CO2"),
        ("centre-leverage", "the signed centre of gravity has leverage 5.2", "带符号金额重心的杠杆为 5.2"),
        ("adjusted", "emissions of 1 unit set to 2.5 Mt CO2 in 2010, 2015",
         "1 个单元的碳排放量设为 2.5 Mt CO2（2010、2015 年）"),
        ("cleaned", "12 values had thousands marks, which are taken off", "12 个数值含千位分隔符，已去除"),
        ("lights-bridge", "night lights are on the scale of viirs", None),
    ],
)  # fmt: skip
def test_a_message_in_chinese(rule: str, message: str, chinese: str | None) -> None:
    assert in_own_words(rule, message, ZH) == chinese
    assert in_own_words(rule, message, language_of("en")) == message


def told(issues: list[Issue]) -> list[str | None]:
    return [in_own_words(issue.code, issue.message, ZH) for issue in issues]


def test_what_the_rules_find_on_a_panel() -> None:
    faults = [
        changed("gdp", np.nan, unit=UNITS[:3], year=[2010, 2020]), changed("emissions", 40.0, unit=UNITS[3], year=2015),
        changed("population", 555_123.0), changed("area", 1.0, unit=UNITS[2]),
    ]  # fmt: skip
    found = [issue for inputs in faults for issue in check_panel(inputs, settings())]
    assert {"incomplete", "jump", "all-equal"} <= {issue.code for issue in found}
    assert [issue.message for issue, text in zip(found, told(found), strict=True) if text is None] == []
    assert told(found)[0] == "地区生产总值在 12 个单元中缺失较多（2010 年 3 个、2020 年 3 个）"


def test_what_is_found_on_a_map() -> None:
    shapes = [box(115, 38, 116, 39), box(115.5, 38, 116.5, 39), box(115.2, 38.2, 115.3, 38.3)]
    units = gpd.GeoDataFrame(geometry=shapes, index=["甲", "乙", "丙"], crs="EPSG:4326")
    found = told(topology_issues(units, units.iloc[:0], "图.gpkg"))
    assert found
    assert None not in found


def test_what_is_found_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "表.csv").write_text("标题;;\n代码;年份;值\n1;2010;5\n;;\n2;2010;6\n", encoding="gb18030")
    found = read_table(tmp_path / "表.csv").issues
    assert {issue.code for issue in found} >= {"table-delimiter", "table-encoding", "table-layout"}
    assert None not in told(list(found))


def test_no_sentence_is_hidden_by_one_before_it() -> None:
    hidden = []
    for rule, pairs in sentences().items():
        for k, (english, _) in enumerate(pairs):
            made = re.sub(r"\{(\w+)\}", lambda place: f"X{place.group(1).upper()}", english)
            first = next(i for i, (other, _) in enumerate(pairs) if _fits(other, made))
            hidden += [] if first == k else [(rule, english)]
    assert not hidden


def _fits(english: str, message: str) -> bool:
    parts = re.split(r"\{\w+\}", english)
    return re.fullmatch(".+?".join(map(re.escape, parts)), message) is not None
