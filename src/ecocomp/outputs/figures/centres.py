"""Figure of the centres of gravity: their tracks on the region, and each track close up with its host units."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox
from numpy.typing import NDArray
from pyproj import Transformer

from ecocomp.outputs.figures.captions import caption, listed
from ecocomp.outputs.figures.colours import INK
from ecocomp.outputs.figures.ground import Ground
from ecocomp.outputs.figures.keys import key_below, key_height
from ecocomp.outputs.figures.maps import draw_base, draw_furniture, draw_insets, scale_bar, thin_line
from ecocomp.outputs.figures.page import page
from ecocomp.outputs.figures.placing import Placer
from ecocomp.outputs.figures.scales import MAXIMUM_YEARS, nice_below, spaced
from ecocomp.outputs.figures.scene import Scene

__all__ = ["draw"]

WEIGHTINGS = {"payments": ("o", "-"), "receipts": ("s", "--")}
"""The headline pair: marker and line of each."""
LINE = 2.4
"""Length of a line in the key [sizes of type]."""

MOST_LABELS = 8
"""Years of a track that are all labelled; of more, the first, the last, and what fits in between."""
_BAR = Bbox.from_extents(0.65, 0.0, 1.0, 0.16)
"""Where a close-up has its scale bar [fractions of the axes]."""
_SHORTEST_EDGE = 1e-6
"""Below this edges of a close-up are not marked [degrees]: a tenth of a metre."""
_FLATTEST = 0.01
"""Minor over major axis below which an ellipse is no more than a line, and is not drawn."""


@dataclass(frozen=True)
class _Track:
    weighting: str
    years: list[int]
    points: NDArray[np.float64]
    hosts: list[str]


def draw(scene: Scene) -> tuple[Figure, str]:
    """Return the figure and its caption: the region, and a close-up of each track to its right or below it."""
    tracks = [_track(scene, weighting) for weighting in WEIGHTINGS]
    design, scale = scene.design, scene.design.scale
    handles, words = _legend(scene)
    key = key_height(scene, words, LINE) + 0.2 * scale
    aspect = min(max(scene.ground.aspect, 0.55), 1.5)
    if design.narrow:
        width = min(design.width - 0.1, 3.6 / aspect)
        half = (design.width - 0.6 * scale) / 2
        sheet = page(
            design.width, key + half + width * aspect + 0.62 * scale, scene.style, scene.notice, scene.approval
        )
        region = sheet.axes((design.width - width) / 2, key + half + 0.56 * scale, width, width * aspect)
        places = [(0.26 * scale + i * (half + 0.3 * scale), key + 0.2 * scale, half, half) for i in (0, 1)]
    else:
        width = design.width * (0.55 if aspect < 1.1 else 0.5)
        height = max(width * aspect, 3.4)
        sheet = page(design.width, height + key + 0.04, scene.style, scene.notice, scene.approval)
        region = sheet.axes(0.05, key, width, height)
        left, half = width + 0.32 * scale, (height - 0.58 * scale) / 2
        places = [(left, key + 0.1 * scale + (1 - i) * (half + 0.34 * scale), design.width - left - 0.08, half)
                  for i in (0, 1)]  # fmt: skip
    _draw_region(region, scene, tracks)
    for place, track, letter in zip(places, tracks, "ab", strict=True):
        _draw_close_up(sheet.axes(*place), region, scene, track, letter)
    key_below(sheet, scene, handles, words, handlelength=LINE)
    return sheet.figure, _caption(scene, tracks)


def _track(scene: Scene, weighting: str) -> _Track:
    centres = scene.result.centres
    found = centres[(centres["weighting"] == weighting) & centres["lon"].notna()].sort_values("year")
    to_map = Transformer.from_crs("EPSG:4326", scene.ground.crs, always_xy=True)
    x, y = to_map.transform(found["lon"].to_numpy(dtype=float), found["lat"].to_numpy(dtype=float))
    hosts = ["" if pd.isna(h) else str(h) for h in found["host_unit"]]
    return _Track(weighting, [int(v) for v in found["year"]], np.column_stack([x, y]), hosts)


def _draw_region(ax: Axes, scene: Scene, tracks: list[_Track]) -> None:
    ground = scene.ground
    draw_base(ax, ground, scene.palette)
    _draw_units(ax, scene)
    for track in tracks:
        colour, line = _colour(scene, track.weighting), WEIGHTINGS[track.weighting][1]
        for year, shape in _ellipses(scene, track):
            ax.plot(*shape.T, color=colour, ls=line, lw=0.9 if year == max(scene.years) else 0.5, zorder=5)
        _draw_track(ax, scene, track, size=9, arrows=False)
    draw_furniture(ax, ground, scene.design.small)
    draw_insets([ax], ground)
    for label in ax.texts:
        label.set_zorder(9)


def _colour(scene: Scene, weighting: str) -> str:
    return scene.palette.payments if weighting == "payments" else scene.palette.receipts


def _draw_units(ax: Axes, scene: Scene) -> None:
    ground = scene.ground
    thin = thin_line(ax, ground)
    ax.add_collection(
        PathCollection(ground.paths, facecolors=scene.palette.ground, edgecolors="#bdbdbd" if thin else "face",
                       zorder=1.5, linewidths=thin or 0.2, rasterized=ground.rasterised)
    )  # fmt: skip


def _draw_track(ax: Axes, scene: Scene, track: _Track, size: float, *, arrows: bool) -> None:
    colour, marker = _colour(scene, track.weighting), WEIGHTINGS[track.weighting][0]
    if len(track.points) == 0:
        return
    x, y = track.points.T
    ax.plot(x, y, color=colour, lw=0.9, zorder=7)
    for start, end in zip(track.points[:-1], track.points[1:], strict=True) if arrows else ():
        ax.annotate("", xy=end, xytext=start, zorder=7,
                    arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 0.9, "mutation_scale": 7, "shrinkA": 2.2,
                                "shrinkB": 2.2})  # fmt: skip
    ax.scatter(x, y, s=size, marker=marker, facecolor=colour, edgecolor="white", linewidth=0.5, zorder=8)


def _ellipses(scene: Scene, track: _Track) -> list[tuple[int, NDArray[np.float64]]]:
    """Return the year and the outlines of a weighting's ellipses of the first and the last year, on the map [m]."""
    found = _known_ellipses(scene, track.weighting)
    found = found[~_flat(found)]
    angle = np.linspace(0, 2 * np.pi, 121)
    to_map = Transformer.from_crs("EPSG:4326", scene.ground.crs, always_xy=True)
    outlines = []
    columns = ["year", "lon", "lat", "semi_major_km", "semi_minor_km", "rotation_deg"]
    for year, lon, lat, semi_major, semi_minor, rotation in found[columns].to_numpy(dtype=float):
        x, y = to_map.transform(lon, lat)
        major, minor = 1000 * semi_major * np.cos(angle), 1000 * semi_minor * np.sin(angle)
        turn = 0.0 if math.isnan(rotation) else math.radians(rotation)  # clockwise from north; a circle has none
        outlines.append((int(year), np.column_stack([
            x + major * math.sin(turn) + minor * math.cos(turn),
            y + major * math.cos(turn) - minor * math.sin(turn),
        ])))  # fmt: skip
    return outlines


