"""The step of the method that revises accounts: the formulas of each revision and what they mean, in a language."""

from __future__ import annotations

from markupsafe import Markup

from ecocomp.language import Language
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.categories import quantity_name
from ecocomp.study import Revision

__all__ = ["revision_text", "revision_title"]

_SYMBOLS = {"area": "A", "population": "P", "gdp": "G"}
_EQUAL = {"area": 1.0, "population": 1.0, "gdp": 1.0}
Told = tuple[tuple[Markup, ...], tuple[str, ...]]


def revision_title(method: str, language: Language) -> str:
    """Return what a revision is: the title of :data:`ecocomp.accounts.REVISIONS` in a language."""
    return {
        "size_normalised": language.say("Account at the region's mean size"),
        "quota": language.say("Account less its share of the region's"),
        "theoretical": language.say("Theoretical carbon deficit (quota by GDP)"),
        "threshold": language.say("Account beyond the region's carbon intensity"),
        "ecc_esc": language.say("Economic contribution and ecological support"),
        "none": language.say("Unrevised account"),
    }[method]


def revision_text(settings: Revision, language: Language) -> Told:
    """Return the formulas of the study's revision and what they mean."""
    return {
        "size_normalised": _size_normalised, "quota": _quota, "theoretical": _theoretical, "threshold": _threshold,
        "ecc_esc": _ecc_esc, "none": _none,
    }[settings.method](settings, language)  # fmt: skip


def _shares(settings: Revision) -> dict[str, float]:
    weights = {str(k): v for k, v in (settings.weights or _EQUAL).items() if v > 0}
    return {name: weight / sum(weights.values()) for name, weight in weights.items()}


def _size_normalised(settings: Revision, language: Language) -> Told:
    shares = _shares(settings)
    hats = {name: Markup("{}̂<sub>i</sub>").format(_SYMBOLS[name]) for name in shares}
    if settings.mean == "geometric":
        parts = [Markup("{}<sup>{}</sup>").format(hats[n], numbers.fraction(w)) for n, w in shares.items()]
        index = Markup(" · ").join(parts)
    elif settings.mean == "arithmetic":
        index = Markup(" + ").join(Markup("{} {}").format(numbers.fraction(w), hats[n]) for n, w in shares.items())
    else:
        sums = Markup(" + ").join(Markup("{} / {}").format(numbers.fraction(w), hats[n]) for n, w in shares.items())
        index = Markup("1 / ({})").format(sums)
    formulas = (
        Markup("R<sub>i</sub> = C<sub>i</sub> / κ<sub>i</sub>"),
        Markup("κ<sub>i</sub> = {}").format(index),
    )
    means = {
        "geometric": language.say("weighted geometric mean"), "arithmetic": language.say("weighted arithmetic mean"),
        "harmonic": language.say("weighted harmonic mean"),
    }  # fmt: skip
    told = language.joined([
        language.say("Accounts of unlike units are compared at the region's mean size."),
        language.say(
            "The size index κ is the {mean} of the unit's {factors}, each relative to {reference}.",
            mean=means[settings.mean], factors=language.listing([quantity_name(n, language) for n in shares]),
            reference=_reference(settings, language),
        ),
        language.say(
            "κ is 1 for a unit of mean size; the revised account R is what the unit's account would be at that size."
        ),
    ])  # fmt: skip
    return formulas, (told, *_rescaling(settings, language))


def _reference(settings: Revision, language: Language) -> str:
    if settings.reference == "year":
        return language.say("the mean of the valid units in the same year")
    if settings.reference == "pooled":
        return language.say("the mean of the valid units over all years")
    if isinstance(settings.reference, int):
        return language.say("the mean of the valid units in {year}", year=settings.reference)
    return language.say("reference values that the study states")


