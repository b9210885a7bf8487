"""The registry of published data: source, licence, citation, vintage, hash, and what each provides."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from typing import Any

from ecocomp.issues import UsageError, nearest

__all__ = ["Dataset", "dataset", "datasets"]


@dataclass(frozen=True)
class Dataset:
    """One published dataset.

    Attributes
    ----------
    key
        Name that a study writes before the path: ``chen2020:county_co2.xlsx``.
    title, provides, columns, note
        What it is, what it holds, the columns that a study can name, and what a user should know.
    quantity, unit
        Quantity of a study that it can stand for, and its unit of measure.
    years
        First and last year.
    divisions
        Year whose divisions (at its end) the codes are; ``None`` for provinces.
    paper, record, licence, citation, vintage
        DOI of the paper, where the data lies, terms, citation and version.
    file, sha256
        Name and SHA-256 of the release described, where one file is meant.
    file_words
        Words that the file's name in the record has; empty where it cannot be fetched.
    """

    key: str
    title: str
    provides: str
    quantity: str
    unit: str
    years: tuple[int, int]
    columns: str
    paper: str
    record: str
    licence: str
    citation: str
    vintage: str
    divisions: int | None = None
    file: str | None = None
    sha256: str | None = None
    file_words: tuple[str, ...] = ()
    note: str = ""

    @property
    def fetchable(self) -> bool:
        """Whether it can be fetched; the others are given by path."""
        return self.sha256 is not None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name, as ``ecocomp data show --json`` prints them."""
        return asdict(self) | {"fetchable": self.fetchable}

    def describe(self) -> str:
        """Return everything about it in lines for a person."""
        lines = {
            "provides": self.provides, "columns": self.columns, "unit": self.unit,
            "years": f"{self.years[0]} to {self.years[1]}", "divisions": str(self.divisions or ""),
            "paper": f"doi {self.paper}", "record": self.record, "vintage": self.vintage, "licence": self.licence,
            "citation": self.citation, "file": self.file or "", "sha256": self.sha256 or "", "note": self.note,
        }  # fmt: skip
        return "\n".join([f"{self.key}: {self.title}", *(f"  {k:<10}{v}" for k, v in lines.items() if v)])


@cache
def datasets() -> dict[str, Dataset]:
    """Return every published dataset by its key."""
    text = resources.files("ecocomp.sources.published").joinpath("registry.toml").read_text(encoding="utf-8")
    return {key: _dataset(key, entry) for key, entry in tomllib.loads(text).items()}


def _dataset(key: str, entry: dict[str, Any]) -> Dataset:
    fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in entry.items()}
    return Dataset(key=key, **fields)


def dataset(key: str) -> Dataset:
    """Return one dataset.

    Raises
    ------
    UsageError
        If the registry has none of that key; the message names the nearest.
    """
    if key not in datasets():
        raise UsageError(f"there is no published dataset {key!r}; {nearest(key, datasets())}")
    return datasets()[key]
