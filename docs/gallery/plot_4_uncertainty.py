"""
Which ranks can be trusted?
===========================

Emissions are uncertain by a quarter. What becomes of the order of the payers? Draws go through the same steps
as the plain run. What is drawn, and why in this form: `the method of uncertainty
<../method/uncertainty.html>`_.
"""

import matplotlib.pyplot as plt
import numpy as np

import ecocomp
from ecocomp.uncertainty import case_of, propagate

inputs = ecocomp.synthetic.region(100, years=(2020,), seed=5)
units = {"emissions": "Mt CO2", "sequestration": "Mt CO2", "gdp": "CNY", "population": "person", "area": "km2"}
study = ecocomp.Study.from_dict({
    "study": {"name": "A fictional region", "seed": 1},
    "units": {"table": "none.csv", "id": "unit", "year": "year", "name": "name", "parents": ["prefecture"],
              "boundaries": "none.gpkg"},
    "quantities": {name: {"column": name, "unit": unit} for name, unit in units.items()},
    "compensation": {"price": {"value": 60, "unit": "CNY/t CO2"}},
    "uncertainty": {"draws": 2048, "cluster_draws": 0,
                    "errors": {"emissions": {"cv": 0.25}, "sequestration": {"cv": 0.25}}},
})  # fmt: skip
answers = propagate(case_of(study, inputs.panel.sortby("unit"), inputs.geometry))
table = answers.units[answers.units["year"] == 2020].set_index("unit")
print(table["verdict"].value_counts().to_string())

# %%
# Intervals of ranks
# ------------------
# The 25 payers with the smallest median rank: points are medians, bars hold 90 % of the draws. The first few are the
# first; soon after, bars are so long that neighbours on the list could change places.

first = table[table["rank_side"] == "payer"].nsmallest(25, "rank_median")
figure, ax = plt.subplots(figsize=(6.4, 4.8), layout="constrained")
places = np.arange(len(first))
ax.hlines(places, first["rank_low"], first["rank_high"], color="#f58a3c", lw=5)
ax.plot(first["rank_median"], places, "o", color="#7f2704", ms=4)
ax.set(yticks=places, yticklabels=first.index, xlabel="rank among payers", ylim=(len(first) - 0.5, -0.5))
plt.show()

# %%
# What makes a place robust?
# --------------------------
# Not the size of the account but its distance from balance, seen against the errors: whoever emits about what its land
# takes up is undecided.

panel = inputs.panel.sel(year=2020).sortby("unit").to_dataframe().loc[table.index]
colours = {"robust payer": "#cf4f0a", "robust recipient": "#2171b5", "undecided": "#8c8c8c"}
figure, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for verdict, colour in colours.items():
    own = (table["verdict"] == verdict).to_numpy()
    ratio = panel["emissions"][own] / panel["sequestration"][own]
    ax.scatter(ratio, table["probability_paying"][own], s=18, color=colour, label=f"{verdict}: {own.sum()}")
ax.axvline(1, color="#8c8c8c", lw=0.8)
ax.set(xscale="log", xlabel="emissions / sequestration", ylabel="probability of paying")
ax.legend()
plt.show()
