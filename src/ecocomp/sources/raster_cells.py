"""Reading windows of rasters: cells without data become missing; what looks like undeclared fill is counted."""

from __future__ import annotations

import warnings
from collections import Counter, OrderedDict
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from ecocomp.issues import Issue
from ecocomp.sources.cells import Grid, Window, cell_centres
from ecocomp.sources.rasters import Band, Key, Series

__all__ = ["Reader"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

Fill = float | tuple[float, float]

OPEN_FILES = 32
CACHE_MB = 64
"""Memory of GDAL's block cache; its own default is a twentieth of the machine's."""
_NEVER_DATA = (-9999.0, -99999.0, -3.4028234663852886e38, 9.969209968386869e36, 1e20, 1e30)
"""Numbers that are never data, whatever ``fill`` leaves out: customary fill values of ESRI, GDAL and NetCDF."""
_SELDOM_DATA = (-999.0, -3000.0, -28672.0, -32768.0, 255.0, *map(float, range(32761, 32768)), 65535.0, 3.2767, 6.5535)
"""Numbers that are fill if they are frequent: ends of integer types, MODIS classes, and both after scaling."""
_FREQUENT = 1e-4


class Reader:
    """Reads windows of series; use it in a ``with`` statement, which closes the files."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Any] = OrderedDict()
        self._suspects: Counter[tuple[str, str, float]] = Counter()
        self._cells: Counter[tuple[str, str]] = Counter()
        self._declared: dict[str, tuple[Fill, ...] | None] = {}
        """By raster: what its ``fill`` declares, none for a product, which says its own."""
        self._environment: Any = None

    def __enter__(self) -> Reader:
        import rasterio

        self._environment = rasterio.Env(GDAL_CACHEMAX=CACHE_MB)
        self._environment.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for dataset in self._open.values():
            dataset.close()
        self._environment.__exit__(kind, error, trace)

    def values(self, series: Series, key: Key, window: Window, used: Bools) -> Floats:
        """Return a window of a band in the unit of its series, cells without data being not a number.

        Parameters
        ----------
        used
            Cells that count (rows, columns): only among them undeclared fill is looked for.
        """
        stored = self.stored(series, key, window, used)
        scale, offset = series.linear(key)
        return stored if (scale, offset) == (1.0, 0.0) else stored * scale + offset

    def stored(self, series: Series, key: Key, window: Window, used: Bools) -> Floats:
        """Return a window as it is stored, cells without data being not a number."""
        band = series.bands[key]
        raw, missing = self._read(band, window)
        declared = series.settings.fill if series.product is None else series.product.missing
        for fill in declared or ():
            missing |= _is(raw, fill)
        self._declared[series.name] = (series.settings.fill or ()) if series.product is None else None
        suspects = _NEVER_DATA if declared is not None else (*_NEVER_DATA, *_SELDOM_DATA)
        self._look_for_fill(series.name, band, raw, used & ~missing, suspects)
        values = raw.astype(float)
        if series.product is not None:
            values[np.isin(raw, series.product.bare)] = 0.0
        values[missing] = np.nan
        return values

    def sampled(self, series: Series, key: Key, grid: Grid, window: Window, used: Bools) -> Floats:
        """Return the values at the centres of another grid's cells: of the cell that holds each centre.

        Centres beyond the raster are missing.
        """
        band = series.bands[key]
        if band.grid == grid:
            return self.values(series, key, window, used)
        rows, columns = _places(band.grid, grid, window)
        hit = used & (rows >= 0) & (rows < band.grid.rows) & (columns >= 0) & (columns < band.grid.columns)
        result = np.full(used.shape, np.nan)
        if not hit.any():
            return result
        rows, columns = rows[hit].astype(np.intp), columns[hit].astype(np.intp)
        first, start = int(rows.min()), int(columns.min())
        inner = Window(first, start, int(rows.max()) - first + 1, int(columns.max()) - start + 1)
        needed = np.zeros((inner.rows, inner.columns), bool)
        needed[rows - first, columns - start] = True
        result[hit] = self.values(series, key, inner, needed)[rows - first, columns - start]
        return result

    def issues(self) -> list[Issue]:
        """Return an error for every number that looks like fill that nobody declared."""
        found = []
        for (name, file, number), count in sorted(self._suspects.items()):
            share = count / self._cells[name, file]
            if number in _NEVER_DATA or share >= _FREQUENT:
                found.append(
                    Issue("error", "raster-fill", f"raster {name}: {count} cells ({share:.2%} of those under the "
                          "units) hold a number that looks like missing data and is not declared as such",
                          self._remedy(name, number), file, value=_as_toml(number))
                )  # fmt: skip
        return found

    def _remedy(self, name: str, number: float) -> str:
        declared = self._declared[name]
        if declared is None:
            return f"declare unit, scale and fill in [rasters.{name}] instead of product"
        otherwise = "" if number in _NEVER_DATA else ", or fill = [] if it is data"
        return f"declare fill = [{', '.join(map(_as_toml, (*declared, number)))}] in [rasters.{name}]{otherwise}"

    def _read(self, band: Band, window: Window) -> tuple[npt.NDArray[Any], Bools]:
        from rasterio.windows import Window as Rectangle

        dataset = self._dataset(band.path)
        south_up = band.grid.south_up
        row = band.grid.rows - window.row - window.rows if south_up else window.row
        place = Rectangle(window.column, row, window.columns, window.rows)
        found = dataset.read(band.index, window=place, masked=True)
        raw, missing = found.data, np.array(np.ma.getmaskarray(found))
        if raw.dtype.kind == "f":
            missing |= ~np.isfinite(raw)
        return (raw[::-1], missing[::-1]) if south_up else (raw, missing)

    def _dataset(self, path: str) -> Any:
        import rasterio
        from rasterio.errors import NotGeoreferencedWarning

        if path not in self._open:
            while len(self._open) >= OPEN_FILES:
                self._open.popitem(last=False)[1].close()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NotGeoreferencedWarning)
                self._open[path] = rasterio.open(path)
        self._open.move_to_end(path)
        return self._open[path]

    def _look_for_fill(
        self, name: str, band: Band, raw: npt.NDArray[Any], used: Bools, suspects: tuple[float, ...]
    ) -> None:
        numbers = raw[used]
        self._cells[name, band.file] += numbers.size
        if not numbers.size:
            return
        low, high = float(numbers.min()), float(numbers.max())
        for number in suspects:
            if low * (1 + 1e-6 * (low < 0)) <= number <= high * (1 + 1e-6 * (high > 0)):
                count = int(_is(numbers, number).sum())
                if count:
                    self._suspects[name, band.file, number] += count


def _is(raw: npt.NDArray[Any], fill: Fill) -> Bools:
    """Return where stored numbers are a fill value, to the digits of a single-precision number, or lie in a range."""
    if isinstance(fill, tuple):
        return np.asarray((raw >= fill[0]) & (raw <= fill[1]))
    if raw.dtype.kind != "f":
        return np.asarray(raw == fill)
    return np.asarray(np.abs(raw - fill) <= 1e-6 * abs(fill)) if abs(fill) < 1e30 else _is_huge(raw, fill)


def _is_huge(raw: npt.NDArray[Any], fill: float) -> Bools:
    """Compare numbers whose differences would overflow."""
    return np.asarray(np.abs(raw / raw.dtype.type(fill) - 1) <= 1e-6)


def _places(source: Grid, grid: Grid, window: Window) -> tuple[Floats, Floats]:
    """Return row and column in ``source`` of the centre of each cell of a window of ``grid``."""
    rows, columns = np.arange(window.rows, dtype=float) + 0.5, np.arange(window.columns, dtype=float) + 0.5
    x, y = cell_centres(grid, window.row + rows, window.column + columns)
    if source.crs.equals(grid.crs, ignore_axis_order=True):
        columns, rows = np.meshgrid((x - source.left) / source.cell_width, (source.top - y) / source.cell_height)
    else:
        there = pyproj.Transformer.from_crs(grid.crs, source.crs, always_xy=True).transform(*np.meshgrid(x, y))
        columns = (np.asarray(there[0]) - source.left) / source.cell_width
        rows = (source.top - np.asarray(there[1])) / source.cell_height
    return np.floor(rows), np.floor(columns)


def _as_toml(number: Fill) -> str:
    if isinstance(number, tuple):
        return f"[{', '.join(map(_as_toml, number))}]"
    number = float(number)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
