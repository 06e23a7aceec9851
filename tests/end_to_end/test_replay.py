"""Any past moment can be run again and gives what it would have given then, to the bit."""

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Warehouse

pytestmark = pytest.mark.slow

MOMENT = "2025-10-15 09:30:00"

# When a row of each table is known. Rows that tell no time are there from the beginning.
KNOWN_AT = {
    "leads": "created_at",
    "accounts": "known_at",
    "events": "coalesce(received_at, occurred_at)",
    "identities": "identified_at",
    "outcomes": "outcome_at",
    "touches": "touched_at",
    "feedback": "given_at",
    "qualification": "answered_at",
    "notes": "noted_at",
    "attribute_changes": "known_at",
}

# Public tables and what they rest on, less what tells when and from where the build ran.
COMPARED = {
    "lead_scores": "* exclude (run_id, scored_at)",
    "lead_score_history": "* exclude (run_id, scored_at)",
    "lead_score_reasons": "*",
    "account_scores": "* exclude (run_id, scored_at)",
    "account_calibration": "*",
    "model_feature_importance": "*",
    "model_feature_effects": "*",
    "lead_models": "*",
    "model_evaluation": "*",
    "model_calibration": "*",
    "model_lift": "*",
    "tier_performance": "*",
    "model_segments": "*",
    "feature_leakage": "*",
    "rejected_rows": "* replace (parse_filename(source_file) as source_file)",
    "lead_merges": "*",
    "account_merges": "*",
    "features": "*",
    "feature_catalog": "*",
    "training_moments": "*",
    "engagement_ledger": "*",
}


@pytest.fixture(scope="module")
def replays(
    demo_raw: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Warehouse, Warehouse]:
    """Two builds as of one moment: from all facts, and from those alone that were known then."""
    folder = tmp_path_factory.mktemp("replay")
    raw_then = folder / "raw_then"
    shutil.copytree(demo_raw, raw_then)
    with duckdb.connect() as connection:
        for table, known_at in KNOWN_AT.items():
            path = raw_then / f"{table}.parquet"
            connection.execute(
                f"copy (select * from '{demo_raw / path.name}'"
                f" where {known_at} <= timestamp '{MOMENT}' or {known_at} is null) to '{path}'"
            )
            [(later,)] = connection.execute(
                f"select count(*) from '{demo_raw / path.name}'"
                f" where {known_at} > timestamp '{MOMENT}'"
            ).fetchall()
            assert later, f"the demo world has no later {table} to hide"

    return (
        Warehouse(folder / "now").build(demo_raw, as_of=MOMENT),
        Warehouse(folder / "then").build(raw_then, as_of=MOMENT),
    )


@pytest.mark.parametrize("table", COMPARED)
def test_later_facts_change_nothing(replays, table, tmp_path):
    files = {}
    for name, warehouse in zip(("now", "then"), replays, strict=True):
        files[name] = tmp_path / f"{name}.parquet"
        # By itself: the names in a view hold only where the file is attached by its own.
        with duckdb.connect(warehouse.database, read_only=True) as connection:
            told = connection.table(table).project(COMPARED[table])
            told.write_parquet(str(files[name]))
    with duckdb.connect() as connection:
        for one, other in (("now", "then"), ("then", "now")):
            only_in_one = connection.execute(
                f"select * from '{files[one]}' except all select * from '{files[other]}'"
            ).fetchmany(3)
            assert not only_in_one, f"only in {one}"
        [(count,)] = connection.execute(f"select count(*) from '{files['now']}'").fetchall()
    assert count or table == "account_merges"


def test_the_replay_learnt_models(replays):
    """Whichever of them scores: without them, the tables compared would be of rules alone."""
    now, _ = replays
    kinds = {kind for (kind,) in now.query("select model_kind from lead_models")}
    assert {"logistic", "lightgbm", "average"} <= kinds
