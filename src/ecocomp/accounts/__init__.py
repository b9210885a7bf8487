"""Carbon accounts: emissions, sequestration, the net account and its revisions."""

from ecocomp.accounts.calibration import calibrate
from ecocomp.accounts.derivation import derive
from ecocomp.accounts.emissions import top_down
from ecocomp.accounts.inventory import inventory, read_factors
from ecocomp.accounts.net import net_account
from ecocomp.accounts.night_lights import bridge, fuse_sensors, make_continuous
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
    "bridge",
    "calibrate",
    "check_reference",
    "derive",
    "ecc_esc",
    "factors_of",
    "fuse_sensors",
    "gdp_per_head",
    "inventory",
    "make_continuous",
    "net_account",
    "quota",
    "read_factors",
    "reference_means",
    "revise",
    "size_index",
    "size_normalised",
    "threshold",
    "top_down",
]
