"""What a rule finds does not hang on units of measure, nor on the order of the units."""

from __future__ import annotations

import numpy as np
import xarray as xr
from hypothesis import assume, given
from hypothesis import strategies as st

from ecocomp.issues import Issue
from ecocomp.panel.rules.growth import identical_years, jumps
from ecocomp.panel.rules.sameness import all_equal, identical_rows
from ecocomp.rules import SEVERITIES, table, with_severities

PLACE = {"file": "面板.csv", "column": "排放"}


@st.composite
def quantities(draw: st.DrawFn) -> xr.DataArray:
    """Totals of 3 to 25 units in 2 to 4 years, some repeated, zero or missing."""
    units, years = draw(st.integers(3, 25)), draw(st.integers(2, 4))
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    values = np.exp(
        random.normal(3, 1, (units, 1)) + random.normal(0, draw(st.sampled_from([0.01, 0.3])), (units, years))
    )
    odd = random.random(values.shape) < 0.1
    values[odd] *= random.choice([0, 1, 5, 100, np.nan], odd.sum())
    same = random.random(units) < 0.2
    values[same, 1] = values[same, 0]
    codes = [f"{k:06d}" for k in range(units)]
    years_ = [2000 + 5 * t for t in range(years)]
    return xr.DataArray(values, {"unit": codes, "year": years_}, ("unit", "year"), name="emissions")


def keys(issues: list[Issue]) -> set[tuple[str, str | None, int | None]]:
    return {(i.code, i.unit, i.year) for i in issues}


@given(quantities(), st.sampled_from([1e-6, 1e-3, 0.01, 44 / 12, 1e4, 1e8]))
def test_another_unit_of_measure_changes_no_jump(quantity: xr.DataArray, factor: float) -> None:
    scaled = (quantity * factor).rename("emissions")
    assert keys(jumps(scaled, PLACE)) == keys(jumps(quantity, PLACE))


@given(quantities(), st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(quantity: xr.DataArray, random) -> None:
    order = list(range(quantity.sizes["unit"]))
    random.shuffle(order)
    shuffled = quantity.isel(unit=order)
    assert keys(jumps(shuffled, PLACE)) == keys(jumps(quantity, PLACE))
    assert keys(identical_years(shuffled, PLACE)) == keys(identical_years(quantity, PLACE))
    assert keys(all_equal(shuffled, PLACE)) == keys(all_equal(quantity, PLACE))


@given(quantities(), st.permutations(range(25)))
def test_renaming_units_renames_the_jumps(quantity: xr.DataArray, numbers: list[int]) -> None:
    names = {code: f"{n:06d}" for code, n in zip(quantity["unit"].values, numbers, strict=False)}
    renamed = quantity.assign_coords(unit=[names[u] for u in quantity["unit"].values])
    expected = {(code, names[unit], year) for code, unit, year in keys(jumps(quantity, PLACE)) if unit}
    assert keys(jumps(renamed, PLACE)) == expected


@given(quantities(), st.integers(0, 2), st.integers(0, 2))
def test_copied_rows_are_found_and_only_they(quantity: xr.DataArray, one: int, other: int) -> None:
    assume(one != other)
    panel = xr.Dataset({"emissions": quantity, "gdp": quantity * 7.1234567}).copy(deep=True)
    for name in panel.data_vars:
        panel[name][other, 0] = panel[name][one, 0]
    complete = bool(np.isfinite(panel["emissions"][one, 0])) and float(panel["emissions"][one, 0]) != 0
    found = identical_rows(panel, "面板.csv")
    if complete:
        first = min(str(panel["unit"].values[k]) for k in (one, other))
        assert (("identical-rows", first, 2000) in keys(found)) is True
    pairs = {tuple(row) for row in panel.to_array().transpose("year", "unit", "variable").values[0]}
    distinct = len({p for p in pairs if np.isfinite(p).all() and p[0] != 0})
    rows = int((np.isfinite(panel["emissions"][:, 0]) & (panel["emissions"][:, 0] != 0)).sum())
    assert bool([i for i in found if i.year == 2000]) == (distinct < rows)


@given(
    st.lists(st.tuples(st.sampled_from(sorted(table())), st.sampled_from(["error", "warning", "note"]))),
    st.dictionaries(st.sampled_from(sorted(table())), st.sampled_from(SEVERITIES)),
)
def test_only_judgements_are_lost_and_errors_stay(pairs: list[tuple[str, str]], wanted: dict[str, str]) -> None:
    issues = [Issue(severity, code, "m", "r") for code, severity in pairs]  # type: ignore[arg-type]
    kept = with_severities(issues, wanted)  # type: ignore[arg-type]
    lost = [i for i in issues if i.severity != "error" and wanted.get(i.code) == "off" and table()[i.code].judgement]
    assert len(kept) == len(issues) - len(lost)
    assert sum(i.severity == "error" for i in kept) >= sum(i.severity == "error" for i in issues)
    rank = SEVERITIES.index
    for code in table():
        before = [i.severity for i in issues if i.code == code]
        after = [i.severity for i in kept if i.code == code]
        if not table()[code].judgement:
            assert all(rank(a) >= rank(b) for a, b in zip(after, before, strict=True))
