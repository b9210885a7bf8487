"""Which of the reference study's first payers and recipients are robust, on the real inputs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import ecocomp

pytestmark = [pytest.mark.shared, pytest.mark.china]
PAYERS = ("大厂回族自治县", "柏乡县", "新河县", "海兴县", "任泽区", "任县")
RECIPIENTS = ("尚义县", "阜平县", "沽源县", "康保县", "赤城县")
ERRORS = {"emissions": {"cv": 0.25}, "sequestration": {"cv": 0.25}, "gdp": {"cv": 0.15}}


@pytest.fixture(scope="module")
def drawn(shared: Path) -> pd.DataFrame:
    """Return what 1024 draws of errors and all revisions say, and of errors alone in the column ``own``."""
    study = ecocomp.Study.load(shared / "examples" / "bth.toml")
    tables = []
    for revisions in ("all", None):
        settings = study.settings() | {
            "uncertainty": {"draws": 1024, "errors": ERRORS, "revisions": revisions, "cluster_draws": 0}
        }
        settings["space"] = {**settings["space"], "permutations": 99}
        result = ecocomp.run(ecocomp.Study.from_dict(settings, folder=study.folder))
        tables.append(result.uncertainty)
    return tables[0].assign(own=tables[1]["verdict"])


def of(drawn: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    return drawn[drawn["name"].str.endswith(names)]


def test_all_five_recipients_are_robust_whatever_the_revision(drawn: pd.DataFrame) -> None:
    found = of(drawn, RECIPIENTS)
    assert len(found) == 15
    assert (found["verdict"] == "robust recipient").all()
    assert (found["rank_high"] <= 10).all()
    assert (found["probability_first_n"] > 0.99).all()


def test_payers_are_robust_under_errors_but_not_under_all_revisions(drawn: pd.DataFrame) -> None:
    found = of(drawn, PAYERS)
    assert len(found) == 15
    assert (found["own"] == "robust payer").mean() > (found["verdict"] == "robust payer").mean()
    last = found[found["year"] == 2017].set_index("name")
    assert (last["rank_high"] > 20).all(), "none is surely among the first twenty"
    robust = set(last.index[last["verdict"] == "robust payer"].str[3:])
    assert {"大厂回族自治县", "海兴县"} <= robust
    assert not robust & {"新河县"}
