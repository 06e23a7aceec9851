"""The models up to the ledger in both their forms, run without dbt on made-up days."""

import importlib.util
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb
import pyarrow as pa

from leadhouse.inputs.contract import TABLES
from leadhouse.inputs.selects import raw_select
from tests.conftest import PROJECT

DATABASE = "leadhouse"
STAMPS = (
    *("event_number", "entry_number", "response_number", "source_number"),
    *("arrived_at", "built_at", "edition"),
)
# The tables that are added to, in the order in which they are made.
INCREMENTAL = (
    "base_events",
    "int_event_owners",
    "int_signal_events",
    "int_first_engagements",
    "int_email_responses",
    "int_engagement_entries",
)
COMPARED = (
    "base_events",
    "stg_events",
    "int_lead_events",
    "int_signal_events",
    "int_first_engagements",
    "int_email_responses",
    "int_engagement_entries",
    "engagement_ledger",
)
_EMPTY = {table.name: raw_select(table, []) for table in TABLES}


@dataclass(frozen=True, repr=False)
class Form:
    """What dbt made of the models in one run: their SQL, the run's start and its id."""

    compiled: Mapping[str, str]
    run: Mapping[str, str]
    started_at: str
    invocation_id: str

    @classmethod
    def of(cls, target: Path, models: Iterable[str], paths: Mapping[str, str]) -> "Form":
        def texts(kind: str) -> dict[str, str]:
            files = {name: target / kind / "leadhouse" / paths[name] for name in models}
            return {name: file.read_text() for name, file in files.items() if file.exists()}

        compiled = texts("compiled")
        (started_at,) = set(
            re.findall(r"timestamp '([^']+)' as started_at", compiled["run_context"])
        )
        invocation_id = json.loads((target / "run_results.json").read_text())["metadata"][
            "invocation_id"
        ]
        return cls(compiled, texts("run"), started_at, invocation_id)

    def sql(self, text: str, build: "Build") -> str:
        """The SQL of a model as it would be in another run."""
        return text.replace(self.started_at, str(build.started_at)).replace(
            self.invocation_id, f"run of {build.started_at}"
        )


@dataclass(frozen=True)
class Build:
    """One run: when it starts, its as_of if one is given, and the model after which it dies."""

    started_at: datetime
    as_of: datetime | None = None
    dies_after: str | None = None


