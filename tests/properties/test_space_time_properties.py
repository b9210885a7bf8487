from __future__ import annotations

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from ecocomp.space.emerging import emerging_hot_spots
from ecocomp.space.transitions import cluster_counts, cluster_persistence, cluster_transitions, lisa_markov
from ecocomp.space.trend import mann_kendall, sen_slope

CASES = settings(max_examples=60, deadline=None)


@st.composite
def histories(draw: st.DrawFn) -> xr.DataArray:
    """Labels (unit, year), often few classes, so that chains fall apart."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    classes = ["HH", "LL", "HL", "LH", "ns", "missing"][: draw(st.integers(1, 6))]
    shape = (draw(st.integers(1, 12)), draw(st.integers(2, 6)))
    rows = generator.choice(classes, shape)
    coords = {"unit": [f"u{n}" for n in range(shape[0])], "year": np.arange(2007, 2007 + shape[1])}
    return xr.DataArray(rows, dims=("unit", "year"), coords=coords)


@CASES
@given(histories())
def test_transitions_add_up_to_the_counts(cluster: xr.DataArray) -> None:
    counts = cluster_transitions(cluster)
    labels = counts["origin"].values.tolist()
    by_year = cluster_counts(cluster, labels)
    before, after = by_year.isel(year=slice(None, -1)), by_year.isel(year=slice(1, None))
    np.testing.assert_array_equal(counts.sum("destination"), before.transpose("year", ...))
    np.testing.assert_array_equal(counts.sum("origin"), after.transpose("year", ...))
    persistence = cluster_persistence(cluster, labels)
    np.testing.assert_array_equal(persistence["years"].sum("unit"), by_year.sum("year"))
    assert (persistence["longest_run"] <= persistence["years"]).all()


@CASES
@given(histories(), st.randoms(use_true_random=False))
def test_a_steady_state_is_one(cluster: xr.DataArray, random: object) -> None:
    chain = lisa_markov(cluster)
    probability, steady = chain["probability"].to_numpy(), chain["steady_state"].to_numpy()
    structure = chain["structure"].item()
    rows = probability[~np.isnan(probability).any(axis=1)]
    np.testing.assert_allclose(rows.sum(axis=1), 1.0)
    assert np.isnan(steady).all() == structure.startswith(("several", "unknown", "no transitions"))
    if not np.isnan(steady).all():
        filled = np.nan_to_num(steady)
        np.testing.assert_allclose(filled @ np.nan_to_num(probability), filled, atol=1e-10)
        assert filled.sum() == 1.0 or abs(filled.sum() - 1) < 1e-10
        assert (filled > -1e-12).all()
    if structure == "irreducible":  # m_ij = 1 + Σ_k≠j p_ik m_kj
        kept = np.flatnonzero(~np.isnan(steady))
        p, m = probability[np.ix_(kept, kept)], chain["first_passage"].to_numpy()[np.ix_(kept, kept)]
        np.testing.assert_allclose(m, 1 + p @ (m - np.diag(np.diag(m))), rtol=1e-8)
    order = list(range(cluster.sizes["unit"]))
    random.shuffle(order)  # type: ignore[attr-defined]
    xr.testing.assert_identical(lisa_markov(cluster.isel(unit=order)), chain)


@CASES
@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.booleans())
def test_a_trend_turns_with_its_series(seed: int, years: int, tied: bool) -> None:
    generator = np.random.default_rng(seed)
    rows = generator.integers(0, 3, (5, years)).astype(float) if tied else generator.normal(size=(5, years))
    rows[generator.random(rows.shape) < 0.1] = np.nan
    s, tau, p = mann_kendall(rows)
    for other, sign in ((-rows, -1), (rows[:, ::-1], -1), (3 * rows + 1, 1)):
        turned = mann_kendall(other)
        np.testing.assert_array_equal(turned[0], sign * s)
        np.testing.assert_allclose(turned[1], sign * tau)
        np.testing.assert_array_equal(turned[2], p)
    times = np.arange(float(years))
    np.testing.assert_allclose(sen_slope(-rows, times), -sen_slope(rows, times))
    known = ~np.isnan(p)
    assert ((p[known] > 0) & (p[known] <= 1)).all()


@CASES
@given(st.integers(0, 2**32 - 1), st.integers(2, 12))
def test_hot_and_cold_are_mirrored_and_units_stand_alone(seed: int, years: int) -> None:
    generator = np.random.default_rng(seed)
    coords = {"unit": np.arange(8), "year": np.arange(2007, 2007 + years)}
    z = xr.DataArray(
        generator.normal(generator.normal(0, 3, (8, 1)), 1, (8, years)), dims=("unit", "year"), coords=coords
    )
    z = z.where(generator.random(z.shape) > 0.05)
    p = xr.where(np.isnan(z), np.nan, np.exp(-abs(z)))
    hot, cold = emerging_hot_spots(z, p), emerging_hot_spots(-z, p)
    swapped = [
        kind.replace("hot", "HOT").replace("cold", "hot").replace("HOT", "cold") for kind in hot["pattern"].values
    ]
    assert cold["pattern"].values.tolist() == swapped
    alone = xr.concat([emerging_hot_spots(z.isel(unit=[n]), p.isel(unit=[n])) for n in range(8)], dim="unit")
    xr.testing.assert_identical(alone, hot)
