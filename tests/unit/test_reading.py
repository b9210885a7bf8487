"""What is read once for a study and its scenarios depends on nothing that `reads_the_same_as` leaves out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from ecocomp.issues import Issue
from ecocomp.pipeline.reading import beyond, read_inputs
from ecocomp.study import Study
from tiny import panel, write_study

LEFT_OUT = ("figures", "compensation", "zoning", "space", "settlement", "uncertainty", "outlook", "adjust", "scenarios")
COMPARED = {"study", "units", "tables", "crosswalk", "rasters", "quantities", "checks", "revision", "drivers"}
TOP_DOWN = {
    'emissions     = { column = "排放", unit = "Mt CO2" }': "emissions.top_down = { table = 'totals', column = '排放', "
    "unit = 'Mt CO2', parent = '省', proxy = 'gdp' }",
    "[quantities]": "[tables.totals]\ntable = 'totals.csv'\nid = '省'\nyear = '年份'\n[quantities]",
}


class Forbidden:
    """A section that nobody may look at."""

    def __getattribute__(self, name: str) -> object:
        raise AssertionError(f"reading looks at {name} of a section that does not count for it")


def test_every_section_is_one_or_the_other() -> None:
    assert COMPARED | set(LEFT_OUT) == set(Study.model_fields), "say in Study.reads_the_same_as whether it counts"


@pytest.mark.parametrize("way", ["column", "top-down"])
def test_reading_looks_at_no_other_section(tmp_path: Path, way: str) -> None:
    path = write_study(tmp_path / "研究", replace=TOP_DOWN if way == "top-down" else {})
    totals = panel().groupby(["省", "年份"], as_index=False)["排放"].sum()
    pd.DataFrame(totals).to_csv(path.parent / "totals.csv", index=False)
    study = Study.load(path)
    read = read_inputs(study)
    assert read.inputs is not None, read.examined + read.derived
    blind = study.model_copy(update={name: Forbidden() for name in LEFT_OUT}
                             | {"revision": SimpleNamespace(reference=study.revision.reference),
                                "drivers": SimpleNamespace(columns=study.drivers.columns)})  # fmt: skip
    again = read_inputs(blind)
    assert again.inputs is not None
    assert again.inputs.panel.identical(read.inputs.panel)
    assert (again.examined, again.derived, again.judged) == (read.examined, read.derived, read.judged)


def test_only_what_the_study_does_not_have_is_told_of_a_scenario() -> None:
    one, two = (Issue("warning", "jump", message, "look") for message in ("first", "second"))
    assert beyond([one], [one, two], "高价") == [Issue("warning", "jump", "scenario 高价: second", "look")]
    assert beyond([one, two], [two], "x") == []
