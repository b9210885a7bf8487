from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from pyproj import Geod

from ecocomp.space import centres_of_gravity, deviational_ellipses, host_units, track

LON, LAT = 116.0, 38.0
LOCAL = f"+proj=laea +lat_0={LAT} +lon_0={LON} +datum=WGS84 +units=m"
GEOD = Geod(ellps="WGS84")


def squares(middles: dict[str, tuple[float, float]], side: float = 2.0) -> gpd.GeoDataFrame:
    """Squares around points given in km east and north of 116°E 38°N."""
    shapes = [
        shapely.box(*(1000 * v for v in (e - side / 2, n - side / 2, e + side / 2, n + side / 2)))
        for e, n in middles.values()
    ]
    return gpd.GeoDataFrame(geometry=shapes, index=pd.Index(middles, name="unit"), crs=LOCAL)


def amounts(values: dict[str, list[float]], years: tuple[int, ...] = (2007,)) -> xr.DataArray:
    return xr.DataArray(
        np.array(list(values.values())),
        dims=("unit", "year"),
        coords={"unit": list(values), "year": list(years)},
    )


def km_from(lon: object, lat: object, east: float, north: float) -> float:
    """Distance of a point in degrees from one in km east and north."""
    where = gpd.GeoSeries(shapely.points([[east * 1000, north * 1000]]), crs=LOCAL).to_crs("EPSG:4326")[0]
    return float(GEOD.inv(float(lon), float(lat), where.x, where.y)[2]) / 1000  # type: ignore[arg-type]


FOUR = squares({"a": (0, 0), "b": (40, 0), "c": (40, 20), "d": (0, 20)})


def test_centres_by_hand() -> None:
    # payments: a 3, b 1 -> (40/4, 0) = (10, 0); receipts: c 1, d 1 -> (20, 20)
    # absolute: (3·(0,0) + 1·(40,0) + 1·(40,20) + 1·(0,20)) / 6 = (80/6, 40/6)
    # signed: (0 + 40 - 40 - 0, 0 + 0 - 20 - 20) / (3 + 1 - 1 - 1) = (0, -20), leverage 6 / 2 = 3
    centres = centres_of_gravity(amounts({"a": [3], "b": [1], "c": [-1], "d": [-1]}), FOUR)
    assert centres["lon"].dims == ("year", "weighting")
    expected = {
        "payments": (10, 0, 1),
        "receipts": (20, 20, 1),
        "absolute": (80 / 6, 40 / 6, 1),
        "signed": (0, -20, 3),
    }
    for weighting, (east, north, leverage) in expected.items():
        one = centres.sel(year=2007, weighting=weighting)
        assert km_from(one["lon"], one["lat"], east, north) < 0.001
        assert float(one["leverage"]) == pytest.approx(leverage)


def test_signed_centre_is_empty_above_a_leverage_of_four() -> None:
    # Σ|m| / |Σm| = 8 / 2 = 4 is kept, 9 / 1 is not, and a sum of 0 has no leverage either
    values = amounts({"a": [5, 5, 4], "b": [0, 0, 0], "c": [-3, -4, -4], "d": [0, 0, 0]}, (2007, 2008, 2009))
    signed = centres_of_gravity(values, FOUR).sel(weighting="signed")
    np.testing.assert_allclose(signed["leverage"], [4, 9, np.nan])
    np.testing.assert_array_equal(signed["lon"].isnull(), [False, True, True])
    np.testing.assert_array_equal(signed["lat"].isnull(), [False, True, True])


def test_amounts_that_cancel_but_for_rounding_have_no_signed_centre() -> None:
    values = amounts({"a": [0.1], "b": [0.2], "c": [-0.3], "d": [0.0]})
    assert np.isnan(centres_of_gravity(values, FOUR)["leverage"].sel(weighting="signed"))


def test_a_year_without_receipts_has_no_centre_of_receipts() -> None:
    centres = centres_of_gravity(amounts({"a": [3], "b": [1], "c": [0], "d": [np.nan]}), FOUR)
    assert np.isnan(centres["lon"].sel(weighting="receipts")).all()
    assert np.isnan(centres["leverage"].sel(weighting="receipts")).all()
    one = centres.sel(year=2007, weighting="payments")
    assert km_from(one["lon"], one["lat"], 10, 0) < 0.001


