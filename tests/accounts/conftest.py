"""The account models as plain SQL, compiled once by dbt, on predictions in an empty DuckDB."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tests.conftest import Warehouse

NEWEST = datetime(2026, 1, 1)
OLDER = NEWEST - timedelta(days=30)
MODELS = [
    "int_colleague_predictions",
    "int_account_likelihood",
    "int_account_dependence",
    "int_account_predictions",
    "account_calibration",
    "account_evaluation",
]


@dataclass(frozen=True)
class Moment:
    """An account's open leads at one moment, and which of them converted."""

    account: str
    probabilities: Sequence[float]
    labels: Sequence[bool]
    origin_at: datetime = NEWEST
    days: int = 1


@dataclass
class Accounts:
    """Runs the account models over past moments."""

    compiled: Path
    any_converts: str
    scratch: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect, repr=False)

    def run(self, moments: Sequence[Moment]) -> duckdb.DuckDBPyConnection:
        """A database with all account models made from `moments`."""
        connection = duckdb.connect()
        connection.execute(
            "attach ':memory:' as leadhouse; use leadhouse.main;"
            "create table run_context as select timestamp '2026-03-01' as as_of"
        )
        rows = pa.Table.from_pylist(
            [
                {
                    "account_id": moment.account,
                    "lead_id": f"{moment.account} {lead}",
                    "origin_at": moment.origin_at,
                    "moment_at": moment.origin_at + timedelta(days=moment.days),
                    "label": bool(label),
                    "probability": float(probability),
                }
                for moment in moments
                for lead, (probability, label) in enumerate(
                    zip(moment.probabilities, moment.labels, strict=True)
                )
            ]
        )
        connection.register("rows", rows)
        connection.execute(
            "create table int_test_predictions as select * exclude (account_id),"
            " 'v1' as model_version, 'champion' as contestant, 'forward' as split from rows;"
            "create table features as select distinct lead_id, moment_at, account_id from rows"
        )
        for model in MODELS:
            sql = (self.compiled / f"{model}.sql").read_text()
            connection.execute(f"create table {model} as {sql}")
        return connection

    def chance(self, probabilities: Sequence[float], dependence: float) -> float:
        """The macro's answer for one account."""
        self.scratch.register("rows", pa.table({"p": list(probabilities)}))
        sql = f"select {self.any_converts} from rows cross join (select ?::double as v) group by v"
        return self.scratch.execute(sql, [dependence]).fetchone()[0]


@pytest.fixture(scope="session")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Accounts:
    warehouse = Warehouse(tmp_path_factory.mktemp("accounts"))
    done = warehouse.dbt("compile", "--select", *MODELS, "--no-introspect")
    assert done.returncode == 0, done.stdout
    return Accounts(
        warehouse.folder / "target" / "compiled" / "leadhouse" / "models" / "accounts",
        warehouse.compile("{{ any_converts('p', 'v') }}"),
    )