def _known_ellipses(scene: Scene, weighting: str) -> pd.DataFrame:
    """Return a weighting's ellipses of the first and the last year."""
    frame = scene.result.ellipses
    found = frame[(frame["weighting"] == weighting) & frame["semi_major_km"].notna()]
    return found[found["year"].isin([min(scene.years), max(scene.years)])]


def _flat(ellipses: pd.DataFrame) -> pd.Series[bool]:
    return ~(ellipses["semi_minor_km"] > _FLATTEST * ellipses["semi_major_km"])


def _draw_close_up(ax: Axes, region: Axes, scene: Scene, track: _Track, letter: str) -> None:
    style, ground = scene.style, scene.ground
    title = style.text(style.word("centre of").format(style.word(track.weighting)))
    ax.set_title(f"({letter}) {title}", fontsize=scene.design.text, loc="left", pad=3)
    if len(track.points) == 0:
        ax.set_xticks([])
        ax.set_yticks([])
        ax.text(0.5, 0.5, style.word("no centre"), ha="center", va="center", transform=ax.transAxes)
        return
    west, south, east, north = _window(ax, track.points, ground)
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)
    _mark_degrees(ax, ground, scene.design.small - 0.5)
    _draw_units(ax, scene)
    ax.add_collection(
        PathCollection(ground.outlines, facecolors="none", edgecolors="#404040", linewidths=0.9, zorder=3)
    )
    _draw_hosts(ax, scene, track)
    _draw_track(ax, scene, track, size=22 if len(track.years) <= MOST_LABELS else 9, arrows=True)
    _draw_labels(ax, scene, track)
    region.add_patch(Rectangle((west, south), east - west, north - south, fill=False, edgecolor=INK, lw=0.6, zorder=8))
    above = letter == "a"  # the two frames may overlap: their letters stand at opposite corners
    region.annotate(f"({letter})", (west, north) if above else (east, south), xytext=(0, 1.5 if above else -1.5),
                    textcoords="offset points", ha="left" if above else "right", va="bottom" if above else "top",
                    fontsize=scene.design.small, zorder=9)  # fmt: skip


