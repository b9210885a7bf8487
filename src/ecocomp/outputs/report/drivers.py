"""The section on drivers: what the detectors and regressions of a result say in words, and their tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from ecocomp.language import Language
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.method import Passage
from ecocomp.outputs.report.sentences import capped, units
from ecocomp.outputs.report.tables import Table, Wording, from_frame
from ecocomp.result import Result
from ecocomp.study import Study
from ecocomp.variables import table

__all__ = ["DriverSection", "driver_passage", "drivers_section", "name_of"]

FIRST = 3
MOST = 6
MOST_PAIRS = 15
CLEAR = 0.05
HIGH_VIF = 10.0


@dataclass(frozen=True)
class DriverSection:
    """What the section says and shows; tables are empty where there is nothing to show."""

    response: str
    detected: Sequence[str]
    fitted: Sequence[str]
    caution: str
    factors: Table
    pairs: Table
    coefficients: Table
    diagnostics: Table


def drivers_section(result: Result, study: Study, wording: Wording) -> DriverSection | None:
    """Return the section; None for a study without drivers, or where none could be told."""
    if result.drivers.empty and result.regression.empty:
        return None
    language = wording.language
    response = name_of(study.drivers.response, language)
    return DriverSection(
        response,
        _detected(result, response, language),
        _fitted(result, response, language),
        _not_cause(language),
        _factors(result, wording),
        _pairs(result, wording),
        _coefficients(result, wording),
        _diagnostics(result, wording),
    )


def name_of(factor: str, language: Language) -> str:
    """Return a factor as a sentence names it; a study's own word stays."""
    known = table().get(factor)
    if known is None:
        return factor.replace("_", " ")
    if language.code == "zh":
        return known.label_zh
    return known.label_en if known.label_en[:2].isupper() else known.label_en[:1].lower() + known.label_en[1:]


def _not_cause(language: Language) -> str:
    return language.joined([
        language.say(
            "This is association, not cause: a factor can go with the response because it acts on it, because the "
            "response acts on it, or because a third thing acts on both."
        ),
        language.say(
            "Neighbours are alike, so that permutations and standard errors that take units as independent find too "
            "much."
        ),
    ])  # fmt: skip


def _models(language: Language) -> dict[str, str]:
    return {
        "ols": language.say("ordinary least squares"),
        "lag": language.say("spatial lag"),
        "error": language.say("spatial error"),
        "panel_lag": language.say("spatial lag with fixed effects"),
        "panel_error": language.say("spatial error with fixed effects"),
        "gwr": language.say("geographically weighted regression"),
        "mgwr": language.say("multiscale geographically weighted regression"),
    }


def _with_q(factor: object, q: float, language: Language) -> str:
    return language.say("{factor} (q = {q})", factor=name_of(str(factor), language), q=numbers.number(q, 2))


def _detected(result: Result, response: str, language: Language) -> list[str]:
    """Say which factors come first in the last year, which chance could give, and which stand in the formula."""
    if result.drivers.empty:
        return [language.say("No factor could be told in any year: see the issues found in the data.")]
    year = int(result.drivers["year"].max())
    own = result.drivers[(result.drivers["year"] == year) & result.drivers["q"].notna()]
    if own.empty:
        return [language.say("No factor makes strata of enough units in {year}.", year=year)]
    firsts = [_with_q(f, q, language) for f, q in zip(own["factor"], own["q"], strict=True)][:FIRST]
    said = [
        language.count(
            "The first factor that goes with the {response} in {year}, by the share of its variance that their strata "
            "account for, is {factors}.",
            "The first {count} factors that go with the {response} in {year}, by the share of its variance that their "
            "strata account for, are {factors}.",
            len(firsts), response=response, year=year, factors=language.listing(firsts),
        ),
        *_made(own, response, language),
    ]  # fmt: skip
    apart = own[own["by_construction"] == "no"]
    if len(apart):
        said.append(_strata_of(result, year, str(apart["factor"].iloc[0]), response, language))
    return [*said, _chance(own, language), *_together(result, year, language)]


