"""A finished run in a PostgreSQL database: its tables with what their columns mean, and the units' polygons.

Everything is written in one transaction: readers see the old results or the new ones, never a part.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from ecocomp.issues import DataError, Issue
from ecocomp.outputs.tables import columns_frame
from ecocomp.result import Result
from ecocomp.sources.databases import connected, database_name
from ecocomp.variables import table

if TYPE_CHECKING:
    import psycopg

__all__ = ["Published", "publish"]

MARK = "ecocomp: "
"""Beginning of the comment on every table of ours; a table without it is never touched."""
LONGEST_NAME = 63
"""Bytes that PostgreSQL keeps of a name."""
_TYPES = {"label": "text", "ordinal": "integer", "count": "integer"}
_KEYS = {
    "results": ("unit", "year"),
    "regional": ("year",),
    "subtotals": ("parent_level", "parent", "year"),
    "centres": ("year", "weighting"),
    "ellipses": ("year", "weighting"),
    "balance": ("year", "n"),
    "transitions": ("year", "origin", "destination"),
    "markov": ("origin", "destination"),
    "histories": ("unit",),
    "cluster_trends": ("cluster",),
    "transfers": ("year", "payer", "recipient"),
    "uncertainty": ("unit", "year"),
    "uncertainty_regional": ("year",),
    "uncertainty_centres": ("year", "weighting"),
    "comparison": ("scenario", "year"),
    "comparison_units": ("scenario", "unit", "year"),
    "fairness": ("year", "rule"),
    "burden": ("year", "rule", "income_group"),
    "drivers": ("year", "factor"),
    "driver_interactions": ("year", "factor", "other_factor"),
    "driver_strata": ("year", "factor", "stratum"),
    "driver_risks": ("year", "factor", "stratum", "other_stratum"),
    "units": ("unit",),
}
_ABOUT = {
    "results": "every quantity of every unit and year",
    "regional": "sums and tests of the region by year",
    "subtotals": "sums over each larger unit by year",
    "centres": "centres of gravity by year",
    "ellipses": "deviational ellipses by year",
    "transitions": "units that go from one class of cluster to another",
    "markov": "the chain of those steps over all years",
    "histories": "clusters and hot spots of every unit over the years",
    "cluster_trends": "trend of the number of units in each class of cluster",
    "balance": "payments and receipts of the first n units",
    "rank_stability": "agreement of the ranks over the years",
    "revisions": "agreement between revisions",
    "transfers": "who pays whom, by year",
    "uncertainty": "intervals and probabilities of every unit and year",
    "uncertainty_regional": "intervals of the region's sums by year",
    "uncertainty_centres": "confidence ellipses of the centres of gravity",
    "comparison": "what differs between scenarios and the study, by year",
    "comparison_units": "what differs for each unit and year",
    "fairness": "inequality before and after, of every rule by year",
    "burden": "who bears each rule, by income group",
    "drivers": "what goes with the response: q of every factor",
    "driver_interactions": "what two factors account for together",
    "driver_strata": "mean response of every stratum of a factor",
    "driver_risks": "differences between strata",
    "regression": "coefficients of the regressions",
    "regression_diagnostics": "fit and tests of the regressions",
    "transfers_parents": "who pays whom between larger units, by year",
    "ledger": "the account of every unit over the years of the settlement",
    "settlement_limits": "caps and floors of the settlement, and what they cost",
    "decomposition": "the forces behind every change of emissions",
    "outlook": "emissions, sequestration and account as projected",
    "outlook_tests": "errors of the projections on years held out",
    "outlook_years": "years of peak and neutrality as projected",
    "issues": "problems found in the inputs, and remarks",
    "units": "the units and their polygons",
    "columns": "what each column of each table holds",
    "run": "the run that the tables are from",
}


@dataclass(frozen=True)
class Published:
    """What was written: the rows of each table, and whether polygons went with them."""

    rows: dict[str, int]
    polygons: bool


@dataclass(frozen=True)
class _Table:
    """A table to write: columns with their types, rows, and a comment on each column."""

    name: str
    types: dict[str, str]
    rows: Sequence[Sequence[Any]]
    comments: dict[str, str]


def publish(result: Result, url: str, schema: str = "ecocomp", *, force: bool = False) -> Published:
    """Write the tables of a result into a schema of a database, all or none.

    Parameters
    ----------
    result
        What :func:`ecocomp.run` or :func:`ecocomp.open_run` returned.
    url
        ``postgresql://host/database``, without a password.
    schema
        Where to; made if it is not there.
    force
        Replace tables that ecocomp wrote. A table whose columns are still the same keeps its rights and views.

    Raises
    ------
    DataError
        If the database refuses, if tables are there and ``force`` is not given, or if one of them is another's.
    MissingDependencyError
        If psycopg is not installed.
    """
    with connected(url, write=True) as connection:
        postgis = _postgis(connection)
        tables = list(_tables(result, postgis))
        _require_names(url, schema, tables)
        present = _present(connection, schema, [t.name for t in tables])
        _require_free(url, schema, present, force)
        _make_schema(connection, schema)
        for table_ in tables:
            _write(connection, schema, table_, present)
    return Published({t.name: len(t.rows) for t in tables}, postgis is not None)


def _tables(result: Result, postgis: str | None) -> Iterator[_Table]:
    about = columns_frame(result)
    comments = {(row.table, row.column): _comment(row) for row in about.itertuples()}
    for name, frame in result.frames().items():
        types = {c: _type(name, c) for c in frame.columns}
        yield _Table(name, types, _rows(frame, types), {c: comments[name, c] for c in frame.columns})
    yield _units(result, postgis)
    yield _Table(
        "columns", dict.fromkeys(about.columns, "text"), _rows(about, dict.fromkeys(about.columns, "text")), {}
    )
    manifest = result.manifest
    rows = [(manifest["created"], manifest["study"]["study"]["name"], metadata.version("ecocomp"),
             manifest["data_origin"], manifest["notice"], json.dumps(manifest, ensure_ascii=False))]  # fmt: skip
    types = {"created": "timestamp with time zone", "study": "text", "ecocomp": "text", "data_origin": "text",
             "notice": "text", "manifest": "jsonb"}  # fmt: skip
    yield _Table("run", types, rows, {"manifest": "Settings, inputs with their hashes, versions, and issues"})


def _units(result: Result, postgis: str | None) -> _Table:
    """Return one row a unit, with its polygon in WGS 84 where the database has PostGIS."""
    names = result.results.drop_duplicates("unit", keep="last").set_index("unit")["name"]
    types, comments = {"unit": "text", "name": "text"}, {"unit": "Unit, as in results", "name": "Name"}
    columns: list[Any] = [names.index.astype(str), names.astype(str)]
    if postgis is not None:
        shapes = result.geometry.to_crs("EPSG:4326").geometry.reindex(names.index).to_numpy()
        many = [shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape]) for shape in shapes]
        columns.append(
            shapely.to_wkb(shapely.set_srid(np.array(many, dtype=object), 4326), hex=True, include_srid=True)
        )
        types["geom"] = f'"{postgis}".geometry(MultiPolygon,4326)'
        comments["geom"] = "Polygon in WGS 84 (EPSG:4326)"
    return _Table("units", types, list(zip(*columns, strict=True)), comments)


def _comment(row: Any) -> str:
    unit = f" [{row.measure}]" if row.measure not in ("", "1") else ""
    label = row.label_en if row.label_en == row.label_zh else f"{row.label_en} {row.label_zh}"
    return f"{label}{unit}: {row.meaning}" + (f" ({row.source})" if row.source else "")


def _type(name: str, column: str) -> str:
    known = table()
    variable = known.get(f"{name}.{column}") or known.get(column)
    return _TYPES.get(variable.kind, "double precision") if variable else "text"


def _rows(frame: pd.DataFrame, types: dict[str, str]) -> list[tuple[Any, ...]]:
    """Return the rows as Python values: nothing, not-a-number and an empty text are null."""
    columns = []
    for column, kind in types.items():
        absent = frame[column].isna().to_numpy() | (frame[column] == "").fillna(False).to_numpy(bool)
        make: Any = {"text": str, "integer": int}.get(kind, float)
        columns.append([None if gone else make(v) for v, gone in zip(frame[column].tolist(), absent, strict=True)])
    return list(zip(*columns, strict=True))


def _postgis(connection: psycopg.Connection[tuple[Any, ...]]) -> str | None:
    """Return the schema that PostGIS is installed in."""
    row = connection.execute(
        "select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'postgis'"
    ).fetchone()
    return str(row[0]) if row else None


def _present(
    connection: psycopg.Connection[tuple[Any, ...]], schema: str, names: list[str]
) -> dict[str, tuple[bool, dict[str, str]]]:
    """Return, for each name that the schema has, whether ecocomp wrote it, and its columns with their types."""
    found = connection.execute(
        "select c.relname, c.relkind = 'r' and obj_description(c.oid, 'pg_class') like %s, coalesce("
        " (select json_object_agg(a.attname, format_type(a.atttypid, a.atttypmod) order by a.attnum)"
        "  from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '{}')"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = %s and c.relname = any(%s)",
        (MARK + "%", schema, names),
    ).fetchall()
    return {name: (bool(ours), columns) for name, ours, columns in found}


def _require_names(url: str, schema: str, tables: list[_Table]) -> None:
    names = [schema, *(column for t in tables for column in t.types)]
    long = sorted({name for name in names if not 0 < len(name.encode()) <= LONGEST_NAME})
    if long:
        message = f"cannot hold the names {', '.join(map(repr, long))}: they may have 1 to {LONGEST_NAME} bytes"
        remedy = "shorten the schema, or the columns of parents in the study's table (21 Chinese characters fit)"
        raise DataError([Issue("error", "publish-name", message, remedy, database_name(url))])


def _require_free(url: str, schema: str, present: dict[str, tuple[bool, dict[str, str]]], force: bool) -> None:
    others = sorted(name for name, (ours, _) in present.items() if not ours)
    if others:
        message = f"the schema {schema} has tables that ecocomp did not write: {', '.join(others)}"
        raise DataError(
            [Issue("error", "publish-tables", message, "give another --schema, or move them", database_name(url))]
        )
    if present and not force:
        message = f"the schema {schema} holds results: {', '.join(sorted(present))}"
        remedy = "give another --schema, or replace them with --force"
        raise DataError([Issue("error", "publish-tables", message, remedy, database_name(url))])


def _make_schema(connection: psycopg.Connection[tuple[Any, ...]], schema: str) -> None:
    from psycopg import sql

    if connection.execute("select 1 from pg_namespace where nspname = %s", (schema,)).fetchone() is None:
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))


def _write(
    connection: psycopg.Connection[tuple[Any, ...]],
    schema: str,
    written: _Table,
    present: dict[str, tuple[bool, dict[str, str]]],
) -> None:
    """Empty or make a table, fill it, and say what it holds."""
    from psycopg import sql

    place = sql.Identifier(schema, written.name)
    there = present.get(written.name, (True, {}))[1]
    if _alike(there, written.types):
        connection.execute(sql.SQL("truncate {}").format(place))
    else:
        if there:
            connection.execute(sql.SQL("drop table {}").format(place))
        parts = [sql.SQL("{} " + kind).format(sql.Identifier(c)) for c, kind in written.types.items()]
        if written.name in _KEYS:
            key = sql.SQL(", ").join(map(sql.Identifier, _KEYS[written.name]))
            parts.append(sql.SQL("primary key ({})").format(key))
        connection.execute(sql.SQL("create table {} ({})").format(place, sql.SQL(", ").join(parts)))
    columns = sql.SQL(", ").join(map(sql.Identifier, written.types))
    with connection.cursor().copy(sql.SQL("copy {} ({}) from stdin").format(place, columns)) as copy:
        for row in written.rows:
            copy.write_row(row)
    connection.execute(sql.SQL("comment on table {} is {}").format(place, sql.Literal(MARK + _ABOUT[written.name])))
    for column, text in written.comments.items():
        where = sql.Identifier(schema, written.name, column)
        connection.execute(sql.SQL("comment on column {} is {}").format(where, sql.Literal(text)))


def _alike(there: dict[str, str], types: dict[str, str]) -> bool:
    """Tell whether a table has the columns it should; the schema of PostGIS may or may not stand before a type."""
    return list(there) == list(types) and all(
        kind.rsplit(".", 1)[-1] == there[column].rsplit(".", 1)[-1] for column, kind in types.items()
    )
