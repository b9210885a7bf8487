"""Figure of the clusters of the amount: local Moran's I, a map a year with the counts."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.patches import Patch

from ecocomp.outputs.figures.captions import caption, neighbours, when_shown
from ecocomp.outputs.figures.colours import Palette, stipple_on
from ecocomp.outputs.figures.keys import grey_patches, key_below, key_height, patch
from ecocomp.outputs.figures.maps import columns_for, draw_base, draw_furniture, draw_insets, fill, map_panels
from ecocomp.outputs.figures.scene import Scene

__all__ = ["draw"]

NAMED = ("HH", "LL", "HL", "LH")


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption."""
    palette, design = scene.palette, scene.design
    drawn = scene.result.results.loc[scene.result.results["year"].isin(scene.shown), "cluster"].fillna("missing")
    keys = [k for k in palette.clusters if k in NAMED or (drawn == k).any()]
    handles: list[Any] = [(patch(palette.clusters[k], ""), *_hatched(palette, k)) for k in keys]
    greys = grey_patches(scene, missing=bool((drawn == "missing").any()))
    handles += [(grey,) for grey in greys]
    labels = [*(_key(scene, k) for k in keys), *(str(grey.get_label()) for grey in greys)]
    columns = columns_for(scene, len(scene.shown))
    key = key_height(scene, labels) + 0.16
    panels = map_panels(scene, math.ceil(len(scene.shown) / columns), columns, key, 0.46 * design.scale)
    axes = [ax for row in panels.maps for ax in row]
    for ax, year in zip(axes, scene.shown, strict=False):
        _draw_year(ax, scene, year)
    for ax in axes[len(scene.shown) :]:
        ax.set_axis_off()
    draw_furniture(axes[0], scene.ground, scene.design.small)
    draw_insets(axes[: len(scene.shown)], scene.ground)
    key_below(panels.page, scene, handles, labels, handler_map={tuple: HandlerTuple(ndivide=1)})
    return panels.page.figure, _caption(scene)


def _hatched(palette: Palette, key: str) -> list[Patch]:
    """Return the swatch that lies over that of a class, where it is hatched."""
    hatch = palette.hatches.get(key)
    return [patch("none", "", hatch, stipple_on(palette.clusters[key]))] if hatch else []


def _draw_year(ax: Axes, scene: Scene, year: int) -> None:
    palette, design = scene.palette, scene.design
    cluster = scene.of_year(year)["cluster"].fillna("missing").astype(str)
    colours = cluster.map(dict(palette.clusters)).fillna(palette.missing).to_numpy(dtype=str)
    hatches = cluster.map(dict(palette.hatches)).fillna("").to_numpy(dtype=str)
    draw_base(ax, scene.ground, palette)
    fill(ax, scene.ground, colours, (cluster == "missing").to_numpy(), hatches, palette)
    regional = scene.result.regional
    numbers = regional.loc[regional["year"] == year, [f"n_{k}" for k in NAMED]].to_numpy(dtype=int)[0]
    counts = "   ".join(f"{k} {n}" for k, n in zip(NAMED, numbers, strict=True))
    ax.set_title(str(year), fontsize=design.text + 1, pad=14 * design.scale)
    ax.text(0.5, 1.012, counts, transform=ax.transAxes, ha="center", va="bottom", fontsize=design.small)


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
