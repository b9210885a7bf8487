"""Outlook: emissions and sequestration projected apart, tested on years held out, the account by difference."""

from ecocomp.outlook.checks import (
    FEWEST_YEARS,
    check_outlook,
    check_series,
    nominal_outlook,
    projected_years,
    refusals,
)
from ecocomp.outlook.damped import damped_trend
from ecocomp.outlook.errors import backtest_errors, verdict_of
from ecocomp.outlook.events import neutrality_year, peak_year
from ecocomp.outlook.fits import Draws, Fit, draw_years
from ecocomp.outlook.grey import grade_of, grey_model
from ecocomp.outlook.names import BASELINE, METHOD_NAMES, OBSERVED, TREND
from ecocomp.outlook.places import places_of
from ecocomp.outlook.projections import INTERVAL, Outcome, project
from ecocomp.outlook.stirpat import Drivers, extend_drivers, stirpat

__all__ = [
    "BASELINE",
    "FEWEST_YEARS",
    "INTERVAL",
    "METHOD_NAMES",
    "OBSERVED",
    "TREND",
    "Draws",
    "Drivers",
    "Fit",
    "Outcome",
    "backtest_errors",
    "check_outlook",
    "check_series",
    "damped_trend",
    "draw_years",
    "extend_drivers",
    "grade_of",
    "grey_model",
    "neutrality_year",
    "nominal_outlook",
    "peak_year",
    "places_of",
    "project",
    "projected_years",
    "refusals",
    "stirpat",
    "verdict_of",
]
