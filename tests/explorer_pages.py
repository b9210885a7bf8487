"""What the explorer's page shows, compared with what Python computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from explorer_runs import YEARS, expected, year_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ecocomp.panel import Inputs


def plain(page: Page, selector: str) -> list[float]:
    """Return the numbers that an element holds for programs, beside those that people read."""
    found = page.locator(f"{selector} data").evaluate_all("all => all.map((d) => d.value)")
    return [float(value) for value in found]


def assert_page_equals(page: Page, study: Any, inputs: Inputs, year: int = YEARS[-1], side: str = "a") -> None:
    """Compare totals, counts, centres and the first of each ranking on the page with Python's."""
    wanted = {name: year_of(values, year) for name, values in expected(study, inputs).items()}
    totals, groups = wanted["totals"], wanted["side"].values.tolist()
    for name in ("payments", "receipts", "gap"):
        # under a zero-sum revision the gap is what rounding leaves of payments
        rounding = 1e-12 * float(totals["payments"])
        assert plain(page, f"#totals-{side} #total-{name}") == pytest.approx([float(totals[name])], 1e-9, rounding)
    for name, group in (("payers", "payer"), ("recipients", "recipient"), ("missing", "missing")):
        told = plain(page, f"#totals-{side} #count-{name}")
        assert told == [groups.count(group)] or (name == "missing" and told == [] and not groups.count(group))
    for weighting in ("payments", "receipts"):
        centre = wanted["centres"].sel(weighting=weighting)
        told = plain(page, f"#totals-{side} #centre-{weighting}")
        assert told == pytest.approx([float(centre["lon"]), float(centre["lat"])], rel=1e-9)
    for group, sign in (("payer", 1), ("recipient", -1)):
        rows = page.locator(f"#ranking-{group} tbody tr")
        units = rows.evaluate_all("rows => rows.map((r) => r.dataset.unit)")
        order = wanted["rank"].where(wanted["side"] == group).to_series().dropna().sort_values().index[: len(units)]
        assert units == order.tolist()
        numbers = plain(page, f"#ranking-{group} tbody")
        for place, unit in enumerate(units):
            amount, priority = (float(wanted[name].sel(unit=unit)) for name in ("amount", "priority"))
            assert numbers[2 * place : 2 * place + 2] == pytest.approx([priority, sign * amount], rel=1e-9)
