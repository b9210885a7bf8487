"""Rasters as they come: which band is which year, where cells lie, fill, scales, and every fault with its message."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

import raster_files
from ecocomp.sources.cells import Window
from ecocomp.sources.raster_cells import Reader
from ecocomp.sources.rasters import Key, find_series
from ecocomp.study import Raster

pytestmark = pytest.mark.rasters

VALUES = [[1, 2, 3], [4, 5, 6]]
ALL = Window(0, 0, 2, 3)
USED = np.ones((2, 3), bool)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "栅格 数据"


def find(folder: Path, years=(2010,), monthly=False, **settings):
    series, issues = find_series("净初级", Raster(**settings), folder, years, monthly=monthly)
    return series, issues


def read(series, key, window=ALL, used=USED):
    with Reader() as reader:
        values = reader.values(series, key, window, used)
        return values, reader.issues()


def only(issues, code):
    assert [issue.code for issue in issues] == [code]
    assert issues[0].severity == "error"
    return str(issues[0])


# ------------------------------------------------------------------------------------------- files, bands, variables


def test_a_file_a_year(folder):
    for year in (2010, 2011):
        raster_files.write(folder / f"净初级_{year}.tif", np.array(VALUES) + year, dtype="int16")
    series, issues = find(folder, (2010, 2011), files="净初级_{year}.tif", fill=[])
    assert not issues
    assert read(series, Key(2011))[0].tolist() == (np.array(VALUES) + 2011.0).tolist()


def test_files_by_year_may_repeat(folder):
    raster_files.write(folder / "土地.tif", VALUES, dtype="uint8")
    series, issues = find(folder, (2010, 2011), files={"2010": "土地.tif", "2011": "土地.tif"})
    assert not issues
    assert set(series.bands) == {Key(2010), Key(2011)}


def test_a_stack_with_bands(folder):
    raster_files.write(folder / "s.tif", [VALUES, np.array(VALUES) * 10], dtype="int16")
    series, _ = find(folder, (2015,), files="s.tif", bands=[2010, 2015], fill=[])
    assert read(series, Key(2015))[0][1, 2] == 60


def test_twelve_bands_are_months(folder):
    raster_files.write(folder / "t2010.tif", [np.full((2, 3), m) for m in range(1, 13)], dtype="int16")
    series, issues = find(folder, monthly=True, files="t{year}.tif", fill=[])
    assert not issues
    assert read(series, Key(2010, 7))[0][0, 0] == 7


def test_a_file_a_month(folder):
    for month in range(1, 13):
        raster_files.write(folder / f"p2010{month:02}.tif", np.full((2, 3), month), dtype="int16")
    series, _ = find(folder, monthly=True, files="p{year}{month:02}.tif", fill=[])
    assert read(series, Key(2010, 11))[0][0, 0] == 11


def test_absent_files_are_all_named(folder):
    raster_files.write(folder / "npp_2010.tif", VALUES, dtype="int16")
    series, issues = find(folder, (2010, 2011, 2012), files="npp_{year}.tif")
    assert series is None
    assert [(i.code, i.file, i.year) for i in issues] == [
        ("raster-file", "npp_2011.tif", 2011), ("raster-file", "npp_2012.tif", 2012)
    ]  # fmt: skip
    assert "npp_2010.tif" in str(issues[0])


def test_an_absent_folder(folder):
    assert "absent or empty" in only(find(folder, files="无/npp_{year}.tif")[1], "raster-file")


def test_a_year_that_files_lacks(folder):
    raster_files.write(folder / "a.tif", VALUES, dtype="int16")
    assert "has no file for 2011" in only(find(folder, (2010, 2011), files={"2010": "a.tif"})[1], "raster-file")


@pytest.mark.parametrize(
    ("bands", "years", "settings", "says"),
    [
        (2, (2010,), {}, "has 2 bands, and nothing says which one"),
        (1, (2010, 2011), {}, "is one raster, and the study has several years"),
        (2, (2010,), {"bands": [2009]}, "has 2 bands, and bands names 1 years"),
        (2, (2010,), {"bands": [2000, 2001]}, "has no band for these years"),
    ],
)
def test_bands_that_nobody_explained(folder, bands, years, settings, says):
    raster_files.write(folder / "s.tif", [VALUES] * bands, dtype="int16")
    text = only(find(folder, years, files="s.tif", **settings)[1], "raster-bands")
    assert says in text
    assert "bands = [years of the bands]" in text


def test_months_need_twelve_bands(folder):
    raster_files.write(folder / "t2010.tif", [VALUES] * 11, dtype="int16")
    assert "has 11 bands" in only(find(folder, monthly=True, files="t{year}.tif")[1], "raster-bands")


def write_netcdf(path: Path, *, times=("2010-07-01", "2011-07-01"), variables=("npp",), fill=None, degrees=True):
    import pandas as pd
    import xarray as xr

    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (len(times), 2, 3)
    stored = {v: (("time", "lat", "lon"), np.arange(np.prod(shape)).reshape(shape).astype("int16")) for v in variables}
    unit = {"units": "degrees_north"} if degrees else {}
    data = xr.Dataset(
        stored, {"time": pd.to_datetime(list(times)), "lat": ("lat", [39.75, 39.25], unit),
                 "lon": ("lon", [115.25, 115.75, 116.25], {"units": "degrees_east"} if degrees else {})},
    )  # fmt: skip
    for v in variables:
        data[v].encoding = {} if fill is None else {"_FillValue": np.int16(fill)}
    data.to_netcdf(path, engine="h5netcdf")
    return path


def test_netcdf_years_come_from_its_time_dimension(folder):
    pytest.importorskip("h5netcdf")
    write_netcdf(folder / "净初级.nc")
    series, issues = find(folder, (2011,), files="净初级.nc", crs="EPSG:4326", fill=[])
    assert not issues
    assert read(series, Key(2011))[0].tolist() == [[6, 7, 8], [9, 10, 11]]
    assert series.bands[Key(2011)].grid.bounds() == pytest.approx((115.0, 39.0, 116.5, 40.0))


def test_netcdf_months_over_several_years(folder):
    pytest.importorskip("h5netcdf")
    times = [f"{year}-{month:02}-15" for year in (2010, 2011) for month in range(1, 13)]
    write_netcdf(folder / "t.nc", times=times)
    series, issues = find(folder, (2011,), monthly=True, files="t.nc", crs="EPSG:4326", fill=[])
    assert not issues
    assert read(series, Key(2011, 3))[0][0, 0] == 6 * (12 + 2)


def test_a_year_beyond_the_time_dimension(folder):
    pytest.importorskip("h5netcdf")
    write_netcdf(folder / "n.nc")
    assert "0 steps for these dates" in only(find(folder, (2015,), files="n.nc", crs="EPSG:4326")[1], "raster-bands")


def test_netcdf_variables(folder):
    pytest.importorskip("h5netcdf")
    write_netcdf(folder / "n.nc", variables=("npp", "gpp"), times=("2010-07-01",))
    assert "holds several variables: gpp, npp" in only(find(folder, files="n.nc")[1], "raster-variable")
    assert "no such variable" in only(find(folder, files="n.nc", variable="nep")[1], "raster-variable")
    series, issues = find(folder, files="n.nc", variable="gpp", crs="EPSG:4326")
    assert not issues
    assert read(series, Key(2010))[0][1, 2] == 5


def test_netcdf_without_a_system_asks_for_it(folder):
    pytest.importorskip("h5netcdf")
    write_netcdf(folder / "n.nc", times=("2010-07-01",))
    assert "EPSG:4326" in only(find(folder, files="n.nc")[1], "raster-crs")


def test_hdf5_where_bounds_are_declared(folder):
    h5py = pytest.importorskip("h5py")
    folder.mkdir()
    with h5py.File(folder / "净.h5", "w") as file:
        file["grid/Npp_500m"] = np.array(VALUES, "int16")
        file["grid/QC"] = np.array(VALUES, "uint8")
    assert "does not say where it lies" in only(find(folder, files="净.h5", variable="Npp_500m")[1], "raster-place")
    series, issues = find(
        folder, files="净.h5", variable="Npp_500m", crs="EPSG:4326", bounds=[115, 39, 116.5, 40], fill=[]
    )
    assert not issues
    assert read(series, Key(2010))[0].tolist() == VALUES
    assert series.bands[Key(2010)].grid.cell_width == 0.5


def test_hdf4_names_the_conversion(folder):
    from rasterio.drivers import raster_driver_extensions

    if "hdf" in raster_driver_extensions():
        pytest.skip("the installed GDAL reads HDF4")
    folder.mkdir()
    (folder / "MOD17A3HGF.A2010.hdf").write_bytes(b"\x0e\x03\x13\x01" + bytes(400))
    text = only(find(folder, files="MOD17A3HGF.A{year}.hdf", variable="Npp_500m")[1], "raster-hdf4")
    assert "gdal_translate" in text
    assert "Npp_500m' MOD17A3HGF.A2010.tif" in text


def test_a_file_that_is_no_raster(folder):
    folder.mkdir()
    (folder / "坏.tif").write_text("这不是栅格", encoding="utf-8")
    assert "cannot be read" in only(find(folder, files="坏.tif")[1], "raster-unreadable")


def test_every_fault_of_every_file_at_once(folder):
    raster_files.write(folder / "a_2010.tif", VALUES, dtype="int16", crs=None)
    (folder / "a_2011.tif").write_text("?", encoding="utf-8")
    _, issues = find(folder, (2010, 2011, 2012), files="a_{year}.tif")
    assert sorted(i.code for i in issues) == ["raster-crs", "raster-file", "raster-unreadable"]


# ----------------------------------------------------------------------------------------------------- place and system


def test_no_system_names_the_candidates(folder):
    raster_files.write(folder / "a.tif", VALUES, dtype="int16", crs=None)
    assert "EPSG:4490 or EPSG:4326" in only(find(folder, files="a.tif")[1], "raster-crs")
    assert not find(folder, files="a.tif", crs="EPSG:4326")[1]


def test_no_system_of_modis(folder):
    place = (9_000_000.0, 4_500_000.0)
    raster_files.write(folder / "a.tif", VALUES, dtype="int16", crs=None, origin=place, cell=463.3127)
    assert "+proj=sinu +R=6371007.181" in only(find(folder, files="a.tif")[1], "raster-crs")


def test_a_system_that_contradicts_the_file(folder):
    raster_files.write(folder / "a.tif", VALUES, dtype="int16")
    assert "take crs out" in only(find(folder, files="a.tif", crs="EPSG:3857")[1], "raster-crs")


def test_a_system_that_is_none(folder):
    raster_files.write(folder / "a.tif", VALUES, dtype="int16", crs=None)
    assert "no coordinate reference system" in only(find(folder, files="a.tif", crs="北京54")[1], "raster-crs")


def test_metres_that_are_said_to_be_degrees(folder):
    raster_files.write(folder / "a.tif", VALUES, dtype="int16", crs=None, origin=(500_000, 4_000_000), cell=500)
    assert "said to be in degrees" in only(find(folder, files="a.tif", crs="EPSG:4326")[1], "raster-crs")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_picture_without_a_place(folder):
    raster_files.write(folder / "a.tif", VALUES, dtype="int16", crs="EPSG:4326", origin=(0, 0), cell=(1, -1))
    assert "bounds = [left" in only(find(folder, files="a.tif")[1], "raster-place")


@pytest.mark.parametrize("place", [(0.4, -0.2, 115, -0.2, -0.4, 40), (-0.4, 0, 116.2, 0, -0.4, 40)])
def test_a_raster_that_does_not_run_from_west_to_east(folder, place):
    import rasterio
    from rasterio.transform import Affine

    folder.mkdir()
    with rasterio.open(
        folder / "r.tif", "w", driver="GTiff", height=2, width=3, count=1, dtype="int16", crs="EPSG:4326",
        transform=Affine(*place),
    ) as file:  # fmt: skip
        file.write(np.array([VALUES], "int16"))
    assert "gdalwarp" in only(find(folder, files="r.tif")[1], "raster-rotated")


def test_rows_that_run_northwards_are_turned(folder):
    raster_files.write(folder / "a.tif", VALUES, dtype="int16", south_up=True)
    series, _ = find(folder, files="a.tif", fill=[])
    assert read(series, Key(2010))[0].tolist() == VALUES
    assert read(series, Key(2010), Window(1, 1, 1, 2), np.ones((1, 2), bool))[0].tolist() == [[5, 6]]
    assert series.bands[Key(2010)].grid.top == 40.0


# ----------------------------------------------------------------------------------------------------- numbers and fill


def test_tagged_nodata_is_missing(folder):
    raster_files.write(folder / "a.tif", [[1, -9999, 3], [4, 5, 6]], dtype="int16", nodata=-9999)
    values, issues = read(find(folder, files="a.tif")[0], Key(2010))
    assert np.isnan(values[0, 1])
    assert np.isnan(values).sum() == 1
    assert not issues


@pytest.mark.parametrize(
    ("dtype", "number", "written"),
    [
        ("int16", -9999, "-9999"),
        ("int16", 32767, "32767"),
        ("int16", -32768, "-32768"),
        ("uint16", 65535, "65535"),
        ("uint8", 255, "255"),
        ("float32", -9999, "-9999"),
        ("float32", -3.4028234663852886e38, "-3.4028234663852886e+38"),
        ("float32", 9.969209968386869e36, "9.969209968386869e+36"),
        ("float64", 1e20, "1e+20"),
        ("float32", 3.2767, "3.2767"),
    ],
)
def test_untagged_fill_is_refused_until_declared(folder, dtype, number, written):
    raster_files.write(folder / "a.tif", np.array([[1, number, 3], [4, 5, 6]]).astype(dtype))
    _, issues = read(find(folder, files="a.tif")[0], Key(2010))
    text = only(issues, "raster-fill")
    assert f"fill = [{written}]" in text
    assert "1 cells (16.67%" in text
    values, issues = read(find(folder, files="a.tif", fill=[number])[0], Key(2010))
    assert np.isnan(values[0, 1])
    assert not issues
    values, issues = read(find(folder, files="a.tif", fill=[])[0], Key(2010))
    assert values[0, 1] == pytest.approx(float(np.dtype(dtype).type(number)))
    if abs(number) in (9999, 1e20) or abs(number) > 1e36:
        assert "or fill = []" not in text
        assert f"fill = [{written}]" in only(issues, "raster-fill")
    else:
        assert "or fill = [] if it is data" in text
        assert not issues


def test_what_is_never_data_joins_the_fill_that_is_declared(folder):
    raster_files.write(folder / "a.tif", [[1, -9999, -1], [4, -9999, 32765]], dtype="int16")
    issues = read(find(folder, files="a.tif", fill=[-1, [32761, 32767]])[0], Key(2010))[1]
    assert "fill = [-1, [32761, 32767], -9999] in" in only(issues, "raster-fill")
    issues = read(find(folder, files="a.tif", product="MOD17A3HGF")[0], Key(2010))[1]
    assert "fill in [rasters.净初级] instead of product" in only(issues, "raster-fill")


def test_fill_beyond_the_units_is_nobodys_business(folder):
    raster_files.write(folder / "a.tif", [[1, -9999, 3], [4, 5, 6]], dtype="int16")
    used = USED.copy()
    used[0, 1] = False
    assert not read(find(folder, files="a.tif")[0], Key(2010), used=used)[1]


def test_a_second_fill_beside_the_tagged_one(folder):
    raster_files.write(folder / "a.tif", [[1, -9999, -32768], [4, 5, 6]], dtype="int16", nodata=-32768)
    assert "fill = [-9999]" in only(read(find(folder, files="a.tif")[0], Key(2010))[1], "raster-fill")


def test_ranges_of_fill(folder):
    raster_files.write(folder / "a.tif", [[1, 32761, 32766], [32767, -1, 32760]], dtype="int16")
    values, _ = read(find(folder, files="a.tif", fill=[[32761, 32767], -1])[0], Key(2010))
    assert np.isnan(values).tolist() == [[False, True, True], [True, True, False]]


def test_infinite_numbers_are_missing(folder):
    raster_files.write(folder / "a.tif", [[1, np.inf, np.nan], [4, 5, 6]], dtype="float32")
    assert np.isnan(read(find(folder, files="a.tif", fill=[])[0], Key(2010))[0]).sum() == 2


def test_the_scale_of_the_study_and_of_the_file(folder):
    raster_files.write(folder / "a.tif", VALUES, dtype="int16", scale=0.1)
    raster_files.write(folder / "b.tif", VALUES, dtype="int16")
    assert read(find(folder, files="a.tif", fill=[])[0], Key(2010))[0][0, 1] == pytest.approx(0.2)
    assert read(find(folder, files="a.tif", fill=[], scale=0.1)[0], Key(2010))[0][0, 1] == pytest.approx(0.2)
    assert read(find(folder, files="b.tif", fill=[], scale=0.5)[0], Key(2010))[0][0, 1] == pytest.approx(1.0)
    assert "says scale 0.1, the study 0.01" in only(find(folder, files="a.tif", scale=0.01)[1], "raster-scale")


def test_mod17_knows_its_scale_and_its_classes(folder):
    """Of fill, built-up, snow, barren and water are land without uptake; unclassified, wetland and fill are unknown."""
    stored = [[12345, 32761, 32762], [32763, 32766, 32767]]
    raster_files.write(folder / "a.tif", stored, dtype="int16")
    series, issues = find(folder, files="a.tif", product="MOD17A3HGF")
    assert not issues
    assert series.unit == "kg C/m2"
    values, issues = read(series, Key(2010))
    assert not issues
    np.testing.assert_allclose(values, [[1.2345, np.nan, 0], [np.nan, 0, np.nan]])


def test_mod17_that_somebody_scaled(folder):
    raster_files.write(folder / "a.tif", VALUES, dtype="float32")
    assert "declare unit, scale and fill" in only(
        find(folder, files="a.tif", product="MOD17A3HGF")[1], "raster-product"
    )


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"files": "a_{jahr}.tif"}, "may hold {year} and {month} only"),
        ({"files": "a_{year.tif"}, "may hold {year} and {month} only"),
        ({"files": "a_{year}.tif", "bands": [2010]}, "exclude each other"),
        ({"files": {}}, "names no file"),
        ({"files": {"2010": "a.tif"}, "bands": [2010]}, "exclude each other"),
        ({"files": "a.tif", "bands": [2010, 2010]}, "a year twice"),
        ({"files": "a.tif", "product": "MOD17A3HGF", "scale": 0.1}, "already says scale"),
        ({"files": "a.tif", "scale": 0}, "must not be zero"),
        ({"files": "a.tif", "fill": [[5, 1]]}, "the lowest number first"),
        ({"files": "a.tif", "bounds": [116, 39, 115, 40]}, "left, bottom, right, top"),
    ],
)
def test_settings_that_cannot_be(settings, says):
    with pytest.raises(ValidationError) as caught:
        Raster(**settings)
    assert says in str(caught.value)


# ---------------------------------------------------------------------------------------------------- onto another grid


def test_values_at_the_centres_of_another_grid(folder):
    raster_files.write(folder / "coarse.tif", [[10, 20], [30, 40]], dtype="int16", cell=1.0)
    raster_files.write(folder / "fine.tif", np.zeros((5, 4)), dtype="int16")  # the fifth row lies beyond
    coarse = find(folder, files="coarse.tif", fill=[])[0]
    fine = find(folder, files="fine.tif")[0].bands[Key(2010)].grid
    with Reader() as reader:
        found = reader.sampled(coarse, Key(2010), fine, Window(0, 0, 5, 4), np.ones((5, 4), bool))
    expected = np.array([[10, 10, 20, 20], [10, 10, 20, 20], [30, 30, 40, 40], [30, 30, 40, 40], [np.nan] * 4])
    np.testing.assert_array_equal(found, expected)


def test_values_at_centres_across_systems(folder):
    """A coarse raster in degrees, asked on a UTM grid around 117° E, 39.1° N: west of 117° is 10, east of it 20."""
    raster_files.write(folder / "coarse.tif", [[10, 20]], dtype="int16", cell=1.0, origin=(116.0, 40.0))
    raster_files.write(
        folder / "utm.tif", np.zeros((4, 4)), dtype="int16", crs="EPSG:32650", origin=(498_000, 4_330_000), cell=1000
    )
    coarse = find(folder, files="coarse.tif", fill=[])[0]
    grid = find(folder, files="utm.tif")[0].bands[Key(2010)].grid
    with Reader() as reader:
        found = reader.sampled(coarse, Key(2010), grid, Window(0, 0, 4, 4), np.ones((4, 4), bool))
    assert found.tolist() == [[10, 10, 20, 20]] * 4  # 117° E is the zone's meridian, at 500 km
