"""The grid of a raster: where its cells lie, and how large each of them is on the ellipsoid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj
from scipy.interpolate import RectBivariateSpline

__all__ = ["Grid", "Window", "cell_areas", "cell_centres"]

Floats = npt.NDArray[np.float64]

_A = 6378137.0  # WGS 84, as the areas of polygons are measured: semi-major axis [m] and flattening
_F = 1 / 298.257223563
_E2 = _F * (2 - _F)
_LATTICE = 32  # cells between the points at which a projection's area scale is computed


class Window(NamedTuple):
    """A rectangle of cells: its first row and column from the north-west, and how many of each."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True)
class Grid:
    """Cells of a raster, north up, in the units of its CRS; ``south_up`` says that the file's rows run northwards."""

    left: float
    top: float
    cell_width: float
    cell_height: float
    rows: int
    columns: int
    crs: pyproj.CRS
    south_up: bool = False

    def bounds(self, window: Window | None = None) -> tuple[float, float, float, float]:
        """Return (left, bottom, right, top) of a window, or of the whole grid."""
        w = window or Window(0, 0, self.rows, self.columns)
        left, top = self.left + w.column * self.cell_width, self.top - w.row * self.cell_height
        return left, top - w.rows * self.cell_height, left + w.columns * self.cell_width, top

    def window_over(self, bounds: tuple[float, float, float, float]) -> Window:
        """Return the smallest window that holds what lies in bounds and in the grid; it may be empty."""
        left, bottom, right, top = bounds
        columns = (np.array([left, right]) - self.left) / self.cell_width
        rows = (self.top - np.array([top, bottom])) / self.cell_height
        first_column, last_column = np.clip([np.floor(columns[0]), np.ceil(columns[1])], 0, self.columns).astype(int)
        first_row, last_row = np.clip([np.floor(rows[0]), np.ceil(rows[1])], 0, self.rows).astype(int)
        return Window(int(first_row), int(first_column), int(last_row - first_row), int(last_column - first_column))


def cell_areas(grid: Grid, window: Window) -> Floats:
    r"""Return the area of each cell on the WGS 84 ellipsoid, whatever the projection makes of it.

    Between two parallels and two meridians the area is exact,

    .. math:: \Delta\lambda \, \frac{a^2 (1 - e^2)}{2} \left[ \frac{\sin\varphi}{1 - e^2\sin^2\varphi}
        + \frac{1}{2e}\ln\frac{1 + e\sin\varphi}{1 - e\sin\varphi} \right]_{\varphi_1}^{\varphi_2}

    (Snyder 1987, eq. 3-12). Cells of a projected grid have :math:`M N \cos\varphi \, |\partial(\lambda, \varphi) /
    \partial(x, y)|` times their area in the plane, M and N being the radii of curvature, at their centre. In an
    equal-area projection of the ellipsoid that is the area in the plane; in Web Mercator it is far less.

    Returns
    -------
    numpy.ndarray
        (rows, columns) of the window, or (rows, 1) where all cells of a row are alike [km²].
    """
    if grid.crs.is_geographic and not grid.crs.is_derived and _in_degrees(grid.crs):
        edges = grid.top - (window.row + np.arange(window.rows + 1)) * grid.cell_height
        zones = _zone(np.radians(np.clip(edges, -90, 90)))
        return np.asarray(np.radians(grid.cell_width) * (zones[:-1] - zones[1:]) / 1e6)[:, None]
    plane = grid.cell_width * grid.cell_height / 1e6
    return plane * _true_scale(grid, window)


def cell_centres(grid: Grid, rows: Floats, columns: Floats) -> tuple[Floats, Floats]:
    """Return x of columns and y of rows, counted from the north-west corner, a cell's centre being at + 0.5."""
    return grid.left + columns * grid.cell_width, grid.top - rows * grid.cell_height


def _in_degrees(crs: pyproj.CRS) -> bool:
    return all(axis.unit_name == "degree" for axis in crs.axis_info[:2])


def _zone(latitude: Floats) -> Floats:
    """Return the area from the equator to a latitude, per radian of longitude [m²]."""
    e, sine = np.sqrt(_E2), np.sin(latitude)
    bracket = sine / (1 - _E2 * sine**2) + np.arctanh(e * sine) / e
    return np.asarray(_A**2 * (1 - _E2) / 2 * bracket)


def _true_scale(grid: Grid, window: Window) -> Floats:
    """Return true over plane area in each cell, interpolated from a lattice of exact values."""
    rows = np.linspace(0, window.rows, max(5, window.rows // _LATTICE + 2))
    columns = np.linspace(0, window.columns, max(5, window.columns // _LATTICE + 2))
    x, y = np.meshgrid(*cell_centres(grid, window.row + rows, window.column + columns))
    step_x, step_y = grid.cell_width / 2, grid.cell_height / 2
    to_degrees = pyproj.Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform
    east, west = to_degrees(x + step_x, y), to_degrees(x - step_x, y)
    north, south = to_degrees(x, y + step_y), to_degrees(x, y - step_y)
    latitude = np.radians(np.asarray(to_degrees(x, y)[1]))
    with np.errstate(invalid="ignore"):  # beyond the map's edge a projection has no inverse
        along = [_turn(east[0] - west[0]) / (2 * step_x), (east[1] - west[1]) / (2 * step_x)]
        across = [_turn(north[0] - south[0]) / (2 * step_y), (north[1] - south[1]) / (2 * step_y)]
        jacobian = np.abs(along[0] * across[1] - along[1] * across[0]) * np.radians(1) ** 2
        scale = jacobian * _A**2 * (1 - _E2) * np.cos(latitude) / (1 - _E2 * np.sin(latitude) ** 2) ** 2
    for line in scale:
        known = np.isfinite(line)
        line[~known] = np.interp(columns[~known], columns[known], line[known]) if known.any() else 1.0
    spline = RectBivariateSpline(rows, columns, scale)
    return np.asarray(spline(np.arange(window.rows) + 0.5, np.arange(window.columns) + 0.5))


def _turn(degrees: Floats) -> Floats:
    """Return differences of longitude without the jump at the antimeridian."""
    return np.asarray((degrees + 180) % 360 - 180)
