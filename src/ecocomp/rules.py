"""The rules table: every kind of problem that a check can name, how severe it is, and what a study may make of it.

Messages, the study file's section ``[checks]``, the report and the docs are derived from ``rules.csv``; a rule that
rests on a judgement has its thresholds there, with their reason. ``rules_zh.csv`` says in Chinese what they find.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any, Literal

from ecocomp.issues import Issue, Severity

__all__ = ["SEVERITIES", "Rule", "issue_of", "rule", "table", "with_severities"]

Setting = Literal["error", "warning", "note", "off"]
SEVERITIES: tuple[Setting, ...] = ("off", "note", "warning", "error")
"""What a study may set a rule to, mildest first."""


@dataclass(frozen=True)
class Rule:
    """One kind of problem.

    ``severities`` holds how severe it is unless the study says otherwise: one word, or several where it depends on
    the case. ``lowest`` is the mildest word that a study may set. A fact cannot be made milder than it is.
    ``finds_zh`` and ``remedy_zh`` are the Chinese of ``finds`` and ``remedy``, for rules that a report can show: those
    that are not always an error.
    """

    name: str
    severities: tuple[Severity, ...]
    lowest: Setting
    finds: str
    remedy: str
    thresholds: Mapping[str, float]
    reason: str
    finds_zh: str
    remedy_zh: str

    @property
    def judgement(self) -> bool:
        """Whether a study may make it milder, or turn it off."""
        return SEVERITIES.index(self.lowest) < min(map(SEVERITIES.index, self.severities))

    def allowed(self) -> tuple[Setting, ...]:
        """Return what a study may set it to, mildest first."""
        return SEVERITIES[SEVERITIES.index(self.lowest) :]


@cache
def table() -> dict[str, Rule]:
    """Return every rule by name, in the order of ``rules.csv``."""
    chinese = {row["rule"]: row for row in _rows("rules_zh.csv")}
    return {row["rule"]: _rule(row, chinese.get(row["rule"], {})) for row in _rows("rules.csv")}


def _rows(file: str) -> csv.DictReader[str]:
    text = resources.files("ecocomp").joinpath(file).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


def _rule(row: Mapping[str, str], chinese: Mapping[str, str]) -> Rule:
    pairs = (part.split("=") for part in row["thresholds"].split())
    return Rule(
        name=row["rule"],
        severities=tuple(row["severity"].split()),  # type: ignore[arg-type]  # the table's test holds it to the words
        lowest=row["lowest"],  # type: ignore[arg-type]
        finds=row["finds"],
        remedy=row["remedy"],
        thresholds={name: float(value) for name, value in pairs},
        reason=row["reason"],
        finds_zh=chinese.get("finds", ""),
        remedy_zh=chinese.get("remedy", ""),
    )


def rule(name: str) -> Rule:
    """Return one rule; ``KeyError`` names it if the table has none of that name."""
    return table()[name]


def issue_of(name: str, message: str, *, remedy: str | None = None, **place: Any) -> Issue:
    """Return an issue of a rule, its severity and remedy as the table has them.

    Parameters
    ----------
    name
        Name of a rule with one severity.
    message
        What was found.
    remedy
        What to do about it, where the case allows more than the table says.
    place
        Any of ``file``, ``column``, ``row``, ``unit``, ``year`` and ``value``.
    """
    found = rule(name)
    (severity,) = found.severities
    return Issue(severity, found.name, message, remedy or found.remedy, **place)


def with_severities(issues: Iterable[Issue], settings: Mapping[str, Setting]) -> list[Issue]:
    """Return issues as severe as a study wants them, without those that it turned off.

    An error stays one: what it names cannot be computed on. A fact is made graver only.
    """
    kept = []
    for issue in issues:
        wanted = settings.get(issue.code, issue.severity)
        if issue.severity == "error" or wanted == issue.severity:
            kept.append(issue)
            continue
        if not rule(issue.code).judgement:
            wanted = max(wanted, issue.severity, key=SEVERITIES.index)
        if wanted != "off":
            kept.append(replace(issue, severity=wanted))
    return kept
