"""Findings: what the sentences of the report are about, counted and sorted from the tables of a result."""

from __future__ import annotations

import pandas as pd

from ecocomp.accounts import REVISIONS
from ecocomp.language import Language
from ecocomp.outputs.priority_table import SIDES, priority_blocks
from ecocomp.outputs.report import centre_sentences, cluster_sentences
from ecocomp.outputs.report import sentences as say
from ecocomp.outputs.report.numbers import is_missing
from ecocomp.result import Result
from ecocomp.study import Study

__all__ = [
    "accounts",
    "among_income",
    "balance",
    "centres",
    "clusters",
    "conventions",
    "crossings_of",
    "global_moran",
    "ranks",
    "revisions",
    "settled",
    "summary",
    "without_amount",
]

Names = dict[str, str]
NAMED_PLACES = 5
MOST_TOLD = 4
"""Years told one by one in a sentence each; of more, the first and the last."""
_ROUNDING = 1e-9
HEADLINE_WEIGHTINGS = ("payments", "receipts")


def summary(result: Result, study: Study, names: Names, language: Language) -> list[str]:
    """Return the paragraphs of the summary: what a reader of one paragraph should take away."""
    last = _last(result.regional)
    paragraphs = [
        [_heads(last, language), _totals(result, study, language), _change(result, language)],
        [_first_five(result, names, language)],
        clusters(result, language),
        centres(result, names, language),
        [ranks(result, study, language)],
        [_balance_of(result.balance, int(last["year"]), language), *_first_sums(result, study, language)],
    ]
    return [text for text in map(language.joined, paragraphs) if text]


def _last(frame: pd.DataFrame) -> pd.Series:
    return frame.sort_values("year").iloc[-1]


def _heads(row: pd.Series, language: Language) -> str:
    year, units, payers, recipients, balanced, missing = (
        int(row[c]) for c in ("year", "units", "payers", "recipients", "balanced", "missing")
    )
    return say.heads(year, units, payers, recipients, balanced, missing, language)


def _zero_sum(study: Study) -> bool:
    method = REVISIONS[study.revision.method]
    net = study.revision.method == "threshold" and study.revision.benchmark == "net"
    return (method.sums_to_zero or net) and study.compensation.stage_coefficient is None


def _totals(result: Result, study: Study, language: Language) -> str:
    last = _last(result.regional)
    return say.totals(float(last["payments"]), float(last["receipts"]), language, _zero_sum(study))


def _change(result: Result, language: Language) -> str:
    rows = result.regional.sort_values("year")
    if len(rows) < 2:
        return ""
    first, last = rows.iloc[0], rows.iloc[-1]
    payments, receipts = ((float(first[c]), float(last[c])) for c in ("payments", "receipts"))
    return say.change(int(first["year"]), payments, receipts, language)


def _first_five(result: Result, names: Names, language: Language) -> str:
    """Return who comes first in the last year, on each side."""
    year = int(result.results["year"].max())
    block = priority_blocks(result.results, names, 5)[year]
    payers, recipients = ([str(n) for n in block[side].dropna()] for side in SIDES)
    return say.first_ranked(year, payers, recipients, language)


def accounts(result: Result, language: Language) -> list[str]:
    """Return how many accounts are in deficit and in surplus, for the first and the last year."""
    found = []
    for year in sorted({int(result.results["year"].min()), int(result.results["year"].max())}):
        account = result.results.loc[result.results["year"] == year, "account"]
        deficit, surplus, missing = (int(which.sum()) for which in (account > 0, account < 0, account.isna()))
        found.append(say.deficits(year, deficit, surplus, missing, language))
    return found


def clusters(result: Result, language: Language) -> list[str]:
    """Return where the clusters of the last year are, by the parents that hold most of their units."""
    year = int(result.results["year"].max())
    rows = result.results[result.results["year"] == year]
    parents = result.manifest["parents"]
    found = []
    for kind in ("HH", "LL"):
        members = rows[rows["cluster"] == kind]
        places: list[tuple[str, int]] = []
        if parents and len(members):
            counts = members[parents[-1]].value_counts()
            ordered = sorted(((str(p), int(n)) for p, n in counts.items()), key=lambda c: (-c[1], c[0]))
            places = _most(ordered, len(members))
        found.append(cluster_sentences.cluster_places(year, kind, len(members), places, language))
    return found


