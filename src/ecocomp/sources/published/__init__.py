"""Published data: a registry, fetching with a check of the hash, and readers of the workbooks as released."""

from pathlib import Path

from ecocomp.sources.files import sha256
from ecocomp.sources.published.ceads import read_ceads, workbooks_of
from ecocomp.sources.published.counties import read_counties
from ecocomp.sources.published.registry import Dataset, dataset, datasets
from ecocomp.sources.tables import RawTable

__all__ = ["Dataset", "dataset", "datasets", "published_key", "published_sha256", "read_published"]


def published_key(table: str) -> str | None:
    """Return the key of a table that is given as ``KEY:PATH``, if it is one of the registry."""
    key, colon, _ = table.partition(":")
    return key if colon and key in datasets() else None


def read_published(key: str, path: Path) -> RawTable:
    """Read a published dataset from its workbook as released.

    Raises
    ------
    UsageError
        If the registry has no such key.
    DataError
        If the file cannot be read or is not laid out as the dataset is.
    """
    published = dataset(key)
    if published.key == "ceads_provinces":
        return read_ceads(published, path)
    return read_counties(published, path, "S" if published.quantity == "sequestration" else "C")


def published_sha256(path: Path) -> str | None:
    """Return the SHA-256 of a dataset's file, or of all files in its folder; ``None`` if there is none."""
    files = [file for file in workbooks_of(path) if file.is_file()]
    return sha256(files) if files else None
