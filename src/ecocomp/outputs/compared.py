"""Runs that were compared after they were made: the tables and the map in a folder of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from ecocomp.comparison import COLUMNS
from ecocomp.issues import ResultsFolderError
from ecocomp.outputs.replacement import MANIFEST, recover, replacing, require_replaceable
from ecocomp.outputs.tables import columns_frame, write_frame
from ecocomp.result import Result

__all__ = ["require_own", "save_comparison"]


def require_own(folder: Path, force: bool) -> None:
    """Raise a `ResultsFolderError` if a comparison cannot go to a folder: only one of ours is ever replaced."""
    recover(folder)
    own: list[str] = []
    path = folder / MANIFEST
    if path.is_file():
        try:
            manifest: Any = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            manifest = None
        if not isinstance(manifest, dict) or "compared" not in manifest:
            raise ResultsFolderError(f"{folder} holds something else than a comparison; give another folder with -o")
        own = manifest["files"]
    require_replaceable(folder, force, frozenset(own))


def save_comparison(result: Result, places: Sequence[str], folder: Path, *, force: bool = False) -> Path:
    """Write what differs between runs: two tables, what their columns hold, and the map.

    Parameters
    ----------
    result
        The base with ``scenarios``, as :func:`ecocomp.comparison.with_scenarios` returns it.
    places
        Folder of each run, that of the base first: for the manifest.
    folder
        Where to. It appears complete, in one step, or stays as it was.
    force
        Replace an existing comparison.
    """
    from ecocomp.outputs.figures import write_figure

    require_own(folder, force)
    with replacing(folder, force) as partial:
        for name in COLUMNS:
            write_frame(getattr(result, name), partial / f"{name}.csv")
        about = columns_frame(result)
        write_frame(about[about["table"].isin(COLUMNS)], partial / "columns.csv")
        write_figure(result, "comparison", partial / "figures")
        files = sorted(p.relative_to(partial).as_posix() for p in partial.rglob("*") if p.is_file())
        runs = {"": result, **result.scenarios}
        compared = [
            {"name": name, "folder": place, "study_fingerprint": run.manifest["study_fingerprint"]}
            for (name, run), place in zip(runs.items(), places, strict=True)
        ]
        manifest = {"created": datetime.now(UTC).isoformat(timespec="seconds"), "compared": compared,
                    "versions": {"ecocomp": metadata.version("ecocomp")}, "files": files}  # fmt: skip
        text = json.dumps(manifest, ensure_ascii=False, indent=2)
        (partial / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return folder