def test_centres_and_ellipses_do_not_depend_on_the_order_of_rows() -> None:
    generator = np.random.default_rng(6)
    names = [f"u{n}" for n in range(50)]
    counties = squares({name: tuple(generator.uniform(0, 300, 2)) for name in names})
    values = amounts({name: list(generator.normal(1, 1, 3)) for name in names}, (2007, 2008, 2009))
    shuffled = values.isel(unit=generator.permutation(50)).transpose("year", "unit")
    for compute in (centres_of_gravity, deviational_ellipses):
        xr.testing.assert_identical(
            compute(values, counties), compute(shuffled, counties.sample(frac=1, random_state=2))
        )


def test_unknown_units_and_weightings_are_refused() -> None:
    with pytest.raises(ValueError, match="polygons have 1 units unknown to the values, first 'd'"):
        centres_of_gravity(amounts({"a": [3], "b": [1], "c": [0]}), FOUR)
    with pytest.raises(ValueError, match="weighting must be"):
        centres_of_gravity(amounts({"a": [3], "b": [1], "c": [0], "d": [1]}), FOUR, ("net",))  # type: ignore[arg-type]


def points(lons: list[float], lats: list[float], years: list[int]) -> xr.Dataset:
    dims = ("year", "weighting")
    return xr.Dataset(
        {"lon": (dims, np.array(lons)[:, None]), "lat": (dims, np.array(lats)[:, None])},
        coords={"year": years, "weighting": ["payments"]},
    )


def test_track_due_east_and_north_by_hand() -> None:
    # one degree of the equator is a · π / 180 = 6378.137 · π / 180 = 111.3195 km; the first degree of a meridian
    # is 110.5744 km (WGS 84)
    moved = track(points([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], [2007, 2008, 2012, 2013, 2014])).isel(weighting=0)
    np.testing.assert_allclose(moved["distance_km"][:3], [np.nan, 111.3195, 110.5744], atol=1e-4)
    np.testing.assert_allclose(moved["bearing_deg"][:3], [np.nan, 90, 0], atol=1e-9)
    # due west along the parallel of 1°N the shortest way starts half a sin(1°) of a degree north of west
    np.testing.assert_allclose(moved["bearing_deg"][3:], [270 + math.sin(math.radians(1)) / 2, 180], atol=1e-3)
    np.testing.assert_allclose(moved["speed_km_a"][:3], [np.nan, 111.3195, 110.5744 / 4], atol=1e-4)


def test_track_is_missing_beside_a_missing_centre() -> None:
    moved = track(points([0, np.nan, 1, 1], [0, np.nan, 1, 1], [2007, 2008, 2009, 2010])).isel(weighting=0)
    assert np.isnan(moved["distance_km"][:3]).all()
    assert float(moved["distance_km"][3]) == 0
    assert float(moved["speed_km_a"][3]) == 0
    assert np.isnan(moved["bearing_deg"][3])  # no way, no direction


def test_track_follows_the_years_not_the_rows() -> None:
    ordered = track(points([0, 1, 3], [0, 0, 0], [2007, 2008, 2009]))
    shuffled = track(points([3, 0, 1], [0, 0, 0], [2009, 2007, 2008]))
    assert shuffled["year"].values.tolist() == [2009, 2007, 2008]
    xr.testing.assert_identical(shuffled.sel(year=ordered["year"]), ordered)


def test_host_units_are_named() -> None:
    west, north = 115.9, 38.05
    counties = gpd.GeoDataFrame(
        geometry=[shapely.box(116, 38, 117, 39), shapely.box(115, 38, 116, 39)],
        index=["east", "west"],
        crs="EPSG:4326",
    )
    centres = points([west, 116.5, 116.0, 120, np.nan], [north, 38.5, 38.5, 38, np.nan], [1, 2, 3, 4, 5])
    for crs in ("EPSG:4326", "EPSG:3857"):
        hosts = host_units(centres, counties.to_crs(crs))
        assert hosts.dims == ("year", "weighting")
        # 116°E is on the border of both: the smaller id
        assert hosts.values.ravel().tolist() == ["west", "east", "east", "", ""]


def rectangle(angle: float, half_long: float = 30, half_short: float = 10) -> gpd.GeoDataFrame:
    """Corners of a rectangle whose long side points ``angle`` degrees clockwise from north."""
    theta = math.radians(angle)
    along, across = (math.sin(theta), math.cos(theta)), (math.cos(theta), -math.sin(theta))
    return squares(
        {
            name: tuple(p * half_long * along[n] + q * half_short * across[n] for n in (0, 1))  # type: ignore[misc]
            for name, (p, q) in {"a": (1, 1), "b": (1, -1), "c": (-1, 1), "d": (-1, -1)}.items()
        }
    )


EQUAL = amounts({"a": [2], "b": [2], "c": [2], "d": [2]})


