"""What scenarios change, in sentences and a table: for the report of a run, and for those who compare runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pandas as pd

from ecocomp.language import Language
from ecocomp.language.measures import Measure
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.sentences import capped, money, units
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
    language = wording.language
    told = [
        Told(name, f"scenarios/{quote(name)}/report.html", differing_settings(result, name, language),
             scenario_sentences(result, name, wording.names, language))
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
    caption = wording.language.say("What differs from the study itself, over the units that have an amount in both")
    return Table(caption, [head(name, wording) for name in TABLE_COLUMNS], [("", rows)], "comparison.csv")


def scenario_sentences(result: Result, name: str, names: Mapping[str, str], language: Language) -> list[str]:
    """Say what a scenario, or another run, changes in the last year that it shares with the base.

    Parameters
    ----------
    result
        The base, with ``scenarios`` and the tables of comparison.
    name
        Of the scenario.
    names
        Name to print for each unit.
    language
        To say it in.
    """
    rows = result.comparison[result.comparison["scenario"] == name]
    row = rows.sort_values("year").to_dict("records")[-1]
    said = [*_absent(result, name, language), *_what(row, names, language), _kinds(result, name, language)]
    return [sentence for sentence in said if sentence]


def _what(row: Mapping[Any, Any], names: Mapping[str, str], language: Language) -> Iterator[str]:
    year, compared, left = (int(row[name]) for name in ("year", "units", "left_out"))
    if left:
        yield language.count(
            "In {year}, {count} unit lacks an amount in one run or both, and is left out.",
            "In {year}, {count} units lack an amount in one run or both, and are left out.",
            left, year=year,
        )  # fmt: skip
    if not compared:
        return
    if _nothing_differs(row):
        yield language.count(
            "In {year}, nothing differs over the {count} unit compared.",
            "In {year}, nothing differs over the {count} units compared.",
            compared, year=year,
        )  # fmt: skip
        return
    yield _groups(row, names, language)
    yield _money(row, language)
    yield _ranks(row, names, language)
    clusters = int(row["cluster_changes"])
    if clusters:
        yield language.count(
            "{count} unit is of another cluster class.", "{count} units are of another cluster class.", clusters
        )


def _nothing_differs(row: Mapping[Any, Any]) -> bool:
    small = NOTHING * max(float(row["payments_base"]), float(row["receipts_base"]))
    moved = max(float(row["money_moved"]), float(row["settled_moved"]))
    counts = sum(int(row[column]) for column in ("group_changes", "rank_moves", "cluster_changes"))
    return counts == 0 and moved <= small


def _groups(row: Mapping[Any, Any], names: Mapping[str, str], language: Language) -> str:
    year, count, compared = int(row["year"]), int(row["group_changes"]), units(int(row["units"]), language)
    if count == 0:
        return language.say("In {year}, none of {units} changes group.", year=year, units=compared)
    called = [names.get(unit, unit) for unit in str(row["changed_units"]).split("; ")]
    return language.count(
        "In {year}, {count} of {units} changes group ({turns}): {names}.",
        "In {year}, {count} of {units} change group ({turns}): {names}.",
        count, year=year, units=compared, turns=language.listing(_turns(row, language)),
        names=capped(called, MOST_NAMED, language),
    )  # fmt: skip


def _turns(row: Mapping[Any, Any], language: Language) -> list[str]:
    """Return how many units become what."""
    counts = {group: int(row[f"to_{group}"]) for group in ("payer", "recipient", "balanced")}
    said = {
        "payer": language.count("{count} becomes payer", "{count} become payers", counts["payer"]),
        "recipient": language.count("{count} becomes recipient", "{count} become recipients", counts["recipient"]),
        "balanced": language.count("{count} becomes balanced", "{count} become balanced", counts["balanced"]),
    }
    return [said[group] for group, count in counts.items() if count]


def _money(row: Mapping[Any, Any], language: Language) -> str:
    payments, receipts = ((float(row[f"{name}_base"]), float(row[name])) for name in ("payments", "receipts"))
    return language.say(
        "{payments} and {receipts}; {moved} moves between what units pay and receive.",
        payments=_payments(*payments, language), receipts=_receipts(*receipts, language),
        moved=money(float(row["money_moved"]), language),
    )  # fmt: skip


def _payments(before: float, after: float, language: Language) -> str:
    told = {"before": money(before, language), "after": money(after, language)}
    if _same(before, after):
        return language.say("Payments stay at {after}", after=told["after"])
    if before <= 0:
        return language.say("Payments rise from {before} to {after}", **told)
    if after > before:
        return language.say("Payments rise from {before} to {after} ({share})", share=_share(before, after), **told)
    return language.say("Payments fall from {before} to {after} ({share})", share=_share(before, after), **told)


def _receipts(before: float, after: float, language: Language) -> str:
    told = {"before": money(before, language), "after": money(after, language)}
    if _same(before, after):
        return language.say("receipts stay at {after}", after=told["after"])
    if before <= 0:
        return language.say("receipts rise from {before} to {after}", **told)
    if after > before:
        return language.say("receipts rise from {before} to {after} ({share})", share=_share(before, after), **told)
    return language.say("receipts fall from {before} to {after} ({share})", share=_share(before, after), **told)


def _same(before: float, after: float) -> bool:
    return abs(after - before) <= NOTHING * max(abs(before), abs(after))


def _share(before: float, after: float) -> str:
    """Return a change as a part of what was before: ``+28.6%``."""
    return f"{'+' if after > before else ''}{numbers.number(100 * (after / before - 1), 1)}%"


def _ranks(row: Mapping[Any, Any], names: Mapping[str, str], language: Language) -> str:
    agreement, move = _agreement(row, language), _largest_move(row, names, language)
    if agreement and move:
        return language.say("Spearman's rho of the ranks is {agreement}; {move}.", agreement=agreement, move=move)
    if agreement:
        return language.say("Spearman's rho of the ranks is {agreement}; no rank moves.", agreement=agreement)
    return language.say("As for ranks, {move}.", move=move) if move else ""


def _agreement(row: Mapping[Any, Any], language: Language) -> str:
    """Return the rank correlation of both sides, or of the one that has any."""
    rho = {side: row[f"spearman_{side}"] for side in ("payers", "recipients")}
    text = {side: numbers.number(float(value), 3) for side, value in rho.items() if not numbers.is_missing(value)}
    if len(text) == len(rho):
        return language.say("{payers} among payers and {recipients} among recipients", **text)
    if "payers" in text:
        return language.say("{payers} among payers", **text)
    return language.say("{recipients} among recipients", **text) if text else ""


def _largest_move(row: Mapping[Any, Any], names: Mapping[str, str], language: Language) -> str:
    if not int(row["rank_moves"]):
        return ""
    unit, move = str(row["largest_rank_move_unit"]), int(row["largest_rank_move"])
    places = language.count("{count} place", "{count} places", abs(move))
    name = names.get(unit, unit)
    if move > 0:
        return language.say("the largest rank move is that of {unit}, {places} back", unit=name, places=places)
    return language.say("the largest rank move is that of {unit}, {places} forward", unit=name, places=places)


def _absent(result: Result, name: str, language: Language) -> Iterator[str]:
    """Say which years and how many units only one of the two has."""
    first, second = result.results, result.scenarios[name].results
    for label in ("year", "unit"):
        one, two = (set(frame[label]) for frame in (first, second))
        base, other = (_labels(label, only, language) for only in (one - two, two - one))
        if base and other:
            yield language.say(
                "Left out: {base} of the base alone and {other} of {name} alone.", base=base, other=other, name=name
            )
        elif base:
            yield language.say("Left out: {base} of the base alone.", base=base)
        elif other:
            yield language.say("Left out: {other} of {name} alone.", other=other, name=name)


def _labels(label: str, only: set[Any], language: Language) -> str:
    """Return years one by one, or the number of units; nothing where there are none."""
    if not only:
        return ""
    if label == "unit":
        return units(len(only), language)
    return language.say("{years}", years=language.listing([str(year) for year in sorted(only)]))


def _kinds(result: Result, name: str, language: Language) -> str:
    """Say so where the amounts of the two differ in kind."""
    one, two = (r.manifest["revised_unit"] for r in (result, result.scenarios[name]))
    if one == two:
        return ""
    return language.say(
        "The two revisions differ in kind ({base} against {other}): read who pays and in what order rather than how "
        "much.",
        base=language.measure(one).label, other=language.measure(two).label,
    )  # fmt: skip


def differing_settings(result: Result, name: str, language: Language) -> list[str]:
    """Return the settings that differ from the base, ``key: before → after`` or ``key = after``, the first of many."""
    before, after = (dict(_flat(r.manifest["study"])) for r in (result, result.scenarios[name]))
    found = [
        _setting(key, before.get(key), after.get(key), language)
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]
    if len(found) > MOST_SETTINGS:
        return [*found[:MOST_SETTINGS], language.count("{count} more", "{count} more", len(found) - MOST_SETTINGS)]
    return found


def _setting(key: str, before: str | None, after: str | None, language: Language) -> str:
    if before is None:
        return f"{key} = {after}"
    return f"{key}: {before} → {language.say('left out') if after is None else after}"


def _flat(settings: Mapping[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    for key, value in settings.items():
        if not place and key == "scenarios":
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, (*place, str(key)))
        else:
            text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            yield ".".join([*place, str(key)]), text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def comparison_rows(frame: pd.DataFrame, measure: Measure) -> list[tuple[str, ...]]:
    """Return the comparison as rows of text with a head, for a terminal: in English, money in some unit."""
    titles = ("scenario", "year", "units", "left out", "change group", "payments", "receipts", "money moved", "rho",
            "rank moves", "clusters")  # fmt: skip
    return [titles, *(_row(row, measure) for row in frame.to_dict("records"))]


def _row(row: Mapping[Any, Any], measure: Measure) -> tuple[str, ...]:
    def money_of(column: str) -> str:
        return numbers.number(float(row[column]) / measure.size, 2)

    return (
        str(row["scenario"]), str(row["year"]), str(row["units"]), str(row["left_out"]), str(row["group_changes"]),
        " → ".join(map(money_of, ("payments_base", "payments"))),
        " → ".join(map(money_of, ("receipts_base", "receipts"))),
        money_of("money_moved"), numbers.number(float(row["spearman"]), 3), str(row["rank_moves"]),
        str(row["cluster_changes"]),
    )  # fmt: skip
