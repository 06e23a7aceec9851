"""The functions that macros and models call."""

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection
from duckdb.sqltypes import TIMESTAMP, VARCHAR

from leadhouse.inputs.layouts import SourceColumn
from leadhouse.inputs.parse import time_from_text
from leadhouse.inputs.plan import plan_folder, plan_schema
from leadhouse.inputs.redaction import Redaction
from leadhouse.inputs.scans import Scan
from leadhouse.inputs.sentences import printable
from leadhouse.inputs.sql import literal


def register(connection: DuckDBPyConnection) -> None:
    """Teaches a database the functions.

    They are `leadhouse_input_plan(request)`, `leadhouse_parse_time(text)` and
    `leadhouse_redacted_row(table, row_text)`; all arguments are varchar.
    """
    connection.create_function(
        "leadhouse_input_plan", input_plan, [VARCHAR], VARCHAR, side_effects=True
    )
    connection.create_function(
        "leadhouse_parse_time", parse_time, [VARCHAR], TIMESTAMP, null_handling="special"
    )
    connection.create_function(
        "leadhouse_redacted_row", Redaction.from_environment().row, [VARCHAR, VARCHAR], VARCHAR
    )


def input_plan(request: str) -> str:
    """The plan of a build's input; JSON in and out, which is what a dbt macro can say and hear.

    The request has `allow_empty_tables` (a list) and either `raw_dir` (a folder) with `files_seen`
    and `events_read` (see `plan_folder`), or `raw_schema` (its name) with `relations`: for each
    table that the schema holds `relation` (SQL), `columns` (pairs of name and DuckDB type) and
    `has_rows`. The answer has the fields of `Plan`.
    """
    asked = json.loads(request)
    if "relations" in asked:
        scans = {table: [_table_scan(table, found)] for table, found in asked["relations"].items()}
        plan = plan_schema(asked["raw_schema"], scans, asked["allow_empty_tables"])
    else:
        plan = plan_folder(
            Path(asked["raw_dir"]),
            asked["allow_empty_tables"],
            asked["files_seen"],
            asked["events_read"],
        )
    plan = replace(
        plan,
        errors=[printable(error) for error in plan.errors],
        warnings=[printable(warning) for warning in plan.warnings],
    )
    return json.dumps(asdict(plan))


def parse_time(text: str | None) -> datetime | None:
    """A time in UTC, read as the times of the input are; None where the text is not one."""
    with duckdb.connect() as connection:
        return connection.execute(f"select {time_from_text('trim($1)')}", [text]).fetchone()[0]


def _table_scan(table: str, found: dict) -> Scan:
    return Scan(
        label=table,
        columns=tuple(SourceColumn(name, name, sql_type) for name, sql_type in found["columns"]),
        relation=found["relation"],
        source_file=literal(table),
        has_rows=found["has_rows"],
    )
