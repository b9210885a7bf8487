"""All rules on the checked panel, one after the other."""

from __future__ import annotations

from ecocomp.issues import Issue
from ecocomp.panel.inputs import Inputs
from ecocomp.panel.rules.gaps import incomplete
from ecocomp.panel.rules.growth import identical_years, jumps
from ecocomp.panel.rules.magnitude import wrong_unit
from ecocomp.panel.rules.names import code_provinces, name_repeats
from ecocomp.panel.rules.places import as_declared, place_of
from ecocomp.panel.rules.published import compare_totals
from ecocomp.panel.rules.sameness import all_equal, identical_rows
from ecocomp.study import Study

__all__ = ["check_panel"]


def check_panel(inputs: Inputs, study: Study) -> list[Issue]:
    """Return what the rules find on the panel of a study, as severe as the rules table has it.

    Parameters
    ----------
    inputs
        The inputs as assembled, every quantity of the study in the panel.
    study
        Names the files and columns that issues point to, and holds the totals to compare with.

    Returns
    -------
    list of Issue
        Rule by rule; a study's own severities are not applied yet.
    """
    panel, given = inputs.panel, [name for name in study.quantities if name in inputs.panel]
    found = wrong_unit(panel[given], inputs.geometry, study)
    for name in given:
        place, quantity = place_of(study, name), as_declared(panel[name], study)
        found += incomplete(quantity, place)
        found += jumps(quantity, place)
        found += identical_years(quantity, place)
        found += all_equal(quantity, place)
    found += identical_rows(panel[given], place_of(study, given[0])["file"])
    found += name_repeats(panel)
    found += code_provinces(panel)
    return found + compare_totals(panel, study)
