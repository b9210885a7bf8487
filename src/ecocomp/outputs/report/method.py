"""The method section: the formulas that this study used, with its settings, in plain words of a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from ecocomp.compensation import price_presets, threshold_of
from ecocomp.language import Language
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.revision_method import revision_text, revision_title
from ecocomp.outputs.report.settlement import settlement_passage
from ecocomp.study import Compensation, Revision, Settlement, Space, Study, Zoning

__all__ = ["Passage", "method"]


@dataclass(frozen=True)
class Passage:
    """One step of the method: a heading, a formula or two, and what they mean."""

    title: str
    formulas: tuple[Markup, ...]
    text: tuple[str, ...]


def method(study: Study, prices: Mapping[int, float], permutations: int, language: Language) -> list[Passage]:
    """Return the passages of the method section.

    Parameters
    ----------
    study
        The settings, defaults included.
    prices
        Carbon price of each year as it was used [CNY per t CO2].
    permutations
        Number of conditional permutations.
    language
        In which to write.
    """
    return [
        _account(language),
        _revision(study.revision, language),
        _price(study.compensation, prices, language),
        _groups(study.compensation, language),
        _priority(study.zoning, language),
        _neighbours(study.space, language),
        _clusters(study.space, permutations, language),
        *([_changes(study.space, language)] if len(prices) > 1 else []),
        _centres(study.space, language),
        _settlement(study.settlement, language),
    ]


def _account(language: Language) -> Passage:
    text = language.say(
        "The account C of a unit i is what it emits, E, less what its land takes up, S, in Mt CO₂ a year. A positive "
        "account is a deficit: the unit pays. A negative one is a surplus: the unit receives."
    )
    formula = Markup("C<sub>i</sub> = E<sub>i</sub> − S<sub>i</sub>")
    return Passage(language.say("Carbon account"), (formula,), (text,))


def _revision(settings: Revision, language: Language) -> Passage:
    title = revision_title(settings.method, language)
    heading = language.say("Revision: {title}", title=f"{title[:1].lower()}{title[1:]}")
    return Passage(heading, *revision_text(settings, language))


def _price(money: Compensation, prices: Mapping[int, float], language: Language) -> Passage:
    base = money.price_base
    unit = language.measure("CNY/t CO2").label
    unit = unit.replace("/", " per ") if language.code == "en" else unit
    told = _by_year(prices, unit, language, 6 if base is None else 4)
    texts = [_price_used(money, told, language)]
    if base is None:
        texts.append(language.say("Price and GDP are at current prices."))
    else:
        texts.append(_stated(money, list(prices), language))
        texts.append(language.say("Price and GDP are expressed at the price level of the base year {year}.", year=base))
    texts.append(_stage(money, language))
    formula = Markup("V<sub>i</sub> = R<sub>i</sub> · 10<sup>6</sup> · p · k<sub>i</sub>")
    return Passage(language.say("Amount"), (formula,), (language.joined(texts),))


def _price_used(money: Compensation, prices: str, language: Language) -> str:
    if money.price.preset is not None:
        return language.say(
            "The price p is {prices} ({meaning}).",
            prices=prices, meaning=_preset_meaning(money.price.preset, language),
        )  # fmt: skip
    if money.price.unit is not None and money.price.unit.rstrip().endswith(" C"):
        return language.say(
            "The price p is {prices}, converted from a price per t C (1 t C = 44/12 t CO₂).", prices=prices
        )
    return language.say("The price p is {prices}.", prices=prices)


def _preset_meaning(name: str, language: Language) -> str:
    """Return what a published price is, and its source."""
    preset = price_presets()[name]
    meaning, source = (
        (preset.meaning_zh, preset.source_zh) if language.code == "zh" else (preset.meaning, preset.source)
    )
    return language.say("{meaning}: {source}", meaning=meaning, source=source)


def _by_year(values: Mapping[int, float], unit: str, language: Language, digits: int = 6) -> str:
    """Return values by year in words: ``60 CNY in every year``, or each with its year."""
    texts = {year: numbers.plain(value, digits) for year, value in values.items()}
    if len(set(texts.values())) == 1:
        return language.say("{value} {unit} in every year", value=next(iter(texts.values())), unit=unit)
    listed = language.listing([
        language.say("{value} in {year}", value=text, year=year) for year, text in texts.items()
    ])  # fmt: skip
    return language.say("{values} {unit}", values=listed, unit=unit)


def _stated(money: Compensation, years: list[int], language: Language) -> str:
    """Say which price was stated, before it was expressed at the price level of the base year."""
    price = money.price
    if price.preset is not None:
        preset = price_presets()[price.preset]
        stated = numbers.as_stated(preset.value, preset.unit, language)
    elif price.years is not None:
        unit = numbers.stated_unit(price.unit or "", language)
        stated = _by_year({year: price.years[year] for year in years}, unit, language)
    else:
        stated = numbers.as_stated(price.value or 0.0, price.unit or "", language)
    return language.say("The price stated is {price}.", price=stated)


def _stage(money: Compensation, language: Language) -> str:
    stage = money.stage_coefficient
    if stage is None:
        return language.say("No stage coefficient is applied (k = 1).")
    if stage.engel is None:
        engel = language.say("given for each unit")
    elif isinstance(stage.engel, dict):
        engel = language.listing([
            language.say("{value} in {year}", value=numbers.plain(v), year=year)
            for year, v in sorted(stage.engel.items())
        ])  # fmt: skip
    else:
        engel = language.say("{value} throughout", value=numbers.plain(stage.engel))
    if stage.applies_to == "payers":
        return language.say(
            "The stage coefficient k = 1 / (1 + e^(3 − 1/En)), a Pearl growth curve of the Engel coefficient En "
            "({engel}), scales the amounts of payers only.",
            engel=engel,
        )
    return language.say(
        "The stage coefficient k = 1 / (1 + e^(3 − 1/En)), a Pearl growth curve of the Engel coefficient En ({engel}), "
        "scales all amounts.",
        engel=engel,
    )


def _groups(money: Compensation, language: Language) -> Passage:
    limit = threshold_of(money)
    if limit == 0:
        text = language.say("A unit with V > 0 is a payer, one with V < 0 a recipient, one with V = 0 balanced.")
    else:
        text = language.say(
            "A unit with V above {size} is a payer, one with V below −{size} a recipient, the others are balanced.",
            size=numbers.as_stated(limit, language.currency, language),
        )
    lacking = language.say("A unit that lacks any quantity the account or its revision needs is missing that year.")
    return Passage(language.say("Groups"), (), (language.joined([text, lacking]),))


def _priority(zoning: Zoning, language: Language) -> Passage:
    if zoning.payers == "high_first":
        order = language.say(
            "Payers and recipients are ranked by falling priority Q, each among themselves; ties go to the larger |V|, "
            "then to the unit's code."
        )
    else:
        order = language.say(
            "Payers are ranked by rising and recipients by falling priority Q, each among themselves; ties go to the "
            "larger |V|, then to the unit's code."
        )
    classes = language.count(
        "Natural breaks (Jenks) sort the priorities of payers and of recipients, pooled over all years, into {count} "
        "class, of which 1 is the highest.",
        "Natural breaks (Jenks) sort the priorities of payers and of recipients, pooled over all years, into {count} "
        "classes, of which 1 is the highest.",
        zoning.classes,
    )
    formula = Markup("Q<sub>i</sub> = |V<sub>i</sub>| / G<sub>i</sub>")
    return Passage(language.say("Priority"), (formula,), (language.joined([order, classes]),))


def _neighbours(space: Space, language: Language) -> Passage:
    isolates = {
        "nearest": language.say("A unit without neighbours is linked to the nearest one, both ways."),
        "drop": language.say("A unit without neighbours is left without and called isolate."),
        "error": language.say("Units without neighbours are refused."),
    }[space.isolates]
    texts = [
        _neighbours_are(space, language), isolates,
        language.say("Units missing in a year leave the neighbourhood of that year."),
        language.say("Links are binary and standardised by row."),
    ]  # fmt: skip
    return Passage(language.say("Neighbours"), (), (language.joined(texts),))


def _neighbours_are(space: Space, language: Language) -> str:
    snap = numbers.plain(space.snap)
    match space.weights:
        case "k_nearest":
            return language.say("Each unit's neighbours are the {k} nearest by centroid.", k=space.k)
        case "distance":
            return language.say(
                "Units are neighbours if their centroids are at most {distance} km apart.",
                distance=numbers.plain(space.distance_km),
            )
        case "queen" if space.snap > 0:
            return language.say(
                "Units are neighbours if their boundaries share a point (queen contiguity); gaps of up to {snap} m "
                "still touch.",
                snap=snap,
            )
        case "rook" if space.snap > 0:
            return language.say(
                "Units are neighbours if their boundaries share an edge (rook contiguity); gaps of up to {snap} m "
                "still touch.",
                snap=snap,
            )
        case "queen":
            return language.say("Units are neighbours if their boundaries share a point (queen contiguity).")
        case _:
            return language.say("Units are neighbours if their boundaries share an edge (rook contiguity).")


def _clusters(space: Space, permutations: int, language: Language) -> Passage:
    two_sided = space.alternative == "two-sided"
    formulas = (
        Markup("I<sub>i</sub> = z<sub>i</sub> / m<sub>2</sub> · Σ<sub>j</sub> w<sub>ij</sub> z<sub>j</sub>, "
               "m<sub>2</sub> = Σz² / (n − 1)"),
        Markup("p<sub>i</sub> = min(1, 2 · (min(#≥, #≤) + 1) / (M + 1))") if two_sided
        else Markup("p<sub>i</sub> = (min(#≥, #≤) + 1) / (M + 1)"),
    )  # fmt: skip
    texts = [
        language.say("z is the amount less its mean over the units of the year."),
        language.say(
            "Local Moran's I tells units whose neighbours are alike: HH (high among high), LL (low among low), and the "
            "outliers HL and LH."
        ),
        language.say(
            "Its p comes from M = {permutations} conditional permutations.", permutations=numbers.number(permutations)
        ),
        language.say("The p is two-sided.")
        if two_sided
        else language.say("The p is directed, as in GeoDa and older PySAL: half the two-sided one."),
        _called(space, language),
        _overall(space, language),
    ]
    hot = language.say(
        "Hot and cold spots are told by Gi*, the standard score of a unit's amount added to its neighbours'. Its p is "
        "that of local Moran's I, since both compare the neighbours of a unit with those that chance would give it; a "
        "spot is called like a cluster, hot where both the neighbours and the score, which counts the unit in, are "
        "high, cold where both are low. The bivariate statistic sets the amount at the unit against GDP per head "
        "among its neighbours."
    )
    return Passage(language.say("Clusters"), formulas, (language.joined(texts), hot))


def _called(space: Space, language: Language) -> str:
    """Say at which p a cluster is called."""
    alpha = numbers.plain(space.alpha)
    if space.correction == "fdr":
        return language.say(
            "A cluster is called at p < {alpha}, after the Benjamini–Hochberg correction for the false-discovery rate "
            "over all units of the year.",
            alpha=alpha,
        )
    return language.say(
        "A cluster is called at p < {alpha}, without correction for the number of units tested; the corrected p stands "
        "beside it.",
        alpha=alpha,
    )


def _overall(space: Space, language: Language) -> str:
    """Say where the p of global Moran's I comes from."""
    if space.global_permutations:
        return language.say(
            "The p of global Moran's I is two-sided, from {permutations} permutations.",
            permutations=numbers.number(space.global_permutations),
        )
    return language.say("The p of global Moran's I is two-sided, from its moments under randomisation.")