def _most(ordered: list[tuple[str, int]], total: int) -> list[tuple[str, int]]:
    """Return the first places that hold four fifths, at most `NAMED_PLACES`; none if those hold no majority."""
    for count in range(1, NAMED_PLACES + 1):
        held = sum(n for _, n in ordered[:count])
        if held >= 0.8 * total or (count == NAMED_PLACES and held > total / 2):
            return ordered[:count]
    return []


def global_moran(result: Result, study: Study, language: Language) -> str:
    """Return whether amounts are alike among neighbours in the region as a whole."""
    last = _last(result.regional)
    moran, p = float(last["moran_i"]), float(last["moran_p"])
    return cluster_sentences.global_moran(int(last["year"]), moran, p, study.space.alpha, language)


def among_income(result: Result, language: Language) -> str:
    """Return how the amounts of the last year lie among the neighbours' GDP per head; empty where it is not known."""
    year = int(result.results["year"].max())
    classes = result.results.loc[result.results["year"] == year, "bivariate_cluster"]
    if (classes == "missing").all():
        return ""
    counts = {str(kind): int(count) for kind, count in classes.value_counts().items()}
    return cluster_sentences.among_income(year, counts, language)


def conventions(result: Result, study: Study, language: Language) -> str:
    """Return what the convention of p does to the map of the last year."""
    last = _last(result.regional)
    space = study.space
    counts = (int(last["n_directed"]), int(last["n_two_sided"]), int(last["n_fdr"]))
    used = (space.alternative, space.correction)
    return cluster_sentences.p_conventions(int(last["year"]), counts, space.alpha, used, language)


def centres(result: Result, names: Names, language: Language) -> list[str]:
    """Return where the centres of payments and receipts lie in the last year and how they moved."""
    found = []
    for weighting in HEADLINE_WEIGHTINGS:
        track = result.centres[result.centres["weighting"] == weighting].sort_values("year")
        known = track[track["lon"].notna()]
        if known.empty:
            continue
        start, end = known.iloc[0], known.iloc[-1]
        host = "" if is_missing(end["host_unit"]) else names.get(str(end["host_unit"]), str(end["host_unit"]))
        before = (int(start["year"]), float(start["lon"]), float(start["lat"])) if len(known) > 1 else None
        place = (float(end["lon"]), float(end["lat"]))
        found.append(centre_sentences.centre_place(weighting, int(end["year"]), place, host, language, before))
        found.append(centre_sentences.centre_step(_steps(track), language))
    return found


def _steps(track: pd.DataFrame) -> list[tuple[int, int, float, float | None]]:
    years = track["year"].astype(int).tolist()
    steps = []
    for before, year, distance, bearing in zip(
        years, years[1:], track["distance_km"].iloc[1:], track["bearing_deg"].iloc[1:], strict=False
    ):
        if not is_missing(distance):
            steps.append((before, year, float(distance), None if is_missing(bearing) else float(bearing)))
    return steps


def ranks(result: Result, study: Study, language: Language) -> str:
    """Return how stable the ranks are over the years."""
    years, sides = result.results["year"].nunique(), []
    for side in SIDES:
        rows = result.rank_stability[result.rank_stability["group"] == side]
        if len(rows) and years > 1:
            always = int((rows["years_ranked"] == years).sum())
            staying = int((rows["stays_in_first_n"] == "yes").sum())
            sides.append((side, float(rows["kendall_w"].iloc[0]), always, staying))
    return say.stability(sides, study.zoning.first_n, language)


