"""Who cannot see, or not well: axe-core finds no serious fault in any state of the page, in either language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from explorer_runs import units_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ecocomp.panel import Inputs

pytestmark = pytest.mark.browser
Open = Callable[..., "Page"]

STATES = {
    "as opened": "language=en",
    "in Chinese, with the table": "language=zh",
    "a unit, other settings, compared": "language=en&unit={unit}&price=90&with=run:高价&mean=harmonic",
    "the same in Chinese": "language=zh&unit={unit}&price=90&with=run:高价&mean=harmonic",
    "clusters of the run under other settings, with the table": "language=en&show=cluster&revision=quota",
    "no answer": "language=zh&price=1e15",
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_no_serious_fault(opened: Open, inputs: Inputs, state: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(f"#{STATES[state].format(unit=units_of(inputs)[20])}")
    if "with the table" in state:
        page.locator("#whole > summary").click()
        page.locator("#table table").wait_for()
    found = Axe().run(page).response["violations"]
    serious = [
        f"{fault['id']}: {node['target']} {node.get('failureSummary')}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]
    assert not serious, "\n".join(serious)


def test_changes_are_said_aloud(opened: Open) -> None:
    page = opened()
    live = page.locator("#totals")
    assert live.get_attribute("aria-live") == "polite"
    before = live.inner_text()
    page.locator("#price").fill("90")
    assert live.inner_text() != before


def test_everything_that_is_worked_has_a_name(opened: Open) -> None:
    page = opened()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, [role=application], [role=region]")]
        .filter((e) => !(e.textContent.trim() || e.labels?.length))
        .filter((e) => !(e.getAttribute("aria-label") || e.getAttribute("aria-labelledby")))
        .map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert nameless == []