def _changes(space: Space, language: Language) -> Passage:
    formulas = (
        Markup("p<sub>ab</sub> = n<sub>ab</sub> / Σ<sub>b</sub> n<sub>ab</sub>, π P = π"),
        Markup("S = Σ<sub>s&lt;t</sub> sgn(N<sub>t</sub> − N<sub>s</sub>)"),
    )
    steps = language.say(
        "n is the number of units that are in class a in one year and in class b in the next year of the data; over "
        "all steps these make the probabilities p, and π is their steady state. The number N of units in a class is "
        "tested for a trend by Mann and Kendall's S with its exact p; Sen's slope is the median change per year. Its "
        "course is told by its swings of at least a third of its range."
    )
    spots = language.say(
        "The history of a unit is new if it is a hot spot in the last year for the first time, consecutive if its "
        "hot years are one run up to the last, sporadic if they have breaks, oscillating if it was cold in "
        "between or before, and historical if it was hot in at least 90% of the years but not in the last. A spot that "
        "is hot in at least 90% of the years, the last included, is intensifying, diminishing or persistent, as "
        "its Gi* rises, falls or does neither at p < {alpha} of Mann and Kendall's test; untested where so few years "
        "could not tell. The same holds for cold spots.",
        alpha=numbers.plain(space.alpha),
    )
    return Passage(language.say("Change of clusters"), formulas, (steps, spots))


def _centres(space: Space, language: Language) -> Passage:
    texts = [
        language.say(
            "x are the centroids of the units in an equal-area projection, the weights m the payments, the receipts, "
            "the absolute amounts, or the signed ones."
        ),
        language.say(
            "The signed centre is no average and can leave the region: its leverage Σ|m| / |Σm| says how far it is "
            "magnified, and above 4 it is left empty."
        ),
        language.say("Tracks are geodesics between successive years; bearings count clockwise from north."),
        language.say(
            "The standard deviational ellipse shows how far and which way the weights spread around their centre."
        ),
        language.say("The axes are the plain standard deviations along and across the main direction.")
        if space.ellipse == "plain"
        else language.say("The axes are the standard deviations along and across the main direction, enlarged by √2."),
    ]
    formula = Markup("x̄ = Σ m<sub>i</sub> x<sub>i</sub> / Σ m<sub>i</sub>")
    return Passage(language.say("Centres of gravity and ellipses"), (formula,), (language.joined(texts),))


def _settlement(settings: Settlement, language: Language) -> Passage:
    return Passage(language.say("Balance and settlement"), *settlement_passage(settings, language))
