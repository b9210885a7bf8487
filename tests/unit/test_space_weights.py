from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from libpysal.graph import Graph

from ecocomp.issues import DataError
from ecocomp.space import contiguity, distance_band, equal_area_crs, k_nearest, restrict, weights
from ecocomp.study import Space

METRIC = "EPSG:32650"  # UTM 50N
EAST, NORTH = 500_000.0, 4_200_000.0


def squares(boxes: dict[str, tuple[float, float, float, float]], crs: str | None = METRIC) -> gpd.GeoDataFrame:
    """Boxes (west, south, east, north) in metres from a corner in Hebei."""
    shapes = [shapely.box(EAST + w, NORTH + s, EAST + e, NORTH + n) for w, s, e, n in boxes.values()]
    return gpd.GeoDataFrame(geometry=shapes, index=pd.Index(boxes, name="unit"), crs=crs)


def lattice(rows: int = 3, columns: int = 3, side: float = 1000.0) -> gpd.GeoDataFrame:
    """Units a1, a2, … by row; row a is the southernmost."""
    return squares(
        {
            f"{'abcdefgh'[r]}{c + 1}": (c * side, r * side, (c + 1) * side, (r + 1) * side)
            for r in range(rows)
            for c in range(columns)
        }
    )


def links(graph: Graph) -> set[tuple[str, str]]:
    adjacency = graph.adjacency
    return set(adjacency[adjacency > 0].index)


def neighbours(graph: Graph, unit: str) -> set[str]:
    return {j for i, j in links(graph) if i == unit}


def test_queen_and_rook_differ_by_the_corners() -> None:
    queen, rook = contiguity(lattice()), contiguity(lattice(), "rook")
    assert neighbours(queen, "b2") == {"a1", "a2", "a3", "b1", "b3", "c1", "c2", "c3"}
    assert neighbours(rook, "b2") == {"a2", "b1", "b3", "c2"}
    # 12 sides inside a 3 x 3 lattice, and 4 inner corners with two diagonals each; every pair counts twice
    assert len(links(rook)) == 24
    assert len(links(queen)) == 24 + 2 * 8


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", METRIC])
@pytest.mark.parametrize("rule", ["queen", "rook"])
def test_the_graph_is_the_one_that_libpysal_builds(rule: str, crs: str) -> None:
    counties = lattice(4, 5).to_crs(crs).sample(frac=1, random_state=3)
    ours = contiguity(counties, rule)  # type: ignore[arg-type]
    theirs = Graph.build_contiguity(counties, rook=rule == "rook")
    assert links(ours) == links(theirs)
    assert list(ours.unique_ids) == list(counties.index) == list(theirs.unique_ids)
    np.testing.assert_array_equal(ours.sparse.toarray(), theirs.sparse.toarray())


def test_checkerboard_squares_touch_for_the_queen_only() -> None:
    black = lattice().loc[["a1", "a3", "b2", "c1", "c3"]]
    assert neighbours(contiguity(black, isolates="drop"), "b2") == {"a1", "a3", "c1", "c3"}
    assert links(contiguity(black, "rook", isolates="drop")) == set()


def gapped() -> gpd.GeoDataFrame:
    """West and east with a sliver of 30 m between them, and north that only touches the corner of east."""
    return squares({"west": (0, 0, 970, 1000), "east": (1000, 0, 2000, 1000), "north": (2000, 1000, 3000, 2000)})


@pytest.mark.parametrize("crs", ["EPSG:4326", METRIC])
def test_snap_bridges_a_sliver_in_metres(crs: str) -> None:
    counties = gapped().to_crs(crs)
    assert neighbours(contiguity(counties, isolates="drop"), "east") == {"north"}
    assert neighbours(contiguity(counties, snap=29, isolates="drop"), "east") == {"north"}
    assert neighbours(contiguity(counties, snap=31, isolates="drop"), "east") == {"north", "west"}


@pytest.mark.parametrize("crs", ["EPSG:4326", METRIC])
def test_snap_keeps_corners_out_of_the_rook(crs: str) -> None:
    counties = gapped().to_crs(crs)
    assert neighbours(contiguity(counties, "rook", snap=29, isolates="drop"), "east") == set()
    assert neighbours(contiguity(counties, "rook", snap=50, isolates="drop"), "east") == {"west"}


def test_overlapping_units_are_rook_neighbours() -> None:
    counties = squares({"west": (0, 0, 1010, 1000), "east": (1000, 200, 2000, 800)})
    assert neighbours(contiguity(counties, "rook"), "east") == {"west"}


def archipelago() -> gpd.GeoDataFrame:
    """Two touching squares, an island 500 m from b, and one 2 km further out whose nearest is the first island."""
    return squares(
        {
            "far": (5500, 0, 6500, 1000),
            "a": (0, 0, 1000, 1000),
            "near": (2500, 0, 3500, 1000),
            "b": (1000, 0, 2000, 1000),
        }
    )


def test_islands_are_linked_to_the_nearest_both_ways() -> None:
    graph = contiguity(archipelago())
    assert neighbours(graph, "near") == {"b", "far"}
    assert neighbours(graph, "far") == {"near"}
    assert neighbours(graph, "b") == {"a", "near"}


def test_islands_can_be_kept_as_isolates() -> None:
    graph = contiguity(archipelago(), isolates="drop")
    assert list(graph.isolates) == ["far", "near"]
    assert list(graph.unique_ids) == ["far", "a", "near", "b"]


def test_islands_can_be_refused_all_at_once() -> None:
    with pytest.raises(DataError, match="far") as caught:
        contiguity(archipelago(), isolates="error")
    assert [(i.code, i.unit) for i in caught.value.issues] == [("isolate", "far"), ("isolate", "near")]


