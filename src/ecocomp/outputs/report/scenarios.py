"""What scenarios change, in sentences and a table: for the report of a run, and for those who compare runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pandas as pd

from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.sentences import capped, listing, money, plural
from ecocomp.outputs.report.tables import Table, Wording, cells_of, head
from ecocomp.result import Result

__all__ = [
    "ScenarioSection",
    "Told",
    "comparison_rows",
    "differing_settings",
    "scenario_section",
    "scenario_sentences",
]

MOST_NAMED = 8
MOST_SETTINGS = 8
LONGEST_VALUE = 60
NOTHING = 1e-9
"""Part of the payments up to which money moved is rounding."""
_TURNED = {"payer": "payers", "recipient": "recipients", "balanced": "balanced"}
TABLE_COLUMNS = [
    "scenario", "year", "units", "left_out", "group_changes", "payments_base", "payments", "receipts_base", "receipts",
    "money_moved", "spearman", "rank_moves", "cluster_changes",
]  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One scenario: its name, its report's place, which settings differ, and what follows."""

    name: str
    link: str
    settings: Sequence[str]
    sentences: Sequence[str]


@dataclass(frozen=True)
class ScenarioSection:
    """What the section says and shows."""

    scenarios: Sequence[Told]
    table: Table


def scenario_section(result: Result, wording: Wording) -> ScenarioSection | None:
    """Return the section; None for a study without scenarios."""
    if result.comparison.empty:
        return None
    told = [
        Told(name, f"scenarios/{quote(name)}/report.html", differing_settings(result, name),
             scenario_sentences(result, name, wording.names))
        for name in result.scenarios
    ]  # fmt: skip
    return ScenarioSection(told, _table(result.comparison, wording))


def _table(frame: pd.DataFrame, wording: Wording) -> Table:
    """Return the table of the section; what is before and after has one count of decimals."""
    cells = {name: cells_of(name, frame[name].tolist(), wording) for name in TABLE_COLUMNS}
    for after in ("payments", "receipts"):
        pair = pd.concat([frame[f"{after}_base"], frame[after]]).tolist()
        both = cells_of(after, pair, wording)
        cells[f"{after}_base"], cells[after] = both[: len(frame)], both[len(frame) :]
    rows = [list(row) for row in zip(*cells.values(), strict=True)]
    caption = "What differs from the study itself, over the units that have an amount in both"
    return Table(caption, [head(name, wording) for name in TABLE_COLUMNS], [("", rows)], "comparison.csv")


def scenario_sentences(result: Result, name: str, names: Mapping[str, str]) -> list[str]:
    """Say what a scenario, or another run, changes in the last year that it shares with the base.

    Parameters
    ----------
    result
        The base, with ``scenarios`` and the tables of comparison.
    name
        Of the scenario.
    names
        Name to print for each unit.
    """
    rows = result.comparison[result.comparison["scenario"] == name]
    row = rows.sort_values("year").to_dict("records")[-1]
    said = [*_absent(result, name), *_what(row, names), _kinds(result, name)]
    return [sentence for sentence in said if sentence]


def _what(row: Mapping[Any, Any], names: Mapping[str, str]) -> Iterator[str]:
    year, units = int(row["year"]), int(row["units"])
    left = int(row["left_out"])
    if left:
        text = (
            "lacks an amount in one run or both, and is" if left == 1 else "lack an amount in one run or both, and are"
        )
        yield f"In {year}, {plural(left, 'unit')} {text} left out."
    if not units:
        return
    if _nothing_differs(row):
        yield f"In {year}, nothing differs over the {plural(units, 'unit')} compared."
        return
    yield _groups(row, names)
    yield _money(row)
    yield _ranks(row, names)
    clusters = int(row["cluster_changes"])
    if clusters:
        yield f"{plural(clusters, 'unit')} {'is' if clusters == 1 else 'are'} of another cluster class."


def _nothing_differs(row: Mapping[Any, Any]) -> bool:
    small = NOTHING * max(float(row["payments_base"]), float(row["receipts_base"]))
    moved = max(float(row["money_moved"]), float(row["settled_moved"]))
    counts = sum(int(row[column]) for column in ("group_changes", "rank_moves", "cluster_changes"))
    return counts == 0 and moved <= small


