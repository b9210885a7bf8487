"""The tables that a report shows of a result."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ecocomp.accounts import REVISIONS
from ecocomp.language import Language
from ecocomp.outputs.priority_table import SIDES, priority_blocks
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report import sentences as say
from ecocomp.outputs.report.findings import crossings_of
from ecocomp.outputs.report.revision_method import revision_title
from ecocomp.outputs.report.tables import Column, Table, Wording, cells_of, from_frame, head
from ecocomp.result import Result
from ecocomp.study import Revision
from ecocomp.variables import label

__all__ = [
    "balance_table",
    "class_table",
    "priority_table",
    "result_tables",
    "revision_legend",
    "revision_table",
    "shown_years",
]

WEIGHTINGS = ("payments", "receipts", "absolute", "signed")
MOST_ROWS = 40
MOST_BLOCKS = 6
MOST_FLIPS = 12
_TRACK = ("distance_km", "bearing_deg", "speed_km_a")


def result_tables(result: Result, wording: Wording) -> dict[str, Table]:
    """Return the tables that show frames of the result as they are, by name."""
    regional = result.regional.sort_values("year")
    centres, ellipses = _by_weighting(result.centres), _by_weighting(result.ellipses)
    money = ["payments", "receipts", "gap", "transferred", "unallocated", "unfunded"]
    money += [c for c in ("topped_up", "kept", "carried_over") if regional[c].any()]  # of some settlements only
    language = wording.language
    return {
        "heads": from_frame(
            regional, ["year", "units", "payers", "recipients", "balanced", "missing"],
            language.say("Units that pay and receive"), "regional.csv", wording),
        "totals": from_frame(
            regional, ["year", *money], language.say("Payments, receipts and settlement"), "regional.csv", wording),
        "subtotals": _subtotals(result, wording),
        "clusters": from_frame(
            regional, ["year", "n_HH", "n_LL", "n_HL", "n_LH", "n_ns", "n_isolate", "moran_i", "moran_z", "moran_p"],
            language.say("Clusters and global Moran's I of the amount"), "regional.csv", wording),
        "conventions": from_frame(
            regional, ["year", "n_directed", "n_two_sided", "n_fdr"],
            language.say("Labelled units by the convention of p"), "regional.csv", wording),
        "centres": from_frame(
            centres, ["weighting", "year", "lon", "lat", "leverage", "host_unit", *_TRACK],
            language.say("Centres of gravity and their tracks"), "centres.csv", wording,
            language.say("Distance, bearing and speed are from the previous year of the study.")),
        "ellipses": from_frame(
            ellipses, ["weighting", "year", "lon", "lat", "semi_major_km", "semi_minor_km", "rotation_deg", "area_km2"],
            language.say("Standard deviational ellipses"), "ellipses.csv", wording),
    }  # fmt: skip


def _by_weighting(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows in the order in which the report tells weightings, then by year."""
    rank = frame["weighting"].map({name: i for i, name in enumerate(WEIGHTINGS)})
    return frame.assign(_rank=rank).sort_values(["_rank", "year"]).drop(columns="_rank")


def _subtotals(result: Result, wording: Wording) -> Table:
    """Return the sums of the outermost parents, for all years where they fit, else for the last."""
    parents, frame = result.manifest["parents"], result.subtotals
    if not parents or frame.empty:
        return Table("", [], [])
    rows = frame[frame["parent_level"] == parents[0]].sort_values(["parent", "year"])
    language, year = wording.language, int(rows["year"].max())
    caption = language.say("Subtotals by {level}", level=parents[0])
    if len(rows) > MOST_ROWS:
        rows = rows[rows["year"] == year]
        caption = language.say("Subtotals by {level}, {year}", level=parents[0], year=year)
    columns = [
        "parent",
        "year",
        "units",
        "missing",
        "emissions",
        "sequestration",
        "account",
        "payments",
        "receipts",
        "net",
    ]
    note = language.say(
        "A total with a missing part is missing; payments and receipts run over the units that have an amount."
    )
    return from_frame(rows, columns, caption, "subtotals.csv", wording, note)


