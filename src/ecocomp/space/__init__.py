"""Space: neighbours, Moran's I with its permutations, clusters, centres of gravity and ellipses."""

from ecocomp.space.centre import centres_of_gravity, host_units, track
from ecocomp.space.clusters import clusters
from ecocomp.space.ellipse import deviational_ellipses
from ecocomp.space.getis import local_getis_ord
from ecocomp.space.global_statistic import global_moran
from ecocomp.space.metric import equal_area_crs
from ecocomp.space.moran import local_moran, local_moran_bivariate
from ecocomp.space.neighbours import PreparedGraph, prepare
from ecocomp.space.significance import enough_for_fdr, permutations_for
from ecocomp.space.weights import check_neighbours, contiguity, distance_band, k_nearest, restrict, weights

__all__ = [
    "PreparedGraph",
    "centres_of_gravity",
    "check_neighbours",
    "clusters",
    "contiguity",
    "deviational_ellipses",
    "distance_band",
    "enough_for_fdr",
    "equal_area_crs",
    "global_moran",
    "host_units",
    "k_nearest",
    "local_getis_ord",
    "local_moran",
    "local_moran_bivariate",
    "permutations_for",
    "prepare",
    "restrict",
    "track",
    "weights",
]
