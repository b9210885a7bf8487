"""Captions: what a reader needs beside a picture, as sentences in the language of the report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PureWindowsPath
from typing import Any

from ecocomp.language import Language
from ecocomp.outputs.figures.scene import Scene
from ecocomp.variables import label, table

__all__ = ["caption", "listed", "neighbours", "notional", "quantity_name", "when_shown"]

MOST_SOURCES = 120
"""Characters of declared sources that a caption still holds."""


def caption(scene: Scene, *sentences: str) -> str:
    """Return a caption: its own sentences, then the units, the data, the fonts' remark and the notice."""
    language = scene.language
    closing = [_counts(scene), _data(scene), _lettering(scene), scene.notice or ""]
    return language.joined([_ended(text, language) for text in (*sentences, *closing) if text])


def when_shown(scene: Scene) -> str:
    """Return the years drawn in panels, as ``in 2007 and 2012``, saying so where they are not all of them."""
    language = scene.language
    years = listed(scene.shown, language)
    if len(scene.shown) == len(scene.years):
        return language.say("in {years}", years=years)
    return language.say(
        "in {years} ({shown} of the {all} years, evenly spaced)",
        years=years, shown=len(scene.shown), all=len(scene.years),
    )  # fmt: skip


def listed(items: Sequence[object], language: Language) -> str:
    """Return items as a phrase: ``a, b and c``."""
    return language.listing([str(i) for i in items])


def notional(scene: Scene) -> str:
    """Return the sentence on amounts at mean size, where they are."""
    if not scene.notional:
        return ""
    return scene.language.say(
        "Amounts are notional, at the region's mean size, and comparable within this partition into units only."
    )


def neighbours(weights: str, language: Language) -> str:
    """Return a rule of neighbourhood in words."""
    return {
        "queen": language.say("queen weights"),
        "rook": language.say("rook weights"),
        "k_nearest": language.say("k nearest weights"),
        "distance": language.say("distance weights"),
    }[weights]


def quantity_name(name: str, language: Language) -> str:
    """Return a quantity as a sentence names it: in English by its key, else by its label; a study's own name stays."""
    if language.code == "en" or name not in table():
        return name.replace("_", " ")
    return label(name, language.code, unit="")


def _counts(scene: Scene) -> str:
    language, total = scene.language, f"{len(scene.ground.units):,}"
    found = scene.result.results.groupby("year")["amount"].count()
    low, high = int(found.min()), int(found.max())
    if low == high:
        return language.say("n = {found} of {total} units have an amount.", found=f"{low:,}", total=total)
    return language.say(
        "n = {low} to {high} of {total} units have an amount.", low=f"{low:,}", high=f"{high:,}", total=total
    )


def _data(scene: Scene) -> str:
    language, manifest = scene.language, scene.result.manifest
    inputs, quantities = manifest.get("inputs", {}), manifest["study"].get("quantities", {})
    file = inputs.get("table", {}).get("file")
    parts = [language.say("table {file}", file=PureWindowsPath(str(file)).name)] if file else []
    parts += [*_sources(quantities, language), _origin(manifest["data_origin"], language)]
    boundaries = inputs.get("boundaries", {})
    named = boundaries.get("source") or boundaries.get("file")
    parts += [language.say("boundaries: {source}", source=named)] if named else []
    return language.say("Data: {parts}.", parts=language.say("; ").join(parts))


def _sources(quantities: dict[str, Any], language: Language) -> list[str]:
    """Return what comes from where, equal sources together; where that is long, where to read it."""
    names: dict[str, list[str]] = {}
    for name, quantity in quantities.items():
        if isinstance(quantity, dict) and quantity.get("source"):
            names.setdefault(quantity["source"], []).append(name)
    if sum(map(len, names)) > MOST_SOURCES:
        return [language.say("sources of the quantities in Table 1 of the report")]
    return [
        language.say(
            "{quantities} from {source}",
            quantities=listed([quantity_name(n, language) for n in of_source], language), source=source,
        )
        for source, of_source in names.items()
    ]  # fmt: skip


def _origin(origin: str, language: Language) -> str:
    return {
        "given": language.say("origin of the weakest input: given"),
        "published": language.say("origin of the weakest input: published"),
        "modelled": language.say("origin of the weakest input: modelled"),
        "downscaled": language.say("origin of the weakest input: downscaled"),
        "imputed": language.say("origin of the weakest input: imputed"),
    }[origin]


def _lettering(scene: Scene) -> str:
    """Return why the lettering is not in the language asked for, in that of the report."""
    language = scene.language
    known = {
        None: "",
        "Chinese names are in pinyin.": language.say("Chinese names are in pinyin."),
        "No Chinese font was found: labels are in English.": language.say(
            "No Chinese font was found: labels are in English."
        ),
        "No Chinese font was found: labels are in English and names are in pinyin.": language.say(
            "No Chinese font was found: labels are in English and names are in pinyin."
        ),
    }
    return known[scene.style.remark]


def _ended(text: str, language: Language) -> str:
    stop = "。" if language.code == "zh" else "."
    return text if text.rstrip().endswith((".", "!", "?", "。", "！", "？")) else f"{text}{stop}"
