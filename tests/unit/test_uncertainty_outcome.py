"""What follows from a draw: the numbers of a plain run with that draw's inputs, and of every chunk that holds it."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from ecocomp import space
from ecocomp.accounts import revise
from ecocomp.compensation import amount, group, side
from ecocomp.settlement import payments_and_receipts
from ecocomp.study import Revision
from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.chunk import CLUSTERS, Chunk, chunk_of, latent_of
from ecocomp.uncertainty.inputs import drawn_inputs
from ecocomp.uncertainty.latent import Latent
from ecocomp.uncertainty.outcome import amounts_of, outcome_of
from ecocomp.zoning import priority, rank, rank_sides
from uncertain import ERRORS, case_with

EVERYTHING: dict[str, Any] = {
    "draws": 30, "errors": ERRORS | {"population": {"cv": 0.1}}, "price": {"cv": 0.3}, "weights_concentration": 20,
    "revisions": "all", "cluster_draws": 20, "cluster_permutations": 199,
}  # fmt: skip
WEIGHTS = {"weights": {"area": 1, "gdp": 2, "population": 1}}


def test_a_draw_is_a_plain_run_with_its_inputs() -> None:
    case = case_with(EVERYTHING, units=30, revision=WEIGHTS)
    inputs = drawn_inputs(case, latent_of(case, 0, 30))
    found = outcome_of(case, inputs)
    assert len(np.unique(inputs.revision)) == len(case.revisions) > 5
    assert inputs.weights is not None
    for draw in range(30):
        panel = inputs.panel.isel(draw=draw, drop=True).transpose("unit", "year")
        settings: Revision = case.revisions[inputs.revision[draw]]
        if settings.method in ("size_normalised", "quota"):
            weights = {name: float(w[draw]) for name, w in inputs.weights.items()}  # type: ignore[index]
            settings = settings.model_copy(update={"weights": weights})
        amounts = amount(revise(panel, settings)["revised"], inputs.price.isel(draw=draw, drop=True))
        groups = group(amounts)
        ranks = rank(priority(amounts, panel["gdp"]), amounts, groups)
        own = found.isel(draw=draw, drop=True)
        np.testing.assert_allclose(own["amount"].values.T, amounts.values, rtol=1e-9)
        np.testing.assert_array_equal(own["rank"].values.T, ranks.values)
        np.testing.assert_array_equal((own["side"] == 1).values.T, groups.values == "payer")
        sums = payments_and_receipts(amounts)
        for name in ("payments", "receipts"):
            np.testing.assert_allclose(own[name].values, sums[name].values, rtol=1e-9)
        assert own["payers"].values.tolist() == (groups == "payer").sum("unit").values.tolist()


def test_without_any_group_a_draw_is_the_plain_run() -> None:
    case = case_with(EVERYTHING, units=20)
    found = amounts_of(case, drawn_inputs(case, Latent({}, 0, 2, {})))
    plain = amount(revise(case.panel.transpose("unit", "year"), case.study.revision)["revised"], xr.DataArray(60.0))
    np.testing.assert_allclose(found.isel(draw=1).values.T, plain.values, rtol=1e-12)


def assert_same_chunk(one: Chunk, parts: list[Chunk]) -> None:
    np.testing.assert_array_equal(one.amounts, np.concatenate([p.amounts for p in parts], axis=2))
    np.testing.assert_array_equal(one.ranks, np.concatenate([p.ranks for p in parts], axis=2))
    np.testing.assert_array_equal(one.centres, np.concatenate([p.centres for p in parts]))
    for name, counts in one.counts.items():
        np.testing.assert_array_equal(counts, sum(p.counts[name] for p in parts), err_msg=name)
    for name, values in one.regional.items():
        np.testing.assert_array_equal(values, np.concatenate([p.regional[name] for p in parts], axis=1), err_msg=name)


@pytest.mark.parametrize("years", [(2010,), (2010, 2015)])
def test_a_draw_has_the_same_bits_in_every_chunk(years: tuple[int, ...]) -> None:
    case = case_with(EVERYTHING, units=30, years=years, revision=WEIGHTS)
    cuts = [0, 1, 7, 19, 25, 30]
    parts = [chunk_of(case, a, b) for a, b in pairwise(cuts)]
    assert_same_chunk(chunk_of(case, 0, 30), parts)


def test_clusters_of_a_draw_are_those_of_its_amounts() -> None:
    case = case_with(EVERYTHING, units=40, years=(2010, 2015))
    counts = chunk_of(case, 0, 30).counts
    amounts = outcome_of(case, drawn_inputs(case, latent_of(case, 0, 20)))["amount"]
    settings = case.study.space.model_copy(update={"permutations": 199})
    each = [amounts.isel(draw=d).transpose("unit", "year") for d in range(20)]
    labels = np.stack([space.clusters(a, case.geometry, settings, 7)[0]["cluster"].values for a in each])
    assert (labels == "HH").any() and (labels == "LL").any()
    for name in CLUSTERS:
        np.testing.assert_array_equal(counts[name].T, (labels == name).sum(axis=0), err_msg=name)
    assert np.all(counts["classed"] == 20)


def test_clusters_among_units_that_have_an_amount() -> None:
    case = case_with(EVERYTHING | {"revisions": None}, units=40, years=(2010, 2015))
    amounts = outcome_of(case, drawn_inputs(case, latent_of(case, 0, 3)))["amount"].copy(deep=True)
    amounts[1, 0, 4] = np.nan
    amounts[2, 1] = 5.0  # nothing can be told of a constant
    labels = space.cluster_labels(amounts, case.graph, 199, 7)
    assert labels.dims == amounts.dims
    assert labels[1, 0, 4] == "missing" and (labels[1] != "missing").sum() == 79
    assert (labels[2, 1] == "missing").all() and (labels[2, 0] != "missing").all()
    settings = case.study.space.model_copy(update={"permutations": 199})
    plain = space.clusters(amounts.isel(draw=1).transpose("unit", "year"), case.geometry, settings, 7)[0]["cluster"]
    np.testing.assert_array_equal(labels[1].values.T, plain.values)


def test_quota_sums_to_zero_in_every_draw() -> None:
    revision = {"method": "quota"} | WEIGHTS
    case = case_with({"draws": 16, "errors": ERRORS, "weights_concentration": 5}, units=30, revision=revision)
    amounts = amounts_of(case, drawn_inputs(case, latent_of(case, 0, 16))).values
    assert np.ptp(amounts, axis=0).min() > 0, "draws differ"
    assert np.abs(amounts.sum(axis=2)).max() < 1e-9 * np.abs(amounts).sum(axis=2).min()


@pytest.mark.parametrize("reference", ["pooled", 2012])
def test_reference_means_are_those_of_the_draw(reference: str | int) -> None:
    case = case_with({"draws": 3, "errors": ERRORS}, units=12, revision={"reference": reference, "rescale": "net"})
    inputs = drawn_inputs(case, latent_of(case, 0, 3))
    found = amounts_of(case, inputs)
    for draw in range(3):
        panel = inputs.panel.isel(draw=draw, drop=True).transpose("unit", "year")
        plain = amount(revise(panel, case.study.revision)["revised"], xr.DataArray(60.0))
        np.testing.assert_allclose(found.isel(draw=draw).values.T, plain.values, rtol=1e-9)


def ranks_by_hand(q: np.ndarray, v: np.ndarray, sides: np.ndarray, low_first: bool) -> np.ndarray:
    found = np.full(q.shape, np.nan)
    for number in (1, -1):
        sign = 1 if number == 1 and low_first else -1
        members = [i for i in range(q.size) if sides[i] == number and not math.isnan(q[i])]
        for place, i in enumerate(sorted(members, key=lambda i: (sign * q[i], -abs(v[i]), i)), 1):
            found[i] = place
    return found


@pytest.mark.parametrize("payers", ["high_first", "low_first"])
def test_ranks_over_more_dimensions_with_ties(payers: Any) -> None:
    generator = np.random.default_rng(1)
    shape = (6, 3, 20)
    q, v = generator.integers(1, 6, shape).astype(float), generator.integers(-3, 4, shape).astype(float)
    q[0, 0, :3] = np.nan
    coords = {"unit": [f"{i:02}" for i in range(20)]}
    arrays = [xr.DataArray(a, coords, ("draw", "year", "unit")) for a in (q, v)]
    sides = side(arrays[1])
    found = rank_sides(arrays[0], arrays[1], sides, payers)
    for draw, year in np.ndindex(6, 3):
        by_hand = ranks_by_hand(q[draw, year], v[draw, year], sides.values[draw, year], payers == "low_first")
        np.testing.assert_array_equal(found.values[draw, year], by_hand)


def test_centres_over_draws_are_those_of_each() -> None:
    case = case_with({"draws": 4, "errors": ERRORS}, units=20)
    due = outcome_of(case, drawn_inputs(case, latent_of(case, 0, 4)))["due"]
    found = space.centres_of_gravity(due, case.centroids)
    for draw in range(4):
        alone = space.centres_of_gravity(due.isel(draw=draw, drop=True).transpose("unit", "year"), case.geometry)
        xr.testing.assert_equal(found.isel(draw=draw, drop=True), alone)


def closed_form(case: Case, name: str) -> np.ndarray:
    """Return Cov(x_i f_i, x_j f_j) = x_i x_j (exp(σ² ρ_ij) − 1), ρ = ½ + ¼ in a parent + ¼ of the unit itself."""
    assert case.member_of is not None
    x = case.panel[name].values[0]
    same = case.member_of[:, None] == case.member_of[None, :]
    rho = 0.5 + 0.25 * same + 0.25 * np.eye(x.size)
    cv = case.study.uncertainty.errors[name].cv  # type: ignore[index]
    return np.outer(x, x) * np.expm1(np.log1p(cv**2) * rho)


def test_a_linear_case_has_the_moments_of_its_closed_form() -> None:
    # without revision V = (E − S)·60e6, so that the means are the plain values and the covariances those of E and S
    draws = 8192
    errors = {"emissions": {"cv": 0.25}, "sequestration": {"cv": 0.4}}
    case = case_with({"draws": draws, "errors": errors}, units=15, years=(2010,), revision={"method": "none"})
    amounts = amounts_of(case, drawn_inputs(case, latent_of(case, 0, draws))).values[:, 0] / 60e6
    plain = (case.panel["emissions"] - case.panel["sequestration"]).values[0]
    covariance = closed_form(case, "emissions") + closed_form(case, "sequestration")
    spread = np.sqrt(np.diag(covariance))
    assert np.abs((amounts.mean(axis=0) - plain) / spread).max() < 5 / math.sqrt(draws)
    assert np.abs(np.cov(amounts.T) - covariance).max() < 0.06 * np.outer(spread, spread).max()
    total = amounts.sum(axis=1)
    assert total.mean() == pytest.approx(plain.sum(), abs=0.02 * math.sqrt(covariance.sum()))
    assert total.var() == pytest.approx(covariance.sum(), rel=0.05)


def test_intervals_cover_a_known_truth_as_often_as_they_say() -> None:
    # truths are made by a plain generator, not by the code under test; every one is a region of its own
    errors = {"emissions": {"cv": 0.25}, "sequestration": {"cv": 0.25}}
    case = case_with({"draws": 2048, "errors": errors}, units=15, years=(2010,), revision={"method": "none"})
    found = outcome_of(case, drawn_inputs(case, latent_of(case, 0, 2048)))
    generator, truths = np.random.default_rng(11), 2000
    assert case.member_of is not None
    sigma = math.sqrt(math.log1p(0.25**2))
    truth = np.zeros((truths, 15))
    for name, sign in (("emissions", 1), ("sequestration", -1)):
        parents = generator.standard_normal((truths, case.member_of.max() + 1))[:, case.member_of]
        own = generator.standard_normal((truths, 15))
        z = math.sqrt(0.5) * generator.standard_normal((truths, 1)) + 0.5 * parents + 0.5 * own
        truth += sign * case.panel[name].values[0] * np.exp(sigma * z - sigma**2 / 2) * 60e6
    for drawn, true in (
        (found["amount"].values[:, 0, 0], truth[:, 0]),
        (found["amount"].values[:, 0, 7], truth[:, 7]),
        (found["gap"].values[:, 0], truth.sum(axis=1)),
    ):
        low, high = np.quantile(drawn, (0.05, 0.95))
        covered = int(((true >= low) & (true <= high)).sum())
        assert stats.binomtest(covered, truths, 0.9).pvalue > 0.001, covered / truths
