"""The report in Chinese: its own passages, tables and issues hold no English but names, symbols and files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely import box

from ecocomp.accounts import REVISIONS
from ecocomp.language import Language, language_of
from ecocomp.outputs.figures.words import revision_name
from ecocomp.outputs.report import data_tables, findings, result_tables
from ecocomp.outputs.report.caveats import caveats, origin_text
from ecocomp.outputs.report.histories import cluster_changes
from ecocomp.outputs.report.method import method
from ecocomp.outputs.report.references import references
from ecocomp.outputs.report.revision_method import revision_title
from ecocomp.outputs.report.tables import Table, Wording
from ecocomp.result import Result
from ecocomp.sources.boundaries import read_boundaries
from ecocomp.study import Revision, Study
from ecocomp.variables import ORIGINS
from unit.report_results import make_result

ZH = language_of("zh")
NAMES = {"01": "甲县", "02": "乙县", "03": "丙县", "04": "丁县"}
PARENTS = ("东市", "东市", "西市", "西市")
SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "quota": {
        "revision": {"method": "quota", "weights": {"population": 3, "gdp": 1}, "roles": {"gdp": "responsibility"}},
        "compensation": {"price": {"value": 220.0, "unit": "CNY/t C"}, "stage_coefficient": {"engel": 0.35}},
        "space": {"weights": "rook", "snap": 50.0, "alternative": "directed", "correction": "fdr"},
        "zoning": {"payers": "low_first"},
    },
    "deflated": {
        "revision": {"mean": "harmonic", "rescale": "net", "reference": 2010},
        "compensation": {
            "price": {"value": 60.0, "unit": "CNY/t CO2"}, "price_base": 2010, "deflator": {"2010": 100, "2015": 130},
            "threshold": {"value": 1, "unit": "1e6 CNY"},
        },
        "space": {"weights": "k_nearest", "k": 2, "global_permutations": 999, "ellipse": "plain"},
    },
    "gross": {
        "revision": {"mean": "arithmetic", "rescale": "gross", "reference": "pooled"},
        "compensation": {
            "price": {"years": {"2010": 40.0, "2015": 60.0}, "unit": "CNY/t CO2"},
            "stage_coefficient": {"engel": {"2010": 0.4, "2015": 0.3}, "applies_to": "both"},
        },
    },
    "ecc_esc": {
        "revision": {"method": "ecc_esc"}, "space": {"weights": "distance", "distance_km": 50.0, "isolates": "drop"},
    },
    "theoretical": {
        "revision": {"method": "theoretical", "roles": {"gdp": "responsibility"}}, "space": {"isolates": "error"},
    },
    "threshold": {
        "revision": {"method": "threshold"}, "compensation": {"price": {"preset": "china_ets_2021_average"}},
    },
    "none": {"revision": {"method": "none"}, "space": {"weights": "rook"}},
    "dissolved": {
        "units": {
            "table": "panel.csv", "id": "code", "year": "year", "name": "name", "boundaries": "map.gpkg",
            "parents": ["province"], "dissolve": "city", "area_method": "equal_area",
        },
        "drivers": {
            "response": "amount", "factors": ["gdp", "坡度"],
            "columns": {
                "坡度": {"column": "坡度", "kind": "rate"}, "降水量": {"column": "降水", "kind": "rate", "unit": "mm"},
            },
        },
    },
}  # fmt: skip
ALLOWED = {
    # of formulas
    "min", "sgn", "ab", "ij", "CO", "ECC", "ESC", "En",
    # of the field
    "GDP", "NPP", "nep", "FDR", "HH", "LL", "HL", "LH", "Jenks", "Benjamini", "Hochberg",
    "GeoDa", "PySAL", "Gi", "tau", "STIRPAT", "GCJ", "WGS", "UTF", "CSV", "SHA", "MODIS", "E", "N",
    # keys of the study file and columns that a sentence names
    "npp", "burden", "price_base", "deflator", "co2", "npp_mt", "gdp", "pop", "province", "city", "mm",
    # of the hand-made study: its sources and fingerprints
    "Chen", "et", "al", "MOD17", "Survey", "office", "utf", "hand", "boundaries_id",
}  # fmt: skip
WORD = re.compile(r"[A-Za-z][A-Za-z_0-9]*[A-Za-z0-9]")
FILE = re.compile(r"[\w./-]+\.(?:csv|xlsx|json|gpkg|cpg)|\b[ab0-9]{12}…")


def of_table(table: Table) -> Iterator[str]:
    yield from (table.caption, table.note, table.file)
    yield from (column.label for column in table.columns)
    yield from (text for text, _ in table.spans)
    for title, rows in table.blocks:
        yield title
        for row in rows:
            yield from row


def chinese(years: tuple[int, ...] = (2010, 2015), settings: dict[str, Any] | None = None, **others: Any) -> Result:
    """Return the hand-made result with Chinese names."""
    result = make_result(years, names=tuple(NAMES.values()), settings=settings, **others)
    parents = dict(zip(NAMES, PARENTS, strict=True))
    results = result.results.assign(province=result.results["unit"].map(parents))
    subtotals = result.subtotals.assign(parent=result.subtotals["parent"].map({"East": "东市", "West": "西市"}))
    return replace(result, results=results, subtotals=subtotals)


def told(result: Result, language: Language) -> dict[str, list[str]]:
    """Return what the passages and tables of the report say, but for sections with modules of their own."""
    study = Study.from_dict(result.manifest["study"])
    wording = Wording(language, NAMES, result.manifest["revised_unit"], notional=True)
    labels = dict.fromkeys([*result.revisions["revision"], *result.revisions["other_revision"]])
    every = (*labels, "theoretical", "threshold, gross", "threshold, net", "ecc_esc", "size_normalised, harmonic")
    titles = {label: revision_name(label, language.code, own=k == 0) for k, label in enumerate(dict.fromkeys(every))}
    prices = {int(year): 60.0 + year % 7 for year in result.manifest["years"]}
    passages = method(study, prices, 99_999, language)[:-1]  # the last one is the settlement's own
    changes = cluster_changes(result, study, wording)
    tables = [
        *result_tables.result_tables(result, wording).values(), result_tables.priority_table(result, wording, 20),
        result_tables.class_table(result, language), result_tables.balance_table(result, language),
        data_tables.quantity_table(study, language), data_tables.file_table(result, language),
        data_tables.means_table(result, wording),
        result_tables.revision_legend(titles, study.revision, result.manifest["revised_unit"], language),
    ]  # fmt: skip
    if len(result.revisions):
        tables.append(result_tables.revision_table(result, wording, titles))
    issues = data_tables.issue_groups(result, wording)
    return {
        "summary": findings.summary(result, study, NAMES, language),
        "findings": [
            *findings.without_amount(result, NAMES, language), *findings.accounts(result, language),
            findings.global_moran(result, study, language), findings.among_income(result, language),
            findings.conventions(result, study, language), *findings.balance(result, language),
            *findings.settled(result, language),
            *(findings.revisions(result, titles, language) if len(result.revisions) else []),
        ],
        "changes": [*changes.courses, changes.lasting, changes.chain] if changes else [],
        "method": [text for p in passages for text in (p.title, *p.text)],
        "formulas": [unescape(re.sub(r"<.*?>", " ", f)) for p in passages for f in p.formulas],
        "limits": [text for caveat in caveats(result, study, language) for text in caveat],
        "origin": [origin_text(origin, language) for origin in ORIGINS],
        "tables": [text for table in tables for text in of_table(table)],
        "issues": [text for g in issues for text in (g.severity, g.message, g.remedy)],
        "places": [text for g in issues for text in (g.places.caption, g.places.note)],
    }  # fmt: skip


def left(said: dict[str, list[str]]) -> set[tuple[str, str]]:
    """Return the words that are no Chinese and not allowed, with the text they stand in."""
    return {
        (word, text)
        for texts in said.values()
        for text in texts
        for word in WORD.findall(FILE.sub("", text))
        if word not in ALLOWED
    }


@pytest.mark.parametrize("name", SETTINGS)
def test_no_english_is_left_but_names_symbols_and_files(name: str) -> None:
    assert not left(told(chinese(settings=SETTINGS[name]), ZH))


def test_nor_where_something_is_absent() -> None:
    assert not left(told(chinese(recipients=False), ZH))
    assert not left(told(chinese((2015,), parents=False, revisions=False), ZH))


def test_another_currency_is_named_throughout() -> None:
    settings = {
        "study": {"name": "甲区", "currency": "EUR"},
        "quantities": {
            "emissions": {"column": "co2", "unit": "Mt CO2"}, "sequestration": {"column": "s", "unit": "Mt CO2"},
            "gdp": {"column": "gdp", "unit": "million EUR"}, "population": {"column": "pop", "unit": "person"},
        },
        "compensation": {
            "price": {"value": 60.0, "unit": "EUR/t CO2"}, "threshold": {"value": 1.0, "unit": "million EUR"},
        },
    }  # fmt: skip
    english, chinese_texts = (
        [text for texts in told(chinese(settings=settings), language_of(code, "EUR")).values() for text in texts]
        for code in ("en", "zh")
    )
    assert not [text for text in english if "CNY" in text]
    assert not [text for text in chinese_texts if re.search("CNY|EUR|(?<!欧|单)元(/|，|）|]|的单)|[亿万]元", text)]
    assert "应付总额 [亿欧元，名义]" in chinese_texts
    assert "百万欧元" in chinese_texts


def test_every_revision_is_called_what_it_is() -> None:
    english = language_of("en")
    assert {name: revision_title(name, english) for name in REVISIONS} == {n: r.title for n, r in REVISIONS.items()}
    assert len({revision_title(name, ZH) for name in REVISIONS}) == len(REVISIONS)
    titles = {name: name for name in REVISIONS if name != "size_normalised"}
    rows = result_tables.revision_legend(titles, Revision(), "Mt CO2", english).blocks[0][1]
    assert [row[2] for row in rows] == [REVISIONS[name].formula for name in titles]


def test_issues_are_told_in_chinese_or_said_to_be_in_english() -> None:
    result = chinese()
    strange = result.issues.assign(message=["emissions is missing", "something else", "GDP is at current prices"])
    (first, note), (mixed, _) = (
        data_tables.issue_groups(replace(result, issues=issues), Wording(ZH, NAMES))
        for issues in (result.issues, strange)
    )
    assert (first.severity, first.message, first.remedy) == ("警告", "碳排放量缺失", "补充数据，或认可该单元当年缺失")
    assert (first.places.caption, first.places.note) == ("所在位置：碳排放量缺失", "")
    assert [column.label for column in first.places.columns] == ["文件", "列", "行", "单元代码", "年份"]
    assert first.places.blocks[0][1][0] == ["panel.csv", "co2", "5", "丁县", "2010"]
    assert note.remedy == "设定 price_base 与 deflator"
    assert mixed.message == "变量的单元格为空或标明缺失"
    assert mixed.places.note == "“问题”一栏中的英文为 issues.csv 原文。"
    assert [row[-1] for row in mixed.places.blocks[0][1]] == ["碳排放量缺失", "something else"]


def test_what_is_said_of_a_map_is_told_in_chinese(tmp_path: Path) -> None:
    file = tmp_path / "图.gpkg"
    gpd.GeoDataFrame({"id": ["1"]}, geometry=[box(116, 39, 117, 40)], crs="EPSG:4326").to_file(file)
    result, cells = chinese(), []
    for settings in ({}, {"datum": "gcj02"}):
        read = read_boundaries("图.gpkg", tmp_path, "id", **settings)
        about = {"source": read.source, "datum": read.datum}
        told_of = replace(result, manifest=result.manifest | {"inputs": {"boundaries": about}})
        cells += [data_tables.file_table(told_of, language).blocks[0][1][0][3] for language in (language_of("en"), ZH)]
    assert cells == [
        "not declared in the study; as the file's CRS says: WGS 84", "研究文件未声明；坐标参考系以文件声明为准：WGS 84",
        "not declared in the study; GCJ-02 as the study declares; shifted to WGS 84",
        "研究文件未声明；研究文件声明为 GCJ-02，已转换至 WGS 84",
    ]  # fmt: skip


def test_works_are_cited_as_they_name_themselves() -> None:
    result = chinese()
    cited = references(result, Study.from_dict(result.manifest["study"]), ZH)
    assert cited[0].text.startswith("Anselin, L. (1995).")
    assert [r.text for r in cited if "姊妹研究" in r.text]
