"""Tables and polygons from PostgreSQL and PostGIS: one query, read only, as text, with every refusal explained.

Who may read is PostgreSQL's affair: its client library takes the password from ``PGPASSWORD``, the password file or a
service file. An address with a password in it is refused, for addresses are written into manifests and reports.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import util
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn
from urllib.parse import parse_qs, unquote, urlsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecocomp.issues import DataError, Issue, MissingDependencyError
from ecocomp.sources.files import as_text
from ecocomp.study.addresses import WHERE_PASSWORDS_GO, holds_password, is_database

if TYPE_CHECKING:
    import psycopg

__all__ = ["Rows", "connected", "database_name", "is_database", "read_polygons", "read_rows"]

CONNECT_SECONDS = 15
STATEMENT_MINUTES = 10


class Rows(NamedTuple):
    """What a query gave: texts (empty: null) below column names, and a SHA-256 that no order of rows changes."""

    frame: pd.DataFrame
    sha256: str


def database_name(url: str) -> str:
    """Return how messages call a database: by its name, or by its service where the address has only that."""
    if holds_password(url):  # as yet unrefused; a message must not repeat any of it
        return "database"
    parts = urlsplit(url)
    queried = parse_qs(parts.query)
    named = unquote(parts.path.strip("/")) or next(iter(queried.get("dbname", queried.get("service", [""]))))
    return f"database {named}".strip()


def read_rows(url: str, query: str | None, name: str | None = None) -> Rows:
    """Read the rows of a query, or of a table or view by name, as text.

    Parameters
    ----------
    url
        ``postgresql://host/database``, without a password.
    query
        One statement that returns rows.
    name
        ``schema.table``, where there is no query. Geometry columns are left out.

    Raises
    ------
    DataError
        If there is no connection, no permission, no such thing, or no row; it says which.
    MissingDependencyError
        If psycopg is not installed.
    """
    with connected(url) as connection:
        cursor = _select(connection, url, query, name)
        shapes = _geometry_columns(connection, cursor)
        columns = [c.name for c in cursor.description or ()]
        keep = [i for i, column in enumerate(columns) if column not in shapes]
        rows = [[as_text(row[i]) for i in keep] for row in cursor.fetchall()]
    header = [columns[i] for i in keep]
    if not rows:
        _refuse(url, "empty", "gives no rows", "correct the query, or fill the table")
    repeated = sorted({c for c in header if header.count(c) > 1})
    if repeated:
        _refuse(url, "columns", f"gives several columns called {', '.join(repeated)}", "name each with 'as'")
    index = pd.RangeIndex(2, len(rows) + 2, name="row")  # as everywhere, the header is row 1
    return Rows(pd.DataFrame(rows, columns=header, index=index, dtype=object), _digest(header, rows))


def read_polygons(url: str, query: str | None, name: str | None = None) -> tuple[gpd.GeoDataFrame, str]:
    """Read polygons with their attributes, and the SHA-256 of the rows; parameters and errors as `read_rows`.

    The coordinate reference system is that of the column's SRID; none where it has none.
    """
    with connected(url) as connection:
        cursor = _select(connection, url, query, name)
        shapes = _geometry_columns(connection, cursor)
        columns = [c.name for c in cursor.description or ()]
        rows = cursor.fetchall()
        if len(shapes) != 1:
            _refuse_geometry(connection, url, shapes)
        place = columns.index(shapes[0])
        try:
            geometry = shapely.from_wkb([row[place] for row in rows])
        except shapely.errors.GEOSException as error:
            _refuse(url, "geometry", f"has a geometry that cannot be read: {error}", "repair it with ST_MakeValid")
        crs = _crs(connection, url, geometry)
    texts = [[as_text(cell) for cell in row] for row in rows]
    attributes = {c: [row[i] for row in rows] for i, c in enumerate(columns) if i != place}
    frame = gpd.GeoDataFrame(attributes, geometry=shapely.set_srid(geometry, 0), crs=crs)
    return frame, _digest(columns, texts)


@contextmanager
def connected(url: str, *, write: bool = False) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Give a connection in one transaction, read-only unless said otherwise; committed where nothing fails.

    Raises
    ------
    DataError
        For every error of the server, with what to do about it.
    """
    if holds_password(url):
        _refuse(url, "password", "the address holds a password", WHERE_PASSWORDS_GO)
    if util.find_spec("psycopg") is None:
        raise MissingDependencyError("a database", "psycopg", "postgres")
    import psycopg

    try:
        connection = psycopg.connect(
            url, application_name="ecocomp", client_encoding="UTF8", **_patience(psycopg.conninfo.conninfo_to_dict(url))
        )
    except psycopg.ProgrammingError:  # its text repeats parts of the address
        _refuse(url, "address", "the address cannot be understood",
               "write postgresql://USER@HOST:PORT/DATABASE, or postgresql://?service=NAME", hide=True)  # fmt: skip
    except psycopg.Error as error:
        message, remedy = _unreachable(str(error))
        _refuse(url, "connection", message, remedy)
    try:
        with connection:
            connection.read_only = not write
            if connection.execute("show statement_timeout").fetchall() == [("0",)]:
                connection.execute(f"set local statement_timeout = '{STATEMENT_MINUTES}min'")
            yield connection
    except psycopg.Error as error:
        message, remedy = _explained(error)
        _refuse(url, "query", message, remedy)
    except UnicodeDecodeError:
        _refuse(url, "encoding", "holds text that is not in the encoding it declares", "have its owner repair it")


def _refuse(url: str, code: str, message: str, remedy: str, *, hide: bool = False) -> NoReturn:
    """Raise the one issue of a database."""
    file = "database" if hide else database_name(url)
    raise DataError([Issue("error", f"database-{code}", message, remedy, file=file)]) from None


