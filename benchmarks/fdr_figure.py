"""The figure of docs/spatial-engine.md: ``python -m benchmarks.fdr_figure FILE``.

How many permutations control of the false-discovery rate takes, on a fictional region of 2,735 units.
"""

from __future__ import annotations

import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from libpysal.graph import Graph
from matplotlib.axes import Axes

from ecocomp import accounts, space, synthetic
from ecocomp.panel import Inputs
from ecocomp.study import Revision

UNITS, YEAR, ALPHA, SEEDS = 2_735, 2017, 0.05, range(10)
NUMBERS = {999: "#9ecae1", 9_999: "#4292c6", 99_999: "#08519c", 20 * UNITS * 20: "#000000"}


def main(file: str) -> None:
    """Draw sorted p under four numbers of permutations against the thresholds of Benjamini and Hochberg."""
    inputs = synthetic.region(UNITS, (YEAR,), seed=1)
    graph = space.contiguity(inputs.geometry)
    mpl.rcParams["font.size"] = 9
    figure, panels = plt.subplots(1, 2, figsize=(9.4, 3.9), sharey=True, layout="constrained")
    titles = ("Revised accounts: clusters everywhere", "Noise, with one patch of high values")
    for axes, title, values in zip(panels, titles, (_accounts(inputs), _patch(graph)), strict=True):
        print(f"{title}\n")
        _draw(axes, values, space.prepare(graph))
        axes.set_title(title, loc="left", fontsize=10)
    panels[0].set_ylabel("two-sided p")
    figure.savefig(file, dpi=150)


def _draw(axes: Axes, values: pd.Series, graph: space.PreparedGraph) -> None:
    ranks = np.arange(1, UNITS + 1)
    axes.plot(ranks, ALPHA * ranks / UNITS, color="#c0392b", lw=1.6)
    axes.annotate("below the line\nrejected", (2_500, 3e-4), color="#c0392b", ha="right", va="top")
    for permutations, colour in NUMBERS.items():
        found = [space.local_moran(values, graph, permutations, seed) for seed in SEEDS]
        kept = [int((each["p_fdr"] < ALPHA).sum()) for each in found]
        told = f"{kept[0]}" if min(kept) == max(kept) else f"{min(kept)} to {max(kept)}"
        label = f"{permutations:,}: {told} units rejected"
        axes.step(ranks, np.sort(found[0]["p_value"]), where="post", color=colour, lw=1.4, label=label)
        print(f"| {permutations:,} | {2 / (permutations + 1):.1e} | {told} |")
    axes.set(xscale="log", yscale="log", xlabel="rank of the unit by p", xlim=(1, UNITS), ylim=(1e-6, 2))
    axes.legend(frameon=False, loc="upper left", fontsize=8, title="Permutations, 10 seeds", alignment="left")
    axes.spines[["top", "right"]].set_visible(False)


def _accounts(inputs: Inputs) -> pd.Series:
    account = accounts.net_account(inputs.panel["emissions"], inputs.panel["sequestration"])
    revised = accounts.revise(inputs.panel.assign(account=account), Revision())["revised"]
    return revised.sel(year=YEAR).to_series()


def _patch(graph: Graph) -> pd.Series:
    """Return noise in which one unit, its neighbours and theirs lie three standard deviations higher."""
    noise = np.random.default_rng(7).normal(size=UNITS)
    values = pd.Series(noise, index=pd.Index(graph.unique_ids, name="unit"))
    patch = set(graph[values.index[UNITS // 2]].index)
    patch |= {other for unit in patch for other in graph[unit].index}
    values[list(patch)] += 3
    return values


if __name__ == "__main__":
    main(sys.argv[1])
