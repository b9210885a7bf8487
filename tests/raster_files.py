"""Rasters written for tests, in degrees unless a test says otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

WEST, NORTH, CELL = 115.0, 40.0, 0.5


def write(
    path: Path,
    bands: Any,
    *,
    crs: str | None = "EPSG:4326",
    origin: tuple[float, float] = (WEST, NORTH),
    cell: float | tuple[float, float] = CELL,
    nodata: float | None = None,
    dtype: str | None = None,
    scale: float | None = None,
    south_up: bool = False,
) -> Path:
    """Write a GeoTIFF: one band (rows, columns) or several (band, rows, columns), north first."""
    import rasterio
    from rasterio.transform import Affine

    array: npt.NDArray[Any] = np.asarray(bands, dtype=dtype)
    array = array[None] if array.ndim == 2 else array
    width, height = cell if isinstance(cell, tuple) else (cell, cell)
    place = Affine(width, 0, origin[0], 0, -height, origin[1])
    if south_up:
        array = array[:, ::-1]
        place = Affine(width, 0, origin[0], 0, height, origin[1] - height * array.shape[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        path, "w", driver="GTiff", height=array.shape[1], width=array.shape[2], count=len(array), dtype=array.dtype,
        crs=crs, transform=place, nodata=nodata,
    ) as file:  # fmt: skip
        file.write(array)
        if scale is not None:
            file.scales = [scale] * len(array)
    return path