def crossings_of(rows: pd.DataFrame) -> tuple[list[int], pd.Series | None, bool]:
    """Return the N at which a year's sums cross, the row of the closest N, and whether the whole sums agree there.

    Where the sums of all payers and recipients are equal but for rounding, that last N is no crossing.
    """
    closest = rows[rows["closest"] == "yes"]
    if closest.empty:
        return [], None, False
    at = closest.iloc[0]
    whole = bool(at["n"] == rows["n"].max() and at["relative_difference"] < _ROUNDING)
    crossings = [int(n) for n in rows.loc[rows["crossing"] == "yes", "n"] if not (whole and n == at["n"])]
    return crossings, at, whole


def _balance_of(balance: pd.DataFrame, year: int, language: Language) -> str:
    crossings, at, whole = crossings_of(balance[balance["year"] == year])
    if at is None:
        return say.balance_of_year(year, [], None, 0.0, language)
    return say.balance_of_year(year, crossings, int(at["n"]), float(at["relative_difference"]), language, whole)


def balance(result: Result, language: Language) -> list[str]:
    """Return where the sums of the first N balance, for each year or, of many, the first and the last."""
    return [_balance_of(result.balance, year, language) for year in _told(result)]


def _told(result: Result) -> list[int]:
    years = sorted(int(year) for year in result.regional["year"])
    return years if len(years) <= MOST_TOLD else [years[0], years[-1]]


def _first_sums(result: Result, study: Study, language: Language) -> list[str]:
    year, n = int(result.regional["year"].max()), study.zoning.first_n
    rows = result.balance[(result.balance["year"] == year) & (result.balance["n"] == n)]
    if rows.empty or not rows["receipts_top_n"].iloc[0] > 0 or not rows["payments_top_n"].iloc[0] > 0:
        return []
    payments, receipts = (float(rows[name].iloc[0]) for name in ("payments_top_n", "receipts_top_n"))
    return [say.first_sums(year, n, payments, receipts, language)]


def settled(result: Result, language: Language) -> list[str]:
    """Return what the settlement transfers and leaves over, for each year or, of many, the first and the last."""
    rows = result.regional[result.regional["year"].isin(_told(result))].sort_values("year")
    sums = rows[["transferred", "unallocated", "unfunded"]].to_numpy(dtype=float).tolist()
    return [
        say.settlement(int(year), transferred, unallocated, unfunded, language)
        for year, (transferred, unallocated, unfunded) in zip(rows["year"], sums, strict=True)
    ]


def without_amount(result: Result, names: Names, language: Language) -> list[str]:
    """Return the names of the missing units, once where they are the same in every year."""
    missing = {year: [names.get(u, u) for u in units] for year, units in result.manifest["missing_units"].items()}
    sets = {tuple(units) for units in missing.values()}
    if not any(sets):
        return []
    if len(sets) == 1 and len(missing) > 1:
        return [say.missing_units(None, list(next(iter(sets))), language)]
    return [say.missing_units(int(year), units, language) for year, units in missing.items() if units]


def revisions(result: Result, titles: Names, language: Language) -> list[str]:
    """Return how far the choice of revision decides, against the study's own."""
    own = str(result.revisions["revision"].iloc[0])
    rows = result.revisions[result.revisions["revision"] == own]
    last = rows[rows["year"] == rows["year"].max()].sort_values("sign_flips", ascending=False, kind="stable")
    year = int(last["year"].iloc[0])
    named = [(titles[str(r["other_revision"])], r) for _, r in last.iterrows()]
    never = [name for name, r in named if r["sign_flips"] == 0]
    turned = [(name, int(r["sign_flips"]), int(r["units"])) for name, r in named if r["sign_flips"] > 0]
    most = max(named, key=lambda n: n[1]["money_moved"])
    payments = result.regional.loc[result.regional["year"] == year, "payments"]
    correlated = rows.dropna(subset="spearman").sort_values("spearman", kind="stable")
    ends = [(titles[str(r["other_revision"])], int(r["year"]), float(r["spearman"])) for _, r in correlated.iterrows()]
    return [
        say.agreement(titles[own], ends[0], ends[-1], language) if ends else "",
        say.flips(year, never, turned, language),
        say.money_moved(year, most[0], float(most[1]["money_moved"]), float(payments.sum()), language),
    ]
