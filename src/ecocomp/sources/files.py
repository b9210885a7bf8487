"""What every reader needs to know of a file: that it is there, what it hashes to, and cells as text."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from pathlib import Path

from ecocomp.issues import DataError, Issue

__all__ = ["as_text", "require_file", "sha256"]


def sha256(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of some files' bytes, one after the other in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def require_file(path: Path, purpose: str) -> None:
    """Raise a `DataError` if a file is absent, a folder, or has no content."""
    if not path.exists():
        fault, remedy = "does not exist", "correct the path; relative paths start at the study file's folder"
    elif path.is_dir():
        fault, remedy = "is a folder", f"give the file that holds the {purpose}"
    elif path.stat().st_size == 0:
        fault, remedy = "is empty", f"give a file that holds the {purpose}"
    else:
        return
    raise DataError([Issue("error", "file", f"the {purpose} file {path} {fault}", remedy, file=path.name)])


def as_text(cell: object) -> str:
    """Return a cell as text: codes keep their digits (110101.0 is 110101), numbers lose nothing, missing is empty."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(float(cell))
    text = str(cell).strip()
    return "" if text in ("NaT", "<NA>") else text
