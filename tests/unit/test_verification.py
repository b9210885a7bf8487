"""Verification finds every change of an input, a number beyond 1e-9, a label or a row, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ecocomp
from ecocomp.issues import ResultsFolderError
from ecocomp.verification import compare_frames, verify
from tiny import panel, write_study

BASE = pd.DataFrame(
    {"unit": ["甲", "乙", "丙"], "amount": [1.0, np.nan, -1e9], "rank": pd.array([1, None, 2], "Int64")}
)


def changed(column: str, row: int, value: object) -> pd.DataFrame:
    frame = BASE.copy()
    frame.loc[row, column] = value
    return frame


def test_a_frame_agrees_with_itself() -> None:
    assert compare_frames(BASE, BASE.copy()) == []
    assert compare_frames(BASE.astype({"unit": object}), BASE.astype({"rank": float})) == []


@pytest.mark.parametrize("value", [1.0 + 9e-10, 1.0 - 9e-10])
def test_a_number_within_the_tolerance_is_equal(value: float) -> None:
    assert compare_frames(changed("amount", 0, value), BASE) == []


@pytest.mark.parametrize(
    ("column", "row", "value", "piece"),
    [
        ("amount", 0, 1.0 + 2e-9, "row 2 was 1.000000002, is 1.0"),
        ("amount", 0, np.nan, "row 2 was nan, is 1.0"),
        ("amount", 1, 0.0, "row 3 was 0.0, is nan"),
        ("amount", 2, 1e9, "row 4 was 1000000000.0"),
        ("unit", 1, "已", "row 3 was 已, is 乙"),
        ("rank", 2, 3, "row 4 was 3, is 2"),
        ("rank", 1, 3, "row 3 was 3"),
    ],
)
def test_a_difference_names_column_and_row(column: str, row: int, value: object, piece: str) -> None:
    (difference,) = compare_frames(changed(column, row, value), BASE)
    assert difference.startswith(f"{column}: 1 of 3 values differ")
    assert piece in difference


def test_zero_has_no_tolerance() -> None:
    zero, tiny = pd.DataFrame({"gap": [0.0]}), pd.DataFrame({"gap": [1e-300]})
    assert compare_frames(zero, tiny)


def test_rows_and_columns_that_are_gone_or_new() -> None:
    assert compare_frames(BASE.iloc[:2], BASE) == ["had 2 rows, has 3"]
    assert "columns were" in compare_frames(BASE[["unit", "amount"]], BASE)[0]
    assert "columns were" in compare_frames(BASE[["amount", "unit", "rank"]], BASE)[0]


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(1e-12, 1e-6))
def test_the_tolerance_is_relative(number: float, relative: float) -> None:
    other = number * (1 + relative)
    differ = bool(compare_frames(pd.DataFrame({"amount": [other]}), pd.DataFrame({"amount": [number]})))
    if np.isfinite(other) and abs(number) > 1e-290:
        if relative < 0.99e-9:
            assert not differ
        if relative > 1.01e-9:
            assert differ


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = panel().astype({"排放": object})
    rows.loc[4, "排放"] = ""
    study = write_study(tmp_path_factory.mktemp("验") / "研究", table=rows)
    return ecocomp.save(ecocomp.run(ecocomp.Study.load(study)), study.parent / "结果")


@pytest.fixture
def folder(kept: Path, tmp_path: Path) -> Path:
    """Return a copy of a finished run beside a copy of its study: moved together."""
    shutil.copytree(kept.parent, tmp_path / "搬走")
    return tmp_path / "搬走" / "结果"


def test_a_run_verifies_where_it_is(kept: Path) -> None:
    assert verify(kept) == []


def test_a_run_that_moved_with_its_study_verifies_against_the_moved_one(folder: Path) -> None:
    assert verify(folder) == []
    table = folder.parent / "面板.csv"
    table.write_text(table.read_text(encoding="utf-8-sig").replace("300.0", "301.0"), encoding="utf-8-sig")
    assert verify(folder), "it is the moved table that was read"


def test_verify_works_without_the_study_file(folder: Path) -> None:
    (folder.parent / "研究.toml").unlink()
    assert verify(folder) == []


def edit(path: Path, column: str, row: int, value: str) -> None:
    frame = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    frame.loc[row, column] = value
    frame.to_csv(path, index=False, encoding="utf-8-sig")


ALTERED = [
    ("results.csv", "amount", "1.5"),
    ("results.csv", "cluster", "HL"),
    ("results.csv", "name", "假名"),
    ("results.csv", "priority", ""),
    ("results.csv", "rank", "9"),
    ("regional.csv", "gap", "7"),
    ("subtotals.csv", "parent", "丁省"),
    ("transfers.csv", "amount", "0.01"),
    ("issues.csv", "message", "all is well"),
    ("centres.csv", "lon", "115.5"),
    ("transitions.csv", "transitions", "5"),
    ("markov.csv", "structure", "no chain"),
    ("histories.csv", "pattern", "new hot"),
    ("cluster_trends.csv", "shape", "soars"),
]


def test_every_altered_cell_is_found(folder: Path) -> None:
    for file, column, value in ALTERED:
        edit(folder / file, column, 0, value)
    found = verify(folder)
    assert len(found) == len(ALTERED)
    for file, column, _ in ALTERED:
        assert any(d.startswith(f"{file}: {column}: 1 of ") for d in found), (file, column)


def test_a_number_is_found_beyond_the_tolerance_only(folder: Path) -> None:
    was = float(pd.read_csv(folder / "results.csv", encoding="utf-8-sig")["amount"][0])
    edit(folder / "results.csv", "amount", 0, repr(was * (1 + 5e-10)))
    assert verify(folder) == []
    edit(folder / "results.csv", "amount", 0, repr(was * (1 + 5e-9)))
    assert len(verify(folder)) == 1


def test_parquet_is_compared_as_well(folder: Path) -> None:
    frame = pd.read_parquet(folder / "results.parquet")
    frame.loc[0, "amount"] += 1.0
    frame.to_parquet(folder / "results.parquet", index=False)
    (difference,) = verify(folder)
    assert difference.startswith("results.parquet: amount: ")


def test_a_missing_file_and_a_missing_row_are_found(folder: Path) -> None:
    (folder / "ellipses.csv").unlink()
    lines = (folder / "balance.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True)
    (folder / "balance.csv").write_text("".join(lines[:-1]), encoding="utf-8-sig")
    found = verify(folder)
    assert "ellipses.csv is missing" in found
    assert any(d.startswith("balance.csv: had ") for d in found)


def test_an_input_that_changed_is_named_even_where_no_number_does(folder: Path) -> None:
    table = folder.parent / "面板.csv"
    table.write_bytes(table.read_bytes() + b"\n")
    (difference,) = verify(folder)
    assert difference.startswith("面板.csv has changed: SHA-256 was ")
    shapes = folder.parent / "边界.geojson"
    shapes.write_text(shapes.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert [d.split(" ")[0] for d in verify(folder)] == ["面板.csv", "边界.geojson"]


def test_inputs_that_are_gone_are_said_so(folder: Path) -> None:
    (folder.parent / "面板.csv").unlink()
    gone, why = verify(folder)
    assert gone == "面板.csv is gone"
    assert "can no longer be carried out" in why
    assert "does not exist" in why


def test_inputs_that_became_faulty_are_a_difference(folder: Path) -> None:
    table = folder.parent / "面板.csv"
    table.write_text(table.read_text(encoding="utf-8-sig").replace("9.0", "abc", 1), encoding="utf-8")
    changed, why = verify(folder)
    assert changed.startswith("面板.csv has changed")
    assert "not a number" in why


def test_what_is_no_results_folder(tmp_path: Path) -> None:
    with pytest.raises(ResultsFolderError):
        verify(tmp_path)
