"""Words of the columns that hold labels: groups, classes, weightings, verdicts and the like, in a reader's language.

The English words are those that the files hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ecocomp.language import Language
from ecocomp.variables import table

__all__ = ["groups", "origins", "severities", "weightings", "words_of"]


def words_of(column: str, language: Language) -> Mapping[str, str]:
    """Return what a table prints for the labels of a column; a label that is not there stands for itself."""
    if column in _NAMES_OF_VARIABLES:
        return _variables(language)
    known = _WORDS.get(column)
    return known(language) if known else {}


def weightings(language: Language) -> dict[str, str]:
    """Return what weighs a centre."""
    return {
        "payments": language.say("payments"), "receipts": language.say("receipts"),
        "absolute": language.say("absolute"), "signed": language.say("signed"),
    }  # fmt: skip


def groups(language: Language) -> dict[str, str]:
    """Return the groups of units."""
    return {
        "payer": language.say("payer"), "recipient": language.say("recipient"), "balanced": language.say("balanced"),
        "missing": language.say("missing"),
    }  # fmt: skip


def severities(language: Language) -> dict[str, str]:
    """Return how severe an issue is."""
    return {
        "error": language.say("error"), "warning": language.say("warning"), "note": language.say("note"),
    }  # fmt: skip


def origins(language: Language) -> dict[str, str]:
    """Return where data come from, and what is said of data whose origin the study does not state."""
    return {
        "given": language.say("given"), "published": language.say("published"), "modelled": language.say("modelled"),
        "downscaled": language.say("downscaled"), "imputed": language.say("imputed"),
        "not declared": language.say("not declared"),
    }  # fmt: skip


def _answers(language: Language) -> dict[str, str]:
    return {"yes": language.say("yes"), "no": language.say("no")}


def _limits(language: Language) -> dict[str, str]:
    return {"cap": language.say("cap"), "floor": language.say("floor")}


def _spots(language: Language) -> dict[str, str]:
    hot = {
        "new hot": language.say("new hot"), "consecutive hot": language.say("consecutive hot"),
        "intensifying hot": language.say("intensifying hot"), "persistent hot": language.say("persistent hot"),
        "diminishing hot": language.say("diminishing hot"), "untested hot": language.say("untested hot"),
        "sporadic hot": language.say("sporadic hot"), "oscillating hot": language.say("oscillating hot"),
        "historical hot": language.say("historical hot"),
    }  # fmt: skip
    cold = {
        "new cold": language.say("new cold"), "consecutive cold": language.say("consecutive cold"),
        "intensifying cold": language.say("intensifying cold"), "persistent cold": language.say("persistent cold"),
        "diminishing cold": language.say("diminishing cold"), "untested cold": language.say("untested cold"),
        "sporadic cold": language.say("sporadic cold"), "oscillating cold": language.say("oscillating cold"),
        "historical cold": language.say("historical cold"),
    }  # fmt: skip
    return hot | cold | {"none": language.say("none"), "missing": language.say("missing")}


def _classes(language: Language) -> dict[str, str]:
    return {"ns": language.say("ns"), "isolate": language.say("isolate"), "missing": language.say("missing")}


def _strata(language: Language) -> dict[str, str]:
    return {
        "given": language.say("given"), "equal_interval": language.say("equal_interval"),
        "quantile": language.say("quantile"), "natural_breaks": language.say("natural_breaks"),
        "geometric_interval": language.say("geometric_interval"),
        "standard_deviation": language.say("standard_deviation"),
    }  # fmt: skip


def _interactions(language: Language) -> dict[str, str]:
    return {
        "enhanced, two factors": language.say("enhanced, two factors"),
        "enhanced, nonlinear": language.say("enhanced, nonlinear"),
        "independent": language.say("independent"), "nothing added": language.say("nothing added"),
        "weakened, one factor": language.say("weakened, one factor"),
        "weakened, nonlinear": language.say("weakened, nonlinear"),
    }  # fmt: skip


def _models(language: Language) -> dict[str, str]:
    return {
        "ols": language.say("ols"), "lag": language.say("lag"), "panel_lag": language.say("panel_lag"),
        "panel_error": language.say("panel_error"), "gwr": language.say("gwr"), "mgwr": language.say("mgwr"),
        "error": language.say("spatial error") if language.code != "en" else "error",
    }  # fmt: skip


def _diagnostics(language: Language) -> dict[str, str]:
    fit = {
        "r_squared": language.say("r_squared"), "r_squared_adjusted": language.say("r_squared_adjusted"),
        "pseudo_r_squared": language.say("pseudo_r_squared"), "log_likelihood": language.say("log_likelihood"),
        "aic": language.say("aic"), "aicc": language.say("aicc"), "schwarz": language.say("schwarz"),
        "effective_parameters": language.say("effective_parameters"), "units_used": language.say("units_used"),
        "units_missing": language.say("units_missing"),
    }  # fmt: skip
    tests = {
        "jarque_bera": language.say("jarque_bera"), "breusch_pagan": language.say("breusch_pagan"),
        "koenker_bassett": language.say("koenker_bassett"), "moran_residuals": language.say("moran_residuals"),
        "lm_lag": language.say("lm_lag"), "lm_error": language.say("lm_error"), "rlm_lag": language.say("rlm_lag"),
        "rlm_error": language.say("rlm_error"),
    }  # fmt: skip
    return fit | tests | {
        "multiplier_direct": language.say("multiplier_direct"),
        "multiplier_indirect": language.say("multiplier_indirect"),
        "multiplier_total": language.say("multiplier_total"),
    }  # fmt: skip


def _verdicts(language: Language) -> dict[str, str]:
    return {
        "robust payer": language.say("robust payer"), "robust recipient": language.say("robust recipient"),
        "undecided": language.say("undecided"), "missing": language.say("missing"),
        "baseline": language.say("baseline"), "better than the baseline": language.say("better than the baseline"),
        "no better than the baseline": language.say("no better than the baseline"),
        "not projected": language.say("not projected"),
    }  # fmt: skip


def _events(language: Language) -> dict[str, str]:
    return {"peak": language.say("peak"), "neutrality": language.say("neutrality")}


def _variables(language: Language) -> dict[str, str]:
    """Return names of variables, and of the terms of a regression that are none."""
    if language.code == "en":
        return {}
    terms = {
        "constant": language.say("constant term"), "spatial_lag": language.say("spatial lag ρ"),
        "spatial_error": language.say("spatial error λ"),
    }  # fmt: skip
    return {name: v.label_zh for name, v in table().items()} | terms


_NAMES_OF_VARIABLES = ("quantity", "factor", "other_factor", "response", "term")
_WORDS: Mapping[str, Callable[[Language], Mapping[str, str]]] = {
    "weighting": weightings, "group": groups, "rank_side": groups, "severity": severities, "data_origin": origins,
    "limit": _limits, "pattern": _spots, "cluster": _classes, "origin": _classes, "destination": _classes,
    "hot_spot": _classes, "method": _strata, "interaction": _interactions, "model": _models,
    "diagnostic": _diagnostics, "verdict": _verdicts, "event": _events, "binding": _answers,
    "by_construction": _answers, "level_ratio": _answers, "crossing": _answers, "closest": _answers,
}  # fmt: skip
