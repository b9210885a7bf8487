"""The section on drivers: what the detectors and regressions of a result say in words, and their tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.method import Passage
from ecocomp.outputs.report.sentences import capped, listing, plural
from ecocomp.outputs.report.tables import Table, Wording, from_frame
from ecocomp.result import Result
from ecocomp.study import Study
from ecocomp.variables import table

__all__ = ["DriverSection", "driver_passage", "drivers_section"]

FIRST = 3
MOST = 6
MOST_PAIRS = 15
CLEAR = 0.05
HIGH_VIF = 10.0
NOT_CAUSE = (
    "This is association, not cause: a factor can go with the response because it acts on it, because the response "
    "acts on it, or because a third thing acts on both. Neighbours are alike, so that permutations and standard errors "
    "that take units as independent find too much."
)
_MODELS = {
    "ols": "ordinary least squares", "lag": "spatial lag", "error": "spatial error",
    "panel_lag": "spatial lag with fixed effects", "panel_error": "spatial error with fixed effects",
    "gwr": "geographically weighted regression", "mgwr": "multiscale geographically weighted regression",
}  # fmt: skip


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
    response = name_of(study.drivers.response)
    return DriverSection(
        response,
        _detected(result, response),
        _fitted(result, response),
        NOT_CAUSE,
        _factors(result, wording),
        _pairs(result, wording),
        _coefficients(result, wording),
        _diagnostics(result, wording),
    )


def name_of(factor: str) -> str:
    """Return a factor as a sentence names it."""
    known = table().get(factor)
    if known is None:
        return factor.replace("_", " ")
    return known.label_en if known.label_en[:2].isupper() else known.label_en[:1].lower() + known.label_en[1:]


def _detected(result: Result, response: str) -> list[str]:
    """Say which factors come first in the last year, which chance could give, and which stand in the formula."""
    if result.drivers.empty:
        return ["No factor could be told in any year: see the issues found in the data."]
    year = int(result.drivers["year"].max())
    own = result.drivers[(result.drivers["year"] == year) & result.drivers["q"].notna()]
    if own.empty:
        return [f"No factor makes strata of enough units in {year}."]
    firsts = [f"{name_of(str(f))} (q = {numbers.number(q, 2)})" for f, q in zip(own["factor"], own["q"], strict=True)]
    head = "The first factor" if len(firsts) == 1 else f"The first {min(FIRST, len(firsts))} factors"
    said = [
        f"{head} that {'goes' if len(firsts) == 1 else 'go'} with the {response} in {year}, by the share of its "
        "variance that their strata account for, "
        f"{'is' if len(firsts) == 1 else 'are'} {listing(firsts[:FIRST])}."
    ]
    made = [name_of(str(f)) for f in own.loc[own["by_construction"] == "yes", "factor"]]
    if made:
        said.append(
            f"Of the factors, {listing(made)} {'stands' if len(made) == 1 else 'stand'} in the formula of the "
            f"{response}, or made an input of it: that they go with it is arithmetic, and no finding."
        )
    apart = own[own["by_construction"] == "no"]
    if made and len(apart):
        said.append(
            f"Of the others, {name_of(str(apart['factor'].iloc[0]))} comes first "
            f"(q = {numbers.number(float(apart['q'].iloc[0]), 2)})."
        )
    if len(apart):
        said.append(_strata_of(result, year, str(apart["factor"].iloc[0]), response))
    chance = [name_of(str(f)) for f in own.loc[own["p_permutation"] >= CLEAR, "factor"]]
    said.append(
        f"Chance alone gives as large a q in at least {numbers.percent(CLEAR)} of the permutations for "
        f"{capped(chance, MOST)}." if chance else
        f"For every factor chance alone gives as large a q in less than {numbers.percent(CLEAR)} of the permutations."
    )  # fmt: skip
    return [*said, *_together(result, year)]


def _strata_of(result: Result, year: int, factor: str, response: str) -> str:
    """Say in which strata of a factor the response is largest and smallest, and how many strata differ."""
    strata = result.driver_strata
    own = strata[(strata["year"] == year) & (strata["factor"] == factor)].sort_values("stratum_mean", kind="stable")
    risks = result.driver_risks
    tests = risks[(risks["year"] == year) & (risks["factor"] == factor)]
    differ = int((tests["risk_p"] < CLEAR).sum())
    return (
        f"The mean {response} is smallest where {name_of(factor)} is {own['interval'].iloc[0]} and largest where it is "
        f"{own['interval'].iloc[-1]}; of {plural(len(tests), 'pair')} of its strata {differ} "
        f"{'differs' if differ == 1 else 'differ'} (Welch's t, p < 0.05, not corrected for their number)."
    )


def _together(result: Result, year: int) -> list[str]:
    pairs = result.driver_interactions[result.driver_interactions["year"] == year]
    if pairs.empty:
        return []
    best = pairs.sort_values("joint_q", ascending=False, kind="stable").iloc[0]
    nonlinear = int((pairs["interaction"] == "enhanced, nonlinear").sum())
    names = listing([name_of(str(best["factor"])), name_of(str(best["other_factor"]))])
    return [
        f"The pair that accounts for most is {names} (joint q = {numbers.number(float(best['joint_q']), 2)}, "
        f"{plural(int(best['cells']), 'joint stratum', 'joint strata')}, the smallest of "
        f"{plural(int(best['smallest_cell']), 'unit')}); of {plural(len(pairs), 'pair')}, {nonlinear} "
        f"{'accounts' if nonlinear == 1 else 'account'} for more than the sum of both factors. A joint q is never "
        "below that of either factor, and grows with the number of joint strata."
    ]


def _fitted(result: Result, response: str) -> list[str]:
    """Say of each model what it fits and which terms are clear in the last year, and where factors overlap."""
    said = []
    for model in dict.fromkeys(result.regression["model"]):
        own = result.regression[result.regression["model"] == model]
        own = own[own["year"].isna() | (own["year"] == own["year"].max())]
        when = "over the years" if own["year"].isna().all() else f"in {int(own['year'].max())}"
        clear = own[(own["coefficient_p"] < CLEAR) & own["vif"].notna()]
        signs = [
            f"{name_of(str(row.term))} ({numbers.number(float(row.coefficient), 2)})"
            for row in clear.sort_values("coefficient_p", kind="stable").itertuples()
        ]
        fit = _value(result, str(model), own, "aic")
        ending = f" (AIC {numbers.number(fit, 1)})" if fit is not None else ""
        if own["bandwidth"].notna().any():
            local = own[own["vif"].notna()].sort_values("local_significant", ascending=False, kind="stable")
            first = local.iloc[0]
            said.append(
                f"{_MODELS[str(model)].capitalize()} {when}{ending}: the local coefficient of "
                f"{name_of(str(first['term']))} is clear in {numbers.percent(float(first['local_significant']))} of "
                f"the units and runs from {numbers.number(float(first['local_minimum']), 2)} to "
                f"{numbers.number(float(first['local_maximum']), 2)}."
            )
            continue
        told = f"clear terms (p < 0.05) are {capped(signs, MOST)}" if signs else "no factor has a clear term (p < 0.05)"
        said.append(f"{_MODELS[str(model)].capitalize()} {when}{ending}: {told}.")
    tangled = result.regression[result.regression["vif"] > HIGH_VIF]
    if len(tangled):
        names = [name_of(str(t)) for t in dict.fromkeys(tangled["term"])]
        said.append(
            f"Variance inflation is above 10 for {capped(names, MOST)}: their coefficients cannot be told apart well."
        )
    if said:
        said.append(f"Coefficients are standard deviations of the {response} for one standard deviation of the factor.")
    if result.regression["model"].isin(["lag", "panel_lag"]).any():
        said.append(
            "In a spatial lag model an effect also comes back through the neighbours: multiply by multiplier_total for "
            "all of it."
        )
    if result.regression["model"].isin(["panel_lag", "panel_error"]).any():
        years = result.results["year"].nunique()
        factor = numbers.number(((years - 1) / years) ** 0.5, 2)
        said.append(
            "Standard errors of the panels are not corrected for the fixed effects: with "
            f"{plural(years, 'year')} they are about {factor} times what they should be. A trend that all units share "
            "counts as the factors' own."
        )
    return said


def _value(result: Result, model: str, own: pd.DataFrame, diagnostic: str) -> float | None:
    frame = result.regression_diagnostics
    found = frame[(frame["model"] == model) & (frame["diagnostic"] == diagnostic)]
    found = found[found["year"].isna() | found["year"].isin(own["year"])]
    return None if found.empty else float(found["diagnostic_value"].iloc[-1])


def _factors(result: Result, wording: Wording) -> Table:
    columns = ["year", "factor", "q", "q_held_out", "p_permutation", "p_noncentral_f", "method", "strata",
               "units_by_stratum", "units_used", "units_missing", "by_construction"]  # fmt: skip
    return from_frame(result.drivers, columns, "Factors by q, strata as chosen or given", "drivers.csv", wording,
                      "Breaks, seed and number of permutations stand in the file.")  # fmt: skip


def _pairs(result: Result, wording: Wording) -> Table:
    frame = result.driver_interactions
    frame = frame[frame["year"] == frame["year"].max()].sort_values("joint_q", ascending=False, kind="stable")
    columns = ["factor", "other_factor", "q", "other_q", "joint_q", "p_joint", "interaction", "cells",
               "smallest_cell", "ecological_p"]  # fmt: skip
    year = "" if frame.empty else f" in {int(frame['year'].max())}"
    return from_frame(frame.head(MOST_PAIRS), columns, f"The {MOST_PAIRS} pairs with the largest joint q{year}",
                      "driver_interactions.csv", wording)  # fmt: skip


def _coefficients(result: Result, wording: Wording) -> Table:
    frame = result.regression
    columns = ["model", "year", "term", "coefficient", "standard_error", "test_statistic", "coefficient_p", "vif",
               "local_minimum", "local_maximum", "local_significant", "bandwidth"]  # fmt: skip
    kept = [c for c in columns if frame[c].notna().any()]
    return from_frame(frame, kept, "Coefficients", "regression.csv", wording)


def _diagnostics(result: Result, wording: Wording) -> Table:
    columns = ["model", "year", "diagnostic", "diagnostic_value", "diagnostic_p"]
    return from_frame(result.regression_diagnostics, columns, "Diagnostics of the models",
                      "regression_diagnostics.csv", wording)  # fmt: skip


def driver_passage(study: Study) -> list[Passage]:
    """Return how drivers were found, in words; nothing for a study without them."""
    stated = study.drivers
    if not stated.factors:
        return []
    texts = [
        f"The response is {name_of(stated.response)}. Numbers are cut into 2 to 8 strata of at least 5 units by equal "
        "intervals, quantiles, natural breaks, geometric intervals or standard deviations, whichever predicts units "
        "that are left out best; larger units and classes are strata as they are. p is the share of "
        f"{stated.permutations:,} permutations of the response, strata chosen anew each time, with at least as large a "
        "q; for given strata the published noncentral F stands beside it. Units that lack the response or a factor "
        "are left out of the year."
    ]
    if stated.models:
        texts.append(
            "Regressions ("
            + listing([_MODELS[m] for m in stated.models])
            + ") are by spreg and mgwr, on standard scores, with the study's neighbours, row-standardised; classes and "
            "larger units are left out of them."
        )
    formula = Markup("q = 1 − Σ<sub>h</sub> N<sub>h</sub> σ<sub>h</sub>² / (N σ²)")
    return [Passage("Drivers", (formula,), tuple(texts))]
