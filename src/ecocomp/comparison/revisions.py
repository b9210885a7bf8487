"""Revisions against each other: how far the choice of a revision decides who pays.

Calls the rooms below and adds no equation of its own but the measures of agreement.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy import stats

from ecocomp.accounts import factors_of, revise
from ecocomp.compensation import amount, price_by_year, stage_of
from ecocomp.study import Compensation, Revision

__all__ = ["amounts_by_revision", "compare_revisions", "label_of", "rank_agreement", "revision_variants"]


def revision_variants(settings: Revision, quantities: Collection[Hashable]) -> dict[str, Revision]:
    """Return every revision that a study's own settings and quantities define, by label, the study's own first.

    The means of ``size_normalised`` share the study's weights, reference and rescaling. ``quota`` has no default
    weights: it takes the study's where they are stated. What needs a quantity that the panel lacks is left out.
    """
    weights = settings.weights
    variants = {label_of(settings): settings}
    others = [
        *(
            settings.model_copy(update={"method": "size_normalised", "mean": mean})
            for mean in ("geometric", "arithmetic", "harmonic")
        ),
        *([Revision(method="quota", weights=weights, roles=settings.roles)] if weights else []),
        Revision(method="theoretical"),
        Revision(method="threshold", benchmark="gross"),  # with benchmark net it is theoretical, term by term
        Revision(method="ecc_esc", cap_quantile=settings.cap_quantile),
        Revision(method="none"),
    ]  # fmt: skip
    for other in others:
        if not set(factors_of(other)) <= set(quantities):
            continue
        variants.setdefault(label_of(other), other)
    return variants


def label_of(settings: Revision) -> str:
    """Return a revision's name with the setting that tells it from its kin."""
    if settings.method == "size_normalised":
        return f"size_normalised, {settings.mean}"
    if settings.method == "threshold":
        return f"threshold, {settings.benchmark}"
    return settings.method


def amounts_by_revision(panel: xr.Dataset, settings: Revision, compensation: Compensation) -> xr.DataArray:
    """Return the amounts of every revision variant, dimensions (revision, unit, year) [CNY]."""
    price = price_by_year(compensation, [int(y) for y in panel["year"].values])
    amounts = {}
    for label, variant in revision_variants(settings, list(panel.data_vars)).items():
        revised = revise(panel, variant)["revised"]
        stage = stage_of(revised, compensation.stage_coefficient, panel.get("engel_coefficient"))
        amounts[label] = amount(revised, price, stage)
    return xr.concat(
        amounts.values(), dim=pd.Index(list(amounts), name="revision"), coords="minimal", compat="override"
    )


def compare_revisions(panel: xr.Dataset, settings: Revision, compensation: Compensation) -> pd.DataFrame:
    """Compare every pair of revisions, year by year, over the units that have an amount under both.

    Parameters
    ----------
    panel
        Dataset (unit, year) in canonical units.
    settings, compensation
        The study's ``[revision]`` and ``[compensation]``.

    Returns
    -------
    pandas.DataFrame
        ``year, revision, other_revision, units, spearman, kendall`` (of the amounts' ranks), ``sign_flips,
        flipped_units`` (pay under one, receive under the other) and ``money_moved`` = ½ Σ|V − V′| [CNY].
    """
    amounts = amounts_by_revision(panel, settings, compensation)
    rows = []
    for year in panel["year"].values:
        of_year = amounts.sel(year=year)
        for first, second in combinations(of_year["revision"].values, 2):
            rows.append({"year": int(year), "revision": first, "other_revision": second,
                         **_agreement(of_year.sel(revision=first), of_year.sel(revision=second))})  # fmt: skip
    return pd.DataFrame(rows)


def _agreement(first: xr.DataArray, second: xr.DataArray) -> dict[str, object]:
    both = (first.notnull() & second.notnull()).values
    a, b = first.values[both], second.values[both]
    ranked = [_without_rounding_noise(v) for v in (a, b)]
    flips = ranked[0] * ranked[1] < 0
    spearman, kendall = rank_agreement(a, b)
    return {
        "units": int(both.sum()),
        "spearman": spearman,
        "kendall": kendall,
        "sign_flips": int(flips.sum()),
        "flipped_units": "; ".join(first["unit"].values[both][flips]),
        "money_moved": float(np.abs(a - b).sum() / 2),
    }


def rank_agreement(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return Spearman's rho and Kendall's tau-b of two sets of values; missing where one of them is all the same.

    Parameters
    ----------
    first, second
        Values of the same units, in the same order, none missing; equal to 12 decimals of the largest is equal.
    """
    ranked = [_without_rounding_noise(v) for v in (first, second)]
    if first.size < 2 or any(np.ptp(v) == 0 for v in ranked):
        return np.nan, np.nan
    return float(stats.spearmanr(*ranked).statistic), float(stats.kendalltau(*ranked).statistic)


def _without_rounding_noise(amounts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return amounts over the largest, to 12 decimals: equal accounts stay tied whatever unit they were read in."""
    largest = np.abs(amounts).max(initial=0.0)
    return np.round(amounts / largest, 12) if largest > 0 else amounts
