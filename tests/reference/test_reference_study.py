"""The published study of the Beijing-Tianjin-Hebei counties: what its abstract reports and this method reproduces.

Expected values are the column "tests ask" of methods §7, which an independent script gave on the same panel.
"""

from __future__ import annotations

import numpy as np
import pytest

from ecocomp import Study
from ecocomp.accounts import revise
from ecocomp.compensation import amount, group, price_by_year
from ecocomp.panel import Inputs
from ecocomp.pipeline import load, run
from ecocomp.result import Result
from ecocomp.space import clusters
from ecocomp.study import Revision
from ecocomp.zoning import priority, rank

pytestmark = [pytest.mark.shared, pytest.mark.china]

YEARS = [2007, 2012, 2017]
PAYERS = {"海兴县": 2, "柏乡县": 5, "新河县": 10, "大厂回族自治县": 9, "任泽区": 40}
RECIPIENTS = {"尚义县": 1, "康保县": 4, "沽源县": 5, "阜平县": 8, "赤城县": 8}
CENTRES = {2007: (116.21, 38.27), 2012: (116.19, 38.25), 2017: (116.20, 38.16)}


@pytest.fixture(scope="module")
def study(shared) -> Study:
    return Study.load(shared / "examples" / "bth.toml")


@pytest.fixture(scope="module")
def result(study) -> Result:
    return run(study)


@pytest.fixture(scope="module")
def inputs(study) -> Inputs:
    return load(study)


def ranks_among_counties(inputs: Inputs, study: Study, revision: Revision) -> dict[str, list[float]]:
    """Return the ranks of the named units among the units not called 市区, year by year."""
    panel = inputs.panel.isel(unit=[not unit.endswith("市区") for unit in inputs.panel["unit"].values])
    revised = revise(inputs.panel, revision)["revised"].sel(unit=panel["unit"])
    amounts = amount(revised, price_by_year(study.compensation, YEARS))
    ranks = rank(priority(amounts, panel["gdp"]), amounts, group(amounts))
    names = [*PAYERS, *RECIPIENTS]
    return {
        name: ranks.isel(unit=[u.endswith(name) for u in ranks["unit"].values]).values[0].tolist() for name in names
    }


def test_first_payers_and_recipients(inputs, study):
    ranks = ranks_among_counties(inputs, study, study.revision)
    for name, bound in {**PAYERS, **RECIPIENTS}.items():
        assert max(ranks[name]) <= bound, (name, ranks[name])


def test_signed_centre(result):
    centres = result.centres.query("weighting == 'signed'").set_index("year")
    for year, (lon, lat) in CENTRES.items():
        assert abs(centres.loc[year, "lon"] - lon) <= 0.05
        assert abs(centres.loc[year, "lat"] - lat) <= 0.05


def test_payments_exceed_receipts(result):
    ratio = result.regional["payments"] / result.regional["receipts"]
    assert ratio.between(7.5, 10).all(), ratio


def test_first_twenty_roughly_balance(result):
    first = result.balance.query("n == 20")
    ratio = first["payments_top_n"] / first["receipts_top_n"]
    assert len(ratio) == 3
    assert ratio.between(1.1, 1.7).all(), ratio


@pytest.mark.parametrize(
    ("alternative", "hh", "ll"),
    [("directed", [25, 25, 27], [21, 24, 26]), ("two-sided", [18, 15, 14], [14, 16, 19])],
)
def test_number_of_clusters(inputs, study, alternative, hh, ll):
    amounts = amount(revise(inputs.panel, study.revision)["revised"], price_by_year(study.compensation, YEARS))
    settings = study.space.model_copy(update={"alternative": alternative})
    _, regional = clusters(amounts, inputs.geometry, settings, study.study.seed)
    assert np.abs(regional["n_HH"].values - hh).max() <= 3
    assert np.abs(regional["n_LL"].values - ll).max() <= 3


def test_the_course_of_the_clusters(result):
    """The study's numbers of clusters rise and then fall; here high-high ones fall and low-low ones rise."""
    counts = result.regional.set_index("year")
    assert counts["n_HH"].between(12, 20).all()
    classes = result.cluster_trends.set_index("cluster")
    assert classes.loc["HH", "shape"] == "falls"
    assert classes.loc["LL", "shape"] == "rises"
    assert (classes["smallest_p"] > 0.05).all(), "three years can show no trend"
    # what the steps say adds up to the numbers of the years
    steps = result.transitions.query("year == 2012").groupby("destination")["transitions"].sum()
    assert [steps[kind] for kind in ("HH", "LL", "ns")] == counts.loc[2012, ["n_HH", "n_LL", "n_ns"]].tolist()
    assert steps["missing"] == 1


def test_where_hot_spots_last(result):
    lasting = result.histories.query("pattern == 'untested hot'").merge(
        result.results[["unit", "city"]].drop_duplicates(), on="unit"
    )
    assert {"廊坊市", "天津市"} <= set(lasting["city"])


