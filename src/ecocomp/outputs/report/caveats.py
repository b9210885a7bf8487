"""What the numbers of a report are not, in English: only what applies to this study."""

from __future__ import annotations

import re

from ecocomp.accounts import REVISIONS
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.sentences import plural
from ecocomp.result import Result
from ecocomp.study import Study

__all__ = ["ORIGIN_TEXTS", "at_mean_size", "caveats", "is_npp", "origin_text"]

Caveat = tuple[str, str]

ORIGIN_TEXTS = {
    "given": "the values are taken as the study's table gives them; their own origin is not declared",
    "published": "the values come from published datasets, which may themselves be modelled",
    "modelled": "at least one quantity is modelled and not observed",
    "downscaled": "at least one quantity is shared out from larger units and not observed unit by unit",
    "imputed": "at least one value was missing and has been filled in",
}

_NPP = re.compile(r"npp|net primary|mod17|净初级|chen\b.*\b2020")
_NET_OF_SOILS = re.compile(r"\bnep\b|\bnee\b|\bnbp\b|net (ecosystem|biome)|净生态")
_MEASURED = re.compile(r"inventor|flux|清查|清单|通量")


def origin_text(origin: str) -> str:
    """Return what an origin of data means."""
    return ORIGIN_TEXTS[origin]


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


def caveats(result: Result, study: Study) -> list[Caveat]:
    """Return (heading, text) of every caveat that applies."""
    return [
        *_notional(study), *_zero_sum(study), *_index(study), *_sequestration(study), *_origin(result),
        *_money(result, study), *_p_values(result, study), *_changes(result), _association(), *_signed_centre(result),
        *_comparison(result), _partition(study), *_missing(result),
    ]  # fmt: skip


def _notional(study: Study) -> list[Caveat]:
    if study.revision.method != "size_normalised":
        return []
    if at_mean_size(study):
        return [("Amounts at mean size are notional",
                 "The revised account R is the account a unit would have at the region's mean size, not the "
                 "tonnes it emits or "
                 "takes up, and V prices that. Amounts are comparable among the units of this study and within "
                 "this partition "
                 "only: merging or splitting units changes the totals, and ΣR is not ΣC. They are no "
                 "bill.")]  # fmt: skip
    return [("Amounts are rescaled from mean size",
             "Accounts were compared at the region's mean size and then rescaled to the region's physical totals. "
             "The totals are "
             "physical; how they are shared among units depends on the partition.")]  # fmt: skip


def _zero_sum(study: Study) -> list[Caveat]:
    method = study.revision.method
    if REVISIONS[method].sums_to_zero or (method == "threshold" and study.revision.benchmark == "net"):
        return [("The gap is zero by construction",
                 "This revision redistributes the region's own account: that payments and receipts agree is a "
                 "property of the "
                 "formula and not a finding.")]  # fmt: skip
    return []


def _index(study: Study) -> list[Caveat]:
    if study.revision.method == "size_normalised":
        text = (
            "Under this revision the amount is for a unit of mean size and the GDP is the unit's own, so that "
            "their ratio is an "
            "index for ranking. What a unit would bear is the settled payment over its GDP: the column burden of "
            "results.csv."
        )
    else:
        text = (
            "Priority sets the whole amount against GDP. What a unit would bear is the settled payment over its "
            "GDP, after the "
            "gap rule: the column burden of results.csv."
        )
    return [("Priority is an index and not a burden", text)]


def _sequestration(study: Study) -> list[Caveat]:
    upper = (
        "NPP is gross of what soils respire and of what is harvested; as a sink it is an upper bound, about two "
        "to four times too "
        "large. Receipts are then overstated, and some recipients may be payers."
    )
    match is_npp(study):
        case True:
            return [
                (
                    "Sequestration is NPP uptake (upper bound)",
                    f"Sequestration here is NPP uptake (upper bound). {upper}",
                )
            ]
        case None:
            return [("Sequestration may be an upper bound",
                     "What the study declares does not say how its sequestration was derived. If it is net primary "
                     "production, read it as "
                     f"NPP uptake (upper bound): {upper}")]  # fmt: skip
    return []


