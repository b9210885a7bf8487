"""Balance and settlement: totals, gap, top-N balance, and transfers exact to the fen."""

from ecocomp.settlement.balance import payments_and_receipts, top_n_balance
from ecocomp.settlement.transfers import apportion, proportional, scale_larger_side, settle

__all__ = [
    "apportion",
    "payments_and_receipts",
    "proportional",
    "scale_larger_side",
    "settle",
    "top_n_balance",
]
