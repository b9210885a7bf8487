"""From draws to answers: quantiles, verdicts, the error of so many draws, the ellipse of a centre."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from pyproj import Geod

from ecocomp.uncertainty import COLUMNS, Answers, in_this_process, propagate
from ecocomp.uncertainty.answers import centre_table, region_table, unit_quantiles, unit_table
from ecocomp.uncertainty.case import Case, check_uncertainty
from ecocomp.uncertainty.chunk import CLUSTERS, REGIONAL, Piece, chunk_of, chunks, year_parts
from ecocomp.uncertainty.store import DrawStore
from uncertain import ERRORS, case_with


def test_quantiles_by_hand() -> None:
    amounts = np.array([np.arange(21.0), np.r_[np.full(10, np.nan), np.arange(11.0)], np.full(21, np.nan)], np.float32)
    ranks = np.array([np.r_[np.arange(1, 21), -9], np.full(21, -2), np.zeros(21)], np.int32)
    found = unit_quantiles(amounts, ranks, np.array([True, False, True]))
    # 0 … 20: 5 % at 1, 95 % at 19; 0 … 10: 0.5 and 9.5; none
    np.testing.assert_allclose(found["amount_low"], [1, 0.5, np.nan])
    np.testing.assert_allclose(found["amount_high"], [19, 9.5, np.nan])
    np.testing.assert_allclose(found["amount_median"], [10, 5, np.nan])
    # ranks 1 … 20 as a payer: the smallest with at least 5 % of the draws up to it is 1, with 95 % it is 19
    np.testing.assert_allclose(found["rank_low"], [1, 2, np.nan])
    np.testing.assert_allclose(found["rank_high"], [19, 2, np.nan])
    np.testing.assert_allclose(found["rank_median"], [10, 2, np.nan])


def test_verdicts_and_the_error_of_so_many_draws() -> None:
    case = case_with({"draws": 200, "errors": ERRORS, "robust": 0.9}, units=5, years=(2010,))
    counts = {
        "valid": np.array([[200, 200, 200, 100, 0]]), "paying": np.array([[200, 4, 184, 50, 0]]),
        "receiving": np.array([[0, 190, 16, 50, 0]]), "first_paying": np.array([[100, 4, 0, 0, 0]]),
        "first_receiving": np.array([[0, 95, 16, 0, 0]]), "classed": np.array([[50, 50, 50, 50, 0]]),
        **{name: np.array([[10, 0, 0, 50, 0]]) for name in CLUSTERS},
    }  # fmt: skip
    names = ("amount_median", "amount_low", "amount_high", "rank_median", "rank_low", "rank_high")
    table = unit_table(case, counts, {name: np.zeros((1, 5)) for name in names})
    assert table["verdict"].tolist() == ["robust payer", "robust recipient", "robust payer", "undecided", "missing"]
    assert table["rank_side"].tolist() == ["payer", "recipient", "payer", "payer", ""]
    # 184 of 200: the exact 95 % interval is 0.873 to 0.954 and holds 0.9; 50 of 100: 0.398 to 0.602
    assert table["draws_suffice"].tolist() == ["yes", "yes", "no", "yes", ""]
    assert table["probability_error"].iloc[3] == pytest.approx((0.6017 - 0.3983) / 2, abs=1e-4)
    assert table["probability_first_n"].iloc[:4].tolist() == [0.5, 0.475, 0, 0]
    assert table["probability_HH"].iloc[:4].tolist() == [0.2, 0, 0, 1]
    assert table.loc[4, ["probability_paying", "probability_HH", "probability_error"]].isna().all()


def test_sums_of_the_region_and_the_error_of_the_gaps_median() -> None:
    case = case_with({"draws": 400, "errors": ERRORS}, units=3, years=(2010,))
    units = propagate(case).units
    regional = {name: np.arange(400.0)[None, ::-1] for name in REGIONAL} | {"gap": np.arange(400.0)[None] - 100}
    table = region_table(case, regional, units).iloc[0]
    assert table["payments_median"] == 199.5
    assert table["payments_low"] == pytest.approx(0.05 * 399)
    assert table["probability_gap"] == (400 - 101) / 400  # −100 … 299, zero is no gap
    # the 95 % interval of a median of 400 lies 1.96 · √400 / 2 = 19.6 places to either side, 180 to 220
    assert table["gap_error"] == 20


def test_a_centres_ellipse_holds_nine_tenths_of_a_normal_spread() -> None:
    case = case_with({"draws": 4000, "errors": ERRORS}, units=3, years=(2010,))
    generator = np.random.default_rng(0)
    # 10 km to the east and 5 km to the north as standard deviations at 40° N
    metres = generator.standard_normal((4000, 2)) * [10e3, 5e3]
    lon, lat, _ = Geod(ellps="WGS84").fwd(
        np.full(4000, 116.0), np.full(4000, 40.0), np.degrees(np.arctan2(*metres.T)), np.hypot(*metres.T)
    )
    places = np.full((4000, 1, 2, 2), np.nan)
    places[:, 0, 0] = np.column_stack([lon, lat])
    payments, receipts = centre_table(case, places).to_dict("records")
    scale = math.sqrt(-2 * math.log(0.1))  # the 0.9 quantile of χ² with 2 degrees of freedom
    assert payments["semi_major_km"] == pytest.approx(10 * scale, rel=0.03)
    assert payments["semi_minor_km"] == pytest.approx(5 * scale, rel=0.03)
    assert payments["rotation_deg"] == pytest.approx(90, abs=2)
    assert (payments["draws"], receipts["draws"]) == (4000, 0)
    assert math.isnan(receipts["lon"]) and math.isnan(receipts["area_km2"])


def assert_same(one: Answers, other: Answers) -> None:
    assert one.units.equals(other.units)
    assert one.region.equals(other.region)
    assert one.centres.equals(other.centres)


def test_answers_do_not_depend_on_how_draws_are_cut() -> None:
    stated = {"draws": 50, "errors": ERRORS, "cluster_draws": 30, "cluster_permutations": 99}
    case = case_with(stated, units=20)
    assert chunks(case) == [(0, 50)]

    def cut(case: Case, pieces: Sequence[Piece], store: DrawStore) -> Iterator[Piece]:
        return in_this_process(case, [(0, 3), (3, 33), (33, 50)], store)

    assert_same(propagate(case, compute=cut), propagate(case))


def test_answers_do_not_depend_on_how_years_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = {name: error | {"time_correlation": 0.9} for name, error in ERRORS.items()}
    stated = {"draws": 12, "errors": errors, "revisions": "all", "cluster_draws": 6, "cluster_permutations": 99}
    case = case_with(stated, units=20)
    whole = propagate(case)
    monkeypatch.setattr("ecocomp.uncertainty.case.CELLS_AT_ONCE", 40)
    assert (case.draws_at_once, year_parts(case)) == (1, [slice(0, 2), slice(2, 3)])  # 40 are two years of 20 units
    assert_same(propagate(case), whole)


def test_chunks_hang_on_the_study_alone_and_hold_every_draw() -> None:
    case = case_with({"draws": 700, "errors": ERRORS}, units=4)
    assert chunks(case) == [(0, 256), (256, 512), (512, 700)]


def test_answers_are_those_of_all_draws_at_once() -> None:
    case = case_with({"draws": 300, "errors": ERRORS, "cluster_draws": 0}, units=12)
    told: list[str] = []
    found = propagate(case, told.append)
    assert told[-1] == "draws: 300 of 300"
    everything = [chunk_of(case, 0, 300)]
    amounts = everything[0].amounts
    table = found.units.set_index(["unit", "year"])
    for u, unit in enumerate(case.panel["unit"].values):
        for t, year in enumerate(case.panel["year"].values):
            row = table.loc[(unit, year)]
            ends = np.quantile(amounts[t, u].astype(float), (0.05, 0.5, 0.95))
            assert row[["amount_low", "amount_median", "amount_high"]].tolist() == pytest.approx(ends, rel=1e-6)
            assert row["probability_paying"] == (amounts[t, u] > 0).mean()
            assert math.isnan(row["probability_HH"]) and row["cluster_draws"] == 0
    assert set(found.units) | {"name"} == set(COLUMNS["uncertainty"])
    assert list(found.region) == COLUMNS["uncertainty_regional"]


def test_a_unit_without_an_amount_is_missing() -> None:
    case = case_with({"draws": 20, "errors": ERRORS, "cluster_permutations": 99}, units=12)
    panel = case.panel.copy(deep=True)
    panel["emissions"][:, 3] = np.nan
    case = Case(case.study, panel, case.geometry, case.names, case.member_of, case.revisions, case.probabilities)
    table = propagate(case).units
    gone = table[table["unit"] == case.panel["unit"].values[3]]
    assert (gone["verdict"] == "missing").all() and (gone["draws"] == 0).all()
    assert gone[["amount_median", "rank_low", "probability_paying", "probability_ns"]].isna().all(axis=None)
    rest = table.drop(gone.index)
    assert rest[["amount_median", "probability_paying", "probability_ns"]].notna().all(axis=None)


def faults(uncertainty: dict[str, Any], **sections: Any) -> list[str]:
    case = case_with({"draws": 2, "errors": ERRORS}, units=4, **sections)
    study = case.study.model_copy(update={"uncertainty": type(case.study.uncertainty).model_validate(uncertainty)})
    return [str(issue) for issue in check_uncertainty(study, case.panel)]


def test_every_fault_is_found_at_once() -> None:
    found = faults({
        "draws": 2, "errors": {"gdp": {"cv": 0.1, "cv_of_units": {"X": 0.2}}}, "revisions": {"qota": 1.0, "none": 1.0},
        "weights_concentration": 3, "price": {"values": [3], "unit": "CNY/t"},
    }, revision={"weights": {"gdp": 1}})  # fmt: skip
    assert len(found) == 4
    for words in (
        "did you mean 'quota'",
        "no revision of the draws has weights",
        "no such unit",
        "lacks its substance",
    ):
        assert any(words in fault for fault in found), words


def test_what_is_right_is_no_fault() -> None:
    stated = {"draws": 2, "revisions": {"none": 1.0, "theoretical": 2.0}, "price": {"cv": 0.2}}
    assert faults(stated) == []
