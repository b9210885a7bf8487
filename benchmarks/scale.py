"""Draws on Dask workers, and the accounts of a grid that is larger than memory: ``python -m benchmarks --case scale``.

Every measurement runs in a process of its own: ``python -m benchmarks.scale WHAT ARGUMENTS FILE`` leaves it in a file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from importlib import util
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.cases import ROOT, YEARS
from benchmarks.clock import peak_memory
from benchmarks.uncertainty import uncertain_case

DRAWS, SMALL = 1000, (2048, 174, range(2007, 2018, 5))
"""Draws of the large study; draws, units and years of one like the Beijing–Tianjin–Hebei study."""
SIDE = 3100
"""Rows and columns of the grid: 9.61 million cells, China at 1 km."""
ROWS_AT_ONCE = 250
PERMUTATIONS = 999
NO_WORKERS, ONE, TWO = 0, 1, 2


def skipped() -> str | None:
    """Return why the case cannot run here, if it cannot."""
    lacking = [name for name in ("dask", "distributed", "zarr") if util.find_spec(name) is None]
    return f"skipped: needs {', '.join(lacking)} (pip install 'ecocomp[scale]')" if lacking else None


def draws_on(number: int, draws: int, units: int, years: list[int]) -> dict[str, Any]:
    """Carry draws with their clusters through, on so many workers, and hash the answers."""
    from ecocomp.uncertainty import in_this_process, propagate, workers

    case = uncertain_case(draws, draws, units, years)
    begun = time.perf_counter()
    if number == NO_WORKERS:
        started, answers = begun, propagate(case, compute=in_this_process)
        seconds = time.perf_counter() - begun
    else:
        with workers(number) as compute:
            started = time.perf_counter()
            answers = propagate(case, compute=compute)
            seconds = time.perf_counter() - started
    found = sha256()
    for frame in (answers.units, answers.region, answers.centres):
        found.update(frame.to_csv(float_format="%.17g").encode())
    return {"seconds": seconds, "starting": started - begun, "memory": peak_memory(), "hash": found.hexdigest()}


def make_grid(folder: str, years: int) -> dict[str, Any]:
    """Write inputs of a grid, 4-byte numbers, a year at a time."""
    import xarray as xr

    generator = np.random.default_rng(1)
    shape = (SIDE, SIDE)
    fields = {
        name: generator.lognormal(mean, 1, shape).astype(np.float32)
        for name, mean in {"emissions": -7.0, "sequestration": -7.0, "gdp": 16.0, "population": 4.0}.items()
    }
    fields["emissions"][: SIDE // 10, : SIDE // 10] = np.nan
    for t in range(years):
        grown = {name: (("year", "y", "x"), (values * 1.03**t)[None]) for name, values in fields.items()}
        grown["area"] = (("year", "y", "x"), np.ones((1, *shape), np.float32))
        grid = xr.Dataset(grown, {"year": [YEARS[t]]}).chunk(y=ROWS_AT_ONCE)
        if t:
            grid.to_zarr(folder, append_dim="year")
        else:
            grid.to_zarr(folder, zarr_format=2)
    return {}


def grid(folder: str, permutations: int) -> dict[str, Any]:
    """Write the accounts of the grid."""
    import xarray as xr

    from ecocomp import grids

    begun = time.perf_counter()
    target = Path(folder).with_name(f"accounts-{permutations}.zarr")
    with xr.open_zarr(folder) as panel:
        sums = grids.write_grid_accounts(panel, target, 60.0, permutations=permutations)
    assert (sums["payers"] > 0).all()
    return {"seconds": time.perf_counter() - begun, "memory": peak_memory(), "cells": int(sums["cells"][0])}


def report(rounds: int, part: float) -> str:
    """Run everything and return the tables as markdown; ``part`` of the draws and of the years."""
    from benchmarks.report import machine

    text = [f"# Scale\n\n{machine(('ecocomp', 'numpy', 'dask', 'distributed', 'zarr'))}\n"]
    large = (max(22, round(DRAWS * part)), 2735, YEARS)
    text.append(_workers_table("a large study", large, rounds))
    text.append(_workers_table("a small study", (max(256, round(SMALL[0] * part)), *SMALL[1:]), rounds))
    text.append(_grid_table(max(1, round(len(YEARS) * part))))
    return "\n\n".join(text)


def _workers_table(title: str, size: tuple[int, int, range], rounds: int) -> str:
    draws, units, years = size
    runs: dict[int, list[dict[str, Any]]] = {NO_WORKERS: [], ONE: [], TWO: []}
    for _ in range(rounds):
        for number, made in runs.items():
            made.append(_measured("draws", str(number), str(draws), str(units), json.dumps(list(years))))
    hashes = {run["hash"] for made in runs.values() for run in made}
    ratio = [one["seconds"] / two["seconds"] for one, two in zip(runs[ONE], runs[TWO], strict=True)]
    lines = [
        f"## Workers: {title}, {draws:,} draws × {units:,} units × {len(years)} years with clusters",
        "",
        "| | seconds | starting workers [s] | peak memory of the main process [MiB] |",
        "| --- | ---: | ---: | ---: |",
    ]
    for number, made in runs.items():
        middle = {name: median(run[name] for run in made) for name in ("seconds", "starting", "memory")}
        name = "in one process" if number == NO_WORKERS else f"--workers {number}"
        lines.append(f"| {name} | {middle['seconds']:.1f} | {middle['starting']:.1f} | {middle['memory']:,.0f} |")
    same = "the same bits in every run" if len(hashes) == 1 else "RESULTS DIFFER"
    lines += ["", f"1 ÷ 2 workers: {median(ratio):.2f} ({min(ratio):.2f}–{max(ratio):.2f}); {same}."]
    return "\n".join(lines)


def _grid_table(years: int) -> str:
    lines = [
        f"## Grid: {SIDE:,} × {SIDE:,} cells × {years} years",
        "",
        "| | seconds | peak memory [MiB] |",
        "| --- | ---: | ---: |",
    ]
    with tempfile.TemporaryDirectory(prefix="ecocomp-benchmark-") as folder:
        inputs = str(Path(folder) / "inputs.zarr")
        _measured("make", inputs, str(years))
        for name, permutations in (("accounts and sums", 0), (f"with local Moran, {PERMUTATIONS}", PERMUTATIONS)):
            run = _measured("grid", inputs, str(permutations))
            lines.append(f"| {name} | {run['seconds']:,.0f} | {run['memory']:,.0f} |")
    return "\n".join([*lines, "", f"Valid cells a year: {run['cells']:,}."])


def _measured(*arguments: str) -> dict[str, Any]:
    print(f"  {' '.join(arguments)} …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="ecocomp-benchmark-") as folder:
        path = Path(folder) / "measured.json"
        command = [sys.executable, "-m", "benchmarks.scale", *arguments, str(path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
        measured: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return measured


def main() -> None:
    what, *arguments, target = sys.argv[1:]
    if what == "draws":
        number, draws, units, years = arguments
        made = draws_on(int(number), int(draws), int(units), json.loads(years))
    else:
        folder, number = arguments
        made = (make_grid if what == "make" else grid)(folder, int(number))
    Path(target).write_text(json.dumps(made), encoding="utf-8")


if __name__ == "__main__":
    main()