def test_a_unit_alone_on_its_map_stays_an_isolate() -> None:
    assert list(contiguity(archipelago().loc[["a"]]).isolates) == ["a"]


def test_equally_near_units_are_told_apart_by_id() -> None:
    # the island lies 1 km from both b and a, whatever the order of rows
    counties = squares({"i": (2000, 0, 3000, 1000), "b": (4000, 0, 5000, 1000), "a": (0, 0, 1000, 1000)})
    for order in (["i", "b", "a"], ["a", "b", "i"]):
        assert neighbours(contiguity(counties.loc[order]), "a") == {"i"}
        # b's own nearest is i as well
        assert neighbours(contiguity(counties.loc[order]), "i") == {"a", "b"}


def test_k_nearest_links_every_unit_to_k() -> None:
    counties = squares({"a": (0, 0, 10, 10), "b": (20, 0, 30, 10), "c": (50, 0, 60, 10), "d": (100, 0, 110, 10)})
    # centroids at 5, 25, 55, 105 m: d is nobody's nearest
    assert links(k_nearest(counties, 1)) == {("a", "b"), ("b", "a"), ("c", "b"), ("d", "c")}
    assert neighbours(k_nearest(counties, 3), "d") == {"a", "b", "c"}


def test_k_nearest_keeps_units_on_the_same_spot_apart() -> None:
    counties = squares(dict.fromkeys("abcd", (0, 0, 10, 10)))
    graph = k_nearest(counties, 2)
    assert (graph.cardinalities == 2).all()
    assert all(i != j for i, j in links(graph))


@pytest.mark.parametrize("k", [0, 9, -1])
def test_k_nearest_says_what_k_may_be(k: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 8 for 9 units"):
        k_nearest(lattice(), k)


def test_distance_band_is_measured_in_metres_between_centroids() -> None:
    counties = lattice(1, 3).to_crs("EPSG:4326")
    # the equal-area projection is true to scale at its centre: 1000 m between centroids, to well within a metre
    assert links(distance_band(counties, 999, "drop")) == set()
    assert links(distance_band(counties, 1001)) == {("a1", "a2"), ("a2", "a1"), ("a2", "a3"), ("a3", "a2")}
    assert links(distance_band(counties, 999)) == links(distance_band(counties, 1001))  # by nearest


@pytest.mark.parametrize("radius", [0.0, -5.0, float("nan")])
def test_distance_band_wants_a_radius(radius: float) -> None:
    with pytest.raises(ValueError, match="radius must be more than 0"):
        distance_band(lattice(), radius)


def test_restrict_applies_the_policy_again() -> None:
    counties = lattice(1, 4)
    graph = contiguity(counties)
    kept = pd.Index(["a4", "a1", "a3"])  # without a2, a1 has no neighbour; a3 is the nearest left
    assert links(restrict(graph, kept, counties, "drop")) == {("a3", "a4"), ("a4", "a3")}
    assert list(restrict(graph, kept, counties, "drop").unique_ids) == ["a4", "a1", "a3"]
    assert neighbours(restrict(graph, kept, counties, "nearest"), "a1") == {"a3"}
    with pytest.raises(DataError, match="a1"):
        restrict(graph, kept, counties, "error")


def test_restrict_names_an_unknown_unit() -> None:
    with pytest.raises(ValueError, match="'zz' is not in the graph"):
        restrict(contiguity(lattice()), pd.Index(["a1", "zz"]), lattice(), "drop")


def test_weights_follow_the_settings() -> None:
    counties = lattice()
    assert links(weights(counties, Space())) == links(contiguity(counties))
    assert links(weights(counties, Space(weights="rook"))) == links(contiguity(counties, "rook"))
    assert links(weights(counties, Space(weights="k_nearest", k=2))) == links(k_nearest(counties, 2))
    band = Space(weights="distance", distance_km=1.1)
    assert links(weights(counties, band)) == links(distance_band(counties, 1100))


def test_a_map_without_crs_is_refused() -> None:
    counties = squares({"a": (0, 0, 1, 1), "b": (1, 0, 2, 1)}, crs=None)
    for build in (contiguity, lambda g: k_nearest(g, 1), lambda g: distance_band(g, 5), equal_area_crs):
        with pytest.raises(ValueError, match=r"no CRS: set it"):
            build(counties)


def test_empty_polygons_and_repeated_ids_are_named() -> None:
    counties = lattice()
    counties.loc["b2", "geometry"] = None
    with pytest.raises(ValueError, match="'b2' has no polygon"):
        contiguity(counties)
    twice = lattice().rename(index={"a2": "a1"})
    with pytest.raises(ValueError, match="'a1' occurs more than once"):
        contiguity(twice)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rule": "bishop"}, "rule must be"),
        ({"snap": -1.0}, "snap must be"),
        ({"isolates": "forget"}, "isolates must be"),
    ],
)
def test_unknown_arguments_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        contiguity(lattice(), **arguments)  # type: ignore[arg-type]


def test_the_projection_is_centred_on_the_map_in_any_crs() -> None:
    counties = lattice()
    for crs in (METRIC, "EPSG:4326", "EPSG:3857"):
        projected = counties.to_crs(crs).to_crs(equal_area_crs(counties.to_crs(crs)))
        west, south, east, north = projected.total_bounds
        assert abs(west + east) < 2
        assert abs(south + north) < 2
        # nine squares of 1 km² at the central meridian of UTM, whose scale there is 0.9996
        assert projected.area.sum() / 1e6 == pytest.approx(9 / 0.9996**2, rel=1e-6)
