"""What the selectors of selectors.yml build, and what that gives."""

import json
import shutil

import duckdb
import pytest

from tests.conftest import Warehouse

pytestmark = pytest.mark.slow

# What is made anew although nothing is trained: newer labels.
EVALUATIONS = ("model_evaluation", "model_calibration", "account_evaluation", "feature_leakage")


def test_what_a_daily_run_leaves_out_is_read_by_no_more_than_trained_models(demo_warehouse):
    manifest = json.loads((demo_warehouse.folder / "target" / "manifest.json").read_text())
    training = {key for key, node in manifest["nodes"].items() if "training" in node["tags"]}
    assert training
    readers = {
        (parent, key)
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and key not in training
        for parent in training.intersection(node["depends_on"]["nodes"])
    }
    assert readers == {("model.leadhouse.trained_models", "model.leadhouse.lead_models")}


@pytest.fixture(scope="module")
def daily(demo_days, telling_raw, tmp_path_factory) -> Warehouse:
    """The last of the days as a daily run makes it of the one before."""
    *_, before, full = demo_days
    warehouse = Warehouse(tmp_path_factory.mktemp("daily"))
    shutil.copy(before.database, warehouse.database)
    return warehouse.build(telling_raw, "--selector", "daily", tested=True, as_of=full.folder.name)


def test_a_daily_run_tells_what_a_whole_build_tells_where_nothing_is_due(daily, demo_days):
    *_, before, full = demo_days
    for table, columns in {
        "lead_scores": "* exclude (run_id, scored_at)",
        "lead_score_reasons": "* exclude (reason)",  # (rounded sums that a last bit may tip)
        "lead_score_changes": "*",
        "account_scores": "* exclude (run_id, scored_at)",
        "lead_models": "* exclude (onnx)",
    }.items():
        query = f"select {columns} from {table} order by all"
        assert daily.query(query) == full.query(query), table
    for table in EVALUATIONS:
        query = f"select * from {table} order by all"
        assert daily.query(query) == before.query(query), table


def published(warehouse: Warehouse, sql: str) -> list[tuple]:
    readers_file = warehouse.folder / "leadhouse_published" / "leadhouse.duckdb"
    with duckdb.connect(readers_file, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_daily_run_publishes_and_so_does_the_public_part_of_it(daily, demo_days, telling_raw):
    last_run = "select max(as_of), count(*) from lead_scores"
    assert published(daily, last_run) == demo_days[-1].query(last_run)
    for table in EVALUATIONS:
        assert published(daily, f"select * from {table} order by all") == daily.query(
            f"select * from {table} order by all"
        ), table
    shutil.rmtree(daily.folder / "leadhouse_published")
    as_of = demo_days[-1].folder.name
    daily.build(telling_raw, "--selector", "publish", tested=True, as_of=as_of)
    assert published(daily, last_run) == demo_days[-1].query(last_run)


def test_selectors_take_tests_only_of_what_they_take(daily):
    def names(*arguments: str) -> set[str]:
        done = daily.dbt("--quiet", "list", "--output", "name", *arguments)
        assert done.returncode == 0, done.stdout
        return set(done.stdout.split())

    everything, models = names(), ("--resource-type", "model")
    train, daily_run = names("--selector", "train"), names("--selector", "daily")
    assert "evaluated_moments_add_up" in train - daily_run
    assert "every_open_lead_is_scored" in daily_run - train
    assert {"trained_models", "model_evaluation", "stg_leads"} <= train
    assert not {"trained_models", "model_evaluation"} & daily_run
    # (exposures are no names of what is built)
    assert names(*models) <= train | daily_run <= everything | {"lead_scores_in_bi"}
    publish = names("--selector", "publish")
    assert "score_changes_add_up" in publish and "contributions_add_up" not in publish
    assert "lead_scores" in publish and not {"model_evaluation", "int_lead_scores"} & publish
