"""The two functions that SQL and macros call: `input_plan` and `parse_time`."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection
from duckdb.sqltypes import TIMESTAMP, VARCHAR

from leadhouse.inputs.layouts import Scan, SourceColumn, quoted
from leadhouse.inputs.parse import time_from_text
from leadhouse.inputs.plan import Plan, plan_folder, plan_scans


def register(connection: DuckDBPyConnection) -> None:
    """Teaches a DuckDB connection `input_plan(request varchar)` and `parse_time(text varchar)`."""
    connection.create_function("input_plan", input_plan, [VARCHAR], VARCHAR, side_effects=True)
    # Special: what is not a time gives null.
    connection.create_function(
        "parse_time", parse_time, [VARCHAR], TIMESTAMP, null_handling="special"
    )


def input_plan(request: str) -> str:
    """The plan of a build's input, from JSON to JSON: macros speak nothing else to Python.

    The request has `allow_empty_tables` and either `raw_dir`, a folder, or `raw_schema` with `relations`:
    for each table of the contract that it holds, its `relation` (SQL), `columns` (name, type) and `has_rows`.
    The answer is a `Plan`: `views`, `errors`, `warnings`.
    """
    asked = json.loads(request)
    allow_empty = asked["allow_empty_tables"]
    if "relations" in asked:
        plan = plan_scans(_scans(asked["relations"]), asked["raw_schema"], allow_empty)
    else:
        plan = plan_folder(Path(asked["raw_dir"]), allow_empty)
    return json.dumps(asdict(plan))


def parse_time(text: str | None) -> datetime | None:
    """A time as the input contract reads it, in UTC; None where it is not one."""
    with duckdb.connect() as connection:
        return connection.execute(f"select {time_from_text('trim($1)')}", [text]).fetchone()[0]


def _scans(relations: dict[str, dict]) -> dict[str, list[Scan]]:
    return {
        table: [
            Scan(
                label=table,
                columns=tuple(SourceColumn(name, name, kind) for name, kind in found["columns"]),
                relation=found["relation"],
                source_file=quoted(table),
                has_rows=found["has_rows"],
            )
        ]
        for table, found in relations.items()
    }
