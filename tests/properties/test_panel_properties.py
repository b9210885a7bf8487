"""What holds for every table: the order of rows and the unit of measure do not matter; no sum loses a hole."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import ecocomp
from ecocomp.panel import total_by
from tiny import panel, write_study

QUANTITIES = {"排放": "emissions", "吸收": "sequestration", "GDP": "gdp", "人口": "population", "面积": "area"}
VALUES = st.one_of(st.none(), st.floats(0.001, 399).map(lambda v: float(f"{v:.6g}")))


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """The tiny table with other emissions, some missing, and at least one value in each year."""
    table = panel()
    cells = [draw(VALUES) for _ in range(12)]
    for first in (0, 6):
        if all(c is None for c in cells[first : first + 6]):
            cells[first] = 1.0
    return table.assign(排放=pd.Series(cells, dtype=float))


def emissions(table: pd.DataFrame, dissolve: bool = False, **replace: str) -> tuple[xr.DataArray, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        changes = {'column = "排放", unit = "Mt CO2"': f'column = "排放", unit = "{replace.get("unit", "Mt CO2")}"'}
        if dissolve:
            changes['parents = ["省"]'] = 'parents = ["省"]\ndissolve = "省"'
        inputs = ecocomp.load(ecocomp.Study.load(write_study(Path(folder) / "研究", table=table, replace=changes)))
    return inputs.panel["emissions"], sorted(i.code for i in inputs.issues)


@settings(max_examples=12, deadline=None)
@given(tables(), st.permutations(range(12)), st.sampled_from([("kt CO2", 1e3), ("万吨 CO2", 1e2), ("Mt C", 12 / 44)]))
def test_order_and_unit_do_not_matter(table: pd.DataFrame, order: list[int], unit: tuple[str, float]) -> None:
    plain, issues = emissions(table)
    other, others = emissions(table.iloc[order].assign(排放=lambda t: t["排放"] * unit[1]), unit=unit[0])
    xr.testing.assert_allclose(plain, other, rtol=1e-13)
    assert issues == others
    assert issues.count("missing-value") == int(table["排放"].isna().sum()) == int(plain.isnull().sum())


@settings(max_examples=12, deadline=None)
@given(tables())
def test_a_dissolved_total_is_the_sum_or_missing(table: pd.DataFrame) -> None:
    # a province may be missing in a whole year, but not both
    for year in (2010, 2015):
        rows = table[table["年份"] == year]
        if all(part["排放"].isna().any() for _, part in rows.groupby("省")):
            table.loc[rows.index, "排放"] = table.loc[rows.index, "排放"].fillna(1.0)
    data, _ = emissions(table, dissolve=True)
    for (parent, year), rows in table.groupby(["省", "年份"]):
        found = float(data.sel(unit=parent, year=year))
        if rows["排放"].isna().any():
            assert math.isnan(found)
        else:
            assert math.isclose(found, math.fsum(rows["排放"]), rel_tol=1e-12)


PARTS = st.lists(
    st.tuples(st.one_of(st.none(), st.floats(-1e9, 1e9)), st.sampled_from("甲乙丙")), min_size=1, max_size=9
)


@given(PARTS)
def test_a_total_is_there_exactly_where_every_part_is(parts: list[tuple[float | None, str]]) -> None:
    values = xr.DataArray(np.array([v for v, _ in parts], dtype=float), dims="unit")
    sums = total_by(values, np.array([label for _, label in parts]))
    assert list(sums["unit"].values) == sorted({label for _, label in parts})
    for label in sums["unit"].values:
        members = [v for v, of in parts if of == label]
        found = float(sums.sel(unit=label))
        if None in members:
            assert math.isnan(found)
        else:
            assert math.isclose(found, math.fsum(v for v in members if v is not None), rel_tol=1e-9, abs_tol=1e-3)
