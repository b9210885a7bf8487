"""Sensitivity: Ishigami's and a linear case's analytic indices, seeds, tornado, elasticities, and named numbers."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from ecocomp.cli import main
from ecocomp.issues import UsageError
from ecocomp.uncertainty import scalar_of, sensitivity, sobol_indices
from ecocomp.uncertainty.inputs import drawn_inputs
from ecocomp.uncertainty.latent import Latent, latent_points
from ecocomp.uncertainty.outcome import outcome_of
from ecocomp.uncertainty.sensitivity import COLUMNS, bootstrap
from ecocomp.variables import table
from tiny import write_study
from uncertain import ERRORS, case_with

LINEAR = {"errors": {"emissions": {"cv": 0.25}, "sequestration": {"cv": 0.5}, "gdp": {"cv": 0.3}}}


def ishigami(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def values_of_ishigami(points: int, seed: int) -> tuple[NDArray[np.float64], ...]:
    first, second = latent_points({"a": 1, "b": 1, "c": 1}, "sobol", points, seed, sides=2)

    def at(latent: Latent) -> NDArray[np.float64]:
        return ishigami(-math.pi + 2 * math.pi * np.column_stack([latent.shared[g] for g in "abc"]))

    return at(first), at(second), np.column_stack([at(first.swapped(g, second)) for g in "abc"])


@pytest.mark.parametrize("seed", [0, 1])
def test_ishigami(seed: int) -> None:
    # Ishigami and Homma (1990): V = a²/8 + bπ⁴/5 + b²π⁸/18 + ½, V1 = ½(1 + bπ⁴/5)², V2 = a²/8, V13 = b²π⁸(1/18 − 1/50)
    a, b = 7, 0.1
    v1, v2, v13 = 0.5 * (1 + b * math.pi**4 / 5) ** 2, a**2 / 8, b**2 * math.pi**8 * (1 / 18 - 1 / 50)
    v = v1 + v2 + v13
    first, total = sobol_indices(*values_of_ishigami(2**13, seed))
    assert first == pytest.approx([v1 / v, v2 / v, 0], abs=0.01)
    assert total == pytest.approx([(v1 + v13) / v, v2 / v, v13 / v], abs=0.01)


def test_seeds_behave() -> None:
    f = values_of_ishigami(256, 0)
    np.testing.assert_array_equal(bootstrap(*f, 0), bootstrap(*f, 0))
    assert (bootstrap(*f, 0) != bootstrap(*f, 1)).any()
    assert (values_of_ishigami(256, 0)[0] != values_of_ishigami(256, 1)[0]).all()


def test_intervals_lie_around_their_index() -> None:
    f = values_of_ishigami(1024, 3)
    ends = bootstrap(*f, 3)
    for index, (low, high) in zip(sobol_indices(*f), ends, strict=True):
        assert np.all((low <= index) & (index <= high))
        assert np.all(high - low < 0.25)


def test_a_number_that_does_not_vary_has_no_indices() -> None:
    first, total = sobol_indices(np.ones(8), np.ones(8), np.ones((8, 2)))
    assert np.isnan(first).all() and np.isnan(total).all()


def test_a_linear_case_has_the_indices_of_its_closed_form() -> None:
    # the gap without revision is Σ(E − S)·60e6: each input's share of the variance, and the GDP has none
    case = case_with(LINEAR, units=12, years=(2010,), revision={"method": "none"})
    assert case.member_of is not None
    same = case.member_of[:, None] == case.member_of[None, :]
    rho = 0.5 + 0.25 * same + 0.25 * np.eye(12)
    variance = {}
    for name, cv in (("emissions", 0.25), ("sequestration", 0.5)):
        x = case.panel[name].values[0]
        variance[name] = (np.outer(x, x) * np.expm1(np.log1p(cv**2) * rho)).sum()
    found = sensitivity(case, "gap", points=4096).set_index("input")
    for name, own in variance.items():
        share = own / sum(variance.values())
        assert found.loc[name, "sobol_first"] == pytest.approx(share, abs=0.03)
        assert found.loc[name, "sobol_total"] == pytest.approx(share, abs=0.03)
    assert found.loc["gdp", ["sobol_first", "sobol_total"]].tolist() == [0, 0]
    totals = {name: case.panel[name].values.sum() for name in ("emissions", "sequestration")}
    net = totals["emissions"] - totals["sequestration"]
    assert found["plain"].iloc[0] == pytest.approx(net * 60e6)
    # linear in each: its share of the net
    assert found.loc["emissions", "elasticity"] == pytest.approx(totals["emissions"] / net)
    assert found.loc["sequestration", "elasticity"] == pytest.approx(-totals["sequestration"] / net)
    assert found.loc["gdp", "elasticity"] == 0
    # one group alone: the plain value lies inside, and the GDP moves nothing
    assert np.all(found["alone_low"] <= found["plain"]) and np.all(found["plain"] <= found["alone_high"])
    assert found.loc["gdp", "alone_high"] == found.loc["gdp", "plain"]


def test_groups_are_all_that_is_uncertain_largest_first() -> None:
    stated = {
        "errors": ERRORS, "price": {"low": 20, "high": 100, "unit": "CNY/t CO2"}, "weights_concentration": 10,
        "revisions": "all",
    }  # fmt: skip
    found = sensitivity(case_with(stated, units=8), "payments", 2007, points=60)
    assert list(found) == COLUMNS
    assert set(found["input"]) == {"emissions", "sequestration", "gdp", "price", "weights", "revision"}
    assert found["sobol_total"].is_monotonic_decreasing
    assert (found["year"] == 2007).all()
    own = found.set_index("input")
    assert own.loc["price", "elasticity"] == pytest.approx(1)
    assert own.loc[["weights", "revision"], "elasticity"].isna().all()
    assert set(COLUMNS) <= set(table())


def test_seed_zero_is_a_seed_like_any_other() -> None:
    def with_seed(seed: int) -> pd.DataFrame:
        study = {"name": "x", "seed": seed}
        return sensitivity(case_with(LINEAR, units=6, study=study), "gap", points=64)

    pd.testing.assert_frame_equal(with_seed(0), with_seed(0), check_exact=True)
    assert with_seed(0)["sobol_first"].tolist() != with_seed(1)["sobol_first"].tolist()


def test_numbers_of_units() -> None:
    case = case_with({"draws": 4, "errors": ERRORS, "revisions": "all"}, units=30)
    outcome = outcome_of(case, drawn_inputs(case, latent_points(case.columns, "sobol", 32, 7)[0]))
    plain = outcome_of(case, drawn_inputs(case, Latent({}, 0, 1, {})))
    unit = 4
    amount = scalar_of(case, "amount:U0005", 2012)
    np.testing.assert_array_equal(amount.of(outcome), outcome["amount"].values[:, 1, unit])
    side = int(plain["side"].values[0, 1, unit])
    found = scalar_of(case, "rank:U0005", 2012).of(outcome)
    sides, ranks = outcome["side"].values[:, 1], outcome["rank"].values[:, 1, unit]
    members = (sides == side).sum(axis=1)
    np.testing.assert_array_equal(found, np.where(sides[:, unit] == side, ranks, members + 1))
    assert scalar_of(case, f"amount:{case.names[unit]}", 2012) == amount


@pytest.mark.parametrize(
    ("of", "year", "words"),
    [
        ("gapp", None, "did you mean 'gap'"),
        ("amount", None, "no such number 'amount'"),
        ("gap:U0001", None, "no such number"),
        ("amount:U001", None, "did you mean 'U0001'"),
        ("amount:zzzz", None, "give an id or name"),
        ("gap", 1999, "no year 1999"),
    ],
)
def test_numbers_that_there_are_not(of: str, year: int | None, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        scalar_of(case_with(LINEAR, units=4), of, year)


def test_nothing_uncertain() -> None:
    with pytest.raises(UsageError, match="nothing is uncertain"):
        sensitivity(case_with({"draws": 0}, units=4), "gap")


UNCERTAIN = """permutations = 999