def _window(ax: Axes, points: NDArray[np.float64], ground: Ground) -> tuple[float, float, float, float]:
    """Return the limits of a close-up: the track with room around, in the shape of the axes."""
    box = ax.get_window_extent()
    shape = box.height / box.width
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    least = 0.09 * (ground.extent[2] - ground.extent[0])
    width = max(2.2 * (x1 - x0), 2.2 * (y1 - y0) / shape, least)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return x - width / 2, y - width * shape / 2, x + width / 2, y + width * shape / 2


def _mark_degrees(ax: Axes, ground: Ground, size: float) -> None:
    """Mark longitudes at the lower and latitudes at the left edge of a close-up."""
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    to_degrees = Transformer.from_crs(ground.crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform([west, east, west], [south, south, north])
    for axis, place, (low, high), (start, end), sides in (
        (ax.xaxis, 0, (lon[0], lon[1] + 360 * (lon[1] < lon[0])), (west, east), "WE"),  # across the antimeridian
        (ax.yaxis, 1, (lat[0], lat[2]), (south, north), "SN"),
    ):
        box = ax.get_window_extent()
        long = (box.width, box.height)[place] / ax.figure.dpi * 72  # points
        if not _SHORTEST_EDGE < high - low < 180:  # around a pole, or where the projection has no place for a corner
            axis.set_ticks([])
            continue
        degrees, digits = _degrees(low, high, long)
        axis.set_ticks(
            start + (degrees - low) / (high - low) * (end - start),
            [f"{abs(d):.{digits}f}°{sides[int(d > 0)]}" for d in np.where(degrees > 180, degrees - 360, degrees)],
        )
        axis.set_tick_params(labelsize=size, pad=1.5, labelrotation=90 * place)
    for label in ax.get_yticklabels():
        label.set_verticalalignment("center")


def _degrees(low: float, high: float, long: float) -> tuple[NDArray[np.float64], int]:
    """Return round degrees to mark on an edge and their decimals: two or more whose labels stay within its ends.

    Parameters
    ----------
    low, high
        Ends of the edge [degrees].
    long
        Its length [points].
    """
    for parts in (2, 3, 4, 6):
        step = nice_below((high - low) / parts)
        digits = max(0, -math.floor(math.log10(step)))
        letters = len(f"{max(abs(low), abs(high)):.{digits}f}°N")
        half = 2.24 * letters / long * (high - low)  # half a label
        first, last = math.ceil((low + half) / step), math.floor((high - half) / step)
        degrees = step * np.arange(first, last + 1, dtype=np.float64)
        if len(degrees) >= 2:
            break
    return degrees[[0, -1]] if len(degrees) > 2 and step < 2 * half else degrees, digits


def _draw_hosts(ax: Axes, scene: Scene, track: _Track) -> None:
    hosts = scene.ground.units.get_indexer(pd.Index(sorted(set(track.hosts) - {""})))
    paths = [scene.ground.paths[i] for i in hosts if i >= 0]
    if paths:
        ax.add_collection(
            PathCollection(paths, facecolors=scene.palette.host, edgecolors="#8c8c8c", linewidths=0.5, zorder=2)
        )


def _draw_labels(ax: Axes, scene: Scene, track: _Track) -> None:
    placer = Placer(ax)
    for x, y in track.points:
        placer.mark(x, y)
    for start, end in zip(track.points[:-1], track.points[1:], strict=True):
        for share in (0.25, 0.5, 0.75):
            x, y = start + share * (end - start)
            placer.keep_clear(x, y, points=2)
    length = nice_below(0.25 * (ax.get_xlim()[1] - ax.get_xlim()[0]) / 1000) * 1000
    scale_bar(ax, 0.97 - length / (ax.get_xlim()[1] - ax.get_xlim()[0]) / 2, 0.04, length, scene.design.small)
    placer.taken.append(ax.transAxes.transform_bbox(_BAR))
    points = dict(zip(track.years, track.points, strict=True))
    ends = list(dict.fromkeys([track.years[0], track.years[-1]]))
    few = len(track.years) <= MOST_LABELS
    for year in [*ends, *(y for y in spaced(track.years, MOST_LABELS if few else MAXIMUM_YEARS) if y not in ends)]:
        x, y = points[year]
        placer.beside(x, y, str(year), scene.design.text, _colour(scene, track.weighting), needed=few or year in ends)
    window = shapely.box(ax.get_xlim()[0], ax.get_ylim()[0], ax.get_xlim()[1], ax.get_ylim()[1])
    for host in sorted(set(track.hosts) - {""}):
        position = scene.ground.units.get_indexer(pd.Index([host]))[0]
        if position >= 0:
            placer.within(
                _inside(scene.ground.shapes[position], window), scene.name_of(host), scene.design.small, "#4d4d4d"
            )


def _inside(shape: shapely.Geometry, window: shapely.Geometry) -> list[tuple[float, float]]:
    """Return places for a name inside a polygon and a window, the most central first."""
    seen = shapely.intersection(shape, window)
    if seen.is_empty:
        return []
    middle = shapely.point_on_surface(seen)
    west, south, east, north = seen.bounds
    grid = shapely.points(*map(np.ravel, np.meshgrid(np.linspace(west, east, 12), np.linspace(south, north, 12))))
    grid = grid[shapely.contains(seen, grid)]
    near = grid[np.argsort(shapely.distance(grid, middle))]
    return [(float(p.x), float(p.y)) for p in (middle, *near)]


def _legend(scene: Scene) -> tuple[list[Line2D], list[str]]:
    """Return the lines of the key and their words."""
    word = scene.style.word
    handles, words = [], []
    for weighting, (marker, line) in WEIGHTINGS.items():
        colour = _colour(scene, weighting)
        handles += [
            Line2D([], [], color=colour, marker=marker, markersize=4, lw=0.9, markeredgecolor="white"),
            Line2D([], [], color=colour, lw=0.8, ls=line),
        ]
        words += [word(of).format(word(weighting)) for of in ("centre of", "ellipse of")]
    return handles, words


def _caption(scene: Scene, tracks: list[_Track]) -> str:
    language = scene.language
    flat = any(_flat(_known_ellipses(scene, t.weighting)).any() for t in tracks)
    empty = {t.weighting for t in tracks if len(t.points) == 0}
    none = {
        frozenset({"payments"}): language.say("There is no centre of payments."),
        frozenset({"receipts"}): language.say("There is no centre of receipts."),
        frozenset(WEIGHTINGS): language.say("There is no centre of payments or of receipts."),
    }
    return caption(
        scene,
        language.say(
            "Centres of gravity of payments and of receipts {when}, joined by arrows in order of time, with the "
            "standard deviational ellipses of {ends} (the last bolder).",
            when=_when(scene), ends=_ends(scene),
        ),
        language.say("The axes of the ellipses are enlarged by the square root of 2.")
        if scene.space.ellipse == "sqrt2"
        else language.say("The axes of the ellipses are of one standard deviation."),
        language.say(
            "Frames in the left map are enlarged in (a) and (b), where the units that contain a centre are named."
        ),
        none.get(frozenset(empty), ""),
        language.say("An ellipse whose units lie in a line is not drawn.") if flat else "",
    )  # fmt: skip


def _ends(scene: Scene) -> str:
    """Return the first and the last year, as ``2007 and 2017``."""
    return listed(sorted({min(scene.years), max(scene.years)}), scene.language)


def _when(scene: Scene) -> str:
    language = scene.language
    if len(scene.years) <= MOST_LABELS:
        return language.say("in {years}", years=listed(scene.years, language))
    return language.say(
        "in {count} years, {ends} and those between (a few of them labelled)", count=len(scene.years), ends=_ends(scene)
    )