def _patience(given: dict[str, Any]) -> dict[str, Any]:
    return {} if "connect_timeout" in given else {"connect_timeout": CONNECT_SECONDS}


def _select(
    connection: psycopg.Connection[tuple[Any, ...]], url: str, query: str | None, name: str | None
) -> psycopg.Cursor[tuple[Any, ...]]:
    """Run the query, or select everything from a table."""
    import psycopg
    from psycopg import sql

    if query is None and name is None:
        _refuse(url, "query", "no query and no table is given", 'add query = "select …", or the name schema.table')
    parts = (name or "").split(".")
    statement = query or sql.SQL("select * from {}").format(sql.Identifier(*parts[-2:]))
    try:
        # Prepared: the server then takes one statement only, none that could leave the read-only transaction.
        cursor = connection.execute(statement, prepare=True)
    except psycopg.Error as error:
        where = _position(error, query) if query else f" ({name})"
        message, remedy = _explained(error)
        _refuse(url, "query", message + where, remedy)
    if cursor.description is None:
        _refuse(url, "query", "the query returns no table", "give a single select")
    return cursor


def _geometry_columns(
    connection: psycopg.Connection[tuple[Any, ...]], cursor: psycopg.Cursor[tuple[Any, ...]]
) -> list[str]:
    types = connection.execute("select oid from pg_type where typname in ('geometry', 'geography')").fetchall()
    known = {oid for (oid,) in types}
    return [column.name for column in cursor.description or () if column.type_code in known]


def _refuse_geometry(connection: psycopg.Connection[tuple[Any, ...]], url: str, shapes: Sequence[str]) -> NoReturn:
    if shapes:
        _refuse(url, "geometry", f"gives several geometry columns ({', '.join(shapes)})", "select one of them")
    if connection.execute("select 1 from pg_extension where extname = 'postgis'").fetchone() is None:
        _refuse(url, "postgis", "has no PostGIS, and so no polygons",
               "have its owner run: create extension postgis; or give the boundaries as a file")  # fmt: skip
    _refuse(url, "geometry", "gives no geometry column", "add the geometry column to the query")


def _crs(connection: psycopg.Connection[tuple[Any, ...]], url: str, geometry: Any) -> str | None:
    """Return the system of the SRID that all geometries share."""
    numbers = sorted({int(n) for n in np.unique(shapely.get_srid(geometry)) if n > 0})
    if len(numbers) > 1:
        _refuse(url, "geometry", f"mixes the SRIDs {', '.join(map(str, numbers))}", "select ST_Transform(geom, 4326)")
    if not numbers:
        return None
    from psycopg import sql

    schema = connection.execute(
        "select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'postgis'"
    ).fetchone()
    row = None
    if schema is not None:
        table = sql.Identifier(schema[0], "spatial_ref_sys")
        select = sql.SQL("select auth_name, auth_srid, srtext from {} where srid = %s").format(table)
        row = connection.execute(select, numbers).fetchone()
    if row is None:
        return f"EPSG:{numbers[0]}"
    return f"{row[0]}:{row[1]}" if row[0] in ("EPSG", "ESRI") else str(row[2])


def _digest(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the SHA-256 of the header and the sorted rows, each a line of JSON in UTF-8."""
    lines = sorted(json.dumps(list(row), ensure_ascii=False) for row in rows)
    text = "\n".join([json.dumps(list(header), ensure_ascii=False), *lines])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _position(error: psycopg.Error, query: str) -> str:
    """Return where in a query the server found the fault."""
    if not error.diag.statement_position:
        return ""
    before = query[: int(error.diag.statement_position) - 1]
    word = query[len(before) :].split()
    near = f", at {word[0]!r}" if word else ""
    return f" (query line {before.count(chr(10)) + 1}, character {len(before) - before.rfind(chr(10))}{near})"


def _unreachable(text: str) -> tuple[str, str]:
    """Return what to say when there is no connection: the client library's reason and what usually helps."""
    reason = " ".join(text.split()).removeprefix("connection failed: ").removeprefix("connection is bad: ")
    low = reason.lower()
    if "password" in low or "28p01" in low:
        return f"refuses the user: {reason}", (
            "set PGPASSWORD, or add a line to the password file (host:port:database:user:password)"
        )
    if "service" in low and "not found" in low:
        return f"is not known: {reason}", "define the service in ~/.pg_service.conf or the file named by PGSERVICEFILE"
    if "does not exist" in low:
        return f"cannot be opened: {reason}", "correct the database or the user in the address"
    return f"cannot be reached: {reason}", "correct host and port, and see that the server runs and lets you in"


def _explained(error: psycopg.Error) -> tuple[str, str]:
    """Return message and remedy for an error of the server."""
    state = error.sqlstate or ""
    reason = error.diag.message_primary or " ".join(str(error).split())
    if state == "42501":
        return f"refuses: {reason}", "ask its owner for the right (grant usage on schema, grant select)"
    if state == "25006":
        return f"the query would change the database: {reason}", "give a select; ecocomp only reads"
    if state == "57014":
        return f"was too slow: {reason}", "narrow the query, or raise statement_timeout (PGOPTIONS)"
    if state in ("42P01", "3F000"):
        return f"has no such table: {reason}", "correct the name; write schema.table"
    if state == "42883" and "st_" in reason.lower():
        return f"lacks a function of PostGIS: {reason}", "create extension postgis, or set the search_path"
    if state.startswith(("42", "22")):
        return f"refuses the query: {reason}", "correct the query"
    if state.startswith("08") or not state:
        return f"broke off: {reason}", "try again; see the server's log if it happens again"
    return f"reports: {reason} (SQLSTATE {state})", "ask who runs the database"
