"""The figures of the transfers: what they show, and extremes that they survive."""

from __future__ import annotations

from dataclasses import replace

import matplotlib.text
import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import FancyArrowPatch, PathPatch, Rectangle

from ecocomp.outputs.figures.flows import MOST_FLOWS, WIDEST
from ecocomp.outputs.figures.page import lettering
from ecocomp.outputs.figures.parents import MOST
from ecocomp.outputs.figures.scene import scene_of
from ecocomp.outputs.figures.write import _DRAW, write_figures
from ecocomp.result import Result
from ecocomp.settlement import FUND, between_parents
from unit.figure_results import tiny_result


def settled(values: list[float], rows: list[tuple[int, str, str, float]], parents: dict[str, str]) -> Result:
    result = tiny_result(values)
    results = result.results.assign(settled=result.results["amount"], city=result.results["unit"].map(parents))
    transfers = pd.DataFrame(rows, columns=["year", "payer", "recipient", "amount"])
    return replace(
        result, results=results, transfers=transfers, transfers_parents=between_parents(transfers, {"city": parents}),
        manifest=result.manifest | {"parents": ["city"]},
    )  # fmt: skip


def drawn(result: Result, name: str):
    scene = scene_of(result)
    with lettering(scene.style):
        figure, caption = _DRAW[name](scene)
        figure.draw_without_rendering()
    return figure, caption


PARENTS = {f"u{i}": f"city {i}" for i in range(40)}


def test_arcs_are_as_wide_as_their_money() -> None:
    result = settled([3, 1, -4], [(2011, "u0", "u2", 3e8), (2011, "u1", "u2", 1e8)], PARENTS)
    figure, caption = drawn(result, "flows")
    widths = sorted(arc.get_linewidth() for arc in figure.findobj(FancyArrowPatch) if arc.get_alpha())
    assert widths == pytest.approx([WIDEST / 3, WIDEST])
    assert "All transfers between units in 2011, 100 % of the money" in caption


def test_only_the_largest_are_drawn_and_a_fund_has_no_place() -> None:
    rows = [(2011, f"u{i}", f"u{j}", 1e6 + i * 100 + j) for i in range(10) for j in range(10, 20)]
    result = settled([1.0] * 10 + [-1.0] * 10, [*rows, (2011, "u0", FUND, 1e8)], PARENTS)
    figure, caption = drawn(result, "flows")
    assert sum(1 for arc in figure.findobj(FancyArrowPatch) if arc.get_alpha()) == MOST_FLOWS
    assert f"The largest {MOST_FLOWS} of 100 transfers" in caption
    assert "Not drawn: 1 transfer of a fund" in caption


def test_ribbons_and_bars_are_as_high_as_their_money() -> None:
    rows = [(2011, "u0", "u2", 3e8), (2011, "u1", "u2", 1e8), (2011, "u1", "u3", 2e8)]
    figure, _ = drawn(settled([3, 3, -4, -2], rows, PARENTS), "parents")
    bars = [bar.get_height() for bar in figure.findobj(Rectangle) if bar.get_width() == 0.13]
    assert np.array(bars) / bars[0] == pytest.approx([1, 1, 4 / 3, 2 / 3])
    assert len([p for p in figure.findobj(PathPatch) if p.get_alpha()]) == 3
    words = " ".join(t.get_text() for t in figure.findobj(matplotlib.text.Text))
    assert "city 2  4.00" in words


def test_many_parents_are_drawn_together() -> None:
    rows = [(2011, f"u{i}", f"u{i + 20}", 1e6 * (i + 1)) for i in range(20)]
    figure, caption = drawn(settled([1.0] * 20 + [-1.0] * 20, rows, PARENTS), "parents")
    assert len([bar for bar in figure.findobj(Rectangle) if bar.get_width() == 0.13]) == 2 * MOST
    # the 7 smallest: 1 + 2 + ... + 7 = 28
    assert any(t.get_text() == "others  28.00" for t in figure.findobj(matplotlib.text.Text))
    assert "others are drawn together" in caption


def test_a_last_year_without_transfers_shows_the_one_before(tmp_path) -> None:
    result = settled([1, -1], [(2010, "u0", "u1", 5.0)], dict.fromkeys(PARENTS, "one and only"))
    assert "in 2010" in drawn(result, "flows")[1]
    assert "in 2010" in drawn(result, "parents")[1]
    assert {"flows", "parents"} <= {figure.name for figure in write_figures(result, tmp_path)}
    assert "flows" not in {figure.name for figure in write_figures(tiny_result([1, -1]), tmp_path / "none")}
