"""The frozen settings of one analysis, and the template that explains every key."""

from ecocomp.study.settings import (
    Amount,
    Compensation,
    Header,
    Price,
    Quantity,
    Revision,
    Settlement,
    Space,
    StageCoefficient,
    Units,
    Zoning,
)
from ecocomp.study.study import Study

__all__ = [
    "Amount",
    "Compensation",
    "Header",
    "Price",
    "Quantity",
    "Revision",
    "Settlement",
    "Space",
    "StageCoefficient",
    "Study",
    "Units",
    "Zoning",
]
