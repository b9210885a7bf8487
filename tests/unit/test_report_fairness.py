"""The figure and the section of the report on fairness: what is drawn and said of three units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ecocomp.fairness import OWN, Share, assess, burden_by_group
from ecocomp.language import language_of
from ecocomp.outputs.figures import fairness
from ecocomp.outputs.figures.page import lettering
from ecocomp.outputs.figures.scene import scene_of
from ecocomp.outputs.report.fairness import fairness_passage, fairness_section
from ecocomp.outputs.report.tables import Wording
from ecocomp.result import Result
from unit.figure_results import tiny_result

WORDING = Wording(language_of("en"), {}, notional=True)


def assessed(settled: list[float], gdp: tuple[float, ...] = (1e9, 6e9, 9e9)) -> Result:
    """Return a result of three units of one, three and one people with what its tables of fairness say."""
    result = tiny_result([1, 1, -1], years=(2011,))
    people, coords = (1.0, 3.0, 1.0), {"unit": result.results["unit"].to_numpy(), "year": [2011]}
    arrays = [xr.DataArray(np.array(v)[:, None], coords, ("unit", "year")) for v in (settled, gdp, people)]
    share = {OWN: Share(arrays[0], arrays[0])}
    results = result.results.assign(settled=settled, gdp=gdp, population=people)
    return replace(result, results=results, fairness=assess(share, *arrays[1:]),
                   burden=burden_by_group(share, *arrays[1:]))  # fmt: skip


def test_curves_are_those_of_income_payments_and_receipts_and_bars_are_burdens() -> None:
    scene = scene_of(assessed([3e8, 0.0, -3e8]))
    with lettering(scene.style):
        figure, caption = fairness.draw(scene)
    curves, bars = figure.axes
    _, income, payments, receipts = (line.get_xydata().tolist() for line in curves.lines)
    np.testing.assert_allclose(income, [[0, 0], [0.2, 1 / 16], [0.8, 7 / 16], [1, 1]])
    np.testing.assert_allclose(payments, [[0, 0], [0.2, 1], [0.8, 1], [1, 1]])
    np.testing.assert_allclose(receipts, [[0, 0], [0.2, 0], [0.8, 0], [1, 1]])
    heights = [bar.get_height() for bar in bars.patches]
    np.testing.assert_allclose(heights, [0.3, 0, 0, 0, 0, -3e8 / 9e9], atol=1e-12)
    assert "Kakwani index of payments −1.200" in caption


def test_without_payments_there_is_no_curve_and_no_index() -> None:
    result = assessed([0.0, 0.0, 0.0])
    scene = scene_of(result)
    with lettering(scene.style):
        figure, caption = fairness.draw(scene)
        figure.draw_without_rendering()
    assert len(figure.axes[0].lines) == 2
    assert "Kakwani" not in caption
    section = fairness_section(result, WORDING)
    assert section is not None
    assert "Nobody pays" in " ".join(section.sentences)


@pytest.mark.parametrize(
    ("settled", "words"),
    [
        ([3e8, 0.0, -3e8], "regressive (Kakwani index −1.200): the poorer"),
        ([-3e8, 0.0, 3e8], "progressive (Kakwani index 0.400): the richer"),
        ([1e7, 6e7, 9e7], "about proportional to GDP (Kakwani index 0.000)"),
        ([2e9, 0.0, 0.0], "1 unit would be left without income"),
    ],
)
def test_the_section_says_in_words_what_the_indices_say(settled: list[float], words: str) -> None:
    section = fairness_section(assessed(settled), WORDING)
    assert section is not None
    said = " ".join(section.sentences)
    assert words in said
    assert "is 0.4000 before what is settled" in said
    assert section.table.blocks[0][1][0][0] == "this study, settled"
    assert section.table.columns[3].label.endswith("[10⁸ CNY]"), "other rules are not at mean size"


def test_a_run_without_population_has_neither_section_nor_passage() -> None:
    bare = tiny_result([1, -1])
    assert isinstance(bare.fairness, pd.DataFrame)
    assert fairness_section(bare, WORDING) is None
    assert fairness_passage(bare, WORDING.language) == []
