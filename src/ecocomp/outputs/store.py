"""A run's folder: written whole or not at all, and opened again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ecocomp.issues import ResultsFolderError
from ecocomp.outputs.editions import DEFAULT_FORMATS, Edition, own_language, write_editions
from ecocomp.outputs.geodata import read_geometry, write_geodata
from ecocomp.outputs.replacement import MANIFEST, recover, replacing, require_replaceable
from ecocomp.outputs.tables import read_frame, write_tables
from ecocomp.result import FRAMES, Result
from ecocomp.stopwatch import Stopwatch, of_scenario

__all__ = ["SCENARIOS", "open_run", "read_manifest", "require_writable", "save"]

SCENARIOS = "scenarios"
"""Folder in a run's folder that holds those of its scenarios."""


def require_writable(folder: Path, force: bool = False) -> None:
    """Raise a `ResultsFolderError` if results cannot go to a folder; ask before a long run, not after."""
    recover(folder)
    own = frozenset(read_manifest(folder)["files"]) if (folder / MANIFEST).is_file() else frozenset()
    require_replaceable(folder, force, own)
    parent = next(p for p in folder.resolve().parents if p.exists())
    if not parent.is_dir():
        raise ResultsFolderError(f"{parent} is a file; give another folder with -o")
    if not os.access(parent, os.W_OK):
        raise ResultsFolderError(f"{parent} is not writable; give another folder with -o")


def save(
    result: Result,
    folder: str | os.PathLike[str],
    *,
    force: bool = False,
    progress: Callable[[str], None] | None = None,
    language: str | None = None,
    editions: Sequence[Edition] | None = None,
) -> Path:
    """Write a result with its figures and report; its scenarios each into a folder of their own, ``scenarios/NAME``.

    Parameters
    ----------
    result
        What :func:`ecocomp.run` or :func:`open_run` returned.
    folder
        Where to. It appears complete, in one step, or stays as it was.
    force
        Replace an existing results folder. Files in it that ecocomp did not write are never lost: it refuses.
    progress
        Called with the name of each phase as it begins.
    language
        Of figures and report, ``en`` or ``zh``; left out: as the study says.
    editions
        Reports to write; left out: a page and a Word file in that language.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ResultsFolderError
        If the folder may not be replaced.
    MissingDependencyError
        If a report cannot be written without a package that is not installed.
    """
    from ecocomp.outputs.report import require_format

    target = Path(folder).resolve()
    require_writable(target, force)
    own = language or own_language(result)
    reports = [Edition(own, ending) for ending in DEFAULT_FORMATS] if editions is None else editions
    for edition in reports:
        require_format(edition.ending)
    with replacing(target, force) as partial:
        _write(result, partial, target, progress, own, reports)
    return target


def _write(
    result: Result, partial: Path, target: Path, progress: Callable[[str], None] | None, own: str,
    editions: Sequence[Edition],
) -> None:  # fmt: skip
    """Write a result and its scenarios into a folder that becomes ``target``; the manifest last."""
    from ecocomp.outputs.workbook import write_workbook

    for name, scenario in result.scenarios.items():
        inside = Path(SCENARIOS) / name
        (partial / inside).mkdir(parents=True)
        _write(scenario, partial / inside, target / inside, _named(progress, name), own, editions)
    watch = Stopwatch(progress)
    watch.start("tables")
    write_tables(result, partial)
    write_geodata(result, partial / "results.gpkg")
    write_workbook(result, partial / "priority.xlsx")
    write_editions(result, partial, editions, own, watch)
    watch.stop()
    files = sorted(p.relative_to(partial).as_posix() for p in partial.rglob("*") if p.is_file())
    manifest = {**result.manifest, "language": own, "files": files, "seconds_of_writing": watch.seconds}
    manifest["study_folder"] = _relative(Path(result.manifest["study_folder"]).resolve(), target)
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    (partial / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _named(progress: Callable[[str], None] | None, scenario: str) -> Callable[[str], None] | None:
    """Return progress that tells phases with the name of a scenario."""
    return None if progress is None else lambda phase: progress(of_scenario(scenario, phase))


def _relative(path: Path, folder: Path) -> str:
    """Return a path relative to the results folder, so that both can move together; absolute on another drive."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return str(path)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a results folder.

    Raises
    ------
    ResultsFolderError
        If the folder is not one, or its manifest cannot be read.
    """
    recover(folder)
    path = folder / MANIFEST
    if not path.is_file():
        raise ResultsFolderError(f"{folder} is not a results folder: it has no {MANIFEST}")
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ResultsFolderError(f"{path} is damaged ({error}); run the study again") from None
    if not isinstance(manifest, dict) or not {"files", "study", "study_folder"} <= set(manifest):
        raise ResultsFolderError(f"{folder} is not a results folder: its {MANIFEST} is of another program")
    return {**manifest, "study_folder": os.path.normpath(folder.resolve() / manifest["study_folder"])}


def open_run(folder: str | os.PathLike[str]) -> Result:
    """Open a results folder, with those of its scenarios.

    Raises
    ------
    ResultsFolderError
        If the folder is not one, or a file of it is missing.
    """
    source = Path(folder)
    manifest = read_manifest(source)
    lacking = [name for name in manifest.pop("files") if not (source / name).is_file()]
    if lacking:
        raise ResultsFolderError(f"{source} lacks {', '.join(lacking)}; run the study again")
    frames = {name: read_frame(source / f"{name}.csv") for name in FRAMES if name != "results"}
    geometry, backdrop = read_geometry(source / "results.gpkg")
    results = read_frame(source / "results.parquet")
    scenarios = {name: open_run(source / SCENARIOS / name) for name in manifest.get("scenarios", ())}
    return Result(
        results=results, **frames, geometry=geometry, backdrop=backdrop, manifest=manifest, scenarios=scenarios
    )
