"""What the page says, in one language: messages, labels of variables, and the units that readers expect."""

from __future__ import annotations

from typing import Any

from ecocomp.language import Language
from ecocomp.variables import label

__all__ = ["catalogue"]

LABELS = (
    "account", "amount", "area", "cluster", "emissions", "gap", "gdp", "group", "name", "payments", "population",
    "price", "priority", "priority_class", "probability_paying", "rank", "receipts", "revised", "sequestration",
    "settled", "size_index", "stage_coefficient", "year",
)  # fmt: skip
MEASURES = {"money": "CNY", "mass": "Mt CO2", "mean_size": "Mt CO2 at mean size", "price": "CNY/t CO2"}


def catalogue(language: Language) -> dict[str, Any]:
    """Return the texts of the page; names in braces are put in by the page.

    Returns
    -------
    dict
        ``words`` by key, ``labels`` of variables without their units, ``measures`` (size in the canonical unit, and
        label), ``locale`` for numbers, ``code``.
    """
    measures = {kind: language.measure(unit) for kind, unit in MEASURES.items()}
    return {
        "code": language.code,
        "locale": {"en": "en-GB", "zh": "zh-CN"}[language.code],
        "words": _controls(language) | _model(language) | _map(language) | _results(language) | _unit(language)
        | _about(language),
        "labels": {name: label(name, language.code, unit="") for name in LABELS},
        "measures": {kind: {"size": m.size, "label": m.label} for kind, m in measures.items()},
    }  # fmt: skip


def _controls(language: Language) -> dict[str, str]:
    return {
        "kicker": language.say("Carbon ecological compensation: who pays whom, and why"),
        "byline": language.say(
            "{years} · {count} units · {origin}", years="{years}", count="{count}", origin="{origin}"
        ),
        "skip": language.say("Skip to the map"),
        "settings": language.say("Search and settings"),
        "search": language.say("Find a unit"),
        "search_help": language.say("By name, code or pinyin; Enter takes the first."),
        "found": language.say("Units found: {count}", count="{count}"),
        "show": language.say("Shown on the map"),
        "run": language.say("Scenario"),
        "compare": language.say("Compare with"),
        "alone": language.say("nothing"),
        "own": language.say("the run with its own settings"),
        "base_name": language.say("The study"),
        "scenario_name": language.say("Scenario {name}", name="{name}"),
        "with_changes": language.say(" (settings changed)"),
        "model": language.say("The model"),
        "threshold": language.say("Balanced up to [{unit}]", unit="{unit}"),
        "threshold_help": language.say("Amounts up to this size neither pay nor receive."),
        "changed": language.say("Changed against the run: {names}.", names="{names}"),
        "unchanged": language.say("The settings are those of the run."),
        "reset": language.say("Back to the run's settings"),
        "name_price": language.say("price"),
        "name_revision": language.say("revision"),
        "name_mean": language.say("mean"),
        "name_weights": language.say("weights"),
        "name_threshold": language.say("threshold"),
        "comma": language.say(", "),
        "year": language.say("Year"),
        "png": language.say("Save the view (png)"),
        "csv": language.say("Save the table (csv)"),
    }


def _model(language: Language) -> dict[str, str]:
    return {
        "revision": language.say("Revision"),
        "revision_size_normalised": language.say("at the region's mean size"),
        "revision_quota": language.say("less a share of the region's account"),
        "revision_theoretical": language.say("less a share by GDP (theoretical deficit)"),
        "revision_threshold": language.say("beyond the region's carbon intensity"),
        "revision_ecc_esc": language.say("by economic contribution and ecological support"),
        "revision_none": language.say("none: the account as it is"),
        "formula_size_normalised": language.say("R = C / κ, κ the weighted mean of relative sizes"),
        "formula_quota": language.say("R = C − ΣC · Σ w·s, s the unit's share of each factor"),
        "formula_theoretical": language.say("R = C − ΣC · G / ΣG"),
        "formula_threshold": language.say("R = C − e₀ · G, e₀ the region's carbon per GDP"),
        "formula_ecc_esc": language.say("R = C / ECC for payers, C · ESC for recipients"),
        "formula_none": language.say("R = C"),
        "mean": language.say("Mean"),
        "geometric": language.say("geometric"),
        "arithmetic": language.say("arithmetic"),
        "harmonic": language.say("harmonic"),
        "weights": language.say("Weights"),
        "problem_rescale": language.say(
            "With these settings the region's accounts before and after revision have opposite signs, so that its net "
            "total cannot be restored. Choose other weights or another mean."
        ),
        "problem_absurd": language.say(
            "With these settings an amount is larger than any money can be. Lower the price or choose other weights."
        ),
    }


def _map(language: Language) -> dict[str, str]:
    return {
        "map_title": language.say("{quantity}, {year}", quantity="{quantity}", year="{year}"),
        "map_label": language.say("Map: {title}. Arrow keys move between units.", title="{title}"),
        "map_help": language.say(
            "Arrow keys choose the next unit in their direction, plus and minus zoom, zero shows the whole map. The "
            "table of all units below holds the same values."
        ),
        "zoom_in": language.say("Zoom in"),
        "zoom_out": language.say("Zoom out"),
        "zoom_all": language.say("Show the whole map"),
        "payer": language.say("payers"),
        "recipient": language.say("recipients"),
        "payer_short": language.say("pays"),
        "recipient_short": language.say("receives"),
        "balanced": language.say("balanced"),
        "missing": language.say("missing"),
        "HH": language.say("high-high"),
        "LL": language.say("low-low"),
        "HL": language.say("high-low"),
        "LH": language.say("low-high"),
        "ns": language.say("not significant"),
        "isolate": language.say("no neighbour"),
        "class_of": language.say("{side}, class {number}", side="{side}", number="{number}"),
        "centre_of_payments": language.say("centre of payments and its track"),
        "centre_of_receipts": language.say("centre of receipts and its track"),
        "as_run_short": language.say(" (as of the run)"),
        "notional": language.say("Amounts are notional, at the region's mean size: no bill."),
        "same_classes": language.say("The same classes hold for all years and settings."),
    }