def _origin(result: Result) -> list[Caveat]:
    origin = result.manifest["data_origin"]
    if origin not in ("modelled", "downscaled", "imputed"):
        return []
    return [(f"The data are {origin}", f"Of what went in, {origin_text(origin)}. Differences between units partly "
             "show the model or its proxies, and clusters may come from how values were shared out over "
             "neighbours.")]  # fmt: skip


def _money(result: Result, study: Study) -> list[Caveat]:
    found = [("One price does not make a market",
              "The price scales every amount alike: with one price for all units and no stage coefficient it "
              "moves neither ranks "
              "nor clusters of a year. It stands for no negotiated or observed payment.")]  # fmt: skip
    if study.compensation.stage_coefficient is not None:
        found = []
    if study.compensation.price_base is None and len(result.manifest["years"]) > 1:
        found.append(
            ("GDP is nominal",
             "GDP is at current prices: part of the fall of priorities over the years is inflation, and classes "
             "pooled over the "
             "years mix price levels.")
        )  # fmt: skip
    return found


def _p_values(result: Result, study: Study) -> list[Caveat]:
    valid = max(int(row["units"] - row["missing"]) for _, row in result.regional.iterrows())
    directed = study.space.alternative == "directed"
    expected = valid * study.space.alpha * (2 if directed else 1)
    text = (
        f"Every unit is tested in every year. At {'a directed ' if directed else ''}"
        f"p < {numbers.plain(study.space.alpha)}{', on either side' if directed else ''}, about "
        f"{numbers.number(expected)} of {plural(valid, 'unit')} would be labelled in a year if amounts were "
        f"scattered at random"
    )
    if study.space.correction == "none":
        text += ", and tests of neighbours are not independent. Single labelled units mean little; groups of them more."
    else:
        text += "; the correction used here keeps the expected share of false labels below that level instead."
    convention = " A directed p halves p and so enlarges the clusters without any change in the data."
    return [("A p-value is not a map legend", text + convention)]


def _changes(result: Result) -> list[Caveat]:
    if len(result.manifest["years"]) < 2:
        return []
    return [("A change of class need not be a change of the unit",
             "A unit enters or leaves a cluster when its p crosses the level: its neighbours, the region's mean or its "
             "own amount may have moved, by however little. Numbers of units per class follow these crossings, and "
             "years near each other are not independent, as the test for a trend takes them to be.")]  # fmt: skip


def _association() -> Caveat:
    return ("Association is not cause",
            "Clusters and moving centres say where amounts are alike and where they shift. They do not say why, "
            "nor that one "
            "unit's amount acts on its neighbour's.")  # fmt: skip


def _signed_centre(result: Result) -> list[Caveat]:
    signed = result.centres[result.centres["weighting"] == "signed"]
    if signed.empty or signed["leverage"].isna().all():
        return []
    text = (
        "The signed centre weighs recipients negatively and is pushed away from them. Its leverage here is up to "
        f"{numbers.significant(float(signed['leverage'].max()), 2)} (1: no magnification)"
    )
    empty = int(signed["lon"].isna().sum())
    tail = f"; it is left empty in {plural(empty, 'year')}" if empty else ""
    return [("The signed centre is no average", f"{text}{tail}. The centres of payments and of receipts are averages.")]


def _comparison(result: Result) -> list[Caveat]:
    if result.revisions.empty:
        return []
    return [("Comparing revisions shows dependence, not uncertainty",
             "Revisions answer different questions, and agreement between them confirms none of them. Amounts "
             "under some are "
             "physical and under others notional, so that money moved mixes both; rank agreement and sign flips "
             "do not.")]  # fmt: skip


def _partition(study: Study) -> Caveat:
    made = f" Units here are the values of {study.units.dissolve}." if study.units.dissolve else ""
    return ("The findings depend on the partition",
            f"Other units (districts merged or apart) give other ranks, clusters and balances.{made} Coming first "
            f"by priority is "
            "partly a matter of how small a unit's GDP is drawn.")  # fmt: skip


def _missing(result: Result) -> list[Caveat]:
    if not result.regional["missing"].sum():
        return []
    return [("Missing is not zero",
             "Missing units are left out of means, sums, ranks and clusters; totals of the region are totals of "
             "the others.")]  # fmt: skip
