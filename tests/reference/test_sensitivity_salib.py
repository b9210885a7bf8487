"""Sobol indices against SALib, on the same values of the same function."""

from __future__ import annotations

import numpy as np
import pytest

from ecocomp.uncertainty import sobol_indices

salib = pytest.importorskip("SALib", reason="SALib is not installed (extra 'test')")


def test_indices_are_those_of_salib() -> None:
    from SALib.analyze import sobol as analyse
    from SALib.sample import sobol as sample
    from SALib.test_functions import Ishigami

    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
    values = Ishigami.evaluate(sample.sample(problem, 1024, calc_second_order=False, seed=1))
    theirs = analyse.analyze(problem, values, calc_second_order=False, num_resamples=10, seed=1)
    rows = values.reshape(1024, 5)  # A, AB1, AB2, AB3, B
    first, total = sobol_indices(rows[:, 0], rows[:, 4], rows[:, 1:4])
    # SALib standardises by mean and deviation of all rows and then divides by the variance of A and B: the same
    assert first == pytest.approx(theirs["S1"], rel=1e-9, abs=1e-12)
    assert total == pytest.approx(theirs["ST"], rel=1e-9)
