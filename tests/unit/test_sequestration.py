"""Sequestration from rasters, each way by hand on one or a few cells."""

from __future__ import annotations

import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
import xarray as xr
from shapely.geometry import box

import raster_files
import tiny
from ecocomp.accounts.derivation import derive
from ecocomp.accounts.sequestration import read_coefficients, soil_respiration
from ecocomp.issues import StudyError
from ecocomp.panel import Inputs, areas
from ecocomp.study import Study

pytestmark = pytest.mark.rasters

COLUMN = 'sequestration = { column = "吸收", unit = "Mt CO2" }'
CO2 = 44 / 12


def square_km2(west: float, south: float, east: float, north: float) -> float:
    outline = shapely.segmentize(box(west, south, east, north), 0.0005)
    return abs(float(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(outline)[0])) / 1e6


def study(folder: Path, way: str, rasters: str) -> Study:
    text = tiny.STUDY.replace(COLUMN, f"sequestration = {{ {way} }}")
    return Study.from_dict(tomllib.loads(text + rasters), folder=folder)


def inputs(years=(2010,), shapes=None) -> Inputs:
    """Return what the six squares of the tiny region give, without any quantity but their areas."""
    shapes = tiny.boundaries() if shapes is None else shapes
    geometry = shapes.set_index("code").rename_axis("unit").sort_index()
    panel = xr.Dataset({"area": areas(geometry).expand_dims(year=list(years)).transpose("unit", "year")})
    panel.attrs = {"parents": [], "data_origin": "given"}
    return Inputs(panel, geometry, geometry.iloc[:0], (), {})


def uptake(given, settings):
    derived, issues = derive(given, settings)
    assert derived is not None, "\n".join(map(str, issues))
    return derived.panel["sequestration"], issues


def errors_of(given, settings):
    derived, issues = derive(given, settings)
    assert derived is None
    return [issue for issue in issues if issue.severity == "error"]


def write(folder: Path, name: str, values, **options):
    """Write a raster on the grid of the tiny region: 2 rows of 3 squares of 0.3°."""
    return raster_files.write(folder / name, values, origin=(115.0, 39.3), cell=0.3, **options)


NPP = [[300, 400, 500], [600, 700, 800]]  # g C m⁻² in the squares 010001 … 020003
FIELD = '\n[rasters.npp]\nfiles = "npp_{year}.tif"\nunit = "g C/m2"\nfill = []\n'


# --------------------------------------------------------------------------------------------------------------- NPP


def test_npp_by_hand(tmp_path):
    """A square of 0.3° at 39.0 to 39.3° N, 863.7 km², with 300 g C m⁻²: 300e-12 · 44/12 · 863.7e6 m² = 0.950 Mt CO2."""
    write(tmp_path, "npp_2010.tif", NPP, dtype="int16")
    values, issues = uptake(inputs(), study(tmp_path, 'npp = { raster = "npp" }', FIELD))
    north, south = square_km2(115, 39, 115.3, 39.3), square_km2(115, 38.7, 115.3, 39)
    assert north == pytest.approx(863.7, abs=0.1)
    expected = [v * 1e-12 * CO2 * a * 1e6 for v, a in zip(np.ravel(NPP), [north] * 3 + [south] * 3, strict=True)]
    assert values.values[:, 0] == pytest.approx(expected, rel=1e-6)
    assert values.dims == ("unit", "year")
    assert values.attrs["units"] == "Mt CO2"
    assert [issue.code for issue in issues] == ["npp-upper-bound"]


def test_years_files_and_origin_are_told(tmp_path):
    for year, factor in ((2010, 1), (2015, 2)):
        write(tmp_path, f"npp_{year}.tif", np.array(NPP) * factor, dtype="int16")
    derived, _ = derive(inputs((2010, 2015)), study(tmp_path, 'npp = { raster = "npp" }', FIELD))
    values = derived.panel["sequestration"]
    assert values.sel(year=2015).values == pytest.approx(2 * values.sel(year=2010).values)
    assert derived.panel.attrs["data_origin"] == "modelled"
    assert derived.sources["raster npp: npp_2015.tif"]["file"] == "npp_2015.tif"
    assert len(derived.sources["raster npp: npp_2015.tif"]["sha256"]) == 64


