"""
Who pays whom, and over what distance
=====================================

Every payer pays every recipient, or the nearest: the same sums, other transfers. Keys and rules: `settlement
<../settlement.html>`_; why the least-cost plan has so few transfers: `its method
<../method/settlement.html>`_.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection

import ecocomp
from ecocomp.settlement import Terms, costs_by_distance, settle
from ecocomp.study import Compensation, Revision, Settlement

inputs = ecocomp.synthetic.region(80, years=(2020,), seed=11)
revised = ecocomp.accounts.revise(inputs.panel, Revision())["revised"]
settings = Compensation.model_validate({"price": {"value": 60, "unit": "CNY/t CO2"}})
amount = ecocomp.compensation.amount(revised, ecocomp.compensation.price_by_year(settings, [2020]))
cost = costs_by_distance(inputs.geometry.loc[amount["unit"].values])  # geodesic, between centroids [km]

plans = {
    "proportional": settle(amount, Terms(cost=cost)),
    "at the least cost": settle(amount, Terms(Settlement(method="transport"), cost=cost)),
}

# %%
# Two plans on the map
# --------------------

points = ecocomp.space.centroids_of(amount["unit"].to_index(), inputs.geometry)
places = dict(zip(points.units, points.points, strict=True))
counties = inputs.geometry.to_crs(points.crs)
signs = np.sign(amount.isel(year=0).to_series().reindex(counties.index))

figure, axes = plt.subplots(1, 2, figsize=(8.6, 4.2), layout="constrained")
for ax, (title, plan) in zip(axes, plans.items(), strict=True):
    counties.plot(ax=ax, color=signs.map({1.0: "#fee3c8", -1.0: "#9fc9e3"}), edgecolor="white", linewidth=0.5)
    rows = plan.transfers
    lines = [(places[a], places[b]) for a, b in zip(rows["payer"], rows["recipient"], strict=True)]
    ax.add_collection(
        LineCollection(lines, linewidths=4 * rows["amount"] / rows["amount"].max(), color="#7f2704", alpha=0.5)
    )
    ax.set_title(f"{title}: {len(rows):,} transfers", fontsize=10)
    ax.set_axis_off()
plt.show()

# %%
# Payers are orange, recipients blue, and a line is as wide as its money.
#
# How far does a yuan go?
# -----------------------

figure, ax = plt.subplots(figsize=(6.4, 3), layout="constrained")
for (title, plan), colour in zip(plans.items(), ("#5ba3d0", "#cf4f0a"), strict=True):
    rows = plan.transfers
    way = np.array(
        [float(cost.sel(payer=a, recipient=b)) for a, b in zip(rows["payer"], rows["recipient"], strict=True)]
    )
    order = np.argsort(way)
    ax.step(way[order], 100 * np.cumsum(rows["amount"].to_numpy()[order]) / rows["amount"].sum(), color=colour,
            label=f"{title}: {np.average(way, weights=rows['amount']):.0f} km on average")  # fmt: skip
ax.set(xlabel="distance [km]", ylabel="% of the money within", ylim=(0, 101))
ax.legend()
plt.show()

# %%
# What every county pays or receives is the same under both, to the fen:

print(bool((plans["proportional"].amounts == plans["at the least cost"].amounts).all()))
