"""Tables and boundaries from a real PostgreSQL server, results written back, and passwords that are never told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import ecocomp
from ecocomp.cli import main
from ecocomp.issues import DataError, StudyError
from ecocomp.sources.databases import read_polygons, read_rows
from ecocomp.variables import label
from postgres import Server, execute, running_server
from tiny import CODES, boundaries, panel, write_study

pytestmark = pytest.mark.database

COLUMNS = {"代码": "text", "名称": "text", "省": "text", "年份": "integer"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        table, shapes = panel(), boundaries()
        types = ", ".join(f'"{c}" {COLUMNS.get(c, "double precision")}' for c in table.columns)
        rows = ", ".join(str(tuple(row)) for row in table.astype(object).itertuples(index=False))
        polygons = ", ".join(
            f"('{code}', gis.ST_GeomFromText('{shape.wkt}', 4326))"
            for code, shape in zip(shapes["code"], shapes.geometry, strict=True)
        )
        execute(running, "eco", [
            "create schema 统计",
            f"create table 统计.面板 ({types})",
            f"insert into 统计.面板 values {rows}",
            "create table counties (code text, geom gis.geometry)",
            f"insert into counties values {polygons}",
            "create schema office",
            "grant usage, create on schema office to reader",
            "grant usage on schema 统计 to reader",
            "grant select on 统计.面板, counties to reader",
            "create table secret_table (x int)",
        ])  # fmt: skip
        yield running


@pytest.fixture(autouse=True)
def password(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the client library find the password in the environment, and nothing else of this machine's."""
    monkeypatch.setenv("PGPASSWORD", server.password)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "no-password-file"))
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))


def call(*arguments: object) -> Result:
    outcome = CliRunner().invoke(main, [str(a) for a in arguments])
    assert "Traceback" not in outcome.output
    return outcome


def from_database(folder: Path, url: str, **replace: str) -> Path:
    """Write the tiny study with table and boundaries in the database."""
    return write_study(folder, replace={
        'table = "面板.csv"': f'table = "{url}"\nquery = "select * from 统计.面板"',
        'boundaries = "边界.geojson"': f'boundaries = "{url}"\nboundaries_query = "select code, geom from counties"',
        **replace,
    })  # fmt: skip


def refusal(call_: object, *arguments: object) -> ecocomp.issues.Issue:
    with pytest.raises(DataError) as refused:
        call_(*arguments)  # type: ignore[operator]
    (issue,) = refused.value.issues
    return issue


def test_a_study_in_the_database_gives_what_files_give(server: Server, tmp_path: Path) -> None:
    files = ecocomp.run(ecocomp.Study.load(write_study(tmp_path / "files")))
    study = from_database(tmp_path / "db", server.url())
    result = ecocomp.run(ecocomp.Study.load(study))
    for name, frame in files.frames().items():
        pd.testing.assert_frame_equal(getattr(result, name), frame)
    inputs = result.manifest["inputs"]
    assert inputs["table"]["file"] == server.url()
    assert len(inputs["table"]["sha256"]) == len(inputs["boundaries"]["sha256"]) == 64


def test_verify_sees_a_changed_row_and_no_changed_order(server: Server, tmp_path: Path) -> None:
    study = from_database(tmp_path, server.url())
    assert call("run", study).exit_code == 0
    results = tmp_path / "研究-results"
    execute(server, "eco", ["create table 统计.old as select * from 统计.面板 order by random()",
                            "delete from 统计.面板", "insert into 统计.面板 select * from 统计.old"])  # fmt: skip
    assert call("verify", results).exit_code == 0
    try:
        execute(server, "eco", ["""update 统计.面板 set "排放" = "排放" + 1 where "代码" = '010001'"""])
        outcome = call("verify", results)
        assert outcome.exit_code == 4
        assert f"{server.url()} has changed: SHA-256 was" in outcome.output
    finally:
        execute(server, "eco", ["delete from 统计.面板", "insert into 统计.面板 select * from 统计.old",
                                "drop table 统计.old"])  # fmt: skip


def test_codes_keep_zeros_nulls_are_empty_and_geometry_is_left_out(server: Server) -> None:
    rows = read_rows(server.url(), "select '010001' as code, null as x, 2.50 as y, 7 as z, geom from counties limit 1")
    assert rows.frame.to_dict("list") == {"code": ["010001"], "x": [""], "y": ["2.50"], "z": ["7"]}
    assert list(rows.frame.index) == [2], "rows count as in a spreadsheet, below the header"
    named = read_rows(server.url(), None, "统计.面板")
    assert set(named.frame["代码"]) == set(CODES)


