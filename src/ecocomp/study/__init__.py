"""The frozen settings of one analysis, and the template that explains every key."""

from ecocomp.study.rasters import LandCover, NetEcosystem, NetPrimary, Raster
from ecocomp.study.settings import (
    Amount,
    Compensation,
    Header,
    Price,
    Quantity,
    Reading,
    Revision,
    Settlement,
    Space,
    StageCoefficient,
    Table,
    Units,
    Zoning,
)
from ecocomp.study.study import Study

__all__ = [
    "Amount",
    "Compensation",
    "Header",
    "LandCover",
    "NetEcosystem",
    "NetPrimary",
    "Price",
    "Quantity",
    "Raster",
    "Reading",
    "Revision",
    "Settlement",
    "Space",
    "StageCoefficient",
    "Study",
    "Table",
    "Units",
    "Zoning",
]
