"""The year of the peak of emissions, and the year from which the account stays in surplus."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecocomp.outlook.fits import Floats

__all__ = ["neutrality_year", "peak_year"]


def peak_year(emissions: Floats, years: NDArray[np.intp]) -> Floats:
    """Return the year of the highest emissions; infinite where that is the last year, for then no peak is seen.

    Parameters
    ----------
    emissions
        The data and then the projection, dimensions (…, year).
    years
        Calendar years of them.
    """
    highest = emissions.argmax(axis=-1)
    return np.where(highest == years.size - 1, np.inf, years[highest].astype(float))


def neutrality_year(account: Floats, years: NDArray[np.intp]) -> Floats:
    """Return the first year from which the account stays at or below zero; infinite where it ends above.

    Parameters
    ----------
    account
        E − S in the data and then in the projection, dimensions (…, year).
    years
        Calendar years of them.
    """
    above = account > 0
    deficit_years = np.where(above, np.arange(1, years.size + 1), 0).max(axis=-1)  # place after the last deficit
    ends_above = deficit_years == years.size
    return np.where(ends_above, np.inf, years[np.minimum(deficit_years, years.size - 1)].astype(float))
