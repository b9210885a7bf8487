"""Results made by hand for the report and the workbook: four units, two of a parent, one of them missing."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import box

from ecocomp import drivers, fairness
from ecocomp.comparison import no_comparison
from ecocomp.pipeline.developments import COLUMNS as DEVELOPMENTS
from ecocomp.result import Result
from ecocomp.settlement import LEDGER_COLUMNS, LIMIT_COLUMNS, PARENT_COLUMNS
from ecocomp.uncertainty import COLUMNS

UNITS = ("01", "02", "03", "04")
NAMES = ("Alpha", "Beta", "Gamma", "Delta")
PARENTS = ("East", "East", "West", "West")
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAEklEQVR4nGOMqpjGAANMDEgAACHSAWxlP4gQAAAAAElFTkSuQmCC"
)
"""A png of four by two pixels."""
CLUSTERS = ("HH", "HH", "LL", "missing")
"""The same in every year: all four units keep their class, so that both HH and LL are never left."""
AMOUNTS = {2010: (2e8, 1e8, -1e8), 2015: (4e8, 1e8, -2e8)}
"""CNY; the fourth unit is missing. GDP is 1e9 CNY throughout, so that priorities are 0.2, 0.1 and 0.1, …"""


@dataclass(frozen=True)
class FigureStub:
    name: str
    caption: str
    path: Path


def figures(folder: Path, names: tuple[str, ...] = ("accounts", "balance")) -> list[FigureStub]:
    made = []
    for name in names:
        path = folder / f"{name}.png"
        path.write_bytes(PICTURE)
        made.append(FigureStub(name, f"What {name} shows in Mt CO2.", path))
    return made


def make_result(
    years: tuple[int, ...] = (2010, 2015),
    *,
    recipients: bool = True,
    parents: bool = True,
    notice: str | None = None,
    names: tuple[str, ...] = NAMES,
    revisions: bool = True,
    settings: dict[str, Any] | None = None,
) -> Result:
    results = _results(years, recipients, parents, names)
    regional = _regional(years, results)
    origin = "modelled"
    frames = {
        "results": results,
        "regional": regional,
        "subtotals": _subtotals(years, parents),
        "centres": _centres(years, recipients),
        "ellipses": _ellipses(years),
        **_histories(years, names),
        "balance": _balance(years, recipients),
        "rank_stability": _stability(years, recipients, names),
        "revisions": _revisions(years) if revisions else _revisions(()),
        "transfers": pd.DataFrame(columns=["year", "payer", "recipient", "amount"]),
        "transfers_parents": pd.DataFrame(columns=PARENT_COLUMNS),
        "ledger": pd.DataFrame(columns=LEDGER_COLUMNS),
        "settlement_limits": pd.DataFrame(columns=LIMIT_COLUMNS),
        **{
            name: pd.DataFrame(columns=columns)
            for name, columns in (COLUMNS | drivers.COLUMNS | fairness.COLUMNS).items()
        },
        **no_comparison(),
        **{name: pd.DataFrame(columns=columns) for name, columns in DEVELOPMENTS.items()},
        "issues": _issues(years, names),
    }
    geometry = gpd.GeoDataFrame(
        {"geometry": [box(i, 0, i + 1, 1) for i in range(4)]}, index=pd.Index(UNITS, name="unit"), crs="EPSG:4326"
    )
    return Result(
        **{name: frame.assign(data_origin=origin) for name, frame in frames.items()},
        geometry=geometry,
        backdrop=geometry.iloc[:0],
        manifest=_manifest(years, recipients, parents, notice, origin, settings or {}),
    )


def _amounts(year: int, recipients: bool) -> list[float]:
    values = AMOUNTS[year]
    return [v if recipients else abs(v) for v in values] + [float("nan")]


def _results(years: tuple[int, ...], recipients: bool, parents: bool, names: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for i, unit in enumerate(UNITS):
        for year in years:
            amount = _amounts(year, recipients)[i]
            missing = amount != amount
            group = "missing" if missing else "payer" if amount > 0 else "recipient"
            side = sorted((-v, j) for j, v in enumerate(_amounts(year, recipients)) if v > 0)
            ranks = {j: k for k, (_, j) in enumerate(side, start=1)}
            rank = pd.NA if missing else 1 if group == "recipient" else ranks[i]
            parent = {"province": PARENTS[i]} if parents else {}
            rows.append(
                {
                    "unit": unit, "name": names[i], **parent, "year": year,
                    "emissions": float("nan") if missing else amount / 6e7 + 5, "sequestration": 5.0, "gdp": 1e9,
                    "population": 1000.0, "area": 10.0, "account": amount / 6e7, "size_index": 1.0,
                    "revised": amount / 6e7, "price": 60.0, "stage_coefficient": 1.0, "amount": amount, "group": group,
                    "priority": abs(amount) / 1e9, "rank": rank, "priority_class": pd.NA if missing else 1,
                    "settled": 0.0, "burden": 0.0, "local_moran": 0.5, "p_value": 0.01, "p_fdr": 0.04,
                    "cluster": CLUSTERS[i], "gi_star_z": (2.5, 3.5, -2.5, float("nan"))[i],
                    "bivariate_cluster": ("HH", "ns", "LL", "missing")[i],
                }
            )  # fmt: skip
    frame = pd.DataFrame(rows)
    return frame.astype({"rank": "Int64", "priority_class": "Int64"})


def _regional(years: tuple[int, ...], results: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for year in years:
        amounts = results.loc[results["year"] == year, "amount"].dropna()
        payments, receipts = float(amounts.clip(lower=0).sum()), float((-amounts).clip(lower=0).sum())
        settled = min(payments, receipts)
        rows.append(
            {
                "year": year, "units": 4, "payers": int((amounts > 0).sum()), "recipients": int((amounts < 0).sum()),
                "balanced": 0, "missing": 1, "payments": payments, "receipts": receipts, "gap": payments - receipts,
                "transferred": settled, "unallocated": payments - settled, "unfunded": receipts - settled,
                "topped_up": 0.0, "kept": 0.0, "carried_over": 0.0,
                "moran_i": 0.25, "moran_z": 2.5, "moran_p": 0.012, "n_HH": 2, "n_LL": 1, "n_HL": 0, "n_LH": 0,
                "n_ns": 0, "n_isolate": 0, "n_directed": 3, "n_two_sided": 3, "n_fdr": 2,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _subtotals(years: tuple[int, ...], parents: bool) -> pd.DataFrame:
    columns = ["parent_level", "parent", "year", "units", "missing", "emissions", "sequestration", "account",
               "gdp", "population", "area", "payments", "receipts", "net"]  # fmt: skip
    rows = [
        ("province", name, year, 2, int(name == "West"), 12.0, 10.0, 2.0, 2e9, 2000.0, 20.0, 3e8, 1e8, 2e8)
        for name in ("East", "West") for year in years
    ]  # fmt: skip
    return pd.DataFrame(rows if parents else [], columns=columns)


def _centres(years: tuple[int, ...], recipients: bool) -> pd.DataFrame:
    nan = float("nan")
    rows = []
    for k, year in enumerate(years):
        for weighting in ("payments", "receipts", "absolute", "signed"):
            there = recipients or weighting != "receipts"
            moved = there and k > 0
            rows.append(
                {
                    "year": year, "weighting": weighting, "lon": 1.5 - 0.1 * k if there else nan,
                    "lat": 0.5 if there else nan, "leverage": (1.5 if weighting == "signed" else 1.0) if there else nan,
                    "host_unit": "02" if there else "", "distance_km": 11.13 if moved else nan,
                    "bearing_deg": 203.0 if moved else nan, "speed_km_a": 2.226 if moved else nan,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _ellipses(years: tuple[int, ...]) -> pd.DataFrame:
    rows = [(year, "payments", 1.5, 0.5, 80.0, 40.0, 35.0, 10053.0) for year in years]
    columns = ["year", "weighting", "lon", "lat", "semi_major_km", "semi_minor_km", "rotation_deg", "area_km2"]
    return pd.DataFrame(rows, columns=columns)


def _histories(years: tuple[int, ...], names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    classes, several = ("HH", "LL", "HL", "LH", "ns", "isolate", "missing"), len(years) > 1
    kept = {kind: CLUSTERS.count(kind) for kind in classes}
    steps = [(before, year, a, b, kept[a] if a == b else 0)
             for before, year in pairwise(years) for a in classes for b in classes]  # fmt: skip
    nan, states = float("nan"), classes[:5]
    chain = [(a, b, kept[a] * (len(years) - 1) if a == b else 0,
              (1.0 if a == b else 0.0) if kept[a] else nan, nan, nan, "several closed classes: HH; LL")
             for a in states for b in states]  # fmt: skip
    units = [(u, n, *(len(years) if c == k else 0 for k in ("HH", "LL")), p)
             for u, n, c, p in zip(UNITS, names, CLUSTERS, ("untested hot", "new hot", "new cold", "missing"),
                                   strict=True)]  # fmt: skip
    trends = [(c, 0.0, nan, 1.0, (1.0, 0.333)[len(years) > 2], 0.0, "constant") for c in classes[:6]]
    columns = {
        "transitions": ["previous_year", "year", "origin", "destination", "transitions"],
        "markov": ["origin", "destination", "transitions", "probability", "steady_state", "first_passage", "structure"],
        "histories": ["unit", "name", "years_HH", "years_LL", "pattern"],
        "cluster_trends": ["cluster", "trend_s", "tau", "trend_p", "smallest_p", "slope", "shape"],
    }
    rows = {"transitions": steps, "markov": chain, "histories": units, "cluster_trends": trends}
    frames = {name: pd.DataFrame(rows[name] if several else [], columns=columns[name]) for name in columns}
    return frames | {"histories": frames["histories"].assign(years_HL=0, years_LH=0)}


def _balance(years: tuple[int, ...], recipients: bool) -> pd.DataFrame:
    rows = []
    for year in years:
        a = _amounts(year, recipients)
        receipts = -a[2] if recipients else 0.0
        for n, payments in ((1, a[0]), (2, a[0] + a[1])):
            relative = abs(payments - receipts) / payments
            rows.append((year, n, payments, receipts, relative, "no", "yes" if recipients and n == 1 else "no"))
    columns = ["year", "n", "payments_top_n", "receipts_top_n", "relative_difference", "crossing", "closest"]
    return pd.DataFrame(rows, columns=columns)


def _stability(years: tuple[int, ...], recipients: bool, names: tuple[str, ...]) -> pd.DataFrame:
    w = 1.0 if len(years) > 1 else float("nan")
    rows = [("payer", "01", names[0], len(years), 1, 1, len(years), "yes", w),
            ("payer", "02", names[1], len(years), 2, 2, len(years), "yes", w)]  # fmt: skip
    if recipients:
        rows.append(("recipient", "03", names[2], len(years), 1, 1, len(years), "yes", float("nan")))
    columns = ["group", "unit", "name", "years_ranked", "best_rank", "worst_rank", "years_in_first_n",
               "stays_in_first_n", "kendall_w"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _revisions(years: tuple[int, ...]) -> pd.DataFrame:
    own = "size_normalised, geometric"
    rows = []
    for year in years:
        rows += [(year, own, "quota", 3, 0.5, 0.33, 1, "02", 3e7), (year, own, "none", 3, 1.0, 1.0, 0, "", 1e7),
                 (year, "quota", "none", 3, 0.5, 0.33, 1, "02", 2e7)]  # fmt: skip
    columns = ["year", "revision", "other_revision", "units", "spearman", "kendall", "sign_flips", "flipped_units",
               "money_moved"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _issues(years: tuple[int, ...], names: tuple[str, ...]) -> pd.DataFrame:
    columns = ["severity", "code", "message", "remedy", "file", "column", "row", "unit", "year", "value"]
    rows: list[tuple[object, ...]] = [
        ("warning", "missing-value", "emissions is missing", "supply it", "panel.csv", "co2", float(5 + k), "04",
         float(year), None) for k, year in enumerate(years)
    ]  # fmt: skip
    rows.append(
        ("note", "nominal-money", "GDP is at current prices", "set price_base", None, None, None, None, None, None)
    )
    return pd.DataFrame(rows, columns=columns)


def _manifest(
    years: tuple[int, ...], recipients: bool, parents: bool, notice: str | None, origin: str, settings: dict[str, Any]
) -> dict[str, Any]:
    study: dict[str, Any] = {
        "study": {"name": "A hand-made region", "seed": 7} | ({"notice": notice} if notice else {}),
        "units": {"table": "panel.csv", "id": "code", "year": "year", "name": "name", "boundaries": "map.gpkg"}
        | ({"parents": ["province"]} if parents else {}),
        "quantities": {
            "emissions": {"column": "co2", "unit": "Mt CO2", "source": "Chen et al. 2020"},
            "sequestration": {"column": "npp_mt", "unit": "Mt CO2", "origin": "modelled", "source": "MOD17 NPP"},
            "gdp": {"column": "gdp", "unit": "1e8 CNY"},
            "population": {"column": "pop", "unit": "person"},
        },
        "compensation": {"price": {"value": 60.0, "unit": "CNY/t CO2"}},
    }
    return {
        "created": "2026-01-02T03:04:05+00:00",
        "study": study | settings,
        "study_file": "/home/someone/secret/hand.toml",
        "study_folder": "/home/someone/secret",
        "study_fingerprint": "f" * 64,
        "seed": 7,
        "versions": {"python": "3.11.0", "ecocomp": "0.1.0"},
        "inputs": {
            "table": {"file": "panel.csv", "sha256": "a" * 64, "encoding": "utf-8"},
            "boundaries": {"file": "map.gpkg", "sha256": "b" * 64, "source": "Survey office", "datum": "WGS 84"},
        },
        "data_origin": origin,
        "parents": ["province"] if parents else [],
        "years": list(years),
        "notice": notice,
        "revised_unit": "Mt CO2 at mean size",
        "permutations": 99999,
        "missing_units": {str(year): ["04"] for year in years},
        "reference_means": {"area": {str(year): 10.0 for year in years}},
        "priority_breaks": {"payer": [0.1, 0.2, 0.4], "recipient": [0.1, 0.1, 0.2] if recipients else []},
        "seconds": {},
    }
