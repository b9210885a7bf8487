"""Histories of clusters: what becomes of units and classes over the years, and the tables of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import ecocomp
from ecocomp.pipeline.histories import COLUMNS, history_frames
from ecocomp.space import ClusterHistories, cluster_histories
from ecocomp.verification import verify
from tiny import panel, write_study

NAMES = pd.Series({"u0": "甲", "u1": "乙", "u2": "丙", "u3": "丁"})
SPOTS = {"HH": "hot", "LH": "hot", "LL": "cold", "HL": "cold", "ns": "ns", "isolate": "isolate", "missing": "missing"}


def local(*units: str, years: tuple[int, ...] = (2007, 2012, 2013), z: dict[str, float] | None = None) -> xr.Dataset:
    """One string of clusters a unit; hot spots go with them, with Gi* of 3, −3 or 0."""
    cluster = np.array([unit.split() for unit in units])
    spot = np.vectorize(SPOTS.get)(cluster)
    score = np.select([spot == "hot", spot == "cold", spot == "ns"], [3.0, -3.0, 0.5], np.nan)
    p = np.where(np.isnan(score), np.nan, 0.01)  # of ns as well: the label decides and not p
    arrays = {"cluster": cluster, "hot_spot": spot, "gi_star_z": score, "gi_star_p": p}
    coords = {"unit": [f"u{n}" for n in range(len(units))], "year": list(years[: cluster.shape[1]])}
    return xr.Dataset({name: (("unit", "year"), array) for name, array in arrays.items()}, coords=coords)


def told(*units: str) -> ClusterHistories:
    histories = cluster_histories(local(*units), 0.05)
    assert histories is not None
    return histories


@pytest.fixture
def frames() -> dict[str, pd.DataFrame]:
    return history_frames(told("HH HH ns", "ns HH HH", "LL missing LL", "ns ns ns"), NAMES)


def test_transitions_have_a_row_for_every_pair_of_classes_and_years(frames: dict[str, pd.DataFrame]) -> None:
    steps = frames["transitions"]
    assert len(steps) == 2 * 7 * 7
    moved = steps[steps["transitions"] > 0]
    assert [tuple(row) for row in moved.itertuples(index=False)] == [
        (2007, 2012, "HH", "HH", 1), (2007, 2012, "LL", "missing", 1), (2007, 2012, "ns", "HH", 1),
        (2007, 2012, "ns", "ns", 1), (2012, 2013, "HH", "HH", 1), (2012, 2013, "HH", "ns", 1),
        (2012, 2013, "ns", "ns", 1), (2012, 2013, "missing", "LL", 1),
    ]  # fmt: skip


def test_the_chain_by_hand(frames: dict[str, pd.DataFrame]) -> None:
    chain = frames["markov"].set_index(["origin", "destination"])
    assert len(chain) == 25
    # both steps: HH stays 2 times, goes to ns once; ns goes to HH once, stays 2 times; LL is missing between
    assert chain.loc[("HH", "HH"), "transitions"] == 2
    assert chain.loc[("HH", "ns"), "probability"] == pytest.approx(1 / 3)
    assert chain.loc[("ns", "HH"), "probability"] == pytest.approx(1 / 3)
    assert chain.loc[("LL", "LL"), "transitions"] == 0
    assert np.isnan(chain.loc[("LL", "LL"), "probability"])
    # symmetric: half the time in each; HH is reached from ns after 1 / (1/3) = 3 steps
    np.testing.assert_allclose(chain.xs("HH", level="destination")["steady_state"], 0.5)
    assert chain.loc[("ns", "HH"), "first_passage"] == pytest.approx(3)
    assert set(chain["structure"]) == {"irreducible"}


def test_the_steady_state_stands_with_the_class_gone_to() -> None:
    # HH stays 1, goes to LL 1; LL stays 1, goes to HH 2: π_HH / 2 = 2 π_LL / 3, so 4/7 and 3/7
    chain = history_frames(told("HH HH LL", "LL HH missing", "LL LL HH"), NAMES)["markov"]
    steady = chain[chain["origin"] == "HH"].set_index("destination")["steady_state"]
    assert steady["HH"] == pytest.approx(4 / 7)
    assert steady["LL"] == pytest.approx(3 / 7)
    assert steady[["HL", "LH", "ns"]].isna().all()


def test_units_by_hand(frames: dict[str, pd.DataFrame]) -> None:
    units = frames["histories"].set_index("unit")
    assert units["name"].to_dict() == NAMES.to_dict()
    assert units["years_classed"].tolist() == [3, 3, 2, 3]
    assert units["years_HH"].tolist() == [2, 2, 0, 0]
    assert units["longest_run_HH"].tolist() == [2, 2, 0, 0]
    assert units["years_LL"].tolist() == [0, 0, 2, 0]
    assert units["longest_run_LL"].tolist() == [0, 0, 1, 0], "a missing year breaks the run"
    # hot in 2 of 3 years but not the last; hot up to the last, once not; cold in both valid years; never
    assert units["pattern"].tolist() == ["none", "consecutive hot", "untested cold", "none"]
    assert units["hot_share"].tolist() == pytest.approx([2 / 3, 2 / 3, 0, 0])
    assert units["cold_share"].tolist() == [0, 0, 1, 0]
    # scores 3, 3, 0.5: S = −2 of 3 pairs, one tied: −2 / √(3 · 2)
    assert units.loc["u0", "tau"] == pytest.approx(-2 / np.sqrt(6))
    assert np.isnan(units.loc["u3", "tau"]), "all scores are the same"


def test_classes_by_hand(frames: dict[str, pd.DataFrame]) -> None:
    classes = frames["cluster_trends"].set_index("cluster")
    assert list(classes.index) == ["HH", "LL", "HL", "LH", "ns", "isolate"]
    assert classes["shape"].tolist() == [
        "rises, then falls (peak 2012)", "falls, then rises (trough 2012)", "constant", "constant",
        "falls, then rises (trough 2012)", "constant",
    ]  # fmt: skip
    # HH 1, 2, 1: +1 −1 0; slopes 1/5, −1 and 0
    assert classes.loc["HH", ["trend_s", "slope", "trend_p"]].tolist() == [0, 0, 1]
    assert classes["smallest_p"].tolist() == pytest.approx([1 / 3] * 6)


def test_a_difference_of_rounding_is_no_trend() -> None:
    data = local("HH HH HH HH HH", years=(2007, 2008, 2009, 2010, 2011))
    data["gi_star_z"] = data["gi_star_z"] + 1e-13 * np.arange(5)  # the same amounts at rising prices
    histories = cluster_histories(data, 0.05)
    assert histories is not None
    assert histories.units["pattern"].item() == "persistent hot"
    assert np.isnan(histories.units["tau"].item())


def test_one_year_has_no_history() -> None:
    assert cluster_histories(local("HH", "LL"), 0.05) is None
    frames = history_frames(None, NAMES)
    assert {name: list(frame.columns) for name, frame in frames.items()} == COLUMNS
    assert not any(len(frame) for frame in frames.values())


def test_a_study_of_one_year_runs_is_saved_and_verifies(tmp_path: Path) -> None:
    study = write_study(tmp_path / "一年", table=panel((2010,)))
    folder = ecocomp.save(ecocomp.run(ecocomp.Study.load(study)), study.parent / "结果")
    for name, columns in COLUMNS.items():
        frame = pd.read_csv(folder / f"{name}.csv", encoding="utf-8-sig")
        assert list(frame.columns) == [*columns, "data_origin"]
        assert frame.empty
    assert verify(folder) == []


def test_unequal_steps_are_remarked(tmp_path: Path) -> None:
    def notes(*years: int) -> list[str]:
        study = write_study(tmp_path / "-".join(map(str, years)), table=panel(years))
        issues = ecocomp.run(ecocomp.Study.load(study)).issues
        return issues.loc[issues["code"] == "unequal-steps", "message"].tolist()

    (message,) = notes(2010, 2015, 2016)
    assert "1 to 5 years apart" in message
    assert notes(2010, 2015, 2020) == []
    assert notes(2010, 2016) == []