[uncertainty]
[uncertainty.errors]
emissions = { cv = 0.25 }
gdp = { cv = 0.15 }
"""


def run_sensitivity(folder: Path, *options: str, uncertain: bool = True) -> Any:
    study = write_study(folder, replace={"permutations = 999\n": UNCERTAIN} if uncertain else None)
    return CliRunner().invoke(main, ["sensitivity", str(study), "--points", "32", *options])


def test_the_command_prints_a_table_and_writes_it(tmp_path: Path) -> None:
    done = run_sensitivity(tmp_path, "--of", "gap", "--year", "2010", "-o", str(tmp_path / "gap.csv"))
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0].startswith("gap in 2010: ")
    assert lines[1].split()[:2] == ["input", "first"]
    assert lines[2].split()[0] == "emissions"
    written = pd.read_csv(tmp_path / "gap.csv", encoding="utf-8-sig")
    as_json = json.loads(run_sensitivity(tmp_path, "--of", "gap", "--year", "2010", "--json").output)
    assert [row["input"] for row in as_json] == written["input"].tolist() == ["emissions", "gdp"]
    assert as_json[0]["sobol_total"] == pytest.approx(written["sobol_total"].iloc[0])


def test_the_command_draws_a_tornado(tmp_path: Path) -> None:
    done = run_sensitivity(tmp_path, "--of", "amount:县1", "--figure", str(tmp_path / "龙卷风.png"))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "龙卷风.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "龙卷风.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "uncertain", "words"),
    [
        (["--of", "amount:县9"], True, "no such unit"),
        (["--of", "gap"], False, "nothing is uncertain"),
        ([], True, "--of"),
        (["--of", "gap", "--figure", "缺口.svg"], True, "give a name that ends in .png"),
        (["--of", "gap", "--figure", "没有/缺口.png"], True, "there is no folder 没有"),
    ],
)
def test_the_command_refuses_what_it_cannot_do(tmp_path: Path, options: list[str], uncertain: bool, words: str) -> None:
    done = run_sensitivity(tmp_path, *options, uncertain=uncertain)
    assert done.exit_code == 2
    assert words in done.output
    assert "Traceback" not in done.output