def _groups(row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    year, units, count = int(row["year"]), int(row["units"]), int(row["group_changes"])
    if count == 0:
        return f"In {year}, none of {plural(units, 'unit')} changes group."
    counts = {group: int(row[f"to_{group}"]) for group in _TURNED}
    turned = listing([
        f"1 becomes {group}" if n == 1 else f"{n} become {_TURNED[group]}" for group, n in counts.items() if n
    ])  # fmt: skip
    called = [names.get(unit, unit) for unit in str(row["changed_units"]).split("; ")]
    does = "changes" if count == 1 else "change"
    return f"In {year}, {count} of {plural(units, 'unit')} {does} group ({turned}): {capped(called, MOST_NAMED)}."


def _money(row: Mapping[Any, Any]) -> str:
    parts = [_course(label, float(row[f"{label}_base"]), float(row[label])) for label in ("payments", "receipts")]
    text = listing(parts)
    moved = f"{money(float(row['money_moved']))} moves between what units pay and receive"
    return f"{text[:1].upper()}{text[1:]}; {moved}."


def _course(label: str, before: float, after: float) -> str:
    if abs(after - before) <= NOTHING * max(abs(before), abs(after)):
        return f"{label} stay at {money(after)}"
    verb = "rise" if after > before else "fall"
    sign = "+" if after > before else ""
    share = f" ({sign}{numbers.number(100 * (after / before - 1), 1)}%)" if before > 0 else ""
    return f"{label} {verb} from {money(before)} to {money(after)}{share}"


def _ranks(row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    agreement = [
        f"{numbers.number(float(row[f'spearman_{side}']), 3)} among {side}"
        for side in ("payers", "recipients")
        if not numbers.is_missing(row[f"spearman_{side}"])
    ]
    text = f"Spearman's rho of the ranks is {listing(agreement)}" if agreement else ""
    if not int(row["rank_moves"]):
        return f"{text}; no rank moves." if text else ""
    unit, move = str(row["largest_rank_move_unit"]), int(row["largest_rank_move"])
    way = "back" if move > 0 else "forward"
    largest = f"the largest rank move is that of {names.get(unit, unit)}, {plural(abs(move), 'place')} {way}"
    return f"{text}; {largest}." if text else f"{largest[:1].upper()}{largest[1:]}."


def _absent(result: Result, name: str) -> Iterator[str]:
    """Say which years and how many units only one of the two has."""
    first, second = result.results, result.scenarios[name].results
    for label in ("year", "unit"):
        one, two = (set(frame[label]) for frame in (first, second))
        only = [sorted(one - two), sorted(two - one)]
        if not any(only):
            continue
        parts = [
            (listing([str(v) for v in labels]) if label == "year" else plural(len(labels), "unit")) + f" of {whose}"
            for labels, whose in zip(only, ("the base alone", f"{name} alone"), strict=True)
            if labels
        ]
        yield f"Left out: {listing(parts)}."


def _kinds(result: Result, name: str) -> str:
    """Say so where the amounts of the two differ in kind."""
    one, two = (r.manifest["revised_unit"] for r in (result, result.scenarios[name]))
    if one == two:
        return ""
    return (
        f"The two revisions differ in kind ({numbers.measure(one)} against {numbers.measure(two)}): read who pays and "
        "in what order rather than how much."
    )  # fmt: skip


def differing_settings(result: Result, name: str) -> list[str]:
    """Return the settings that differ from the base, ``key: before → after`` or ``key = after``, the first of many."""
    before, after = (dict(_flat(r.manifest["study"])) for r in (result, result.scenarios[name]))
    found = [
        _setting(key, before.get(key), after.get(key))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]
    if len(found) > MOST_SETTINGS:
        return [*found[:MOST_SETTINGS], f"{len(found) - MOST_SETTINGS} more"]
    return found


def _setting(key: str, before: str | None, after: str | None) -> str:
    if before is None:
        return f"{key} = {after}"
    return f"{key}: {before} → {'left out' if after is None else after}"


def _flat(settings: Mapping[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    for key, value in settings.items():
        if not place and key == "scenarios":
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, (*place, str(key)))
        else:
            text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            yield ".".join([*place, str(key)]), text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def comparison_rows(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return the comparison as rows of text with a head, money in 10⁸ CNY, for a terminal."""
    titles = ("scenario", "year", "units", "left out", "change group", "payments", "receipts", "money moved", "rho",
            "rank moves", "clusters")  # fmt: skip
    return [titles, *(_row(row) for row in frame.to_dict("records"))]


def _row(row: Mapping[Any, Any]) -> tuple[str, ...]:
    def money_of(column: str) -> str:
        return numbers.number(float(row[column]) / numbers.HUNDRED_MILLION, 2)

    return (
        str(row["scenario"]), str(row["year"]), str(row["units"]), str(row["left_out"]), str(row["group_changes"]),
        " → ".join(map(money_of, ("payments_base", "payments"))),
        " → ".join(map(money_of, ("receipts_base", "receipts"))),
        money_of("money_moved"), numbers.number(float(row["spearman"]), 3), str(row["rank_moves"]),
        str(row["cluster_changes"]),
    )  # fmt: skip
