"""Space: neighbours, Moran's I with its permutations, clusters, centres of gravity and ellipses."""

from ecocomp.space.centre import Centroids, centres_of_gravity, centroids_of, host_units, track
from ecocomp.space.clusters import RegionGraph, check_units, cluster_labels, clusters, region_graph
from ecocomp.space.ellipse import deviational_ellipses, ellipse_of
from ecocomp.space.emerging import emerging_hot_spots
from ecocomp.space.getis import local_getis_ord
from ecocomp.space.global_statistic import global_moran
from ecocomp.space.grids import grid_getis_ord, grid_local_moran
from ecocomp.space.histories import ClusterHistories, cluster_histories
from ecocomp.space.metric import equal_area_crs
from ecocomp.space.moran import local_moran, local_moran_bivariate
from ecocomp.space.neighbours import PreparedGraph, prepare
from ecocomp.space.significance import enough_for_fdr, permutations_for
from ecocomp.space.statistics import LocalStatistics, local_statistics
from ecocomp.space.transitions import (
    cluster_counts,
    cluster_persistence,
    cluster_transitions,
    cluster_trend,
    lisa_markov,
)
from ecocomp.space.trend import mann_kendall, sen_slope
from ecocomp.space.weights import check_neighbours, contiguity, distance_band, k_nearest, restrict, weights

__all__ = [
    "Centroids",
    "ClusterHistories",
    "LocalStatistics",
    "PreparedGraph",
    "RegionGraph",
    "centres_of_gravity",
    "centroids_of",
    "check_neighbours",
    "check_units",
    "cluster_counts",
    "cluster_histories",
    "cluster_labels",
    "cluster_persistence",
    "cluster_transitions",
    "cluster_trend",
    "clusters",
    "contiguity",
    "deviational_ellipses",
    "distance_band",
    "ellipse_of",
    "emerging_hot_spots",
    "enough_for_fdr",
    "equal_area_crs",
    "global_moran",
    "grid_getis_ord",
    "grid_local_moran",
    "host_units",
    "k_nearest",
    "lisa_markov",
    "local_getis_ord",
    "local_moran",
    "local_moran_bivariate",
    "local_statistics",
    "mann_kendall",
    "permutations_for",
    "prepare",
    "region_graph",
    "restrict",
    "sen_slope",
    "track",
    "weights",
]