def test_mod17_by_hand(tmp_path):
    """Stored 5000 is 0.5 kg C m⁻²; built-up cells are nought and known; fill is unknown."""
    write(tmp_path, "npp_2010.tif", [[5000, 32762, 5000], [5000, 5000, 32767]], dtype="int16")
    rasters = '\n[rasters.npp]\nfiles = "npp_{year}.tif"\nproduct = "MOD17A3HGF"\n'
    values, issues = uptake(inputs(), study(tmp_path, 'npp = { raster = "npp" }', rasters))
    north = square_km2(115, 39, 115.3, 39.3)
    assert values.values[0, 0] == pytest.approx(0.5e3 * 1e-12 * CO2 * north * 1e6, rel=1e-6)
    assert values.values[1, 0] == pytest.approx(0.0, abs=1e-6)  # a sliver of a neighbour's cell, to rounding
    assert np.isnan(values.values[5, 0])
    assert {i.unit for i in issues if i.code == "raster-coverage"} == {"020003"}


def test_units_in_other_units(tmp_path):
    """0.3 kg, 300 g and 3 t per hectare are one and the same."""
    found = []
    for unit, factor in (("kg C/m2", 1e-3), ("g C/m2", 1.0), ("t C/ha", 1e-2), ("g CO2/m2", CO2)):
        write(tmp_path, "npp_2010.tif", np.array(NPP) * factor, dtype="float64")
        rasters = FIELD.replace("g C/m2", unit)
        found.append(uptake(inputs(), study(tmp_path, 'npp = { raster = "npp" }', rasters))[0].values)
    for other in found[1:]:
        assert other == pytest.approx(found[0], rel=1e-9)


def test_a_unit_half_beyond_the_data_is_missing_and_one_with_gaps_is_named(tmp_path):
    # cells of 0.1°: 9 to a square; 010001 lacks the 5 northern of 9 cells, 010002 lacks 1
    fine = np.repeat(np.repeat(np.array(NPP), 3, axis=0), 3, axis=1)
    fine[:2, :2] = fine[2, 0] = -1
    fine[0, 3] = -1
    raster_files.write(tmp_path / "npp_2010.tif", fine, dtype="int16", origin=(115.0, 39.3), cell=0.1)
    rasters = FIELD.replace("fill = []", "fill = [-1]")
    values, issues = uptake(inputs(), study(tmp_path, 'npp = { raster = "npp" }', rasters))
    assert np.isnan(values.values[0, 0])
    whole = 400e-12 * CO2 * square_km2(115.3, 39, 115.6, 39.3) * 1e6
    assert values.values[1, 0] == pytest.approx(whole * 8 / 9, rel=2e-3)  # the sum is over the valid cells
    assert [(i.unit, i.severity, i.value[:5]) for i in issues if i.code == "raster-coverage"] == [
        ("010001", "warning", "0.445"), ("010002", "warning", "0.889")
    ]  # fmt: skip


def test_units_beyond_the_raster_are_missing_and_named(tmp_path):
    raster_files.write(tmp_path / "npp_2010.tif", [NPP[0]], dtype="int16", origin=(115.0, 39.3), cell=0.3)
    values, issues = uptake(inputs(), study(tmp_path, 'npp = { raster = "npp" }', FIELD))
    assert np.isnan(values.values[3:, 0]).all()
    assert not np.isnan(values.values[:3, 0]).any()
    assert {i.unit for i in issues if i.code == "raster-outside"} == {"020001", "020002", "020003"}


def test_another_system_is_said(tmp_path):
    """The same field in Web Mercator and in degrees gives one uptake: areas are the true ones."""
    to_mercator = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    left, bottom, right, top = to_mercator.transform_bounds(114.9, 38.6, 116.0, 39.4)
    n = 110
    cell = ((right - left) / n, (top - bottom) / n)
    raster_files.write(
        tmp_path / "npp_2010.tif", np.full((n, n), 500), dtype="int16", crs="EPSG:3857", origin=(left, top), cell=cell
    )
    values, issues = uptake(inputs(), study(tmp_path, 'npp = { raster = "npp" }', FIELD))
    assert values.values[0, 0] == pytest.approx(500e-12 * CO2 * square_km2(115, 39, 115.3, 39.3) * 1e6, rel=1e-5)
    assert "Pseudo-Mercator" in str(next(i for i in issues if i.code == "raster-reprojected"))


