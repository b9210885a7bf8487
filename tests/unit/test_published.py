"""Published data: the registry, the readers of its workbooks (made here), fetching from a server that misbehaves."""

from __future__ import annotations

import hashlib
import json
import socket
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from ecocomp.cli import main
from ecocomp.issues import DataError, UsageError
from ecocomp.sources.published import dataset, datasets, published_key, published_sha256, read_published
from ecocomp.sources.published.download import Patience, fetch
from figshare_server import Record, serve

CONTENT = bytes(range(256)) * 4000  # about a megabyte
CHEN = replace(dataset("chen2020"), sha256=hashlib.sha256(CONTENT).hexdigest())
QUICK = Patience(tries=3, wait=0.01, answer=5)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("ECOCOMP_OFFLINE", raising=False)


def record(**settings) -> Record:
    return Record(CONTENT, CHEN.paper, **settings)


def downloads(served: Record) -> list[str | None]:
    return [query["Range"] for _, path, query in served.asked if path.startswith("/files/")]


# --- fetching ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_collection", [False, True])
def test_the_record_is_found_by_the_papers_doi(tmp_path, in_collection):
    served = record(in_collection=in_collection)
    with serve(served) as api:
        fetched = fetch(CHEN, tmp_path / "数据", api=api, patience=QUICK)
        assert fetched.path == tmp_path / "数据" / "county_co2_1997_2017.xlsx"
        assert fetched.path.read_bytes() == CONTENT
        assert (fetched.known_release, fetched.already_there) == (True, False)
        assert served.asked[0][:2] == ("POST", "/v2/articles/search")
        assert served.asked[0][2]["resource_doi"] == "10.1038/s41597-020-00736-3"
        requests_so_far = len(served.asked)
        again = fetch(CHEN, tmp_path / "数据", api=api, patience=QUICK)
    assert again.already_there
    assert len(served.asked) == requests_so_far
    assert [p.name for p in (tmp_path / "数据").iterdir()] == ["county_co2_1997_2017.xlsx"]


def test_a_busy_server_is_asked_again(tmp_path):
    with serve(record(busy=2)) as api:
        assert fetch(CHEN, tmp_path, api=api, patience=QUICK).path.read_bytes() == CONTENT
    with serve(record(busy=99)) as api, pytest.raises(UsageError, match=r"cannot serve now.*by hand"):
        fetch(CHEN, tmp_path / "b", api=api, patience=QUICK)


def test_a_download_that_is_cut_off_goes_on_where_it_stopped(tmp_path):
    served = record(cut=[300_000, 200_000])
    with serve(served) as api:
        assert fetch(CHEN, tmp_path, api=api, patience=QUICK).path.read_bytes() == CONTENT
    starts = [int(r.removeprefix("bytes=").rstrip("-")) if r else 0 for r in downloads(served)]
    assert starts[0] == 0
    assert 0 < starts[1] <= 300_000
    assert starts[1] < starts[2] <= 500_000


def test_a_download_goes_on_in_the_next_session(tmp_path):
    (tmp_path / "county_co2_1997_2017.xlsx.part").write_bytes(CONTENT[:1000])
    served = record()
    with serve(served) as api:
        assert fetch(CHEN, tmp_path, api=api, patience=QUICK).path.read_bytes() == CONTENT
    assert downloads(served) == ["bytes=1000-"]


@pytest.mark.parametrize("left", [1000, len(CONTENT) + 5])
def test_a_server_without_ranges_or_a_part_too_long_begins_anew(tmp_path, left):
    (tmp_path / "county_co2_1997_2017.xlsx.part").write_bytes(b"x" * left)
    with serve(record(ranges=False)) as api:
        assert fetch(CHEN, tmp_path, api=api, patience=QUICK).path.read_bytes() == CONTENT


def test_a_download_that_keeps_being_cut_off_is_an_error_and_keeps_its_part(tmp_path):
    with serve(record(cut=[1000] * 50)) as api, pytest.raises(UsageError, match="could not be fetched"):
        fetch(CHEN, tmp_path, api=api, patience=QUICK)
    assert [p.name for p in tmp_path.iterdir()] == ["county_co2_1997_2017.xlsx.part"]


def test_damaged_content_is_removed(tmp_path):
    with serve(record(md5="0" * 32)) as api, pytest.raises(UsageError, match=r"arrived damaged .*MD5.*try again"):
        fetch(CHEN, tmp_path, api=api, patience=QUICK)
    assert list(tmp_path.iterdir()) == []


def test_another_release_is_said_to_be_one(tmp_path):
    with serve(record()) as api:
        fetched = fetch(dataset("chen2020"), tmp_path, api=api, patience=QUICK)
    assert not fetched.known_release


