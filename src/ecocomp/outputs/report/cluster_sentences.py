"""What the report says about clusters and how they change: numbers in, text of a language out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ecocomp.language import Language
from ecocomp.outputs.report.categories import words_of
from ecocomp.outputs.report.numbers import is_missing, number, p_value, plain, significant
from ecocomp.outputs.report.sentences import capped, row_of, semicolons, units

__all__ = [
    "among_income",
    "chain",
    "cluster_course",
    "cluster_places",
    "global_moran",
    "lasting",
    "no_trend_possible",
    "p_conventions",
    "trends",
]


def cluster_places(year: int, kind: str, count: int, places: Sequence[tuple[str, int]], language: Language) -> str:
    """Say how many units are in clusters of high or low amounts, and which parents hold most of them."""
    nature = (
        language.say("high amounts among high ones (HH)")
        if kind == "HH"
        else language.say("low amounts among low ones (LL)")
    )
    if count == 0:
        return language.say("No unit of {year} is in a cluster of {nature}.", year=year, nature=nature)
    told = {"year": year, "nature": nature}
    held = language.listing([
        language.say("{place} ({units})", place=place, units=number(n)) for place, n in places
    ])  # fmt: skip
    if not places:
        return language.count(
            "In {year}, {count} unit lies in clusters of {nature}.",
            "In {year}, {count} units lie in clusters of {nature}.",
            count, **told,
        )  # fmt: skip
    if sum(n for _, n in places) == count:
        return language.count(
            "In {year}, {count} unit lies in clusters of {nature}, all of them in {places}.",
            "In {year}, {count} units lie in clusters of {nature}, all of them in {places}.",
            count, places=held, **told,
        )  # fmt: skip
    return language.count(
        "In {year}, {count} unit lies in clusters of {nature}, most of them in {places}.",
        "In {year}, {count} units lie in clusters of {nature}, most of them in {places}.",
        count, places=held, **told,
    )  # fmt: skip


def among_income(year: int, counts: Mapping[str, int], language: Language) -> str:
    """Say how amounts lie among the neighbours' GDP per head, from the number of units by class."""
    told = {kind: number(counts.get(kind, 0)) for kind in ("HH", "HL", "LL", "LH")}
    words = {
        "HH": language.say("{units} high amounts among high incomes (HH)", units=told["HH"]),
        "HL": language.say("{units} high among low (HL)", units=told["HL"]),
        "LL": language.say("{units} low among low (LL)", units=told["LL"]),
        "LH": language.say("{units} low among high (LH)", units=told["LH"]),
    }
    parts = [text for kind, text in words.items() if counts.get(kind)]
    if not parts:
        return language.say(
            "In {year}, no unit's amount stands out beside the GDP per head of its neighbours.", year=year
        )
    return language.say(
        "Beside the neighbours' GDP per head in {year} (bivariate local Moran's I): {classes}.",
        year=year, classes=language.listing(parts),
    )  # fmt: skip


def cluster_course(kind: str, shape: str, counts: Sequence[tuple[int, int]], language: Language) -> str:
    """Say how the number of units in one kind of cluster changed, from its shape in words and (year, count)."""
    name = {
        "HH": language.say("high-high units (HH)"), "LL": language.say("low-low units (LL)"),
        "HL": language.say("high-low units (HL)"), "LH": language.say("low-high units (LH)"),
    }[kind]  # fmt: skip
    values = [n for _, n in counts]
    if len(set(values)) == 1:
        return language.say("The number of {name} is {units} in every year.", name=name, units=number(values[0]))
    if len(counts) <= 4:
        course = language.listing([
            language.say("{units} in {year}", units=number(n), year=year) for year, n in counts
        ])  # fmt: skip
    else:
        low, high = min(counts, key=lambda c: c[1]), max(counts, key=lambda c: c[1])
        course = language.say(
            "from {first} in {start} to {last} in {end}, between {low} ({low_year}) and {high} ({high_year})",
            first=number(values[0]), start=counts[0][0], last=number(values[-1]), end=counts[-1][0],
            low=number(low[1]), low_year=low[0], high=number(high[1]), high_year=high[0],
        )  # fmt: skip
    return language.say(
        "The number of {name} {shape}: {course}.", name=name, shape=_shape(shape, language), course=course
    )


def _shape(shape: str, language: Language) -> str:
    """Return a shape of :func:`ecocomp.space.shape_in_words` in a language."""
    words, _, turns = shape.partition(" (")
    if words == "varies":
        return language.say("varies ({turns} turns)", turns=turns.split()[0])
    directions = {
        "rises": language.say("rises"), "falls": language.say("falls"),
        "rises, then falls": language.say("rises, then falls"),
        "falls, then rises": language.say("falls, then rises"),
        "rises, then falls, then rises": language.say("rises, then falls, then rises"),
        "falls, then rises, then falls": language.say("falls, then rises, then falls"),
    }[words]  # fmt: skip
    named = [
        language.say("peak {year}", year=year) if kind == "peak" else language.say("trough {year}", year=year)
        for kind, year in re.findall(r"(peak|trough) (\w+)", turns)
    ]
    if not named:
        return directions
    return language.say("{shape} ({turns})", shape=directions, turns=row_of(named, language))


def no_trend_possible(years: int, alpha: float, smallest: float, language: Language) -> str:
    """Say that so few years allow no significant trend, whatever the numbers."""
    return language.say(
        "With {years} years no trend of a number can be significant at {alpha}: the smallest p that Mann and Kendall's "
        "test could give is {smallest}.",
        years=number(years), alpha=plain(alpha), smallest=plain(smallest, 2),
    )  # fmt: skip