@dataclass
class Input:
    """All that has been handed over so far. Files of events, once there, stay as they are."""

    files: dict[str, list[dict]] = field(default_factory=dict)
    tables: dict[str, list[dict]] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class EventPath:
    """The models up to the ledger, in the order in which they can be run."""

    nodes: dict[str, dict]
    full: Form
    incremental: Form

    @classmethod
    def of(cls, folder: Path) -> "EventPath":
        """The path as it lies in the folders `full` and `incremental`, the targets of two runs."""
        manifest = json.loads((folder / "full" / "manifest.json").read_text())
        results = json.loads((folder / "full" / "run_results.json").read_text())["results"]
        selected = {result["unique_id"] for result in results} & manifest["nodes"].keys()
        parents = {
            node: sorted(selected.intersection(manifest["parent_map"][node]))
            for node in sorted(selected)
        }
        ordered = [manifest["nodes"][node] for node in TopologicalSorter(parents).static_order()]
        nodes = {
            node["name"]: node for node in ordered if node["resource_type"] in ("model", "seed")
        }
        paths = {name: node["original_file_path"] for name, node in nodes.items()}
        forms = [Form.of(folder / form, nodes, paths) for form in ("full", "incremental")]
        return cls(nodes, *forms)

    def warehouse(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(config={"threads": 1})
        connection.execute(f"attach ':memory:' as {DATABASE}; use {DATABASE}")
        connection.execute("create schema main_raw; create schema main_seeds")
        for name, node in self.nodes.items():
            if node["resource_type"] == "seed":
                types = node["config"]["column_types"]
                connection.execute(
                    f"create table main_seeds.{name} as from read_csv("
                    f"'{PROJECT / node['original_file_path']}', header = true, nullstr = '',"
                    f" types = {types})"
                )
        return connection

    def build(self, connection: duckdb.DuckDBPyConnection, given: Input, build: Build) -> None:
        """Runs the models on what was given, adding to what stands there."""
        self._hand_over(connection, given)
        for name, node in self.nodes.items():
            if node["resource_type"] == "model":
                self._make(connection, name, node, build)
            if name == build.dies_after:
                return

    def _hand_over(self, connection: duckdb.DuckDBPyConnection, given: Input) -> None:
        standing = _is_there(connection, "base_events")
        read = set()
        if standing:
            read = {
                name
                for (name,) in connection.execute(
                    "select distinct source_file from base_events"
                ).fetchall()
            }
        events = {
            name: [row | {"source_file": name} for row in rows]
            for name, rows in given.files.items()
        }
        arrived = [row for name, rows in events.items() if name not in read for row in rows]
        raw = given.tables | {"events": [row for rows in events.values() for row in rows]}
        for table, select in _EMPTY.items():
            _fill(connection, f"main_raw.{table}", select, raw.get(table, []))
        _fill(connection, "main_raw.arrived_events", _EMPTY["events"], arrived)
        files = [{"source_file": name, "file_stamp": f"stamp of {name}"} for name in given.files]
        empty = "select '' as source_file, '' as file_stamp where false"
        _fill(connection, "main_raw.event_files", empty, files)

    def _make(
        self, connection: duckdb.DuckDBPyConnection, name: str, node: dict, build: Build
    ) -> None:
        if name == "run_context" and build.as_of:
            connection.execute(
                f"create or replace table {name} as select timestamp '{build.as_of}' as as_of"
            )
        elif node["language"] == "python":
            _run_python(connection, name, node)
        elif node["config"]["materialized"] == "incremental" and _is_there(connection, name):
            form = self.incremental
            change = form.sql(form.run[name], build)
            (temporary,) = set(re.findall(r"using (\S+) as given", change))
            connection.execute(
                f"create or replace temp table changes as {form.sql(form.compiled[name], build)}"
            )
            connection.execute(f"begin; {change.replace(temporary, 'temp.changes')}; commit")
        else:
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            sql = self.full.sql(self.full.compiled[name], build)
            connection.execute(f"create or replace {kind} {name} as {sql}")


def days_after(start: datetime, days: float) -> datetime:
    return start + timedelta(days=days)


def rows(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple]:
    """The rows of a relation in an order of their own, without the stamps of the runs."""
    names = ", ".join(f"'{stamp}'" for stamp in STAMPS)
    return connection.execute(
        f"select columns(lambda name: name not in ({names})) from {relation} order by all"
    ).fetchall()


def _is_there(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(
        connection.execute(
            "select 1 from duckdb_tables() where database_name = $1 and schema_name = 'main'"
            " and table_name = $2",
            [DATABASE, table],
        ).fetchall()
    )


def _fill(connection: duckdb.DuckDBPyConnection, table: str, empty: str, rows: list[dict]) -> None:
    connection.execute(f"create or replace table {table} as {empty}")
    if rows:
        schema = connection.table(f"{DATABASE}.{table}").arrow().read_all().schema
        connection.register("given", pa.Table.from_pylist(rows, schema))
        connection.execute(f"insert into {table} from given; drop view given")


def _run_python(connection: duckdb.DuckDBPyConnection, name: str, node: dict) -> None:
    class References:
        @staticmethod
        def ref(parent: str) -> duckdb.DuckDBPyRelation:
            return connection.table(f"{DATABASE}.main.{parent}")

    spec = importlib.util.spec_from_file_location(name, PROJECT / node["original_file_path"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    connection.register("result", module.model(References(), connection))
    connection.execute(f"create or replace table {name} as from result; drop view result")
