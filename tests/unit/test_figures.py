"""Figures: drawn for any result, lettered without boxes, the notice on every one, files that do not change."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import shapely
from matplotlib import rcParams

from ecocomp.outputs.figures import fonts, write_figures
from ecocomp.outputs.figures.ground import ground_of, path_of
from ecocomp.outputs.figures.page import lettering
from ecocomp.outputs.figures.romanise import romanise
from ecocomp.outputs.figures.scales import classes_of, money_scale, nice_below, spaced
from ecocomp.outputs.figures.scene import scene_of
from ecocomp.outputs.figures.words import WORDS
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
        tiny_result([1, 2, -1, -3, np.nan, 0.5], backdrop=True, revisions=True),
        tiny_result([1, 2, 3], years=[2010]),  # nobody receives, one year
        tiny_result([-1, -2, -3], parents=False),  # nobody pays, no parents
        tiny_result([0.0], years=[2010]),  # one unit, which owes nothing
        tiny_result([np.nan, np.nan]),  # nothing is known
        tiny_result([2.0, 2.0, -2.0, -2.0]),  # every value of a side the same
        tiny_result([1, -1], years=range(2000, 2017)),
    ],
    ids=["all kinds", "no recipients", "no payers", "one zero", "all missing", "ties", "many years"],
)
def test_any_result_is_drawn(result, tmp_path: Path) -> None:
    figures = write_figures(result, tmp_path / "图 figures")
    assert [f.name for f in figures] == NAMES + (["revisions"] if len(result.revisions) else [])
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
    assert money_scale(np.array([-3e9, np.nan])) == (1e8, "1e8 CNY")
    assert money_scale(np.array([5e6])) == (1e6, "1e6 CNY")
    assert money_scale(np.array([])) == (1.0, "CNY")


def test_every_unit_has_a_shape_whatever_its_kind() -> None:
    part = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])
    assert len(path_of(part).vertices) == 10  # both parts, five vertices each
    ground = ground_of(tiny_result([1, 2, -1]), panels=2)
    assert all(len(path.vertices) for path in [*ground.paths, *ground.outlines])


def test_words_are_in_both_languages() -> None:
    assert all(english and chinese for english, chinese in WORDS.values())
