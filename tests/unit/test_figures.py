"""Figures: drawn for any result, lettered without boxes, the notice on every one, files that do not change."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from matplotlib import font_manager, rcParams
from matplotlib.text import Text

from ecocomp.language.measures import Measure
from ecocomp.outputs.figures import fonts, write_figures
from ecocomp.outputs.figures.certainty import certainty_of, faded
from ecocomp.outputs.figures.ground import ground_of, path_of
from ecocomp.outputs.figures.page import lettering
from ecocomp.outputs.figures.placing import _distance
from ecocomp.outputs.figures.romanise import romanise
from ecocomp.outputs.figures.scales import classes_of, money_scale, nice_below, spaced
from ecocomp.outputs.figures.scene import scene_of
from ecocomp.outputs.figures.words import WORDS, revision_name
from ecocomp.outputs.figures.write import _DRAW
from unit.figure_results import tiny_result

NAMES = ["accounts", "amounts", "clusters", "centres", "priority", "balance"]
CHINESE = ["张家口市尚义县", "保定市易县", "西安市新城区"]


def texts(result, name: str) -> list[str]:
    """Return everything that one figure letters."""
    import matplotlib.text

    scene = scene_of(result)
    with lettering(scene.style):
        figure, _ = _DRAW[name](scene)
        figure.draw_without_rendering()
        return [t.get_text() for t in figure.findobj(matplotlib.text.Text) if t.get_text()]


@pytest.mark.parametrize(
    "result",
    [
        tiny_result([1, 2, -1, -3, np.nan, 0.5], backdrop=True, revisions=True, uncertainty=True),
        tiny_result([1, 2, -1, -3, np.nan, 0.5], backdrop=True, scenarios=["高价", "b", "c", "d"]),
        tiny_result([1, 2, 3], uncertainty=True),  # nobody receives
        tiny_result([1, 2, -1], drivers=["emissions", "一个名字很长的因子" * 4, "x"]),
        tiny_result([1, 2, -1], drivers=["gdp"]),
        tiny_result([1, 2, -1], drivers=[f"factor_{i}" for i in range(15)]),
        tiny_result([np.nan, np.nan], uncertainty=True),  # nothing is known
        tiny_result([1, 2, 3], years=[2010]),  # nobody receives, one year
        tiny_result([-1, -2, -3], parents=False),  # nobody pays, no parents
        tiny_result([0.0], years=[2010]),  # one unit, which owes nothing
        tiny_result([np.nan, np.nan]),  # nothing is known
        tiny_result([2.0, 2.0, -2.0, -2.0]),  # every value of a side the same
        tiny_result([1, -1], years=range(2000, 2017)),
    ],
    ids=[
        "all kinds",
        "scenarios",
        "draws, no recipients",
        "drivers of long names",
        "one driver",
        "many drivers",
        "draws, all missing",
        "no recipients",
        "no payers",
        "one zero",
        "all missing",
        "ties",
        "many years",
    ],
)
def test_any_result_is_drawn(result, tmp_path: Path) -> None:
    figures = write_figures(result, tmp_path / "图 figures")
    assert [f.name for f in figures] == NAMES + (["revisions"] if len(result.revisions) else []) + (
        ["certainty", "ranks"] if len(result.uncertainty) else []
    ) + (["comparison"] if len(result.comparison) else []) + (["drivers"] if len(result.drivers) else [])
    for figure in figures:
        assert figure.path == tmp_path / "图 figures" / f"{figure.name}.png"
        assert figure.path.read_bytes().startswith(b"\x89PNG")
        svg = figure.path.with_suffix(".svg").read_text(encoding="utf-8")
        assert svg.rstrip().endswith("</svg>")
        assert "<text" not in svg  # letters are outlines: no font is needed to look at it
        assert "tiny.csv" in figure.caption


def test_same_result_same_files(tmp_path: Path) -> None:
    result = tiny_result([1, 2, -1, np.nan])
    first, second = (write_figures(result, tmp_path / n) for n in "ab")
    for a, b in zip(first, second, strict=True):
        assert a.path.read_bytes() == b.path.read_bytes()
        assert a.path.with_suffix(".svg").read_bytes() == b.path.with_suffix(".svg").read_bytes()


def test_drawing_leaves_matplotlib_as_it_was(tmp_path: Path) -> None:
    before = dict(rcParams)
    write_figures(tiny_result([1, -1]), tmp_path)
    assert dict(rcParams) == before


@pytest.mark.parametrize("name", NAMES)
def test_the_notice_is_on_every_figure_and_in_every_caption(name: str) -> None:
    notice = "Modelled demonstration data, not observations"
    result = tiny_result([1, 2, -1], notice=notice)
    assert notice in " ".join(texts(result, name)).replace("\n", " ")
    assert notice in _DRAW[name](scene_of(result))[1]


@pytest.mark.parametrize("name", NAMES)
def test_without_a_chinese_font_nothing_chinese_is_drawn(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FAMILIES", ())
    result = tiny_result([1, 2, -1], names=CHINESE, notice="示范数据")
    drawn = "".join(texts(result, name))
    assert re.search(r"[\u3000-\u9fff\uff00-\uffef]", drawn) is None
    style = fonts.labels_for(result)
    assert style.language == "en"
    assert "No Chinese font was found" in _DRAW[name](scene_of(result))[1]


@pytest.mark.chinese_font
@pytest.mark.parametrize("name", NAMES)
def test_with_a_chinese_font_labels_are_chinese(name: str, tmp_path: Path) -> None:
    result = tiny_result([1, 2, -1], names=CHINESE)
    assert re.search(r"[\u4e00-\u9fff]", "".join(texts(result, name))) is not None
    write_figures(result, tmp_path)  # a missing glyph would warn, and a warning is an error here


@pytest.mark.chinese_font
def test_a_font_installed_after_matplotlib_made_its_list_is_found(tmp_path: Path) -> None:
    path = tmp_path / f"fontlist-v{font_manager.FontManager.__version__}.json"
    font_manager.json_dump(font_manager.fontManager, path)
    kept = json.loads(path.read_text(encoding="utf-8"))
    files = {entry["fname"] for entry in kept["ttflist"] if entry["name"] in fonts.FAMILIES}
    kept["ttflist"] = [entry for entry in kept["ttflist"] if entry["fname"] not in files]
    path.write_text(json.dumps(kept), encoding="utf-8")
    code = "from ecocomp.outputs.figures.fonts import find_chinese_font; print(find_chinese_font())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"MPLCONFIGDIR": str(tmp_path)}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.strip() == fonts.find_chinese_font()


@pytest.mark.chinese_font
def test_a_font_that_lacks_one_glyph_counts_as_not_found() -> None:
    result = tiny_result([1, 2, -1], names=["张家口市", "\U0003134a县", "易县"])  # the last of CJK extension G
    assert fonts.labels_for(result).language == "en"


def test_language_is_what_the_study_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"study": {"name": "tiny", "language": "en"}}
    style = fonts.labels_for(tiny_result([1, 2, -1], names=CHINESE, study=asked))
    assert (style.language, style.text("易县")) == ("en", "Yixian")
    assert fonts.labels_for(tiny_result([1, -1])).remark is None
    monkeypatch.setattr(fonts, "FAMILIES", ())
    asked = {"study": {"name": "tiny", "language": "zh"}}
    style = fonts.labels_for(tiny_result([1, -1], study=asked))
    assert (style.language, style.remark) == ("en", "No Chinese font was found: labels are in English.")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("张家口市尚义县", "Zhangjiakou Shi Shangyi Xian"),
        ("易县", "Yixian"),
        ("西安市", "Xi'an Shi"),
        ("承德市市区", "Chengde Shi Shiqu"),
        ("承德市围场满族蒙古族自治县", "Chengde Shi Weichang Manzu Mengguzu Zizhixian"),
        ("天津市滨海新区", "Tianjin Shi Binhai Xinqu"),
        ("保定 03", "Baoding 03"),
        ("Unit 7", "Unit 7"),
    ],
)
def test_romanise(name: str, expected: str) -> None:
    assert romanise(name) == expected


def test_zero_is_always_a_break_and_sides_never_share_a_class() -> None:
    values = np.array([-5.0, -1, -0.1, 0.1, 1, 2, 3, 40, np.nan])
    classes = classes_of(values)
    assert 0.0 in classes.breaks
    assert list(classes.breaks) == sorted(classes.breaks)
    assert len(classes.colours) == len(classes.breaks) + 1
    found = classes.class_of(values[:-1])
    assert ((found < classes.negative) == (values[:-1] < 0)).all()
    one_sided = classes_of(np.array([1.0, 2, 3, 4]))
    assert (one_sided.breaks[0], one_sided.negative, len(one_sided.colours)) == (0.0, 0, len(one_sided.breaks))
    assert set(one_sided.class_of(np.array([0.0, 0.5]))) == {0}
    assert one_sided.class_of(np.array([100.0]))[0] == len(one_sided.colours) - 1
    receiving = classes_of(np.array([-1.0, -2, -3, -4]))
    assert (receiving.breaks[-1], receiving.negative) == (0.0, len(receiving.colours))
    assert receiving.class_of(np.array([-100.0, -0.1])).tolist() == [0, len(receiving.colours) - 1]


def test_scales() -> None:
    assert spaced(range(2000, 2017)) == [2000, 2003, 2006, 2010, 2013, 2016]
    assert spaced([1, 2, 3]) == [1, 2, 3]
    assert [nice_below(v) for v in (123, 99, 5, 0.7)] == [100, 50, 5, 0.5]
    style = fonts.labels_for(tiny_result([1, -1]))
    assert money_scale(np.array([-3e9, np.nan]), style) == Measure(1e8, "10⁸ CNY")
    assert money_scale(np.array([5e6]), style) == Measure(1e6, "million CNY")
    assert money_scale(np.array([]), style) == Measure(1.0, "CNY")


def test_every_unit_has_a_shape_whatever_its_kind() -> None:
    part = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])
    assert len(path_of(part).vertices) == 10  # both parts, five vertices each
    ground = ground_of(tiny_result([1, 2, -1]), panels=2)
    assert all(len(path.vertices) for path in [*ground.paths, *ground.outlines])


def close_ups(result):
    """Return the drawn figure of the centres and its two close-ups."""
    scene = scene_of(result)
    with lettering(scene.style):
        figure, _ = _DRAW["centres"](scene)
        figure.draw_without_rendering()
    return figure, figure.axes[1:3]


def crowded(seed: int):
    """Return a result whose centres wander about for 17 years."""
    result = tiny_result([1, -1], years=range(2000, 2017))
    steps = np.random.default_rng(seed).normal(0, 0.01, (len(result.centres), 2)).cumsum(axis=0)
    places = {"lon": 110.25 + steps[:, 0], "lat": 38.25 + steps[:, 1]}
    return replace(result, centres=result.centres.assign(**places))


@pytest.mark.parametrize("seed", range(6))
def test_a_year_stands_by_its_own_centre(seed: int) -> None:
    result = crowded(seed)
    _, insets = close_ups(result)
    for ax, weighting in zip(insets, ("payments", "receipts"), strict=True):
        markers = next(c for c in ax.collections if len(c.get_offsets()) == 17).get_offsets()
        pixels = dict(zip(range(2000, 2017), ax.transData.transform(markers), strict=True))
        labels = [t for t in ax.texts if t.get_text().isdecimal()]
        years = {int(t.get_text()) for t in labels}
        assert {2000, 2016} <= years, weighting
        assert len(years) <= 6
        for text in labels:
            box, own = Text.get_window_extent(text), pixels[int(text.get_text())]
            nearest = min(_distance(box, *other) for other in pixels.values())
            assert text.arrow_patch is not None or nearest == _distance(box, *own)


def test_no_degree_touches_the_title() -> None:
    for offset in np.linspace(0, 0.1, 7):
        result = tiny_result([1, -1])
        result = replace(result, centres=result.centres.assign(lat=38.2 + offset))
        _, insets = close_ups(result)
        for ax in insets:
            frame = ax.get_window_extent()
            labels = [t for t in ax.get_yticklabels() if t.get_text()]
            assert len(labels) >= 2
            assert all(t.get_window_extent().y1 <= frame.y1 for t in labels)


@pytest.mark.parametrize("names", [["桥西区", "桥西区", "易县", "易县"], ["易县", "伊县", "Yixian", "B"]])
def test_no_two_units_are_drawn_under_one_name(names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FAMILIES", ())
    result = tiny_result([1, 2, 3, -1], names=names)
    scene = scene_of(result)
    assert len({scene.name_of(unit) for unit in result.results["unit"]}) == 4
    drawn = {text.rpartition("  ")[0] for text in texts(result, "priority") if text.rpartition("  ")[2].isdecimal()}
    assert len(drawn - {""}) == 4


def test_sources_in_a_caption_are_grouped_and_short() -> None:
    def data(sources: dict[str, str]) -> str:
        quantities = {name: {"column": name, "unit": "1", "source": source} for name, source in sources.items()}
        result = tiny_result([1, -1], study={"quantities": quantities}, notice="Modelled data")
        return _DRAW["amounts"](scene_of(result))[1]

    assert "; emissions and gdp from a yearbook; area from a map; origin" in data(
        {"emissions": "a yearbook", "gdp": "a yearbook", "area": "a map"}
    )
    long = data({name: f"{'modelled from totals ' * 3}{name}" for name in ("emissions", "gdp", "area")})
    assert "Data: table tiny.csv; sources of the quantities in Table 1 of the report; origin of the weakest" in long
    assert "modelled from totals" not in long
    assert "origin of the weakest input: given" in long
    assert long.endswith("Modelled data.")


def test_amounts_at_mean_size_are_called_notional_on_the_map() -> None:
    def title(revision: dict[str, str]) -> str:
        drawn = texts(tiny_result([1, -1], study={"revision": revision}), "amounts")
        return next(t for t in drawn if t.startswith("Compensation amount"))

    assert title({"method": "size_normalised"}).endswith("[million CNY, notional]")
    assert title({"method": "none"}).endswith("[million CNY]")


def test_a_revision_has_one_name_in_figure_and_caption() -> None:
    result = tiny_result([1, -1], revisions=True)
    assert "size-normalised (geometric) *" in texts(result, "revisions")
    caption = _DRAW["revisions"](scene_of(result))[1]
    assert "the study's own revision, size-normalised (geometric, this study)." in caption
    assert revision_name("none") == "no revision"
    assert revision_name("threshold, gross", "zh") == "阈值（总排放）"


def test_words_are_in_both_languages() -> None:
    assert all(english and chinese for english, chinese in WORDS.values())


def test_certainty_fades_colour_and_not_lightness() -> None:
    # 0.299·0xcf + 0.587·0x4f + 0.114·0x0a = 109.4
    assert faded("#cf4f0a", 1) == "#cf4f0a"
    assert faded("#cf4f0a", 0) == "#6d6d6d"
    assert certainty_of(np.array([0.95, 0.9, 0.8, 0.79, 0.5]), 0.95).tolist() == [0, 1, 1, 2, 2]
    assert certainty_of(np.array([0.75, 0.7, 0.6]), 0.7).tolist() == [0, 0, 2], "a lower level leaves none in between"


def test_the_figure_of_drivers_says_what_it_shows() -> None:
    factors = ["emissions", "share_of_forest", *(f"f{i}" for i in range(12))]
    result = tiny_result([1, 2, -1, -3], drivers=factors)
    lettered = texts(result, "drivers")
    assert {"Emissions", "share of forest", "p < 0.001", "p = 0.030", "0.45", "0.30", "By construction"} <= set(
        lettered
    )
    assert "f11" not in lettered, "twelve are drawn"
    caption = _DRAW["drivers"](scene_of(result))[1]
    assert "What goes with amount in 2011" in caption
    assert "2 factors with smaller q are in drivers.csv only" in caption
    assert "Association, not cause" in caption


def test_figures_of_the_draws_say_what_they_show() -> None:
    result = tiny_result([1, 2, -1, -3, 3, 0.5], names=list("ABCDEF"), uncertainty=True)
    assert {"robust: probability from 0.95", "likely: 0.8 to 0.95", "side open: below 0.8"} <= set(
        texts(result, "certainty")
    )
    lettered = texts(result, "ranks")
    assert {"A", "1.00", "0.85", "0.30"} <= set(lettered)
    captions = [_DRAW[name](scene_of(result))[1] for name in ("certainty", "ranks")]
    assert all("100 draws" in caption for caption in captions)