def test_polygons_come_with_the_system_of_their_column(server: Server) -> None:
    frame, _ = read_polygons(server.url(), "select code, gis.ST_Transform(geom, 4527) as g from counties")
    assert frame.crs.to_epsg() == 4527
    assert sorted(frame["code"]) == CODES
    same, _ = read_polygons(server.url(), None, "counties")
    assert same.set_index("code").geometry.geom_equals(boundaries().set_index("code").geometry).all()
    bare, _ = read_polygons(server.url(), "select code, gis.ST_SetSRID(geom, 0) as g from counties")
    assert bare.crs is None, "boundaries_crs declares it, as for a file"


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("select nothing from counties", "database-query",
         'column "nothing" does not exist (query line 1, character 8, at \'nothing\')'),
        ("select 1\nfrom nowhere", "database-query", "(query line 2, character 6, at 'nowhere')"),
        ("selct 1", "database-query", "syntax error"),
        ("select 1; drop table counties", "database-query", "cannot insert multiple commands"),
        ("delete from counties", "database-query", "would change the database"),
        ("update counties set code = '1' returning code", "database-query", "would change the database"),
        ("select code from counties where false", "database-empty", "gives no rows"),
        ("select 1 as a, 2 as a", "database-columns", "several columns called a"),
        ("select st_area(geom) from counties", "database-query", "lacks a function of PostGIS"),
        ("select 1/0", "database-query", "division by zero"),
    ],
)  # fmt: skip
def test_faults_of_a_query_are_explained(server: Server, query: str, code: str, message: str) -> None:
    issue = refusal(read_rows, server.url(), query)
    assert (issue.code, issue.file) == (code, "database eco")
    assert message in issue.message
    assert len(read_rows(server.url(), "select * from counties").frame) == 6, "nothing was changed"


def test_polygons_that_are_none(server: Server) -> None:
    assert "no geometry column" in refusal(read_polygons, server.url(), "select code from counties").message
    twice = "select code, geom, gis.ST_Centroid(geom) as centre from counties"
    assert "several geometry columns (geom, centre)" in refusal(read_polygons, server.url(), twice).message
    mixed = "select geom from counties union all select gis.ST_SetSRID(geom, 4490) from counties"
    assert "mixes the SRIDs 4326, 4490" in refusal(read_polygons, server.url(), mixed).message
    plain = server.url("plain")
    assert refusal(read_polygons, plain, "select 1 as code").code == "database-postgis"
    assert "no query and no table is given" in refusal(read_polygons, server.url(), None).message


def test_no_server_no_database_no_user_no_right_no_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(read_rows, "postgresql://owner@127.0.0.1:1/eco", "select 1").code == "database-connection"
    missing = refusal(read_rows, server.url("nowhere"), "select 1")
    assert 'database "nowhere" does not exist' in missing.message
    assert "correct the database" in missing.remedy
    assert "not found" in refusal(read_rows, "postgresql://?service=nobody", "select 1").message
    monkeypatch.setenv("PGPASSWORD", "wrong")
    wrong = refusal(read_rows, server.url(), "select 1")
    assert "PGPASSWORD" in wrong.remedy
    monkeypatch.setenv("PGPASSWORD", server.reader_password)
    right = refusal(read_rows, server.url(user="reader"), None, "secret_table")
    assert (right.code, "permission denied" in right.message) == ("database-query", True)
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=200")
    slow = refusal(read_rows, server.url(user="reader"), "select pg_sleep(30)")
    assert "was too slow" in slow.message
    assert "statement_timeout" in slow.remedy


def test_a_service_file_tells_everything(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "services").write_text(
        f"[eco]\nhost=127.0.0.1\nport={server.port}\ndbname=eco\nuser=owner\npassword={server.password}\n",
        encoding="utf-8",
    )
    monkeypatch.delenv("PGPASSWORD")
    assert len(read_rows("postgresql://?service=eco", "select 1 as a").frame) == 1


def test_both_faulty_inputs_are_named_at_once(server: Server, tmp_path: Path) -> None:
    study = from_database(tmp_path, server.url(), **{"from counties": "from county", "from 统计.面板": "from 统计.表"})
    outcome = call("check", study)
    assert outcome.exit_code == 1
    assert '"统计.表" does not exist' in outcome.output
    assert '"county" does not exist' in outcome.output


# --- passwords ---------------------------------------------------------------------------------------------------


PLANTED = "hunter2planted"
ADDRESSES = [
    "postgresql://u:{}@h/d", "postgres://u:{}@h/d", "postgresql://u:{}/x@h/d", "postgresql://h/d?user=u&password={}",
    "postgresql://h/d?sslpassword={}", "host=h user=u password={} dbname=d", "host=h PASSWORD = {}",
    "postgresql://:{}@h", "postgresql://u%40x:{}@[::1]:5432/d", "postgresql://u@x:{}@h/d",
]  # fmt: skip
LINES = {
    "table": 'table = "面板.csv"',
    "boundaries": 'boundaries = "边界.geojson"',
    "sheet": 'id = "代码"',
    "query": 'id = "代码"',
    "boundaries_query": 'id = "代码"',
    "nonsense": 'id = "代码"',
}


