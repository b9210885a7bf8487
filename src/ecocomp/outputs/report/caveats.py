"""What the numbers of a report are not: only what applies to this study."""

from __future__ import annotations

import re

from ecocomp.accounts import REVISIONS
from ecocomp.language import Language
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.sentences import units
from ecocomp.result import Result
from ecocomp.study import Study

__all__ = ["at_mean_size", "caveats", "is_npp", "origin_text"]

Caveat = tuple[str, str]

_NPP = re.compile(r"npp|net primary|mod17|净初级|chen\b.*\b2020")
_NET_OF_SOILS = re.compile(r"\bnep\b|\bnee\b|\bnbp\b|net (ecosystem|biome)|净生态")
_MEASURED = re.compile(r"inventor|flux|清查|清单|通量")


def origin_text(origin: str, language: Language) -> str:
    """Return what an origin of data means."""
    return {
        "given": language.say("the values are taken as the study's table gives them; their own origin is not declared"),
        "published": language.say("the values come from published datasets, which may themselves be modelled"),
        "modelled": language.say("at least one quantity is modelled and not observed"),
        "downscaled": language.say(
            "at least one quantity is shared out from larger units and not observed unit by unit"
        ),
        "imputed": language.say("at least one value was missing and has been filled in"),
    }[origin]


def at_mean_size(study: Study) -> bool:
    """Tell whether amounts are notional, at the region's mean size."""
    return study.revision.method == "size_normalised" and study.revision.rescale == "none"


def is_npp(study: Study) -> bool | None:
    """Tell whether sequestration comes from NPP by its declared source or column; None in doubt.

    Only a source that names something else (net ecosystem production, an inventory, fluxes) says that it does not.
    """
    quantity = study.quantities["sequestration"]
    if quantity.derived:
        return quantity.npp is not None
    source, column = (re.sub(r"[\s_-]+", " ", text or "").lower() for text in (quantity.source, quantity.column))
    net_of_soils = bool(_NET_OF_SOILS.search(source))
    if _NPP.search(f"{source} {column}"):
        return None if net_of_soils else True
    return False if net_of_soils or _MEASURED.search(source) else None


def caveats(result: Result, study: Study, language: Language) -> list[Caveat]:
    """Return (heading, text) of every caveat that applies."""
    return [
        *_notional(study, language), *_zero_sum(study, language), _index(study, language),
        *_sequestration(study, language), *_origin(result, language), *_money(result, study, language),
        _p_values(result, study, language), *_changes(result, language), _association(language),
        *_signed_centre(result, language), *_comparison(result, language), _partition(study, language),
        *_missing(result, language),
    ]  # fmt: skip


def _notional(study: Study, language: Language) -> list[Caveat]:
    if study.revision.method != "size_normalised":
        return []
    if at_mean_size(study):
        return [(
            language.say("Amounts at mean size are notional"),
            language.say(
                "The revised account R is the account a unit would have at the region's mean size, not the tonnes it "
                "emits or takes up, and V prices that. Amounts are comparable among the units of this study and within "
                "this partition only: merging or splitting units changes the totals, and ΣR is not ΣC. They are no "
                "bill."
            ),
        )]  # fmt: skip
    return [(
        language.say("Amounts are rescaled from mean size"),
        language.say(
            "Accounts were compared at the region's mean size and then rescaled to the region's physical totals. The "
            "totals are physical; how they are shared among units depends on the partition."
        ),
    )]  # fmt: skip


def _zero_sum(study: Study, language: Language) -> list[Caveat]:
    method = study.revision.method
    if REVISIONS[method].sums_to_zero or (method == "threshold" and study.revision.benchmark == "net"):
        return [(
            language.say("The gap is zero by construction"),
            language.say(
                "This revision redistributes the region's own account: that payments and receipts agree is a property "
                "of the formula and not a finding."
            ),
        )]  # fmt: skip
    return []


def _index(study: Study, language: Language) -> Caveat:
    if study.revision.method == "size_normalised":
        text = language.say(
            "Under this revision the amount is for a unit of mean size and the GDP is the unit's own, so that their "
            "ratio is an index for ranking. What a unit would bear is the settled payment over its GDP: the column "
            "burden of results.csv."
        )
    else:
        text = language.say(
            "Priority sets the whole amount against GDP. What a unit would bear is the settled payment over its GDP, "
            "after the gap rule: the column burden of results.csv."
        )
    return language.say("Priority is an index and not a burden"), text


def _sequestration(study: Study, language: Language) -> list[Caveat]:
    npp = is_npp(study)
    if npp is False:
        return []
    overstated = language.say("Receipts are then overstated, and some recipients may be payers.")
    if npp:
        texts = [
            language.say("Sequestration here is NPP uptake (upper bound)."),
            language.say(
                "NPP is gross of what soils respire and of what is harvested; as a sink it is an upper bound, about "
                "two to four times too large."
            ),
            overstated,
        ]
        return [(language.say("Sequestration is NPP uptake (upper bound)"), language.joined(texts))]
    texts = [
        language.say("What the study declares does not say how its sequestration was derived."),
        language.say(
            "If it is net primary production, read it as NPP uptake (upper bound): NPP is gross of what soils respire "
            "and of what is harvested; as a sink it is an upper bound, about two to four times too large."
        ),
        overstated,
    ]
    return [(language.say("Sequestration may be an upper bound"), language.joined(texts))]


