"""Placing of labels so that none covers another or a marked point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Bbox

__all__ = ["Placer"]

_AROUND = (
    (6, 0, "left", "center"), (-6, 0, "right", "center"), (0, 6, "center", "bottom"), (0, -6, "center", "top"),
    (5, 5, "left", "bottom"), (-5, 5, "right", "bottom"), (5, -5, "left", "top"), (-5, -5, "right", "top"),
    (14, 10, "left", "bottom"), (-14, 10, "right", "bottom"), (14, -10, "left", "top"), (-14, -10, "right", "top"),
)  # fmt: skip

_OFF = tuple(
    (dx * reach, dy * reach, "left" if dx > 0 else "right" if dx < 0 else "center", "bottom" if dy > 0 else "top")
    for reach in (20, 32, 44) for dy in (1, -1, 0.3, -0.3) for dx in (1, -1, 0.3, -0.3)
)  # fmt: skip


@dataclass
class Placer:
    """Writes labels on one axes, remembering what is taken (in pixels)."""

    axes: Axes
    taken: list[Bbox] = field(default_factory=list)
    marks: list[tuple[float, float]] = field(default_factory=list)

    def mark(self, x: float, y: float) -> None:
        """Keep labels off a marker, and other markers' labels farther from it than from their own."""
        self.keep_clear(x, y)
        px, py = self.axes.transData.transform((x, y))
        self.marks.append((px, py))

    def keep_clear(self, x: float, y: float, points: float = 4) -> None:
        """Keep labels off a point of the map."""
        px, py = self.axes.transData.transform((x, y))
        reach = points * self.axes.figure.dpi / 72
        self.taken.append(Bbox.from_extents(px - reach, py - reach, px + reach, py + reach))

    def beside(self, x: float, y: float, text: str, size: float, colour: str, *, needed: bool = True) -> None:
        """Write a label beside a point, nearer to it than to any marker, where it covers least.

        Where there is no such place, a label that is ``needed`` stands off with a line to its point; one that is not,
        or that would cover something, is left out.
        """
        beside = [((x, y), *place) for place in _AROUND]
        most = float("inf") if needed else 0.0
        if not self._write(beside, text, size, colour, own=(x, y), most=most) and needed:
            self._write([((x, y), *place) for place in _OFF], text, size, colour, line=True)

    def within(self, points: Sequence[tuple[float, float]], text: str, size: float, colour: str) -> None:
        """Write a label at the first of some points where it covers least."""
        options = [((x, y), 0, 0, "center", "center") for x, y in points]
        self._write(options, text, size, colour)

    def _write(
        self,
        options: Sequence[tuple[tuple[float, float], float, float, str, str]],
        text: str,
        size: float,
        colour: str,
        own: tuple[float, float] | None = None,
        most: float = float("inf"),
        line: bool = False,
    ) -> bool:
        """Write a label at the option where it covers least; return whether there was one."""
        arrow = {"arrowstyle": "-", "color": colour, "lw": 0.5, "shrinkA": 0, "shrinkB": 3} if line else None
        frame = self.axes.get_window_extent()
        best, least, box_of_best = None, float("inf"), None
        for point, dx, dy, ha, va in options:
            label = self.axes.annotate(
                text, point, xytext=(dx, dy), textcoords="offset points", ha=ha, va=va, fontsize=size, color=colour,
                zorder=9, path_effects=[withStroke(linewidth=1.8, foreground="white")], arrowprops=arrow,
            )  # fmt: skip
            label.get_window_extent()  # puts it in its place
            box = Text.get_window_extent(label)  # without its line
            inside = Bbox.intersection(box, frame)
            cost = box.width * box.height - (inside.width * inside.height if inside is not None else 0.0)
            cost = 5 * cost + sum(_overlap(box, other) for other in self.taken)
            if line:
                cost += self._crossed(box, point) * box.width * box.height
            if cost < least and cost <= most and (own is None or self._is_nearest(box, own)):
                if best is not None:
                    best.remove()
                best, least, box_of_best = label, cost, box
            else:
                label.remove()
            if least == 0:
                break
        if box_of_best is not None:
            self.taken.append(box_of_best)
        return best is not None

    def _crossed(self, box: Bbox, point: tuple[float, float]) -> int:
        """Return how much a line from a label to a point runs over what is taken, in steps of a tenth of it."""
        px, py = self.axes.transData.transform(point)
        x, y = min(max(px, box.x0), box.x1), min(max(py, box.y0), box.y1)
        steps = [(x + k / 10 * (px - x), y + k / 10 * (py - y)) for k in range(1, 10)]
        around = [other for other in self.taken if not other.contains(px, py)]
        return sum(any(other.contains(*step) for other in around) for step in steps)

    def _is_nearest(self, box: Bbox, point: tuple[float, float]) -> bool:
        """Tell whether no marker is about as near to a label as its own, but one at the same place."""
        px, py = self.axes.transData.transform(point)
        others = [m for m in self.marks if math.dist(m, (px, py)) > 1]
        return all(_distance(box, *other) > 1.25 * _distance(box, px, py) for other in others)


def _distance(box: Bbox, x: float, y: float) -> float:
    """Return how far a point is from a box [pixels]."""
    return math.hypot(max(box.x0 - x, 0, x - box.x1), max(box.y0 - y, 0, y - box.y1))


def _overlap(one: Bbox, other: Bbox) -> float:
    common = Bbox.intersection(one, other)
    return 0.0 if common is None else float(common.width * common.height)