def _made(own: pd.DataFrame, response: str, language: Language) -> list[str]:
    """Say which factors stand in the formula, and which of the others comes first."""
    made = [name_of(str(f), language) for f in own.loc[own["by_construction"] == "yes", "factor"]]
    if not made:
        return []
    said = [
        language.count(
            "Of the factors, {factors} stands in the formula of the {response}, or made an input of it: that they go "
            "with it is arithmetic, and no finding.",
            "Of the factors, {factors} stand in the formula of the {response}, or made an input of it: that they go "
            "with it is arithmetic, and no finding.",
            len(made), factors=language.listing(made), response=response,
        )
    ]  # fmt: skip
    apart = own[own["by_construction"] == "no"]
    if len(apart):
        first, q = name_of(str(apart["factor"].iloc[0]), language), numbers.number(float(apart["q"].iloc[0]), 2)
        said.append(language.say("Of the others, {factor} comes first (q = {q}).", factor=first, q=q))
    return said


def _chance(own: pd.DataFrame, language: Language) -> str:
    level = numbers.percent(CLEAR, language)
    chance = [name_of(str(f), language) for f in own.loc[own["p_permutation"] >= CLEAR, "factor"]]
    if chance:
        return language.say(
            "Chance alone gives as large a q in at least {level} of the permutations for {factors}.",
            level=level, factors=capped(chance, MOST, language),
        )  # fmt: skip
    return language.say(
        "For every factor chance alone gives as large a q in less than {level} of the permutations.", level=level
    )


def _strata_of(result: Result, year: int, factor: str, response: str, language: Language) -> str:
    """Say in which strata of a factor the response is largest and smallest, and how many strata differ."""
    strata = result.driver_strata
    own = strata[(strata["year"] == year) & (strata["factor"] == factor)].sort_values("stratum_mean", kind="stable")
    risks = result.driver_risks
    tests = risks[(risks["year"] == year) & (risks["factor"] == factor)]
    return language.count(
        "The mean {response} is smallest where {factor} is {low} and largest where it is {high}; of {pairs} of its "
        "strata {count} differs (Welch's t, p < 0.05, not corrected for their number).",
        "The mean {response} is smallest where {factor} is {low} and largest where it is {high}; of {pairs} of its "
        "strata {count} differ (Welch's t, p < 0.05, not corrected for their number).",
        int((tests["risk_p"] < CLEAR).sum()), response=response, factor=name_of(factor, language),
        low=own["interval"].iloc[0], high=own["interval"].iloc[-1], pairs=_pair_count(len(tests), language),
    )  # fmt: skip


def _pair_count(count: int, language: Language) -> str:
    return language.count("{count} pair", "{count} pairs", count)


def _together(result: Result, year: int, language: Language) -> list[str]:
    pairs = result.driver_interactions[result.driver_interactions["year"] == year]
    if pairs.empty:
        return []
    best = pairs.sort_values("joint_q", ascending=False, kind="stable").iloc[0]
    names = [name_of(str(best[name]), language) for name in ("factor", "other_factor")]
    return [
        language.count(
            "The pair that accounts for most is {factors} (joint q = {q}, {strata}, the smallest of {smallest}); of "
            "{pairs}, {count} accounts for more than the sum of both factors.",
            "The pair that accounts for most is {factors} (joint q = {q}, {strata}, the smallest of {smallest}); of "
            "{pairs}, {count} account for more than the sum of both factors.",
            int((pairs["interaction"] == "enhanced, nonlinear").sum()), factors=language.listing(names),
            q=numbers.number(float(best["joint_q"]), 2), smallest=units(int(best["smallest_cell"]), language),
            strata=language.count("{count} joint stratum", "{count} joint strata", int(best["cells"])),
            pairs=_pair_count(len(pairs), language),
        ),
        language.say(
            "A joint q is never below that of either factor, and grows with the number of joint strata."
        ),
    ]  # fmt: skip


