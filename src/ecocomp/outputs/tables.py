"""Tables of a result as files, and back: csv with a byte-order mark, results also as parquet."""

from __future__ import annotations

import codecs
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from ecocomp.result import FRAMES, Result
from ecocomp.variables import table

__all__ = ["columns_frame", "read_frame", "write_frame", "write_tables"]


def write_tables(result: Result, folder: Path) -> None:
    """Write every table of a result, and ``columns.csv``, which says what each column holds."""
    for name, frame in result.frames().items():
        write_frame(frame, folder / f"{name}.csv")
    result.results.to_parquet(folder / "results.parquet", index=False)
    write_frame(columns_frame(result), folder / "columns.csv")


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write texts in quotes, an absent text as an empty one, and whole numbers without a point."""
    kinds = {column: _kind(column) for column in frame.columns}
    texts = [column for column, kind in kinds.items() if kind == "label"]
    ordinals = {column: "Int64" for column, kind in kinds.items() if kind == "ordinal"}  # 2010, not 2010.0
    whole = frame.astype(ordinals).assign(**{column: frame[column].fillna("").astype(str) for column in texts})
    with path.open("wb") as file:
        file.write(codecs.BOM_UTF8)  # by which Excel and WPS know UTF-8
        arrow_csv.write_csv(pa.Table.from_pandas(whole, preserve_index=False), file)


def _kind(column: str) -> str:
    """Return the kind of a column; one that the variables table lacks is a parent level, a label."""
    known = table()
    return known[column].kind if column in known else "label"


def read_frame(path: Path) -> pd.DataFrame:
    """Read a table that a run wrote: labels as text, everything else as numbers, an empty cell being missing."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    frame = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    for column in frame.columns:
        kind = _kind(column)
        if kind != "label":
            frame[column] = pd.to_numeric(frame[column])
        if kind == "ordinal" and frame[column].isna().any():
            frame[column] = frame[column].astype("Int64")
    return frame


def columns_frame(result: Result) -> pd.DataFrame:
    """Return one row for every column of every table: unit of measure, labels, meaning, equation and source."""
    known, rows = table(), []
    declared = result.manifest["study"]["quantities"]
    note = "notional: at the region's mean size" if result.manifest["revised_unit"] != "Mt CO2" else ""
    for name in FRAMES:
        for column in getattr(result, name).columns:
            v = known.get(f"{name}.{column}") or known.get(column)
            if v is None:
                meaning = "Larger unit that the unit lies in, as the study's table gives it"
                rows.append((name, column, "", column, column, meaning, "", ""))
                continue
            measure = result.manifest["revised_unit"] if column == "revised" else v.unit_in(result.currency)
            source = declared.get(column, {}).get("source") or v.source
            meaning = f"{v.meaning}; {note}" if note and v.unit == "CNY" and v.role == "result" else v.meaning
            rows.append((name, column, measure, v.label_en, v.label_zh, meaning, v.equation, source))
    columns = ["table", "column", "measure", "label_en", "label_zh", "meaning", "equation", "source"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(data_origin=result.manifest["data_origin"])
