"""Whether a peer finds the same: nothing of a side that differs is timed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 1e-10
STANDARD_ERRORS = 5.0


def compare(ours: NDArray[np.float64], theirs: NDArray[np.float64], permutations: int) -> tuple[str, str | None]:
    """Return what agrees, in a few words, and what does not.

    Parameters
    ----------
    ours, theirs : ndarray
        The statistic, and p where there are permutations, one after the other; theirs may lack the statistic.
    permutations : int
        Number behind each p [1]; 0 where there is none, and all must be equal.
    """
    if permutations == 0:
        same = ours.size == theirs.size and bool((ours == theirs).all())
        return f"the same {ours.size:,} links", None if same else f"{theirs.size:,} links, or others"
    units = ours.size // 2
    if theirs.size not in (units, 2 * units):
        return "", f"{theirs.size:,} numbers for {units:,} units"
    said, p, q = "", ours[units:], theirs[-units:]
    if theirs.size > units:
        difference = float(np.max(np.abs(ours[:units] - theirs[:units]) / np.maximum(1, np.abs(ours[:units]))))
        said = f"statistic within {difference:.0e}, "
        if not difference <= TOLERANCE:
            return "", f"its statistic differs by {difference:.1e}"
    pooled = (p + q) / 2
    error = np.sqrt(pooled * (1 - pooled) * 2 / permutations)
    # p comes in steps of 1 / (permutations + 1), which matters where it is smallest
    excess = np.maximum(np.abs(p - q) - 2 / permutations, 0)
    largest = float(np.max(excess / np.maximum(error, 1 / permutations)))
    said += f"p within {largest:.1f} standard errors"
    return said, None if largest <= STANDARD_ERRORS else f"its p differs by {largest:.1f} standard errors"
