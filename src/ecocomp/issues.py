"""Problems found in what the user gave, and the errors that carry them.

A check collects every :class:`Issue` before anything is computed; nothing here prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Literal

__all__ = [
    "DataError",
    "EcocompError",
    "InfeasibleError",
    "Issue",
    "MissingDependencyError",
    "ResultsFolderError",
    "StudyError",
    "UsageError",
    "errors",
    "nearest",
    "raise_errors",
]

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Issue:
    """One problem: what, where, and what to do about it.

    ``row`` counts as a spreadsheet does, the header being row 1. Fields that do not apply are ``None``.
    """

    severity: Severity
    code: str
    message: str
    remedy: str
    file: str | None = None
    column: str | None = None
    row: int | None = None
    unit: str | None = None
    year: int | None = None
    value: str | None = None

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the fields by name, as ``issues.csv`` and ``--json`` write them."""
        return asdict(self)

    def __str__(self) -> str:
        where = [
            self.file,
            f"column {self.column}" if self.column is not None else None,
            f"row {self.row}" if self.row is not None else None,
            f"unit {self.unit}" if self.unit is not None else None,
            f"year {self.year}" if self.year is not None else None,
        ]
        place = ", ".join(w for w in where if w)
        value = f" (value: {self.value!r})" if self.value is not None else ""
        return f"{self.severity}: {place + ': ' if place else ''}{self.message}{value} → {self.remedy}"

    @classmethod
    def columns(cls) -> list[str]:
        """Return the field names in order."""
        return [f.name for f in fields(cls)]


def errors(issues: Iterable[Issue]) -> list[Issue]:
    """Return the issues that forbid a computation."""
    return [issue for issue in issues if issue.severity == "error"]


def raise_errors(issues: Sequence[Issue]) -> None:
    """Raise a `DataError` that carries all issues if one of them is an error."""
    if errors(issues):
        raise DataError(issues)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the closest known word, or lists all of them where none is close."""
    import difflib

    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(words)}"


class EcocompError(Exception):
    """Base of every error that a user can cause; ``exit_code`` is what the command line returns."""

    exit_code = 1


class DataError(EcocompError):
    """The data has errors. ``issues`` holds every one of them, with the warnings found on the way."""

    exit_code = 1

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in errors(issues)))


class UsageError(EcocompError):
    """The command or the function was called in a way that cannot work."""

    exit_code = 2


class StudyError(UsageError):
    """The study file cannot be understood. ``problems`` holds a sentence for each fault."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class MissingDependencyError(UsageError):
    """An optional package is needed and not installed; the message gives the command that installs it."""

    def __init__(self, purpose: str, package: str, extra: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}: install it with  python -m pip install 'ecocomp[{extra}]'"
        )


class ResultsFolderError(UsageError):
    """A results folder cannot be read or may not be replaced."""


class InfeasibleError(EcocompError):
    """A settlement has no solution under its constraints."""

    exit_code = 3
