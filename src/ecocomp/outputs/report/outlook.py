"""The section on what comes next: sentences and tables from the outlook of a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from ecocomp.outlook import BASELINE, METHOD_NAMES, OBSERVED
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.method import Passage
from ecocomp.outputs.report.sentences import listing, plural
from ecocomp.outputs.report.tables import Column, Table, Wording, cells_of, head
from ecocomp.result import Result
from ecocomp.study import Study

__all__ = ["Prospects", "outlook_passage", "prospects"]

COLLINEAR = 10.0
"""Variance inflation from which single elasticities mean little."""
EVERY = 5
"""Calendar years between the rows of the table of projections."""
SERIES = ("emissions", "sequestration", "account")


@dataclass(frozen=True)
class Prospects:
    """What the section says and shows."""

    scope: str
    paths: Sequence[str]
    tests: Sequence[str]
    diagnostics: Sequence[str]
    events: Sequence[str]
    table: Table
    test_table: Table
    event_table: Table


def prospects(result: Result, study: Study, wording: Wording) -> Prospects | None:
    """Return the section; None for a study without an outlook."""
    region = result.outlook[result.outlook["level"] == "region"]
    if (region["method"] != OBSERVED).sum() == 0:
        return None
    return Prospects(
        _scope(region), _paths(region), _tests(result, study), _diagnostics(result), _events(result),
        _table(region, wording), _test_table(result, wording), _event_table(result, wording),
    )  # fmt: skip


def _scope(region: pd.DataFrame) -> str:
    row = region[region["method"] == BASELINE].to_dict("records")[0]
    units, missing = int(row["units"]), int(row["missing"])
    left = (
        f" {plural(missing, 'unit')} without complete series {'is' if missing == 1 else 'are'} left out."
        if missing
        else ""
    )
    return (
        f"Emissions and sequestration of each of {plural(units - missing, 'unit')} are projected apart, and the "
        f"account is their difference; larger units and the region are sums of their units' projections.{left} A "
        "projection says what follows if the past goes on in the way that its method assumes, and no policy "
        "changes it."
    )


def _paths(region: pd.DataFrame) -> list[str]:
    observed = region[region["method"] == OBSERVED].sort_values("year").to_dict("records")[-1]
    last = int(region["year"].max())
    found = [
        f"In {int(observed['year'])} emissions were {_mt(observed['emissions'])}, sequestration "
        f"{_mt(observed['sequestration'])} and the account {_mt(observed['account'])}."
    ]
    ends = region[(region["method"] != OBSERVED) & (region["year"] == last)]
    return found + [
        f"By {_name(row)}, emissions in {last} are {_mt(row['emissions'])} ({_between(row, 'emissions')}) and the "
        f"account is {_mt(row['account'])} ({_between(row, 'account')})."
        for row in ends.to_dict("records")
    ]


def _mt(value: float) -> str:
    return f"{numbers.number(value, 1)} Mt"


def _between(row: dict[Any, Any], series: str) -> str:
    return f"90% interval {numbers.number(row[f'{series}_low'], 1)} to {numbers.number(row[f'{series}_high'], 1)}"


def _name(row: dict[Any, Any]) -> str:
    scenario = "" if row["method"] != "stirpat" else f" ({row['scenario']})"
    return f"{METHOD_NAMES[row['method']]}{scenario}"


def _tests(result: Result, study: Study) -> list[str]:
    region = result.outlook_tests[result.outlook_tests["level"] == "region"].set_index(["method", "quantity"])
    last = int(result.outlook.loc[result.outlook["method"] == OBSERVED, "year"].max())
    hold = study.outlook.hold_out
    found = [
        f"Every method was fitted again without the last {plural(hold, 'year')} of the data (to {last}) and then "
        f"compared with them. {_missed(region, BASELINE)}"
    ]
    for method in [m for m in METHOD_NAMES if m != BASELINE and (m, "emissions") in region.index]:
        verdicts = {series: str(region.loc[(method, series), "verdict"]) for series in SERIES}
        beaten = [s for s in SERIES if verdicts[s] == "better than the baseline"]
        failed = [s for s in SERIES if verdicts[s] == "no better than the baseline"]
        text = _missed(region, method)
        if beaten:
            text += f" It beat the baseline for {listing(beaten)}."
        if failed:
            text += f" It was no better than the baseline for {listing(failed)}: there, trust it no more than that."
        found.append(text)
    return found


def _missed(region: pd.DataFrame, method: str) -> str:
    name = METHOD_NAMES[method]
    errors = {series: float(region["mape"].to_dict()[method, series]) for series in ("emissions", "sequestration")}
    parts = [f"{s} by {numbers.percent(error)}" for s, error in errors.items() if not numbers.is_missing(error)]
    baseline = " (the baseline)" if method == BASELINE else ""
    return f"{name[0].upper()}{name[1:]}{baseline} missed {listing(parts)} on average." if parts else ""


def _diagnostics(result: Result) -> list[str]:
    units = result.outlook_tests[(result.outlook_tests["level"] == "unit")]
    emissions = units[(units["quantity"] == "emissions") & (units["verdict"] != "not projected")]
    found = []
    fits = emissions[emissions["method"] == "stirpat"]
    if len(fits):
        median = numbers.number(float(fits["r_squared"].median()), 2)
        lag = numbers.number(float(fits["autocorrelation"].median()), 2)
        collinear = int((fits["largest_vif"] > COLLINEAR).sum())
        found.append(
            f"STIRPAT of emissions has a median R² of {median} over the units and a median residual autocorrelation of "
            f"{lag}. In {collinear} of {plural(len(fits), 'unit')} a driver's variance inflation is above "
            f"{numbers.number(COLLINEAR)}: the ridge penalty holds such fits together, but single elasticities mean "
            "little. Residuals that follow each other make the intervals too narrow."
        )
    fits = emissions[emissions["method"] == "gm11"]
    if len(fits):
        passed = int((fits["level_ratio"] == "yes").sum())
        good = int((fits["grade"] <= 2).sum())
        found.append(
            f"GM(1,1) passes its level-ratio test on emissions in {passed} of {plural(len(fits), 'unit')}, and is of "
            f"grade 1 or 2 in {good}. A grade tells how the past is fitted and not how the future is met."
        )
    return found


def _events(result: Result) -> list[str]:
    years = result.outlook_years
    units = years[(years["level"] == "unit") & (years["method"] == BASELINE)]
    found = []
    for event, words in (("peak", "the peak of emissions"), ("neutrality", "a lasting surplus")):
        own = units[units["event"] == event]
        inside, ahead = (int((own["finding"] == f).sum()) for f in ("lies in the data", "lies ahead"))
        found.append(
            f"By the damped trend, {words} lies in the data in {plural(inside, 'unit')}, ahead in {ahead}, and in "
            f"neither in {len(own) - inside - ahead}."
        )
    return found


def _table(region: pd.DataFrame, wording: Wording) -> Table:
    """Return rows of the region every few years, a block a method and scenario."""
    first = int(region.loc[region["method"] != OBSERVED, "year"].min())
    last = int(region["year"].max())
    now = int(region.loc[region["method"] == OBSERVED, "year"].max())
    kept = region[region["year"].isin({now, first, last}) | (region["year"] % EVERY == 0)]
    kept = kept[(kept["year"] >= now)]
    columns = ["year", *(f"{s}{end}" for s in SERIES for end in ("", "_low", "_high"))]
    blocks = _blocks(kept, columns, ["method", "scenario"], wording)
    heads = [head("year", wording)]
    for _ in SERIES:
        heads += [Column("Value", numeric=True, starts=True), Column("from", numeric=True), Column("to", numeric=True)]
    spans = [("", 1), *((f"{s.capitalize()} [Mt CO₂]", 3) for s in SERIES)]
    return Table("Outlook of the region", heads, blocks, "outlook.csv", spans,
                 "From and to: 90% interval of the residual bootstrap.")  # fmt: skip


def _test_table(result: Result, wording: Wording) -> Table:
    frame = result.outlook_tests[result.outlook_tests["level"] == "region"]
    columns = ["quantity", "mape", "mase", "rmse", "baseline_rmse", "verdict"]
    blocks = _blocks(frame, columns, ["method"], wording)
    note = "MASE above 1: off by more than a year's change in the years before."
    return Table("Back-test of the region on the years held out", [head(c, wording) for c in columns], blocks,
                 "outlook_tests.csv", note=note)  # fmt: skip


def _event_table(result: Result, wording: Wording) -> Table:
    frame = result.outlook_years[result.outlook_years["level"] == "region"]
    columns = ["event", "event_year", "year_low", "year_high", "probability", "finding"]
    blocks = _blocks(frame, columns, ["method", "scenario"], wording)
    heads = [
        Column("Probability by the end", numeric=True) if c == "probability" else head(c, wording) for c in columns
    ]
    return Table("Peak of emissions and neutrality of the region", heads, blocks, "outlook_years.csv",
                 note="A dash: after the end of the projection.")  # fmt: skip


def _blocks(
    frame: pd.DataFrame, columns: Sequence[str], keys: Sequence[str], wording: Wording
) -> list[tuple[str, list[list[str]]]]:
    """Return rows of text in blocks of a method, and a scenario; a column has one count of decimals throughout."""
    cells = [cells_of(name, frame[name].tolist(), wording) for name in columns]
    blocks: dict[str, list[list[str]]] = {}
    titles = zip(*(frame[key] for key in keys), strict=True)
    for words, row in zip(titles, zip(*cells, strict=True), strict=True):
        method, *scenario = map(str, words)
        title = ", ".join(["observed"] if method == OBSERVED else [METHOD_NAMES[method], *scenario])
        blocks.setdefault(f"{title[0].upper()}{title[1:]}", []).append(list(row))
    return list(blocks.items())


def outlook_passage(study: Study) -> list[Passage]:
    """Return how the outlook was made, in words; nothing without one."""
    stated = study.outlook
    if stated.until is None:
        return []
    formulas = [Markup("ŷ<sub>n+h</sub> = l<sub>n</sub> + (φ + … + φ<sup>h</sup>) b<sub>n</sub>")]
    text = ["The baseline is Holt's trend with damping (Gardner and McKenzie 1985)."]
    if "stirpat" in stated.methods:
        formulas.append(
            Markup("ln y = c + a ln P + b ln A + d ln T" + (" + e (ln A)²" if stated.squared_affluence else ""))
        )
        technology = (
            "technology is a trend in time"
            if stated.technology == "time"
            else "technology is emissions (or sequestration) per GDP, so that the fit is an identity and its R² says "
            "nothing"
        )
        text.append(
            "STIRPAT (Dietz and Rosa 1997) is fitted by ridge regression, the penalty being the one that foretells the "
            f"last {plural(stated.hold_out, 'year')} of a fit best; {technology}. Drivers go on by the damped trend of "
            "their logarithm unless a scenario states their growth."
        )
    if "gm11" in stated.methods:
        response = "x̂<sub>k+1</sub> = (1 − e<sup>a</sup>)(x<sub>1</sub> − b/a) e<sup>−ak</sup>"
        formulas.append(Markup("x<sub>k</sub> + a z<sub>k</sub> = b, " + response))
        text.append("GM(1,1) (Deng 1982) puts an exponential through accumulated values.")
    text.append(
        f"Intervals come from {stated.draws:,} draws that resample residuals, the same years for every unit; they hold "
        "neither errors of the drivers ahead nor the choice of the method."
    )
    return [Passage("Outlook", tuple(formulas), (" ".join(text),))]
