"""LMDI against the integral that it stands for, computed by SciPy's quadrature.

LMDI-I is Divisia's line integral ∫ E d ln x, x one of the drivers, along the path on which every driver grows at a
constant rate from its first value to its last (Ang 2005; Divisia 1925). The quadrature knows no logarithmic mean.
"""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.integrate import quad

from ecocomp.decomposition import EFFECTS, decompose


@pytest.mark.parametrize("seed", range(10))
def test_effects_are_the_integrals_along_the_path_of_constant_growth(seed: int) -> None:
    rng = np.random.default_rng(seed)
    emissions, gdp, population = (rng.lognormal(mean, 0.8, 2) for mean in (2.0, 24.0, 12.0))
    at = {"unit": ["县"], "year": [2010, 2020]}
    arrays = (xr.DataArray(x[None], at, ("unit", "year")) for x in (emissions, gdp, population))
    found = decompose(*arrays).isel(unit=0, step=0)
    drivers = dict(zip(EFFECTS, (population, gdp / population, emissions / gdp), strict=True))
    rates = {name: np.log(x[1] / x[0]) for name, x in drivers.items()}

    def on_the_path(time: float) -> float:
        return float(np.prod([x[0] * np.exp(rates[name] * time) for name, x in drivers.items()]))

    area, _ = quad(on_the_path, 0, 1, epsabs=1e-12, epsrel=1e-12)
    for name in EFFECTS:
        assert float(found[name]) == pytest.approx(rates[name] * area, rel=1e-9), name
