"""Whether both sides found the same: ``python -m benchmarks.agreement ECOCOMP PLAIN REPORT`` compares two folders.

A benchmark of wrong results is worthless, so nothing is timed where they differ.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

TOLERANCE = 1e-9
"""Largest relative difference of numbers that are computed the same way."""


def compare(ours: Path, theirs: Path) -> tuple[str, list[str]]:
    """Return what agrees, in one line, and what does not."""
    units = _both(ours, theirs, "results", ["unit", "year"])
    regional = _both(ours, theirs, "regional", ["year"])
    centres = _both(ours, theirs, "centres", ["year", "weighting"])
    ellipses = _both(ours, theirs, "ellipses", ["year", "weighting"])
    balance = _both(ours, theirs, "balance", ["year", "n"])
    transfers = _both(ours, theirs, "transfers", ["year", "payer", "recipient"])
    largest = {
        "amounts": _difference(units, "amount"),
        "local I": _difference(units, "local_moran"),
        "global I": _difference(regional, "moran_i"),
        "its z": _difference(regional, "moran_z"),
        "centres": max(_difference(centres, "lon"), _difference(centres, "lat")),
        "top-N sums": max(_difference(balance, f"{side}_top_n") for side in ("payments", "receipts")),
    }
    differing = [f"{name} differ by {value:.1e}" for name, value in largest.items() if not value <= TOLERANCE]
    for column in ("group", "rank", "priority_class"):
        a, b = units[column], units[f"{column}_theirs"]
        unlike = int(((a != b) & ~(a.isna() & b.isna())).sum())
        differing += [f"{column} differs in {unlike} unit-years"] if unlike else []
    fen = (transfers["amount"].fillna(0) - transfers["amount_theirs"].fillna(0)).abs().max() * 100
    differing += [f"transfers differ by {fen:.1f} fen"] if not fen < 3 else []
    axes = max(_difference(ellipses, f"semi_{axis}_km") for axis in ("major", "minor"))
    p = units[["p_value", "p_value_theirs"]].dropna()
    p_like = np.corrcoef(p["p_value"], p["p_value_theirs"])[0, 1]
    differing += [f"p correlate by {p_like:.3f} only"] if not p_like > 0.98 else []
    numbers = ", ".join(f"{name} {value:.0e}" for name, value in largest.items())
    years = ", ".join(map(str, sorted(regional["year"])))
    line = (
        f"Agreement before timing, {years}, largest relative differences: {numbers}; groups, ranks and classes equal "
        f"in all {len(units):,} unit-years; transfers within {fen:.0f} fen; ellipse axes {axes:.0e} (each in its own "
        f"projection); p of local Moran correlate by {p_like:.4f} (two-sided here, directed there)"
    )
    return line, differing


def _both(ours: Path, theirs: Path, table: str, keys: list[str]) -> pd.DataFrame:
    frames = (pd.read_csv(folder / f"{table}.csv", encoding="utf-8-sig") for folder in (ours, theirs))
    # a row that one side lacks is empty there, and shows as a difference
    return next(frames).merge(next(frames), on=keys, how="outer", suffixes=("", "_theirs"))


def _difference(frame: pd.DataFrame, column: str) -> float:
    """Return the largest relative difference; infinite where only one side has a value."""
    ours, theirs = frame[column].to_numpy(float), frame[f"{column}_theirs"].to_numpy(float)
    known = ~np.isnan(ours)
    may_be_empty = column in ("lon", "lat")  # ecocomp leaves a centre of high leverage empty
    if not may_be_empty and (known != ~np.isnan(theirs)).any():
        return float("inf")
    scale = np.maximum(np.abs(ours), np.abs(theirs))[known]
    return float(np.max(np.abs(ours - theirs)[known] / np.where(scale > 0, scale, 1), initial=0.0))


if __name__ == "__main__":
    line, differing = compare(Path(sys.argv[1]), Path(sys.argv[2]))
    Path(sys.argv[3]).write_text(json.dumps({"line": line, "differing": differing}), encoding="utf-8")
