"""What the report says about results, in English: one small pure function a sentence, numbers in, text out.

Nothing here looks at a result; ``findings`` counts and sorts, and these words are all that a reader of another
language needs replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from ecocomp.language import Language
from ecocomp.outputs.report.numbers import (
    ENGLISH,
    HUNDRED_MILLION,
    amount,
    is_missing,
    number,
    p_value,
    percent,
    plain,
    significant,
)

__all__ = [
    "agreement",
    "among_income",
    "balance_of_year",
    "capped",
    "centre_place",
    "centre_step",
    "chain",
    "change",
    "cluster_course",
    "cluster_places",
    "compass",
    "deficits",
    "first_ranked",
    "first_sums",
    "flips",
    "global_moran",
    "heads",
    "lasting",
    "listing",
    "missing_units",
    "money",
    "money_moved",
    "no_trend_possible",
    "p_conventions",
    "plural",
    "row_of",
    "settlement",
    "stability",
    "totals",
    "trends",
    "units",
]

_CLUSTERS = {"HH": "high-high", "LL": "low-low", "HL": "high-low", "LH": "low-high"}
_WEIGHTINGS = {
    "payments": "payments", "receipts": "receipts", "absolute": "absolute amounts", "signed": "signed amounts",
}  # fmt: skip


def money(cny: float | None, language: Language = ENGLISH) -> str:
    """Return an amount in the unit that readers expect: ``541 × 10⁸ CNY``, ``541 亿元``."""
    if cny is None or is_missing(cny):
        return language.say("an unknown sum")
    return amount(cny, "CNY", language)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: ``1 unit``, ``2 units``."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def units(count: int, language: Language) -> str:
    """Return a number of units: ``1 unit``, ``174 个单元``."""
    return language.count("{count} unit", "{count} units", count)


def _does(count: int, one: str, many: str) -> str:
    return f"{number(count)} {one if count == 1 else many}"


def listing(words: Sequence[str]) -> str:
    """Return words as a list: ``a, b and c``."""
    return ENGLISH.listing(words)


def row_of(words: Sequence[str], language: Language) -> str:
    """Return words one after the other without an "and": ``a, b, c``, ``甲、乙、丙``."""
    if not words:
        return ""
    return reduce(lambda first, second: language.say("{first}, {second}", first=first, second=second), words)


def capped(words: Sequence[str], most: int, language: Language = ENGLISH) -> str:
    """Return at most so many words as a list, and how many more there are."""
    more = len(words) - most
    if more <= 0:
        return language.listing(words)
    kept = row_of(words[:most], language)
    return language.count("{words} and {count} more", "{words} and {count} more", more, words=kept)


def compass(bearing: float, language: Language = ENGLISH) -> str:
    """Return the nearest of sixteen points of the compass for a bearing clockwise from north [degrees]."""
    points = (
        language.say("north"), language.say("north-north-east"), language.say("north-east"),
        language.say("east-north-east"), language.say("east"), language.say("east-south-east"),
        language.say("south-east"), language.say("south-south-east"), language.say("south"),
        language.say("south-south-west"), language.say("south-west"), language.say("west-south-west"),
        language.say("west"), language.say("west-north-west"), language.say("north-west"),
        language.say("north-north-west"),
    )  # fmt: skip
    return points[round(bearing / 22.5) % 16]


def heads(year: int, units: int, payers: int, recipients: int, balanced: int, missing: int) -> str:
    """Say how many units pay, receive, are balanced, and are missing."""
    parts = [
        f"{_does(payers, 'pays', 'pay')}" if payers else "none pays",
        f"{_does(recipients, 'receives', 'receive')}" if recipients else "none receives",
        *([f"{_does(balanced, 'is', 'are')} balanced"] if balanced else []),
        *([f"{_does(missing, 'is', 'are')} missing"] if missing else []),
    ]
    return f"In {year}, of {plural(units, 'unit')}, {listing(parts)}."


def totals(payments: float, receipts: float, zero_sum: bool = False) -> str:
    """Say what payments and receipts come to, and their gap."""
    if receipts <= 0 and payments <= 0:
        return "Nobody pays and nobody receives."
    if receipts <= 0:
        return f"Payments come to {money(payments)}; as no unit receives, all of it lacks a recipient."
    if payments <= 0:
        return f"Receipts come to {money(receipts)}; as no unit pays, all of it lacks a payer."
    sums = f"Payments come to {money(payments)} and receipts to {money(receipts)}"
    if zero_sum:
        return f"{sums}: equal by construction, since this revision sums to zero over the region."
    if payments == receipts:
        return f"{sums}; there is no gap."
    larger, verb, smaller = (
        ("payments", "exceed", "receipts") if payments > receipts else ("receipts", "exceed", "payments")
    )
    ratio = max(payments, receipts) / min(payments, receipts)
    return f"{sums}: {larger} {verb} {smaller} by {money(abs(payments - receipts))}, {significant(ratio, 2)} to 1."


def change(year: int, payments: tuple[float, float], receipts: tuple[float, float]) -> str:
    """Say how payments and receipts changed since the first year, from (first, last) sums."""
    parts = [
        f"{name} {_moved(*pair)}" for name, pair in (("payments", payments), ("receipts", receipts)) if max(pair) > 0
    ]
    return f"Since {year}, {listing(parts)}." if parts else ""


def _moved(first: float, last: float) -> str:
    if first == last:
        return f"stayed at {money(last)}"
    word = "rose" if last > first else "fell"
    share = f" ({'+' if last > first else '−'}{percent(abs(last / first - 1))})" if first > 0 else ""
    return f"{word} from {significant(first / HUNDRED_MILLION)} to {money(last)}{share}"


def first_ranked(year: int, payers: Sequence[str], recipients: Sequence[str]) -> str:
    """Name who comes first by priority on either side; nothing where nobody does."""
    parts = [
        f"the first {side}{'s are' if len(names) > 1 else ' is'} {listing(names)}"
        for side, names in (("payer", payers), ("recipient", recipients))
        if names
    ]
    return f"By priority in {year}, {'; '.join(parts)}." if parts else ""


def deficits(year: int, deficit: int, surplus: int, missing: int) -> str:
    """Say how many accounts are in deficit and in surplus before revision."""
    tail = f"; {_does(missing, 'unit has', 'units have')} none" if missing else ""
    return (
        f"In {year}, {_does(deficit, 'unit emits', 'units emit')} more than the land takes up and "
        f"{_does(surplus, 'unit', 'units')} less{tail}."
    )


def cluster_places(year: int, kind: str, count: int, places: Sequence[tuple[str, int]]) -> str:
    """Say how many units are in clusters of high or low amounts, and which parents hold most of them."""
    nature = "high amounts among high ones" if kind == "HH" else "low amounts among low ones"
    if count == 0:
        return f"No unit of {year} is in a cluster of {nature} ({kind})."
    sentence = f"In {year}, {_does(count, 'unit lies', 'units lie')} in clusters of {nature} ({kind})"
    if places:
        most = "all" if sum(n for _, n in places) == count else "most"
        sentence += f", {most} of them in " + listing([f"{place} ({number(n)})" for place, n in places])
    return sentence + "."


def among_income(year: int, counts: Mapping[str, int]) -> str:
    """Say how amounts lie among the neighbours' GDP per head, from the number of units by class."""
    told = {
        "HH": "high amounts among high incomes",
        "HL": "high among low",
        "LL": "low among low",
        "LH": "low among high",
    }
    parts = [f"{number(counts[kind])} {words} ({kind})" for kind, words in told.items() if counts.get(kind)]
    if not parts:
        return f"In {year}, no unit's amount stands out beside the GDP per head of its neighbours."
    return f"Beside the neighbours' GDP per head in {year} (bivariate local Moran's I): {listing(parts)}."


