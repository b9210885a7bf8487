"""Smooth random fields on the plane: relief, and the heterogeneity that neighbours share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["smooth_field"]

Floats = NDArray[np.float64]


def smooth_field(x: Floats, y: Floats, length: float, seed: int | list[int], waves: int = 48) -> Floats:
    r"""Draw a smooth field of mean 0 and standard deviation 1 at some points.

    .. math:: f(x) = \sqrt{2/K} \sum_k \cos(\omega_k \cdot x + \phi_k), \quad \omega_k \sim N(0, 1/length^2)

    Random Fourier features of a Gaussian covariance (Rahimi and Recht 2007): a function of place alone, so
    the value at a point does not depend on which other points are asked for, nor on their order.

    Parameters
    ----------
    x, y
        Coordinates [km].
    length
        Distance over which values are alike [km].
    seed
        Seed of the field.
    waves
        Number of waves K.

    Returns
    -------
    numpy.ndarray
        Values at the points [1].
    """
    generator = np.random.default_rng(seed)
    frequencies = generator.normal(0, 1 / length, (waves, 2))
    phases = generator.uniform(0, 2 * np.pi, waves)
    total = np.zeros(len(x))
    for (a, b), phase in zip(frequencies, phases, strict=True):  # wave by wave: a million points stay within memory
        total += np.cos(a * x + b * y + phase)
    return np.asarray(total * np.sqrt(2 / waves))
