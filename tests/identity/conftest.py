"""The identity models as plain SQL: compiled once by dbt, run on given rows in an empty DuckDB."""

import importlib.util
import json
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tests.conftest import PROJECT, Warehouse

Rows = list[dict[str, object]]

STAGING = {
    "stg_leads": pa.schema(
        {
            "lead_id": pa.string(),
            "created_at": pa.timestamp("us"),
            "email": pa.string(),
            "first_name": pa.string(),
            "last_name": pa.string(),
            "job_title": pa.string(),
            "department": pa.string(),
            "account_id": pa.string(),
            "company_name": pa.string(),
            "country": pa.string(),
            "lead_source": pa.string(),
            "campaign": pa.string(),
            "owner_id": pa.string(),
            "is_deleted": pa.bool_(),
            "x_attributes": pa.map_(pa.string(), pa.string()),
            "known_at": pa.timestamp("us"),
        }
    ),
    "stg_accounts": pa.schema(
        {
            "account_id": pa.string(),
            "name": pa.string(),
            "domain": pa.string(),
            "industry": pa.string(),
            "employee_count": pa.float64(),
            "annual_revenue": pa.float64(),
            "founded_year": pa.int64(),
            "country": pa.string(),
            "technologies": pa.string(),
            "funding_stage": pa.string(),
            "last_funding_at": pa.timestamp("us"),
            "x_attributes": pa.map_(pa.string(), pa.string()),
            "known_at": pa.timestamp("us"),
        }
    ),
    "stg_events": pa.schema(
        {
            "event_number": pa.int64(),
            "event_id": pa.string(),
            "lead_id": pa.string(),
            "anonymous_id": pa.string(),
            "occurred_at": pa.timestamp("us"),
            "event_type": pa.string(),
            "url": pa.string(),
            "topic": pa.string(),
            "session_id": pa.string(),
            "duration_seconds": pa.float64(),
            "value": pa.float64(),
            "properties": pa.string(),
            "known_at": pa.timestamp("us"),
        }
    ),
    "stg_identities": pa.schema(
        {
            "anonymous_id": pa.string(),
            "lead_id": pa.string(),
            "identified_at": pa.timestamp("us"),
            "known_at": pa.timestamp("us"),
        }
    ),
    "stg_attribute_changes": pa.schema(
        {
            "entity": pa.string(),
            "entity_id": pa.string(),
            "attribute": pa.string(),
            "value": pa.string(),
            "known_at": pa.timestamp("us"),
        }
    ),
}


@dataclass(frozen=True)
class References:
    """What a dbt Python model sees of dbt."""

    connection: duckdb.DuckDBPyConnection

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(f"leadhouse.main.{name}")


@dataclass
class IdentityModels:
    """Runs the identity models, parents first, on rows given for the staging models."""

    target: Path
    connection: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)

    def __post_init__(self) -> None:
        manifest = json.loads((self.target / "manifest.json").read_text())
        self.nodes = {
            node["name"]: node
            for node in manifest["nodes"].values()
            if node["resource_type"] in ("model", "seed")
        }
        self.connection.execute(
            "attach ':memory:' as leadhouse; create schema leadhouse.main_seeds"
        )
        for path in (PROJECT / "seeds" / "identity").glob("*.csv"):
            types = self.nodes[path.stem]["config"]["column_types"]
            self.connection.execute(
                f"create table leadhouse.main_seeds.{path.stem} as "
                f"from read_csv('{path}', header = true, nullstr = '', columns = {types})"
            )

    def run(self, *models: str, **staging: Rows) -> None:
        """Makes `models` and what they are made of; staging models not given have no rows."""
        for name, schema in STAGING.items():
            rows = pa.Table.from_pylist(staging.get(name, []), schema)  # noqa: F841
            self.connection.execute(f"create or replace table leadhouse.main.{name} as from rows")
        made = set(STAGING)
        for model in models:
            self._make(model, made)

    def _make(self, name: str, made: set[str]) -> None:
        node = self.nodes[name]
        if name in made or node["resource_type"] == "seed":
            return
        for parent in node["depends_on"]["nodes"]:
            self._make(parent.split(".")[-1], made)
        if node["language"] == "python":
            spec = importlib.util.spec_from_file_location(
                name, PROJECT / node["original_file_path"]
            )
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            result = module.model(References(self.connection), self.connection)  # noqa: F841
            self.connection.execute(f"create or replace table leadhouse.main.{name} as from result")
        else:
            compiled = (
                self.target / "compiled" / "leadhouse" / node["original_file_path"]
            ).read_text()
            self.connection.execute(f"create or replace table leadhouse.main.{name} as {compiled}")
        made.add(name)

    def query(self, sql: str) -> list[tuple]:
        return self.connection.execute("use leadhouse.main; " + sql).fetchall()


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> IdentityModels:
    warehouse = Warehouse(tmp_path_factory.mktemp("identity"))
    done = warehouse.dbt("compile", "--select", "path:models/identity", "--no-introspect")
    assert done.returncode == 0, done.stdout
    return IdentityModels(warehouse.folder / "target")
