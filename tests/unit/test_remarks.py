"""What a run remarks on its own steps, and what a check finds beyond the tables."""

import pytest

from ecocomp import Study
from ecocomp.issues import DataError
from ecocomp.pipeline import check, run
from tiny import panel, write_study


def codes(folder, **replace) -> list[str]:
    path = write_study(folder, replace=replace.get("replace"), table=replace.get("table"))
    return [issue.code for issue in check(Study.load(path))]


def test_a_check_finds_what_a_run_would_refuse(tmp_path):
    reference = {"[compensation]": "[revision]\nreference = 2011\n\n[compensation]"}
    assert "reference-year" in codes(tmp_path / "1", replace=reference)
    nearest = {"permutations = 999": 'weights = "k_nearest"\nk = 6'}
    assert "too-many-neighbours" in codes(tmp_path / "2", replace=nearest)
    apart = {"permutations = 999": 'weights = "distance"\ndistance_km = 1\nisolates = "error"'}
    assert codes(tmp_path / "3", replace=apart).count("isolate") == 6
    two = panel()[lambda t: t["代码"].isin(["010001", "020001"])]
    assert codes(tmp_path / "4", table=two).count("too-few-units") == 2


def test_prices_are_checked_for_the_years_of_a_faulty_table(tmp_path):
    table = panel()
    table["排放"] = table["排放"].astype(object)
    table.loc[0, "排放"] = "many"
    found = codes(tmp_path, table=table, replace={"value = 50": "years = { 2010 = 50 }"})
    assert {"not-a-number", "price-year"} <= set(found)


def test_permutations_that_can_call_no_cluster_are_remarked(tmp_path):
    path = write_study(tmp_path, replace={"permutations = 999": "permutations = 99\nalpha = 0.01"})
    result = run(Study.load(path))
    remark = result.issues.query("code == 'few-permutations'")
    assert "no p is below 0.02" in remark["message"].iloc[0]  # 2/(99 + 1)


def test_isolates_are_counted(tmp_path):
    apart = {"permutations = 999": 'weights = "distance"\ndistance_km = 1\nisolates = "drop"'}
    result = run(Study.load(write_study(tmp_path, replace=apart)))
    assert result.issues.query("code == 'isolates'")["message"].str.contains("6").all()
    assert (result.results["cluster"] == "isolate").all()


def test_a_size_near_zero_is_refused_with_the_amounts_that_it_makes(tmp_path):
    table = panel()
    table.loc[1, "面积"] = 1e-300
    with pytest.raises(DataError, match=r"010002.*the amount would be"):
        run(Study.load(write_study(tmp_path, table=table)))


def test_the_manifest_holds_units_sums_and_issues(tmp_path):
    manifest = run(Study.load(write_study(tmp_path))).manifest
    assert manifest["valid_units"] == {"2010": 6, "2015": 6}
    assert manifest["sums_over_valid_units"]["emissions"]["2010"] == 24.5  # 9 + 6 + 5 + 1 + 2 + 1.5
    assert len(manifest["units"]) == 6
    assert "nominal-money" in [issue["code"] for issue in manifest["issues"]]