def shown_years(years: list[int], most: int = MOST_BLOCKS) -> list[int]:
    """Return at most so many years, evenly spread, the first and the last among them."""
    if len(years) <= most:
        return years
    return [years[round(i * (len(years) - 1) / (most - 1))] for i in range(most)]


def priority_table(result: Result, wording: Wording, first_n: int) -> Table:
    """Return the priority table: payers and recipients by rank side by side, a block a year."""
    blocks = priority_blocks(result.results, wording.names, first_n)
    kept = {year: blocks[year] for year in shown_years(sorted(blocks)) if len(blocks[year])}
    if not kept:
        return Table("", [], [])
    sides = [[head(side, wording), head("priority", wording), head("amount", wording)] for side in SIDES]
    columns = [head("rank", wording), *(Column(c.label, c.numeric, i == 0) for s in sides for i, c in enumerate(s))]
    columns[0] = Column(columns[0].label, numeric=True)
    language = wording.language
    note = [
        language.say(
            "Priority is a ratio without unit; amounts are positive where payable, negative where receivable."
        ),
        language.say("The other years are in priority.xlsx.") if len(kept) < len(blocks) else "",
    ]
    return Table(
        language.say("Compensation priority: the first {n} payers and recipients", n=first_n), columns,
        [(str(year), rows) for year, rows in _texts(kept, wording).items()],
        language.say("priority.xlsx, all ranks"),
        [("", 1), (language.say("Payers"), 3), (language.say("Recipients"), 3)], language.joined(note),
    )  # fmt: skip


def _texts(blocks: Mapping[int, pd.DataFrame], wording: Wording) -> dict[int, list[list[str]]]:
    """Return the rows of the blocks, with one count of decimals for all priorities and one for all amounts."""
    stacked = pd.concat(blocks.values(), keys=blocks.keys(), names=["year", "rank"])
    texts = pd.DataFrame(index=stacked.index)
    for side in SIDES:
        texts[side] = ["" if numbers.is_missing(n) else str(n) for n in stacked[side]]
        for quantity in ("priority", "amount"):
            texts[f"{side}_{quantity}"] = ""
    for quantity in ("priority", "amount"):
        columns = [f"{side}_{quantity}" for side in SIDES]
        values = stacked[columns].to_numpy(dtype=float)
        cells = cells_of(quantity, values.ravel().tolist(), wording)
        texts[columns] = np.reshape(["" if c == numbers.MISSING else c for c in cells], values.shape)
    rows = {year: texts.loc[[year]] for year in blocks}
    return {
        year: [[str(rank), *map(str, cells)] for (_, rank), cells in zip(part.index, part.to_numpy(), strict=True)]
        for year, part in rows.items()
    }


def class_table(result: Result, language: Language) -> Table:
    """Return the bounds of the priority classes and how many units of the last year fall into each."""
    year = int(result.results["year"].max())
    breaks: Mapping[str, list[float]] = result.manifest["priority_breaks"]
    last = result.results[result.results["year"] == year]
    most = max((len(b) - 1 for b in breaks.values()), default=0)
    rows = [
        [
            str(k),
            *(
                cell
                for side in SIDES
                for cell in _class_cells(breaks.get(side, []), last[last["group"] == side], k, language)
            ),
        ]
        for k in range(1, most + 1)
    ]
    texts = [
        language.say("Payers, priority"), language.say("Payers of {year}", year=year),
        language.say("Recipients, priority"), language.say("Recipients of {year}", year=year),
    ]  # fmt: skip
    columns = [
        Column(language.say("Class"), numeric=True),
        *(Column(t, numeric=True, starts=i % 2 == 0) for i, t in enumerate(texts)),
    ]
    return Table(language.say("Priority classes by natural breaks, pooled over the years"), columns, [("", rows)],
                 "manifest.json",
                 note=language.say("Class 1 is the highest priority; bounds are ratios without unit."))  # fmt: skip


def _class_cells(bounds: list[float], members: pd.DataFrame, k: int, language: Language) -> tuple[str, str]:
    classes = len(bounds) - 1
    if k > classes:
        return "", ""
    count = int((members["priority_class"] == k).sum())
    low, high = (numbers.significant(bound) for bound in bounds[classes - k : classes - k + 2])
    return language.say("{low} to {high}", low=low, high=high), numbers.number(count)


