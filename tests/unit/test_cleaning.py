"""Cells as people write them: what is safe is cleaned and counted, what can be two things is not read at all."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecocomp.sources.cleaning import (
    bare_code,
    clean_codes,
    clean_labels,
    clean_numbers,
    clean_years,
    decimal_mark,
    is_missing,
    plain,
)


def column(*texts: str) -> pd.Series:
    return pd.Series(texts, index=range(2, 2 + len(texts)), dtype=object)


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1,234.5", None, 1234.5), ("1,234,567", None, 1234567), ("1,234", ".", 1234), ("1,234", ",", 1.234),
        ("1.234", ",", 1234), ("1.234", None, 1.234), ("1.234,5", ",", 1234.5), ("1.234.567", ",", 1234567),
        ("0,5", ",", 0.5), (",5", ",", 0.5), ("-1,5", ",", -1.5), ("1 234,5", ",", 1234.5), ("1'234.5", ".", 1234.5),
        ("1　234", None, 1234), ("１２．５", None, 12.5), ("１，２３４．５", None, 1234.5), ("−3", None, -3),
        ("－3", None, -3),
        ("1.5e3", None, 1500), ("1,5e3", ",", 1500), ("+2", None, 2),
    ],
)  # fmt: skip
def test_a_number(text: str, decimal: str | None, value: float) -> None:
    values, missing, _, unclear = clean_numbers(column(text), decimal)  # type: ignore[arg-type]
    assert values.tolist() == [value]
    assert not missing.any()
    assert unclear == []


@pytest.mark.parametrize(
    ("text", "decimal"),
    [("1,5", "."), ("1,5", None), ("1,23,456", "."), ("1,234.5", ","), ("12,3456", "."), ("九", None), ("1 23", None),
     ("0,123", "."), ("5%", None), ("--5", None), ("=A1*2", None)],
)  # fmt: skip
def test_no_number(text: str, decimal: str | None) -> None:
    values, missing, _, _ = clean_numbers(column(text), decimal)  # type: ignore[arg-type]
    assert np.isnan(values).all()
    assert not missing.any()


@pytest.mark.parametrize(("text", "decimal"), [("1,234", None), ("１，２３４", None), ("1.5", ","), ("1.2345", ",")])
def test_numbers_that_can_be_two_are_left_unread(text: str, decimal: str | None) -> None:
    values, missing, _, unclear = clean_numbers(column("7", text), decimal)  # type: ignore[arg-type]
    assert unclear == [3]
    assert np.isnan(values[3])
    assert not missing.any()


@pytest.mark.parametrize(
    ("texts", "typed", "mark"),
    [
        (["1", "2"], False, None), (["1,234", "2"], False, None), (["1,234", "2.5"], False, "."),
        (["1,234", "2.5"], True, None),  # 2.5 is a number of the workbook's own, whatever its texts use
        (["1,234", "0,5"], False, ","), (["1,234", "1,234.5"], True, "."), (["1,5", "2.5"], False, "."),
        (["1.234"], False, None), (["1.234", "1.234.567"], False, ","), (["1 234,5"], False, ","),
    ],
)  # fmt: skip
def test_what_shows_the_decimal_mark(texts: list[str], typed: bool, mark: str | None) -> None:
    assert decimal_mark([column(*texts)], None, typed) == mark
    assert decimal_mark([column(*texts)], ",", typed) == ","
    assert decimal_mark([column("1,234"), column(*texts)], None, typed) == mark, "columns speak for each other"


def test_what_was_cleaned_is_counted_by_kind_with_its_first_row() -> None:
    _, _, cleaned, _ = clean_numbers(column("1", "2,345.5", "３", "4,567.5", "—"), ".")
    assert [tuple(c) for c in cleaned] == [
        ("thousands marks", 2, 3, "2,345.5"),
        ("full-width or typographic characters", 1, 4, "３"),
    ]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_plain_number_is_that_number(number: float) -> None:
    values, _, cleaned, unclear = clean_numbers(column(repr(number)), None)
    assert math.isclose(values.iloc[0], number, rel_tol=0, abs_tol=0)
    assert cleaned == []
    assert unclear == []


@given(st.integers(0, 10**12), st.integers(0, 99))
def test_one_number_in_both_conventions(whole: int, hundredths: int) -> None:
    english = f"{whole:,}.{hundredths:02d}"
    german = english.translate(str.maketrans(",.", ".,"))
    one = clean_numbers(column(english), decimal_mark([column(english)], None, False))[0]
    other = clean_numbers(column(german), decimal_mark([column(german)], None, False))[0]
    assert one.iloc[0] == other.iloc[0] == float(f"{whole}.{hundredths:02d}")


@pytest.mark.parametrize("text", ["", "NA", "n/a", "—", "－", "……", "...", "缺失", "ｎａ", "NULL"])
def test_missing(text: str) -> None:
    assert is_missing(text)


@pytest.mark.parametrize("text", ["0", "#N/A", "x", "- 1", "0.0"])
def test_not_missing(text: str) -> None:
    assert not is_missing(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [("110101.0", "110101"), ("'110101", "110101"), ('="110101"', "110101"), ("１１０１０１", "110101"),
     ("110,101", "110101"),
     ("任　县", "任县"), ("010001", "010001"), ("110101.5", "110101.5"), ("New York", "New York"), ("11010", "11010"),
     ("320211（2）", "320211（2）"), ("O'Brien", "O'Brien")],
)  # fmt: skip
def test_codes(text: str, code: str) -> None:
    codes, cleaned = clean_codes(column(text))
    assert codes.tolist() == [code]
    assert bool(cleaned) == (text != code)


@pytest.mark.parametrize(
    ("code", "bare"),
    [("320211（2）", "320211"), ("320211(2)", "320211"), ("110101*", "110101"), ("110101①", "110101"), ("110101", None),
     ("县(2)", None), ("A-1", None)],
)  # fmt: skip
def test_marked_codes(code: str, bare: str | None) -> None:
    assert bare_code(code) == bare


def test_years_and_labels() -> None:
    assert clean_years(column("2015", "2015.0", "２０１５", "2015年", "2015年末", "15", "2015-12-31"))[0].tolist() == [
        "2015", "2015", "2015", "2015", "2015", "15", "2015-12-31"]  # fmt: skip
    labels, (told,) = clean_labels(column("任　县", "Ren County", "任 县"))
    assert labels.tolist() == ["任县", "Ren County", "任县"]
    assert tuple(told) == ("blanks inside", 2, 2, "任　县")
    assert plain("碳排放（Mt）") == plain("碳 排放(Mt)")


@pytest.mark.parametrize("typed", [True, False])
def test_one_decimal_comma_turns_no_table_of_points_into_thousands(typed: bool) -> None:
    # 3.014 could be three thousand and fourteen: one slip among many such numbers must not make them so, and a file
    # with numbers of its own kind shows points
    column = pd.Series(["3.014", "370.512", "50.125", "39,55"])
    assert decimal_mark([column], None, typed=typed) == ("." if typed else "?")


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1.014", "39,55", "7,5"], "?"),  # as many may be slips as not
        (["1.014", *["39,55"] * 9], "?"),
        (["1.014", *["39,55"] * 10], ","),
        (["1.014", "3.014", "1.234,5"], ","),  # groups and a comma leave no doubt
    ],
)
def test_decimal_commas_decide_on_thousands_where_they_are_clear(texts: list[str], mark: str) -> None:
    assert decimal_mark([pd.Series(texts)], None, typed=False) == mark


def test_an_undecided_mark_leaves_what_depends_on_it_unread() -> None:
    column = pd.Series(["3.014", "370.512", "12", "39,55"])
    values, _, _, unclear = clean_numbers(column, "?")
    assert unclear == [0, 1]
    assert values.isna().tolist() == [True, True, False, False]
    assert values.tolist()[2:] == [12, 39.55]