@pytest.mark.parametrize(
    ("key", "address"), [("table", a) for a in ADDRESSES] + [(key, ADDRESSES[0]) for key in list(LINES)[1:]]
)
def test_a_password_in_a_study_is_refused_and_not_repeated(tmp_path: Path, key: str, address: str) -> None:
    study = write_study(tmp_path, replace={LINES[key]: f'{key} = "{address.format(PLANTED)}"'})
    with pytest.raises(StudyError) as refused:
        ecocomp.Study.load(study)
    assert f"units.{key} holds a password" in str(refused.value)
    assert "PGPASSWORD" in str(refused.value)
    assert PLANTED not in str(refused.value)
    for arguments in (["check", study], ["run", study], ["check", "--json", study], ["check", "--debug", study]):
        outcome = CliRunner().invoke(main, [str(a) for a in arguments])
        assert outcome.exit_code != 0
        assert PLANTED not in outcome.output
        assert PLANTED not in str(outcome.exception)


@pytest.mark.parametrize("address", ["postgresql://u:{}@h/d", "postgresql://h/d?password={}"])
def test_a_password_on_the_command_line_or_from_python_is_refused_and_not_repeated(
    server: Server, tmp_path: Path, address: str
) -> None:
    study = write_study(tmp_path)
    assert call("run", study).exit_code == 0
    outcome = call("publish", tmp_path / "研究-results", "--to", address.format(PLANTED))
    assert outcome.exit_code == 1
    assert "holds a password" in outcome.output
    assert PLANTED not in outcome.output
    issue = refusal(read_rows, address.format(PLANTED), "select 1")
    assert PLANTED not in str(issue)


def test_the_password_of_the_environment_is_written_nowhere(server: Server, tmp_path: Path) -> None:
    study = from_database(tmp_path, server.url())
    program = [sys.executable, "-c", "from ecocomp.cli import main; main()"]
    told = b""
    for arguments in (
        ["run", "--debug", study],
        ["publish", "--debug", tmp_path / "研究-results", "--to", server.url(), "--schema", "told"],
        ["check", "--debug", from_database(tmp_path / "b", server.url("nowhere"))],
        ["check", "--json", from_database(tmp_path / "c", server.url(user="reader"))],
    ):
        done = subprocess.run([*program, *map(str, arguments)], capture_output=True, env=dict(os.environ), timeout=120,
                              check=False)  # fmt: skip
        told += done.stdout + done.stderr
    assert b"Traceback" not in told
    secret = server.password.encode()
    assert secret not in told
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert len(files) > 30
    assert [p.name for p in files if secret in p.read_bytes()] == []
    stored = read_rows(server.url(), "select manifest from told.run").frame["manifest"].iloc[0]
    assert server.password not in stored


# --- publishing --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = write_study(tmp_path_factory.mktemp("发布"))
    assert call("run", study).exit_code == 0
    return study.parent / "研究-results"


def test_a_published_run_is_the_run(server: Server, finished: Path) -> None:
    outcome = call("publish", finished, "--to", server.url(), "--schema", "生态补偿", "--json")
    assert outcome.exit_code == 0, outcome.output
    told = json.loads(outcome.output)
    result = ecocomp.open_run(finished)
    assert told["polygons"] is True
    assert told["rows"] == {
        **{name: len(frame) for name, frame in result.frames().items()},
        "units": 6, "columns": len(pd.read_csv(finished / "columns.csv")), "run": 1,
    }  # fmt: skip
    rows = read_rows(server.url(), "select * from 生态补偿.results order by unit, year").frame.reset_index(drop=True)
    expected = result.results.sort_values(["unit", "year"]).reset_index(drop=True)
    assert list(rows.columns) == list(expected.columns)
    for column in ("amount", "priority", "p_value"):
        assert rows[column].astype(float).tolist() == expected[column].tolist(), "every bit of every number"
    assert rows["unit"].tolist() == expected["unit"].tolist()
    assert rows["rank"].astype(int).tolist() == expected["rank"].tolist()
    units, _ = read_polygons(server.url(), "select unit, name, geom from 生态补偿.units")
    assert units.crs.to_epsg() == 4326
    assert units.set_index("unit").geometry.geom_equals(result.geometry.geometry.reindex(units["unit"])).all()


