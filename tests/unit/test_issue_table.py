"""Issues as a table for a person: grouped, counted, aligned also where names are Chinese."""

from __future__ import annotations

from ecocomp.issue_table import SHOWN, columns_of, counts, issue_table, wrapped
from ecocomp.issues import Issue


def cell(row: int, unit: str = "010001", severity: str = "error", value: str = "很多") -> Issue:
    return Issue(severity, "not-a-number", "gdp is not a number", "write a number", "面板.csv", "产值", row, unit, 2010,
                 value)  # type: ignore[arg-type]  # fmt: skip


def test_nothing_found() -> None:
    assert issue_table([]) == "no problem found"


def test_groups_columns_and_sums() -> None:
    note = Issue("note", "label-changes", "名称 changes: 任县, 任泽区", "the latest is used", unit="130526")
    assert issue_table([note, cell(2), cell(13, "130526", value="二")]).splitlines() == [
        "error: not-a-number (2), 面板.csv: a cell of a quantity that is no number",
        "    column  row  unit    year  value",
        "    产值      2  010001  2010  很多   gdp is not a number",
        "    产值     13  130526  2010  二     gdp is not a number",
        "    → write a number",
        "note: label-changes (1): a code whose name (a note) or parent or dissolved unit (an error) changes",
        "    unit",
        "    130526  名称 changes: 任县, 任泽区",
        "    → the latest is used",
        "",
        "2 errors, 1 note",
    ]


def test_errors_come_first_and_the_rest_is_counted() -> None:
    many = [cell(k, severity="warning") for k in range(2, 2 + SHOWN + 7)]
    text = issue_table([*many, Issue("error", "file", "gone", "find it")])
    assert text.index("error: file") < text.index("warning: not-a-number (12)")
    assert text.count("010001") == SHOWN
    assert "… and 7 more; --json lists all" in text
    assert text.endswith("1 error, 12 warnings")


def test_remedies_that_differ_stand_with_their_issue() -> None:
    text = issue_table([Issue("error", "file", "a is gone", "find a"), Issue("error", "file", "b is gone", "find b")])
    assert "a is gone → find a" in text
    assert "b is gone → find b" in text


def test_files_that_differ_have_a_column() -> None:
    text = issue_table(
        [Issue("error", "file", "x", "r", file="甲.csv"), Issue("error", "file", "x", "r", file="b.csv")]
    )
    assert "    file\n    甲.csv  x\n    b.csv   x" in text


def test_a_code_that_no_rule_has_is_shown_all_the_same() -> None:
    assert issue_table([Issue("error", "unheard-of", "m", "r")]).startswith("error: unheard-of (1)")


def test_line_breaks_in_a_cell_do_not_break_the_table() -> None:
    assert "a b" in issue_table([cell(2, value="a\r\nb")])


def test_no_line_is_wider_than_the_terminal() -> None:
    long = Issue("warning", "jump", "从一个很长很长很长很长很长很长的单位名称来的说明 " * 4, "检查" * 50, unit="任县")
    for width in (60, 80, 120):
        assert max(map(columns_of, issue_table([long, cell(2)], width).splitlines())) <= width


def test_columns_of_a_terminal() -> None:
    assert columns_of("任县 a") == 6  # two of two columns, a blank, a letter
    assert columns_of("Ａ。") == 4  # full-width forms
    assert columns_of("e\u0301") == 1  # a combining accent takes none


def test_wrapped() -> None:
    assert wrapped("a bb ccc", None) == ["a bb ccc"]
    assert wrapped("a bb ccc", 4) == ["a bb", "ccc"]
    assert wrapped("abcdef", 4) == ["abcd", "ef"]
    assert wrapped("任任任", 4) == ["任任", "任"]


def test_colours_only_where_asked_for() -> None:
    assert "\033" not in issue_table([cell(2)])
    assert issue_table([cell(2)], colour=True).startswith("\033[1;31merror: not-a-number\033[0m (1)")


def test_counts_for_a_program() -> None:
    found = [cell(2, severity="warning"), cell(3), cell(4, severity="warning")]
    assert counts(found) == {
        "errors": 1,
        "warnings": 2,
        "notes": 0,
        "rules": [
            {"severity": "error", "code": "not-a-number", "count": 1},
            {"severity": "warning", "code": "not-a-number", "count": 2},
        ],
    }
