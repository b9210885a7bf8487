"""The crosswalk on cases small enough to work by hand, and the table of changes of Beijing, Tianjin and Hebei."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecocomp.panel.crosswalk import carry, check_totals, in_words, names_apart, of_other_divisions, strangers
from ecocomp.panel.events import COLUMNS, KINDS, built_in, checked_events, read_events, with_shares
from ecocomp.study.crosswalk import Crosswalk

HEADER = "date,kind,old_code,old_name,new_code,new_name,share,source,note\n"
SPLIT = HEADER + "2012-05-01,split,A,甲,B,乙,,x,\n2012-05-01,split,A,甲,C,丙,,x,\n"
MERGE = HEADER + "2012-05-01,merge,A,甲,C,丙,,x,\n2012-05-01,merge,B,乙,C,丙,,x,\n"
TRANSFER = HEADER + "2012-05-01,transfer,A,甲,B,乙,{},x,\n"


def events_of(text: str) -> pd.DataFrame:
    rows = [line.split(",") for line in text.strip().splitlines()]
    frame = pd.DataFrame(rows[1:], columns=rows[0], index=range(2, len(rows) + 1))
    events, issues = checked_events(frame, "变动.csv")
    assert not issues
    return events


def grid(**values: float) -> pd.DataFrame:
    return pd.DataFrame({2010: values})


def test_a_total_is_divided_by_weight_and_added_up():
    # A = 10 into B and C, which weigh 3 and 1: 7.5 and 2.5; D has no part in it
    split, _ = carry(grid(A=10.0, D=4.0), 2010, 2015, events_of(SPLIT), {"B": 3.0, "C": 1.0, "D": 9.0})
    assert split[2010].to_dict() == {"C": 2.5, "B": 7.5, "D": 4.0}
    # and A = 10, B = 5 into C: 15
    merged, _ = carry(grid(A=10.0, B=5.0), 2010, 2015, events_of(MERGE))
    assert merged[2010].to_dict() == {"C": 15.0}


def test_backwards_a_merger_is_divided_and_a_split_added_up():
    # C = 15 back to A and B, which weigh 2 and 1: 10 and 5
    parts, _ = carry(grid(C=15.0), 2015, 2010, events_of(MERGE), {"A": 2.0, "B": 1.0})
    assert parts[2010].to_dict() == {"B": 5.0, "A": 10.0}
    whole, _ = carry(grid(B=7.5, C=2.5), 2015, 2010, events_of(SPLIT))
    assert whole[2010].to_dict() == {"A": 10.0}


def test_a_rate_is_a_weighted_mean_and_is_the_same_in_all_parts():
    # rates 0.2 and 0.5 with weights 300 and 100: (60 + 50) / 400 = 0.275
    mean, _ = carry(
        grid(A=0.2, B=0.5), 2010, 2015, events_of(MERGE), kind="intensive", part_weights={"A": 300, "B": 100}
    )
    assert mean.loc["C", 2010] == pytest.approx(0.275)
    parts, issues = carry(grid(A=0.3), 2010, 2015, events_of(SPLIT), kind="intensive")
    assert parts[2010].to_dict() == {"B": 0.3, "C": 0.3}
    assert not [i for i in issues if i.severity == "error"]


def test_a_stated_part_changes_hands_and_comes_back():
    # a quarter of A = 8 goes to B = 1: 6 and 3
    events = events_of(TRANSFER.format("0.25"))
    moved, _ = carry(grid(A=8.0, B=1.0), 2010, 2015, events)
    assert moved[2010].to_dict() == {"A": 6.0, "B": 3.0}
    # backwards with the weights of 2010, 8 and 1: B was made of 2 of A and 1 of its own
    back, _ = carry(moved, 2015, 2010, events, {"A": 8.0, "B": 1.0})
    assert back[2010].to_dict() == pytest.approx({"A": 8.0, "B": 1.0})


def test_a_part_of_unknown_size_stays_and_is_told():
    moved, issues = carry(grid(A=8.0, B=1.0), 2010, 2015, events_of(TRANSFER.format("")), file="表.xlsx")
    assert moved[2010].to_dict() == {"A": 8.0, "B": 1.0}
    (told,) = issues
    assert (told.code, told.severity, told.unit, told.file) == ("crosswalk-transfer", "warning", "A", "表.xlsx")
    assert "part of A 甲 went to B 乙 (2012-05-01)" in told.message


def test_steps_follow_each_other_by_date():
    # A splits in 2012, its part B joins D in 2014, stated shares 0.4 and 0.6: D' = 4 + 1, C = 6
    rows = (
        "2014-01-01,merge,B,,D,,,x,\n2014-01-01,merge,D,,D,,,x,\n"
        "2012-05-01,split,A,,B,,0.4,x,\n2012-05-01,split,A,,C,,0.6,x,\n"
    )
    carried, _ = carry(grid(A=10.0, D=1.0), 2010, 2015, events_of(HEADER + rows))
    assert carried[2010].to_dict() == pytest.approx({"D": 5.0, "C": 6.0})
    between, _ = carry(grid(A=10.0, D=1.0), 2010, 2013, events_of(HEADER + rows))
    assert between[2010].to_dict() == pytest.approx({"B": 4.0, "C": 6.0, "D": 1.0})
    same, _ = carry(grid(A=10.0, D=1.0), 2012, 2012, events_of(HEADER + rows))
    assert same[2010].to_dict() == {"A": 10.0, "D": 1.0}


@pytest.mark.parametrize("values", [{"A": 10.0, "B": np.nan}, {"A": 10.0}])
def test_a_sum_with_a_missing_part_is_missing_and_named(values):
    carried, issues = carry(grid(**values), 2010, 2015, events_of(MERGE))
    assert np.isnan(carried.loc["C", 2010])
    (missing,) = [i for i in issues if i.code == "crosswalk-missing"]
    assert missing.unit == "C"
    assert "missing in 1 years because a part of it is: B 乙" in missing.message
    assert not [i for i in issues if i.code == "crosswalk-total"]  # what is withheld is counted


def test_what_weights_do_not_divide_is_an_error_with_a_way_out():
    for weights in (None, {"B": 1.0}, {"B": 0.0, "C": 0.0}, {"B": 1.0, "C": float("nan")}, {"B": 2.0, "C": -1.0}):
        carried, issues = carry(grid(A=10.0), 2010, 2015, events_of(SPLIT), weights)
        assert carried.isna().all().all(), weights
        (fault,) = [i for i in issues if i.severity == "error"]
        assert fault.code == "crosswalk-weight"
        assert "A 甲 cannot be divided between B 乙, C 丙" in fault.message
        assert "[crosswalk] weight" in fault.remedy
    _, issues = carry(grid(A=0.2, B=0.5), 2010, 2015, events_of(MERGE), kind="intensive")
    assert [i.code for i in issues if i.severity == "error"] == ["crosswalk-weight"]


def test_totals_that_differ_are_an_error():
    before, after = pd.Series({2010: 100.0, 2011: 50.0}), pd.Series({2010: 100.0 + 1e-6, 2011: 50.0 + 1e-10})
    (issue,) = check_totals(before, after, file="表.csv", column="C{year}")
    assert (issue.code, issue.severity, issue.year, issue.column) == ("crosswalk-total", "error", 2010, "C{year}")


def test_strangers_come_with_candidates():
    known = {"130502": "襄都区", "130503": "信都区", "130521": "内丘县", "130881": "平泉市"}
    names = {"130823": "平泉县", "130523": "内邱县", "130599": "", "340102": "瑶海区", "130502": "桥东区"}
    issues, far = strangers(names, known, built_in(), file="表.xlsx")
    assert far == 1  # 340102 lies in no province of the study
    told = {i.unit: i.message for i in issues}
    assert set(told) == {"130823", "130523", "130599"}
    assert "130881 平泉市 (from 2017-04-09): check divisions" in told["130823"]
    assert "closest: 130521 内丘县" in told["130523"]
    assert "closest: 130502 襄都区, 130503 信都区, 130521 内丘县" in told["130599"]


def test_a_stranger_says_what_is_lost_with_it():
    lost = {"130599": " and is left out with gdp 5 CNY in 2010"}
    (issue,), _ = strangers({"130599": "某区"}, {"130502": "襄都区"}, built_in(), lost)
    assert issue.message.startswith(
        "某区 is not among the units of the study and is left out with gdp 5 CNY in 2010; clo"
    )


def test_the_totals_before_and_after_are_stated():
    frame = pd.DataFrame({2010: {"A": 10.0, "B": 1.5}, 2011: {"A": 12.0, "B": 1.5}, 2015: {"A": 14.0, "B": np.nan}})
    (told,) = [
        i.message for i in carry(frame, 2010, 2015, events_of(MERGE), quantity="emissions", unit="Mt CO2")[1]
        if i.code == "crosswalk-carried"
    ]  # fmt: skip
    # 10 + 1.5; in 2015 the 14 of A are withheld, because B is missing
    assert told == (
        "2 of 2 units were carried from the divisions of 2010 to those of 2015; emissions adds up to 11.5 Mt CO2 "
        "in 2010 and 14 Mt CO2 in 2015 before and after, of which units with a missing part hold 14 Mt CO2 in 2015"
    )
    rates = carry(frame[[2010]], 2010, 2015, events_of(MERGE), None, "intensive", {"A": 1.0, "B": 1.0})[1]
    assert [i.message.partition(";")[2] for i in rates] == [""], "a rate has no total"
    assert in_words(pd.Series({2010: 2.0}), "km2") == "2 km2 in 2010"
    assert in_words(pd.Series({2010: np.nan}), "km2") == ""


def test_codes_of_another_year_are_told():
    issues = of_other_divisions(["110228", "110118", "110101", "130284", "999999"], 2010, built_in(), file="x.csv")
    assert [i.unit for i in issues] == ["110118", "130284"]
    assert "is a code of after 2015-10-13: 密云区 was 110228 密云县" in issues[0].message
    issues = of_other_divisions(["110228", "110118", "110103"], 2020, built_in())
    assert [i.unit for i in issues] == ["110228", "110103"]
    assert "is a code of before 2010-06-28: 崇文区 became 110101 东城区" in issues[1].message


def test_names_that_no_change_explains_are_told():
    known = {"130523": "内丘县", "130602": "竞秀区", "130521": "某县"}
    issues = names_apart({"130523": "内邱县", "130602": "新市区", "130999": "甲"}, known, built_in())
    assert [(i.unit, i.severity, i.value) for i in issues] == [("130523", "warning", "内邱县")]


# --- tables of changes ------------------------------------------------------------------------------------------------


def test_the_built_in_table_is_whole():
    events = built_in()
    assert len(events) == 78
    assert events["source"].str.split(";").str[0].nunique() == 26
    assert set(events["kind"]) == set(KINDS)
    assert events["date"].str.fullmatch(r"20[0-2]\d(-\d\d-\d\d)?").all()
    assert events[["old_name", "new_name", "source"]].ne("").all().all()
    assert events.loc[events["date"].str.len() == 4, "note"].str.contains("not known to us").all()
    _, issues = checked_events(events.assign(share=""), "x")
    assert not issues


def test_the_docs_state_the_count_and_the_sources():
    text = (Path(__file__).resolve().parents[2] / "docs" / "crosswalk.md").read_text(encoding="utf-8")
    events = built_in()
    assert f"{len(events)} rows" in text
    sources = events["source"].str.split(";").str[0].unique()
    assert f"{len(sources)} approvals" in text
    assert [s for s in sources if s not in text] == []


BAD = HEADER + (
    "2012-13-01,split,A,甲,B,乙,,x,\n"  # no such month
    "2012-05-01,升格,A,甲,B,乙,,x,\n"
    "2012-05-01,merge,,甲,B,乙,,x,\n"
    "2012-05-01,split,E,甲,B,乙,1.5,x,\n"
    "2012-05-01,split,F,甲,B,乙,0.5,x,\n"
    "2012-05-01,split,F,甲,C,乙,0.4,x,\n"
    "2013-05-01,split,G,甲,B,乙,0.5,x,\n"
    "2013-05-01,split,G,甲,C,乙,,x,\n"
    "2013-05-01,promoted,H,甲,I,乙,, ,\n"
    "2013/5/1,promoted,J,甲,K,乙,,x,\n"
)


def test_faults_of_a_users_table_are_all_named(tmp_path):
    (tmp_path / "变动.csv").write_bytes(BAD.encode("gb18030"))
    events, issues = read_events(["变动.csv", "无.csv"], tmp_path)
    messages = "\n".join(str(i) for i in issues)
    for part in (
        "变动.csv, column date, row 2: is no date", "row 3: is no kind of change", "row 4: has no code",
        "column share, row 5, unit E: is no share", "F, 2012-05-01: shares add up to 0.9 instead of 1",
        "G, 2013-05-01: shares are stated for some of its successors and not for others",
        "column source, row 10, unit H: has no source", "row 11: is no date", "无.csv does not exist",
    ):  # fmt: skip
        assert part in messages
    assert all(i.severity == "error" for i in issues)
    assert set(events["old_code"]) == {"F", "G"}
    _, issues = checked_events(pd.DataFrame({"date": ["2012"], "旧代码": ["A"]}), "y.csv")
    assert sorted(i.column or "" for i in issues) == sorted(c for c in COLUMNS if c not in ("date", "share", "note"))


def test_a_users_table_joins_the_built_in_one(tmp_path):
    (tmp_path / "山西.csv").write_text(
        HEADER + "2018-02-09 00:00:00,promoted,140227,大同县,140215,云州区,,国函〔2018〕22号,\n", encoding="utf-8"
    )
    events, issues = read_events(["built-in", "山西.csv", "built-in"], tmp_path)
    assert not issues
    assert len(events) == len(built_in()) + 1
    carried, _ = carry(grid(**{"140227": 3.0, "130823": 4.0}), 2015, 2020, events)
    assert carried[2010].to_dict() == {"140215": 3.0, "130881": 4.0}


def test_shares_make_a_part_change_hands():
    shares = pd.DataFrame(
        {"old_code": ["130103"], "new_code": ["130104"], "share": ["0.45"]}, index=pd.Index([2], name="row")
    )
    events, issues = with_shares(built_in(), shares, "份额.csv")
    assert not issues
    frame = grid(**{"130102": 1.0, "130103": 2.0, "130104": 4.0})
    carried, issues = carry(frame, 2010, 2020, events)
    # 0.45 × 2 = 0.9 goes west, 1.1 to Chang'an
    assert carried[2010].to_dict() == pytest.approx({"130102": 2.1, "130104": 4.9})
    assert "crosswalk-transfer" not in {i.code for i in issues}
    for row, part in (
        (["130103", "999999", "0.5"], "no change leads from 130103 to 999999"),
        (["130103", "130104", "45%"], "is no share from 0 to 1"),
    ):
        bad = pd.DataFrame([row], columns=["old_code", "new_code", "share"], index=[2])
        _, issues = with_shares(built_in(), bad, "份额.csv")
        assert part in issues[0].message
    _, issues = with_shares(built_in(), pd.DataFrame({"share": ["1"]}), "份额.csv")
    assert {i.column for i in issues} == {"old_code", "new_code"}


def test_settings_say_what_a_weight_can_be():
    assert Crosswalk().shares is None
    assert Crosswalk(weight="shares.csv").shares == "shares.csv"
    with pytest.raises(ValueError, match="is a rate and divides nothing"):
        Crosswalk(weight="engel_coefficient")
    with pytest.raises(ValueError, match="neither a quantity"):
        Crosswalk(weight="people")


def test_a_users_row_of_a_built_in_change_takes_its_place(tmp_path):
    own = built_in()
    own = own[(own["date"] == "2001-01-22") & (own["old_code"] == "130106") & (own["kind"] == "split")]
    own = own.assign(share=[0.4, 0.3, 0.1, 0.1, 0.1], old_code="１３０１０６")  # full-width digits are read too
    own.to_csv(tmp_path / "份额.csv", index=False, encoding="utf-8-sig")
    for names in (["built-in", "份额.csv"], ["份额.csv", "built-in"]):
        events, issues = read_events(names, tmp_path)
        assert not issues
        split = events[(events["old_code"] == "130106") & (events["kind"] == "split")]
        assert split["share"].tolist() == [0.4, 0.3, 0.1, 0.1, 0.1]


def test_a_date_in_raised_digits_is_no_date():
    frame = pd.DataFrame([["²⁰¹⁵", "rename", "A", "甲", "B", "乙", "", "x", ""]], columns=list(COLUMNS), index=[2])
    _, issues = checked_events(frame, "变动.csv")
    assert [(issue.column, issue.value) for issue in issues] == [("date", "²⁰¹⁵")]
