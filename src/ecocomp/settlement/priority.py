"""Transfers by priority: the first payer pays the first recipient, and so on down both lists."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ecocomp.settlement.fen import Cells, Fen

__all__ = ["by_priority", "order_of"]


def order_of(rank: npt.NDArray[np.float64], owed: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Return places in the order of rank; those without one come after, the larger first, then by place.

    Parameters
    ----------
    rank
        1 first; missing where a unit is on this side only by what it carries over.
    owed
        Amounts on this side, positive [CNY].
    """
    return np.lexsort((np.arange(owed.size), -owed, np.nan_to_num(rank, nan=np.inf)))


def by_priority(payments: Fen, receipts: Fen, payers: npt.NDArray[np.intp], recipients: npt.NDArray[np.intp]) -> Cells:
    """Let payers, one after the other, pay recipients, one after the other, until each is settled.

    Parameters
    ----------
    payments, receipts
        Margins with equal sums [fen].
    payers, recipients
        Places of each side in their order.

    Returns
    -------
    tuple of numpy.ndarray
        Transfers, at most one fewer than there are units.
    """
    paid, due = np.cumsum(payments[payers]), np.cumsum(receipts[recipients])
    ends = np.union1d(paid, due)  # a transfer ends where a payer or a recipient is done
    ends = ends[ends > 0]
    i, j = np.searchsorted(paid, ends), np.searchsorted(due, ends)
    return payers[i], recipients[j], np.diff(ends, prepend=0)