def parents_of(result: Result, label: str, year: int, alpha_times: float = 1.0) -> set[str]:
    """Return the prefectures with a unit in a cluster; alpha_times = 2 reads the two-sided p as a directed one."""
    frame = result.results.query("year == @year")
    called = frame[frame["p_value"] < 0.05 * alpha_times]
    mean = frame["amount"].mean()
    high = called["amount"] > mean
    like_neighbours = called["local_moran"] > 0
    return set(called[like_neighbours & (high if label == "HH" else ~high)]["city"])


def test_where_clusters_lie(result):
    for year in YEARS:
        high = parents_of(result, "HH", year, 2)
        assert {"廊坊市", "天津市", "石家庄市"} <= high
        assert ("邯郸市" in high) == (year >= 2012)
        assert {"张家口市", "承德市"} <= parents_of(result, "LL", year, 2)


def test_recipients_are_few(result):
    assert result.regional["recipients"].between(21, 24).all()


def test_without_revision_the_named_payers_do_not_come_first(inputs, study):
    ranks = ranks_among_counties(inputs, study, Revision(method="none"))
    # methods §7: Baixiang 19 to 64, Xinhe 34 to 83, Dachang 42 to 82 — each beyond what the test above asks
    assert min(ranks["柏乡县"]) >= 19
    assert max(ranks["柏乡县"]) <= 64
    assert min(ranks["新河县"]) >= 34
    assert max(ranks["新河县"]) <= 83
    assert min(ranks["大厂回族自治县"]) >= 42
    assert max(ranks["大厂回族自治县"]) <= 82


def test_without_revision_high_clusters_lie_in_tangshan_and_tianjin(study):
    unrevised = run(study.model_copy(update={"revision": Revision(method="none")}))
    for year in YEARS:
        assert {"唐山市", "天津市"} <= parents_of(unrevised, "HH", year, 2)


def test_quota_is_zero_sum_and_names_none_of_the_five(inputs, study):
    quota = Revision(method="quota", weights=study.revision.weights)
    revised = revise(inputs.panel, quota)["revised"]
    assert abs(revised.sum("unit")).max() < 1e-9
    ranks = ranks_among_counties(inputs, study, quota)
    for name in PAYERS:  # a unit that receives under quota ranks among the recipients instead
        signs = revised.isel(unit=[u.endswith(name) for u in revised["unit"].values]).values[0]
        assert all(r > 10 or sign < 0 for r, sign in zip(ranks[name], signs, strict=True)), (name, ranks[name])


def test_the_arithmetic_mean_orders_alike_but_fails_the_balance_and_the_centre(study):
    arithmetic = study.model_copy(update={"revision": study.revision.model_copy(update={"mean": "arithmetic"})})
    result = run(arithmetic)
    first = result.balance.query("n == 20")
    ratio = first["payments_top_n"] / first["receipts_top_n"]
    assert ratio.round(1).between(2.0, 2.7).all(), ratio
    centres = result.centres.query("weighting == 'signed'").set_index("year")["lat"]
    north = [centres[year] - lat for year, (_, lat) in CENTRES.items()]
    assert min(north) > 0.05, north


def test_weichang_is_missing_everywhere_and_counted(result):
    weichang = result.results[result.results["unit"].str.contains("围场")]
    assert (weichang["group"] == "missing").all()
    assert (weichang["cluster"] == "missing").all()
    computed = ["emissions", "account", "revised", "amount", "priority", "rank", "settled", "local_moran", "p_value"]
    assert weichang[computed].isna().all(axis=None)
    assert (result.regional["missing"] == 1).all()
    assert (result.issues["unit"] == "130828").sum() == 3
    assert not result.transfers[["payer", "recipient"]].isin(set(weichang["unit"])).any(axis=None)


def test_weichang_affects_no_other_unit(result, study, shared, tmp_path):
    """Taking its rows and its polygon away altogether gives the same numbers for every other unit."""
    import pandas as pd

    from ecocomp.sources.boundaries import read_cnmaps

    table = pd.read_csv(shared / "data" / "bth_counties" / "panel.csv", dtype=str, keep_default_na=False)
    table[table["adcode"] != "130828"].to_csv(tmp_path / "panel.csv", index=False)
    polygons = read_cnmaps(["北京市", "天津市", "河北省"]).drop(columns="file")
    polygons[polygons["adcode"] != "130828"].to_file(tmp_path / "counties.gpkg")
    settings = study.settings()
    settings["units"] |= {"table": "panel.csv", "boundaries": "counties.gpkg"}
    without = run(Study.from_dict(settings, folder=tmp_path))
    kept = result.results[~result.results["unit"].str.contains("围场")].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, without.results, check_exact=True)