def test_years_on_different_grids(tmp_path):
    write(tmp_path, "npp_2010.tif", NPP, dtype="int16")
    fine = np.repeat(np.repeat(np.array(NPP), 3, axis=0), 3, axis=1)
    raster_files.write(tmp_path / "npp_2015.tif", fine, dtype="int16", origin=(115.0, 39.3), cell=0.1)
    values, _ = uptake(inputs((2010, 2015)), study(tmp_path, 'npp = { raster = "npp" }', FIELD))
    assert values.sel(year=2010).values == pytest.approx(values.sel(year=2015).values, rel=1e-6)


def test_a_scale_that_was_forgotten(tmp_path):
    write(tmp_path, "npp_2010.tif", np.array(NPP) * 10, dtype="int16")
    _, issues = uptake(inputs(), study(tmp_path, 'npp = { raster = "npp" }', FIELD))
    assert "check scale and unit" in str(next(i for i in issues if i.code == "raster-implausible"))


@pytest.mark.parametrize(("unit", "says"), [("", "has no unit of measure"), ("kg/m2", "lacks its substance")])
def test_a_unit_that_is_none(tmp_path, unit, says):
    write(tmp_path, "npp_2010.tif", NPP, dtype="int16")
    rasters = FIELD.replace('unit = "g C/m2"\n', f'unit = "{unit}"\n' if unit else "")
    found = errors_of(inputs(), study(tmp_path, 'npp = { raster = "npp" }', rasters))
    assert [issue.code for issue in found] == ["raster-unit"]
    assert says in str(found[0])


def test_untagged_fill_keeps_the_quantity_out(tmp_path):
    write(tmp_path, "npp_2010.tif", [[300, 400, -9999], [600, 700, 800]], dtype="int16")
    rasters = FIELD.replace("fill = []\n", "")
    assert [i.code for i in errors_of(inputs(), study(tmp_path, 'npp = { raster = "npp" }', rasters))] == [
        "raster-fill"
    ]


def test_a_year_without_any_value(tmp_path):
    write(tmp_path, "npp_2010.tif", np.full((2, 3), -1), dtype="int16", nodata=-1)
    found = errors_of(inputs(), study(tmp_path, 'npp = { raster = "npp" }', FIELD))
    assert [i.code for i in found] == ["year-without-data"]


def test_units_add_up_to_their_union(tmp_path):
    rng = np.random.default_rng(1)
    raster_files.write(
        tmp_path / "npp_2010.tif", rng.integers(100, 900, (40, 40)), dtype="int16", origin=(114.93, 39.41), cell=0.0371
    )
    settings = study(tmp_path, 'npp = { raster = "npp" }', FIELD)
    one = gpd.GeoDataFrame({"code": ["1"]}, geometry=[tiny.boundaries().union_all()], crs="EPSG:4326")
    parts, whole = uptake(inputs(), settings)[0], uptake(inputs(shapes=one), settings)[0]
    assert float(parts.sum()) == pytest.approx(float(whole.sum()), rel=1e-6)


# --------------------------------------------------------------------------------------------------------------- NEP


WEATHER = """
[rasters.t]
files = "t_{year}.tif"
unit = "degC"
fill = []
[rasters.r]
files = "r_{year}_{month:02}.tif"
unit = "mm"
fill = []
"""
NEP = 'nep = { npp = "npp", temperature = "t", rain = "r" }'


def months(folder: Path, temperature, rain, **options):
    """Write twelve bands of temperature, and twelve files of rain."""
    write(folder, "t_2010.tif", [np.full((2, 3), t) for t in temperature], dtype="float32", **options)
    for month, r in enumerate(rain, 1):
        write(folder, f"r_2010_{month:02}.tif", np.full((2, 3), r), dtype="float32")


def test_soil_respiration_by_hand():
    # T = 0: 0.22·[1 + ln(0.3145·0 + 1)]·30·0.465 = 0.22·13.95 = 3.069
    assert soil_respiration(np.array(0.0), np.array(0.0)) == pytest.approx(3.069)
    # T = 10, R = 100: exp(0.912) = 2.48930, ln(32.45) = 3.47970, 3.069·5.96900 = 18.3189
    assert soil_respiration(np.array(10.0), np.array(100.0)) == pytest.approx(18.3189, abs=1e-3)