def _fitted(result: Result, response: str, language: Language) -> list[str]:
    """Say of each model what it fits and which terms are clear in the last year, and where factors overlap."""
    regression = result.regression
    said = []
    for model in dict.fromkeys(regression["model"]):
        own = regression[regression["model"] == model]
        own = own[own["year"].isna() | (own["year"] == own["year"].max())]
        heading = _model_heading(result, str(model), own, language)
        said.append(
            _local(own, heading, language) if own["bandwidth"].notna().any() else _terms(own, heading, language)
        )
    tangled = dict.fromkeys(regression.loc[regression["vif"] > HIGH_VIF, "term"])
    if tangled:
        said.append(
            language.say(
                "Variance inflation is above 10 for {factors}: their coefficients cannot be told apart well.",
                factors=capped([name_of(str(t), language) for t in tangled], MOST, language),
            )
        )
    if said:
        said.append(
            language.say(
                "Coefficients are standard deviations of the {response} for one standard deviation of the factor.",
                response=response,
            )
        )
    return [*said, *_cautions(result, language)]


def _model_heading(result: Result, model: str, own: pd.DataFrame, language: Language) -> str:
    """Return a model with its year and its AIC, where it has them; the first letter is large."""
    fit = _value(result, model, own, "aic")
    aic = None if fit is None else numbers.number(fit, 1)
    name = _models(language)[model]
    name = name[:1].upper() + name[1:]
    if own["year"].isna().all():
        if aic is None:
            return language.say("{model} over the years", model=name)
        return language.say("{model} over the years (AIC {aic})", model=name, aic=aic)
    year = int(own["year"].max())
    if aic is None:
        return language.say("{model} in {year}", model=name, year=year)
    return language.say("{model} in {year} (AIC {aic})", model=name, year=year, aic=aic)


def _local(own: pd.DataFrame, heading: str, language: Language) -> str:
    """Say of a model with local coefficients in how many units the clearest factor counts."""
    local = own[own["vif"].notna()].sort_values("local_significant", ascending=False, kind="stable")
    first = local.iloc[0]
    return language.say(
        "{model}: the local coefficient of {factor} is clear in {share} of the units and runs from {low} to {high}.",
        model=heading, factor=name_of(str(first["term"]), language),
        share=numbers.percent(float(first["local_significant"]), language),
        low=numbers.number(float(first["local_minimum"]), 2), high=numbers.number(float(first["local_maximum"]), 2),
    )  # fmt: skip


def _terms(own: pd.DataFrame, heading: str, language: Language) -> str:
    """Say which factors of a model have clear coefficients."""
    clear = own[(own["coefficient_p"] < CLEAR) & own["vif"].notna()].sort_values("coefficient_p", kind="stable")
    terms = [
        language.say(
            "{factor} ({coefficient})",
            factor=name_of(str(row["term"]), language), coefficient=numbers.number(float(row["coefficient"]), 2),
        )
        for row in clear.to_dict("records")
    ]  # fmt: skip
    if not terms:
        return language.say("{model}: no factor has a clear term (p < 0.05).", model=heading)
    return language.say(
        "{model}: clear terms (p < 0.05) are {terms}.", model=heading, terms=capped(terms, MOST, language)
    )


def _cautions(result: Result, language: Language) -> list[str]:
    """Say what coefficients of spatial lags and panels are not."""
    said, models = [], result.regression["model"]
    if models.isin(["lag", "panel_lag"]).any():
        said.append(
            language.say(
                "In a spatial lag model an effect also comes back through the neighbours: multiply by multiplier_total "
                "for all of it."
            )
        )
    if models.isin(["panel_lag", "panel_error"]).any():
        years = result.results["year"].nunique()
        said += [
            language.count(
                "Standard errors of the panels are not corrected for the fixed effects: with {count} year they are "
                "about {factor} times what they should be.",
                "Standard errors of the panels are not corrected for the fixed effects: with {count} years they are "
                "about {factor} times what they should be.",
                years, factor=numbers.number(((years - 1) / years) ** 0.5, 2),
            ),
            language.say("A trend that all units share counts as the factors' own."),
        ]  # fmt: skip
    return said


