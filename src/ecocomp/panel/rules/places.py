"""Where a quantity stands in the user's files, as issues name it, and how their messages list units and years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath

import xarray as xr

from ecocomp.study import Quantity, Study
from ecocomp.units import scale
from ecocomp.variables import variable

__all__ = ["Place", "as_declared", "listed", "place_of", "quantity_of"]

LISTED = 5
"""How many units a message names before it counts the rest."""

Place = dict[str, str | None]
"""File and column of a quantity."""


def quantity_of(study: Study, name: str) -> Quantity | None:
    """Return the entry of [quantities] for a quantity, if there is one."""
    return next((quantity for key, quantity in study.quantities.items() if key == name), None)


def place_of(study: Study, name: str) -> Place:
    """Return the file and column that a quantity is read from; one that is derived has its own name only."""
    quantity = quantity_of(study, name)
    if quantity is None or quantity.column is None:
        return {"file": None, "column": name}
    reading = study.tables[quantity.table] if quantity.table else study.units
    return {"file": PurePath(reading.table).name, "column": quantity.column}


def as_declared(values: xr.DataArray, study: Study) -> xr.DataArray:
    """Return a quantity in the unit of measure that the study declares, so that a number can be found in its file."""
    quantity = quantity_of(study, str(values.name))
    if quantity is None or quantity.unit is None:
        return values
    shown = values / scale(quantity.unit, variable(str(values.name)).unit_in(study.currency))
    return shown.rename(values.name).assign_attrs(units=quantity.unit)


def listed(items: Iterable[object]) -> str:
    """Return the first few items in words, the others counted."""
    texts: Sequence[str] = [str(item) for item in items]
    more = len(texts) - LISTED
    return ", ".join(texts[:LISTED]) + (f" and {more} more" if more > 0 else "")
