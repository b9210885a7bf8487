import numpy as np
import pytest
import shapely
import xarray as xr

from ecocomp.synthetic import CELLS_ABOVE, region


@pytest.fixture(scope="module")
def land():
    return region(199, seed=4)


def share_of_surplus(inputs):
    account = inputs.panel["emissions"] - inputs.panel["sequestration"]
    return (account < 0).mean("unit").to_numpy()


def test_panel_has_the_shape_that_the_rooms_expect(land):
    panel = land.panel
    assert panel["gdp"].dims == ("unit", "year")
    assert dict(panel.sizes) == {"unit": 199, "year": 3}
    assert panel["year"].to_numpy().tolist() == [2007, 2012, 2017]
    assert panel["unit"].to_numpy().tolist() == sorted(panel["unit"].to_numpy().tolist())
    assert list(land.geometry.index) == panel["unit"].to_numpy().tolist()
    assert land.geometry.index.name == "unit"
    assert land.geometry.crs == "EPSG:4326"
    assert panel.attrs["data_origin"] == "modelled"
    assert panel.attrs["parents"] == ["province", "prefecture"]
    for quantity in ("emissions", "sequestration", "gdp", "population", "area"):
        assert panel[quantity].dtype == np.float64
        assert panel[quantity].dims == ("unit", "year")
        assert (panel[quantity] > 0).all(), quantity


def test_names_are_plainly_fictional(land):
    assert land.panel["name"].to_numpy()[0] == "Unit 0001"
    assert all(str(p).startswith("Province ") for p in land.panel["province"].to_numpy())
    west, south, east, north = land.geometry.total_bounds
    assert west > -70 and east < -12 and south > 15 and north < 65  # the open Atlantic


def test_polygons_are_simple_and_tile_the_region(land):
    plane = land.geometry.to_crs("+proj=laea +lat_0=40 +lon_0=-38 +units=km").geometry
    shapes = plane.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all()
    union = shapely.union_all(shapes)
    assert union.geom_type == "Polygon"  # connected
    assert len(union.interiors) == 0
    assert union.area == pytest.approx(shapely.area(shapes).sum(), rel=1e-9)
    # equal-area sizes on the panel are those of the map
    assert land.panel["area"].isel(year=0).to_numpy() == pytest.approx(shapely.area(shapes), rel=1e-6)


def test_neighbours_share_vertices_exactly(land):
    rings = [set(map(tuple, shapely.get_coordinates(shape))) for shape in land.geometry.geometry]
    tree = shapely.STRtree(land.geometry.geometry.to_numpy())
    touching = tree.query(land.geometry.geometry.to_numpy(), predicate="intersects").T
    pairs = [(a, b) for a, b in touching if a < b]
    assert len(pairs) > 400
    assert all(rings[a] & rings[b] for a, b in pairs)


def test_mountains_take_up_and_plains_emit(land):
    assert ((share_of_surplus(land) > 0.03) & (share_of_surplus(land) < 0.25)).all()
    panel = land.panel.isel(year=-1)
    density = panel["emissions"] / panel["area"]
    uptake = panel["sequestration"] / panel["area"]
    assert np.corrcoef(np.log(density), uptake)[0, 1] < -0.4
    assert np.corrcoef(np.log(density), np.log(panel["population"] / panel["area"]))[0, 1] > 0.6


def test_neighbours_are_alike(land):
    panel = land.panel.isel(year=-1)
    z = np.log(panel["emissions"] / panel["area"]).to_numpy()
    z = z - z.mean()
    a, b = shapely.STRtree(land.geometry.geometry.to_numpy()).query(
        land.geometry.geometry.to_numpy(), predicate="intersects"
    )
    other = a != b
    moran = (z[a] * z[b])[other].mean() / (z**2).mean()
    assert moran > 0.3


def test_emissions_rise_and_flatten():
    total = region(60, range(2000, 2021, 5), seed=1).panel["emissions"].sum("unit").to_numpy()
    steps = np.diff(total)
    assert (steps > 0).all()
    assert steps[-1] < steps.max() / 2


def test_same_seed_same_region_and_another_seed_another():
    first, again, other = region(50, seed=7), region(50, seed=7), region(50, seed=8)
    xr.testing.assert_identical(first.panel, again.panel)
    assert (first.geometry.geometry.to_wkb() == again.geometry.geometry.to_wkb()).all()
    assert not np.allclose(first.panel["emissions"], other.panel["emissions"])


def test_a_year_does_not_depend_on_the_others():
    several = region(50, (2017, 2007), seed=7).panel
    assert several["year"].to_numpy().tolist() == [2007, 2017]
    alone = region(50, (2017,), seed=7).panel
    xr.testing.assert_identical(several.sel(year=[2017]), alone)


@pytest.mark.parametrize("units", [1, 2, 3, 13, 500, 2735])
def test_any_size(units):
    inputs = region(units, (2017,), seed=units)
    assert inputs.panel.sizes["unit"] == len(inputs.geometry) == units
    assert shapely.is_valid(inputs.geometry.geometry.to_numpy()).all()
    assert all(bool((v > 0).all()) for v in inputs.panel.values())


def test_large_regions_are_square_cells_without_gaps():
    units = CELLS_ABOVE + 1
    inputs = region(units, (2017,), seed=0)
    shapes = inputs.geometry.geometry.to_numpy()
    assert len(shapes) == units
    assert (shapely.get_num_coordinates(shapes) == 5).all()
    corners = np.unique(shapely.get_coordinates(shapes), axis=0)
    side = int(np.ceil(np.sqrt(units)))
    rows, rest = divmod(units, side)
    assert len(corners) == (rows + 1) * (side + 1) + (rest + 1 if rest else 0)  # every corner is shared exactly
    assert inputs.panel["area"].to_numpy() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("units", "years", "seed"), [(0, (2017,), 0), (5, (), 0), (5, (2017, 2017), 0), (5, (2017,), -1)]
)
def test_impossible_regions_are_refused(units, years, seed):
    with pytest.raises(ValueError, match="at least one unit"):
        region(units, years, seed)
