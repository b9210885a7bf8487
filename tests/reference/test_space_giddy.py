"""The Markov chain of the quadrants against giddy, which stands on esda."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from libpysal.graph import Graph

from ecocomp.space import local_moran
from ecocomp.space.links import graph_of
from ecocomp.space.transitions import lisa_markov

GIDDY_ORDER = ["HH", "LH", "LL", "HL"]


@pytest.fixture(scope="module")
def chain() -> tuple[xr.Dataset, object, object]:
    """Random walks on a lattice of 8 by 8 over 12 years: ours, giddy's, and giddy's first passage times."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        markov = pytest.importorskip("giddy.markov")
        ergodic = pytest.importorskip("giddy.ergodic")
        lattice = pytest.importorskip("libpysal.weights").lat2W(8, 8)
        lattice.transform = "r"
        rows = np.random.default_rng(7).normal(size=(64, 12)).cumsum(axis=1)
        theirs = markov.LISA_Markov(rows, lattice)
        passage = ergodic.mfpt(theirs.p)
    units = pd.Index(range(64))
    graph: Graph = graph_of(np.array([(i, j) for i in range(64) for j in lattice.neighbors[i]]), units)
    values = xr.DataArray(rows, dims=("unit", "year"), coords={"unit": units, "year": np.arange(2007, 2019)})
    return lisa_markov(local_moran(values, graph, 9)["quadrant"], GIDDY_ORDER), theirs, passage


def test_transitions_probabilities_and_steady_state_are_those_of_giddy(chain: tuple) -> None:  # type: ignore[type-arg]
    ours, theirs, passage = chain
    np.testing.assert_array_equal(ours["transitions"], theirs.transitions)
    np.testing.assert_allclose(ours["probability"], theirs.p, rtol=1e-12)
    np.testing.assert_allclose(ours["steady_state"], theirs.steady_state, rtol=1e-10)
    np.testing.assert_allclose(ours["first_passage"], passage, rtol=1e-9)
    assert ours["structure"].item() == "irreducible"
