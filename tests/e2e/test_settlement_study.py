"""A settlement as a user runs it: caps, costs from a table, a plan that is impossible, and what the files say."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from ecocomp.cli import main
from tiny import CODES, panel, write_study

PAYERS, RECIPIENTS = CODES[:3], CODES[3:]


def call(*arguments: object) -> Result:
    outcome = CliRunner().invoke(main, [str(a) for a in arguments])
    assert "Traceback" not in outcome.output
    return outcome


def study_with(folder: Path, section: str, quantities: str = "") -> Path:
    table = panel()
    table["财政"] = table["GDP"] / 10
    replace = {
        "permutations = 999\n": f"permutations = 999\n\n{section}\n",
        "[compensation]\n": f"{quantities}\n[compensation]\n",
    }
    return write_study(folder / "研究", table=table, replace=replace)


def read(study: Path, name: str) -> pd.DataFrame:
    texts = dict.fromkeys(("unit", "payer", "recipient", "payer_parent", "recipient_parent"), str)
    return pd.read_csv(study.parent / "研究-results" / f"{name}.csv", encoding="utf-8-sig", dtype=texts)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study settled by a table of costs, with caps of fiscal revenue and balances carried over."""
    section = (
        '[settlement]\nmethod = "transport"\ncost = "matrix"\nmatrix = { table = "费用.csv" }\ncarry_over = true\n'
        'cap = { share = 0.02, of = "fiscal_revenue" }\nfloor = { share = 0.1 }'
    )
    study = study_with(tmp_path_factory.mktemp("结算"), section,
                       'fiscal_revenue = { column = "财政", unit = "1e8 CNY" }')  # fmt: skip
    rows = [(p, r, 1 + abs(int(p) - int(r) + 10000)) for p in PAYERS for r in RECIPIENTS]
    costs = pd.DataFrame(rows, columns=["payer", "recipient", "cost"])
    costs.to_csv(study.parent / "费用.csv", index=False, encoding="utf-8-sig")
    outcome = call("run", study, "--lang", "en")
    assert outcome.exit_code == 0, outcome.output
    return study


def test_caps_of_fiscal_revenue_hold_and_balances_go_on(finished: Path) -> None:
    results, ledger = read(finished, "results"), read(finished, "ledger").set_index(["unit", "year"])
    paid = results[results["settled"] > 0].set_index(["unit", "year"])
    # 010001 in 2010: fiscal revenue is a tenth of 300 x 10^8 CNY, 2 % of that are 6 x 10^7
    assert paid.loc[("010001", 2010), "settled"] == ledger.loc[("010001", 2010), "cap"] == 6e7
    owed = ledger.loc[("010001", 2010), "due"]
    assert 0 < ledger.loc[("010001", 2010), "carried_out"] <= owed - 6e7
    assert ledger.loc[("010001", 2015), "carried_in"] == ledger.loc[("010001", 2010), "carried_out"]
    limits = read(finished, "settlement_limits")
    assert set(limits.loc[limits["binding"] == "yes", "limit"]) == {"cap"}
    assert limits["saving"].notna().all()


def test_money_goes_the_cheap_way(finished: Path) -> None:
    transfers = read(finished, "transfers")
    own = [abs(int(p) - int(r) + 10000) for p, r in zip(transfers["payer"], transfers["recipient"], strict=True)]
    assert sum(distance == 0 for distance in own) >= 3, "each pays its opposite number first"
    flows = read(finished, "transfers_parents")
    assert set(zip(flows["payer_parent"], flows["recipient_parent"], strict=True)) == {("甲省", "乙省")}
    assert flows["amount"].sum() == pytest.approx(transfers["amount"].sum(), abs=0.001)


def test_report_workbook_and_manifest_tell_it(finished: Path) -> None:
    folder = finished.parent / "研究-results"
    page = (folder / "report.html").read_text(encoding="utf-8")
    for words in ("Who pays whom", "No payer pays more than 2% of its fiscal revenue", "at the least total cost",
                  "No plan with the same payments, receipts and conditions costs less"):  # fmt: skip
        assert words in page
    assert {"flows.png", "parents.png"} <= {p.name for p in (folder / "figures").iterdir()}
    sheet = openpyxl.load_workbook(folder / "priority.xlsx")["ledger"]
    assert sum(1 for row in sheet.iter_rows(values_only=True) if row[0] in CODES) == 6
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["settlement"]["years"]["2010"]["proven_least"] is True
    assert manifest["inputs"]["settlement.matrix"]["file"] == "费用.csv"


def test_a_changed_table_of_costs_is_found(finished: Path) -> None:
    folder, file = finished.parent / "研究-results", finished.parent / "费用.csv"
    assert call("verify", folder).exit_code == 0
    before = file.read_bytes()
    file.write_bytes(before.replace(b",1\r\n", b",2\r\n").replace(b",1\n", b",2\n"))
    try:
        assert call("verify", folder).exit_code == 4
    finally:
        file.write_bytes(before)


def test_an_impossible_plan_exits_with_3_and_says_what_would_do(tmp_path: Path) -> None:
    study = study_with(tmp_path, "[settlement]\ncap = { share = 0.0001 }\nfloor = { share = 0.9 }")
    outcome = call("run", study)
    assert outcome.exit_code == 3
    for words in ("the settlement of 2010 is infeasible", "the settlement of 2015 is infeasible", "the caps of 010001, "
                  "010002, 010003 bind", "raise [settlement.cap] share to 0.0"):  # fmt: skip
        assert words in outcome.stderr
    assert not (study.parent / "研究-results").exists()
    told = json.loads(call("run", study, "--json").stdout)
    assert len(told["problems"]) == 1
    share = outcome.stderr.split("raise [settlement.cap] share to ")[1].split(";")[0]
    text = study.read_text(encoding="utf-8").replace("share = 0.0001", f"share = {share}")
    study.write_text(text, encoding="utf-8")
    again = call("run", study)
    assert "of 2010" not in again.output, "what it says is enough"


def test_every_missing_pair_and_every_fault_of_the_table_is_told(tmp_path: Path) -> None:
    section = '[settlement]\nmethod = "transport"\ncost = "matrix"\nmatrix = { table = "费用.csv", cost = "费用" }'
    study = study_with(tmp_path, section)
    rows = [(p, r, "5") for p in PAYERS for r in RECIPIENTS][:-2]
    pd.DataFrame(rows, columns=["payer", "recipient", "费用"]).to_csv(study.parent / "费用.csv", index=False)
    outcome = call("run", study, "--json")
    assert outcome.exit_code == 1
    issues = json.loads(outcome.stdout)["issues"]
    missing = [i for i in issues if i["code"] == "cost-missing"]
    assert len(missing) == 4, "two pairs in each of two years"
    assert "lacks the pair 010003 to 020003" in missing[1]["message"]
    rows += [
        ("010001", "020001", "6"),
        ("010003", "020002", "-1"),
        ("010003", "020003", "weit"),
        ("999999", "020001", "1"),
    ]
    pd.DataFrame(rows, columns=["payer", "recipient", "费用"]).to_csv(study.parent / "费用.csv", index=False)
    issues = json.loads(call("check", study, "--json").stdout)["issues"]
    found = {(i["code"], i["row"]) for i in issues if i["code"].startswith("cost-")}
    assert found == {("cost-duplicate", 9), ("cost-number", 10), ("cost-number", 11), ("cost-unknown-unit", None)}
    (study.parent / "费用.csv").unlink()
    assert call("check", study).exit_code == 1
