"""What is read from outside, once for a study and all its scenarios that read the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import geopandas as gpd

from ecocomp.accounts import derive
from ecocomp.issues import Issue
from ecocomp.panel import Inputs, examine
from ecocomp.panel.rules import check_panel
from ecocomp.study import Study

__all__ = ["Read", "beyond", "read_inputs"]


class Read(NamedTuple):
    """The inputs of a study before it adjusts them, and what was found.

    It depends on the parts of a study that ``Study.reads_the_same_as`` compares, and on nothing else.

    Attributes
    ----------
    inputs
        Complete, every quantity in the panel; None where an issue is an error.
    geometry
        The map, where it could be read.
    years
        Years that were read.
    examined, derived, judged
        Issues of reading and joining, of deriving quantities, and of the rules on the panel.
    """

    inputs: Inputs | None
    geometry: gpd.GeoDataFrame | None
    years: list[int]
    examined: list[Issue]
    derived: list[Issue]
    judged: list[Issue]


def read_inputs(study: Study) -> Read:
    """Read everything a study names; nothing is raised for data."""
    inputs, examined, years = examine(study)
    geometry = None if inputs is None else inputs.geometry
    derived: list[Issue] = []
    if inputs is not None:
        inputs, derived = derive(inputs, study)
    judged = check_panel(inputs, study) if inputs is not None else []
    return Read(inputs, geometry, years, examined, derived, judged)


def beyond(base: Sequence[Issue], issues: Sequence[Issue], scenario: str) -> list[Issue]:
    """Return the issues of a scenario that its study does not have, with its name in the message."""
    known = set(base)
    return [replace(issue, message=f"scenario {scenario}: {issue.message}") for issue in issues if issue not in known]
