"""Verification: whether the inputs still hash to what they did, and the study still gives the same tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecocomp.issues import DataError
from ecocomp.outputs.store import SCENARIOS, read_manifest
from ecocomp.outputs.tables import read_frame
from ecocomp.pipeline import run
from ecocomp.result import FRAMES, Result
from ecocomp.sources.boundaries import boundaries_sha256
from ecocomp.sources.databases import is_database, read_rows
from ecocomp.sources.files import sha256
from ecocomp.sources.published import published_key, published_sha256
from ecocomp.study import Study
from ecocomp.study.settings import Reading

__all__ = ["RELATIVE_TOLERANCE", "compare_frames", "verify"]

RELATIVE_TOLERANCE = 1e-9


def verify(folder: Path) -> list[str]:
    """Re-hash the inputs of a run, run the study again, and compare the tables.

    Parameters
    ----------
    folder
        A results folder.

    Returns
    -------
    list of str
        A sentence for every difference: an input that changed, a number beyond a relative 1e-9, a label that differs,
        a row that is gone or new, inputs with which the study cannot be carried out. Empty if all agree.

    Raises
    ------
    ResultsFolderError
        If the folder is not a results folder.
    """
    manifest = read_manifest(folder)
    file = manifest.get("study_file")
    study = Study.from_dict(manifest["study"], folder=manifest["study_folder"], path=Path(file) if file else None)
    differences = _changed_inputs(study, manifest["inputs"])
    try:
        again = run(study, all_revisions=manifest["all_revisions"])
    except DataError as error:
        return [*differences, f"the study can no longer be carried out: {error}"]
    for scenario in again.scenarios:
        differences += _changed_inputs(study.scenario(scenario), _manifest_of(folder, scenario)["inputs"])
    differences = list(dict.fromkeys(differences))
    for place, result in _places(again):
        differences += _changed_tables(folder, place, result)
    return differences


def _manifest_of(folder: Path, scenario: str) -> dict[str, Any]:
    """Return the manifest of a scenario; one without inputs where its folder is gone, which its tables tell."""
    inside = folder / SCENARIOS / scenario
    return read_manifest(inside) if inside.is_dir() else {"inputs": {}}


def _places(result: Result) -> Iterator[tuple[str, Result]]:
    """Yield a result and its scenarios, each with the folder it lies in."""
    yield "", result
    for name, scenario in result.scenarios.items():
        yield f"{SCENARIOS}/{name}/", scenario


def _changed_tables(folder: Path, place: str, result: Result) -> list[str]:
    differences = []
    for name in FRAMES:
        for file in [f"{place}{name}.csv"] + [f"{place}results.parquet"] * (name == "results"):
            if not (folder / file).is_file():
                differences.append(f"{file} is missing")
            else:
                new = getattr(result, name)
                differences += [f"{file}: {d}" for d in compare_frames(read_frame(folder / file), new)]
    return differences


def _changed_inputs(study: Study, before: dict[str, Any]) -> list[str]:
    """Hash the inputs again, whatever they hold now."""
    units = study.units
    now = {
        "table": _table_sha256(study, units),
        "boundaries": boundaries_sha256(units.boundaries, study.folder, units.boundaries_layer, units.boundaries_query),
    }
    differences = []
    for kind, was in before.items():
        further = study.tables.get(kind.removeprefix("tables."))
        if kind in now:
            digest = now[kind]
        elif further is not None:
            digest = _table_sha256(study, further)
        else:
            digest = _file_sha256(study.resolve(was["file"]))
        if digest is None:
            differences.append(f"{was['file']} is gone")
        elif digest != was["sha256"]:
            differences.append(f"{was['file']} has changed: SHA-256 was {was['sha256'][:12]}…, is {digest[:12]}…")
    return differences


def _table_sha256(study: Study, reading: Reading) -> str | None:
    """Return the SHA-256 of a file, of a published dataset's files, or of a database's rows; none if gone."""
    key = published_key(reading.table)
    if key is not None:
        return published_sha256(study.resolve(reading.table.removeprefix(f"{key}:")))
    if is_database(reading.table):
        try:
            return read_rows(reading.table, reading.query, reading.sheet).sha256
        except DataError:
            return None
    return _file_sha256(study.resolve(reading.table))


def _file_sha256(path: Path) -> str | None:
    return sha256([path]) if path.is_file() else None


def compare_frames(before: pd.DataFrame, now: pd.DataFrame) -> list[str]:
    """Return a sentence for each column in which two tables differ, with its first differing row."""
    if list(before.columns) != list(now.columns):
        return [f"columns were {list(before.columns)}, are {list(now.columns)}"]
    if len(before) != len(now):
        return [f"had {len(before)} rows, has {len(now)}"]
    differences = []
    for column in before.columns:
        differs = _differs(before[column], now[column])
        if differs.any():
            row = int(np.flatnonzero(differs)[0])
            was, is_now = before[column].iloc[row], now[column].iloc[row]
            differences.append(
                f"{column}: {int(differs.sum())} of {len(differs)} values differ; row {row + 2} was {was}, is {is_now}"
            )
    return differences


def _differs(before: pd.Series, now: pd.Series) -> npt.NDArray[np.bool_]:
    if pd.api.types.is_numeric_dtype(now) and pd.api.types.is_numeric_dtype(before):
        one, other = before.to_numpy(float, na_value=np.nan), now.to_numpy(float, na_value=np.nan)
        same: npt.NDArray[np.bool_] = np.isclose(one, other, rtol=RELATIVE_TOLERANCE, atol=0.0, equal_nan=True)
        return ~same
    texts = [np.where(s.isna(), "", s.astype(str)) for s in (before, now)]
    return np.array([one != other for one, other in zip(*texts, strict=True)], dtype=np.bool_)
