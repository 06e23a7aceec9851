"""The evaluation models as plain SQL, compiled once by dbt, on predictions in an empty DuckDB."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tests.conftest import PROJECT, Warehouse

ORIGIN = datetime(2026, 1, 1)
GIVEN = ("run_context", "int_model_stability", "features")
PREDICTIONS = pa.schema(
    {
        "model_version": pa.string(),
        "contestant": pa.string(),
        "model_kind": pa.string(),
        "split": pa.string(),
        "origin_at": pa.timestamp("us"),
        "lead_id": pa.string(),
        "moment_at": pa.timestamp("us"),
        "label": pa.bool_(),
        "margin": pa.float64(),
        "probability": pa.float64(),
    }
)


def predictions(
    labels: Sequence[bool],
    probabilities: Sequence[float | None],
    *,
    leads: Sequence[object] | None = None,
    margins: Sequence[float] | None = None,
    contestant: str = "champion",
    origin_at: datetime = ORIGIN,
) -> pa.Table:
    """Rows of int_test_predictions, each of its own lead unless `leads` names them."""
    count = len(labels)
    unsaid = {"model_version": "v1", "contestant": contestant, "split": "forward"}
    return (
        pa.table(
            {
                **{name: pa.array([value] * count) for name, value in unsaid.items()},
                "model_kind": ["lightgbm" if contestant == "champion" else contestant] * count,
                "origin_at": [origin_at] * count,
                "lead_id": [str(lead) for lead in (range(count) if leads is None else leads)],
                "moment_at": np.datetime64(origin_at, "us") + np.arange(count),
                "label": pa.array([bool(label) for label in labels], pa.bool_()),
                "margin": pa.array(probabilities if margins is None else margins, pa.float64()),
                "probability": pa.array(probabilities, pa.float64()),
            }
        )
        .select(PREDICTIONS.names)
        .cast(PREDICTIONS)
    )


@dataclass
class Evaluation:
    """Runs evaluation models, parents first, over predictions."""

    target: Path
    connection: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)

    def __post_init__(self) -> None:
        manifest = json.loads((self.target / "manifest.json").read_text())
        self.nodes = {
            node["name"]: node
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model"
        }
        self.connection.execute(
            "attach ':memory:' as leadhouse; use leadhouse.main; create schema main_seeds;"
            "create table run_context as select timestamp '2026-03-01' as as_of;"
            "create table int_model_stability (model_version varchar, auc_spread double,"
            " top_10_percent_stability double);"
            "create table features (lead_id varchar, moment_at timestamp, lead_source varchar,"
            " account_industry varchar, lead_country varchar, account_country varchar,"
            " account_employee_count float);"
            "create table main_seeds.tier_policies as"
            f" from read_csv('{PROJECT / 'seeds' / 'tier_policies.csv'}')"
        )

    def run(self, model: str, *given: pa.Table) -> None:
        """Makes `model` and what it is made of from the predictions given."""
        rows = pa.concat_tables(given)  # noqa: F841
        self.connection.execute("create or replace table int_test_predictions as from rows")
        self._make(model, {"int_test_predictions", *GIVEN})

    def _make(self, name: str, made: set[str]) -> None:
        if name in made or name not in self.nodes:
            return
        node = self.nodes[name]
        for parent in node["depends_on"]["nodes"]:
            self._make(parent.split(".")[-1], made)
        path = self.target / "compiled" / "leadhouse" / node["original_file_path"]
        self.connection.execute(f"create or replace table {name} as {path.read_text()}")
        made.add(name)

    def rows(self, sql: str) -> list[dict[str, object]]:
        cursor = self.connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def figures(self, *given: pa.Table) -> dict[str, object]:
        """The champion's row of model_evaluation at the only origin."""
        self.run("model_evaluation", *given)
        (row,) = self.rows(
            "from model_evaluation where origin_at is not null and contestant = 'champion'"
        )
        return row


@pytest.fixture(scope="session")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    warehouse = Warehouse(tmp_path_factory.mktemp("evaluation"))
    done = warehouse.dbt("compile", "--select", "path:models/evaluation", "--no-introspect")
    assert done.returncode == 0, done.stdout
    return Evaluation(warehouse.folder / "target")
