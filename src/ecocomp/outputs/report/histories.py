"""The section on how clusters changed: sentences and tables from the histories of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecocomp.language import Language
from ecocomp.outputs.report import cluster_sentences, numbers
from ecocomp.outputs.report import sentences as say
from ecocomp.outputs.report.categories import words_of
from ecocomp.outputs.report.tables import Column, Table, Wording, head
from ecocomp.result import Result
from ecocomp.study import Study
from ecocomp.variables import label

__all__ = ["ClusterChanges", "cluster_changes"]

KINDS = ("HH", "LL", "HL", "LH")
CLASSES = (*KINDS, "ns", "isolate", "missing")
MOST_STEPS = 3
"""Steps shown one by one; more are added up."""
MOST_NAMES = 8
PATTERNS = (
    "new", "consecutive", "intensifying", "persistent", "diminishing", "untested", "sporadic", "oscillating",
    "historical",
)  # fmt: skip


@dataclass(frozen=True)
class ClusterChanges:
    """What the section says and shows: courses of the numbers, units that stay, steps, chain and patterns."""

    courses: Sequence[str]
    lasting: str
    transitions: Table
    chain: str
    markov: Table
    patterns: Table


def cluster_changes(result: Result, study: Study, wording: Wording) -> ClusterChanges | None:
    """Return the section; None for a study of one year."""
    language = wording.language
    years = sorted(int(year) for year in result.regional["year"].unique())
    if len(years) < 2:
        return None
    several = len(years) > 2  # of one step the probabilities are the shares that the table of steps shows
    steps = np.diff(years)
    structure = str(result.markov["structure"].iloc[0])
    return ClusterChanges(
        _courses(result, study.space.alpha, wording.language),
        _lasting(result, wording, len(years)),
        _transitions(result, language),
        cluster_sentences.chain(len(steps), (int(steps.min()), int(steps.max())), structure, language)
        if several
        else "",
        _markov(result, language) if several else Table("", [], []),
        _patterns(result, wording, years[-1]),
    )


def _courses(result: Result, alpha: float, language: Language) -> list[str]:
    rows = result.regional.sort_values("year")
    trends = result.cluster_trends.set_index("cluster").loc[list(KINDS)]
    courses = [
        cluster_sentences.cluster_course(
            kind,
            str(trends.loc[kind, "shape"]),
            [(int(y), int(n)) for y, n in zip(rows["year"], rows[f"n_{kind}"], strict=True)],
            language,
        )
        for kind in KINDS
    ]
    smallest = float(trends["smallest_p"].max())
    if smallest >= alpha:
        return [*courses, cluster_sentences.no_trend_possible(len(rows), alpha, smallest, language)]
    found = trends[trends["trend_p"] < alpha]
    slopes = zip(found.index, found["trend_p"], found["slope"], strict=True)
    told = [(str(kind), float(p), float(slope)) for kind, p, slope in slopes]
    return [*courses, cluster_sentences.trends(alpha, told, language)]


def _lasting(result: Result, wording: Wording, years: int) -> str:
    units = result.histories
    names = units["unit"].astype(str).map(lambda unit: wording.names.get(unit, unit))
    kinds = [(kind, names[units[f"years_{kind}"] == years].tolist()) for kind in KINDS]
    return cluster_sentences.lasting([(kind, own) for kind, own in kinds if own], MOST_NAMES, wording.language)


def _transitions(result: Result, language: Language) -> Table:
    """Return the units that go from class to class: a block a step, or one of all steps where they are many."""
    frame = result.transitions
    pairs = [tuple(pair) for pair in frame[["previous_year", "year"]].drop_duplicates().to_numpy().tolist()]
    moved = frame[frame["transitions"] > 0]
    origins, destinations = (_occurring(moved[end]) for end in ("origin", "destination"))
    if len(pairs) <= MOST_STEPS:
        parts = {
            language.say("{first} to {last}", first=before, last=year): frame[
                (frame["previous_year"] == before) & (frame["year"] == year)
            ]
            for before, year in pairs
        }
    else:
        title = language.say(
            "{first} to {last}, all {steps} steps", first=pairs[0][0], last=pairs[-1][1], steps=len(pairs)
        )
        parts = {title: frame}
    words = _words(language)
    blocks = [(title, _matrix(part, origins, destinations, words)) for title, part in parts.items()]
    columns = [Column(language.say("From")), *_heads(destinations, words)]
    return Table(
        language.say("Units by their class in a year of the study and in the next one"), columns, blocks,
        "transitions.csv", [("", 1), (language.say("To"), len(destinations))],
        language.say("HH high-high, LL low-low, HL high-low, LH low-high, ns in no significant cluster."),
    )  # fmt: skip


def _words(language: Language) -> dict[str, str]:
    """Return what the classes are called."""
    return {kind: kind for kind in KINDS} | dict(words_of("cluster", language))


def _heads(classes: Sequence[str], words: Mapping[str, str]) -> list[Column]:
    return [Column(words[c], numeric=True, starts=i == 0) for i, c in enumerate(classes)]


def _occurring(classes: pd.Series) -> list[str]:
    return [c for c in CLASSES if (classes == c).any()]


def _matrix(
    part: pd.DataFrame, origins: Sequence[str], destinations: Sequence[str], words: Mapping[str, str]
) -> list[list[str]]:
    counts = part.groupby(["origin", "destination"])["transitions"].sum().to_dict()
    return [[words[o], *(numbers.number(counts[o, d]) for d in destinations)] for o in origins]


def _markov(result: Result, language: Language) -> Table:
    """Return the probabilities of the classes that occur, with the steady state as the last row."""
    frame = result.markov
    occurring = frame[frame["transitions"] > 0]
    classes = _occurring(pd.concat([occurring["origin"], occurring["destination"]]))
    if not classes:
        return Table("", [], [])
    shares = frame.set_index(["origin", "destination"])["probability"].to_dict()
    leaving = frame.groupby("origin")["transitions"].sum().to_dict()
    steady = frame.drop_duplicates("destination").set_index("destination")["steady_state"].to_dict()
    words = _words(language)
    rows = [
        [words[o], numbers.number(leaving[o]), *(numbers.number(shares[o, d], 3) for d in classes)] for o in classes
    ]
    if frame["steady_state"].notna().any():
        title = label("steady_state", language.code)
        rows.append([title, "", *(numbers.number(steady[c], 3) for c in classes)])
    columns = [
        Column(language.say("From")),
        Column(language.say("Units, all steps"), numeric=True),
        *_heads(classes, words),
    ]
    return Table(
        language.say("Probability of the class a step later"), columns, [("", rows)], "markov.csv",
        [("", 2), (language.say("To"), len(classes))],
        language.say("Shares of the units of a class over all steps; few units make rough shares."),
    )  # fmt: skip


def _patterns(result: Result, wording: Wording, last: int) -> Table:
    """Return the kinds of hot and cold spots, how many units each has, and its strongest units in the last year."""
    at_last = result.results[result.results["year"] == last].set_index("unit")["gi_star_z"]
    units = result.histories.assign(strength=result.histories["unit"].map(at_last).abs())
    units = units.sort_values(["strength", "unit"], ascending=[False, True], kind="stable")
    language = wording.language
    words = words_of("pattern", language)
    rows = []
    for kind in (*(f"{p} {side}" for side in ("hot", "cold") for p in PATTERNS), "none", "missing"):
        members = units.loc[units["pattern"] == kind, "unit"].astype(str)
        if len(members):
            names = [wording.names.get(unit, unit) for unit in members] if kind not in ("none", "missing") else []
            rows.append([words[kind], numbers.number(len(members)), say.capped(names, MOST_NAMES, language)])
    strongest = Column(language.say("Strongest in {year}", year=last))
    note = [language.say("By Gi* of the amount; the method section tells the kinds apart.")]
    if units["pattern"].str.startswith("untested").any():
        note.append(language.say("Untested: lasting, with too few years to tell whether the score rises or falls."))
    return Table(
        language.say("Hot and cold spots by their history"),
        [head("pattern", wording), head("units", wording), strongest], [("", rows)], "histories.csv",
        note=language.joined(note),
    )  # fmt: skip