@pytest.mark.parametrize("angle", [0, 30, 90, 135, 179])
def test_ellipse_of_a_rectangle_by_hand(angle: float) -> None:
    # the corners of a rectangle with half sides p and q have the variances p² and q² along its sides
    one = deviational_ellipses(EQUAL, rectangle(angle)).sel(year=2007, weighting="payments")
    assert float(one["semi_major_km"]) == pytest.approx(30, rel=1e-4)
    assert float(one["semi_minor_km"]) == pytest.approx(10, rel=1e-4)
    assert float(one["area_km2"]) == pytest.approx(math.pi * 300, rel=1e-4)
    assert (float(one["rotation_deg"]) - angle + 90) % 180 == pytest.approx(90, abs=0.01)
    assert 0 <= float(one["rotation_deg"]) < 180
    assert km_from(one["lon"], one["lat"], 0, 0) < 0.001


def test_ellipse_is_weighted() -> None:
    # west-east at ±10 km with weights 3 and 1: mean -5 km, variance (3·25 + 1·225) / 8 of all; two units of weight
    # 2 at -5 ± 20 km north: variance 2·2·400 / 8 = 200; Σw = 8, east variance 300 / 8 = 37.5
    counties = squares({"a": (-10, 0), "b": (10, 0), "c": (-5, 20), "d": (-5, -20)})
    values = amounts({"a": [-3], "b": [-1], "c": [-2], "d": [-2]})
    one = deviational_ellipses(values, counties).sel(year=2007, weighting="receipts")
    assert km_from(one["lon"], one["lat"], -5, 0) < 0.001
    assert float(one["semi_major_km"]) == pytest.approx(math.sqrt(200), rel=1e-4)
    assert float(one["semi_minor_km"]) == pytest.approx(math.sqrt(37.5), rel=1e-4)


def test_sqrt2_enlarges_both_axes() -> None:
    plain = deviational_ellipses(EQUAL, rectangle(30))
    large = deviational_ellipses(EQUAL, rectangle(30), "sqrt2")
    for name in ("semi_major_km", "semi_minor_km"):
        np.testing.assert_allclose(large[name], math.sqrt(2) * plain[name])
    np.testing.assert_allclose(large["area_km2"], 2 * plain["area_km2"])
    xr.testing.assert_identical(large["rotation_deg"], plain["rotation_deg"])
    with pytest.raises(ValueError, match="convention must be"):
        deviational_ellipses(EQUAL, rectangle(30), "standard")  # type: ignore[arg-type]


def test_north_is_true_far_from_the_middle_of_the_map() -> None:
    # a column of units along a meridian 10 degrees east of the middle: its ellipse points north, where a single
    # projection of the whole map would turn it by some 6 degrees
    cells = {f"n{n}": (126.0, 38.0 + n) for n in range(5)} | {"far": (106.0, 38.0)}
    counties = gpd.GeoDataFrame(
        geometry=[shapely.box(x - 0.1, y - 0.1, x + 0.1, y + 0.1) for x, y in cells.values()],
        index=list(cells),
        crs="EPSG:4326",
    )
    values = amounts({name: [0.0 if name == "far" else 1.0] for name in cells})
    rotation = float(deviational_ellipses(values, counties)["rotation_deg"].sel(weighting="payments").item())
    assert min(rotation, 180 - rotation) < 0.01


def test_ellipses_without_extent_are_empty() -> None:
    pair = amounts({"a": [1], "b": [1], "c": [0], "d": [0]})
    one = deviational_ellipses(pair, FOUR).sel(year=2007, weighting="payments")
    assert km_from(one["lon"], one["lat"], 20, 0) < 0.001
    for name in ("semi_major_km", "semi_minor_km", "rotation_deg", "area_km2"):
        assert np.isnan(one[name])
    none = deviational_ellipses(pair, FOUR).sel(year=2007, weighting="receipts")
    assert np.isnan(none["lon"])
    same = squares(dict.fromkeys("abcd", (5, 5)))
    assert np.isnan(deviational_ellipses(EQUAL, same)["semi_major_km"].sel(weighting="payments")).all()


def test_units_on_a_line_have_no_minor_axis() -> None:
    line = squares({"a": (0, 0), "b": (0, 10), "c": (0, 20), "d": (0, 30)})
    one = deviational_ellipses(EQUAL, line).sel(year=2007, weighting="payments")
    # variance of 0, 10, 20, 30: 125
    assert float(one["semi_major_km"]) == pytest.approx(math.sqrt(125), rel=1e-4)
    assert float(one["semi_minor_km"]) == pytest.approx(0, abs=1e-3)