def trends(alpha: float, found: Sequence[tuple[str, float, float]], language: Language) -> str:
    """Say which numbers have a trend in one direction, from (kind of cluster, p, slope in units a year)."""
    if not found:
        return language.say(
            "By Mann and Kendall's test no number has a trend significant at {alpha}; the test is for one direction "
            "and does not see a rise that a fall follows.",
            alpha=plain(alpha),
        )
    kinds = language.listing([
        language.say("{kind} (p {p}; {slope} units a year)", kind=kind, p=_equals(p), slope=_signed(slope))
        for kind, p, slope in found
    ])  # fmt: skip
    return language.count(
        "By Mann and Kendall's test the number of {kinds} has a trend significant at {alpha}; the test is for one "
        "direction and does not see a rise that a fall follows.",
        "By Mann and Kendall's test the numbers of {kinds} have a trend significant at {alpha}; the test is for one "
        "direction and does not see a rise that a fall follows.",
        len(found), kinds=kinds, alpha=plain(alpha),
    )  # fmt: skip


def _equals(p: float) -> str:
    text = p_value(p)
    return text if "<" in text else f"= {text}"


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{significant(value, 2)}"


def lasting(kinds: Sequence[tuple[str, Sequence[str]]], most: int, language: Language) -> str:
    """Name the units that are in the same kind of cluster in every year, from (kind, names)."""
    if not kinds:
        return language.say("No unit is in the same kind of cluster in every year.")
    parts = [
        language.count(
            "{count} unit in {kind} ({names})", "{count} units in {kind} ({names})",
            len(names), kind=kind, names=capped(names, most, language),
        )
        for kind, names in kinds
    ]  # fmt: skip
    return language.say("The class is the same in every year for {units}.", units=language.listing(parts))


def chain(steps: int, lengths: tuple[int, int], structure: str, language: Language) -> str:
    """Say what the chain of classes rests on and where it leads, from the shortest and longest step in years."""
    short, long = lengths
    each = language.count("{count} year", "{count} years", long)
    if short == long:
        basis = language.count(
            "The transition probabilities rest on {count} step of {length}.",
            "The transition probabilities rest on {count} steps of {length}.",
            steps, length=each,
        )  # fmt: skip
    else:
        basis = language.count(
            "The transition probabilities rest on {count} step of {short} to {long}, each counted once.",
            "The transition probabilities rest on {count} steps of {short} to {long}, each counted once.",
            steps, short=number(short), long=each,
        )  # fmt: skip
    return language.joined([basis, _end(structure, language)])


def _end(structure: str, language: Language) -> str:
    """Say where a chain of :func:`ecocomp.space.markov` leads, from its structure."""
    if structure == "irreducible" or structure.startswith("one closed class"):
        return language.say(
            "Their steady state is the share of time that a unit would spend in each class in the long run if they "
            "stayed as they were; that is a summary of the steps observed and no forecast."
        )
    what, _, classes = structure.partition(": ")
    if what == "several closed classes":
        return language.say(
            "They lead to no single steady state: where a unit ends depends on where it begins, as no unit left these "
            "classes for others: {classes}.",
            classes=_classes(classes, language),
        )
    if structure == "no transitions":
        return language.say("They lead to no steady state: no transitions.")
    return language.say(
        "They lead to no steady state: unknown after {classes}.",
        classes=_classes(structure.removeprefix("unknown after "), language),
    )


def _classes(text: str, language: Language) -> str:
    """Return groups of classes such as ``LL; HL, ns`` in a language."""
    words = words_of("cluster", language)
    groups = [row_of([words.get(c, c) for c in group.split(", ")], language) for group in text.split("; ")]
    return semicolons(groups, language)


def global_moran(year: int, moran: float, p: float, alpha: float, language: Language) -> str:
    """Say whether amounts are alike among neighbours in the region as a whole."""
    if is_missing(moran) or is_missing(p):
        return language.say("Global Moran's I of the amount is undefined in {year}.", year=year)
    told = {"moran": number(moran, 3), "year": year, "p": _equals(p)}
    if p >= alpha:
        return language.say(
            "Global Moran's I of the amount is {moran} in {year} (p {p}), which chance alone could give.", **told
        )
    if moran > 0:
        return language.say(
            "Global Moran's I of the amount is {moran} in {year} (p {p}): neighbouring units tend to be alike.", **told
        )
    return language.say(
        "Global Moran's I of the amount is {moran} in {year} (p {p}): neighbouring units tend to differ.", **told
    )


def p_conventions(
    year: int, counts: tuple[int, int, int], alpha: float, used: tuple[str, str], language: Language
) -> str:
    """Say what the convention of p does to the map.

    ``counts`` are the units labelled by the directed p, by the two-sided p and after correction; ``used`` holds the
    study's alternative and correction.
    """
    words = {
        ("two-sided", "none"): language.say("the two-sided p without correction"),
        ("two-sided", "fdr"): language.say("the two-sided p after FDR correction"),
        ("directed", "none"): language.say("the directed p without correction"),
        ("directed", "fdr"): language.say("the directed p after FDR correction"),
    }
    directed, two_sided, fdr = counts
    return language.say(
        "At the same level of {alpha}, the directed p of older software would label {directed} of {year}, the "
        "two-sided p {two_sided}, and {fdr} remain once the false-discovery rate is held at that level; the map uses "
        "{used}.",
        alpha=plain(alpha), directed=units(directed, language), year=year, two_sided=number(two_sided),
        fdr=number(fdr), used=words[used],
    )  # fmt: skip
