"""The frozen settings of one analysis, and the template that explains every key."""

from ecocomp.study.adjust import Adjustment
from ecocomp.study.drivers import DriverColumn, Drivers
from ecocomp.study.figures import Figures
from ecocomp.study.outlook import Growth, Outlook
from ecocomp.study.rasters import LandCover, NetEcosystem, NetPrimary, Raster
from ecocomp.study.settings import (
    Amount,
    Compensation,
    Header,
    Price,
    Quantity,
    Reading,
    Revision,
    Space,
    StageCoefficient,
    Table,
    Units,
    Zoning,
)
from ecocomp.study.settlement import Cap, CostTable, Floor, Settlement
from ecocomp.study.study import Study
from ecocomp.study.uncertainty import ErrorOf, PriceSpread, Uncertainty

__all__ = [
    "Adjustment",
    "Amount",
    "Cap",
    "Compensation",
    "CostTable",
    "DriverColumn",
    "Drivers",
    "ErrorOf",
    "Figures",
    "Floor",
    "Growth",
    "Header",
    "LandCover",
    "NetEcosystem",
    "NetPrimary",
    "Outlook",
    "Price",
    "PriceSpread",
    "Quantity",
    "Raster",
    "Reading",
    "Revision",
    "Settlement",
    "Space",
    "StageCoefficient",
    "Study",
    "Table",
    "Uncertainty",
    "Units",
    "Zoning",
]
