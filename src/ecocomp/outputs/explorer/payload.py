"""What the page holds: runs as columns, their settings as the model in the page reads them, and maps.

Pure: a result goes in, plain lists, numbers and texts come out. What the page computes is not stored: accounts,
amounts, ranks and centres follow in it from emissions, sequestration, area, population and GDP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pypinyin import lazy_pinyin

from ecocomp.outputs.explorer.encoding import Pool
from ecocomp.outputs.explorer.partners import partners_of
from ecocomp.outputs.explorer.settings import model_settings, stage_if_paying
from ecocomp.outputs.explorer.topology import topology_of
from ecocomp.outputs.figures.romanise import has_chinese, romanise
from ecocomp.outputs.priority_table import display_names
from ecocomp.result import Result
from ecocomp.space import centroids_of, equal_area_crs, prepare, weights
from ecocomp.study import Study

__all__ = ["MODEL_COLUMNS", "payload_of"]

MODEL_COLUMNS = ("emissions", "sequestration", "gdp", "population", "area")
"""Quantities from which the page computes everything; every bit of them is kept."""
UNCERTAIN = ("amount_low", "amount_high", "probability_paying", "probability_receiving", "rank_low", "rank_high")


def payload_of(runs: Mapping[str, Result]) -> dict[str, Any]:
    """Return the data of a page.

    Parameters
    ----------
    runs
        Results by the name under which the page offers them, the one it opens with first. Their scenarios are not
        looked for: name them here.

    Returns
    -------
    dict
        ``runs`` by order, ``maps`` and ``columns`` that they refer to by number. Missing values are NaN in the typed
        columns, which count them.
    """
    pool, known = Pool(), dict[tuple[object, ...], int]()
    maps: list[dict[str, Any]] = []
    told = []
    for name, result in runs.items():
        units = result.geometry.index[np.argsort(result.geometry.index.astype(str).to_numpy(), kind="stable")]
        key = (tuple(units), *(hash(frame.geometry.to_wkb().sum()) for frame in (result.geometry, result.backdrop)))
        if key not in known:
            known[key] = len(maps)
            maps.append(_map(result, units, pool))
        told.append({"name": name, "map": known[key], **_run(result, units, pool)})
    return {"runs": told, "maps": maps, "columns": pool.columns}


def _map(result: Result, units: pd.Index, pool: Pool) -> dict[str, Any]:
    """Return the units of a run with their polygons, centroids and neighbours."""
    geometry = result.geometry.loc[units]
    crs = equal_area_crs(result.geometry)
    operation = crs.coordinate_operation
    assert operation is not None, "it is a projection"
    projection = {p.name: p.value for p in operation.params}
    points = centroids_of(units, result.geometry).points
    settings = Study.from_dict(result.manifest["study"]).space
    lists = prepare(weights(geometry, settings)).neighbours
    parents = list(result.manifest["parents"])
    rows = result.results.drop_duplicates("unit").set_index("unit").reindex(units)
    shown = display_names(result.results, parents)
    names = [shown[str(unit)] for unit in units]
    return {
        "units": [str(unit) for unit in units],
        "names": names,
        "latin": [romanise(name) if has_chinese(name) else "" for name in names],
        "search": [_haystack(str(unit), name) for unit, name in zip(units, names, strict=True)],
        "parents": {level: pool.labels(rows[level].tolist()) for level in parents},
        "x": pool.numbers(points[:, 0]),
        "y": pool.numbers(points[:, 1]),
        "origin": [projection["Longitude of natural origin"], projection["Latitude of natural origin"]],
        "neighbour_starts": pool.numbers(lists.starts, "u4"),
        "neighbours": pool.numbers(lists.members, "u2" if len(units) < 2**16 else "u4"),
        **topology_of(geometry, _beyond(result), crs).as_data(),
    }


def _beyond(result: Result) -> gpd.GeoDataFrame:
    backdrop = result.backdrop
    return backdrop if backdrop.crs is not None or len(backdrop) else backdrop.set_crs(result.geometry.crs)


def _haystack(unit: str, name: str) -> str:
    """Return what a search looks through: code, name, its pinyin and the first letters of that."""
    syllables = lazy_pinyin(name, v_to_u=True) if has_chinese(name) else []
    initials = "".join(s[:1] for s in syllables)
    return "\n".join(text.lower().replace(" ", "") for text in (unit, name, "".join(syllables), initials) if text)


def _run(result: Result, units: pd.Index, pool: Pool) -> dict[str, Any]:
    """Return a run's columns on (unit, year), its settings, and what is told as of the run."""
    manifest = result.manifest
    years = [int(year) for year in manifest["years"]]
    study = Study.from_dict(manifest["study"])
    rows = result.results.set_index(["unit", "year"])
    rows = rows.reindex(pd.MultiIndex.from_product([units, years], names=["unit", "year"]))
    shape = (len(units), len(years))

    def cells(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
        return frame[name].to_numpy(dtype=np.float64, na_value=np.nan).reshape(shape)

    columns = {name: pool.numbers(cells(rows, name)) for name in MODEL_COLUMNS}
    stage = stage_if_paying(study, rows, years)
    if stage is not None:
        columns["stage"] = pool.numbers(stage.reshape(shape))
    as_run = {
        "cluster": pool.labels(rows["cluster"].tolist()),
        "priority_class": pool.numbers(cells(rows, "priority_class"), "f4"),
        "settled": pool.numbers(cells(rows, "settled")),
        "p_value": pool.numbers(cells(rows, "p_value"), "f4"),
    }
    if len(result.uncertainty):
        drawn = result.uncertainty.set_index(["unit", "year"]).reindex(rows.index)
        as_run |= {name: pool.numbers(cells(drawn, name), "f4") for name in UNCERTAIN}
    return {
        "title": study.study.name,
        "notice": manifest.get("notice"),
        "data_origin": manifest["data_origin"],
        "years": years,
        "classes": study.zoning.classes,
        "settings": model_settings(study, rows, years),
        "columns": columns,
        "as_run": as_run,
        "transfers": partners_of(result.transfers, units, years, pool),
    }
