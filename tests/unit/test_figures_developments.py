"""Figures of the decomposition and the outlook: what is drawn where, and in what words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from ecocomp.outputs.figures import decomposition, outlook
from ecocomp.outputs.figures.page import lettering
from ecocomp.outputs.figures.scene import scene_of
from ecocomp.result import Result
from unit.figure_results import tiny_result, with_developments


def drawn(result: Result, module) -> tuple[Figure, str]:
    scene = scene_of(result)
    with lettering(scene.style):
        figure, caption = module.draw(scene)
        figure.draw_without_rendering()
        return figure, caption


def texts(figure: Figure) -> list[str]:
    return [t.get_text() for t in figure.findobj(Text) if t.get_text()]


def test_effects_are_stacked_apart_above_and_below_zero() -> None:
    figure, caption = drawn(with_developments(tiny_result([1, 2, -1])), decomposition)
    steps, parents = figure.axes
    bars = [(round(b.get_y(), 9), round(b.get_height(), 9)) for b in steps.patches]
    assert bars == [(0, 3)] * 2 + [(3, 2)] * 2 + [(0, -4)] * 2, "population 0 to 3, affluence 3 to 5, intensity 0 to -4"
    lengths = [(round(b.get_x(), 9), round(b.get_width(), 9)) for b in parents.patches]
    assert lengths == [(0, 3)] * 2 + [(3, 2)] * 2 + [(0, -4)] * 2
    marks = steps.collections[0].get_offsets()
    assert marks[:, 1].tolist() == [1, 1]
    assert "inflation counts as affluence" in caption
    assert {"Effect of population", "Effect of intensity", "(b) 2010–2012"} <= set(texts(figure))


@pytest.mark.parametrize("count", [0, 1, 17])
def test_parents_that_say_nothing_or_are_too_many_are_left_out(count: int) -> None:
    figure, caption = drawn(with_developments(tiny_result([1, 2]), [f"P{i}" for i in range(count)]), decomposition)
    assert len(figure.axes) == 1
    assert "(b)" not in caption


def test_the_outlook_draws_bands_of_trends_and_dashes_of_scenarios() -> None:
    figure, caption = drawn(with_developments(tiny_result([1, 2, -1])), outlook)
    emissions, _, account = figure.axes
    solid = [line for line in emissions.lines if line.get_linestyle() == "-"]
    assert [len(line.get_xdata()) for line in solid] == [3, 3, 3, 3], "the data and three trends"
    assert len(emissions.lines) == 5
    assert len(emissions.collections) == 3
    assert any(np.allclose(line.get_ydata(), 0) for line in account.lines), "a zero line where the account crosses it"
    assert {"observed", "damped trend (baseline)", "STIRPAT, trend", "STIRPAT, slow", "GM(1,1)"} <= set(texts(figure))
    assert "the damped trend 10.0 % and STIRPAT 20.0 %" in caption
    assert emissions.patches[0].get_x() == pytest.approx(2011.5), "the one year held out is 2012"


def test_every_further_scenario_has_a_line_of_its_own() -> None:
    result = with_developments(tiny_result([1, 2]))
    more = [result.outlook[result.outlook["scenario"] == "slow"].assign(scenario=f"s{i}") for i in range(9)]
    figure, _ = drawn(replace(result, outlook=pd.concat([result.outlook, *more])), outlook)
    assert len(figure.axes[0].lines) == 14
