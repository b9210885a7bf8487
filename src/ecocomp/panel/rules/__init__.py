"""Rules on the checked panel: what each cell alone cannot show, found by comparing units, years and totals."""

from ecocomp.panel.rules.check import check_panel
from ecocomp.panel.rules.names import names_on_map

__all__ = ["check_panel", "names_on_map"]
