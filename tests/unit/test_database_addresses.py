"""What a study may say of a database, without one."""

from __future__ import annotations

from pathlib import Path

import pytest

import ecocomp
from ecocomp.issues import MissingDependencyError, StudyError
from ecocomp.sources import databases
from ecocomp.sources.databases import database_name, read_rows
from ecocomp.study.addresses import holds_password
from tiny import write_study


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://h/d", "postgresql://user@h:5432/d", "postgresql://user@[::1]:5432/d", "postgresql://?service=eco",
        "postgresql://h/d?passfile=/home/x/pass", "panel.csv", "select code from units where year = 2010", "a@b:c",
    ],
)  # fmt: skip
def test_what_holds_no_password(address: str) -> None:
    assert not holds_password(address)


def test_what_messages_call_a_database() -> None:
    assert database_name("postgresql://user@h:5432/%E7%94%9F%E6%80%81") == "database 生态"
    assert database_name("postgresql://?service=eco") == "database eco"
    assert database_name("postgresql://h?dbname=d") == "database d"
    assert database_name("postgresql://u:secret@h/d") == "database"


@pytest.mark.parametrize("key", ["query", "boundaries_query"])
def test_a_query_without_a_database_is_refused(tmp_path: Path, key: str) -> None:
    study = write_study(tmp_path, replace={'id = "代码"': f'id = "代码"\n{key} = "select 1"'})
    with pytest.raises(StudyError, match=f"{key} goes with"):
        ecocomp.Study.load(study)


def test_without_psycopg_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"ecocomp\[postgres\]"):
        read_rows("postgresql://h/d", "select 1")


def test_every_table_of_a_result_can_be_published_with_a_comment() -> None:
    from ecocomp.outputs.database import _ABOUT, _KEYS
    from ecocomp.result import FRAMES

    assert set(FRAMES) <= set(_ABOUT), "say in outputs/database.py what the new table holds"
    assert set(_KEYS) <= set(_ABOUT)
