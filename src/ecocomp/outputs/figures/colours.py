"""Palettes of the figures: one in colour that is safe for the colour-blind and on a grey print, and one in greys.

Warm (in grey: plain) is the payers' side and cool (in grey: stippled) the recipients'; the darker, the more. Sources:
ramps after ColorBrewer Oranges and Blues, cluster colours ColorBrewer RdBu (Brewer 2003).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = [
    "COLOUR",
    "EDGE",
    "GREY",
    "HATCH",
    "HATCHING",
    "INK",
    "STIPPLE",
    "STIPPLED",
    "Palette",
    "shades",
    "stipple_on",
]

INK = "#262626"
EDGE = "#8c8c8c"
STIPPLE = "...."
HATCH, HATCHING = "/////", "#6e6e6e"
"""What tells a missing value, and its colour."""
STIPPLED = ("LL", "LH")


@dataclass(frozen=True)
class Palette:
    """The colours of what a figure tells apart.

    ``warm`` and ``cool`` are the ramps of the payers' and the recipients' side, ``clusters`` the colours by class,
    ``hatches`` what is drawn over a class, ``certain`` the part of a colour's saturation that is left of a robust
    unit, of a likely one and of one whose side is open, ``uncertain`` the hatches of the three, ``effects`` those of
    population, affluence and intensity, ``methods`` those of an outlook, ``ramp`` the name of Matplotlib's colour map
    of a matrix, ``bar`` and ``pale`` those of bars that have no side.
    """

    warm: tuple[str, ...]
    cool: tuple[str, ...]
    clusters: Mapping[str, str]
    hatches: Mapping[str, str]
    certain: tuple[float, float, float]
    uncertain: tuple[str, str, str]
    effects: tuple[str, str, str]
    methods: Mapping[str, str]
    ribbons: tuple[str, ...]
    ramp: str
    bar: str
    pale: str
    ground: str
    host: str
    missing: str
    backdrop: str
    notice: str

    @property
    def payments(self) -> str:
        """Colour of payments where they have no classes."""
        return self.warm[3]

    @property
    def receipts(self) -> str:
        """Colour of receipts where they have no classes."""
        return self.cool[3]


COLOUR = Palette(
    warm=("#fee3c8", "#fdbe85", "#f58a3c", "#cf4f0a", "#7f2704"),
    cool=("#d3e4f3", "#9fc9e3", "#5ba3d0", "#2171b5", "#08306b"),
    clusters=MappingProxyType({
        "HH": "#ca0020", "LL": "#0571b0", "HL": "#f4a582", "LH": "#92c5de", "ns": "#f5f5f5", "isolate": "#d6d6d6",
    }),
    hatches=MappingProxyType({"LL": STIPPLE, "LH": STIPPLE}),
    certain=(1.0, 0.45, 0.0),
    uncertain=("", "", r"\\\\"),
    effects=("#bcd9ea", "#f58a3c", "#5c6b73"),
    methods=MappingProxyType({"damped_trend": "#2171b5", "stirpat": "#cf4f0a", "gm11": "#5c6b73"}),
    ribbons=("#c9652b", "#8c510a", "#bf812d", "#d6a76c", "#a6611a", "#7f3b08", "#e08214", "#b35806", "#dfa65e"),
    ramp="Blues",
    bar="#2f6b8a",
    pale="#b9cfda",
    ground="#f7f6f2",
    host="#e9e4d0",
    missing="#d4d4d4",
    backdrop="#ececec",
    notice="#a50f15",
)  # fmt: skip

_GREYS = ("#ebebeb", "#bdbdbd", "#8c8c8c", "#5a5a5a", "#1f1f1f")

GREY = Palette(
    warm=_GREYS,
    cool=_GREYS,
    clusters=MappingProxyType({
        "HH": "#262626", "LL": "#6e6e6e", "HL": "#a3a3a3", "LH": "#d0d0d0", "ns": "#ffffff", "isolate": "#ffffff",
    }),
    hatches=MappingProxyType({"LL": STIPPLE, "LH": STIPPLE, "isolate": "xxxx"}),
    certain=(1.0, 1.0, 1.0),
    uncertain=("", r"\\", r"\\\\\\"),
    effects=("#d9d9d9", "#949494", "#404040"),
    methods=MappingProxyType({"damped_trend": "#262626", "stirpat": "#8c8c8c", "gm11": "#595959"}),
    ribbons=("#595959", "#8c8c8c", "#6e6e6e", "#a3a3a3", "#7f7f7f"),
    ramp="Greys",
    bar="#595959",
    pale="#c9c9c9",
    ground="#f5f5f5",
    host="#d9d9d9",
    missing="#ffffff",
    backdrop="#ffffff",
    notice=INK,
)  # fmt: skip


def stipple_on(colour: str) -> str:
    """Return the colour of stipples that show on another colour: dark on light, light on dark."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return INK if 0.3 * red + 0.59 * green + 0.11 * blue > 90 else "#ffffff"


def shades(ramp: tuple[str, ...], count: int) -> list[str]:
    """Return ``count`` shades of a ramp from light to dark, spread over all of it."""
    if count == 1:
        return [ramp[len(ramp) // 2]]
    return [ramp[round(i * (len(ramp) - 1) / (count - 1))] for i in range(count)]