def cluster_course(kind: str, shape: str, counts: Sequence[tuple[int, int]]) -> str:
    """Say how the number of units in one kind of cluster changed, from its shape in words and (year, count)."""
    name = f"{_CLUSTERS[kind]} units ({kind})"
    values = [n for _, n in counts]
    if len(set(values)) == 1:
        return f"The number of {name} is {number(values[0])} in every year."
    if len(counts) <= 4:
        course = listing([f"{number(n)} in {year}" for year, n in counts])
    else:
        low, high = min(counts, key=lambda c: c[1]), max(counts, key=lambda c: c[1])
        course = (
            f"from {number(values[0])} in {counts[0][0]} to {number(values[-1])} in {counts[-1][0]}, "
            f"between {number(low[1])} ({low[0]}) and {number(high[1])} ({high[0]})"
        )
    return f"The number of {name} {shape}: {course}."


def no_trend_possible(years: int, alpha: float, smallest: float) -> str:
    """Say that so few years allow no significant trend, whatever the numbers."""
    return (
        f"With {number(years)} years no trend of a number can be significant at {plain(alpha)}: the smallest p that "
        f"Mann and Kendall's test could give is {plain(smallest, 2)}."
    )


def trends(alpha: float, found: Sequence[tuple[str, float, float]]) -> str:
    """Say which numbers have a trend in one direction, from (kind of cluster, p, slope in units a year)."""
    blind = "the test is for one direction and does not see a rise that a fall follows"
    if not found:
        return f"By Mann and Kendall's test no number has a trend significant at {plain(alpha)}; {blind}."
    parts = listing([f"{kind} (p {_equals(p)}; {_signed(slope)} units a year)" for kind, p, slope in found])
    which = f"the numbers of {parts} have" if len(found) > 1 else f"the number of {parts} has"
    return f"By Mann and Kendall's test {which} a trend significant at {plain(alpha)}; {blind}."