def test_a_record_without_the_file_is_an_error_that_names_what_there_is(tmp_path):
    other = record(name="CO2 emissions a.csv", others=("CO2 emissions b.csv",))
    with serve(other) as api, pytest.raises(UsageError, match=r"no single file .*emissions a.csv, CO2 emissions b.csv"):
        fetch(CHEN, tmp_path, api=api, patience=QUICK)
    empty = replace(CHEN, paper="10.1/unknown")
    with serve(record()) as api, pytest.raises(UsageError, match=r"\(files: none\)"):
        fetch(empty, tmp_path, api=api, patience=QUICK)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"status": 403}, "the server answered 403 Forbidden"),
        ({"body": b"<html>log in</html>"}, "answered something else than data"),
        ({"body": b'{"message": "x"}'}, "answered something else than data"),
    ],
)
def test_what_a_portal_answers_is_told(tmp_path, settings, message):
    with serve(record(**settings)) as api, pytest.raises(UsageError, match=message):
        fetch(CHEN, tmp_path, api=api, patience=QUICK)


def test_a_closed_network_is_told_with_what_to_do_instead(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(UsageError, match="the network is closed") as caught:
        fetch(CHEN, tmp_path, api=f"http://127.0.0.1:{port}/v2", patience=QUICK)
    assert "10.1038/s41597-020-00736-3" in str(caught.value)
    assert 'table = "chen2020:PATH"' in str(caught.value)
    assert caught.value.exit_code == 2


def test_offline_makes_no_connection(tmp_path, monkeypatch):
    served = record()
    with serve(served) as api:
        with pytest.raises(UsageError, match="connections are forbidden"):
            fetch(CHEN, tmp_path, offline=True, api=api, patience=QUICK)
        monkeypatch.setenv("ECOCOMP_OFFLINE", "1")
        with pytest.raises(UsageError, match="connections are forbidden"):
            fetch(CHEN, tmp_path, api=api, patience=QUICK)
        (tmp_path / "county_co2_1997_2017.xlsx").write_bytes(CONTENT)
        assert fetch(CHEN, tmp_path, api=api, patience=QUICK).already_there
    assert served.asked == []


def test_what_is_given_by_path_only_says_so(tmp_path):
    with pytest.raises(UsageError, match=r"ceads_provinces cannot be fetched.*ceads_provinces:PATH"):
        fetch(dataset("ceads_provinces"), tmp_path)


# --- the registry and the command line --------------------------------------------------------------------------------


def test_the_registry_is_complete():
    for entry in datasets().values():
        assert all((entry.title, entry.provides, entry.licence, entry.citation, entry.vintage, entry.record))
        assert entry.paper.startswith("10.")
        assert entry.fetchable == (entry.file is not None)
        assert published_key(f"{entry.key}:a/b.xlsx") == entry.key
    assert [published_key(t) for t in ("C:/a.xlsx", "a.xlsx", "chen:a", "chen2020")] == [None] * 4
    with pytest.raises(UsageError, match="did you mean 'chen2020'"):
        dataset("chen2002")


def test_commands_list_and_show():
    run = CliRunner()
    listed = run.invoke(main, ["data", "list"])
    assert listed.exit_code == 0
    assert all(key in listed.output for key in datasets())
    entries = json.loads(run.invoke(main, ["data", "list", "--json"]).output)
    assert [e["key"] for e in entries] == list(datasets())
    shown = run.invoke(main, ["data", "show", "chen2020"])
    assert "CC BY 4.0" in shown.output
    assert "Scientific Data 7, 391" in shown.output
    assert json.loads(run.invoke(main, ["data", "show", "chen2020", "--json"]).output)["divisions"] == 2010
    wrong = run.invoke(main, ["data", "show", "chen"])
    assert wrong.exit_code == 2
    assert "chen2020" in wrong.output


def test_command_fetch(tmp_path, monkeypatch):
    run = CliRunner()
    offline = run.invoke(main, ["data", "fetch", "chen2020", "-o", str(tmp_path), "--offline"])
    assert offline.exit_code == 2
    assert "connections are forbidden" in offline.output
    with serve(record()) as api:
        monkeypatch.setattr("ecocomp.sources.published.download.fetch.__kwdefaults__", {
            **fetch.__kwdefaults__, "api": api, "patience": QUICK})  # fmt: skip
        done = run.invoke(main, ["data", "fetch", "chen2020", "-o", str(tmp_path)])
        assert done.exit_code == 0
        assert "another release" in done.output
        assert f'table = "chen2020:{tmp_path.as_posix()}/county_co2_1997_2017.xlsx", divisions = 2010' in done.output
        told = run.invoke(main, ["data", "fetch", "chen2020", "-o", str(tmp_path), "--json"])
    assert json.loads(told.output)["known_release"] is False


# --- workbooks --------------------------------------------------------------------------------------------------------

HEADER = ["DISTCODE地区代码", "County Name", "County Name", "City Name", "City Name", "Province Name", "Province Name"]
ROWS = [
    [110228, "密云县", "Miyun County", "北京市", "Beijing City", "北京市", "Beijing City", 1.5, 2.5],
    ["320211（2）", "新吴区", "Xinwu District", "无锡市", "Wuxi City", "江苏省", "Jiangsu Province", 0.5, None],
]


def book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


@pytest.mark.parametrize(("key", "letter"), [("chen2020", "C"), ("chen2020_sequestration", "S")])
def test_county_workbooks_get_plain_names(tmp_path, key, letter):
    note = ["Note: County name is based on the division of China's counties in 2010"]
    years = [f"{'C' if letter == 'C' else ''}{year}" for year in (2000, 2001)]
    path = book(tmp_path / "县.xlsx", {"Unit (Million tons)": [HEADER + years, *ROWS, [], note]})
    raw = read_published(key, path)
    assert list(raw.frame.columns) == [
        "code", "name", "name_en", "prefecture", "prefecture_en", "province", "province_en",
        f"{letter}2000", f"{letter}2001",
    ]  # fmt: skip
    assert raw.frame["code"].tolist() == ["110228", "320211（2）"]
    assert raw.frame.loc[2, ["name", "name_en", "prefecture_en", f"{letter}2001"]].tolist() == [
        "密云县", "Miyun County", "Beijing City", "2.5",
    ]  # fmt: skip
    assert ("published-version" in {i.code for i in raw.issues}) == (key == "chen2020")
    assert published_sha256(path) == raw.sha256


def test_another_workbook_is_no_county_workbook(tmp_path):
    path = book(tmp_path / "别的.xlsx", {"表": [["地区", "数值"], ["北京", 1.0]]})
    with pytest.raises(DataError) as caught:
        read_published("chen2020", path)
    assert {i.code for i in caught.value.issues} == {"published-layout"}
    assert len(caught.value.issues) == 3


FUELS = ["Raw Coal", "Coke_Oven_Gas", "Process", "Scope 1 Total"]


def inventory(total: str = "Total Consumption", unit: str = "Mt CO2", head: str = "") -> list[list[object]]:
    return [
        [head, *FUELS], ["unit", *[unit] * 4], [None], [total, 10.0, 1.0, 0.5, 11.5], ["Urban", 1.0, 0.0, 0.0, 1.0],
    ]  # fmt: skip


def test_provincial_inventories_are_read_by_year_or_by_folder(tmp_path):
    first = book(tmp_path / "30_Provinces_2012.xlsx", {
        "NOTE": [["Introduction/简介", "x"]], "Hebei2012": inventory(), "InnerMongolia2012": inventory(),
    })  # fmt: skip
    book(tmp_path / "30_Provinces_2018.xlsx", {"Hebei2018": inventory("TotalEmissions", head="Emission_Inventory")})
    (tmp_path / "~$30_Provinces_2018.xlsx").write_bytes(b"lock")
    one = read_published("ceads_provinces", first)
    assert one.frame[["code", "province", "year", "total"]].values.tolist() == [
        ["130000", "河北省", "2012", "11.5"], ["150000", "内蒙古自治区", "2012", "11.5"],
    ]  # fmt: skip
    both = read_published("ceads_provinces", tmp_path)
    assert list(both.frame.columns) == [
        "code", "province", "province_en", "year", "raw_coal", "coke_oven_gas", "process", "total"
    ]  # fmt: skip
    assert both.frame["year"].tolist() == ["2012", "2018", "2012"]
    assert published_sha256(tmp_path) == both.sha256 != one.sha256
    assert published_sha256(tmp_path / "无") is None


def test_other_layouts_are_refused_by_sheet(tmp_path):
    path = book(tmp_path / "坏.xlsx", {
        "Hebei2012": inventory(unit="kt CO2"), "Tianjin2012": inventory(total="Sum"), "Beijing2012": [["x"]],
        "Atlantis2012": inventory(),
    })  # fmt: skip
    with pytest.raises(DataError) as caught:
        read_published("ceads_provinces", path)
    text = str(caught.value)
    for part in ("its unit is not Mt CO2 (row 2 says kt CO2)", "no row 'Total Consumption'", "no 'Scope 1 Total'",
                 "'Atlantis' is no province"):  # fmt: skip
        assert part in text
    (tmp_path / "空").mkdir()
    for wrong, part in (("空", "holds no workbook"), ("无.xlsx", "does not exist")):
        with pytest.raises(DataError, match=part):
            read_published("ceads_provinces", tmp_path / wrong)
    (tmp_path / "文.xlsx").write_text("text", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        read_published("ceads_provinces", tmp_path / "文.xlsx")
    plain = book(tmp_path / "普.xlsx", {"Sheet1": inventory()})
    with pytest.raises(DataError, match="no sheet named by province and year"):
        read_published("ceads_provinces", plain)