def _value(result: Result, model: str, own: pd.DataFrame, diagnostic: str) -> float | None:
    frame = result.regression_diagnostics
    found = frame[(frame["model"] == model) & (frame["diagnostic"] == diagnostic)]
    found = found[found["year"].isna() | found["year"].isin(own["year"])]
    return None if found.empty else float(found["diagnostic_value"].iloc[-1])


def _factors(result: Result, wording: Wording) -> Table:
    columns = ["year", "factor", "q", "q_held_out", "p_permutation", "p_noncentral_f", "method", "strata",
               "units_by_stratum", "units_used", "units_missing", "by_construction"]  # fmt: skip
    caption = wording.language.say("Factors by q, strata as chosen or given")
    note = wording.language.say("Breaks, seed and number of permutations stand in the file.")
    return from_frame(result.drivers, columns, caption, "drivers.csv", wording, note)


def _pairs(result: Result, wording: Wording) -> Table:
    frame = result.driver_interactions
    if frame.empty:
        return Table("", [], [])
    year = int(frame["year"].max())
    frame = frame[frame["year"] == year].sort_values("joint_q", ascending=False, kind="stable")
    columns = ["factor", "other_factor", "q", "other_q", "joint_q", "p_joint", "interaction", "cells",
               "smallest_cell", "ecological_p"]  # fmt: skip
    caption = wording.language.say("The {count} pairs with the largest joint q in {year}", count=MOST_PAIRS, year=year)
    return from_frame(frame.head(MOST_PAIRS), columns, caption, "driver_interactions.csv", wording)


def _coefficients(result: Result, wording: Wording) -> Table:
    frame = result.regression
    columns = ["model", "year", "term", "coefficient", "standard_error", "test_statistic", "coefficient_p", "vif",
               "local_minimum", "local_maximum", "local_significant", "bandwidth"]  # fmt: skip
    kept = [c for c in columns if frame[c].notna().any()]
    return from_frame(frame, kept, wording.language.say("Coefficients"), "regression.csv", wording)


def _diagnostics(result: Result, wording: Wording) -> Table:
    columns = ["model", "year", "diagnostic", "diagnostic_value", "diagnostic_p"]
    return from_frame(result.regression_diagnostics, columns, wording.language.say("Diagnostics of the models"),
                      "regression_diagnostics.csv", wording)  # fmt: skip


def driver_passage(study: Study, language: Language) -> list[Passage]:
    """Return how drivers were found, in words; nothing for a study without them."""
    stated = study.drivers
    if not stated.factors:
        return []
    detectors = [
        language.say("The response is {response}.", response=name_of(stated.response, language)),
        language.say(
            "Numbers are cut into 2 to 8 strata of at least 5 units by equal intervals, quantiles, natural breaks, "
            "geometric intervals or standard deviations, whichever predicts units that are left out best; larger units "
            "and classes are strata as they are."
        ),
        language.say(
            "p is the share of {permutations} permutations of the response, strata chosen anew each time, with at "
            "least as large a q; for given strata the published noncentral F stands beside it.",
            permutations=f"{stated.permutations:,}",
        ),
        language.say("Units that lack the response or a factor are left out of the year."),
    ]
    texts = [language.joined(detectors)]
    if stated.models:
        texts.append(
            language.say(
                "Regressions ({models}) are by spreg and mgwr, on standard scores, with the study's neighbours, "
                "row-standardised; classes and larger units are left out of them.",
                models=language.listing([_models(language)[m] for m in stated.models]),
            )
        )
    formula = Markup("q = 1 − Σ<sub>h</sub> N<sub>h</sub> σ<sub>h</sub>² / (N σ²)")
    return [Passage(language.say("Drivers"), (formula,), tuple(texts))]
