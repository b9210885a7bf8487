"""What every reader needs to know of a file: that it is there, what it hashes to, and cells as text."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from pathlib import Path

from ecocomp.issues import DataError, Issue

__all__ = ["as_text", "dbf_encoding", "require_file", "sha256"]


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


def dbf_encoding(path: Path) -> str | None:
    """Return the encoding of a shapefile's attributes where no ``.cpg`` file states it: UTF-8, else GB18030.

    GDAL would read such names as Latin-1 and never say so. ``None`` where it is stated, unneeded, or neither.
    """
    dbf = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists() or not dbf.is_file():
        return None
    content = dbf.read_bytes()
    start = int.from_bytes(content[8:10], "little")  # of the records; before them 32 bytes a field, name first
    names = b" ".join(content[field : field + 11] for field in range(32, start - 1, 32))
    for encoding in ("UTF-8", "GB18030"):
        try:
            (names + content[start:]).decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


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
