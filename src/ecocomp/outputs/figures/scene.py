"""What every figure of a result shares: its settings, language, years and map, made once."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecocomp.language import Language, language_of
from ecocomp.outputs.figures.colours import Palette
from ecocomp.outputs.figures.designs import SCREEN, Design
from ecocomp.outputs.figures.fonts import LabelStyle, approval_of, labels_for
from ecocomp.outputs.figures.ground import Ground, ground_of
from ecocomp.outputs.figures.scales import spaced
from ecocomp.outputs.priority_table import display_names
from ecocomp.result import Result
from ecocomp.study import Revision, Space, Uncertainty, Zoning

__all__ = ["Scene", "columns_of", "scene_of", "shortened"]

LONGEST_NAME = 36
"""Columns that a name may take in a figure, a Chinese character taking two; tables have the full name."""


@dataclass(frozen=True)
class Scene:
    """A result made ready to draw: lettering, display map, the ``years`` and those ``shown`` where space is short.

    ``language`` is that of the captions; the style tells in which one the drawings are lettered.
    """

    result: Result
    language: Language
    style: LabelStyle
    ground: Ground
    years: tuple[int, ...]
    shown: tuple[int, ...]
    space: Space
    first_n: int
    names: dict[str, str]
    """Name of each unit as it can be drawn and told from the others."""

    @property
    def notice(self) -> str | None:
        """The sentence that stands on every figure."""
        return self.result.manifest.get("notice") or None

    @property
    def design(self) -> Design:
        """How the figures are drawn."""
        return self.style.design

    @property
    def palette(self) -> Palette:
        """The colours of the design."""
        return self.style.design.palette

    @property
    def approval(self) -> str | None:
        """The number under which the maps were approved, which stands below each."""
        return approval_of(self.result)

    @property
    def revision(self) -> Revision:
        """The study's revision."""
        return Revision.model_validate(self.result.manifest["study"].get("revision", {}))

    @property
    def sized(self) -> bool:
        """Whether units were brought to mean size, so that the priority is an index."""
        return self.revision.method == "size_normalised"

    @property
    def robust(self) -> float:
        """Probability from which a unit is robust."""
        return Uncertainty.model_validate(self.result.manifest["study"].get("uncertainty", {})).robust

    @property
    def notional(self) -> bool:
        """Whether amounts are at mean size, and were not rescaled to physical totals."""
        return self.sized and self.revision.rescale == "none"

    def of_year(self, year: int) -> pd.DataFrame:
        """Return the results of a year, indexed by unit in the order of the map."""
        results = self.result.results
        return results[results["year"] == year].set_index("unit").reindex(self.ground.units)

    def pooled(self, *columns: str) -> NDArray[np.float64]:
        """Return all values of some columns in the years shown."""
        results = self.result.results
        return results.loc[results["year"].isin(self.shown), list(columns)].to_numpy(dtype=float).ravel()

    def name_of(self, unit: object) -> str:
        """Return a unit's name as it can be drawn and told from the others."""
        return self.names.get(str(unit), self.style.text(unit))


def scene_of(
    result: Result,
    language: Language | None = None,
    lettering: Literal["en", "zh"] | None = None,
    design: Design = SCREEN,
) -> Scene:
    """Return what the figures of a result share.

    Captions are in a language, in English where none is given; letters in figures likewise, or as the study has them.
    """
    study = result.manifest["study"]
    style = labels_for(result, lettering, design)
    years = tuple(sorted(int(y) for y in result.results["year"].unique()))
    shown = tuple(spaced(years))
    return Scene(
        result=result,
        language=language or language_of("en", result.currency),
        style=style,
        ground=ground_of(result, 2 * len(shown), design),
        years=years,
        shown=shown,
        space=Space.model_validate(study.get("space", {})),
        first_n=min(Zoning.model_validate(study.get("zoning", {})).first_n, len(result.geometry)),
        names=_names(result, style),
    )


def _names(result: Result, style: LabelStyle) -> dict[str, str]:
    """Return each unit's name; two that look alike once drawn (in pinyin, say) are told apart as well."""
    parents = [p for p in result.manifest.get("parents", ()) if p in result.results]
    units = result.results.drop_duplicates("unit")[["unit", "name", *parents]]
    drawn = units.assign(**{c: units[c].map(style.text, na_action="ignore") for c in ("name", *parents)})
    names = {u: " ".join(style.text(name).split()) for u, name in display_names(drawn, parents).items()}
    cut = {unit: shortened(name) for unit, name in names.items()}
    times = Counter(cut.values())
    for place, (unit, name) in enumerate(names.items(), 1):
        if times[cut[unit]] > 1:  # only what was cut off told them apart
            tail = f" ({unit})" if columns_of(unit) <= LONGEST_NAME // 2 else f" (#{place})"
            tail = style.text(tail)
            cut[unit] = shortened(name, LONGEST_NAME - columns_of(tail)) + tail
    return cut


def shortened(name: str, most: int = LONGEST_NAME) -> str:
    """Return a name cut to some columns, with an ellipsis where something is left out."""
    if columns_of(name) <= most:
        return name
    kept = ""
    for character in name:
        if columns_of(kept + character) >= most:  # the ellipsis takes one
            break
        kept += character
    return f"{kept.rstrip()}…"


def columns_of(text: str) -> int:
    """Return how many columns a text takes, a Chinese character taking two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
