"""The method section, in English: the formulas that this study used, with its settings, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from ecocomp.accounts import REVISIONS
from ecocomp.compensation import price_presets, threshold_of
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.sentences import listing, plural
from ecocomp.outputs.report.settlement import settlement_passage
from ecocomp.study import Compensation, Revision, Settlement, Space, Study, Zoning

__all__ = ["Passage", "method"]

_SYMBOLS = {"area": "A", "population": "P", "gdp": "G"}
_FACTORS = {"area": "area", "population": "population", "gdp": "GDP"}
_EQUAL = {"area": 1.0, "population": 1.0, "gdp": 1.0}


@dataclass(frozen=True)
class Passage:
    """One step of the method: a heading, a formula or two, and what they mean."""

    title: str
    formulas: tuple[Markup, ...]
    text: tuple[str, ...]


def method(study: Study, prices: Mapping[int, float], permutations: int) -> list[Passage]:
    """Return the passages of the method section.

    Parameters
    ----------
    study
        The settings, defaults included.
    prices
        Carbon price of each year as it was used [CNY per t CO2].
    permutations
        Number of conditional permutations.
    """
    return [
        _account(),
        _revision(study.revision),
        _price(study.compensation, prices),
        _groups(study.compensation),
        _priority(study.zoning),
        _neighbours(study.space),
        _clusters(study.space, permutations),
        *([_changes(study.space)] if len(prices) > 1 else []),
        _centres(study.space),
        _settlement(study.settlement),
    ]


def _account() -> Passage:
    return Passage(
        "Carbon account",
        (Markup("C<sub>i</sub> = E<sub>i</sub> − S<sub>i</sub>"),),
        ("The account C of a unit i is what it emits, E, less what its land takes up, S, in Mt CO₂ a year. "
         "A positive account is a deficit: the unit pays. A negative one is a surplus: the unit receives.",),
    )  # fmt: skip


def _revision(settings: Revision) -> Passage:
    formulas, text = _REVISION_TEXTS[settings.method](settings)
    title = f"Revision: {REVISIONS[settings.method].title[:1].lower()}{REVISIONS[settings.method].title[1:]}"
    return Passage(title, formulas, text)


def _shares(settings: Revision) -> dict[str, float]:
    weights = {str(k): v for k, v in (settings.weights or _EQUAL).items() if v > 0}
    return {name: weight / sum(weights.values()) for name, weight in weights.items()}


def _size_normalised(settings: Revision) -> tuple[tuple[Markup, ...], tuple[str, ...]]:
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
    words = listing([_FACTORS[n] for n in shares])
    means = (
        f"Accounts of unlike units are compared at the region's mean size. The size index κ is the weighted "
        f"{settings.mean} mean of the unit's {words}, each relative to {_reference(settings)}. "
        "κ is 1 for a unit of mean size; the revised account R is what the unit's account would be at that size."
    )
    return formulas, (means, *_rescaling(settings))


def _reference(settings: Revision) -> str:
    if settings.reference == "year":
        return "the mean of the valid units in the same year"
    if settings.reference == "pooled":
        return "the mean of the valid units over all years"
    if isinstance(settings.reference, int):
        return f"the mean of the valid units in {settings.reference}"
    return "reference values that the study states"


def _rescaling(settings: Revision) -> tuple[str, ...]:
    if settings.rescale == "net":
        return (
            "All revised accounts of a year are then multiplied by ΣC/ΣR, which restores the region's net account.",
        )
    if settings.rescale == "gross":
        return ("Deficits and surpluses of a year are then each rescaled to their own sum of C, which restores the "
                "region's gross accounts.",)  # fmt: skip
    return ()


def _quota(settings: Revision) -> tuple[tuple[Markup, ...], tuple[str, ...]]:
    formula = Markup("R<sub>i</sub> = C<sub>i</sub> − ΣC · Σ<sub>f</sub> w<sub>f</sub> s<sub>f,i</sub>")
    parts = []
    for name, share in _shares(settings).items():
        role = settings.roles.get(name, "entitlement")  # type: ignore[call-overload]
        inverse = ", inverted" if role == "responsibility" else ""
        parts.append(f"{_FACTORS[name]} (weight {numbers.fraction(share)}, {role}{inverse})")
    text = (
        f"The region's net account ΣC is shared out by {listing(parts)}, and each unit's share is taken from its own "
        "account. The revised accounts sum to zero over the region."
    )
    return (formula,), (text,)


def _theoretical(settings: Revision) -> tuple[tuple[Markup, ...], tuple[str, ...]]:
    formula = Markup("R<sub>i</sub> = C<sub>i</sub> − ΣC · G<sub>i</sub> / ΣG")
    text = "The region's net account ΣC is shared out by GDP, G, and each unit's share is taken from its own account."
    if settings.roles.get("gdp") == "responsibility":
        formula = Markup("R<sub>i</sub> = C<sub>i</sub> − ΣC · (1/G<sub>i</sub>) / Σ(1/G)")
        text = "The region's net account ΣC is shared out by inverse GDP and taken from each unit's own account."
    return (formula,), (f"{text} The revised accounts sum to zero over the region.",)


def _threshold(settings: Revision) -> tuple[tuple[Markup, ...], tuple[str, ...]]:
    gross = settings.benchmark == "gross"
    formula = Markup("R<sub>i</sub> = C<sub>i</sub> − e<sub>0</sub> G<sub>i</sub>, e<sub>0</sub> = {}")
    text = (
        "Each unit may emit what the region's carbon intensity e₀ allows for its GDP, G; the rest is its revised "
        "account. "
        + ("Revised accounts sum to minus the region's sequestration." if gross else "Revised accounts sum to zero.")
    )
    return (formula.format("ΣE / ΣG" if gross else "ΣC / ΣG"),), (text,)


def _ecc_esc(settings: Revision) -> tuple[tuple[Markup, ...], tuple[str, ...]]:
    formulas = (
        Markup("R<sub>i</sub> = C<sub>i</sub> / ECC<sub>i</sub> where C<sub>i</sub> &gt; 0, "
               "C<sub>i</sub> · ESC<sub>i</sub> where C<sub>i</sub> &lt; 0"),
        Markup("ECC<sub>i</sub> = (G<sub>i</sub>/ΣG) / (E<sub>i</sub>/ΣE), "
               "ESC<sub>i</sub> = (S<sub>i</sub>/ΣS) / (E<sub>i</sub>/ΣE)"),
    )  # fmt: skip
    text = (
        "Deficits are divided by the economic contribution coefficient, surpluses multiplied by the ecological support "
        f"coefficient; 1/ECC and ESC are capped at the {numbers.plain(settings.cap_quantile)} quantile of the "
        "year. Both are undefined for a unit without emissions."
    )
    return formulas, (text,)


def _none(_: Revision) -> tuple[tuple[Markup, ...], tuple[str, ...]]:
    return (Markup("R<sub>i</sub> = C<sub>i</sub>"),), ("Accounts are priced as they are; large units weigh more.",)


_REVISION_TEXTS = {
    "size_normalised": _size_normalised, "quota": _quota, "theoretical": _theoretical, "threshold": _threshold,
    "ecc_esc": _ecc_esc, "none": _none,
}  # fmt: skip


def _price(money: Compensation, prices: Mapping[int, float]) -> Passage:
    text = f"The price p is {_by_year(prices, 'CNY per t CO₂', 6 if money.price_base is None else 4)}"
    if money.price.preset is not None:
        preset = price_presets()[money.price.preset]
        text += f" ({preset.meaning}: {preset.source})"
    elif _per_carbon(money):
        text += ", converted from a price per t C (1 t C = 44/12 t CO₂)"
    level = (
        f"{_stated(money, list(prices))} Price and GDP are expressed at the price level of the base year "
        f"{money.price_base}."
        if money.price_base is not None
        else "Price and GDP are at current prices."
    )
    return Passage(
        "Amount",
        (Markup("V<sub>i</sub> = R<sub>i</sub> · 10<sup>6</sup> · p · k<sub>i</sub>"),),
        (f"{text}. {level} {_stage(money)}",),
    )


def _per_carbon(money: Compensation) -> bool:
    return money.price.unit is not None and money.price.unit.rstrip().endswith(" C")


def _by_year(values: Mapping[int, float], unit: str, digits: int = 6) -> str:
    """Return values by year in words: ``60 CNY in every year``, or each with its year."""
    texts = {year: numbers.plain(value, digits) for year, value in values.items()}
    if len(set(texts.values())) == 1:
        return f"{next(iter(texts.values()))} {unit} in every year"
    return f"{listing([f'{text} in {year}' for year, text in texts.items()])} {unit}"


def _stated(money: Compensation, years: list[int]) -> str:
    """Say which price was stated, before it was expressed at the price level of the base year."""
    price = money.price
    if price.preset is not None:
        preset = price_presets()[price.preset]
        return f"The price stated is {numbers.plain(preset.value)} {numbers.measure(preset.unit)}."
    unit = numbers.measure(price.unit or "")
    if price.years is not None:
        return f"The price stated is {_by_year({year: price.years[year] for year in years}, unit)}."
    return f"The price stated is {numbers.plain(price.value)} {unit}."


def _stage(money: Compensation) -> str:
    stage = money.stage_coefficient
    if stage is None:
        return "No stage coefficient is applied (k = 1)."
    if stage.engel is None:
        engel = "given for each unit"
    elif isinstance(stage.engel, dict):
        engel = listing([f"{numbers.plain(v)} in {year}" for year, v in sorted(stage.engel.items())])
    else:
        engel = f"{numbers.plain(stage.engel)} throughout"
    scope = "the amounts of payers only" if stage.applies_to == "payers" else "all amounts"
    return (
        f"The stage coefficient k = 1 / (1 + e^(3 − 1/En)), a Pearl growth curve of the Engel coefficient En "
        f"({engel}), "
        f"scales {scope}."
    )


def _groups(money: Compensation) -> Passage:
    limit = threshold_of(money)
    if limit == 0:
        text = "A unit with V > 0 is a payer, one with V < 0 a recipient, one with V = 0 balanced."
    else:
        size = f"{numbers.plain(limit)} CNY"
        text = f"A unit with V above {size} is a payer, one with V below −{size} a recipient, the others are balanced."
    return Passage(
        "Groups",
        (),
        (f"{text} A unit that lacks any quantity the account or its revision needs is missing that year.",),
    )


def _priority(zoning: Zoning) -> Passage:
    order = (
        "Payers and recipients are ranked by falling priority Q"
        if zoning.payers == "high_first"
        else "Payers are ranked by rising and recipients by falling priority Q"
    )
    text = (
        f"{order}, each among themselves; ties go to the larger "
        f"|V|, then to the unit's code. Natural breaks (Jenks) sort the priorities of payers and of recipients, "
        f"pooled over "
        f"all years, into {plural(zoning.classes, 'class', 'classes')}, of which 1 is the highest."
    )
    return Passage("Priority", (Markup("Q<sub>i</sub> = |V<sub>i</sub>| / G<sub>i</sub>"),), (text,))


def _neighbours(space: Space) -> Passage:
    rules = {
        "queen": "Units are neighbours if their boundaries share a point (queen contiguity)",
        "rook": "Units are neighbours if their boundaries share an edge (rook contiguity)",
        "k_nearest": f"Each unit's neighbours are the {space.k} nearest by centroid",
        "distance": f"Units are neighbours if their centroids are at most {numbers.plain(space.distance_km)} km apart",
    }
    snap = (
        f"; gaps of up to {numbers.plain(space.snap)} m still touch"
        if space.snap > 0 and space.weights in ("queen", "rook")
        else ""
    )
    isolates = {
        "nearest": "A unit without neighbours is linked to the nearest one, both ways.",
        "drop": "A unit without neighbours is left without and called isolate.",
        "error": "Units without neighbours are refused.",
    }[space.isolates]
    return Passage(
        "Neighbours", (),
        (f"{rules[space.weights]}{snap}. {isolates} Units missing in a year leave the neighbourhood of that year. "
         "Links are binary and standardised by row.",),
    )  # fmt: skip


def _clusters(space: Space, permutations: int) -> Passage:
    two_sided = space.alternative == "two-sided"
    formulas = (
        Markup("I<sub>i</sub> = z<sub>i</sub> / m<sub>2</sub> · Σ<sub>j</sub> w<sub>ij</sub> z<sub>j</sub>, "
               "m<sub>2</sub> = Σz² / (n − 1)"),
        Markup("p<sub>i</sub> = min(1, 2 · (min(#≥, #≤) + 1) / (M + 1))") if two_sided
        else Markup("p<sub>i</sub> = (min(#≥, #≤) + 1) / (M + 1)"),
    )  # fmt: skip
    convention = (
        "The p is two-sided."
        if two_sided
        else "The p is directed, as in GeoDa and older PySAL: half the two-sided one."
    )
    called = (
        "after the Benjamini–Hochberg correction for the false-discovery rate over all units of the year"
        if space.correction == "fdr"
        else "without correction for the number of units tested; the corrected p stands beside it"
    )
    overall = (
        f"{numbers.number(space.global_permutations)} permutations" if space.global_permutations
        else "its moments under randomisation"
    )  # fmt: skip
    text = (
        "z is the amount less its mean over the units of the year. Local Moran's I tells units whose neighbours "
        "are alike: "
        "HH (high among high), LL (low among low), and the outliers HL and LH. Its p comes from "
        f"M = {numbers.number(permutations)} conditional permutations. {convention} A cluster is called at "
        f"p < {numbers.plain(space.alpha)}, {called}. The p of global Moran's I is two-sided, from {overall}."
    )
    hot = (
        "Hot and cold spots are told by Gi*, the standard score of a unit's amount added to its neighbours'. Its p is "
        "that of local Moran's I, since both compare the neighbours of a unit with those that chance would give it; a "
        "spot is called like a cluster, hot where both the neighbours and the score, which counts the unit in, are "
        "high, cold where both are low. The bivariate statistic sets the amount at the unit against GDP per head "
        "among its neighbours."
    )
    return Passage("Clusters", formulas, (text, hot))


def _changes(space: Space) -> Passage:
    formulas = (
        Markup("p<sub>ab</sub> = n<sub>ab</sub> / Σ<sub>b</sub> n<sub>ab</sub>, π P = π"),
        Markup("S = Σ<sub>s&lt;t</sub> sgn(N<sub>t</sub> − N<sub>s</sub>)"),
    )
    steps = (
        "n is the number of units that are in class a in one year and in class b in the next year of the data; over "
        "all steps these make the probabilities p, and π is their steady state. The number N of units in a class is "
        "tested for a trend by Mann and Kendall's S with its exact p; Sen's slope is the median change per year. Its "
        "course is told by its swings of at least a third of its range."
    )
    level = numbers.plain(space.alpha)
    spots = (
        "The history of a unit is new if it is a hot spot in the last year for the first time, consecutive if its "
        "hot years are one run up to the last, sporadic if they have breaks, oscillating if it was cold in "
        "between or before, and historical if it was hot in at least 90% of the years but not in the last. A spot that "
        "is hot in at least 90% of the years, the last included, is intensifying, diminishing or persistent, as "
        f"its Gi* rises, falls or does neither at p < {level} of Mann and Kendall's test; untested where so few years "
        "could not tell. The same holds for cold spots."
    )
    return Passage("Change of clusters", formulas, (steps, spots))


def _centres(space: Space) -> Passage:
    axes = (
        "The axes are the plain standard deviations along and across the main direction."
        if space.ellipse == "plain"
        else "The axes are the standard deviations along and across the main direction, enlarged by √2."
    )
    text = (
        "x are the centroids of the units in an equal-area projection, the weights m the payments, the receipts, "
        "the absolute "
        "amounts, or the signed ones. The signed centre is no average and can leave the region: its leverage Σ|m| "
        "/ |Σm| says "
        "how far it is magnified, and above 4 it is left empty. Tracks are geodesics between successive years; "
        "bearings count "
        "clockwise from north. The standard deviational ellipse shows how far and which way the weights spread "
        "around their "
        f"centre. {axes}"
    )
    formula = Markup("x̄ = Σ m<sub>i</sub> x<sub>i</sub> / Σ m<sub>i</sub>")
    return Passage("Centres of gravity and ellipses", (formula,), (text,))


def _settlement(settings: Settlement) -> Passage:
    return Passage("Balance and settlement", *settlement_passage(settings))
