"""Placing of labels so that none covers another or a marked point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

__all__ = ["Placer"]

_AROUND = (
    (6, 0, "left", "center"), (-6, 0, "right", "center"), (0, 6, "center", "bottom"), (0, -6, "center", "top"),
    (5, 5, "left", "bottom"), (-5, 5, "right", "bottom"), (5, -5, "left", "top"), (-5, -5, "right", "top"),
    (14, 10, "left", "bottom"), (-14, 10, "right", "bottom"), (14, -10, "left", "top"), (-14, -10, "right", "top"),
)  # fmt: skip


@dataclass
class Placer:
    """Writes labels on one axes, remembering what is taken (in pixels)."""

    axes: Axes
    taken: list[Bbox] = field(default_factory=list)

    def keep_clear(self, x: float, y: float, points: float = 4) -> None:
        """Keep labels off a point of the map."""
        px, py = self.axes.transData.transform((x, y))
        reach = points * self.axes.figure.dpi / 72
        self.taken.append(Bbox.from_extents(px - reach, py - reach, px + reach, py + reach))

    def beside(self, x: float, y: float, text: str, size: float, colour: str) -> None:
        """Write a label beside a point, where it covers least."""
        options = [((x, y), *place) for place in _AROUND]
        self._write(options, text, size, colour)

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
    ) -> None:
        frame = self.axes.get_window_extent()
        best, least, box_of_best = None, float("inf"), None
        for point, dx, dy, ha, va in options:
            label = self.axes.annotate(
                text, point, xytext=(dx, dy), textcoords="offset points", ha=ha, va=va, fontsize=size, color=colour,
                zorder=9, path_effects=[withStroke(linewidth=1.8, foreground="white")],
            )  # fmt: skip
            box = label.get_window_extent()
            inside = Bbox.intersection(box, frame)
            cost = box.width * box.height - (inside.width * inside.height if inside is not None else 0.0)
            cost = 5 * cost + sum(_overlap(box, other) for other in self.taken)
            if cost < least:
                if best is not None:
                    best.remove()
                best, least, box_of_best = label, cost, box
            else:
                label.remove()
            if least == 0:
                break
        if box_of_best is not None:
            self.taken.append(box_of_best)


def _overlap(one: Bbox, other: Bbox) -> float:
    common = Bbox.intersection(one, other)
    return 0.0 if common is None else float(common.width * common.height)
