"""What `describe` knows: every column where it stands, names that are nearly right, pages that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ecocomp
from ecocomp.glossary import METHOD_PAGES, describe, found, nearest_names, sheets
from ecocomp.result import FRAMES
from ecocomp.variables import table, variable
from tiny import write_study

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_tables_are_those_of_a_run(tmp_path: Path) -> None:
    result = ecocomp.run(ecocomp.Study.load(write_study(tmp_path)))
    assert tuple(sheets()) == FRAMES
    for name, frame in result.frames().items():
        columns = ["<parents>" if column == "省" else column for column in frame.columns]
        assert list(sheets()[name].columns) == columns, f"write the columns of {name} into tables.csv"
        assert sheets()[name].row


def test_every_variable_stands_somewhere_or_is_a_field_of_something_else() -> None:
    nowhere = {name for name in table() if not describe(name).columns}
    # what a study reads and no table repeats, factors of [drivers], and the columns of columns.csv and of sensitivity
    of_columns = {"table", "measure", "label_en", "label_zh", "meaning", "equation", "source"}
    assert {"engel_coefficient", "fiscal_revenue", "gdp_per_head", *of_columns} <= nowhere
    rest = {name for name in nowhere if variable(name).role != "input"} - of_columns - {"gdp_per_head"}
    assert len(rest) < 20, sorted(rest)


def test_what_is_told_of_an_amount() -> None:
    told = describe("amount")
    assert (told.label_en, told.label_zh) == ("Compensation amount", "补偿金额")
    assert told.equation == "V = R * 1e6 * p * k"
    assert told.source == "methods §4"
    assert told.unit.startswith("CNY (the study's currency")
    assert told.columns == ("results.amount", "comparison_units.amount")
    assert set(told.others) == {"transfers.amount", "transfers_parents.amount"}
    assert told.accepted == "", "no study reads it"


def test_ranges_and_units_that_a_study_may_write() -> None:
    assert describe("gdp").range == "above 0 and at most 2e+13, beyond which a check warns"
    assert describe("engel_coefficient").range == "above 0 and at most 1"
    assert describe("lon").range == "at least -180 and at most 180"
    assert describe("amount").range == ""
    assert "'Mt CO2'" in describe("emissions").accepted


def test_a_section_with_several_pages_leads_to_that_of_the_table() -> None:
    assert describe("kakwani").pages == ("docs/method/fairness.md",)
    assert describe("p_permutation").pages == ("docs/method/drivers.md",)
    assert describe("leverage").pages == ("docs/method/centres.md",)
    assert describe("amount").pages == ("docs/method/compensation.md", "docs/method/priority.md")
    assert describe("cluster").pages == ("docs/method/clusters.md", "docs/method/centres.md")


def test_every_section_that_a_source_names_has_a_page_of_the_docs() -> None:
    named = {section for v in table().values() for section in re.findall(r"methods §(\d+)", v.source)}
    assert named == set(METHOD_PAGES)
    text = (DOCS / "method.md").read_text(encoding="utf-8")
    told: dict[str, set[str]] = {}
    for line in text.splitlines():
        match = re.match(r"\| ([\d, ]+) \|.*\(method/(\w+)\.md\)", line)
        for section in match[1].split(", ") if match else ():
            told.setdefault(section, set()).add(match[2])
    assert told == {section: set(pages) for section, pages in METHOD_PAGES.items()}
    for pages in METHOD_PAGES.values():
        assert all((DOCS / "method" / f"{page}.md").is_file() for page in pages)


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("amount", ["amount"]),
        ("transfers.amount", ["transfers.amount"]),
        ("regional.gap", ["gap"]),
        ("n_H*", ["n_HH", "n_HL"]),
        ("centres.csv", ["year", "weighting", "lon", "lat", "leverage", "host_unit", "distance_km", "bearing_deg",
                         "speed_km_a", "data_origin"]),
        ("regional.lon", []),
        ("zzz*", []),
        ("amuont", []),
    ],
)  # fmt: skip
def test_words_that_name_something(word: str, names: list[str]) -> None:
    assert found(word) == names


@pytest.mark.parametrize(
    ("word", "near"),
    [("amuont", "amount"), ("Compensation amount", "amount"), ("补偿金额", "amount"), ("莫兰", "local_moran"),
     ("kakwani_index", "kakwani"), ("GDP", "gdp"), ("regionl", "regional")],
)  # fmt: skip
def test_words_that_nearly_do(word: str, near: str) -> None:
    assert near in nearest_names(word)


def test_a_word_without_any_likeness_has_no_near_one() -> None:
    assert nearest_names("xyzzyq") == []


def test_equations_say_what_no_meaning_says_already() -> None:
    for v in table().values():
        if v.equation:
            assert v.equation not in v.meaning, v.name
            assert "§" not in v.equation, v.name
        assert "=" not in v.source, f"{v.name}: equations stand in their own column"
