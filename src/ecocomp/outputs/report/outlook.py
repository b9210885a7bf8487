"""The section on what comes next: sentences and tables from the outlook of a result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from ecocomp.language import Language
from ecocomp.outlook import BASELINE, METHOD_NAMES, OBSERVED, TREND
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.drivers import name_of
from ecocomp.outputs.report.method import Passage
from ecocomp.outputs.report.sentences import units
from ecocomp.outputs.report.tables import Column, Table, Wording, cells_of, head
from ecocomp.result import Result
from ecocomp.study import Study
from ecocomp.variables import label

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
    language = wording.language
    return Prospects(
        _scope(region, language), _paths(region, language), _tests(result, study, language),
        _diagnostics(result, language), _events(result, language),
        _table(region, wording), _test_table(result, wording), _event_table(result, wording),
    )  # fmt: skip


def _scope(region: pd.DataFrame, language: Language) -> str:
    row = region[region["method"] == BASELINE].to_dict("records")[0]
    total, missing = int(row["units"]), int(row["missing"])
    said = [
        language.count(
            "Emissions and sequestration of {count} unit are projected apart, and the account is their difference; "
            "larger units and the region are sums of their units' projections.",
            "Emissions and sequestration of each of {count} units are projected apart, and the account is their "
            "difference; larger units and the region are sums of their units' projections.",
            total - missing,
        ),
        language.say(
            "A projection says what follows if the past goes on in the way that its method assumes, and no policy "
            "changes it."
        ),
    ]
    if missing:
        said.insert(
            1,
            language.count(
                "{count} unit without complete series is left out.",
                "{count} units without complete series are left out.",
                missing,
            ),
        )
    return language.joined(said)


def _paths(region: pd.DataFrame, language: Language) -> list[str]:
    observed = region[region["method"] == OBSERVED].sort_values("year").to_dict("records")[-1]
    last = int(region["year"].max())
    ends = region[(region["method"] != OBSERVED) & (region["year"] == last)]
    return [
        language.say(
            "In {year} emissions were {emissions}, sequestration {sequestration} and the account {account}.",
            year=int(observed["year"]), **{series: _mass(observed[series], language) for series in SERIES},
        ),
        *(_end(row, last, language) for row in ends.to_dict("records")),
    ]  # fmt: skip


def _end(row: dict[Any, Any], year: int, language: Language) -> str:
    """Say where a method ends."""
    method = str(row["method"])
    name = _method(method, language)
    if method == "stirpat":
        scenario = _scenario(str(row["scenario"]), language)
        name = language.say("{method} ({scenario})", method=name, scenario=scenario)
    ends = {f"{s}_{end}": _masses(row[f"{s}_{end}"], language) for s in SERIES for end in ("low", "high")}
    return language.say(
        "By {method}, emissions in {year} are {emissions} (90% interval {emissions_low} to {emissions_high}) and the "
        "account is {account} (90% interval {account_low} to {account_high}).",
        method=name, year=year, emissions=_mass(row["emissions"], language), account=_mass(row["account"], language),
        **ends,
    )  # fmt: skip


def _masses(value: float, language: Language) -> str:
    """Return a mass of carbon dioxide [Mt] as a number in the unit that readers expect."""
    measure = language.measure("Mt CO2")
    return numbers.number(value / measure.size, 1 if measure.size == 1 else 0)


def _mass(value: float, language: Language) -> str:
    """Return a mass of carbon dioxide [Mt] with the unit that readers expect."""
    return f"{_masses(value, language)} {language.measure('Mt CO2').label}"


def _method(method: str, language: Language) -> str:
    return language.say("the damped trend") if method == BASELINE else METHOD_NAMES[method]


def _scenario(name: str, language: Language) -> str:
    """Return a scenario of growth; those but the trend are a study's own."""
    return language.say("trend") if name == TREND else name


def _tests(result: Result, study: Study, language: Language) -> list[str]:
    region = result.outlook_tests[result.outlook_tests["level"] == "region"].set_index(["method", "quantity"])
    last = int(result.outlook.loc[result.outlook["method"] == OBSERVED, "year"].max())
    fitted = language.count(
        "Every method was fitted again without the last {count} year of the data (to {year}) and then compared with "
        "it.",
        "Every method was fitted again without the last {count} years of the data (to {year}) and then compared with "
        "them.",
        study.outlook.hold_out, year=last,
    )  # fmt: skip
    others = [m for m in METHOD_NAMES if m != BASELINE and (m, "emissions") in region.index]
    return [
        language.joined([fitted, _missed(region, BASELINE, language)]),
        *(language.joined([_missed(region, m, language), *_against(region, m, language)]) for m in others),
    ]


def _against(region: pd.DataFrame, method: str, language: Language) -> list[str]:
    """Say for what a method beat the baseline, and for what it did not."""
    verdicts = {series: str(region.loc[(method, series), "verdict"]) for series in SERIES}
    beaten, failed = (
        language.listing([name_of(s, language) for s in SERIES if verdicts[s] == verdict])
        for verdict in ("better than the baseline", "no better than the baseline")
    )
    said = [language.say("It beat the baseline for {series}.", series=beaten)] if beaten else []
    if failed:
        said.append(
            language.say(
                "It was no better than the baseline for {series}: there, trust it no more than that.", series=failed
            )
        )
    return said


