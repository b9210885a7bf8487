"""The page of the reference region: what it computes is what the run's tables hold."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import ecocomp
from ecocomp.outputs.explorer import write_explorer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.shared, pytest.mark.china]

COMPUTE = """() => {
  const [run] = explorer.runs;
  return run.years.map((_, t) => {
    const { amount, rank, totals } = model.compute(run, t, run.settings);
    return { units: run.map.units, amount: Array.from(amount), rank: Array.from(rank), totals };
  });
}"""


def test_the_page_holds_the_run_of_the_reference_region(browser: Browser, shared: Path, tmp_path: Path) -> None:
    file = shared / "examples" / "bth.toml"
    settings = tomllib.loads(file.read_text(encoding="utf-8"))
    settings["space"]["permutations"] = 999  # clusters are not what is compared
    result = ecocomp.run(ecocomp.Study.from_dict(settings, folder=file.parent))
    page = write_explorer(result, tmp_path / "京津冀.html")
    assert page.stat().st_size < 6_000_000
    opened = browser.new_page()
    opened.goto(page.as_uri())
    for year, found in zip((2007, 2012, 2017), opened.evaluate(COMPUTE), strict=True):
        rows = result.results.set_index(["year", "unit"]).loc[year].loc[found["units"]]
        np.testing.assert_allclose(found["amount"], rows["amount"].to_numpy(float), rtol=1e-9)
        np.testing.assert_array_equal(found["rank"], rows["rank"].to_numpy(dtype=float, na_value=np.nan))
        region = result.regional.set_index("year").loc[year]
        for name in ("payments", "receipts", "gap", "payers", "recipients", "missing"):
            assert found["totals"][name] == pytest.approx(region[name], rel=1e-9)
        centres = result.centres.set_index(["year", "weighting"])[["lon", "lat"]].loc[year]
        for weighting in ("payments", "receipts", "absolute", "signed"):
            centre = found["totals"]["centres"][weighting]
            assert [centre["lon"], centre["lat"]] == pytest.approx(
                centres.loc[weighting, ["lon", "lat"]].tolist(), rel=1e-9
            )
    opened.close()
