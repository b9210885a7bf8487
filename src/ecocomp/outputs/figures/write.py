"""All figures of a result, written to a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from matplotlib.figure import Figure as Drawing

from ecocomp.language import Language
from ecocomp.outputs.figures import (
    accounts,
    amounts,
    balance,
    centres,
    certainty,
    clusters,
    comparison,
    decomposition,
    drivers,
    fairness,
    flows,
    outlook,
    parents,
    priority,
    ranks,
    revisions,
)
from ecocomp.outputs.figures.designs import SCREEN, Design
from ecocomp.outputs.figures.page import lettering as set_lettering
from ecocomp.outputs.figures.page import save
from ecocomp.outputs.figures.scene import Scene, scene_of
from ecocomp.result import Result

__all__ = ["Figure", "figure_names", "write_figure", "write_figures"]

_DRAW: dict[str, Callable[[Scene], tuple[Drawing, str]]] = {
    "accounts": accounts.draw,
    "amounts": amounts.draw,
    "clusters": clusters.draw,
    "centres": centres.draw,
    "priority": priority.draw,
    "balance": balance.draw,
    "flows": flows.draw,
    "parents": parents.draw,
    "fairness": fairness.draw,
    "revisions": revisions.draw,
    "certainty": certainty.draw,
    "ranks": ranks.draw,
    "decomposition": decomposition.draw,
    "outlook": outlook.draw,
    "comparison": comparison.draw,
    "drivers": drivers.draw,
}
_NEEDS = {
    "flows": "transfers",
    "parents": "transfers_parents",
    "fairness": "fairness",
    "revisions": "revisions",
    "certainty": "uncertainty",
    "ranks": "uncertainty",
    "comparison": "comparison",
    "decomposition": "decomposition",
    "outlook": "outlook",
    "drivers": "drivers",
}
"""Figures of a table that may be empty."""


@dataclass(frozen=True)
class Figure:
    """A figure that was written: its name, its caption, and its first file (others lie beside it)."""

    name: str
    caption: str
    path: Path


def write_figures(
    result: Result,
    folder: Path,
    language: Language | None = None,
    *,
    lettering: Literal["en", "zh"] | None = None,
    design: Design = SCREEN,
    formats: Sequence[str] = ("png", "svg"),
    names: Sequence[str] = (),
) -> list[Figure]:
    """Draw the figures of a result.

    Parameters
    ----------
    result
        Of a run.
    folder
        Where to write; made if it is not there.
    language
        Of the captions; English if not given.
    lettering
        Language of the letters in the figures; left out: as the study has it.
    design
        Widths, type and colours, of :data:`ecocomp.outputs.figures.DESIGNS`.
    formats
        Of ``pdf``, ``svg`` and ``png``.
    names
        Of the figures, out of :func:`figure_names`; left out: all.

    Returns
    -------
    list of Figure
        In the order of a report; ``flows`` and ``parents`` only with transfers, ``revisions`` only when revisions were
        compared, ``certainty`` and ``ranks`` only with draws, ``comparison``
        only with scenarios, ``fairness``, ``decomposition``, ``outlook`` and ``drivers`` only where their tables
        have rows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scene = scene_of(result, language, lettering, design)
    return [_write(scene, name, folder, formats) for name in figure_names(result) if not names or name in names]


def write_figure(result: Result, name: str, folder: Path, language: Language | None = None) -> Figure:
    """Draw one figure of a result as png and svg; its caption in a language, English if none is given."""
    folder.mkdir(parents=True, exist_ok=True)
    return _write(scene_of(result, language), name, folder, ("png", "svg"))


def figure_names(result: Result) -> list[str]:
    """Return the names of the figures that a result has, in the order of a report."""
    return [name for name in _DRAW if name not in _NEEDS or not getattr(result, _NEEDS[name]).empty]


def _write(scene: Scene, name: str, folder: Path, formats: Sequence[str]) -> Figure:
    with set_lettering(scene.style):
        drawing, caption = _DRAW[name](scene)
        return Figure(name, caption, save(drawing, folder, name, scene.design, formats))
