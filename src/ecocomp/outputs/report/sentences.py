"""What the report says about results: one small pure function a sentence, numbers in, text of a language out.

Nothing here looks at a result; ``findings`` counts and sorts. Sentences on clusters and centres have modules of
their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from ecocomp.language import Language
from ecocomp.outputs.report.numbers import amount, is_missing, number, percent, significant

__all__ = [
    "agreement",
    "balance_of_year",
    "capped",
    "change",
    "compass",
    "deficits",
    "first_ranked",
    "first_sums",
    "flips",
    "heads",
    "missing_units",
    "money",
    "money_moved",
    "row_of",
    "semicolons",
    "settlement",
    "stability",
    "totals",
    "units",
]


def money(cny: float | None, language: Language) -> str:
    """Return an amount in the unit that readers expect: ``541 × 10⁸ CNY``, ``541 亿元``."""
    if cny is None or is_missing(cny):
        return language.say("an unknown sum")
    return amount(cny, "CNY", language)


def units(count: int, language: Language) -> str:
    """Return a number of units: ``1 unit``, ``174 个单元``."""
    return language.count("{count} unit", "{count} units", count)


def row_of(words: Sequence[str], language: Language) -> str:
    """Return words one after the other without an "and": ``a, b, c``, ``甲、乙、丙``."""
    if not words:
        return ""
    return reduce(lambda first, second: language.say("{first}, {second}", first=first, second=second), words)


def semicolons(words: Sequence[str], language: Language) -> str:
    """Return clauses or groups of words apart: ``a; b``, ``甲；乙``."""
    if not words:
        return ""
    return reduce(lambda first, second: language.say("{first}; {second}", first=first, second=second), words)


def capped(words: Sequence[str], most: int, language: Language) -> str:
    """Return at most so many words as a list, and how many more there are."""
    more = len(words) - most
    if more <= 0:
        return language.listing(words)
    kept = row_of(words[:most], language)
    return language.count("{words} and {count} more", "{words} and {count} more", more, words=kept)


def compass(bearing: float, language: Language) -> str:
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


def heads(year: int, total: int, payers: int, recipients: int, balanced: int, missing: int, language: Language) -> str:
    """Say how many units pay, receive, are balanced, and are missing."""
    parts = [
        language.count("{count} pays", "{count} pay", payers) if payers else language.say("none pays"),
        language.count("{count} receives", "{count} receive", recipients)
        if recipients
        else language.say("none receives"),
        *([language.count("{count} is balanced", "{count} are balanced", balanced)] if balanced else []),
        *([language.count("{count} is missing", "{count} are missing", missing)] if missing else []),
    ]
    return language.say(
        "In {year}, of {units}, {parts}.", year=year, units=units(total, language), parts=language.listing(parts)
    )


def totals(payments: float, receipts: float, language: Language, zero_sum: bool = False) -> str:
    """Say what payments and receipts come to, and their gap."""
    sums = {"payments": money(payments, language), "receipts": money(receipts, language)}
    if receipts <= 0 and payments <= 0:
        return language.say("Nobody pays and nobody receives.")
    if receipts <= 0:
        return language.say("Payments come to {payments}; as no unit receives, all of it lacks a recipient.", **sums)
    if payments <= 0:
        return language.say("Receipts come to {receipts}; as no unit pays, all of it lacks a payer.", **sums)
    if zero_sum:
        return language.say(
            "Payments come to {payments} and receipts to {receipts}: equal by construction, since this revision sums "
            "to zero over the region.",
            **sums,
        )
    if payments == receipts:
        return language.say("Payments come to {payments} and receipts to {receipts}; there is no gap.", **sums)
    gap = money(abs(payments - receipts), language)
    ratio = significant(max(payments, receipts) / min(payments, receipts), 2)
    if payments > receipts:
        return language.say(
            "Payments come to {payments} and receipts to {receipts}: payments exceed receipts by {gap}, {ratio} to 1.",
            gap=gap, ratio=ratio, **sums,
        )  # fmt: skip
    return language.say(
        "Payments come to {payments} and receipts to {receipts}: receipts exceed payments by {gap}, {ratio} to 1.",
        gap=gap, ratio=ratio, **sums,
    )  # fmt: skip


def change(year: int, payments: tuple[float, float], receipts: tuple[float, float], language: Language) -> str:
    """Say how payments and receipts changed since the first year, from (first, last) sums."""
    parts = [
        told(*pair, language)
        for told, pair in ((_payments_moved, payments), (_receipts_moved, receipts))
        if max(pair) > 0
    ]
    if not parts:
        return ""
    if len(parts) == 1:
        return language.say("Since {year}, {sum}.", year=year, sum=parts[0])
    return language.say("Since {year}, {first} and {second}.", year=year, first=parts[0], second=parts[1])


def _payments_moved(first: float, last: float, language: Language) -> str:
    told = _ends(first, last, language)
    if first == last:
        return language.say("payments stayed at {last}", last=told["last"])
    if first <= 0:
        return language.say("payments rose from {first} to {last}", first=told["first"], last=told["last"])
    if last > first:
        return language.say("payments rose from {first} to {last} (+{share})", **told)
    return language.say("payments fell from {first} to {last} (−{share})", **told)


def _receipts_moved(first: float, last: float, language: Language) -> str:
    told = _ends(first, last, language)
    if first == last:
        return language.say("receipts stayed at {last}", last=told["last"])
    if first <= 0:
        return language.say("receipts rose from {first} to {last}", first=told["first"], last=told["last"])
    if last > first:
        return language.say("receipts rose from {first} to {last} (+{share})", **told)
    return language.say("receipts fell from {first} to {last} (−{share})", **told)


def _ends(first: float, last: float, language: Language) -> dict[str, str]:
    """Return the first sum without its unit, the last one with it, and the change as a share of the first."""
    return {
        "first": significant(first / language.measure("CNY").size), "last": money(last, language),
        "share": percent(abs(last / first - 1), language) if first > 0 else "",
    }  # fmt: skip


def first_ranked(year: int, payers: Sequence[str], recipients: Sequence[str], language: Language) -> str:
    """Name who comes first by priority on either side; nothing where nobody does."""
    parts = []
    if payers:
        names = language.listing(payers)
        parts.append(
            language.count("the first payer is {names}", "the first payers are {names}", len(payers), names=names)
        )
    if recipients:
        names = language.listing(recipients)
        parts.append(
            language.count(
                "the first recipient is {names}", "the first recipients are {names}", len(recipients), names=names
            )
        )
    if not parts:
        return ""
    if len(parts) == 1:
        return language.say("By priority in {year}, {side}.", year=year, side=parts[0])
    return language.say("By priority in {year}, {first}; {second}.", year=year, first=parts[0], second=parts[1])


def deficits(year: int, deficit: int, surplus: int, missing: int, language: Language) -> str:
    """Say how many accounts are in deficit and in surplus before revision."""
    more = language.count(
        "{count} unit emits more than the land takes up", "{count} units emit more than the land takes up", deficit
    )
    less = language.count("{count} unit less", "{count} units less", surplus)
    if not missing:
        return language.say("In {year}, {more} and {less}.", year=year, more=more, less=less)
    none = language.count("{count} unit has none", "{count} units have none", missing)
    return language.say("In {year}, {more} and {less}; {none}.", year=year, more=more, less=less, none=none)


def stability(sides: Sequence[tuple[str, float, int, int]], first_n: int, language: Language) -> str:
    """Say how far the order of priority holds, from (group, Kendall's W, units ranked in every year, staying first)."""
    known = [side for side in sides if not is_missing(side[1])]
    if not known:
        return ""
    values, stay = [], []
    for group, w, ranked, staying in known:
        if group == "payer":
            values.append(
                language.count("{w} for the {count} payer", "{w} for the {count} payers", ranked, w=number(w, 2))
            )
            stay.append(language.count("{count} payer", "{count} payers", staying))
        else:
            values.append(
                language.count(
                    "{w} for the {count} recipient", "{w} for the {count} recipients", ranked, w=number(w, 2)
                )
            )
            stay.append(language.count("{count} recipient", "{count} recipients", staying))
    return language.count(
        "Among the units ranked in every year, Kendall's W of the ranks is {values} (1: the same order each year; "
        "0: no agreement); {stay} stays among the first {n} throughout.",
        "Among the units ranked in every year, Kendall's W of the ranks is {values} (1: the same order each year; "
        "0: no agreement); {stay} stay among the first {n} throughout.",
        sum(side[3] for side in known),
        values=language.listing(values), stay=language.listing(stay), n=number(first_n),
    )  # fmt: skip


def balance_of_year(
    year: int, crossings: Sequence[int], closest: int | None, difference: float, language: Language, whole: bool = False
) -> str:
    """Say for which first N the payments and receipts balance; ``whole``: the sums of all payers and recipients do."""
    if closest is None:
        return language.say("In {year} one side is empty, so that no N balances.", year=year)
    points = capped([str(n) for n in crossings], 8, language)
    share = percent(difference, language)
    if crossings and whole:
        return language.say(
            "In {year} the difference between the two sums changes sign at N = {points}; the sums agree once all are "
            "counted (N = {closest}).",
            year=year, points=points, closest=closest,
        )  # fmt: skip
    if crossings:
        return language.say(
            "In {year} the difference between the two sums changes sign at N = {points}; the sums are closest at "
            "N = {closest}, where they differ by {share} of the larger.",
            year=year, points=points, closest=closest, share=share,
        )  # fmt: skip
    if whole:
        return language.say(
            "In {year} no smaller N balances; the sums agree once all are counted (N = {closest}).",
            year=year, closest=closest,
        )  # fmt: skip
    return language.say(
        "In {year} no N balances; the sums are closest at N = {closest}, where they differ by {share} of the larger.",
        year=year, closest=closest, share=share,
    )  # fmt: skip


def first_sums(year: int, n: int, payments: float, receipts: float, language: Language) -> str:
    """Say what the first N on both sides, neither of them empty, pay and receive."""
    return language.say(
        "The first {n} payers of {year} owe {owed}, the first {n} recipients are due {due}, {ratio} to 1.",
        n=n, year=year, owed=money(payments, language), due=money(receipts, language),
        ratio=significant(payments / receipts, 2),
    )  # fmt: skip


def settlement(year: int, transferred: float, unallocated: float, unfunded: float, language: Language) -> str:
    """Say what is transferred under the gap rule and what is left over."""
    moved, payments, receipts = (money(x, language) for x in (transferred, unallocated, unfunded))
    cent = 0.005
    if unallocated >= cent and unfunded >= cent:
        return language.say(
            "In {year} the settlement transfers {moved}; {payments} of payments find no recipient and {receipts} of "
            "receipts find no payer.",
            year=year, moved=moved, payments=payments, receipts=receipts,
        )  # fmt: skip
    if unallocated >= cent:
        return language.say(
            "In {year} the settlement transfers {moved}; {payments} of payments find no recipient.",
            year=year, moved=moved, payments=payments,
        )  # fmt: skip
    if unfunded >= cent:
        return language.say(
            "In {year} the settlement transfers {moved}; {receipts} of receipts find no payer.",
            year=year, moved=moved, receipts=receipts,
        )  # fmt: skip
    return language.say("In {year} the settlement transfers {moved}; nothing is left over.", year=year, moved=moved)


def missing_units(year: int | None, names: Sequence[str], language: Language, most: int = 12) -> str:
    """Name the units without an amount in a year, or in every year."""
    told = capped(names, most, language)
    if year is None:
        return language.count(
            "In every year: {count} unit missing ({names}).", "In every year: {count} units missing ({names}).",
            len(names), names=told,
        )  # fmt: skip
    return language.count(
        "In {year}: {count} unit missing ({names}).", "In {year}: {count} units missing ({names}).",
        len(names), year=year, names=told,
    )  # fmt: skip


def agreement(own: str, lowest: tuple[str, int, float], highest: tuple[str, int, float], language: Language) -> str:
    """Say between which rank correlations the other revisions stand to the study's own, from (name, year, rho)."""
    if lowest == highest:
        return language.say(
            "Spearman's rank correlation with {own} is {rho} for {name} ({year}).",
            own=own, rho=number(highest[2], 2), name=highest[0], year=highest[1],
        )  # fmt: skip
    return language.say(
        "Spearman's rank correlation of the amounts with those under {own} runs from {low} ({low_name}, {low_year}) to "
        "{high} ({high_name}, {high_year}).",
        own=own, low=number(lowest[2], 2), low_name=lowest[0], low_year=lowest[1],
        high=number(highest[2], 2), high_name=highest[0], high_year=highest[1],
    )  # fmt: skip


def flips(year: int, never: Sequence[str], counts: Sequence[tuple[str, int, int]], language: Language) -> str:
    """Say under which revisions units change sides: names without a flip, and (name, flips, units)."""
    keep = language.listing([f"“{name}”" if language.code == "zh" else name for name in never])
    turns = language.listing([
        language.say("{flips} of {units} under {name}", flips=number(n), units=number(total), name=name)
        for name, n, total in counts
    ])  # fmt: skip
    if never and counts:
        return language.say(
            "Under {keep} every unit keeps its side in {year}; units that change sides from payer to recipient or back "
            "in {year}: {turns}.",
            keep=keep, year=year, turns=turns,
        )  # fmt: skip
    if never:
        return language.say("Under {keep} every unit keeps its side in {year}.", keep=keep, year=year)
    if counts:
        return language.say(
            "Units that change sides from payer to recipient or back in {year}: {turns}.", year=year, turns=turns
        )
    return ""


def money_moved(year: int, name: str, moved: float, payments: float, language: Language) -> str:
    """Say which other revision would move most money, against the payments of the year."""
    sum_ = money(moved, language)
    if payments <= 0:
        return language.say("Most money would move under {name}: {moved} in {year}.", name=name, moved=sum_, year=year)
    return language.say(
        "Most money would move under {name}: {moved} in {year}, {share} of the year's payments.",
        name=name, moved=sum_, year=year, share=percent(moved / payments, language),
    )  # fmt: skip
