"""The input as a user meets it: through dbt."""

from pathlib import Path

import duckdb
import pytest

from leadhouse.inputs.contract import TABLES
from tests.conftest import Warehouse
from tests.inputs.worlds import GOOD_ROWS, write_world

pytestmark = pytest.mark.slow

STAGING = ["--select", "staging", "input_rows_add_up"]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """All tables, each with a row that is used, the same again, and one that cannot be used."""
    folder = tmp_path_factory.mktemp("build")
    tables = {}
    for table in TABLES:
        good = GOOD_ROWS[table.name]
        tables[table.name] = [good, good, good | {next(iter(good)): ""}]
    world = write_world(folder / "raw", **tables)
    return Warehouse(folder / "warehouse").build(world, *STAGING, tested=True)


def test_every_table_is_accounted_for(warehouse: Warehouse) -> None:
    columns = "count_rows_in, count_used, count_exact_duplicates, count_rejected"
    assert warehouse.query(f"select {columns} from input_row_counts") == [(3, 1, 1, 1)] * 10
    assert warehouse.query("select count(*) from rejected_rows") == [(10,)]


def test_later_commands_read_the_input_of_the_last_build(warehouse: Warehouse) -> None:
    done = warehouse.dbt("test", "--select", "input_rows_add_up")
    assert done.returncode == 0, done.stdout
    assert "neither raw_dir nor raw_schema is given, so that of the last build" in done.stdout


def test_freshness_is_declared(warehouse: Warehouse) -> None:
    done = warehouse.dbt("source", "freshness")
    for table in ("leads", "events", "outcomes"):
        assert f"ERROR STALE freshness of raw.{table}" in done.stdout


def test_schema_as_input(tmp_path: Path) -> None:
    """A schema named raw, as loaders like to call theirs; with columns in any case and order."""
    warehouse = Warehouse(tmp_path)
    with duckdb.connect(warehouse.database) as connection:
        connection.execute("create schema raw")
        connection.execute(
            "create table raw.Leads as"
            " select now() as CREATED_AT, 7 as lead_id, 2.5::decimal(4, 2) as x_a"
        )
        connection.execute(
            "create view raw.events as select uuid() as event_id, now() as occurred_at,"
            " 'page_view' as event_type, 7 as lead_id, {'a': 1} as properties"
        )
        connection.execute(
            "create table raw.outcomes (lead_id int, outcome text, outcome_at timestamp)"
        )
    settings = "{raw_schema: raw, allow_empty_tables: outcomes}"
    done = warehouse.dbt("build", *STAGING, "--vars", settings)
    assert done.returncode == 0, done.stdout
    assert "Input: outcomes has no rows." in done.stdout
    assert warehouse.query("select lead_id, x_attributes from stg_leads") == [
        ("7", {"x_a": "2.50"})
    ]
    assert warehouse.query("select lead_id, properties from stg_events") == [("7", '{"a":1}')]
    assert warehouse.query("select source_file from base_leads") == [("leads",)]


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    world = write_world(tmp_path / "raw", leads=[{"id": "l1", "created_at": "2025-01-01"}])
    world.joinpath("outcomes.csv").unlink()
    world.joinpath("event.csv").write_text("")
    done = Warehouse(tmp_path / "warehouse").dbt("build", *STAGING, raw_dir=world)
    assert done.returncode != 0
    for sentence in (
        "The input cannot be used (docs/errors.md says more):",
        "event.csv is not read: did you mean events.parquet or events.csv?",
        "leads.csv lacks the required column lead_id. Columns found: id, created_at.",
        f"outcomes is required, and {world} does not hold it.",
    ):
        assert sentence in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["build"], "There is no input: name the folder of your files"),
        (["build", "--vars", "{raw_schema: main_raw}"], "views of its own: use another schema"),
        (["build", "--vars", "{as_of: 03/04/2025}"], "as_of is '03/04/2025', which is not a time"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    done = Warehouse(tmp_path).dbt(*arguments)
    assert done.returncode != 0
    assert sentence in done.stdout
    assert "Traceback" not in done.stdout


def test_a_moment_before_the_first_lead(tmp_path: Path) -> None:
    world = write_world(tmp_path / "raw")
    as_of = "{as_of: '2024-12-31T23:00:00-05:00'}"
    done = Warehouse(tmp_path / "warehouse").dbt("build", *STAGING, "--vars", as_of, raw_dir=world)
    assert "No lead can be used as of 2025-01-01 04:00:00" in done.stdout


def test_commands_that_read_no_data_need_no_input(tmp_path: Path) -> None:
    for command in ("parse", "ls"):
        done = Warehouse(tmp_path).dbt(command)
        assert done.returncode == 0, done.stdout
