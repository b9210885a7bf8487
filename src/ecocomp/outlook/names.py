"""What the methods of an outlook are called."""

from __future__ import annotations

__all__ = ["BASELINE", "METHOD_NAMES", "OBSERVED", "TREND"]

BASELINE = "damped_trend"
OBSERVED = "observed"
TREND = "trend"
"""Scenario in which every driver goes on as it went."""
METHOD_NAMES = {"damped_trend": "the damped trend", "stirpat": "STIRPAT", "gm11": "GM(1,1)"}