def _origin(result: Result, language: Language) -> list[Caveat]:
    origin = result.manifest["data_origin"]
    heads = {
        "modelled": language.say("The data are modelled"), "downscaled": language.say("The data are downscaled"),
        "imputed": language.say("The data are imputed"),
    }  # fmt: skip
    if origin not in heads:
        return []
    text = language.say(
        "Of what went in, {meaning}. Differences between units partly show the model or its proxies, and clusters may "
        "come from how values were shared out over neighbours.",
        meaning=origin_text(origin, language),
    )
    return [(heads[origin], text)]


def _money(result: Result, study: Study, language: Language) -> list[Caveat]:
    found = []
    if study.compensation.stage_coefficient is None:
        found.append((
            language.say("One price does not make a market"),
            language.say(
                "The price scales every amount alike: with one price for all units and no stage coefficient it moves "
                "neither ranks nor clusters of a year. It stands for no negotiated or observed payment."
            ),
        ))  # fmt: skip
    if study.compensation.price_base is None and len(result.manifest["years"]) > 1:
        found.append((
            language.say("GDP is nominal"),
            language.say(
                "GDP is at current prices: part of the fall of priorities over the years is inflation, and classes "
                "pooled over the years mix price levels."
            ),
        ))  # fmt: skip
    return found


def _p_values(result: Result, study: Study, language: Language) -> Caveat:
    valid = max(int(row["units"] - row["missing"]) for _, row in result.regional.iterrows())
    directed = study.space.alternative == "directed"
    told = {
        "alpha": numbers.plain(study.space.alpha), "units": units(valid, language),
        "expected": numbers.number(valid * study.space.alpha * (2 if directed else 1)),
    }  # fmt: skip
    texts = [
        language.say("Every unit is tested in every year."),
        language.say(
            "At a directed p < {alpha}, on either side, about {expected} of {units} would be labelled in a year if "
            "amounts were scattered at random.",
            **told,
        )
        if directed
        else language.say(
            "At p < {alpha}, about {expected} of {units} would be labelled in a year if amounts were scattered at "
            "random.",
            **told,
        ),
        language.say("Tests of neighbours are not independent. Single labelled units mean little; groups of them more.")
        if study.space.correction == "none"
        else language.say(
            "The correction used here keeps the expected share of false labels below that level instead."
        ),
        language.say("A directed p halves p and so enlarges the clusters without any change in the data."),
    ]
    return language.say("A p-value is not a map legend"), language.joined(texts)


def _changes(result: Result, language: Language) -> list[Caveat]:
    if len(result.manifest["years"]) < 2:
        return []
    return [(
        language.say("A change of class need not be a change of the unit"),
        language.say(
            "A unit enters or leaves a cluster when its p crosses the level: its neighbours, the region's mean or its "
            "own amount may have moved, by however little. Numbers of units per class follow these crossings, and "
            "years near each other are not independent, as the test for a trend takes them to be."
        ),
    )]  # fmt: skip


def _association(language: Language) -> Caveat:
    return (
        language.say("Association is not cause"),
        language.say(
            "Clusters and moving centres say where amounts are alike and where they shift. They do not say why, nor "
            "that one unit's amount acts on its neighbour's."
        ),
    )


def _signed_centre(result: Result, language: Language) -> list[Caveat]:
    signed = result.centres[result.centres["weighting"] == "signed"]
    if signed.empty or signed["leverage"].isna().all():
        return []
    leverage = numbers.significant(float(signed["leverage"].max()), 2)
    empty = int(signed["lon"].isna().sum())
    told = (
        language.count(
            "Its leverage here is up to {leverage} (1: no magnification); it is left empty in {count} year.",
            "Its leverage here is up to {leverage} (1: no magnification); it is left empty in {count} years.",
            empty, leverage=leverage,
        )
        if empty
        else language.say("Its leverage here is up to {leverage} (1: no magnification).", leverage=leverage)
    )  # fmt: skip
    texts = [
        language.say("The signed centre weighs recipients negatively and is pushed away from them."),
        told,
        language.say("The centres of payments and of receipts are averages."),
    ]
    return [(language.say("The signed centre is no average"), language.joined(texts))]


def _comparison(result: Result, language: Language) -> list[Caveat]:
    if result.revisions.empty:
        return []
    return [(
        language.say("Comparing revisions shows dependence, not uncertainty"),
        language.say(
            "Revisions answer different questions, and agreement between them confirms none of them. Amounts under "
            "some are physical and under others notional, so that money moved mixes both; rank agreement and sign "
            "flips do not."
        ),
    )]  # fmt: skip


def _partition(study: Study, language: Language) -> Caveat:
    texts = [
        language.say("Other units (districts merged or apart) give other ranks, clusters and balances."),
        language.say("Units here are the values of {column}.", column=study.units.dissolve)
        if study.units.dissolve
        else "",
        language.say("Coming first by priority is partly a matter of how small a unit's GDP is drawn."),
    ]
    return language.say("The findings depend on the partition"), language.joined(texts)


def _missing(result: Result, language: Language) -> list[Caveat]:
    if not result.regional["missing"].sum():
        return []
    return [(
        language.say("Missing is not zero"),
        language.say(
            "Missing units are left out of means, sums, ranks and clusters; totals of the region are totals of the "
            "others."
        ),
    )]  # fmt: skip
