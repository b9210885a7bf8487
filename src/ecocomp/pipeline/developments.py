"""What emissions did and what they may do, as tables: decomposition and outlook, empty where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import pandas as pd
import xarray as xr

from ecocomp.decomposition import EFFECTS, decompose, effects_by, price_level
from ecocomp.outlook import OBSERVED, Outcome, places_of
from ecocomp.study import Compensation, Study

__all__ = ["COLUMNS", "decomposition_frame", "development_frames", "outlook_frames"]

_PLACE = ["level", "parent_level", "unit", "name"]
_SERIES = ("emissions", "sequestration", "account")
_DIAGNOSTICS = {
    "damped_trend": ["smoothing_level", "smoothing_trend", "damping"],
    "gm11": ["development", "grey_input", "level_ratio", "posterior_ratio", "small_error_probability", "grade"],
    "stirpat": ["penalty", "r_squared", "largest_vif", "autocorrelation", "population_elasticity",
                "affluence_elasticity", "technology_coefficient"],
}  # fmt: skip
_ERRORS = ["mape", "mase", "rmse", "baseline_mape", "baseline_mase", "baseline_rmse"]
COLUMNS = {
    "decomposition": [
        *_PLACE, "span", "previous_year", "year", "change", *EFFECTS, "units", "missing", "price_level",
    ],
    "outlook": [
        *_PLACE, "method", "scenario", "year", *(f"{s}{end}" for s in _SERIES for end in ("", "_low", "_high")),
        "units", "missing", "verdict",
    ],
    "outlook_tests": [
        *_PLACE, "method", "quantity", "hold_out", *_ERRORS, "verdict", *chain.from_iterable(_DIAGNOSTICS.values()),
    ],
    "outlook_years": [
        *_PLACE, "method", "scenario", "event", "event_year", "year_low", "year_high", "probability", "finding",
    ],
}  # fmt: skip
"""Columns of each table, before the data's origin."""


def development_frames(panel: xr.Dataset, outcome: Outcome | None, study: Study) -> dict[str, pd.DataFrame]:
    """Return the tables of decomposition and outlook by name, each with the data's origin.

    Parameters
    ----------
    panel
        Dataset (unit, year) at the study's price level, with ``parents`` and ``data_origin`` in its attributes.
    outcome
        Of :func:`ecocomp.outlook.project`; None without an outlook.
    study
        The settings.
    """
    frames = {"decomposition": decomposition_frame(panel, panel.attrs["parents"], study.compensation)}
    frames |= outlook_frames(outcome, study.outlook.hold_out, study.outlook.until)
    return {name: frame.assign(data_origin=panel.attrs["data_origin"]) for name, frame in frames.items()}


def decomposition_frame(panel: xr.Dataset, parents: Sequence[str], money: Compensation) -> pd.DataFrame:
    """Return the effects behind every change of emissions; empty with one year, or without population.

    Parameters
    ----------
    panel
        Dataset (unit, year) with ``emissions`` [Mt CO2], ``gdp`` [CNY] at the study's price level and, or not,
        ``population`` [person].
    parents
        Parent levels, outermost first.
    money
        Tells the price level.
    """
    if "population" not in panel or panel.sizes["year"] < 2:
        return pd.DataFrame(columns=COLUMNS["decomposition"])
    effects = decompose(panel["emissions"], panel["gdp"], panel["population"])
    places = places_of(panel, parents)
    labels = {"unit": panel["unit"].values, "": np.full(panel.sizes["unit"], "")}
    labels |= {level: panel[level].values for level in parents}
    parts = []
    kinds = _keys(places)[["level", "parent_level"]].drop_duplicates()
    for level, parent_level in kinds.to_numpy().tolist():
        key = "unit" if level == "unit" else parent_level
        sums = effects_by(effects, labels[key]).rename(unit="code")
        parts.append(sums.to_dataframe(dim_order=["code", "step"]).reset_index().assign(
            level=level, parent_level=parent_level))  # fmt: skip
    frame = pd.concat(parts, ignore_index=True).rename(columns={"code": "unit"})
    frame = frame.merge(_keys(places), on=["level", "parent_level", "unit"], how="left", validate="many_to_one")
    whole = frame.assign(price_level=price_level(money)).astype({"units": int, "missing": int})
    return whole[COLUMNS["decomposition"]]


