"""Whole runs as a user makes them: again, a day later, with too little, with nonsense."""

import shutil
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Warehouse

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def twice(
    demo_raw: Path, demo_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Warehouse, Warehouse]:
    """The demo world's warehouse, and a copy of it that was built once more."""
    again = Warehouse(tmp_path_factory.mktemp("again"))
    shutil.copy(demo_warehouse.database, again.database)
    return demo_warehouse, again.build(demo_raw)


def test_a_second_run_tells_the_same_scores_and_learns_nothing_new(twice):
    first, second = twice
    for table, columns in {
        "lead_scores": "* exclude (run_id, scored_at)",
        "lead_score_history": "*",
        "lead_score_reasons": "*",
        "lead_score_changes": "*",
        "score_runs": "*",
        "account_scores": "* exclude (run_id, scored_at)",
        "lead_models": "* exclude (onnx)",
        "model_evaluation": "*",
    }.items():
        query = f"select {columns} from {table} order by all"
        assert first.query(query) == second.query(query), table


def test_unit_tests_of_the_models_pass(twice, demo_raw):
    _, warehouse = twice
    done = warehouse.dbt("test", "--select", "test_type:unit", raw_dir=demo_raw)
    assert done.returncode == 0, done.stdout
    assert "PASS=" in done.stdout


def test_a_day_later_what_was_told_is_kept_and_the_model_stays(twice, demo_raw):
    _, warehouse = twice
    [(as_of,)] = warehouse.query("select max(as_of) from lead_score_history")
    models_before = warehouse.query("select model_version from lead_models order by all")
    rows = "select * exclude (valid_to) from lead_score_history order by all"
    told_before = list(map(str, warehouse.query(rows)))
    [(count_runs,)] = warehouse.query("select count(*) from score_runs")

    warehouse.build(demo_raw, as_of=str(as_of + timedelta(days=1)))

    assert warehouse.query("select model_version from lead_models order by all") == models_before
    assert set(told_before) <= set(map(str, warehouse.query(rows)))
    assert warehouse.query("select count(*) from score_runs") == [(count_runs + 1,)]
    assert warehouse.query(
        "select lead_id, score, tier from lead_score_history where valid_to is null order by all"
    ) == warehouse.query("select lead_id, score, tier from lead_scores order by all")


def test_without_outcomes_the_rules_score_and_say_so(demo_raw, tmp_path):
    raw = tmp_path / "raw"
    shutil.copytree(demo_raw, raw)
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * from '{demo_raw}/outcomes.parquet' limit 0)"
            f" to '{raw}/outcomes.parquet'"
        )
    warehouse = Warehouse(tmp_path / "warehouse")

    refused = warehouse.dbt("build", raw_dir=raw)
    assert refused.returncode != 0
    assert "allow_empty_tables" in refused.stdout
    assert "Traceback" not in refused.stdout

    warehouse.build(raw, allow_empty_tables=["outcomes"])
    [(kind, reason)] = warehouse.query(
        "select model_kind, promotion_reason from lead_models where is_promoted"
    )
    assert kind == "rules"
    assert "200" in reason and "40" in reason
    [(count, count_probabilities, least, most)] = warehouse.query(
        "select count(*), count(conversion_probability), min(score), max(score) from lead_scores"
    )
    assert count > 0 and count_probabilities == 0 and least >= 0 and 0 < most <= 100


def test_only_the_required_tables_and_columns_are_enough(demo_raw, tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    with duckdb.connect() as connection:
        for table, columns in {
            "leads": "lead_id, created_at",
            "events": "event_id, occurred_at, event_type, lead_id",
            "outcomes": "lead_id, outcome, outcome_at",
        }.items():
            connection.execute(
                f"copy (select {columns} from '{demo_raw}/{table}.parquet') to '{raw}/{table}.csv'"
            )
    warehouse = Warehouse(tmp_path / "warehouse").build(raw)
    [(count,)] = warehouse.query("select count(*) from lead_scores")
    assert count > 0
    unknown = warehouse.query(
        "select count(seniority), count(account_employee_count), count(outreach_touches_30d),"
        " count(pricing_page_views_30d) from features"
    )
    assert unknown == [(0, 0, 0, 0)]


def test_other_leads_do_not_mix_with_those_of_the_warehouse(twice, demo_raw, tmp_path):
    _, warehouse = twice
    raw = tmp_path / "raw"
    raw.mkdir()
    for table in ("events", "outcomes"):
        shutil.copy(demo_raw / f"{table}.parquet", raw)
    (raw / "leads.csv").write_text("lead_id,created_at\nsomeone else,2025-06-01\n")
    before = warehouse.query("select * from lead_scores order by all")

    done = warehouse.dbt("build", raw_dir=raw)

    assert done.returncode != 0
    assert "is among the leads handed over now. To keep two worlds apart, name another" in " ".join(
        done.stdout.split()
    )
    assert warehouse.query("select * from lead_scores order by all") == before


FAULTS = {
    "tier_hysteresis: some": "`tier_hysteresis` must be a number of at least 0",
    "tier_expiry_days: 1.5": "`tier_expiry_days` must be a whole number of days",
    "label_horizon_days: soon": "`label_horizon_days` must be a number of at least 1",
    "half_lives_days: often": "`half_lives_days` must be a list of different whole",
    "windows_days: [0.5, 3]": "`windows_days` must be a list of different whole",
    "retrain: sometimes": "`retrain` must be auto, always or never",
    "recalibrate: often": "`recalibrate` must be auto or never",
    "strict_leakage: very": "`strict_leakage` must be true or false",
    "exclude_features: x_tags": "`exclude_features` must be a list of names",
    "recency_half_life_days: 0": "`recency_half_life_days` must be null or a number above",
    "evaluation_origins: many": "`evaluation_origins` must be a number of at least 0",
}


@pytest.mark.parametrize(
    ("variables", "sentences"),
    [
        pytest.param(", ".join(FAULTS), FAULTS.values(), id="all that is wrong at once"),
        ("training_history_days: 2000", ["no more than 500 times the shortest"]),
        ("signals: [{name: Pricing}]", ["needs a name of lower-case letters"]),
        ("signals: [{name: a, event_types: [b], channel: fax}]", ["needs a `channel`"]),
        ("signals: pricing", ["`signals` must be a list of signals"]),
        ("tier_policy: best_first", ['tier_policy names "best_first"']),
        ("as_of: last tuesday", ["as_of is 'last tuesday', which is not a time"]),
    ],
)
def test_wrong_variables_give_sentences(twice, demo_raw, variables, sentences):
    _, warehouse = twice
    done = warehouse.dbt(
        "build", "--select", "int_lead_scores", "--vars", f"{{{variables}}}", raw_dir=demo_raw
    )
    assert done.returncode != 0
    said = " ".join(done.stdout.split())
    for sentence in sentences:
        assert sentence in said
    assert "Traceback" not in done.stdout