def _rescaling(settings: Revision, language: Language) -> tuple[str, ...]:
    if settings.rescale == "net":
        return (
            language.say(
                "All revised accounts of a year are then multiplied by ΣC/ΣR, which restores the region's net account."
            ),
        )
    if settings.rescale == "gross":
        return (
            language.say(
                "Deficits and surpluses of a year are then each rescaled to their own sum of C, which restores the "
                "region's gross accounts."
            ),
        )
    return ()


def _quota(settings: Revision, language: Language) -> Told:
    formula = Markup("R<sub>i</sub> = C<sub>i</sub> − ΣC · Σ<sub>f</sub> w<sub>f</sub> s<sub>f,i</sub>")
    parts = []
    for name, share in _shares(settings).items():
        role = settings.roles.get(name, "entitlement")  # type: ignore[call-overload]
        told = {"factor": quantity_name(name, language), "weight": numbers.fraction(share)}
        if role == "responsibility":
            parts.append(language.say("{factor} (weight {weight}, responsibility, inverted)", **told))
        else:
            parts.append(language.say("{factor} (weight {weight}, entitlement)", **told))
    text = language.joined([
        language.say(
            "The region's net account ΣC is shared out by {factors}, and each unit's share is taken from its own "
            "account.",
            factors=language.listing(parts),
        ),
        language.say("The revised accounts sum to zero over the region."),
    ])  # fmt: skip
    return (formula,), (text,)


def _theoretical(settings: Revision, language: Language) -> Told:
    if settings.roles.get("gdp") == "responsibility":
        formula = Markup("R<sub>i</sub> = C<sub>i</sub> − ΣC · (1/G<sub>i</sub>) / Σ(1/G)")
        text = language.say(
            "The region's net account ΣC is shared out by inverse GDP and taken from each unit's own account."
        )
    else:
        formula = Markup("R<sub>i</sub> = C<sub>i</sub> − ΣC · G<sub>i</sub> / ΣG")
        text = language.say(
            "The region's net account ΣC is shared out by GDP, G, and each unit's share is taken from its own account."
        )
    return (formula,), (language.joined([text, language.say("The revised accounts sum to zero over the region.")]),)


def _threshold(settings: Revision, language: Language) -> Told:
    gross = settings.benchmark == "gross"
    formula = Markup("R<sub>i</sub> = C<sub>i</sub> − e<sub>0</sub> G<sub>i</sub>, e<sub>0</sub> = {}")
    text = language.joined([
        language.say(
            "Each unit may emit what the region's carbon intensity e₀ allows for its GDP, G; the rest is its revised "
            "account."
        ),
        language.say("Revised accounts sum to minus the region's sequestration.")
        if gross
        else language.say("Revised accounts sum to zero."),
    ])  # fmt: skip
    return (formula.format("ΣE / ΣG" if gross else "ΣC / ΣG"),), (text,)


def _ecc_esc(settings: Revision, language: Language) -> Told:
    formulas = (
        Markup("R<sub>i</sub> = C<sub>i</sub> / ECC<sub>i</sub> (C<sub>i</sub> &gt; 0), "
               "R<sub>i</sub> = C<sub>i</sub> · ESC<sub>i</sub> (C<sub>i</sub> &lt; 0)"),
        Markup("ECC<sub>i</sub> = (G<sub>i</sub>/ΣG) / (E<sub>i</sub>/ΣE), "
               "ESC<sub>i</sub> = (S<sub>i</sub>/ΣS) / (E<sub>i</sub>/ΣE)"),
    )  # fmt: skip
    text = language.joined([
        language.say(
            "Deficits are divided by the economic contribution coefficient, surpluses multiplied by the ecological "
            "support coefficient; 1/ECC and ESC are capped at the {quantile} quantile of the year.",
            quantile=numbers.plain(settings.cap_quantile),
        ),
        language.say("Both are undefined for a unit without emissions."),
    ])  # fmt: skip
    return formulas, (text,)


def _none(_: Revision, language: Language) -> Told:
    text = language.say("Accounts are priced as they are; large units weigh more.")
    return (Markup("R<sub>i</sub> = C<sub>i</sub>"),), (text,)
