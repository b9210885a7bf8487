"""The priority table as a workbook, read back with openpyxl."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from ecocomp.outputs.priority_table import display_names, priority_blocks
from ecocomp.outputs.workbook import write_workbook
from ecocomp.result import Result
from unit.report_results import make_result


def rows_of(result: Result, folder: Path, sheet: str = "priority") -> list[tuple[object, ...]]:
    path = folder / "优先级.xlsx"
    write_workbook(result, path)
    return list(load_workbook(path)[sheet].iter_rows(values_only=True))


def test_blocks_put_payers_and_recipients_side_by_side() -> None:
    block = priority_blocks(make_result().results)[2015]
    assert block.index.tolist() == [1, 2]
    assert block["payer"].tolist() == ["Alpha", "Beta"]
    assert block["recipient"].iloc[0] == "Gamma"
    assert block["recipient_amount"].iloc[0] == -2e8
    assert block["recipient"].isna().tolist() == [False, True]
    assert len(priority_blocks(make_result().results, first_n=1)[2015]) == 1


def test_repeated_names_carry_their_parent_and_else_their_code() -> None:
    results = make_result(names=("X", "X", "X", "Y")).results
    assert display_names(results, ["province"]) == {
        "01": "X (East) (01)", "02": "X (East) (02)", "03": "X (West)", "04": "Y",
    }  # fmt: skip


def test_round_trip(tmp_path: Path) -> None:
    rows = rows_of(make_result(), tmp_path)
    assert rows[0][0] == "A hand-made region: compensation priority 生态补偿优先级"
    assert rows[1][0] == "Data origin 数据来源类别: modelled"
    assert [c for c in rows[2] if c] == ["2010", "2015"]
    assert rows[4][0] == "Rank 位次"
    assert rows[4][1:9] == (
        "Unit 单元代码", "Payer 支付单元", "Compensation priority 生态补偿优先级", "Compensation amount 补偿金额 [CNY]",
        "Unit 单元代码", "Recipient 受偿单元", "Compensation priority 生态补偿优先级",
        "Compensation amount 补偿金额 [CNY]",
    )  # fmt: skip
    assert rows[5][:9] == (1, "01", "Alpha", 0.2, 2e8, "03", "Gamma", 0.1, -1e8)
    assert rows[6][:9] == (2, "02", "Beta", 0.1, 1e8, None, None, None, None)
    assert rows[5][10:18] == ("01", "Alpha", 0.4, 4e8, "03", "Gamma", 0.2, -2e8)


def test_the_notice_comes_first(tmp_path: Path) -> None:
    result = make_result(notice="Modelled, not observed")
    assert rows_of(result, tmp_path)[0][0] == "Modelled, not observed"
    assert rows_of(result, tmp_path, "about")[0] == ("Notice 声明", "Modelled, not observed")


def test_codes_are_left_out_where_they_are_the_names(tmp_path: Path) -> None:
    result = make_result(names=("01", "02", "03", "04"))
    assert rows_of(result, tmp_path)[5][:7] == (1, "01", 0.2, 2e8, "03", 0.1, -1e8)


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "=1+1"])
def test_text_stays_text(tmp_path: Path, name: str) -> None:
    path = tmp_path / "p.xlsx"
    write_workbook(make_result(names=(name, "007", "1e5", "#N/A")), path)
    book = load_workbook(path)
    cells = {cell.value: cell for row in book["priority"].iter_rows() for cell in row if cell.value is not None}
    assert cells[name].data_type == "s"
    assert cells[name].quotePrefix
    assert cells["007"].data_type == cells["1e5"].data_type == "s"


def test_characters_that_xml_forbids_are_dropped(tmp_path: Path) -> None:
    assert rows_of(make_result(names=("A\x00\x0b", "B", "C", "D")), tmp_path)[5][2] == "A"


def test_no_recipients(tmp_path: Path) -> None:
    rows = rows_of(make_result(recipients=False), tmp_path)
    assert rows[5][5:9] == (None, None, None, None)
    assert rows[7][2] is not None  # the third payer


def test_panes_formats_and_meanings(tmp_path: Path) -> None:
    path = tmp_path / "p.xlsx"
    write_workbook(make_result(), path)
    book = load_workbook(path)
    assert book.sheetnames == ["priority", "about"]
    assert book["priority"].freeze_panes == "B6"
    assert book["priority"]["E6"].number_format.startswith("#,##0")
    about = {row[0]: row[1] for row in book["about"].iter_rows(values_only=True)}
    assert about["Data origin 数据来源类别"] == "modelled"
    assert "名义金额" in str(about["Compensation amount 补偿金额 [CNY]"])
    assert "MOD17 NPP" in str(about["Sequestration 碳吸收量"])


def test_the_file_repeats_itself_but_for_time_stamps(tmp_path: Path) -> None:
    assert rows_of(make_result(), tmp_path) == rows_of(make_result(), tmp_path)
