"""A PostgreSQL server of the tests' own: made in a temporary folder, reached by a port and a password, and gone after.

A server refuses to run as root; then it runs as the user that the package made for it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    """Where the server listens, and the passwords of its owner and of a user who may only read."""

    port: int
    password: str
    reader_password: str

    def url(self, database: str = "eco", user: str = "owner") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"


def _programs() -> Path | None:
    """Return the folder of initdb and pg_ctl, of the newest version."""
    folders = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda p: float(p.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def server_lacks() -> str | None:
    """Return what a server of one's own lacks on this machine, if anything."""
    programs = _programs()
    if programs is None:
        return "no PostgreSQL server on this machine (package postgresql)"
    shared = subprocess.run([programs / "pg_config", "--sharedir"], capture_output=True, text=True, check=False)
    if not Path(shared.stdout.strip(), "extension", "postgis.control").is_file():
        return "no PostGIS on this machine (package postgresql-postgis)"
    return None


@contextmanager
def running_server() -> Iterator[Server]:
    """Make and start a server with the databases `eco` (with PostGIS) and `plain` (without), and remove it after."""
    programs = _programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="ecocomp-server-"))
    server = Server(_free_port(), secrets.token_hex(16), secrets.token_hex(16))
    (folder / "password").write_text(server.password, encoding="ascii")
    as_other: list[str] = []
    if os.geteuid() == 0:
        for path in (folder, folder / "password"):
            shutil.chown(path, "postgres", "postgres")
        as_other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data, log = folder / "data", folder / "log"
    _call(*as_other, programs / "initdb", "-D", data, "-U", "owner", "-A", "scram-sha-256", "-E", "UTF8",
          "--locale=C.UTF-8", "--no-sync", f"--pwfile={folder / 'password'}")  # fmt: skip
    options = f"-c listen_addresses=127.0.0.1 -p {server.port} -k {folder} -c fsync=off"
    _call(*as_other, programs / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
    try:
        _fill(server)
        yield server
    finally:
        _call(*as_other, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def _call(*command: object) -> None:
    done = subprocess.run(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120, check=False,
        cwd="/",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode(errors="replace")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _fill(server: Server) -> None:
    statements = {
        "postgres": [
            "create database eco",
            "create database plain",
            f"create role reader login password '{server.reader_password}'",
        ],
        "eco": ["create schema gis", "create extension postgis schema gis", "grant usage on schema gis to reader"],
    }
    for database, texts in statements.items():
        execute(server, database, texts)


def execute(server: Server, database: str, statements: Sequence[str]) -> None:
    """Carry out statements as the owner, each by itself."""
    import psycopg

    with psycopg.connect(server.url(database), password=server.password, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[arg-type]