def _missed(region: pd.DataFrame, method: str, language: Language) -> str:
    errors = {series: float(region["mape"].to_dict()[method, series]) for series in ("emissions", "sequestration")}
    known = {s: numbers.percent(error, language) for s, error in errors.items() if not numbers.is_missing(error)}
    if not known:
        return ""
    name = _method(method, language)
    name = _capital(language.say("{method} (the baseline)", method=name) if method == BASELINE else name)
    if len(known) == len(errors):
        return language.say(
            "{method} missed emissions by {emissions} and sequestration by {sequestration} on average.",
            method=name, **known,
        )  # fmt: skip
    ((series, error),) = known.items()
    return language.say(
        "{method} missed {series} by {error} on average.", method=name, series=name_of(series, language), error=error
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _diagnostics(result: Result, language: Language) -> list[str]:
    of_units = result.outlook_tests[(result.outlook_tests["level"] == "unit")]
    emissions = of_units[(of_units["quantity"] == "emissions") & (of_units["verdict"] != "not projected")]
    said = []
    fits = emissions[emissions["method"] == "stirpat"]
    if len(fits):
        said.append(_stirpat_fits(fits, language))
    fits = emissions[emissions["method"] == "gm11"]
    if len(fits):
        tested = language.count(
            "GM(1,1) passes its level-ratio test on emissions in {passed} of {count} unit, and is of grade 1 or 2 in "
            "{good}.",
            "GM(1,1) passes its level-ratio test on emissions in {passed} of {count} units, and is of grade 1 or 2 in "
            "{good}.",
            len(fits), passed=int((fits["level_ratio"] == "yes").sum()), good=int((fits["grade"] <= 2).sum()),
        )  # fmt: skip
        told = language.say("A grade tells how the past is fitted and not how the future is met.")
        said.append(language.joined([tested, told]))
    return said


def _stirpat_fits(fits: pd.DataFrame, language: Language) -> str:
    limit = numbers.number(COLLINEAR)
    return language.joined([
        language.say(
            "STIRPAT of emissions has a median R² of {r_squared} over the units and a median residual autocorrelation "
            "of {autocorrelation}.",
            r_squared=numbers.number(float(fits["r_squared"].median()), 2),
            autocorrelation=numbers.number(float(fits["autocorrelation"].median()), 2),
        ),
        language.count(
            "In {collinear} of {count} unit a driver's variance inflation is above {limit}: the ridge penalty holds "
            "such fits together, but single elasticities mean little.",
            "In {collinear} of {count} units a driver's variance inflation is above {limit}: the ridge penalty holds "
            "such fits together, but single elasticities mean little.",
            len(fits), collinear=int((fits["largest_vif"] > COLLINEAR).sum()), limit=limit,
        ),
        language.say("Residuals that follow each other make the intervals too narrow."),
    ])  # fmt: skip


def _events(result: Result, language: Language) -> list[str]:
    years = result.outlook_years
    own = years[(years["level"] == "unit") & (years["method"] == BASELINE)]
    return [_event(own[own["event"] == event], event, language) for event in ("peak", "neutrality")]


def _event(own: pd.DataFrame, event: str, language: Language) -> str:
    """Say in how many units an event lies in the data, ahead, or nowhere."""
    inside, ahead = (int((own["finding"] == f).sum()) for f in ("lies in the data", "lies ahead"))
    counts = {"inside": units(inside, language), "ahead": ahead, "neither": len(own) - inside - ahead}
    if event == "peak":
        return language.say(
            "By the damped trend, the peak of emissions lies in the data in {inside}, ahead in {ahead}, and in neither "
            "in {neither}.",
            **counts,
        )
    return language.say(
        "By the damped trend, a lasting surplus lies in the data in {inside}, ahead in {ahead}, and in neither in "
        "{neither}.",
        **counts,
    )


def _table(region: pd.DataFrame, wording: Wording) -> Table:
    """Return rows of the region every few years, a block a method and scenario."""
    language = wording.language
    first = int(region.loc[region["method"] != OBSERVED, "year"].min())
    last = int(region["year"].max())
    now = int(region.loc[region["method"] == OBSERVED, "year"].max())
    kept = region[region["year"].isin({now, first, last}) | (region["year"] % EVERY == 0)]
    kept = kept[(kept["year"] >= now)]
    columns = ["year", *(f"{s}{end}" for s in SERIES for end in ("", "_low", "_high"))]
    blocks = _blocks(kept, columns, ["method", "scenario"], wording)
    heads = [head("year", wording)]
    for _ in SERIES:
        heads += [
            Column(label("value", language.code), numeric=True, starts=True),
            Column(language.say("90% from"), numeric=True), Column(language.say("90% to"), numeric=True),
        ]  # fmt: skip
    unit = language.measure("Mt CO2").label
    spans = [("", 1), *((label(series, language.code, unit=unit), 3) for series in SERIES)]
    return Table(language.say("Outlook of the region"), heads, blocks, "outlook.csv", spans,
                 language.say("90% intervals are of the residual bootstrap."))  # fmt: skip


def _test_table(result: Result, wording: Wording) -> Table:
    language = wording.language
    frame = result.outlook_tests[result.outlook_tests["level"] == "region"]
    columns = ["quantity", "mape", "mase", "rmse", "baseline_rmse", "verdict"]
    blocks = _blocks(frame, columns, ["method"], wording)
    note = language.say("MASE above 1: off by more than a year's change in the years before.")
    caption = language.say("Back-test of the region on the years held out")
    return Table(caption, [head(c, wording) for c in columns], blocks, "outlook_tests.csv", note=note)


def _event_table(result: Result, wording: Wording) -> Table:
    language = wording.language
    frame = result.outlook_years[result.outlook_years["level"] == "region"]
    frame = frame.assign(finding=[_finding(str(finding), language) for finding in frame["finding"]])
    columns = ["event", "event_year", "year_low", "year_high", "probability", "finding"]
    blocks = _blocks(frame, columns, ["method", "scenario"], wording)
    by_the_end = Column(language.say("Probability by the end"), numeric=True)
    heads = [by_the_end if c == "probability" else head(c, wording) for c in columns]
    return Table(language.say("Peak of emissions and neutrality of the region"), heads, blocks, "outlook_years.csv",
                 note=language.say("A dash: after the end of the projection."))  # fmt: skip


def _finding(finding: str, language: Language) -> str:
    """Return where an event lies, as the tables' files say it in English."""
    until = re.match(r"none by (\d+): (emissions)?", finding)
    if until is None:
        return {"lies in the data": language.say("lies in the data"), "lies ahead": language.say("lies ahead")}[finding]
    if until.group(2):
        return language.say("none by {year}: emissions are highest then", year=until.group(1))
    return language.say("none by {year}: still a deficit then", year=until.group(1))


def _blocks(
    frame: pd.DataFrame, columns: Sequence[str], keys: Sequence[str], wording: Wording
) -> list[tuple[str, list[list[str]]]]:
    """Return rows of text in blocks of a method, and a scenario; a column has one count of decimals throughout."""
    cells = [cells_of(name, frame[name].tolist(), wording) for name in columns]
    blocks: dict[str, list[list[str]]] = {}
    titles = zip(*(frame[key] for key in keys), strict=True)
    for words, row in zip(titles, zip(*cells, strict=True), strict=True):
        blocks.setdefault(_title(*map(str, words), language=wording.language), []).append(list(row))
    return list(blocks.items())


def _title(method: str, scenario: str = "", *, language: Language) -> str:
    """Return the title of a block of rows: the data, or a method with its scenario."""
    if method == OBSERVED:
        return language.say("Observed")
    name = _capital(_method(method, language))
    if not scenario:
        return name
    return language.say("{method}, {scenario}", method=name, scenario=_scenario(scenario, language))


def outlook_passage(study: Study, language: Language) -> list[Passage]:
    """Return how the outlook was made, in words; nothing without one."""
    stated = study.outlook
    if stated.until is None:
        return []
    formulas = [Markup("ŷ<sub>n+h</sub> = l<sub>n</sub> + (φ + … + φ<sup>h</sup>) b<sub>n</sub>")]
    text = [language.say("The baseline is Holt's trend with damping (Gardner and McKenzie 1985).")]
    if "stirpat" in stated.methods:
        formulas.append(
            Markup("ln y = c + a ln P + b ln A + d ln T" + (" + e (ln A)²" if stated.squared_affluence else ""))
        )
        text += _stirpat(study, language)
    if "gm11" in stated.methods:
        response = "x̂<sub>k+1</sub> = (1 − e<sup>a</sup>)(x<sub>1</sub> − b/a) e<sup>−ak</sup>"
        formulas.append(Markup("x<sub>k</sub> + a z<sub>k</sub> = b, " + response))
        text.append(language.say("GM(1,1) (Deng 1982) puts an exponential through accumulated values."))
    text.append(
        language.say(
            "Intervals come from {draws} draws that resample residuals, the same years for every unit; they hold "
            "neither errors of the drivers ahead nor the choice of the method.",
            draws=f"{stated.draws:,}",
        )
    )
    return [Passage(language.say("Outlook"), tuple(formulas), (language.joined(text),))]


def _stirpat(study: Study, language: Language) -> list[str]:
    """Say how STIRPAT is fitted and goes on."""
    return [
        language.count(
            "STIRPAT (Dietz and Rosa 1997) is fitted by ridge regression, the penalty being the one that foretells the "
            "last {count} year of a fit best.",
            "STIRPAT (Dietz and Rosa 1997) is fitted by ridge regression, the penalty being the one that foretells the "
            "last {count} years of a fit best.",
            study.outlook.hold_out,
        ),
        language.say("Technology is a trend in time.")
        if study.outlook.technology == "time"
        else language.say(
            "Technology is emissions (or sequestration) per GDP, so that the fit is an identity and its R² says "
            "nothing."
        ),
        language.say("Drivers go on by the damped trend of their logarithm unless a scenario states their growth."),
    ]
