"""Margins: what each unit pays or receives in a year, by the gap rule and within caps and floors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ecocomp.settlement.fen import Fen, apportion, apportion_above, apportion_below, to_fen
from ecocomp.study import Settlement

__all__ = ["UNLIMITED", "Dues", "Margins", "margins_of", "scale_larger_side"]

UNLIMITED = 2**62
"""Bound of a payer without a cap [fen]."""


@dataclass(frozen=True)
class Dues:
    """What one year is to settle, payers and recipients in the order of unit ids.

    ``payments`` and ``receipts`` are positive [CNY]; ``most`` is each payer's cap and ``least`` each recipient's floor
    [fen], never above what it is due. ``absent`` are debts and claims carried by units without an amount in the year
    [fen]: they stay as they are, and their other side stays too.
    """

    payments: npt.NDArray[np.float64]
    receipts: npt.NDArray[np.float64]
    most: Fen
    least: Fen
    absent: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Margins:
    """What one year settles [fen].

    ``payments`` and ``receipts`` of the units; ``fund`` is what a regional fund pays in (negative: keeps), so that
    payments + fund = receipts; ``top_up`` is what each recipient gets from its higher level beside that; ``unpaid``
    and ``unreceived`` are debts and claims that are carried over; a fund or higher level that paid in a debtor's place
    holds what the debts exceed the units' claims by.
    """

    payments: Fen
    receipts: Fen
    fund: int
    top_up: Fen
    unpaid: Fen
    unreceived: Fen


def margins_of(dues: Dues, settlement: Settlement, minimum: int = 0) -> Margins | None:
    """Apply the gap rule within caps and floors.

    Parameters
    ----------
    dues
        What is owed, with its limits.
    settlement
        The study's gap rule, and whether balances are carried over.
    minimum
        A unit that would settle less than this settles nothing [fen].

    Returns
    -------
    Margins or None
        None if what the payers can pay does not reach the floors.

    Notes
    -----
    ``scale_larger_side``: M = min(Σ min(a, cap), Σ b); payers pay min(λ a, cap) and recipients get max(μ b, floor),
    λ, μ ≤ 1: what a cap cuts off the other payers make up as long as they owe it. ``regional_fund``: payers pay
    min(a, cap), recipients get b, the fund pays the difference or keeps it. ``higher_level``: scaled likewise, without
    floors, and topped up to b. A debt is what a cap or the minimum leaves unpaid, a claim what a recipient lacks; the
    smaller of their sums is carried over, the rest is waived; what a fund or higher level paid in counts as its claim.
    """
    paying, receiving = dues.payments > 0, dues.receipts > 0
    while True:
        found = _balanced(_only(dues, paying, receiving), settlement)
        if found is None:
            return None
        small = [(fen > 0) & (fen < minimum) for fen in (found.payments, found.receipts)]
        if not (small[0].any() or small[1].any()):
            break
        paying, receiving = paying & ~small[0], receiving & ~small[1]
    return _with_balances(found, dues, paying) if settlement.carry_over else found


def _only(dues: Dues, paying: npt.NDArray[np.bool_], receiving: npt.NDArray[np.bool_]) -> Dues:
    if paying.all() and receiving.all():
        return dues
    return Dues(dues.payments * paying, dues.receipts * receiving, dues.most, dues.least * receiving, dues.absent)


def _balanced(dues: Dues, settlement: Settlement) -> Margins | None:
    none = [np.zeros(n, dtype=np.int64) for n in (dues.receipts.size, dues.payments.size, dues.receipts.size)]
    if settlement.gap_rule == "regional_fund":
        paid, received = np.minimum(to_fen(dues.payments), dues.most), to_fen(dues.receipts)
        return Margins(paid, received, int(received.sum() - paid.sum()), *none)
    tops_up = settlement.gap_rule == "higher_level"
    least = np.zeros_like(dues.least) if tops_up else dues.least
    total = _total(dues)
    if int(least.sum()) > total:
        return None
    paid = apportion_below(dues.payments * 100, total, dues.most)
    received = apportion_above(dues.receipts * 100, total, least)
    top_up = np.maximum(to_fen(dues.receipts) - received, 0) if tops_up else none[0]
    return Margins(paid, received, 0, top_up, *none[1:])


def _total(dues: Dues) -> int:
    """Return what is settled between the units, M [fen]."""
    total = round(min(float(dues.payments.sum()), float(dues.receipts.sum())) * 100)
    if (dues.most < to_fen(dues.payments)).any():
        total = min(total, int(np.minimum(to_fen(dues.payments), dues.most).sum()))
    return total


def _with_balances(found: Margins, dues: Dues, paying: npt.NDArray[np.bool_]) -> Margins:
    """Carry over debts and claims, the larger sum scaled down to the smaller."""
    owed, due = to_fen(dues.payments), to_fen(dues.receipts)
    held = (dues.most < owed) | ~paying
    unpaid = np.where(held, np.maximum(owed - found.payments, 0), 0)
    unreceived = np.maximum(due - found.receipts - found.top_up, 0)
    advanced = max(found.fund, 0) + int(found.top_up.sum())  # whoever paid in a debtor's place holds the claim
    debts, claims = int(unpaid.sum()) + dues.absent[0], int(unreceived.sum()) + dues.absent[1]
    kept_debts = max(min(debts, claims + advanced) - dues.absent[0], 0)
    kept_claims = max(min(debts, claims) - dues.absent[1], 0)
    return replace(
        found,
        unpaid=apportion(unpaid.astype(float), kept_debts),
        unreceived=apportion(unreceived.astype(float), kept_claims),
    )


def scale_larger_side(payments: npt.NDArray[np.float64], receipts: npt.NDArray[np.float64]) -> tuple[Fen, Fen]:
    """Scale the larger side down to the smaller one, M = min(Σa, Σb), in whole fen.

    Parameters
    ----------
    payments, receipts
        a ≥ 0 and b ≥ 0 [CNY], in the order of unit ids.

    Returns
    -------
    tuple of numpy.ndarray
        a′ and b′ [fen], both summing to M exactly.
    """
    total = round(min(float(payments.sum()), float(receipts.sum())) * 100)
    return apportion(payments * 100, total), apportion(receipts * 100, total)
