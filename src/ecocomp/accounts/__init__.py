"""Carbon accounts: emissions, sequestration, the net account and its revisions."""

from ecocomp.accounts.emissions import top_down
from ecocomp.accounts.net import net_account
from ecocomp.accounts.revisions import (
    REVISIONS,
    RevisionMethod,
    ecc_esc,
    quota,
    revise,
    size_normalised,
    threshold,
)
from ecocomp.accounts.size import reference_means, size_index

__all__ = [
    "REVISIONS",
    "RevisionMethod",
    "ecc_esc",
    "net_account",
    "quota",
    "reference_means",
    "revise",
    "size_index",
    "size_normalised",
    "threshold",
    "top_down",
]