def _results(language: Language) -> dict[str, str]:
    return {
        "totals": language.say("Totals of the year"),
        "in_the_run": language.say("in the run {value}", value="{value}"),
        "units": language.say("Units"),
        "n_payers": language.say("pay"),
        "n_recipients": language.say("receive"),
        "n_balanced": language.say("balanced"),
        "n_missing": language.say("missing"),
        "centres": language.say("Centres of gravity"),
        "centre_payments": language.say("payments"),
        "centre_receipts": language.say("receipts"),
        "no_centre": language.say("none"),
        "east": language.say("E"),
        "west": language.say("W"),
        "north": language.say("N"),
        "south": language.say("S"),
        "ranking": language.say("Who comes first"),
        "ranking_high": language.say("By priority, the amount over GDP; the highest first."),
        "ranking_low": language.say("By priority, the amount over GDP; payers with the lowest first."),
        "none_ranked": language.say("No {side} this year.", side="{side}"),
        "of": language.say("{shown} of {all}", shown="{shown}", all="{all}"),
        "more": language.say("Show all"),
        "fewer": language.say("Show the first ten"),
        "ranked": language.say("rank {rank}", rank="{rank}"),
        "ranked_side": language.say("rank {rank} among {side}", rank="{rank}", side="{side}"),
        "whole": language.say("All units as a table"),
        "whole_title": language.say("All units, {year}: what the map shows, as a table", year="{year}"),
        "amount_in": language.say("Amount, {title} [{unit}]", title="{title}", unit="{unit}"),
        "difference": language.say("Difference [{unit}]", unit="{unit}"),
        "beside": language.say(
            "{title}: {amount}, {group}, rank {rank}",
            title="{title}",
            amount="{amount}",
            group="{group}",
            rank="{rank}",
        ),
        "told": language.say("{name}: {amount}, {side}", name="{name}", amount="{amount}", side="{side}"),
        "picture_settings": language.say(
            "{run}; revision: {revision}; price: {price}", run="{run}", revision="{revision}", price="{price}"
        ),
    }


def _unit(language: Language) -> dict[str, str]:
    return {
        "close": language.say("Close"),
        "why_pays": language.say("Why it pays"),
        "why_receives": language.say("Why it receives"),
        "sizes": language.say("{mean} mean of {sizes}", mean="{mean}", sizes="{sizes}"),
        "rescaling": language.say("Rescaling to physical totals"),
        "factor": language.say("Economic contribution or ecological support"),
        "share_due": language.say("Its share of the region's account"),
        "share": language.say("{share} %", share="{share}"),
        "allowed": language.say("What the region's intensity allows for its GDP"),
        "is_payer": language.say("pays"),
        "is_recipient": language.say("receives"),
        "is_balanced": language.say("balanced"),
        "is_missing": language.say("missing"),
        "no_amount": language.say("A quantity that the revision needs is missing: no amount, and not counted as zero."),
        "no_stage": language.say(
            "The run scaled payers only, and this unit received: its stage coefficient is not in the run. No amount, "
            "and not counted as zero."
        ),
        "by_year": language.say("Its account by year"),
        "neighbours": language.say("Neighbours"),
        "no_neighbours": language.say("It has no neighbour."),
        "as_run": language.say("As of the run"),
        "as_run_note": language.say("As the run found it; not computed in this page."),
        "as_run_changed": language.say(
            "As of the run, not of the settings above: clusters, classes, draws and transfers are not computed here."
        ),
        "interval": language.say("90 % interval of the amount [{unit}]", unit="{unit}"),
        "rank_interval": language.say("90 % interval of the rank"),
        "from_to": language.say("{low} to {high}", low="{low}", high="{high}"),
        "no_draws": language.say("The run drew no errors: nothing is told of certainty."),
        "is": language.say("="),
        "transfers_to": language.say("Pays {count} units, most to [{unit}]", count="{count}", unit="{unit}"),
        "transfers_from": language.say(
            "Receives from {count} units, most from [{unit}]", count="{count}", unit="{unit}"
        ),
        "transfers_rest": language.say("and {count} more", count="{count}"),
        "no_transfers": language.say("It has no transfer this year."),
    }  # fmt: skip


def _about(language: Language) -> dict[str, str]:
    return {
        "origin_given": language.say("values as the study's table gives them"),
        "origin_published": language.say("values from published datasets"),
        "origin_modelled": language.say("at least one quantity is modelled"),
        "origin_downscaled": language.say("at least one quantity is shared out from larger units"),
        "origin_imputed": language.say("at least one missing value was filled in"),
        "about_computed": language.say(
            "Accounts, amounts, groups, priorities, ranks, totals and centres are computed in this page from "
            "emissions, sequestration, area, population and GDP, by the formulas of the run."
        ),
        "about_as_run": language.say(
            "Clusters, priority classes, settled amounts, transfers and certainty are those of the run, whatever the "
            "controls say."
        ),
        "about_map": language.say(
            "Polygons are simplified for display, in an equal-area projection; centres rest on the polygons as read."
        ),
        "about_alone": language.say("Nothing in this page reaches the network."),
        "about_made": language.say("Made with ecocomp {version}.", version="{version}"),
    }  # fmt: skip
