"""A past day run again, with and without what came later."""

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Warehouse

AS_OF = "2025-09-01 12:00:00"
KNOWN_AT = {
    "leads": "created_at",
    "accounts": "coalesce(known_at, timestamp '1970-01-01')",
    "events": "coalesce(received_at, occurred_at)",
    "identities": "identified_at",
    "attribute_changes": "known_at",
}
TABLES = [
    "int_canonical_leads",
    "lead_merges",
    "account_merges",
    "int_visitors",
    "int_lead_accounts",
    "int_lead_events",
    "int_lead_attributes",
    "int_account_attributes",
]


def built_as_of(raw_dir: Path, folder: Path) -> Warehouse:
    warehouse = Warehouse(folder)
    done = warehouse.dbt(
        "run",
        "--select",
        "+path:models/identity",
        "--vars",
        f"{{as_of: '{AS_OF}'}}",
        raw_dir=raw_dir,
    )
    assert done.returncode == 0, done.stdout
    return warehouse


@pytest.mark.slow
def test_a_past_day_run_again_knows_nothing_that_came_later(demo_raw, tmp_path):
    past = tmp_path / "past"
    shutil.copytree(demo_raw, past)
    for table, known_at in KNOWN_AT.items():
        duckdb.execute(
            f"copy (from '{demo_raw}/{table}.parquet' where {known_at} <= timestamp '{AS_OF}') "
            f"to '{past}/{table}.parquet'"
        )
    seed_done = Warehouse(tmp_path / "with").dbt("seed", raw_dir=demo_raw)
    assert seed_done.returncode == 0, seed_done.stdout
    shutil.copytree(tmp_path / "with", tmp_path / "without")
    whole = built_as_of(demo_raw, tmp_path / "with")
    cut = built_as_of(past, tmp_path / "without")
    # The number of an event tells how many came before it, of those known later too.
    columns = "columns(lambda name: name <> 'event_number')"
    for table in TABLES:
        rows = whole.query(f"select {columns} from {table} order by all")
        assert rows, table
        assert rows == cut.query(f"select {columns} from {table} order by all"), table
    known_later = duckdb.execute(
        f"select count(*) from '{demo_raw}/leads.parquet' where created_at > timestamp '{AS_OF}'"
    ).fetchone()
    assert known_later != (0,)