def _equals(p: float) -> str:
    text = p_value(p)
    return text if "<" in text else f"= {text}"


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{significant(value, 2)}"


def lasting(kinds: Sequence[tuple[str, Sequence[str]]], most: int) -> str:
    """Name the units that are in the same kind of cluster in every year, from (kind, names)."""
    if not kinds:
        return "No unit is in the same kind of cluster in every year."
    parts = [f"{plural(len(names), 'unit')} in {kind} ({capped(names, most)})" for kind, names in kinds]
    return f"The class is the same in every year for {listing(parts)}."


def chain(steps: int, lengths: tuple[int, int], structure: str) -> str:
    """Say what the chain of classes rests on and where it leads, from the shortest and longest step in years."""
    short, long = lengths
    each = plural(short, "year") if short == long else f"{short} to {plural(long, 'year')}, each counted once"
    basis = f"The transition probabilities rest on {plural(steps, 'step')} of {each}"
    if structure == "irreducible" or structure.startswith("one closed class"):
        return (
            f"{basis}. Their steady state is the share of time that a unit would spend in each class in the long run "
            "if they stayed as they were; that is a summary of the steps observed and no forecast."
        )
    what, _, classes = structure.partition(": ")
    if what == "several closed classes":
        return (
            f"{basis}. They lead to no single steady state: where a unit ends depends on where it begins, as no unit "
            f"left these classes for others: {classes}."
        )
    return f"{basis}. They lead to no steady state: {structure}."


def global_moran(year: int, moran: float, p: float, alpha: float) -> str:
    """Say whether amounts are alike among neighbours in the region as a whole."""
    if is_missing(moran) or is_missing(p):
        return f"Global Moran's I of the amount is undefined in {year}."
    sentence = f"Global Moran's I of the amount is {number(moran, 3)} in {year} (p {_equals(p)})"
    if p >= alpha:
        return f"{sentence}, which chance alone could give."
    return f"{sentence}: neighbouring units tend to {'be alike' if moran > 0 else 'differ'}."


def p_conventions(year: int, directed: int, two_sided: int, fdr: int, alpha: float, used: str) -> str:
    """Say what the convention of p does to the map."""
    return (
        f"At the same level of {plain(alpha)}, the directed p of older software would label "
        f"{plural(directed, 'unit')} of {year}, the two-sided p {number(two_sided)}, and "
        f"{number(fdr)} remain once the false-discovery rate is held at that level; the map uses {used}."
    )


def centre_place(
    weighting: str, year: int, lon: float, lat: float, host: str, before: tuple[int, float, float] | None = None
) -> str:
    """Say where a centre of gravity lies, and where it lay in the first year, from (year, lon, lat)."""
    where = f", in {host}" if host else ", outside every unit"
    start = f" ({before[0]}: {degrees(before[1], before[2])})" if before else ""
    return f"The centre of gravity of {_WEIGHTINGS[weighting]} lies at {degrees(lon, lat)} in {year}{where}{start}."


def degrees(lon: float, lat: float) -> str:
    """Return a position: ``116.19° E, 38.60° N``."""
    east, north = ("E" if lon >= 0 else "W"), ("N" if lat >= 0 else "S")
    return f"{number(abs(lon), 2)}° {east}, {number(abs(lat), 2)}° {north}"


def centre_step(steps: Sequence[tuple[int, int, float, float | None]]) -> str:
    """Say how the centre just placed moved, from (year before, year, distance in km, bearing)."""
    if not steps:
        return ""
    if len(steps) <= 3:
        moves = [f"{_step(distance, bearing)} from {before} to {year}" for before, year, distance, bearing in steps]
        return f"It moved {listing(moves)}."
    length, longest = sum(s[2] for s in steps), max(steps, key=lambda s: s[2])
    return (
        f"It covered {significant(length)} km from {steps[0][0]} to {steps[-1][1]}, "
        f"year by year; the longest step, {_step(longest[2], longest[3])}, came from {longest[0]} to {longest[1]}."
    )


