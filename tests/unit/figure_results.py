"""Tiny results to draw: squares in a row, with whatever values a test gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecocomp.comparison import with_scenarios
from ecocomp.result import Result

CLUSTERS = ("HH", "LL", "HL", "LH", "ns", "isolate")


def tiny_result(
    values: Sequence[float],
    years: Sequence[int] = (2010, 2011),
    names: Sequence[str] | None = None,
    parents: bool = True,
    backdrop: bool = False,
    notice: str | None = None,
    study: dict[str, Any] | None = None,
    revisions: bool = False,
    uncertainty: bool = False,
    scenarios: Sequence[str] = (),
    drivers: Sequence[str] = (),
) -> Result:
    """Return a result of one square a value (Mt CO2 before and after revision, 60 CNY/t), the same in every year.

    Under every scenario each second unit is on the other side, and the others stay as they are.
    """
    if scenarios:
        turned = tiny_result([-v if i % 2 else v for i, v in enumerate(values)], years, names, parents, study=study)
        base = tiny_result(
            values, years, names, parents, backdrop, notice, study, revisions, uncertainty, drivers=drivers
        )
        return with_scenarios(base, dict.fromkeys(scenarios, turned))
    units = [f"u{i}" for i in range(len(values))]
    frames = [_year(units, np.asarray(values, dtype=float), names or units, year) for year in years]
    results = pd.concat(frames, ignore_index=True)
    if parents:
        results["province"] = np.where(results["unit"].isin(units[: max(1, len(units) // 2)]), "A", "B")
    squares = [
        shapely.box(110 + 0.5 * (i % 3), 38 + 0.5 * (i // 3), 110.5 + 0.5 * (i % 3), 38.5 + 0.5 * (i // 3))
        for i in range(len(units))
    ]
    geometry = gpd.GeoDataFrame(geometry=squares, index=pd.Index(units, name="unit"), crs="EPSG:4326")
    beyond = [shapely.box(109.5, 38, 110, 38.5)] if backdrop else []
    points = _points(years, values)
    return Result(
        results=results,
        regional=_regional(results),
        subtotals=pd.DataFrame(),
        centres=points[["year", "weighting", "lon", "lat", "host_unit"]],
        ellipses=points[["year", "weighting", "lon", "lat", "semi_major_km", "semi_minor_km", "rotation_deg"]],
        transitions=pd.DataFrame(),
        markov=pd.DataFrame(),
        histories=pd.DataFrame(),
        cluster_trends=pd.DataFrame(),
        balance=_balance(results),
        rank_stability=pd.DataFrame(),
        revisions=_revisions(years) if revisions else pd.DataFrame(columns=["year", "revision"]),
        transfers=pd.DataFrame(),
        transfers_parents=pd.DataFrame(),
        ledger=pd.DataFrame(),
        settlement_limits=pd.DataFrame(),
        uncertainty=_uncertainty(results) if uncertainty else pd.DataFrame(),
        uncertainty_regional=pd.DataFrame({"year": years, "draws": 100}) if uncertainty else pd.DataFrame(),
        uncertainty_centres=pd.DataFrame(),
        comparison=pd.DataFrame(),
        comparison_units=pd.DataFrame(),
        fairness=pd.DataFrame(),
        burden=pd.DataFrame(),
        decomposition=pd.DataFrame(),
        outlook=pd.DataFrame(),
        outlook_tests=pd.DataFrame(),
        outlook_years=pd.DataFrame(),
        drivers=_drivers(drivers),
        driver_interactions=_interactions(drivers),
        driver_strata=pd.DataFrame(),
        driver_risks=pd.DataFrame(),
        regression=pd.DataFrame(),
        regression_diagnostics=pd.DataFrame(),
        issues=pd.DataFrame(),
        geometry=geometry,
        backdrop=gpd.GeoDataFrame(geometry=beyond, crs="EPSG:4326"),
        manifest={
            "study": {"study": {"name": "tiny"}} | (study or {}),
            "parents": ["province"] if parents else [],
            "years": list(years),
            "notice": notice,
            "revised_unit": "Mt CO2 at mean size",
            "permutations": 999,
            "data_origin": "given",
            "inputs": {"table": {"file": "data/tiny.csv"}},
        },
    )


def with_developments(
    result: Result,
    parents: Sequence[str] = ("A", "B"),
    scenario: str = "slow",
    years: Sequence[int] = (2010, 2011, 2012),
) -> Result:
    """Return a result with a decomposition of steps of 3 + 2 − 4 = 1 Mt, and an outlook that turns to a surplus."""
    spans = [("step", a, b) for a, b in pairwise(years)] + [("whole", years[0], years[-1])]
    places = [("region", "", ""), *(("parent", "province", name) for name in parents)]
    rows = [(*place, *span, 1.0, 3.0, 2.0, -4.0, "current prices") for place in places for span in spans]
    columns = ["level", "parent_level", "name", "span", "previous_year", "year", "change", "population_effect",
               "affluence_effect", "intensity_effect", "price_level"]  # fmt: skip
    told = [("observed", "", year, 10.0, 4.0) for year in years]
    for method, name in (("damped_trend", "trend"), ("stirpat", "trend"), ("stirpat", scenario), ("gm11", "trend")):
        told += [(method, name, years[-1] + h, 10.0 - 3 * h, 4.0) for h in (1, 2, 3)]
    outlook = pd.DataFrame(told, columns=["method", "scenario", "year", "emissions", "sequestration"])
    outlook["account"] = outlook["emissions"] - outlook["sequestration"]
    for series in ("emissions", "sequestration", "account"):
        outlook[f"{series}_low"], outlook[f"{series}_high"] = outlook[series] - 1, outlook[series] + 1
    tests = pd.DataFrame({"level": "region", "method": ["damped_trend", "stirpat"], "quantity": "emissions",
                          "mape": [0.1, 0.2], "hold_out": 1})  # fmt: skip
    return replace(result, decomposition=pd.DataFrame(rows, columns=columns), outlook=outlook.assign(level="region"),
                   outlook_tests=tests)  # fmt: skip


def _year(units: list[str], values: np.ndarray, names: Sequence[str], year: int) -> pd.DataFrame:
    amount = values * 60e6
    group = np.select([np.isnan(values), values > 0, values < 0], ["missing", "payer", "recipient"], "balanced")
    frame = pd.DataFrame({"unit": units, "name": list(names), "year": year, "account": values, "revised": values,
                          "amount": amount, "settled": amount, "group": group,
                          "priority": np.abs(amount) / 1e9})  # fmt: skip
    ranked = frame["group"].isin(["payer", "recipient"])
    rank = frame[ranked].groupby("group")["priority"].rank(ascending=False, method="first")
    frame["rank"] = rank.reindex(frame.index).astype("Int64")
    kinds = np.resize(CLUSTERS, len(units))
    return frame.assign(cluster=np.where(np.isnan(values), "missing", kinds))


def _uncertainty(results: pd.DataFrame) -> pd.DataFrame:
    """Return draws around the amounts; every third unit is sure of its side, and the second one on the other side."""
    pays = (results["amount"] > 0).to_numpy()
    share = np.resize([1.0, 0.3, 0.85], len(results))
    known = results["amount"].notna().to_numpy()
    rank = results["rank"].astype("Float64").to_numpy(float, na_value=np.nan)
    return results[["unit", "year"]].assign(
        amount_median=results["amount"],
        probability_paying=np.where(known, np.where(pays, share, 1 - share), np.nan),
        probability_receiving=np.where(known, np.where(pays, 1 - share, share), np.nan),
        rank_side=np.where(pays == (share > 0.5), "payer", "recipient"),
        rank_median=rank + 1, rank_low=rank, rank_high=rank + 3,
    )  # fmt: skip


def _drivers(factors: Sequence[str]) -> pd.DataFrame:
    """Return factors of falling q, every other one in the formula of the response."""
    if not factors:
        return pd.DataFrame()
    number = np.arange(len(factors))
    q = 0.8 / (1 + number)
    return pd.DataFrame({
        "year": 2011, "response": "amount", "factor": list(factors), "q": q, "q_held_out": q - 0.1,
        "p_permutation": np.where(number == 0, 0.0004, 0.03 * number), "units_used": 6, "permutations": 999,
        "by_construction": np.where(number % 2 == 0, "yes", "no"),
    })  # fmt: skip


def _interactions(factors: Sequence[str]) -> pd.DataFrame:
    rows = [
        (2011, b, a, 0.9 / (1 + i), "enhanced, nonlinear" if (i + j) % 3 == 0 else "enhanced, two factors")
        for i, a in enumerate(factors) for j, b in enumerate(factors[:i])
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["year", "factor", "other_factor", "joint_q", "interaction"])


def _regional(results: pd.DataFrame) -> pd.DataFrame:
    counts = results.groupby("year")["cluster"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=list(CLUSTERS), fill_value=0)
    return counts.rename(columns=lambda c: f"n_{c}").reset_index()


def _points(years: Sequence[int], values: Sequence[float]) -> pd.DataFrame:
    known = [v for v in values if v == v]
    rows = []
    for i, year in enumerate(years):
        for weighting, there in (("payments", any(v > 0 for v in known)), ("receipts", any(v < 0 for v in known))):
            place = (110.2 + 0.05 * i, 38.2, "u0", 20.0, 10.0, 30.0) if there else (np.nan, np.nan, None, *[np.nan] * 3)
            rows.append((year, weighting, *place))
    columns = ["year", "weighting", "lon", "lat", "host_unit", "semi_major_km", "semi_minor_km", "rotation_deg"]
    return pd.DataFrame(rows, columns=columns)


def _balance(results: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for year, frame in results.groupby("year"):
        paid, received = (
            frame[frame["group"] == g].sort_values("rank")["amount"].abs().cumsum().tolist()
            for g in ("payer", "recipient")
        )
        for n in range(1, max(len(paid), len(received)) + 1):
            sides = [side[min(n, len(side)) - 1] if side else 0.0 for side in (paid, received)]
            rows.append((year, n, *sides, "yes" if n == 2 else "no", "yes" if n == 1 else "no"))
    return pd.DataFrame(rows, columns=["year", "n", "payments_top_n", "receipts_top_n", "crossing", "closest"])


def _revisions(years: Sequence[int]) -> pd.DataFrame:
    pairs = [("size_normalised, geometric", "quota"), ("size_normalised, geometric", "none"), ("quota", "none")]
    rows = [(y, a, b, rho, 2, 3e8) for y in years for (a, b), rho in zip(pairs, (0.9, np.nan, -0.4), strict=True)]
    return pd.DataFrame(rows, columns=["year", "revision", "other_revision", "spearman", "sign_flips", "money_moved"])
