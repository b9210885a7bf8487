"""Figure of the clusters of the amount: local Moran's I, a map a year with the counts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple

from ecocomp.outputs.figures.captions import caption, neighbours, when_shown
from ecocomp.outputs.figures.colours import CLUSTERS, MISSING, STIPPLED, stipple_on
from ecocomp.outputs.figures.maps import (
    STIPPLE,
    draw_base,
    draw_furniture,
    fill,
    grey_patches,
    map_panels,
    patch,
)
from ecocomp.outputs.figures.page import SMALL, TEXT
from ecocomp.outputs.figures.scene import Scene

__all__ = ["draw"]

NAMED = ("HH", "LL", "HL", "LH")


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption."""
    columns = min(3, len(scene.shown))
    panels = map_panels(scene, math.ceil(len(scene.shown) / columns), columns, key=0.56, head=0.46)
    axes = [ax for row in panels.maps for ax in row]
    found: set[str] = set()
    for ax, year in zip(axes, scene.shown, strict=False):
        found |= _draw_year(ax, scene, year)
    for ax in axes[len(scene.shown) :]:
        ax.set_axis_off()
    draw_furniture(axes[0], scene.ground)
    keys = [k for k in CLUSTERS if k in found or k in NAMED]
    handles: list[Any] = [
        (patch(CLUSTERS[k], ""), *([patch("none", "", STIPPLE, stipple_on(CLUSTERS[k]))] if k in STIPPLED else []))
        for k in keys
    ]
    greys = grey_patches(scene, missing="missing" in found)
    handles += [(grey,) for grey in greys]
    labels = [*(_key(scene, k) for k in keys), *(str(grey.get_label()) for grey in greys)]
    sheet = panels.page
    sheet.figure.legend(
        handles, labels, handler_map={tuple: HandlerTuple(ndivide=1)}, loc="lower center",
        bbox_to_anchor=(0.5, (sheet.foot + 0.08) / (sheet.height + sheet.foot)), ncols=math.ceil(len(handles) / 2),
        handlelength=1.6, handleheight=1.1, columnspacing=1.6, borderaxespad=0, borderpad=0,
    )  # fmt: skip
    return panels.page.figure, _caption(scene)


def _draw_year(ax: Axes, scene: Scene, year: int) -> set[str]:
    cluster = scene.of_year(year)["cluster"].fillna("missing").astype(str)
    colours = cluster.map(CLUSTERS).fillna(MISSING).to_numpy(dtype=str)
    draw_base(ax, scene.ground)
    fill(ax, scene.ground, colours, (cluster == "missing").to_numpy(), cluster.isin(STIPPLED).to_numpy())
    regional = scene.result.regional
    numbers = regional.loc[regional["year"] == year, [f"n_{k}" for k in NAMED]].to_numpy(dtype=int)[0]
    counts = "   ".join(f"{k} {n}" for k, n in zip(NAMED, numbers, strict=True))
    ax.set_title(str(year), fontsize=TEXT + 1, pad=14)
    ax.text(0.5, 1.012, counts, transform=ax.transAxes, ha="center", va="bottom", fontsize=SMALL)
    return set(np.unique(cluster))


def _key(scene: Scene, key: str) -> str:
    return f"{key}, {scene.style.word(key)}" if key in NAMED else scene.style.word(key)


def _caption(scene: Scene) -> str:
    language, space = scene.language, scene.space
    adjusted = space.correction == "fdr"
    test = {
        "two-sided": language.say("two-sided conditional-permutation p"),
        "directed": language.say("directed conditional-permutation p"),
    }
    return caption(
        scene,
        language.say(
            "Clusters and outliers of the compensation amount by local Moran's I {when} at alpha = {alpha} "
            "({test}, {adjusted}, {permutations} permutations, {neighbours}).",
            when=when_shown(scene), alpha=f"{space.alpha:g}", test=test[space.alternative],
            adjusted=language.say("FDR-adjusted p") if adjusted else language.say("unadjusted p"),
            permutations=f"{scene.result.manifest['permutations']:,}", neighbours=neighbours(space.weights, language),
        ),
        language.say(
            "Numbers of units stand above each map: HH high-high, LL low-low, HL high-low, LH low-high (high and low "
            "against the year's mean; low ones are stippled)."
        ),
    )  # fmt: skip
