"""Balance and settlement: totals, gap, top-N balance, and transfers exact to the fen."""

from ecocomp.settlement.balance import payments_and_receipts, top_n_balance
from ecocomp.settlement.costs import (
    check_costs,
    costs_by_distance,
    costs_by_steps,
    costs_source,
    read_costs,
    transfer_costs,
)
from ecocomp.settlement.fen import apportion, apportion_above, apportion_below
from ecocomp.settlement.ledger import LEDGER_COLUMNS
from ecocomp.settlement.margins import Dues, Margins, margins_of, scale_larger_side
from ecocomp.settlement.minimum import AtLeast, least_cost_at_least
from ecocomp.settlement.nesting import nested
from ecocomp.settlement.parents import PARENT_COLUMNS, between_parents
from ecocomp.settlement.priority import by_priority
from ecocomp.settlement.proportional import proportional
from ecocomp.settlement.settle import FUND, LIMIT_COLUMNS, Settled, Terms, parents_of, settle, terms_of
from ecocomp.settlement.transport import Least, least_cost

__all__ = [
    "FUND",
    "LEDGER_COLUMNS",
    "LIMIT_COLUMNS",
    "PARENT_COLUMNS",
    "AtLeast",
    "Dues",
    "Least",
    "Margins",
    "Settled",
    "Terms",
    "apportion",
    "apportion_above",
    "apportion_below",
    "between_parents",
    "by_priority",
    "check_costs",
    "costs_by_distance",
    "costs_by_steps",
    "costs_source",
    "least_cost",
    "least_cost_at_least",
    "margins_of",
    "nested",
    "parents_of",
    "payments_and_receipts",
    "proportional",
    "read_costs",
    "scale_larger_side",
    "settle",
    "terms_of",
    "top_n_balance",
    "transfer_costs",
]