def revision_table(result: Result, wording: Wording, titles: Mapping[str, str]) -> Table:
    """Return the comparison of the study's own revision with the others, flipped units named up to a few."""
    frame = result.revisions
    own = str(frame["revision"].iloc[0])
    rows = frame[frame["revision"] == own]
    years = shown_years(sorted(int(y) for y in rows["year"].unique()))
    names = ["units", "spearman", "kendall", "sign_flips", "money_moved", "flipped_units"]
    columns = [head(n, wording) for n in ("other_revision", *names)]
    blocks = []
    for year in years:
        part = rows[rows["year"] == year].assign(
            flipped_units=lambda p: [_flipped(u, wording) for u in p["flipped_units"]],
            other_revision=lambda p: [titles[str(t)] for t in p["other_revision"]],
        )
        cells = [cells_of(n, part[n].tolist(), wording) for n in ("other_revision", *names)]
        blocks.append((str(year), [list(row) for row in zip(*cells, strict=True)]))
    caption = wording.language.say("Other revisions against {own}", own=titles[own])
    return Table(caption, columns, blocks, "revisions.csv")


def balance_table(result: Result, language: Language) -> Table:
    """Return, by year, the N at which the sums of the first N cross and the one at which they are closest."""
    rows = []
    for year, part in result.balance.groupby("year", sort=True):
        crossings, at, whole = crossings_of(part)
        if at is None:
            rows.append([str(year), language.say("one side is empty"), numbers.MISSING, numbers.MISSING])
            continue
        points = say.capped([str(n) for n in crossings], MOST_FLIPS, language) or language.say("none")
        difference = "0%" if whole else numbers.percent(float(at["relative_difference"]), language)
        rows.append([str(year), points, str(int(at["n"])), difference])
    heads = [
        Column(label("year", language.code)), Column(language.say("Sign changes at N")),
        Column(language.say("Closest N"), numeric=True),
        Column(language.say("Relative difference there"), numeric=True),
    ]  # fmt: skip
    note = language.say(
        "Payments of the first N payers against receipts of the first N recipients; the difference over the larger."
    )
    return Table(language.say("Top-N balance"), heads, [("", rows)], "balance.csv", note=note)


def revision_legend(titles: Mapping[str, str], settings: Revision, unit: str, language: Language) -> Table:
    """Return what the compared revisions do.

    Parameters
    ----------
    titles
        Label to title.
    settings, unit
        The study's own revision and its unit, which its kin (the other means) share with its rescaling.
    language
        In which to write.
    """
    rows = [[title, *_legend_cells(label, settings, unit, language)] for label, title in titles.items()]
    heads = [
        language.say("Revision"), language.say("What it is"), language.say("Formula"), language.say("Unit of R"),
    ]  # fmt: skip
    return Table(language.say("Revisions compared"), [Column(h) for h in heads], [("", rows)])


def _legend_cells(label: str, settings: Revision, unit: str, language: Language) -> tuple[str, str, str]:
    name, _, variant = label.partition(", ")
    method, own = REVISIONS[name], name == settings.method
    title, formula = revision_title(name, language), method.formula
    if name == "ecc_esc":
        formula = language.say("R = C/ECC or C·ESC")
    if name == "size_normalised":
        formula = {
            "geometric": language.say("{formula}, κ the geometric mean", formula=formula),
            "arithmetic": language.say("{formula}, κ the arithmetic mean", formula=formula),
            "harmonic": language.say("{formula}, κ the harmonic mean", formula=formula),
        }[variant]
        if own and settings.rescale != "none":
            title = (
                language.say("{title}, rescaled to net totals", title=title)
                if settings.rescale == "net"
                else language.say("{title}, rescaled to gross totals", title=title)
            )
    return title, formula, language.measure(unit if own else method.unit).label


def _flipped(units: object, wording: Wording) -> str:
    if numbers.is_missing(units):
        return numbers.MISSING
    return say.capped([wording.names.get(u, u) for u in str(units).split("; ")], MOST_FLIPS, wording.language)
