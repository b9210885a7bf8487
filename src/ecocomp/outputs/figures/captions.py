"""Captions: what a reader needs beside a picture, in English sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecocomp.outputs.figures.scene import Scene

__all__ = ["caption", "listed", "years_text"]

MOST_SOURCES = 120
"""Characters of declared sources that a caption still holds."""


def caption(scene: Scene, *sentences: str) -> str:
    """Return a caption: its own sentences, then the units, the data, the fonts' remark and the notice."""
    parts = [*sentences, _counts(scene), _data(scene.result.manifest), scene.style.remark, scene.notice]
    return " ".join(_sentence(p) for p in parts if p)


def years_text(scene: Scene) -> str:
    """Return the years drawn in panels, saying so where they are not all of them."""
    text = listed(scene.shown)
    if len(scene.shown) == len(scene.years):
        return text
    return f"{text} ({len(scene.shown)} of the {len(scene.years)} years, evenly spaced)"


def listed(items: Sequence[object]) -> str:
    """Return items as a phrase: ``a, b and c``."""
    words = [str(i) for i in items]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _counts(scene: Scene) -> str:
    total = len(scene.ground.units)
    found = scene.result.results.groupby("year")["amount"].count()
    low, high = int(found.min()), int(found.max())
    return f"n = {f'{low:,}' if low == high else f'{low:,} to {high:,}'} of {total:,} units have an amount"


def _data(manifest: dict[str, Any]) -> str:
    inputs, quantities = manifest.get("inputs", {}), manifest["study"].get("quantities", {})
    table = inputs.get("table", {}).get("file")
    parts = [f"table {str(table).replace(chr(92), '/').rsplit('/', 1)[-1]}"] if table else []
    parts += _sources(quantities)
    parts.append(f"origin of the weakest input: {manifest['data_origin']}")
    boundaries = inputs.get("boundaries", {})
    named = boundaries.get("source") or boundaries.get("file")
    return f"Data: {'; '.join(parts + ([f'boundaries: {named}'] if named else []))}"


def _sources(quantities: dict[str, Any]) -> list[str]:
    """Return what comes from where, equal sources together; where that is long, where to read it."""
    names: dict[str, list[str]] = {}
    for name, quantity in quantities.items():
        if isinstance(quantity, dict) and quantity.get("source"):
            names.setdefault(quantity["source"], []).append(name)
    if sum(map(len, names)) > MOST_SOURCES:
        return ["sources of the quantities in Table 1 of the report"]
    return [f"{listed(of_source)} from {source}" for source, of_source in names.items()]


def _sentence(text: str) -> str:
    return text if text.rstrip().endswith((".", "!", "?", "。", "！")) else f"{text}."