def _keys(places: xr.DataArray) -> pd.DataFrame:
    """Return a row of keys for each place."""
    coords = {"level": "level", "parent_level": "parent_level", "unit": "code", "name": "name"}
    return pd.DataFrame({column: places[name].values.astype(str) for column, name in coords.items()})


def outlook_frames(outcome: Outcome | None, hold_out: int, until: int | None) -> dict[str, pd.DataFrame]:
    """Return ``outlook``, ``outlook_tests`` and ``outlook_years``, empty without an outlook.

    Parameters
    ----------
    outcome
        Of :func:`ecocomp.outlook.project`; None without one.
    hold_out
        Years that the back-test held out.
    until
        Last year of the projections.
    """
    tables: dict[str, list[pd.DataFrame]] = {name: [] for name in COLUMNS if name != "decomposition"}
    if outcome is not None:
        keys = _keys(outcome.places)
        tables["outlook"].append(_observed(outcome.observed, keys))
        for method, found in outcome.methods.items():
            tables["outlook"].append(_paths(found, keys).assign(method=method))
            tables["outlook_tests"].append(_tests(method, found, keys).assign(method=method, hold_out=hold_out))
            tables["outlook_years"].append(_years(found, keys, until, outcome.observed).assign(method=method))
    return {
        name: pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS[name])
        if parts
        else pd.DataFrame(columns=COLUMNS[name])
        for name, parts in tables.items()
    }


def _observed(observed: xr.Dataset, keys: pd.DataFrame) -> pd.DataFrame:
    wide = _by_series(observed["value"], "")
    counts = observed[["units", "missing"]].to_dataframe()
    frame = wide.join(counts.astype(int)).reset_index().dropna(subset="emissions")
    return _with_keys(frame, keys).assign(method=OBSERVED, scenario="", verdict="")


def _paths(found: xr.Dataset, keys: pd.DataFrame) -> pd.DataFrame:
    ends = {"central": "", "low": "_low", "high": "_high"}
    wide = pd.concat([_by_series(found[name], end) for name, end in ends.items()], axis=1)
    counts = found[["units", "missing"]].to_dataframe().astype(int)
    verdict = found["verdict"].sel(quantity="account").drop_vars("quantity").to_series().rename("verdict")
    frame = wide.join(counts).join(verdict).reset_index().dropna(subset="emissions")
    return _with_keys(frame, keys)


def _by_series(values: xr.DataArray, end: str) -> pd.DataFrame:
    """Return a column a quantity, indexed by the other dimensions, places first."""
    others = [d for d in ("place", "scenario", "year") if d in values.dims]
    laid = values.assign_coords(place=np.arange(values.sizes["place"])).transpose("quantity", *others)
    return pd.DataFrame({f"{q}{end}": laid.sel(quantity=q).drop_vars("quantity").to_series() for q in _SERIES})


def _with_keys(frame: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    return frame.merge(keys, left_on="place", right_index=True, how="left", validate="many_to_one")


def _tests(method: str, found: xr.Dataset, keys: pd.DataFrame) -> pd.DataFrame:
    frame = found[[*_ERRORS, "verdict"]].to_dataframe(dim_order=["place", "quantity"]).reset_index()
    frame = _with_keys(frame, keys)
    own = found[_DIAGNOSTICS[method]].rename(series="quantity").to_dataframe().reset_index()
    frame = frame.merge(own.assign(level="unit"), on=["level", "unit", "quantity"], how="left", validate="many_to_one")
    if method == "gm11":
        passed = frame["level_ratio"].map({1.0: "yes", 0.0: "no"}).fillna("")
        frame = frame.assign(level_ratio=passed, grade=frame["grade"].astype("Int64"))
    return frame


def _years(found: xr.Dataset, keys: pd.DataFrame, until: int | None, observed: xr.Dataset) -> pd.DataFrame:
    names = ["event_year", "year_low", "year_high", "probability"]
    frame = found[names].to_dataframe(dim_order=["place", "scenario", "event"]).reset_index()
    frame = _with_keys(frame, keys).dropna(subset="event_year")
    last = int(observed["year"].values[-1])
    peak = frame["event"] == "peak"
    none = np.where(peak, f"none by {until}: emissions are highest then", f"none by {until}: still a deficit then")
    year = frame["event_year"]
    finding = np.where(np.isinf(year), none, np.where(year <= last, "lies in the data", "lies ahead"))
    whole = frame[names[:3]].replace(np.inf, np.nan).astype("Int64")
    return frame.assign(**{name: whole[name] for name in names[:3]}, finding=finding)
