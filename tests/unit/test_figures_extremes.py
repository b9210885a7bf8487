"""Figures of studies that nobody draws by design: names beyond a label, maps across the antimeridian."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from matplotlib.text import Text
from shapely.geometry import MultiPolygon, box

from ecocomp import Study
from ecocomp.outputs.figures import write_figures
from ecocomp.outputs.figures.balance import _on_the_curves
from ecocomp.outputs.figures.centres import _degrees, _ellipses, _Track
from ecocomp.outputs.figures.page import lettering
from ecocomp.outputs.figures.scales import nice_below
from ecocomp.outputs.figures.scene import LONGEST_NAME, columns_of, scene_of, shortened
from ecocomp.outputs.figures.write import _DRAW
from ecocomp.pipeline import run
from ecocomp.space import equal_area_crs
from tiny import CODES, panel, write_study
from unit.figure_results import tiny_result, with_developments

NAMES = ["甲" * 100, "$x_2^{bad", "<script>alert(1)</script>", "=HYPERLINK(1)", "a & b", "$5 and $6"]


def test_any_name_can_be_drawn(tmp_path: Path) -> None:
    table = panel()
    table["名称"] = table["代码"].map(dict(zip(CODES, NAMES, strict=True)))
    result = run(Study.load(write_study(tmp_path, table=table, replace={"seed = 1": 'seed = 1\nlanguage = "en"'})))
    assert len(write_figures(result, tmp_path / "图")) == 10
    names = list(scene_of(result).names.values())
    assert max(len(name) for name in names) <= 38
    assert "$5 and $6" in names  # as it is: nothing in a figure is read as a formula
    for svg in (tmp_path / "图").glob("*.svg"):
        assert "<script" not in svg.read_text(encoding="utf-8")


def test_more_first_ranks_than_units(tmp_path: Path) -> None:
    result = run(Study.load(write_study(tmp_path, replace={"[space]": "[zoning]\nfirst_n = 1000000000\n\n[space]"})))
    assert scene_of(result).first_n == 6
    assert len(write_figures(result, tmp_path / "图")) == 10


def split_at_the_antimeridian() -> gpd.GeoDataFrame:
    """Return six units of 0.4 degrees between 178.8 E and 178.8 W, the middle ones cut in two parts."""
    shapes = []
    for i in range(6):
        west, south = 178.8 + 0.8 * (i % 3), -17 + 0.4 * (i // 3)
        east = west + 0.8
        parts = [box(west, south, min(east, 180), south + 0.4)] if west < 180 else []
        parts += [box(max(west, 180) - 360, south, east - 360, south + 0.4)] if east > 180 else []
        shapes.append(MultiPolygon(parts))
    return gpd.GeoDataFrame({"code": CODES}, geometry=shapes, crs="EPSG:4326")


def test_a_map_across_the_antimeridian_is_one_region(tmp_path: Path) -> None:
    shapes = split_at_the_antimeridian()
    operation = equal_area_crs(shapes).coordinate_operation
    centre = {parameter.name: parameter.value for parameter in operation.params}
    assert abs(centre["Longitude of natural origin"]) == pytest.approx(180, abs=0.5)
    result = run(Study.load(write_study(tmp_path, shapes=shapes)))
    assert len(write_figures(result, tmp_path / "图")) == 10
    ground = scene_of(result).ground
    assert shapely.get_num_geometries(ground.shapes).tolist() == [1] * 6  # no seam
    west, _, east, _ = ground.extent
    assert east - west < 400e3  # metres: 2.4 degrees at 17 S are 255 km
    lon = result.centres.query("weighting == 'payments'")["lon"]
    assert (lon.abs() > 178.7).all()


def test_nothing_in_a_figure_is_read_as_a_formula() -> None:
    names = ["$x_2^{bad$", "$5 and $6", "a\n\tb"]
    scene = scene_of(tiny_result([1, 2, -1], names=names, revisions=True, uncertainty=True, notice="$x_2^{bad$",
                                 scenarios=["$x_2^{bad$", "b"], drivers=["$x_2^{bad$", "gdp"]))  # fmt: skip
    scene = replace(scene, result=with_developments(scene.result, parents=names, scenario="$x_2^{bad$"))
    for draw in (_DRAW[name] for name in _DRAW if name not in ("fairness", "flows", "parents")):  # no names, transfers
        with lettering(scene.style):
            figure, _ = draw(scene)
            figure.draw_without_rendering()
            assert not any(text.get_parse_math() for text in figure.findobj(Text))
    assert sorted(scene.names.values()) == ["$5 and $6", "$x_2^{bad$", "a b"]


def test_a_long_name_is_cut_and_short_ones_are_not() -> None:
    assert shortened("甲" * 18) == "甲" * 18
    assert shortened("甲" * 19) == "甲" * 17 + "…"
    assert columns_of(shortened("ab" * 50)) == LONGEST_NAME


@pytest.mark.parametrize("ids", ["u", "一个很长的单位编号" * 4])
def test_names_that_differ_only_where_they_are_cut_are_still_told_apart(ids: str) -> None:
    result = tiny_result([1, 2, -1, -2], names=[f"{'甲' * 100}{i}" for i in range(3)] + ["易县"], parents=False)
    units = {f"u{i}": f"{ids}{i}" for i in range(4)}
    result = replace(
        result,
        results=result.results.assign(unit=result.results["unit"].map(units)),
        geometry=result.geometry.rename(index=units),
    )
    names = list(scene_of(result).names.values())
    assert len(set(names)) == 4
    assert max(map(columns_of, names)) <= LONGEST_NAME


@pytest.mark.parametrize("name", ["W" * 100, "甲" * 100, "i" * 100])
def test_long_names_of_a_priority_stay_on_the_page(name: str) -> None:
    scene = scene_of(tiny_result([1, 2, -1], years=range(2000, 2008), names=[name, name, name]))
    with lettering(scene.style):
        figure, _ = _DRAW["priority"](scene)
        figure.draw_without_rendering()
        labels = [label for ax in figure.axes for label in ax.get_yticklabels() if label.get_text()]
        assert len(labels) == 3
        assert all(label.get_window_extent().x0 >= 0 for label in labels)


def test_the_dotted_line_of_the_balance_is_drawn_only_where_there_are_ranks() -> None:
    asked = {"zoning": {"first_n": 10**9}}
    for values, drawn in (([1, 2, 3, 4], True), ([np.nan, np.nan, np.nan, 1], False)):
        scene = scene_of(tiny_result(values, study=asked))
        with lettering(scene.style):
            figure, caption = _DRAW["balance"](scene)
        texts = [text.get_text().strip() for text in figure.findobj(Text)]
        assert ("N = 4" in texts) == drawn == ("Dotted" in caption)


def test_marks_of_the_balance_lie_on_a_curve() -> None:
    paid, received = np.array([0.0, 50.0, 100.0, np.nan]), np.array([30.0, 51.0, 60.0, np.nan])
    assert _on_the_curves(paid, received)[:3].tolist() == [0.0, 50.5, 100.0]
    assert _on_the_curves(paid[3:], received[3:]).size == 1  # nothing known, nothing raised


def test_an_ellipse_without_a_width_is_not_drawn_and_a_circle_is() -> None:
    result = tiny_result([1, 2, -1])
    track = _Track("payments", [], np.empty((0, 2)), [])
    assert len(_ellipses(scene_of(result), track)) == 2
    flat = scene_of(replace(result, ellipses=result.ellipses.assign(semi_minor_km=1e-9)))
    assert _ellipses(flat, track) == []
    with lettering(flat.style):
        assert "lie in a line is not drawn" in _DRAW["centres"](flat)[1]
        assert "lie in a line" not in _DRAW["centres"](scene_of(result))[1]
    circle = scene_of(replace(result, ellipses=result.ellipses.assign(semi_minor_km=20.0, rotation_deg=np.nan)))
    assert all(np.isfinite(outline).all() for _, outline in _ellipses(circle, track))


@pytest.mark.parametrize(
    ("shapes", "lon", "lat"),
    [
        ([box(-180 + 60 * i, 70, -120 + 60 * i, 90) for i in range(6)], 10.0, 89.9),
        ([box(-180 + 60 * i, -90, -120 + 60 * i, 90) for i in range(6)], 180.0, 8.0),
        ([box(1e-9 * i, 0, 1e-9 * (i + 1), 1e-9) for i in range(6)], 0.0, 0.0),
    ],
    ids=["a pole", "the whole world", "less than a millimetre"],
)
def test_odd_regions_are_drawn(shapes: list[shapely.Polygon], lon: float, lat: float, tmp_path: Path) -> None:
    result = tiny_result([1, 2, -1, -2, 3, -3])
    result = replace(
        result,
        geometry=gpd.GeoDataFrame(geometry=shapes, index=result.geometry.index, crs="EPSG:4326"),
        centres=result.centres.assign(lon=lon, lat=lat),
        ellipses=result.ellipses.assign(lon=lon, lat=lat),
    )
    assert len(write_figures(result, tmp_path)) == 6


@pytest.mark.parametrize("long", [80.0, 100.0, 150.0])
def test_degrees_on_an_edge_do_not_cover_each_other(long: float) -> None:
    for span in np.geomspace(0.01, 20, 40):
        degrees, digits = _degrees(-16.85, -16.85 + span, long)
        label = 0.55 * 6.5 * len(f"16.{'8' * digits}°S")
        assert len(degrees) == 2 or (np.diff(degrees) / span * long > label).all()  # two there are always


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_there_is_no_round_number_below_nothing(value: float) -> None:
    with pytest.raises(ValueError, match="positive and finite"):
        nice_below(value)
