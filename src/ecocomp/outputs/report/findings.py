"""Findings: what the sentences of the report are about, counted and sorted from the tables of a result."""

from __future__ import annotations

import pandas as pd

from ecocomp.accounts import REVISIONS
from ecocomp.outputs.priority_table import SIDES, priority_blocks
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


def summary(result: Result, study: Study, names: Names) -> list[str]:
    """Return the paragraphs of the summary: what a reader of one paragraph should take away."""
    last = _last(result.regional)
    paragraphs = [
        [_heads(last), _totals(result, study), _change(result)],
        [_first_five(result, names)],
        clusters(result),
        centres(result, names),
        [ranks(result, study)],
        [_balance_of(result.balance, int(last["year"])), *_first_sums(result, study)],
    ]
    return [text for text in (" ".join(filter(None, p)) for p in paragraphs) if text]


def _last(frame: pd.DataFrame) -> pd.Series:
    return frame.sort_values("year").iloc[-1]


def _heads(row: pd.Series) -> str:
    counts = ("year", "units", "payers", "recipients", "balanced", "missing")
    return say.heads(*(int(row[c]) for c in counts))


def _zero_sum(study: Study) -> bool:
    method = REVISIONS[study.revision.method]
    net = study.revision.method == "threshold" and study.revision.benchmark == "net"
    return (method.sums_to_zero or net) and study.compensation.stage_coefficient is None


def _totals(result: Result, study: Study) -> str:
    last = _last(result.regional)
    return say.totals(float(last["payments"]), float(last["receipts"]), _zero_sum(study))


def _change(result: Result) -> str:
    rows = result.regional.sort_values("year")
    if len(rows) < 2:
        return ""
    first, last = rows.iloc[0], rows.iloc[-1]
    pairs = [(float(first[c]), float(last[c])) for c in ("payments", "receipts")]
    return say.change(int(first["year"]), *pairs)


def _first_five(result: Result, names: Names) -> str:
    """Return who comes first in the last year, on each side."""
    year = int(result.results["year"].max())
    block = priority_blocks(result.results, names, 5)[year]
    return say.first_ranked(year, *([str(n) for n in block[side].dropna()] for side in SIDES))


def accounts(result: Result) -> list[str]:
    """Return how many accounts are in deficit and in surplus, for the first and the last year."""
    found = []
    for year in sorted({int(result.results["year"].min()), int(result.results["year"].max())}):
        account = result.results.loc[result.results["year"] == year, "account"]
        found.append(say.deficits(year, int((account > 0).sum()), int((account < 0).sum()), int(account.isna().sum())))
    return found


def clusters(result: Result) -> list[str]:
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
        found.append(say.cluster_places(year, kind, len(members), places))
    return found


def _most(ordered: list[tuple[str, int]], total: int) -> list[tuple[str, int]]:
    """Return the first places that hold four fifths, at most `NAMED_PLACES`; none if those hold no majority."""
    for count in range(1, NAMED_PLACES + 1):
        held = sum(n for _, n in ordered[:count])
        if held >= 0.8 * total or (count == NAMED_PLACES and held > total / 2):
            return ordered[:count]
    return []


def global_moran(result: Result, study: Study) -> str:
    """Return whether amounts are alike among neighbours in the region as a whole."""
    last = _last(result.regional)
    return say.global_moran(int(last["year"]), float(last["moran_i"]), float(last["moran_p"]), study.space.alpha)


def among_income(result: Result) -> str:
    """Return how the amounts of the last year lie among the neighbours' GDP per head; empty where it is not known."""
    year = int(result.results["year"].max())
    classes = result.results.loc[result.results["year"] == year, "bivariate_cluster"]
    if (classes == "missing").all():
        return ""
    return say.among_income(year, {str(kind): int(count) for kind, count in classes.value_counts().items()})


