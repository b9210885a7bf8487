"""What a transfer costs: kilometres between centroids, borders crossed, or any table of pairs."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from pyproj import Geod
from scipy import sparse
from scipy.sparse import csgraph

from ecocomp import space
from ecocomp.issues import DataError, Issue, errors
from ecocomp.panel.columns import with_names
from ecocomp.sources.files import sha256
from ecocomp.sources.tables import RawTable, read_table
from ecocomp.space.metric import WGS84, centroids, equal_area_crs, transform
from ecocomp.study import CostTable, Study

__all__ = ["check_costs", "costs_by_distance", "costs_by_steps", "costs_source", "read_costs", "transfer_costs"]

UNIT_OF = {"distance": "km", "adjacency": "borders", "matrix": "cost"}
"""What a unit of each kind of cost is called."""


def transfer_costs(study: Study, geometry: gpd.GeoDataFrame) -> xr.DataArray | None:
    """Return the costs of a study's transfers, or nothing where its method needs none.

    Parameters
    ----------
    geometry
        Polygons (unit).

    Returns
    -------
    xarray.DataArray or None
        Dimensions (payer, recipient) over all units; missing for pairs that a table lacks.

    Raises
    ------
    DataError
        If a table of costs has faults.
    """
    settlement = study.settlement
    if settlement.method != "transport":
        return None
    if settlement.cost == "distance":
        return costs_by_distance(geometry)
    if settlement.cost == "adjacency":
        return costs_by_steps(geometry, study.space.snap)
    assert settlement.matrix is not None, "the study's own check asks for it"
    costs, issues = read_costs(study, settlement.matrix, geometry.index)
    if errors(issues):
        raise DataError(issues)
    return costs


def check_costs(study: Study, units: pd.Index) -> list[Issue]:
    """Return the faults of a study's table of costs, if it has one."""
    matrix = study.settlement.matrix
    return [] if matrix is None else read_costs(study, matrix, units)[1]


def costs_source(study: Study) -> dict[str, dict[str, str]]:
    """Return the file of a study's table of costs with its SHA-256, as the manifest's inputs name it."""
    matrix = study.settlement.matrix
    if matrix is None or not study.resolve(matrix.table).is_file():
        return {}
    return {"settlement.matrix": {"file": matrix.table, "sha256": sha256([study.resolve(matrix.table)])}}


def costs_by_distance(geometry: gpd.GeoDataFrame) -> xr.DataArray:
    """Return the geodesic distance between the centroids of all units, found in an equal-area projection [km]."""
    crs = equal_area_crs(geometry)
    lon, lat = transform(centroids(geometry, crs), crs, WGS84).T
    count, ellipsoid = len(geometry), Geod(ellps="WGS84")
    upper = np.triu_indices(count, 1)
    metres = ellipsoid.inv(lon[upper[0]], lat[upper[0]], lon[upper[1]], lat[upper[1]])[2]
    table = np.zeros((count, count))
    table[upper] = metres
    return _labelled((table + table.T) / 1000, geometry.index)


def costs_by_steps(geometry: gpd.GeoDataFrame, snap: float = 0.0) -> xr.DataArray:
    """Return how many borders lie on the shortest way between all units.

    Parameters
    ----------
    geometry
        Polygons (unit).
    snap
        Gaps up to this many metres are no gaps [m].

    Returns
    -------
    xarray.DataArray
        Neighbours (queen) are 1 apart, their neighbours 2, and so on; a unit without a neighbour counts as one of the
        nearest. Parts of the map that nothing joins are one step further apart than any two units that are joined.

    Notes
    -----
    Steps and not 0 or 1: of plans that keep as much money between neighbours, the nearer of the others is better.
    """
    graph = space.contiguity(geometry, rule="queen", snap=snap, isolates="nearest")
    links = graph.adjacency
    pairs = links[links > 0].reset_index()
    places = pd.Series(np.arange(len(geometry)), index=geometry.index)
    i, j = (places.loc[pairs[column]].to_numpy() for column in ("focal", "neighbor"))
    table = sparse.csr_array((np.ones(i.size), (i, j)), shape=(len(geometry),) * 2)
    steps = csgraph.shortest_path(table, directed=False, unweighted=True)
    joined = np.isfinite(steps)
    return _labelled(np.where(joined, steps, steps[joined].max() + 1), geometry.index)


def _labelled(table: np.ndarray, units: pd.Index) -> xr.DataArray:
    names = units.to_numpy(str)
    return xr.DataArray(table, {"payer": names, "recipient": names}, ("payer", "recipient"), name="cost")


def read_costs(study: Study, matrix: CostTable, units: pd.Index) -> tuple[xr.DataArray | None, list[Issue]]:
    """Read a table with a row for every pair.

    Parameters
    ----------
    units
        Units of the study.

    Returns
    -------
    costs : xarray.DataArray or None
        Dimensions (payer, recipient) over all units, missing for pairs that the table lacks; none if it cannot be
        read.
    issues : list of Issue
        Columns and numbers at fault, pairs that stand twice, and codes that are no units.
    """
    columns = {f"settlement.matrix.{key}": getattr(matrix, key) for key in ("payer", "recipient", "cost")}
    try:
        table = read_table(study.resolve(matrix.table), matrix.sheet, wanted=columns.values())
    except DataError as error:
        return None, list(error.issues)
    issues = list(table.issues)
    table, found = with_names(table, columns)
    issues += found
    if errors(issues):
        return None, issues
    rows = table.frame[list(columns.values())].set_axis(["payer", "recipient", "cost"], axis=1)
    issues += _faulty_pairs(rows, units, table, matrix)
    numbers = pd.to_numeric(rows["cost"], errors="coerce")
    issues += [
        Issue("error", "cost-number", "a cost must be a number from 0",
              "write the cost of moving one unit of money between the two",
              table.path.name, matrix.cost, int(row), value=rows["cost"][row] or None)
        for row in rows.index[~((numbers >= 0) & (numbers < np.inf))]
    ]  # fmt: skip
    kept = rows.assign(cost=numbers)[rows["payer"].isin(units) & rows["recipient"].isin(units)]
    square = kept.drop_duplicates(["payer", "recipient"]).pivot(index="payer", columns="recipient", values="cost")
    return _labelled(square.reindex(index=units, columns=units).to_numpy(float), units), issues


def _faulty_pairs(rows: pd.DataFrame, units: pd.Index, table: RawTable, matrix: CostTable) -> list[Issue]:
    file = table.path.name
    issues = [
        Issue("error", "cost-duplicate", f"the pair {rows['payer'][row]} to {rows['recipient'][row]} stands twice",
              "keep one of the rows", file, matrix.payer, int(row))
        for row in rows.index[rows.duplicated(["payer", "recipient"])]
    ]  # fmt: skip
    for side, column in (("payer", matrix.payer), ("recipient", matrix.recipient)):
        unknown = [code for code in rows[side].unique() if code not in units]
        if unknown:
            named = ", ".join(map(str, unknown[:5])) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
            issues.append(
                Issue("warning", "cost-unknown-unit", f"codes that are no units of the study are left out: {named}",
                      "correct the codes, or accept that they are left out", file, column)
            )  # fmt: skip
    return issues