def test_columns_carry_label_unit_and_meaning(server: Server, finished: Path) -> None:
    assert call("publish", finished, "--to", server.url(), "--schema", "comments").exit_code == 0
    query = ("select a.attname as name, col_description(a.attrelid, a.attnum) as told, format_type(a.atttypid, -1) as"
             " type from pg_attribute a where a.attrelid = 'comments.results'::regclass and a.attnum > 0")  # fmt: skip
    columns = read_rows(server.url(), query).frame.set_index("name")
    assert columns["told"]["amount"].startswith("Compensation amount 补偿金额 [CNY]: Positive: payable by the unit")
    assert label("emissions") == "Emissions [Mt CO2]"
    assert "[Mt CO2]" in columns["told"]["emissions"]
    assert (columns["told"] != "").all()
    assert columns["type"][["unit", "year", "amount"]].tolist() == ["text", "integer", "double precision"]


def test_tables_are_replaced_only_when_told_and_keep_views_and_rights(server: Server, finished: Path) -> None:
    arguments = ("publish", finished, "--to", server.url(), "--schema", "again")
    assert call(*arguments).exit_code == 0
    execute(server, "eco", ["create view again_view as select unit, amount from again.results",
                            "grant usage on schema again to reader", "grant select on again.results to reader",
                            "delete from again.results where unit = '010001'"])  # fmt: skip
    refused = call(*arguments)
    assert refused.exit_code == 1
    assert "the schema again holds results: " in refused.output
    assert "--force" in refused.output
    assert len(read_rows(server.url(), "select * from again.results").frame) == 10
    assert call(*arguments, "--force").exit_code == 0
    assert len(read_rows(server.url(), "select * from again_view").frame) == 12
    allowed = "select has_table_privilege('reader', 'again.results', 'select') as may"
    assert read_rows(server.url(), allowed).frame["may"].tolist() == ["True"]


def test_another_runs_columns_replace_the_old_ones(server: Server, finished: Path, tmp_path: Path) -> None:
    other = write_study(tmp_path, replace={'parents = ["省"]\n': ""})
    assert call("run", other).exit_code == 0
    to = ("--to", server.url(), "--schema", "columns_change")
    assert call("publish", finished, *to).exit_code == 0
    assert call("publish", tmp_path / "研究-results", *to, "--force").exit_code == 0
    assert "省" not in read_rows(server.url(), None, "columns_change.results").frame


def test_all_or_nothing(server: Server, finished: Path) -> None:
    # The last table to be written is in the way, as another's: nothing of the others may be there.
    execute(server, "eco", ["create schema half", "create table half.run (mine text)"])
    refused = call("publish", finished, "--to", server.url(), "--schema", "half", "--force")
    assert refused.exit_code == 1
    assert "has tables that ecocomp did not write: run" in refused.output
    # A row that the server refuses, in the middle of the tables: the same.
    execute(server, "eco", ["create schema broken",
                            "create function broken.no() returns event_trigger language plpgsql as $$ begin if exists"
                            " (select 1 from pg_event_trigger_ddl_commands() where object_identity = 'broken.units')"
                            " then raise 'no more tables'; end if; end $$",
                            "create event trigger no_units on ddl_command_end when tag in ('CREATE TABLE')"
                            " execute function broken.no()"])  # fmt: skip
    try:
        broken = call("publish", finished, "--to", server.url(), "--schema", "broken")
    finally:
        execute(server, "eco", ["drop event trigger no_units"])
    assert broken.exit_code == 1
    assert "no more tables" in broken.output
    count = (
        "select count(*) as n from pg_class c join pg_namespace n on n.oid = c.relnamespace where nspname = 'broken'"
    )
    assert read_rows(server.url(), count).frame["n"].tolist() == ["0"]


def test_without_postgis_and_without_rights(server: Server, finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = call("publish", finished, "--to", server.url("plain"))
    assert outcome.exit_code == 0, outcome.output
    assert "Without polygons: the database has no PostGIS." in outcome.output
    assert list(read_rows(server.url("plain"), None, "ecocomp.units").frame) == ["unit", "name"]
    monkeypatch.setenv("PGPASSWORD", server.reader_password)
    refused = call("publish", finished, "--to", server.url(user="reader"), "--schema", "mine")
    assert refused.exit_code == 1
    assert "permission denied" in refused.output
    assert call("publish", finished, "--to", server.url(user="reader"), "--schema", "office").exit_code == 0


def test_a_name_longer_than_postgresql_keeps_is_refused(server: Server, finished: Path) -> None:
    outcome = call("publish", finished, "--to", server.url(), "--schema", "很" * 22)  # 66 bytes; 63 are kept
    assert outcome.exit_code == 1
    assert "they may have 1 to 63 bytes" in outcome.output
