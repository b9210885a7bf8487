"""Figures as a journal takes them: exact widths, legible type, embedded fonts, nothing clipped, safe colours."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import combinations
from pathlib import Path
from unittest import mock

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from pypdf import PdfReader

from ecocomp.issues import StudyError, UsageError
from ecocomp.language.measures import Measure
from ecocomp.outputs.figures import DESIGNS, design_of, figure_names, fonts, require_chinese_font, write_figures
from ecocomp.outputs.figures.amounts import amount_classes
from ecocomp.outputs.figures.colours import COLOUR, GREY, INK, Palette, shades
from ecocomp.outputs.figures.embedding import with_truetype
from ecocomp.outputs.figures.ground import ground_of
from ecocomp.outputs.figures.page import lettering, wrapped
from ecocomp.outputs.figures.priority import fitted
from ecocomp.outputs.figures.scales import money_scale
from ecocomp.outputs.figures.scene import scene_of
from ecocomp.outputs.figures.words import WORDS
from ecocomp.outputs.figures.write import _DRAW
from ecocomp.result import Result
from ecocomp.settlement import between_parents
from ecocomp.study import Study
from ecocomp.variables import table
from tiny import write_study
from unit.figure_results import tiny_result, with_developments

JOURNALS = [name for name in DESIGNS if name != "screen"]
NOTICE = "示范数据，不是观测值，仅供说明"


def everything() -> Result:
    """Return a result with every figure but fairness: long Chinese names, a missing unit, a backdrop, a notice."""
    names = [
        "张家口市尚义县",
        "承德市围场满族蒙古族自治县",
        "保定市易县",
        "秦皇岛市青龙满族自治县",
        "廊坊市大厂回族自治县",
        "天津市",
    ]
    study = {"study": {"name": "tiny"}, "figures": {"approval_number": "GS(2024)0650号"}}
    result = tiny_result(
        [1, 2, -1, -3, np.nan, 0.5], years=(2010, 2011, 2012), names=names, backdrop=True, notice=NOTICE,
        revisions=True, uncertainty=True, scenarios=["高价", "only GDP"], drivers=["gdp", "population", "area"],
    )  # fmt: skip
    parents = {f"u{i}": name[:3] for i, name in enumerate(names)}
    transfers = pd.DataFrame([(2012, "u1", "u3", 9e7), (2012, "u0", "u3", 5e7), (2012, "u5", "u2", 3e7)],
                             columns=["year", "payer", "recipient", "amount"])  # fmt: skip
    levels = between_parents(transfers, {"province": parents})
    result = replace(result, transfers=transfers, transfers_parents=levels,
                     manifest=result.manifest | {"study": study})  # fmt: skip
    return with_developments(result, ["张家口市", "承德市"])


@pytest.fixture(scope="module")
def whole() -> Result:
    return everything()


@dataclass(frozen=True)
class Picture:
    """A figure with every text that was really drawn: tick labels beyond the limits, say, are not."""

    figure: Figure
    texts: list[Text]

    @property
    def letters(self) -> list[str]:
        return [text.get_text() for text in self.texts]


def drawn(result: Result, name: str, design: str, language: str = "en") -> Picture:
    scene = scene_of(result, None, language, DESIGNS[design])
    texts: list[Text] = []
    draw = Text.draw

    def recording(text: Text, renderer: object) -> None:
        texts.append(text)
        draw(text, renderer)

    with lettering(scene.style), mock.patch.object(Text, "draw", recording):
        figure, _ = _DRAW[name](scene)
        FigureCanvasAgg(figure).draw()
    return Picture(figure, [t for t in texts if t.get_text().strip() and t.get_visible()])


@pytest.fixture(scope="module", params=[(d, c) for d in ("single", "double") for c in ("en", "zh")], ids="-".join)
def pictures(request: pytest.FixtureRequest, whole: Result) -> dict[str, Picture]:
    """Return every figure in a design and a language, drawn once."""
    return {name: drawn(whole, name, *request.param) for name in figure_names(whole)}


@pytest.mark.chinese_font
def test_a_figure_is_as_wide_as_its_column_and_no_higher_than_a_page(
    pictures: dict[str, Picture], request: pytest.FixtureRequest
) -> None:
    wide = 89.0 if "single" in request.node.name else 183.0
    for name, picture in pictures.items():
        width, height = picture.figure.get_size_inches() * 25.4
        assert width == pytest.approx(wide, abs=1e-9), name
        assert height <= 235, name


@pytest.mark.chinese_font
def test_type_is_legible_and_nothing_leaves_the_page(pictures: dict[str, Picture]) -> None:
    faults = []
    for name, picture in pictures.items():
        figure, page = picture.figure, picture.figure.bbox
        boxes = [(text.get_text(), Text.get_window_extent(text)) for text in picture.texts]
        boxes += [("a key", legend.get_window_extent()) for legend in figure.findobj(Legend)]
        faults += [
            f"{name}: {t.get_text()!r} has {t.get_fontsize()} points" for t in picture.texts if t.get_fontsize() < 5
        ]
        faults += [f"{name}: {text!r} leaves the page: {box.extents / figure.dpi * 25.4}" for text, box in boxes
                   if box.x0 < -1 or box.y0 < -1 or box.x1 > page.x1 + 1 or box.y1 > page.y1 + 1]  # fmt: skip
    assert not faults, "\n".join(faults)


@pytest.mark.chinese_font
def test_no_label_covers_another(pictures: dict[str, Picture]) -> None:
    assert all(len(picture.texts) > 4 for picture in pictures.values())
    faults = []
    for name, picture in pictures.items():
        boxes = [(t.get_text(), Text.get_window_extent(t)) for t in picture.texts if not t.get_rotation() % 90]
        for (one, a), (other, b) in combinations(boxes, 2):
            wide, tall = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
            if wide > 1.5 and tall > 2.5:  # pixels, of boxes that hold room above and below the letters
                faults.append(f"{name}: {one!r} and {other!r}")
    assert not faults, "\n".join(faults)


@pytest.mark.chinese_font
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_font_is_in_the_pdf_as_what_it_is_declared_to_be(whole: Result, language: str, tmp_path: Path) -> None:
    names = ["amounts", "priority"]
    figures = write_figures(
        whole, tmp_path, lettering=language, design=DESIGNS["single"], formats=("pdf",), names=names
    )
    for figure in figures:
        page = PdfReader(figure.path).pages[0]
        assert float(page.mediabox.width) == pytest.approx(89 / 25.4 * 72, abs=1e-4)
        found = page["/Resources"]["/Font"]
        assert len(found) >= 1
        for font in (entry.get_object() for entry in found.values()):
            assert font["/Subtype"] == "/Type0"
            inner = font["/DescendantFonts"][0].get_object()
            assert inner["/Subtype"] == "/CIDFontType2"
            program = inner["/FontDescriptor"].get_object()["/FontFile2"].get_object().get_data()
            assert program[:4] == b"\x00\x01\x00\x00", "TrueType outlines, as a CIDFontType2 has"
            assert "+" in font["/BaseFont"], "a subset"
            assert "/ToUnicode" in font, "text can be searched and copied"
    text = " ".join(PdfReader(f.path).pages[0].extract_text() for f in figures)
    assert ("尚义县" if language == "zh" else "Shangyi Xian") in text
    assert ("万元" if language == "zh" else "million CNY") in text


def test_a_pdf_without_cubic_fonts_stays_as_it_is() -> None:
    figure, buffer = Figure(), BytesIO()
    figure.savefig(buffer, format="pdf")
    assert with_truetype(buffer.getvalue()) == buffer.getvalue()


@pytest.mark.chinese_font
def test_same_result_same_files_whatever_the_format(tmp_path: Path) -> None:
    result = tiny_result([1, 2, -1], names=["张家口市", "易县", "天津市"], years=[2010])
    for folder in "ab":
        write_figures(
            result, tmp_path / folder, design=DESIGNS["single"], formats=("pdf", "svg", "png"), names=["amounts"]
        )
    for kind in ("pdf", "svg", "png"):
        assert (tmp_path / "a" / f"amounts.{kind}").read_bytes() == (tmp_path / "b" / f"amounts.{kind}").read_bytes()
    assert "<text" not in (tmp_path / "a" / "amounts.svg").read_text(encoding="utf-8")


@pytest.mark.chinese_font
def test_the_chinese_fonts_have_every_character_that_a_figure_can_letter() -> None:
    families = fonts._chinese_families("")
    covered = fonts._covered((*families, fonts.LATIN))
    own = "".join([*(zh for _, zh in WORDS.values()), *(v.label_zh for v in table().values())])
    assert not {c for c in own if ord(c) not in covered and not c.isspace()}
    demo = "北京市天津市河北省石家庄唐山秦皇岛邯郸邢台保定张家口承德沧州廊坊衡水示范数据"
    assert not {c for c in demo if ord(c) not in covered}


@pytest.mark.chinese_font
def test_a_rare_character_is_told_with_what_to_do() -> None:
    result = tiny_result([1, 2, -1], names=["张家口市", "\U0003134a县", "易县"])  # the last of CJK extension G
    with pytest.raises(UsageError, match=r"no font has .* \(U\+3134A\)"):
        require_chinese_font(result)
    require_chinese_font(tiny_result([1, -1, 2], names=["张家口市", "易县", "蠡县"]))


def test_without_a_font_chinese_figures_are_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FAMILIES", ())
    with pytest.raises(UsageError, match=r"fonts-noto-cjk .* 'ecocomp\[fonts\]'"):
        require_chinese_font(tiny_result([1, -1]))


def test_what_one_font_lacks_another_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    words = frozenset(map(ord, "".join(fonts._own_words())))
    known = {"A": words, "B": words | {ord("龘")}, "C": frozenset({ord("䶮")}), fonts.LATIN: frozenset({ord(" ")})}
    monkeypatch.setattr(fonts, "FAMILIES", ("A", "B", "C"))
    monkeypatch.setattr(fonts, "_path_of", lambda family: family)
    monkeypatch.setattr(fonts, "glyphs", lambda path: known.get(path, frozenset()))
    assert fonts._families("") == ("A",)
    assert fonts._families("龘䶮") == ("A", "B", "C")
    assert fonts._families("䶮") == ("A", "C")
    assert fonts._families("𱍊") == ()


def test_a_latin_font_installed_after_matplotlib_made_its_list_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {fonts.LATIN}
    monkeypatch.setattr(fonts, "_path_of", lambda family: family if family in known else None)
    monkeypatch.setattr(fonts, "_take_in_new_fonts", lambda: known.add("Liberation Sans") or True)
    assert fonts._latin_families(DESIGNS["screen"]) == (fonts.LATIN,)
    assert known == {fonts.LATIN}, "the screen has no other font to look for"
    assert fonts._latin_families(DESIGNS["single"]) == ("Liberation Sans", fonts.LATIN)


@pytest.mark.chinese_font
def test_units_and_currency_are_those_of_the_reader(whole: Result) -> None:
    def letters(name: str, language: str) -> str:
        return " ".join(drawn(whole, name, "double", language).letters)

    assert "万吨 CO₂" in letters("accounts", "zh")
    assert "[Mt CO₂]" in letters("accounts", "en")
    assert "补偿金额 [万元" in letters("amounts", "zh")
    assert "Compensation amount [million CNY" in letters("amounts", "en")
    euro = replace(scene_of(whole, lettering="en").style, currency="EUR")
    assert [money_scale(np.array([v]), euro) for v in (5e9, 5e5)] == [Measure(1e6, "million EUR"), Measure(1, "EUR")]
    assert money_scale(np.array([5e9]), replace(euro, language="zh")).label == "亿欧元"


def test_breaks_are_the_same_in_every_style_and_map_of_amounts(whole: Result) -> None:
    breaks = {name: amount_classes(scene_of(whole, design=design))[1].breaks for name, design in DESIGNS.items()}
    assert len(set(breaks.values())) == 1
    legend, amounts = (drawn(whole, name, "double").letters for name in ("certainty", "amounts"))
    numbers = re.compile(r"^−?[\d.,]+$")
    assert {t for t in legend if numbers.match(t)} == {t for t in amounts if numbers.match(t)}


def test_an_unknown_style_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="no style 'singel'; did you mean 'single'"):
        design_of("singel")


def test_names_that_are_cut_for_a_narrow_page_stay_apart() -> None:
    scene = scene_of(tiny_result([1, -1]), design=DESIGNS["single"])
    names = ["A county with a long name, north", "A county with a long name, south", "Short"]
    with lettering(scene.style):
        cut = fitted(scene, names, 0.9)
    assert len(set(cut)) == 3
    assert cut[2] == "Short"
    assert cut[0].endswith("north")


@pytest.mark.chinese_font
def test_lines_never_begin_with_closing_marks() -> None:
    style = scene_of(tiny_result([1, -1]), lettering="zh").style
    lines = wrapped("(b) 修正碳账户 [万吨 CO₂，平均规模]", 0.5, 7, style)
    assert len(lines) > 2
    assert not any(line[0] in "，。；：、）]" for line in lines)


# Colours that must be told apart, seen by people without one kind of cones.
# Matrices of Machado, Oliveira & Fernandes 2009 (IEEE TVCG 15:1291, Table 1, severity 1.0), for linear RGB.
MACHADO = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
LEAST = 10.0
"""CIELAB distance (1976) at which two patches that do not touch are told apart; 2.3 is just noticeable side by side."""


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return CIELAB of linear sRGB under D65 (IEC 61966-2-1; CIE 15)."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(rgb, 0, 1)
    t = xyz / [0.9505, 1.0, 1.0890]
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def lightness(colour: str) -> float:
    return float(lab(linear(colour))[0])


def told_apart(palette: Palette) -> list[tuple[str, ...]]:
    """Return the sets of colours within which every two must be told apart: those of one map or one chart."""
    classes = tuple(dict.fromkeys([*palette.warm, *palette.cool]))
    return [classes, tuple(dict.fromkeys(palette.clusters.values())), palette.effects, tuple(palette.methods.values()),
            (palette.payments, palette.receipts, INK), (palette.bar, palette.pale)]  # fmt: skip


def test_the_formula_finds_known_values() -> None:
    assert lightness("#ffffff") == pytest.approx(100, abs=0.01)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.1)  # Lindbloom, D65
    for matrix in MACHADO.values():
        assert np.sum(matrix, axis=1) == pytest.approx(1, abs=1e-5), "grey stays grey"


@pytest.mark.parametrize("sight", ["all cones", *MACHADO])
def test_colours_are_told_apart_by_the_colour_blind(sight: str) -> None:
    matrix = np.array(MACHADO[sight]) if sight in MACHADO else np.eye(3)
    faults = []
    for colours in told_apart(COLOUR):
        for one, other in combinations(colours, 2):
            distance = np.linalg.norm(lab(matrix @ linear(one)) - lab(matrix @ linear(other)))
            if distance < LEAST:
                faults.append(f"{one} and {other}: {distance:.1f}")
    assert not faults, "; ".join(faults)


@pytest.mark.parametrize("palette", [COLOUR, GREY], ids=["colour", "grey"])
def test_a_grey_print_keeps_the_order_of_the_classes_and_hatches_keep_the_sides(palette: Palette) -> None:
    for ramp in (palette.warm, palette.cool):
        for count in (2, 3, 4, 5):
            steps = -np.diff([lightness(c) for c in shades(ramp, count)])
            assert (steps > 8).all(), f"{ramp}: {steps}"
    light = {k: lightness(c) for k, c in palette.clusters.items()}
    for one, other in combinations(palette.clusters, 2):
        apart = palette.hatches.get(one) != palette.hatches.get(other)
        assert apart or abs(light[one] - light[other]) > 8, (one, other)
    for one, other in combinations(palette.effects, 2):
        assert abs(lightness(one) - lightness(other)) > 10
    assert len({*palette.uncertain}) >= 2


def test_the_grey_palette_has_no_colour() -> None:
    values = [v for v in vars(GREY).values() if isinstance(v, str)] + [c for cs in told_apart(GREY) for c in cs]
    for colour in [v for v in values if v.startswith("#")] + list(GREY.ribbons):
        assert len({colour[1:3], colour[3:5], colour[5:7]}) == 1, colour


@pytest.mark.chinese_font
def test_the_approval_number_stands_below_maps_only(pictures: dict[str, Picture]) -> None:
    maps = {"accounts", "amounts", "clusters", "centres", "flows", "certainty", "comparison"}
    numbered = {name: [t.get_text() for t in p.texts if t.get_gid() == "approval"] for name, p in pictures.items()}
    assert {name for name, found in numbered.items() if found} == maps
    assert {found[0] for found in numbered.values() if found} in (
        {"Map approval number: GS(2024)0650"}, {"审图号：GS(2024)0650号"},
    )  # fmt: skip


def islands(far: list[float], study: dict[str, object]) -> Result:
    """Return six units between 10 and 11.5 E, the last of them far off."""
    result = tiny_result([1, 2, -1, -3, 1, 2])
    shapes = [shapely.box(10 + 0.5 * (i % 3), 50 + 0.5 * (i // 3), 10.5 + 0.5 * (i % 3), 50.5 + 0.5 * (i // 3))
              for i in range(5)]  # fmt: skip
    geometry = gpd.GeoDataFrame(geometry=[*shapes, shapely.box(*far)], index=result.geometry.index, crs="EPSG:4326")
    return replace(result, geometry=geometry, manifest=result.manifest | {"study": {"study": {"name": "x"}} | study})


def test_a_far_part_is_drawn_in_a_frame_and_the_rest_keeps_its_size() -> None:
    far = [10.2, 40.0, 10.6, 40.3]
    plain = ground_of(islands(far, {}), 1)
    apart = ground_of(islands(far, {"figures": {"inset": [9, 39, 12, 42]}}), 1)
    assert plain.inset is None
    assert apart.inset is not None
    assert apart.frame is not None
    assert apart.extent[3] - apart.extent[1] < 0.3 * (plain.extent[3] - plain.extent[1])
    box = shapely.box(*apart.frame)
    assert box.within(shapely.box(*apart.extent))
    assert not any(shape.intersects(box) for shape in apart.shapes[:5]), "the frame hides nothing"
    assert shapely.box(*apart.inset).contains(apart.shapes[5])
    figure = drawn(islands(far, {"figures": {"inset": [9, 39, 12, 42]}}), "amounts", "single").figure
    insets = [child for ax in figure.axes for child in ax.child_axes]
    assert len(insets) == 2, "one a map"
    assert len(insets[0].collections) >= 1


@pytest.mark.parametrize("inset", [[100, 0, 110, 10], [0, 30, 30, 60]], ids=["nothing there", "everything there"])
def test_a_frame_without_anything_to_set_apart_is_not_drawn(inset: list[float]) -> None:
    assert ground_of(islands([10.2, 40.0, 10.6, 40.3], {"figures": {"inset": inset}}), 1).inset is None


@pytest.mark.china
def test_a_national_map_of_a_named_source_sets_its_far_islands_apart() -> None:
    from ecocomp.sources.boundaries import read_cnmaps

    def ground(provinces: list[str]):
        counties = read_cnmaps(provinces)
        result = tiny_result([1.0, -1.0] * (len(counties) // 2) + [1.0] * (len(counties) % 2), years=[2020])
        geometry = gpd.GeoDataFrame(geometry=counties.geometry.to_numpy(), index=result.geometry.index, crs="EPSG:4326")
        study = {"study": {"name": "x"}, "units": {"boundaries": f"cnmaps:{','.join(provinces)}"}}
        return ground_of(replace(result, geometry=geometry, manifest=result.manifest | {"study": study}), 1)

    national = ground(["新疆维吾尔自治区", "黑龙江省", "海南省"])
    assert national.inset is not None
    south = shapely.box(*national.inset)
    assert sum(south.intersects(shape) for shape in national.shapes) >= 2, "counties of the islands are in the frame"
    assert ground(["海南省"]).inset is None, "a map of the province shows them at their place"


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("inset = [123, 2, 105, 18]", "inset is [west, south, east, north]"),
        ("inset = [105, 2, 123]", "[figures] inset"),
        ("inset = [105, 2, 523, 18]", "[figures] inset"),
        ('approval_number = ""', "[figures] approval_number"),
        ("approval = 1", "approval_number"),
    ],
)
def test_unfit_settings_are_told(section: str, told: str, tmp_path: Path) -> None:
    study = write_study(tmp_path, replace={"[space]": f"[figures]\n{section}\n\n[space]"})
    with pytest.raises(StudyError) as caught:
        Study.load(study)
    assert told in str(caught.value)
