"""
How many clusters are chance?
=============================

The same map under three rules: the directed p of older software, the two-sided p, and two-sided with the
false-discovery rate controlled. Then the test of the tests: a map without any pattern. See `the method of
clusters <../method/clusters.html>`_.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Patch

import ecocomp
from ecocomp.space import contiguity, local_moran, prepare

inputs = ecocomp.synthetic.region(300, years=(2020,), seed=4)
account = ecocomp.accounts.net_account(inputs.panel["emissions"], inputs.panel["sequestration"]).isel(year=0)
graph = prepare(contiguity(inputs.geometry, rule="queen"))
rules = {
    "directed p < 0.05": {"alternative": "directed"},
    "two-sided p < 0.05": {},
    "two-sided, FDR 0.05": {"correction": "fdr"},
}
colours = {"HH": "#ca0020", "LL": "#0571b0", "HL": "#f4a582", "LH": "#92c5de", "ns": "#f5f5f5"}

# %%
# One map, three answers
# ----------------------

figure, axes = plt.subplots(1, 3, figsize=(9, 3.6), layout="constrained")
for ax, (title, rule) in zip(axes, rules.items(), strict=True):
    cluster = local_moran(account, graph, seed=1, **rule)["cluster"].to_series().reindex(inputs.geometry.index)
    inputs.geometry.plot(ax=ax, color=cluster.map(colours), edgecolor="#8c8c8c", linewidth=0.3)
    ax.set_title(f"{title}: {(cluster != 'ns').sum()}", fontsize=10)
    ax.set_axis_off()
figure.legend(
    handles=[Patch(fc=c, ec="#8c8c8c", label=n) for n, c in colours.items()], ncols=5, loc="outside lower center"
)
plt.show()

# %%
# No pattern at all
# -----------------
# Deal the values out to the counties at random, two hundred times. Whatever is called now is false. All two hundred
# maps go through in one call: every dimension beside ``unit`` is a batch.

rng = np.random.default_rng(1)
shuffled = account.expand_dims(draw=200).copy()
shuffled.values = rng.permuted(shuffled.values, axis=1)

figure, ax = plt.subplots(figsize=(6.4, 3), layout="constrained")
for (title, rule), colour in zip(rules.items(), ("#b9cfda", "#5ba3d0", "#08306b"), strict=True):
    called = (local_moran(shuffled, graph, permutations=9_999, seed=1, **rule)["cluster"] != "ns").sum("unit")
    ax.hist(
        called,
        bins=np.arange(0, 61, 2),
        color=colour,
        alpha=0.8,
        label=f"{title}: {float(called.mean()):.1f} on average",
    )
ax.set(xlabel="counties of 300 in a cluster, where there is none", ylabel="maps of 200")
ax.legend()
plt.show()

# %%
# Directed p calls about 30 of 300 counties, twice its level of 5 %; two-sided p keeps it, at 15 false ones a map.
# Only with FDR does a map without a pattern stay (nearly) empty: that is the rule for "here is a cluster", the others
# are for looking.
