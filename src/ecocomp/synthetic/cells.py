"""Polygons of no country: county-like cells with crooked borders, and square cells.

Neighbours share their vertices exactly, so the polygons tile the region without gaps or overlaps.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree

__all__ = ["counties", "grid", "spread"]

Floats = NDArray[np.float64]
Density = Callable[[Floats, Floats], Floats]
HALVINGS = 3
"""A border becomes a chain of 2 ** HALVINGS pieces."""
ROUGHNESS = 0.16
"""First displacement of a border, as a share of its length."""


def grid(units: int, side: float) -> NDArray[np.object_]:
    """Draw square cells, row by row from the north-west, as nearly a square as their number allows.

    Parameters
    ----------
    units
        Number of cells.
    side
        Side of a cell [km].

    Returns
    -------
    numpy.ndarray
        Polygons (unit,), coordinates in kilometres round the origin.
    """
    columns = int(np.ceil(np.sqrt(units)))
    row, column = np.divmod(np.arange(units), columns)
    left, top = side * (column - columns / 2), side * (columns / 2 - row)
    # corners from the integers of rows and columns: neighbours get the same floats
    right, bottom = side * (column + 1 - columns / 2), side * (columns / 2 - row - 1)
    rings = np.stack([left, bottom, right, bottom, right, top, left, top, left, bottom], axis=-1)
    return np.asarray(shapely.polygons(rings.reshape(units, 5, 2)), dtype=object)


def counties(units: int, mean_area: float, density: Density, seed: int) -> NDArray[np.object_]:
    """Draw county-like polygons, smaller where ``density`` is high, numbered from north to south.

    They are Voronoi cells of clustered points within a wobbly outline, their borders roughened by midpoint
    displacement (Fournier, Fussell and Carpenter 1982).

    Parameters
    ----------
    units
        Number of polygons.
    mean_area
        Their mean area, roughly [km2].
    density
        Relative density of counties at points x, y [km], positive.
    seed
        Seed of the draw.

    Returns
    -------
    numpy.ndarray
        Polygons (unit,), coordinates in kilometres round the origin.
    """
    generator = np.random.default_rng([seed, 101])
    spacing, radius = np.sqrt(mean_area), np.sqrt(units * mean_area / np.pi)
    reach = 1.5 * radius + 5 * spacing  # cells beyond the region close the cells at its rim
    points = spread(int(np.pi * reach**2 / mean_area), reach, density, generator)
    inside = np.argsort(_distance_from_outline(points, generator), kind="stable")[:units]
    faces = _faces(Voronoi(points), inside, generator)
    # a border never passes a centre, so each centre lies in its own face
    point, face = shapely.STRtree(faces).query(shapely.points(points[inside]), predicate="within")
    polygons = faces[face[np.argsort(point)]]
    return np.asarray(polygons[np.argsort(-points[inside, 1], kind="stable")])


def spread(number: int, radius: float, density: Density, generator: np.random.Generator) -> Floats:
    """Spread points over a disc: closer together where ``density`` is high, but not in clumps.

    A weighted draw, evened out by two steps of Lloyd's algorithm on a cloud of points.

    Parameters
    ----------
    number
        Number of points.
    radius
        Radius of the disc round the origin [km].
    density
        Relative density at points x, y [km], positive.
    generator
        Source of the draw.

    Returns
    -------
    numpy.ndarray
        Coordinates (number, 2) [km].
    """
    size = max(400, 30 * number)
    distance, angle = radius * np.sqrt(generator.uniform(size=size)), generator.uniform(0, 2 * np.pi, size)
    cloud = np.column_stack([distance * np.cos(angle), distance * np.sin(angle)])
    weight = density(cloud[:, 0], cloud[:, 1])
    centres = cloud[np.argsort(generator.exponential(size=size) / weight)[:number]]  # Efraimidis and Spirakis 2006
    for _ in range(2):
        nearest = cKDTree(centres).query(cloud)[1]
        mass = np.bincount(nearest, weight, number)
        sums = np.column_stack([np.bincount(nearest, weight * cloud[:, axis], number) for axis in (0, 1)])
        centres = np.where(mass[:, None] > 0, sums / np.maximum(mass, 1e-300)[:, None], centres)
    return centres


def _distance_from_outline(points: Floats, generator: np.random.Generator) -> Floats:
    """Return the distance from the origin relative to a wobbly closed outline."""
    angle = np.arctan2(points[:, 1], points[:, 0])
    outline = np.ones(len(points))
    for wave in range(2, 8):
        outline += generator.normal(0, 0.18 / wave) * np.cos(wave * angle + generator.uniform(0, 2 * np.pi))
    return np.hypot(points[:, 0], points[:, 1]) / np.clip(outline, 0.7, 1.3)


def _faces(cells: Voronoi, inside: NDArray[np.intp], generator: np.random.Generator) -> NDArray[np.object_]:
    """Return the faces that the crooked borders of the inner cells enclose, in no order."""
    chosen = np.zeros(len(cells.points), dtype=bool)
    chosen[inside] = True
    borders = np.asarray(cells.ridge_points)
    ours = chosen[borders].any(axis=1)
    ends = cells.vertices[np.asarray(cells.ridge_vertices)[ours]]
    chains = _crooked(ends, cells.points[borders[ours]], generator)
    return np.asarray(shapely.get_parts(shapely.polygonize(shapely.linestrings(chains))), dtype=object)


def _crooked(ends: Floats, centres: Floats, generator: np.random.Generator) -> Floats:
    """Return each border as a chain (border, point, 2) that stays within the triangles to its two centres.

    The triangles of different borders do not overlap, so no two borders can cross.
    """
    start, along = ends[:, 0], ends[:, 1] - ends[:, 0]
    length = np.hypot(along[:, 0], along[:, 1])
    across = np.column_stack([-along[:, 1], along[:, 0]]) / length[:, None]
    to_centre = centres[:, 0] - start
    height = np.abs((to_centre * across).sum(axis=1))
    foot = ((to_centre * along).sum(axis=1) / length**2)[:, None]
    t = np.linspace(0, 1, 2**HALVINGS + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        room = height[:, None] * np.minimum(
            np.where(foot > 0, t / foot, np.inf), np.where(foot < 1, (1 - t) / (1 - foot), np.inf)
        )
    offset = np.clip(_displacement(len(ends), generator) * length[:, None], -0.7 * room, 0.7 * room)
    chain = start[:, None] + t[:, None] * along[:, None] + offset[..., None] * across[:, None]
    chain[:, 0], chain[:, -1] = ends[:, 0], ends[:, 1]  # to the last bit, for all borders that meet there
    return np.asarray(chain)


def _displacement(borders: int, generator: np.random.Generator) -> Floats:
    """Return midpoint displacements (border, point), as shares of the border's length."""
    line = np.zeros((borders, 2**HALVINGS + 1))
    for halving in range(HALVINGS):
        step = 2 ** (HALVINGS - halving)
        shape = (borders, 2**halving)
        middle = (line[:, :-1:step] + line[:, step::step]) / 2
        line[:, step // 2 :: step] = middle + generator.normal(0, ROUGHNESS * 0.5**halving, shape)
    return line
