"""A built world in which one person is planted, and what all that was written is searched by."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.conftest import BIN, PROJECT, Warehouse, demo_world, made_once
from tests.people.planted import plant

AS_OF = {"as_of": "2026-01-01"}
# So that the small world is learnt from.
LEARNING = {
    "min_leads_to_learn": 100,
    "min_conversions_to_learn": 20,
    "min_leads_for_trees": 200,
    "min_conversions_for_trees": 30,
}
# What no one may find anywhere; each is asked for by a variable.
SECRETS = {
    "LEADHOUSE_HASH_KEY": "hash-key-zq81-of-the-tests",
    "LEADHOUSE_HUBSPOT_TOKEN": "pat-eu1-of-the-tests",
    "LEADHOUSE_SALESFORCE_ACCESS_TOKEN": "salesforce-token-zq82",
    "LEADHOUSE_SALESFORCE_CONSUMER_SECRET": "salesforce-secret-zq83",
    "LEADHOUSE_MAILCHIMP_API_KEY": "mailchimp-key-zq84-us14",
    "LEADHOUSE_WEBHOOK_URL": "http://127.0.0.1:9/hook/webhook-url-zq85",
    "LEADHOUSE_WEBHOOK_SECRET": "webhook-secret-zq86",
    "LEADHOUSE_ALERTS_URL": "http://127.0.0.1:9/alerts-url-zq87",
    "LEADHOUSE_POSTGRES_URL": "postgresql://leadhouse:postgres-password-zq88@127.0.0.1:9/nowhere",
}
SECRET_TEXTS = (*(f"zq8{number}" for number in range(1, 9)), "pat-eu1-of-the-tests")


@dataclass(frozen=True)
class Household:
    """A warehouse with all that a user's commands write beside it."""

    folder: Path
    raw: Path

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.folder)

    def run(self, *arguments: str, code: int = 0, **variables: str) -> str:
        """`leadhouse ...`, as a user calls it; what it says is kept in a file too."""
        done = subprocess.run(
            [BIN / "leadhouse", *arguments],
            cwd=PROJECT,
            env=os.environ
            | {
                "LEADHOUSE_DATABASE": str(self.warehouse.database),
                "LEADHOUSE_RAW_DIR": str(self.raw),
                "LEADHOUSE_CSV_FOLDER": str(self.folder / "csv"),
            }
            | variables,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        self.note(done.stdout)
        assert done.returncode == code, done.stdout
        return done.stdout

    def note(self, said: str) -> None:
        with (self.folder / "said.txt").open("a") as file:
            file.write(said)

    def files_with(self, texts: Iterable[str], *left_out: str) -> dict[str, list[str]]:
        """The files below, but for databases, in which one of these texts stands."""
        found = {}
        for file in sorted(self.folder.rglob("*")):
            name = str(file.relative_to(self.folder))
            if not file.is_file() or file.suffix == ".duckdb" or name.startswith(left_out):
                continue
            contents = file.read_bytes()
            if file.suffix == ".parquet":
                with duckdb.connect() as connection:
                    rows = connection.execute(f"select columns(*)::varchar from '{file}'")
                    contents += str(rows.fetchall()).encode()
            contents = contents.lower()
            if traces := [text for text in texts if text.lower().encode() in contents]:
                found[name] = traces
        return found

    def tables_with(self, texts: Iterable[str]) -> dict[str, list[str]]:
        """The tables of the warehouse, of any schema, in which one of these texts stands."""
        found = {}
        with duckdb.connect(self.warehouse.database, read_only=True) as connection:
            tables = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() order by all"
            ).fetchall()
            for (table,) in tables:
                rows = connection.execute(f"select columns(*)::varchar from {table}").fetchall()
                contents = str(rows).lower()
                if traces := [text for text in texts if text.lower() in contents]:
                    found[table] = traces
        return found


@pytest.fixture(scope="session")
def planted_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(folder: Path) -> None:
        demo_world(folder / "demo", 600)
        plant(folder / "demo", folder / "raw")

    return made_once(tmp_path_factory, "planted", make) / "raw"


@pytest.fixture(scope="session")
def planted_warehouse(planted_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """That world, built in an environment full of secrets. For reading only."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in SECRETS.items():
                patch.setenv(name, value)
            Warehouse(folder).build(planted_raw, **AS_OF, **LEARNING)

    return Warehouse(made_once(tmp_path_factory, "planted_warehouse", make))


@pytest.fixture(autouse=True, scope="module")
def secrets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        yield
