"""The summary of a run: its numbers are the result's, its columns stand one under the other in any script."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import ecocomp
from ecocomp.cli.summary import summary_lines
from ecocomp.issue_table import columns_of
from ecocomp.language import language_of
from ecocomp.outputs.summary import FIRST, Ranked, summary_of
from ecocomp.result import Result
from tiny import write_study

DRAWN = "permutations = 999\n\n[uncertainty]\ndraws = 64\nerrors.emissions = { cv = 0.1 }\n"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    study = write_study(tmp_path_factory.mktemp("末"), replace={"permutations = 999\n": DRAWN})
    return ecocomp.run(ecocomp.Study.load(study))


def test_it_says_what_the_tables_hold(result: Result) -> None:
    told = summary_of(result, language_of("en"))
    region = result.regional.iloc[-1]
    assert told.title == "试验区: 2015"
    amounts = {total.label: float(total.amount.replace(",", "")) for total in told.totals}
    assert told.unit == "10⁸ CNY"
    for label, column in (("Payments", "payments"), ("Receipts", "receipts"), ("Transferred", "transferred")):
        assert amounts[label] == pytest.approx(region[column] / 1e8, rel=1e-3)
    assert amounts["Gap"] == pytest.approx(amounts["Payments"] - amounts["Receipts"], abs=2e-3)
    rows = result.results[(result.results["year"] == 2015)].set_index("name")
    for side, ranked in zip(("payer", "recipient"), told.ranked, strict=True):
        expected = rows[rows["group"] == side].sort_values("rank")
        assert [one.name for one in ranked] == expected.index.tolist()
        assert [float(one.amount) for one in ranked] == pytest.approx(abs(expected["amount"]) / 1e8, rel=5e-3)
    facts = dict(told.facts)
    assert facts["Clusters"] == "  ".join(
        [*(f"{kind} {region[f'n_{kind}']}" for kind in ("HH", "LL", "HL", "LH")), f"{region['n_ns']} not significant"]
    )
    centre = result.centres.query("year == 2015 and weighting == 'payments'").iloc[0]
    assert facts["Centre of payments"].startswith(f"{centre['lon']:.2f}° E, {centre['lat']:.2f}° N; ")
    assert f"{centre['distance_km']:.3g}" in facts["Centre of payments"]
    assert facts["Centre of payments"].endswith("since 2010")
    robust = result.uncertainty_regional.query("year == 2015").iloc[0]
    assert facts["How sure"] == (
        f"{robust['robust_payers']} of {region['payers']} payers and {robust['robust_recipients']} of "
        f"{region['recipients']} recipients are robust, by 64 draws"
    )
    assert "notional" in told.remark


def test_without_draws_nothing_is_said_of_certainty(result: Result) -> None:
    without = replace(result, uncertainty_regional=result.uncertainty_regional.iloc[:0])
    assert "How sure" not in dict(summary_of(without, language_of("en")).facts)


def test_a_centre_of_the_south_and_west_and_a_single_year(result: Result) -> None:
    moved = result.centres.assign(lon=-result.centres["lon"], lat=-result.centres["lat"])
    facts = dict(summary_of(replace(result, centres=moved), language_of("en")).facts)
    assert facts["Centre of receipts"].startswith("115.")
    assert "° W, 3" in facts["Centre of receipts"]
    assert "° S; " in facts["Centre of receipts"]
    last = {name: getattr(result, name).query("year == 2015") for name in ("regional", "centres")}
    facts = dict(summary_of(replace(result, **last), language_of("en")).facts)
    assert "since" not in facts["Centre of payments"]


@pytest.mark.parametrize("code", ["en", "zh"])
@pytest.mark.parametrize("width", [150, 80, 60, 40])
def test_columns_stand_one_under_the_other_whatever_the_script(result: Result, code: str, width: int) -> None:
    long = Ranked("4", "一个名字特别长的自治县以及它的全部乡镇和街道一个名字特别长的自治县", "12.345")
    told = summary_of(result, language_of(code))
    told = replace(told, ranked=[[*told.ranked[0], long], told.ranked[1]])
    lines = summary_lines(told, [*told.facts, ("Report", "研究-results/report.html")], width)
    head = next(i for i, line in enumerate(lines) if told.heads[0][:6] in line)
    block = lines[head : head + 1 + len(told.ranked[0])]
    assert all(columns_of(line) <= width for line in block)
    ends = {columns_of(line[: line.index(told.ranked[0][i].amount) + len(told.ranked[0][i].amount)])
            for i, line in enumerate(block[1:])}  # fmt: skip
    assert len(ends) == 1, "the amounts of the first side end in one column"
    assert columns_of(block[0][: block[0].index(told.unit) + len(told.unit)]) in ends
    assert ("…" in block[-1]) == (width < 150), "the long name is cut where it has no room"
    labels = [total.label for total in told.totals]
    first = [next(line for line in lines if line.startswith(f"  {label} ")) for label in labels]
    units = {columns_of(line[: line.index(told.unit)]) for line in first}
    assert len(units) == 1


def test_colours_are_written_only_where_asked(result: Result) -> None:
    told = summary_of(result, language_of("en"))
    plain, coloured = (summary_lines(told, told.facts, 100, colour=colour) for colour in (False, True))
    assert "\x1b" not in "".join(plain)
    assert "\x1b[1m" in "".join(coloured)
    assert len(plain) == len(coloured)


def test_no_more_than_the_first_are_named(result: Result) -> None:
    year = result.results[result.results["year"] == 2015]
    many = [
        year.assign(unit=year["unit"] + str(i), name=year["name"] + str(i), rank=year["rank"] + 3 * i) for i in range(4)
    ]
    told = summary_of(replace(result, results=pd.concat(many, ignore_index=True)), language_of("en"))
    assert [[one.rank for one in side] for side in told.ranked] == [[str(i + 1) for i in range(FIRST)]] * 2
