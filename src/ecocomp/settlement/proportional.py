"""Proportional transfers: every payer pays every recipient in proportion to both, in whole fen."""

from __future__ import annotations

import numpy as np

from ecocomp.settlement.fen import Fen

__all__ = ["proportional"]


def proportional(payments: Fen, receipts: Fen) -> Fen:
    """Let every payer pay every recipient in proportion to both, T_ij = a_i · b_j / M, in whole fen.

    Parameters
    ----------
    payments, receipts
        Margins with equal sums M [fen].

    Returns
    -------
    numpy.ndarray
        T, payers × recipients [fen]; rows and columns sum to the margins exactly, each cell within a fen of its
        proportional value.

    Notes
    -----
    Cells are rounded down; what is left over in rows and columns is given out a fen a cell, each row to the columns
    that still want most, which succeeds whenever any such table exists (Gale 1957, Ryser 1957): the fractions that
    were cut off are themselves a solution in real numbers, so a whole one exists.
    """
    total = int(payments.sum())
    if total != int(receipts.sum()):
        raise ValueError(f"margins differ: payments {total} fen, receipts {int(receipts.sum())} fen")
    if total == 0:
        return np.zeros((payments.size, receipts.size), dtype=np.int64)
    cells = _floor_of_shares(payments, receipts, total)
    wanted = receipts - cells.sum(axis=0)
    for i, left in enumerate(payments - cells.sum(axis=1)):
        columns = np.argsort(-wanted, kind="stable")[:left]
        cells[i, columns] += 1
        wanted[columns] -= 1
    return cells


def _floor_of_shares(payments: Fen, receipts: Fen, total: int) -> Fen:
    """Return ⌊a_i · b_j / M⌋ exactly, although the products pass 64 bits.

    A quotient in floating point is off by 2 at most, so the true remainder lies within 3 M of zero, and 64-bit
    integers, which wrap around, hold it exactly as long as 3 M stays below 2⁶³.
    """
    if total >= 2**61:
        raise ValueError(f"{total} fen are more than can be settled exactly (2⁶¹)")
    estimate = np.multiply.outer(payments.astype(np.float64), receipts / total).astype(np.int64)
    remainder = np.multiply.outer(payments, receipts) - estimate * total
    return np.asarray(estimate + remainder // total, dtype=np.int64)