def test_nep_by_hand(tmp_path):
    """Half the months at 0 °C without rain, half at 10 °C with 100 mm: Rh = 6·3.069 + 6·18.3189 = 128.327 g C m⁻²."""
    write(tmp_path, "npp_2010.tif", NPP, dtype="int16")
    months(tmp_path, [0] * 6 + [10] * 6, [0] * 6 + [100] * 6)
    values, issues = uptake(inputs(), study(tmp_path, NEP, FIELD + WEATHER))
    north = square_km2(115, 39, 115.3, 39.3)
    assert values.values[0, 0] == pytest.approx((300 - 128.327) * 1e-12 * CO2 * north * 1e6, rel=1e-5)
    assert not issues


def test_nep_in_kelvin_and_tenths(tmp_path):
    write(tmp_path, "npp_2010.tif", NPP, dtype="int16")
    months(tmp_path, [10] * 12, [100] * 12)
    celsius = uptake(inputs(), study(tmp_path, NEP, FIELD + WEATHER))[0]
    months(tmp_path, [2831.5] * 12, [100] * 12)
    kelvin = WEATHER.replace('unit = "degC"', 'unit = "K"\nscale = 0.1')
    assert uptake(inputs(), study(tmp_path, NEP, FIELD + kelvin))[0].values == pytest.approx(celsius.values, rel=1e-5)


def test_nep_with_weather_on_a_coarser_grid(tmp_path):
    """One cell of weather over the whole region is the same as equal weather in every cell."""
    write(tmp_path, "npp_2010.tif", NPP, dtype="int16")
    months(tmp_path, range(12), [50] * 12)
    fine = uptake(inputs(), study(tmp_path, NEP, FIELD + WEATHER))[0]
    raster_files.write(
        tmp_path / "t_2010.tif", [[[t]] for t in range(12)], dtype="float32", origin=(114.0, 40.0), cell=3.0
    )
    coarse = uptake(inputs(), study(tmp_path, NEP, FIELD + WEATHER))[0]
    assert coarse.values == pytest.approx(fine.values, rel=1e-6)


def test_nep_misses_cells_without_weather(tmp_path):
    write(tmp_path, "npp_2010.tif", NPP, dtype="int16")
    months(tmp_path, [5] * 12, [50] * 12)
    july = np.full((2, 3), 50.0)
    july[0, 0] = np.nan
    write(tmp_path, "r_2010_07.tif", july, dtype="float32")
    values, _ = uptake(inputs(), study(tmp_path, NEP, FIELD + WEATHER))
    assert np.isnan(values.values[:, 0]).tolist() == [True] + [False] * 5


def test_weather_that_cannot_be(tmp_path):
    """Tenths of a degree taken for degrees: exp(0.0912·250) would be respired."""
    write(tmp_path, "npp_2010.tif", NPP, dtype="int16")
    months(tmp_path, [250] * 12, [50] * 12)
    found = errors_of(inputs(), study(tmp_path, NEP, FIELD + WEATHER))
    assert [i.code for i in found] == ["raster-implausible"]
    assert "declare scale, unit or fill in [rasters.t]" in str(found[0])


def test_weather_without_units(tmp_path):
    write(tmp_path, "npp_2010.tif", NPP, dtype="int16")
    months(tmp_path, [5] * 12, [50] * 12)
    weather = WEATHER.replace('unit = "degC"\n', "").replace('unit = "mm"', 'unit = "cm"')
    assert [i.code for i in errors_of(inputs(), study(tmp_path, NEP, FIELD + weather))] == ["raster-unit"] * 2


def test_absent_months_are_named(tmp_path):
    write(tmp_path, "npp_2010.tif", NPP, dtype="int16")
    months(tmp_path, [5] * 12, [50] * 12)
    (tmp_path / "r_2010_02.tif").unlink()
    found = errors_of(inputs(), study(tmp_path, NEP, FIELD + WEATHER))
    assert [(i.code, i.file) for i in found] == [("raster-file", "r_2010_02.tif")]


# -------------------------------------------------------------------------------------------------------- land cover


COVER = '\n[rasters.lc]\nfiles = { 2010 = "clcd.tif" }\n'


