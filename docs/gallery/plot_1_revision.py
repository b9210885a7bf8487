"""
What a revision does to who comes first
=======================================

Ranked by their accounts, large counties come first because they are large. Revisions make counties
comparable; this notebook shows how, and how far the order hangs on the choice. Why each has its form: `the
method of revision <../method/revision.html>`_.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import rankdata, spearmanr

import ecocomp
from ecocomp.accounts import revise
from ecocomp.study import Revision

inputs = ecocomp.synthetic.region(160, years=(2020,), seed=8)  # a fictional region: any panel of yours will do
panel = inputs.panel
account = ecocomp.accounts.net_account(panel["emissions"], panel["sequestration"]).isel(year=0)
print(f"{int((account > 0).sum())} counties emit more than they take up, {int((account < 0).sum())} take up more")

# %%
# Before: an account grows with the county
# ----------------------------------------
# The size index is the geometric mean of relative area, population and GDP; 1 is the region's mean county.

revised = revise(panel, Revision())
size = revised["size_index"].isel(year=0)
after = revised["revised"].isel(year=0)

figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), sharey=True, layout="constrained")
for ax, values, title in zip(axes, (account, after), ("Account", "Revised account, at mean size"), strict=True):
    ax.scatter(size, values, c=np.where(values > 0, "#cf4f0a", "#2171b5"), s=14, alpha=0.8)
    ax.axhline(0, color="#8c8c8c", lw=0.8)
    ax.set(xscale="log", yscale="symlog", xlabel="size index [1]", title=title)
    ax.set_xticks([0.5, 1, 2, 3], ["½", "1", "2", "3"])
    ax.minorticks_off()
axes[0].set_ylabel("Mt CO2")
plt.show()

# %%
# No county changed sides: ``size_normalised`` keeps the sign. But a large county no longer has a large account because
# it is large. Spearman's correlation of size with what payers answer for, before and after:

pays = account > 0
for values in (account, after):
    print(f"{spearmanr(size[pays], values[pays])[0]:.2f}")

# %%
# After: which order?
# -------------------
# Spearman's correlation of the revised accounts under five revisions.

ways = {
    "none": Revision(method="none"),
    "geometric": Revision(mean="geometric"),
    "arithmetic": Revision(mean="arithmetic"),
    "quota by GDP": Revision(method="theoretical"),
    "threshold": Revision(method="threshold"),
}
results = {name: revise(panel, way)["revised"].isel(year=0) for name, way in ways.items()}
ranks = np.stack([rankdata(r.values) for r in results.values()])
agreement = np.corrcoef(ranks)

figure, ax = plt.subplots(figsize=(5.4, 4.4), layout="constrained")
image = ax.imshow(agreement, cmap="YlGnBu", vmin=0, vmax=1)
ax.set_xticks(range(len(ways)), ways, rotation=30, ha="right")
ax.set_yticks(range(len(ways)), ways)
for row, column in np.ndindex(agreement.shape):
    shade = "white" if agreement[row, column] > 0.6 else "black"
    ax.text(column, row, f"{agreement[row, column]:.2f}", ha="center", va="center", color=shade)
figure.colorbar(image, label="Spearman's ρ")
plt.show()

# %%
# How many counties change sides between the unrevised account and each revision?

for name, values in results.items():
    print(f"{name:13}", int(((values > 0) != (results["none"] > 0)).sum()))
