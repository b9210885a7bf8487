"""Carbon accounts: emissions, sequestration, the net account and its revisions."""

from ecocomp.accounts.emissions import top_down
from ecocomp.accounts.net import net_account
from ecocomp.accounts.revisions import (
    REVISIONS,
    RevisionMethod,
    ecc_esc,
    factors_of,
    quota,
    revise,
    size_normalised,
    threshold,
)
from ecocomp.accounts.size import check_reference, gdp_per_head, reference_means, size_index

__all__ = [
    "REVISIONS",
    "RevisionMethod",
    "check_reference",
    "ecc_esc",
    "factors_of",
    "gdp_per_head",
    "net_account",
    "quota",
    "reference_means",
    "revise",
    "size_index",
    "size_normalised",
    "threshold",
    "top_down",
]
