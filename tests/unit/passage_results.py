"""Results with what each section of the report needs, by hand: round numbers that a reader of a test can follow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from ecocomp.result import Result
from ecocomp.study import Study
from unit.report_results import make_result

NAMES = {"01": "甲县", "02": "乙县", "03": "丙县", "04": "丁县"}


def study_of(result: Result) -> Study:
    """Return the study of a result."""
    study = result.manifest["study"]
    revenue = {"fiscal_revenue": {"column": "revenue", "unit": "1e8 CNY"}}
    return Study.from_dict(study | {"quantities": study["quantities"] | revenue})


def settled(told: dict[str, Any] | None = None, **settings: Any) -> Result:
    """Return a result of 2015 with two transfers, a cap that binds, a floor that does not, and what a fund pays in."""
    result = make_result(settings={"settlement": settings})
    transfers = pd.DataFrame(
        [(2015, "01", "03", 1.5e8), (2015, "02", "03", 0.5e8)], columns=["year", "payer", "recipient", "amount"]
    )
    parents = pd.DataFrame(
        [("province", 2015, "East", "West", 2e8, 2e8)], columns=result.transfers_parents.columns.drop("data_origin")
    )
    limits = pd.DataFrame({
        "year": 2015, "unit": ["01", "03"], "limit": ["cap", "floor"], "bound": [1.5e8, 1e8], "settled": [1.5e8, 2e8],
        "binding": ["yes", "no"], "more_transferred": [1.0, float("nan")], "saving": [-2.0, float("nan")],
    })  # fmt: skip
    regional = result.regional.assign(topped_up=1e8, kept=0.0, carried_over=2.5e8)
    plan = {"transfers": 2, "smallest_transfer": 5e7, "mean_cost": 12.5, "proven_least": True} | (told or {})
    return replace(
        result, transfers=transfers, transfers_parents=parents, settlement_limits=limits, regional=regional,
        manifest=result.manifest | {"settlement": {"years": {"2015": plan}}},
    )  # fmt: skip


def decomposed(prices: str = "current prices", missing: int = 1) -> Result:
    """Return a result whose emissions rise by 5 Mt from 2010 to 2015 by 1 + 6 − 2, and fall in the second step."""
    result = make_result()
    rows = [
        ("region", "", "", "whole", 2010, 2015, 5.0, 1.0, 6.0, -2.0, 4, missing, prices),
        ("region", "", "", "step", 2010, 2012, 6.0, 0.5, 4.5, 1.0, 4, missing, prices),
        ("region", "", "", "step", 2012, 2015, -1.0, 0.5, 1.5, -3.0, 4, missing, prices),
        ("parent", "province", "East", "whole", 2010, 2015, 5.0, 1.0, 6.0, -2.0, 2, 0, prices),
    ]
    columns = ["level", "parent_level", "name", "span", "previous_year", "year", "change", "population_effect",
               "affluence_effect", "intensity_effect", "units", "missing", "price_level"]  # fmt: skip
    return replace(result, decomposition=pd.DataFrame(rows, columns=columns))


def projected(**settings: Any) -> Result:
    """Return a result with an outlook to 2030: three methods, of which one beats the baseline for emissions alone."""
    result = make_result(settings={"outlook": {"until": 2030, **settings}})
    paths = [("observed", "", 2015, 120.0, 20.0, 100.0)]
    for method, scenario in (("damped_trend", "trend"), ("stirpat", "trend"), ("stirpat", "slow"), ("gm11", "trend")):
        paths += [(method, scenario, 2030, 90.0, 30.0, 60.0)]
    outlook = pd.DataFrame(paths, columns=["method", "scenario", "year", "emissions", "sequestration", "account"])
    for series in ("emissions", "sequestration", "account"):
        outlook[f"{series}_low"], outlook[f"{series}_high"] = outlook[series] - 1, outlook[series] + 1
    outlook = outlook.assign(level="region", units=4, missing=1)
    return replace(result, outlook=outlook, outlook_tests=_tests(), outlook_years=_years())


def _tests() -> pd.DataFrame:
    better, not_better = "better than the baseline", "no better than the baseline"
    verdicts = {"damped_trend": ["baseline"] * 3, "stirpat": [better, not_better, not_better], "gm11": [not_better] * 3}
    region = [
        ("region", method, quantity, 0.05, 0.9, 1.0, 2.0, verdict)
        for method, told in verdicts.items()
        for quantity, verdict in zip(("emissions", "sequestration", "account"), told, strict=True)
    ]
    columns = ["level", "method", "quantity", "mape", "mase", "rmse", "baseline_rmse", "verdict"]
    units = pd.DataFrame({
        "level": "unit", "method": ["stirpat", "stirpat", "gm11"], "quantity": "emissions", "verdict": better,
        "r_squared": [0.9, 0.8, float("nan")], "autocorrelation": [0.1, 0.3, float("nan")],
        "largest_vif": [12.0, 3.0, float("nan")], "level_ratio": ["", "", "yes"], "grade": [pd.NA, pd.NA, 2],
    }).astype({"grade": "Int64"})  # fmt: skip
    return pd.concat([pd.DataFrame(region, columns=columns), units], ignore_index=True)


def _years() -> pd.DataFrame:
    none = "none by 2030: still a deficit then"
    found = [("unit", "peak", 2012, "lies in the data"), ("unit", "peak", 2020, "lies ahead"),
             ("unit", "neutrality", pd.NA, none), ("unit", "neutrality", 2025, "lies ahead"),
             ("region", "peak", pd.NA, "none by 2030: emissions are highest then"),
             ("region", "neutrality", pd.NA, none)]  # fmt: skip
    frame = pd.DataFrame(found, columns=["level", "event", "event_year", "finding"])
    return frame.assign(method="damped_trend", scenario="trend", year_low=pd.NA, year_high=pd.NA, probability=0.25)


def drawn(unsettled: int = 0, **settings: Any) -> Result:
    """Return a result with draws: of the first two payers the first alone is robust, and the one recipient is not."""
    errors = {"emissions": {"cv": 0.25}}
    stated = {"draws": 1024, "errors": errors} | settings
    result = make_result(settings={"uncertainty": stated})
    units = pd.DataFrame({
        "unit": ["01", "02", "03"], "year": 2015, "probability_paying": [0.99, 0.7, 0.2],
        "probability_receiving": [0.01, 0.3, 0.8], "verdict": ["robust payer", "undecided", "undecided"],
        "rank_side": ["payer", "recipient", "recipient"], "rank_low": 1, "rank_high": 2,
    })  # fmt: skip
    sums = {f"{name}_{end}": value for name in ("payments", "receipts", "gap")
            for end, value in (("low", -1e8), ("median", 2e8), ("high", 3e8))}  # fmt: skip
    regional = pd.DataFrame([{"year": 2015, "draws": 1024, **sums, "probability_gap": 0.9, "robust_payers": 1,
                              "robust_recipients": 2, "undecided": 3, "unsettled_verdicts": unsettled,
                              "largest_error": 0.031}])  # fmt: skip
    return replace(result, uncertainty=units, uncertainty_regional=regional)
