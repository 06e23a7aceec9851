"""Small worlds of input files, and what the project makes of them."""

import csv
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from leadhouse import inputs
from leadhouse.inputs.contract import TABLES
from leadhouse.inputs.plan import plan_folder
from tests.conftest import Warehouse

Row = Mapping[str, object]

# One good row of each table, as text: every required column and some of the others.
GOOD_ROWS: dict[str, dict[str, str]] = {
    "leads": {"lead_id": "l1", "created_at": "2025-01-01 08:00:00", "email": "ada@example.com"},
    "accounts": {"account_id": "a1", "name": "Acme", "employee_count": "250"},
    "events": {
        "event_id": "e1",
        "occurred_at": "2025-01-02 09:00:00",
        "event_type": "page_view",
        "lead_id": "l1",
        "anonymous_id": "v1",
        "received_at": "2025-01-02 09:01:00",
        "duration_seconds": "12.5",
    },
    "identities": {
        "anonymous_id": "v1",
        "lead_id": "l1",
        "identified_at": "2025-01-03 10:00:00",
    },
    "outcomes": {
        "lead_id": "l1",
        "outcome": "won",
        "outcome_at": "2025-02-01 11:00:00",
        "deal_value": "900",
    },
    "touches": {
        "touch_id": "t1",
        "lead_id": "l1",
        "touched_at": "2025-01-04 12:00:00",
        "is_holdout": "false",
    },
    "feedback": {
        "lead_id": "l1",
        "given_at": "2025-01-05 13:00:00",
        "verdict": "good_fit",
        "rep_id": "r1",
    },
    "qualification": {
        "lead_id": "l1",
        "answered_at": "2025-01-06 14:00:00",
        "timeline_days": "30",
    },
    "notes": {
        "lead_id": "l1",
        "noted_at": "2025-01-07 15:00:00",
        "text": "Called back.",
        "kind": "conversation",
    },
    "attribute_changes": {
        "entity": "lead",
        "entity_id": "l1",
        "attribute": "job_title",
        "value": "CTO",
        "known_at": "2025-01-08 16:00:00",
    },
}
# The column of each table that says when a row was known.
KNOWN_AT = {
    "leads": "created_at",
    "accounts": "known_at",
    "events": "received_at",
    "identities": "identified_at",
    "outcomes": "outcome_at",
    "touches": "touched_at",
    "feedback": "given_at",
    "qualification": "answered_at",
    "notes": "noted_at",
    "attribute_changes": "known_at",
}
KEYS = {
    "leads": ["lead_id"],
    "accounts": ["account_id"],
    "events": ["event_id"],
    "identities": ["anonymous_id", "lead_id", "identified_at"],
    "outcomes": ["lead_id"],
    "touches": ["touch_id"],
    "feedback": ["lead_id", "given_at", "rep_id"],
    "qualification": ["lead_id", "answered_at"],
    "notes": ["lead_id", "noted_at", "kind", "text"],
    "attribute_changes": ["entity", "entity_id", "attribute", "known_at"],
}


def write_csv(
    file: Path, rows: Sequence[Row], delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    """Writes rows as CSV; columns that a row does not have are empty in it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "wt", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, columns, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return file


def write_parquet(file: Path, columns: Mapping[str, object]) -> Path:
    """Writes columns (lists, or Arrow arrays where the type matters) as Parquet."""
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(dict(columns)), file)
    return file


def write_world(folder: Path, **tables: Sequence[Row]) -> Path:
    """A folder of CSV files with the tables given, and one good row of each required table."""
    required = {table.name: [GOOD_ROWS[table.name]] for table in TABLES if table.is_required}
    for name, rows in (required | tables).items():
        write_csv(folder / f"{name}.csv", rows)
    return folder


def read(folder: Path, table: str, columns: str = "*") -> list[tuple]:
    """Columns of a raw view, as a session far from UTC sees them."""
    plan = plan_folder(folder, [name.name for name in TABLES])
    assert plan.errors == []
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Asia/Kolkata'")
        return connection.execute(f"select {columns} from ({plan.views[table]})").fetchall()


def make_raw_views(connection: duckdb.DuckDBPyConnection, views: Mapping[str, str]) -> None:
    """The schema of raw views, as a build's hooks make it where nobody was forgotten."""
    connection.execute("create schema main_raw")
    for table, select in views.items():
        connection.execute(f"create view main_raw.{table} as {select}")
    nobody = " union all ".join(f"select '{table.name}' as input_table" for table in TABLES)
    connection.execute(
        f"create view main_raw.rows_left_out as select *, 0 as count_rows from ({nobody})"
    )


@dataclass(frozen=True, repr=False)
class Staging:
    """The compiled SQL of models/staging, by model, in an order in which it can be run."""

    database: str
    models: dict[str, str]

    @classmethod
    def compiled(cls, warehouse: Warehouse) -> "Staging":
        done = warehouse.dbt("compile", "--select", "staging", "--no-introspect")
        assert done.returncode == 0, done.stdout
        compiled = Path(warehouse.folder, "target", "compiled", "leadhouse", "models", "staging")
        files = sorted(compiled.glob("*.sql"), key=lambda file: (_stage(file.stem), file.stem))
        return cls("leadhouse", {file.stem: file.read_text() for file in files})

    def build(self, folder: Path, as_of: str | None = None) -> duckdb.DuckDBPyConnection:
        """The staging tables that the project makes of a folder of input files."""
        plan = plan_folder(folder, [table.name for table in TABLES])
        assert plan.errors == []
        connection = duckdb.connect()
        inputs.register(connection)
        connection.execute(f"attach ':memory:' as {self.database}; use {self.database}")
        make_raw_views(connection, plan.views)
        given = {"run_context": f"select timestamp '{as_of}' as as_of"} if as_of else {}
        for model, sql in (self.models | given).items():
            connection.execute(f"create table {model} as {sql}")
        return connection


def _stage(model: str) -> int:
    if model == "run_context":
        return 1
    return {"base": 0, "stg": 2}.get(model.partition("_")[0], 3)
