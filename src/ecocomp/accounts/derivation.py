"""Quantities that are computed from other inputs instead of read from a column, filled into the panel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ecocomp.accounts.derived import Derived
from ecocomp.accounts.emission_ways import burnt_fuel, shared_out
from ecocomp.accounts.sequestration import land_cover_uptake, net_ecosystem_uptake, net_primary_uptake
from ecocomp.issues import Issue, errors
from ecocomp.panel import Inputs
from ecocomp.study import Study
from ecocomp.variables import variable, weakest_origin

__all__ = ["WAYS", "derive"]

WAYS: dict[str, Callable[[Inputs, Study, Any], Derived]] = {
    "npp": net_primary_uptake,
    "nep": net_ecosystem_uptake,
    "land_cover": land_cover_uptake,
    "top_down": shared_out,
    "energy": burnt_fuel,
}
"""Ways to derive a quantity, by their key in an entry of [quantities]."""


def derive(inputs: Inputs, study: Study) -> tuple[Inputs | None, list[Issue]]:
    """Compute every quantity that the study derives.

    Parameters
    ----------
    inputs
        The panel without the derived quantities, and the map.
    study
        The settings.

    Returns
    -------
    inputs : Inputs or None
        With each derived quantity (unit, year) in its canonical unit, and the files read; None where an issue is an
        error.
    issues : list of Issue
        What was found on the way.

    Raises
    ------
    MissingDependencyError
        If a way needs a package that is not installed.
    """
    found: list[Issue] = []
    for name, quantity in study.quantities.items():
        if quantity.way is None:
            continue
        derived = WAYS[quantity.way](inputs, study, getattr(quantity, quantity.way))
        found += derived.issues
        if derived.values is None:
            continue
        known = variable(name)
        values = derived.values.assign_attrs(
            units=known.unit, long_name=known.label_en, description=known.meaning
        ).transpose("unit", "year")
        found += [
            Issue("error", "year-without-data", f"no unit has a value of {name} in this year",
                  "supply the inputs, or take the year out of [study] years", study.file_name, year=int(year))
            for year in values["year"].values[values.isnull().all("unit").values]
        ]  # fmt: skip
        panel = inputs.panel.assign({name: values})
        panel.attrs["data_origin"] = weakest_origin(panel.attrs["data_origin"], derived.origin, quantity.origin)
        inputs = replace(inputs, panel=panel, sources={**inputs.sources, **derived.sources})
    return (None if errors(found) else inputs), found