def _step(distance: float, bearing: float | None) -> str:
    if bearing is None or is_missing(bearing):
        return f"{significant(distance, 2)} km"
    return f"{significant(distance, 2)} km to the {compass(bearing)}"


def stability(sides: Sequence[tuple[str, float, int, int]], first_n: int) -> str:
    """Say how far the order of priority holds, from (group, Kendall's W, units ranked in every year, staying first)."""
    known = [side for side in sides if not is_missing(side[1])]
    if not known:
        return ""
    values = listing([f"{number(w, 2)} for the {number(ranked)} {group}s" for group, w, ranked, _ in known])
    stay = listing([plural(staying, group) for group, _, _, staying in known])
    only_one = sum(side[3] for side in known) == 1
    return (
        f"Among the units ranked in every year, Kendall's W of the ranks is {values} (1: the same order each year; "
        f"0: no agreement); {stay} {'stays' if only_one else 'stay'} among the first {number(first_n)} throughout."
    )


def balance_of_year(
    year: int, crossings: Sequence[int], closest: int | None, difference: float, whole: bool = False
) -> str:
    """Say for which first N the payments and receipts balance; ``whole``: the sums of all payers and recipients do."""
    if closest is None:
        return f"In {year} one side is empty, so that no N balances."
    nearest = f"the sums are closest at N = {closest}, where they differ by {percent(difference)} of the larger"
    if whole:
        nearest = f"the sums agree once all are counted (N = {closest})"
    if not crossings:
        return f"In {year} no {'smaller ' if whole else ''}N balances; {nearest}."
    points = capped([str(n) for n in crossings], 8)
    return f"In {year} the difference between the two sums changes sign at N = {points}; {nearest}."


def first_sums(year: int, n: int, payments: float, receipts: float) -> str:
    """Say what the first N on both sides pay and receive."""
    ratio = f", {significant(payments / receipts, 2)} to 1" if receipts > 0 else ""
    owed, due = money(payments), money(receipts)
    return f"The first {n} payers of {year} owe {owed}, the first {n} recipients are due {due}{ratio}."


def settlement(year: int, transferred: float, unallocated: float, unfunded: float) -> str:
    """Say what is transferred under the gap rule and what is left over."""
    rest = []
    if unallocated >= 0.005:
        rest.append(f"{money(unallocated)} of payments find no recipient")
    if unfunded >= 0.005:
        rest.append(f"{money(unfunded)} of receipts find no payer")
    tail = f"; {listing(rest)}" if rest else "; nothing is left over"
    return f"In {year} the settlement transfers {money(transferred)}{tail}."


def missing_units(year: str, names: Sequence[str], most: int = 12) -> str:
    """Name the units without an amount in a year, or in every year."""
    return f"{year}: {plural(len(names), 'unit')} missing ({capped(names, most)})."


def agreement(own: str, lowest: tuple[str, int, float], highest: tuple[str, int, float]) -> str:
    """Say between which rank correlations the other revisions stand to the study's own, from (name, year, rho)."""
    if lowest == highest:
        return f"Spearman's rank correlation with {own} is {number(highest[2], 2)} for {highest[0]} ({highest[1]})."
    return (
        f"Spearman's rank correlation of the amounts with those under {own} runs from {number(lowest[2], 2)} "
        f"({lowest[0]}, {lowest[1]}) to {number(highest[2], 2)} ({highest[0]}, {highest[1]})."
    )


def flips(year: int, never: Sequence[str], counts: Sequence[tuple[str, int, int]]) -> str:
    """Say under which revisions units change sides: names without a flip, and (name, flips, units)."""
    keeps = f"Under {listing(never)} every unit keeps its side in {year}" if never else ""
    turns = [f"{number(n)} of {number(units)} under {name}" for name, n, units in counts]
    moves = f"change sides from payer to recipient or back in {year}: {listing(turns)}" if turns else ""
    if keeps and moves:
        return f"{keeps}; units that {moves}."
    return f"{keeps}." if keeps else f"Units that {moves}." if moves else ""


def money_moved(year: int, name: str, moved: float, payments: float) -> str:
    """Say which other revision would move most money, against the payments of the year."""
    share = f", {percent(moved / payments)} of the year's payments" if payments > 0 else ""
    return f"Most money would move under {name}: {money(moved)} in {year}{share}."