def test_land_cover_by_hand(tmp_path):
    """CLCD: forest 0.644 t C ha⁻¹ on 863.7 km² is 0.644 · 86 371 ha · 44/12 = 0.2040 Mt CO2; crops none."""
    write(tmp_path, "clcd.tif", [[2, 1, 8], [4, 5, 7]], dtype="uint8")
    way = 'land_cover = { raster = "lc", coefficients = "CLCD" }'
    values, issues = uptake(inputs(), study(tmp_path, way, COVER))
    north, south = square_km2(115, 39, 115.3, 39.3), square_km2(115, 38.7, 115.3, 39)
    per_hectare = [0.644, 0, 0, 0.021, 0.253, 0.005]
    expected = [c * a * 100 * CO2 / 1e6 for c, a in zip(per_hectare, [north] * 3 + [south] * 3, strict=True)]
    assert values.values[:, 0] == pytest.approx(expected, rel=1e-5, abs=1e-7)
    assert values.values[0, 0] == pytest.approx(0.2040, abs=1e-4)
    assert not issues


def test_land_cover_by_a_users_table(tmp_path):
    write(tmp_path, "clcd.tif", [[11, 12, 11], [12, 11, 12]], dtype="uint8")
    (tmp_path / "系数.csv").write_text("class,t_c_per_ha,名称\n12,2,林\n11,1,草\n", encoding="utf-8-sig")
    way = 'land_cover = { raster = "lc", coefficients = "系数.csv" }'
    derived, _ = derive(inputs(), study(tmp_path, way, COVER))
    values = derived.panel["sequestration"].values[:, 0]
    assert values[1] == pytest.approx(2 * values[0], rel=1e-5)
    assert derived.sources["land-cover coefficients"]["file"] == "系数.csv"


def test_classes_without_a_coefficient_are_listed(tmp_path):
    write(tmp_path, "clcd.tif", [[2, 1, 77], [0, 5, 77]], dtype="uint8")
    found = errors_of(inputs(), study(tmp_path, 'land_cover = { raster = "lc", coefficients = "CLCD" }', COVER))
    assert [i.code for i in found] == ["land-cover-class"]
    assert "77 (2 cells), 0 (1 cells)" in str(found[0])


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("klasse,t_c_per_ha\n1,2\n", ["coefficients-columns"]),
        ("", ["coefficients-columns"]),
        ("class,t_c_per_ha\n1,viel\nWald,2\n", ["coefficients-number"] * 2),
        ("class,t_c_per_ha\n1,2\n1,3\n", ["coefficients-twice"]),
        ("class,t_c_per_ha\n1\n", ["coefficients-number"]),
    ],
)
def test_coefficients_that_cannot_be_read(tmp_path, text, codes):
    (tmp_path / "k.csv").write_text(text, encoding="utf-8")
    found, issues = read_coefficients("k.csv", tmp_path)
    assert found is None
    assert [issue.code for issue in issues] == codes


def test_coefficients_that_are_absent(tmp_path):
    assert [i.code for i in read_coefficients("无.csv", tmp_path)[1]] == ["coefficients-unreadable"]


@pytest.mark.parametrize("scheme", ["CLCD", "CNLUCC"])
def test_the_packages_coefficients_are_whole(scheme):
    found, issues = read_coefficients(scheme, Path())
    assert not issues
    assert (found.density >= 0).all()
    assert found.density.max() == pytest.approx(0.644 * 100 * CO2 / 1e6)


# ---------------------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ('npp = { raster = "nppp" }', "did you mean 'npp'?"),
        ('npp = { raster = "npp" }, column = "a", unit = "Mt CO2"', "either column and unit, or one way"),
        ('npp = { raster = "npp" }, land_cover = { raster = "npp", coefficients = "CLCD" }', "one way"),
        ('nep = { npp = "npp", temperature = "t", rain = "r" }', "temperature 't' is not a section [rasters.t]"),
    ],
)
def test_ways_that_do_not_fit(tmp_path, way, says):
    with pytest.raises(StudyError) as caught:
        study(tmp_path, way, FIELD)
    assert says in str(caught.value)


def test_npp_is_no_emission(tmp_path):
    text = tiny.STUDY.replace('{ column = "排放", unit = "Mt CO2" }', '{ npp = { raster = "npp" } }') + FIELD
    with pytest.raises(StudyError, match="npp gives sequestration, no other quantity"):
        Study.from_dict(tomllib.loads(text), folder=tmp_path)


def test_npp_below_nothing_is_an_error(tmp_path):
    values = np.array(NPP, dtype=np.float32)
    values[0, 0] = -1
    write(tmp_path, "npp_2010.tif", values)
    found = errors_of(inputs(), study(tmp_path, 'npp = { raster = "npp" }', FIELD))
    assert [(issue.code, issue.unit, issue.year) for issue in found] == [("raster-negative", "010001", 2010)]
