"""Colours of the figures: safe for the colour-blind, and with stipples so that a grey print still tells the sides.

Warm is the payers' side and cool the recipients'; whatever is low or receives is stippled as well.
Sources: ramps after ColorBrewer Oranges and Blues, cluster colours ColorBrewer RdBu (Brewer 2003), both colour-blind
safe.
"""

from __future__ import annotations

__all__ = [
    "BACKDROP",
    "CLUSTERS",
    "COOL",
    "EDGE",
    "INK",
    "MISSING",
    "NOTICE",
    "PAYMENTS",
    "RECEIPTS",
    "STIPPLED",
    "WARM",
    "shades",
    "stipple_on",
]

WARM = ("#fee3c8", "#fdbe85", "#f58a3c", "#cf4f0a", "#7f2704")
COOL = ("#d3e4f3", "#9fc9e3", "#5ba3d0", "#2171b5", "#08306b")
CLUSTERS = {
    "HH": "#ca0020",
    "LL": "#0571b0",
    "HL": "#f4a582",
    "LH": "#92c5de",
    "ns": "#f5f5f5",
    "isolate": "#b3b3b3",
}
STIPPLED = ("LL", "LH")
MISSING = "#d4d4d4"
BACKDROP = "#ececec"
EDGE = "#8c8c8c"
INK = "#262626"
NOTICE = "#a50f15"
PAYMENTS = WARM[3]
RECEIPTS = COOL[3]


def stipple_on(colour: str) -> str:
    """Return the colour of stipples that show on another colour: dark on light, light on dark."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return INK if 0.3 * red + 0.59 * green + 0.11 * blue > 90 else "#ffffff"


def shades(ramp: tuple[str, ...], count: int) -> list[str]:
    """Return ``count`` shades of a ramp from light to dark, spread over all of it."""
    if count == 1:
        return [ramp[len(ramp) // 2]]
    return [ramp[round(i * (len(ramp) - 1) / (count - 1))] for i in range(count)]
