"""Studies with an [uncertainty] over fictional regions, without files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecocomp.study import Study
from ecocomp.synthetic import region
from ecocomp.uncertainty.case import Case, case_of

ERRORS = {"emissions": {"cv": 0.25}, "sequestration": {"cv": 0.25}, "gdp": {"cv": 0.15}}


def study_with(uncertainty: dict[str, Any] | None = None, **sections: Any) -> Study:
    """Return a study whose quantities, parents and price fit the fictional regions."""
    units = {"emissions": "Mt CO2", "sequestration": "Mt CO2", "gdp": "CNY", "population": "person", "area": "km2"}
    return Study.from_dict(
        {
            "study": {"name": "Fictional", "seed": 7},
            "units": {
                "table": "t.csv", "id": "unit", "year": "year", "name": "name", "parents": ["province", "prefecture"],
                "boundaries": "b.gpkg",
            },
            "quantities": {name: {"column": name, "unit": unit} for name, unit in units.items()},
            "compensation": {"price": {"value": 60.0, "unit": "CNY/t CO2"}},
            "uncertainty": {"draws": 64, "errors": ERRORS} if uncertainty is None else uncertainty,
            **sections,
        }
    )  # fmt: skip


def case_with(
    uncertainty: dict[str, Any] | None = None,
    *,
    units: int = 40,
    years: Sequence[int] = (2007, 2012, 2017),
    **sections: Any,
) -> Case:
    """Return such a study with a region, ready for draws."""
    inputs = region(units, years, seed=3)
    return case_of(study_with(uncertainty, **sections), inputs.panel, inputs.geometry)
