"""A run's folder: what stands in it, what comes back out of it, and what is never overwritten."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest

import ecocomp
from ecocomp.drivers import COLUMNS
from ecocomp.issues import ResultsFolderError
from ecocomp.outputs import replacement
from ecocomp.outputs.store import read_manifest, require_writable
from ecocomp.outputs.tables import read_frame
from ecocomp.result import FRAMES, Result
from ecocomp.variables import table, variable
from tiny import CODES, boundaries, panel, write_study

TABLES = [f"{name}.csv" for name in FRAMES] + ["columns.csv"]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """Return a result with holes, a quoted name and a backdrop, and the folder it was saved to; neither is changed."""
    rows = panel().astype({"排放": object})
    rows.loc[4, "排放"] = ""  # 020002 is missing in 2010
    rows.loc[rows["代码"] == "010002", "名称"] = '"二",\n县'
    rows.loc[7, "名称"] = "改名"
    shapes = pd.concat([boundaries(), boundaries().iloc[:1].assign(code="099999").translate(0, 2).to_frame("geometry")
                        .assign(code="099999")], ignore_index=True)  # fmt: skip
    drawn = "permutations = 999\n\n[uncertainty]\ndraws = 16\nerrors = { gdp = { cv = 0.2 } }\n"
    drawn += "\n[settlement]\nfloor = { share = 0.01 }\n\n"
    drawn += '[scenarios."高价"]\ncompensation.price = { value = 100 }\n'
    study = write_study(
        tmp_path_factory.mktemp("存") / "研究", table=rows, shapes=shapes, replace={"permutations = 999\n": drawn}
    )
    result = ecocomp.run(ecocomp.Study.load(study), all_revisions=True)
    return result, ecocomp.save(result, study.parent / "结果")


@pytest.fixture
def folder(kept: tuple[Result, Path], tmp_path: Path) -> Path:
    """Return a copy of the results folder, to be changed."""
    shutil.copytree(kept[1].parent, tmp_path / "研究")
    return tmp_path / "研究" / "结果"


def test_every_file_of_the_interface_is_there_and_listed(kept: tuple[Result, Path]) -> None:
    folder = kept[1]
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert found == {*listed, "manifest.json"}
    named = {*TABLES, "results.parquet", "results.gpkg", "priority.xlsx", "report.html"}
    assert named <= found
    assert {Path(f).suffix for f in found if f.startswith("figures/")} == {".png", ".svg"}


@pytest.mark.parametrize("file", TABLES)
def test_every_csv_has_a_byte_order_mark_and_its_origin(kept: tuple[Result, Path], file: str) -> None:
    content = (kept[1] / file).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\xef\xbb\xbf") == 1
    frame = pd.read_csv(kept[1] / file, encoding="utf-8-sig", dtype=str)
    assert "data_origin" in frame
    assert set(frame["data_origin"]) <= {"given"}
    bare = Path(file).stem in COLUMNS or file.startswith("outlook")
    assert len(frame) or bare, "six units are too few for drivers, and two years for an outlook"


def test_every_column_of_every_table_is_explained(kept: tuple[Result, Path]) -> None:
    result, folder = kept
    explained = read_frame(folder / "columns.csv")
    for name, frame in result.frames().items():
        rows = explained[explained["table"] == name].set_index("column")
        assert list(rows.index) == list(frame.columns), name
        for column in frame.columns:
            if column == "省":
                assert rows.loc[column, "label_zh"] == "省"
                continue
            assert column in table(), f"{name}.{column} is not in the variables table"
            v = table().get(f"{name}.{column}", variable(column))  # a column may mean another thing in one table
            assert rows.loc[column, "measure"] == ("Mt CO2 at mean size" if column == "revised" else v.unit)
            assert rows.loc[column, "label_zh"] == v.label_zh
    amounts = explained[explained["measure"].eq("CNY") & explained["column"].ne("gdp")]
    assert amounts["meaning"].str.contains("notional").all()  # amounts at mean size
    meanings = explained.set_index(["table", "column"])["meaning"]
    assert "transfers to the recipient" in meanings["transfers", "amount"]
    assert "before dissolving" in meanings["issues", "unit"]


@pytest.mark.parametrize("name", FRAMES)
def test_a_table_comes_back_as_it_was(kept: tuple[Result, Path], name: str) -> None:
    result, folder = kept
    before, after = getattr(result, name), getattr(ecocomp.open_run(folder), name)
    assert list(after.columns) == list(before.columns)
    assert len(after) == len(before)
    for column in before.columns:
        one, other = before[column], after[column]
        if pd.api.types.is_numeric_dtype(one):
            assert pd.api.types.is_numeric_dtype(other), column
            np.testing.assert_array_equal(one.to_numpy(float, na_value=np.nan), other.to_numpy(float, na_value=np.nan))
        else:
            texts = [[("" if pd.isna(v) else str(v)) for v in s] for s in (one, other)]
            assert texts[0] == texts[1], column


def test_the_kinds_of_columns_come_back(kept: tuple[Result, Path]) -> None:
    result, folder = kept
    again = ecocomp.open_run(folder)
    assert list(again.results["unit"].unique()) == CODES, "a code keeps its zeros"
    assert again.results["rank"].dtype == result.results["rank"].dtype == "Int64"
    csv = read_frame(folder / "results.csv")
    for column in csv.columns:
        numeric = pd.api.types.is_numeric_dtype(result.results[column])
        assert pd.api.types.is_numeric_dtype(csv[column]) == numeric, column
    assert csv["year"].dtype == "int64"
    assert csv["rank"].dtype == "Int64"


def test_rows_and_years_of_issues_are_whole_numbers(kept: tuple[Result, Path]) -> None:
    lines = (kept[1] / "issues.csv").read_text(encoding="utf-8-sig")
    assert ',"排放",6,"020002",2010,"",' in lines, "not row 6.0 and year 2010.0, because other issues have none"


def test_numbers_survive_csv_to_the_last_digit(tmp_path: Path, kept: tuple[Result, Path]) -> None:
    draw = np.random.default_rng(5)
    frame = pd.DataFrame({"amount": np.exp(draw.normal(0, 30, 5000)) * draw.choice([-1, 1], 5000), "unit": "甲"})
    frame.loc[7, "amount"] = np.nan
    frame.to_csv(tmp_path / "x.csv", index=False, encoding="utf-8-sig")
    again = read_frame(tmp_path / "x.csv")
    np.testing.assert_array_equal(again["amount"], frame["amount"])
    csv, parquet = read_frame(kept[1] / "results.csv"), read_frame(kept[1] / "results.parquet")
    np.testing.assert_array_equal(csv["amount"], parquet["amount"])


def test_words_that_look_like_missing_values_stay_words(tmp_path: Path) -> None:
    frame = pd.DataFrame({"unit": ["NA", "null", "nan", "1e5", "007"], "name": ["None", "N/A", "-", "TRUE", "1.0"]})
    frame.to_csv(tmp_path / "x.csv", index=False, encoding="utf-8-sig")
    pd.testing.assert_frame_equal(read_frame(tmp_path / "x.csv").astype(object), frame.astype(object))


def test_the_missing_unit_is_missing_and_not_zero(kept: tuple[Result, Path]) -> None:
    results = ecocomp.open_run(kept[1]).results.set_index(["unit", "year"])
    row = results.loc[("020002", 2010)]
    assert (row["group"], row["cluster"]) == ("missing", "missing")
    assert row[["emissions", "account", "revised", "amount", "priority", "rank", "priority_class", "settled",
                "local_moran", "p_value", "p_fdr"]].isna().all()  # fmt: skip
    assert row["gdp"] == 60e8


def test_geometry_and_backdrop_come_back(kept: tuple[Result, Path]) -> None:
    result, folder = kept
    again = ecocomp.open_run(folder)
    assert list(again.geometry.index) == list(result.geometry.index) == CODES
    assert all(a.equals(b) for a, b in zip(again.geometry.geometry, result.geometry.geometry, strict=True))
    assert again.geometry.crs == result.geometry.crs
    assert list(again.backdrop.index) == list(result.backdrop.index) == ["099999"]
    layers = {str(name) for name, _ in pyogrio.list_layers(folder / "results.gpkg")}
    assert layers == {"2010", "2015", "backdrop"}
    layer = pyogrio.read_dataframe(folder / "results.gpkg", layer="2010").set_index("unit")
    assert set(result.results.columns) - {"unit"} <= set(layer.columns)
    assert np.isnan(layer.loc["020002", "rank"]), "null and not 0"
    assert layer.loc["010001", "amount"] == result.results.set_index(["unit", "year"]).loc[("010001", 2010), "amount"]


def test_the_manifest_comes_back_without_what_saving_added(kept: tuple[Result, Path]) -> None:
    result, folder = kept
    again = ecocomp.open_run(folder).manifest
    for key, value in result.manifest.items():
        if key not in ("seconds",):
            assert again[key] == json.loads(json.dumps(value, default=str)), key
    assert "files" not in again
    assert str(folder.parent.parent) not in (folder / "manifest.json").read_text(encoding="utf-8").replace(
        json.dumps(result.manifest["study_file"], ensure_ascii=False), "")  # fmt: skip


def test_what_was_opened_can_be_saved_again(folder: Path) -> None:
    before = {p.name: p.read_bytes() for p in folder.glob("*.csv")}
    listed = read_manifest(folder)["files"]
    shutil.rmtree(folder / "figures")
    with pytest.raises(ResultsFolderError, match="lacks figures"):
        ecocomp.open_run(folder)
    for name in listed:  # empty pictures
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    (folder / "report.html").write_text("old", encoding="utf-8")
    ecocomp.save(ecocomp.open_run(folder), folder, force=True)
    assert {p.name: p.read_bytes() for p in folder.glob("*.csv")} == before
    assert (folder / "report.html").stat().st_size > 10_000
    assert read_manifest(folder)["files"] == listed
    assert all((folder / name).stat().st_size for name in listed)


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("{", "is damaged"),
        ("[]", "of another program"),
        ('{"name": "web extension", "manifest_version": 3}', "of another program"),
        ('{"files": ["a"]}', "of another program"),
    ],
)
def test_a_manifest_of_something_else_is_refused(tmp_path: Path, text: str, piece: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    (tmp_path / "a").touch()
    for attempt in (lambda: ecocomp.open_run(tmp_path), lambda: require_writable(tmp_path, force=True)):
        with pytest.raises(ResultsFolderError, match=piece):
            attempt()
    assert {p.name for p in tmp_path.iterdir()} == {"manifest.json", "a"}


def test_folders_that_are_no_results(tmp_path: Path, folder: Path) -> None:
    for path in (tmp_path / "没有", tmp_path):
        with pytest.raises(ResultsFolderError, match="is not a results folder"):
            ecocomp.open_run(path)
    (folder / "centres.csv").unlink()
    with pytest.raises(ResultsFolderError, match=r"lacks centres\.csv"):
        ecocomp.open_run(folder)


def test_saving_refuses_before_it_writes(kept: tuple[Result, Path], folder: Path) -> None:
    result = kept[0]
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    with pytest.raises(ResultsFolderError, match="--force"):
        ecocomp.save(result, folder)
    (folder / "笔记.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ResultsFolderError, match="笔记"):
        ecocomp.save(result, folder, force=True)
    with pytest.raises(ResultsFolderError, match="is a file"):
        ecocomp.save(result, folder / "results.csv" / "结果")
    assert {p: p.stat().st_mtime_ns for p in before} == before
    assert {p.name for p in folder.parent.iterdir()} == {"研究.toml", "面板.csv", "边界.geojson", "结果"}


def test_a_failure_while_writing_leaves_the_old_one(
    kept: tuple[Result, Path], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    monkeypatch.setattr("ecocomp.outputs.store.write_geodata", fail)
    with pytest.raises(OSError, match="No space"):
        ecocomp.save(kept[0], folder, force=True)
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*")} == before
    assert {p.name for p in folder.parent.iterdir()} == {"研究.toml", "面板.csv", "边界.geojson", "结果"}


def test_results_stopped_between_two_renames_are_not_replaced_without_force(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # on a system without an atomic exchange: the old folder is under another name, and its place is free
    folder.rename(replacement._previous(folder))
    with pytest.raises(ResultsFolderError, match="--force"):
        require_writable(folder)
    assert (folder / "manifest.json").is_file()
    folder.rename(replacement._previous(folder))
    assert len(ecocomp.open_run(folder).results) == 12, "opening brings it back, too"
