"""Nesting: money goes within the smallest larger unit first, and only what remains goes upward."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from ecocomp.settlement.fen import Cells, Fen, apportion

__all__ = ["Places", "levels_crossed", "nested", "within"]

Labels = npt.NDArray[np.str_]
Places = npt.NDArray[np.intp]


def nested(
    match: Callable[[Fen, Fen, Places, Places], Cells],
    payments: Fen,
    receipts: Fen,
    levels: Sequence[tuple[Labels, Labels]],
) -> Cells:
    """Pair payers and recipients level by level.

    Parameters
    ----------
    match
        Pairs margins with equal sums: (payments, receipts, places of payers, places of recipients) to transfers.
    payments, receipts
        Margins with equal sums [fen].
    levels
        Labels of payers and of recipients at each level, the innermost first; an empty label is in no group.

    Returns
    -------
    tuple of numpy.ndarray
        Transfers. In each group the smaller side is settled in full and the larger in proportion; the remainder goes
        to the next level, and at last to the whole region.
    """
    left, wanted, parts = payments.copy(), receipts.copy(), []
    everyone = (np.full(payments.size, "all"), np.full(receipts.size, "all"))
    for of_payers, of_recipients in [*levels, everyone]:
        for label in np.intersect1d(of_payers, of_recipients):
            i = np.flatnonzero((of_payers == label) & (left > 0)) if label else np.empty(0, np.intp)
            j = np.flatnonzero((of_recipients == label) & (wanted > 0))
            total = min(int(left[i].sum()), int(wanted[j].sum()))
            if total == 0:
                continue
            a, b = apportion(left[i].astype(float), total), apportion(wanted[j].astype(float), total)
            parts.append(match(a, b, i, j))
            left[i] -= a
            wanted[j] -= b
    if not parts:
        return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0, np.int64)
    rows, columns, fen = (np.concatenate(part) for part in zip(*parts, strict=True))
    return rows, columns, fen


def levels_crossed(levels: Sequence[tuple[Labels, Labels]], payers: int, recipients: int) -> npt.NDArray[np.int64]:
    """Return how many levels a transfer between each payer and recipient crosses; nobody shares an empty label."""
    crossed = np.zeros((payers, recipients), dtype=np.int64)
    for of_payers, of_recipients in levels:
        crossed += ~((of_payers[:, None] == of_recipients[None, :]) & (of_payers != "")[:, None])
    return crossed


def within(amounts: tuple[Fen, Fen], labels: tuple[Labels, Labels]) -> dict[str, tuple[int, int]]:
    """Return the payments and receipts of every group of a level that has both [fen]."""
    return {
        str(label): (int(amounts[0][labels[0] == label].sum()), int(amounts[1][labels[1] == label].sum()))
        for label in np.intersect1d(*labels)
        if label
    }
