"""Which part of each cell a polygon covers, from the package exactextract; needs the extra 'rasters'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from exactextract import exact_extract
from exactextract.feature import Feature, FeatureSource
from exactextract.raster import NumPyRasterSource

__all__ = ["Coverage", "coverage"]


class Coverage(NamedTuple):
    """Cells under polygons: ``ends[i]:ends[i + 1]`` are those of polygon i, counted row by row, and their parts."""

    ends: npt.NDArray[np.intp]
    cells: npt.NDArray[np.int64]
    parts: npt.NDArray[np.float64]


def coverage(
    polygons: npt.NDArray[np.object_], rows: int, columns: int, bounds: tuple[float, float, float, float]
) -> Coverage:
    """Return the cells of a grid that each polygon touches, and the part of each that it covers.

    Parameters
    ----------
    polygons
        In the plane of the grid.
    rows, columns
        Cells of the grid, the first row in the north.
    bounds
        (left, bottom, right, top) of the grid.
    """
    blank = np.broadcast_to(np.uint8(0), (rows, columns))
    found = exact_extract(
        NumPyRasterSource(blank, *bounds), _Polygons(polygons), ["cell_id", "coverage"], output="pandas"
    )
    return Coverage(
        np.cumsum([0, *(len(cells) for cells in found["cell_id"])]),
        np.concatenate(found["cell_id"].to_list()).astype(np.int64),
        np.concatenate(found["coverage"].to_list()).astype(float),
    )


class _Polygons(FeatureSource):  # type: ignore[misc]  # the package is not typed
    """Polygons handed over in binary: as GeoJSON, the package's own way, they take as long as their coverage."""

    def __init__(self, polygons: npt.NDArray[np.object_]) -> None:
        super().__init__()
        self.polygons = polygons

    def count(self) -> int:
        return len(self.polygons)

    def __iter__(self) -> Iterator[_Polygon]:
        return map(_Polygon, self.polygons)

    def srs_wkt(self) -> None:
        return None


class _Polygon(Feature):  # type: ignore[misc]
    def __init__(self, polygon: shapely.Geometry) -> None:
        super().__init__()
        self.polygon = polygon

    def geometry(self) -> bytes:
        return bytes(shapely.to_wkb(self.polygon))

    def fields(self) -> list[str]:
        return []