def conventions(result: Result, study: Study) -> str:
    """Return what the convention of p does to the map of the last year."""
    last = _last(result.regional)
    space = study.space
    used = f"the {space.alternative} p" + (
        " after FDR correction" if space.correction == "fdr" else " without correction"
    )
    directed, two_sided, fdr = (int(last[c]) for c in ("n_directed", "n_two_sided", "n_fdr"))
    return say.p_conventions(int(last["year"]), directed, two_sided, fdr, space.alpha, used)


def centres(result: Result, names: Names) -> list[str]:
    """Return where the centres of payments and receipts lie in the last year and how they moved."""
    found = []
    for weighting in HEADLINE_WEIGHTINGS:
        track = result.centres[result.centres["weighting"] == weighting].sort_values("year")
        known = track[track["lon"].notna()]
        if known.empty:
            continue
        start, end = known.iloc[0], known.iloc[-1]
        host = "" if is_missing(end["host_unit"]) else names.get(str(end["host_unit"]), str(end["host_unit"]))
        places = [(int(row["year"]), float(row["lon"]), float(row["lat"])) for row in (start, end)]
        before = places[0] if len(known) > 1 else None
        found.append(say.centre_place(weighting, *places[1], host, before))
        found.append(say.centre_step(_steps(track)))
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


def ranks(result: Result, study: Study) -> str:
    """Return how stable the ranks are over the years."""
    years, sides = result.results["year"].nunique(), []
    for side in SIDES:
        rows = result.rank_stability[result.rank_stability["group"] == side]
        if len(rows) and years > 1:
            always = int((rows["years_ranked"] == years).sum())
            staying = int((rows["stays_in_first_n"] == "yes").sum())
            sides.append((side, float(rows["kendall_w"].iloc[0]), always, staying))
    return say.stability(sides, study.zoning.first_n)


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


def _balance_of(balance: pd.DataFrame, year: int) -> str:
    crossings, at, whole = crossings_of(balance[balance["year"] == year])
    if at is None:
        return say.balance_of_year(year, [], None, 0.0)
    return say.balance_of_year(year, crossings, int(at["n"]), float(at["relative_difference"]), whole)


def balance(result: Result) -> list[str]:
    """Return where the sums of the first N balance, for each year or, of many, the first and the last."""
    return [_balance_of(result.balance, year) for year in _told(result)]


def _told(result: Result) -> list[int]:
    years = sorted(int(year) for year in result.regional["year"])
    return years if len(years) <= MOST_TOLD else [years[0], years[-1]]


def _first_sums(result: Result, study: Study) -> list[str]:
    year, n = int(result.regional["year"].max()), study.zoning.first_n
    rows = result.balance[(result.balance["year"] == year) & (result.balance["n"] == n)]
    if rows.empty or not rows["receipts_top_n"].iloc[0] > 0 or not rows["payments_top_n"].iloc[0] > 0:
        return []
    return [say.first_sums(year, n, float(rows["payments_top_n"].iloc[0]), float(rows["receipts_top_n"].iloc[0]))]


def settled(result: Result) -> list[str]:
    """Return what the settlement transfers and leaves over, for each year or, of many, the first and the last."""
    columns = ["transferred", "unallocated", "unfunded"]
    rows = result.regional[result.regional["year"].isin(_told(result))].sort_values("year")
    return [say.settlement(int(row["year"]), *(float(row[c]) for c in columns)) for _, row in rows.iterrows()]


def without_amount(result: Result, names: Names) -> list[str]:
    """Return the names of the missing units, once where they are the same in every year."""
    missing = {year: [names.get(u, u) for u in units] for year, units in result.manifest["missing_units"].items()}
    sets = {tuple(units) for units in missing.values()}
    if not any(sets):
        return []
    if len(sets) == 1 and len(missing) > 1:
        return [say.missing_units("In every year", list(next(iter(sets))))]
    return [say.missing_units(f"In {year}", units) for year, units in missing.items() if units]


def revisions(result: Result, titles: Names) -> list[str]:
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
        say.agreement(titles[own], ends[0], ends[-1]) if ends else "",
        say.flips(year, never, turned),
        say.money_moved(year, most[0], float(most[1]["money_moved"]), float(payments.sum())),
    ]
