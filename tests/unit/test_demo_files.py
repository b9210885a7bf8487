import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from ecocomp.demo import NOTICE, prepare, write
from ecocomp.study import Study
from ecocomp.synthetic import region

COLUMNS = [
    "province", "prefecture", "unit", "name", "year",
    "emissions_mt", "sequestration_mt", "gdp_1e8cny", "population", "area_km2", "data_origin",
]  # fmt: skip


@pytest.fixture(scope="module")
def inputs():
    return region(30, seed=2)


@pytest.fixture(scope="module")
def study(inputs, tmp_path_factory):
    return write(inputs, tmp_path_factory.mktemp("示范 demo"), notice=NOTICE)


def test_the_study_file_is_read(study):
    settings = Study.load(study)
    assert settings.study.notice == "Modelled demonstration data, not observations"
    assert settings.study.years == (2007, 2012, 2017)
    assert settings.units.parents == ("province", "prefecture")
    assert all(q.origin == "modelled" and q.source for q in settings.quantities.values())
    assert "#" in study.read_text(encoding="utf-8")


def test_the_table_holds_the_panel(study, inputs):
    path = study.with_name("panel.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(path)
    assert list(table.columns) == COLUMNS
    assert set(table["data_origin"]) == {"modelled"}
    factors = {"emissions": 1, "sequestration": 1, "gdp": 1e8, "population": 1, "area": 1}
    for column, (quantity, factor) in zip(COLUMNS[5:10], factors.items(), strict=True):
        values = table[column].to_numpy().reshape(30, 3) * factor  # a row a unit and year, sorted
        assert values == pytest.approx(inputs.panel[quantity].to_numpy(), rel=1e-15), quantity


def test_the_map_holds_the_polygons(study, inputs):
    frame = gpd.read_file(study.with_name("boundaries.gpkg")).set_index("unit")
    assert frame.crs == "EPSG:4326"
    assert set(frame["data_origin"]) == {"modelled"}
    assert list(frame.index) == list(inputs.geometry.index)
    same = shapely.equals_exact(
        shapely.normalize(frame.geometry.to_numpy()),
        shapely.normalize(shapely.multipolygons(inputs.geometry.geometry.to_numpy()[:, None])),
    )
    assert same.all()


def test_writing_again_gives_the_same_bytes(inputs, study, tmp_path):
    again = write(inputs, tmp_path / "new" / "folder", notice=NOTICE)
    write(inputs, tmp_path / "new" / "folder", notice=NOTICE)
    for name in ("panel.csv", "boundaries.gpkg", "study.toml"):
        first, second = (hashlib.sha256(p.with_name(name).read_bytes()).hexdigest() for p in (study, again))
        assert first == second, name


def test_a_notice_with_quotation_marks_survives(inputs, tmp_path):
    study = write(inputs, tmp_path, notice='Not "real" \\ 不是观测值')
    assert Study.load(study).study.notice == 'Not "real" \\ 不是观测值'


def test_fictional_demonstration(tmp_path):
    study = Study.load(prepare(tmp_path, fictional=True))
    assert study.study.name == "A fictional region of 199 units"


def test_without_the_outlines_the_demonstration_is_fictional(tmp_path, monkeypatch):
    from ecocomp.demo import files

    monkeypatch.setattr(files.util, "find_spec", lambda name: None)
    assert "fictional" in Study.load(prepare(tmp_path)).study.name


def test_totals_are_those_of_the_table():
    from ecocomp.demo.totals import provincial_totals

    totals = provincial_totals()
    assert float(totals["emissions"].sel(parent="Hebei", year=2012)) == 693.6
    assert float(totals["gdp"].sel(parent="Beijing", year=2017)) == pytest.approx(2.80149e12)
    assert float(totals["population"].sel(parent="Tianjin", year=2007)) == 11_150_000
    assert totals["npp"].sel(year=2012).to_pandas().to_dict() == {
        "Beijing": 390,
        "Tianjin": 290,
        "Hebei": 330,
    }
    assert np.isfinite(totals.to_array()).all()
