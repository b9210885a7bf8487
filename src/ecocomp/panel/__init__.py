"""The labelled panel: joined on (unit, year), in canonical units, checked, with its map beside it."""

from ecocomp.panel.adjusting import adjust, adjusted_panel
from ecocomp.panel.assemble import examine
from ecocomp.panel.inputs import Inputs
from ecocomp.panel.maps import areas
from ecocomp.panel.totals import mean_over_valid, sum_over_valid, total_by, valid_units

__all__ = [
    "Inputs",
    "adjust",
    "adjusted_panel",
    "areas",
    "examine",
    "mean_over_valid",
    "sum_over_valid",
    "total_by",
    "valid_units",
]
