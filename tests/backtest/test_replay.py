"""A backtest tells what builds at the time would have told, also when it is broken off."""

import json
import os
import shutil
import signal
import subprocess
import time
from datetime import datetime
from pathlib import Path

import pytest
from sklearn.metrics import roc_auc_score

from tests.conftest import BIN, QUICK, Warehouse

pytestmark = pytest.mark.slow

MOMENTS = [datetime(2025, 10, 1), datetime(2025, 10, 31)]
VARIABLES = QUICK | {"training_history_days": 180}
TOLD = """
    select origin_at, lead_id, model_kind, model_version, margin, probability
    from main_operations.backtest_predictions
    where contestant = 'champion'
    order by origin_at, lead_id
"""
KEPT = "select * from main_operations.backtest_predictions order by all"


def command(warehouse: Warehouse, raw_dir: Path, *more: str) -> list[str]:
    asked = {
        "--from": "2025-10-01",
        "--to": "2025-11-15",
        "--every": "30",
        "--vars": json.dumps(VARIABLES),
        "--raw-dir": str(raw_dir),
        "--database": str(warehouse.database),
    }
    words = [word for option in asked.items() for word in option]
    return [str(BIN / "leadhouse"), "backtest", *words, *more]


def run(warehouse: Warehouse, raw_dir: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(warehouse, raw_dir, *more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def kill_once_a_moment_is_done(warehouse: Warehouse, raw_dir: Path) -> None:
    noted = warehouse.folder / "leadhouse.duckdb.backtest" / "backtest.json"
    with subprocess.Popen(
        command(warehouse, raw_dir),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        while not (noted.exists() and json.loads(noted.read_text())["done"]):
            assert process.poll() is None
            time.sleep(0.1)
        # Well into the next moment, dbt and all.
        time.sleep(15)
        os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def resumed(
    demo_warehouse: Warehouse, demo_raw: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Warehouse, subprocess.CompletedProcess[str]]:
    """A warehouse whose backtest was killed after a moment, and what the second start said."""
    warehouse = Warehouse(tmp_path_factory.mktemp("backtest"))
    shutil.copy(demo_warehouse.database, warehouse.database)
    kill_once_a_moment_is_done(warehouse, demo_raw)
    return warehouse, run(warehouse, demo_raw)


@pytest.fixture(scope="module")
def told_then(
    demo_raw: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[tuple], Warehouse]:
    """What plain builds as of the moments tell, in a warehouse that knows no backtest."""
    warehouse = Warehouse(tmp_path_factory.mktemp("then"))
    told = []
    for moment in MOMENTS:
        warehouse.build(demo_raw, **VARIABLES, as_of=str(moment))
        told += warehouse.query(
            "select as_of, lead_id, model_kind, model_version, margin, probability "
            "from int_lead_predictions, run_context order by lead_id"
        )
    return told, warehouse


def test_a_second_start_goes_on_after_what_was_done(resumed):
    _, second = resumed
    assert second.returncode == 0, second.stdout
    assert "1 of 2 moments are done already" in second.stdout
    assert "2025-10-31 00:00  " in second.stdout
    assert "2025-10-01 00:00  " in second.stdout.partition("contestant")[2]
    assert "scored by" not in second.stdout.partition("2025-10-31 00:00")[0]


def test_what_is_told_is_what_builds_at_the_time_tell(resumed, told_then):
    told, _ = told_then
    assert {row[0] for row in told} == set(MOMENTS)
    assert resumed[0].query(TOLD) == told


def test_rules_and_base_rate_are_those_of_the_moment(resumed, told_then):
    warehouse, (_, then) = resumed[0], told_then
    told = {
        contestant: warehouse.query(
            "select lead_id, margin, probability from main_operations.backtest_predictions "
            f"where contestant = '{contestant}' and origin_at = '{MOMENTS[-1]}' order by lead_id"
        )
        for contestant in ("champion", "rules", "constant")
    }
    leads = [lead_id for lead_id, _, _ in told["champion"]]
    assert [lead_id for lead_id, _, _ in told["rules"]] == leads
    assert [lead_id for lead_id, _, _ in told["constant"]] == leads

    # The points by the seed, rule by rule; each of its rules compares or looks for words.
    points = dict.fromkeys(leads, 0.0)
    for feature, operator, value, worth in then.query(
        "select feature_name, operator, value, points from main_seeds.scorecard_rules"
    ):
        holds = {
            "in": f"list_contains(string_split('{value}', '|'), {feature})",
            "is null": f"{feature} is null",
        }.get(operator, f"{feature} {operator} '{value}'")
        for (lead_id,) in then.query(f"select lead_id from features where is_now and {holds}"):
            points[lead_id] += worth
    assert {lead_id: margin for lead_id, margin, _ in told["rules"]} == points
    assert len({*points.values()}) > 5

    # The base rate by the newest outcomes known then, each of Platt's targets for its label.
    [(probability,)] = {(row[2],) for row in told["constant"]}
    [(count, won)] = then.query(
        "select count(*), count(*) filter (where label) from training_moments "
        "where origin_number = 0 and use = 'calibrate'"
    )
    targets = won * (won + 1) / (won + 2) + (count - won) / (count - won + 2)
    assert probability == pytest.approx(targets / count, rel=1e-6)


def test_the_evaluation_tables_judge_it(resumed):
    warehouse, second = resumed
    ends = {
        (origin_at, lead_id): (probability, won)
        for origin_at, lead_id, probability, won in warehouse.query(
            """
            select
                origin_at, told.lead_id, probability,
                coalesce(won_at > origin_at and won_at <= origin_at + interval 30 days, false)
            from main_operations.backtest_predictions as told
            join int_canonical_leads as canonical using (lead_id)
            join int_lead_lifecycles as ends on canonical.canonical_lead_id = ends.lead_id
            where contestant = 'champion'
            """
        )
    }
    for table in ("model_evaluation", "model_calibration", "model_lift", "tier_performance"):
        splits = warehouse.query(f"select distinct origin_at from {table} where split = 'backtest'")
        assert {origin for (origin,) in splits} == {None, *MOMENTS}, table
    for moment in MOMENTS:
        probabilities, won = zip(
            *(end for (origin_at, _), end in ends.items() if origin_at == moment), strict=True
        )
        [(count_leads, count_conversions, auc)] = warehouse.query(
            "select count_leads, count_conversions, auc from model_evaluation "
            f"where split = 'backtest' and contestant = 'champion' and origin_at = '{moment}'"
        )
        assert (count_leads, count_conversions) == (len(won), sum(won))
        assert auc == pytest.approx(roc_auc_score(won, probabilities), abs=1e-12)
        assert f"{auc:.3f}" in second.stdout
    contestants = warehouse.query(
        "select distinct contestant from model_evaluation where split = 'backtest'"
    )
    assert {name for (name,) in contestants} == {"champion", "rules", "constant"}


def test_all_that_is_tested_of_the_tables_holds(resumed, demo_raw):
    warehouse, _ = resumed
    done = warehouse.dbt(
        "test",
        "--select",
        "int_backtest_labels+",
        "--vars",
        json.dumps(VARIABLES),
        raw_dir=demo_raw,
    )
    assert done.returncode == 0, done.stdout


def test_a_repeat_gives_the_same(resumed, demo_raw):
    warehouse, _ = resumed
    before = warehouse.query(KEPT)
    again = run(warehouse, demo_raw)
    assert "2 of 2 moments are done already" in again.stdout
    assert warehouse.query(KEPT) == before

    restarted = run(warehouse, demo_raw, "--restart")
    assert restarted.returncode == 0, restarted.stdout
    assert restarted.stdout.count("scored by") == 2
    assert warehouse.query(KEPT) == before


def test_another_backtest_is_not_begun_by_mistake_and_replaces_all(resumed, demo_raw):
    """Runs last but one: it leaves another backtest behind."""
    warehouse, _ = resumed
    before = warehouse.query(KEPT)
    other = ("--to", "2025-10-01", "--every", "7")
    refused = run(warehouse, demo_raw, *other)
    assert refused.returncode == 2
    assert "2 moments of it done; --restart replaces it" in " ".join(refused.stdout.split())
    assert warehouse.query(KEPT) == before
    assert "2 of 2 moments are done already" in run(warehouse, demo_raw).stdout

    done = run(warehouse, demo_raw, *other, "--restart")
    assert done.returncode == 0, done.stdout
    kept = warehouse.query("select distinct origin_at from main_operations.backtest_predictions")
    assert kept == [(MOMENTS[0],)]


def test_what_dbt_cannot_build_is_said_with_the_place_of_its_log(resumed, demo_raw):
    warehouse, _ = resumed
    done = run(warehouse, demo_raw, "--vars", "{label_horizon_days: soon}", "--restart")
    assert done.returncode == 2
    assert "dbt could not build what was known at 2025-10-01 00:00:00; its log is" in " ".join(
        done.stdout.split()
    )
    assert "`label_horizon_days` must be a number" in " ".join(done.stdout.split())
    [log] = [Path(word) for word in done.stdout.split() if word.endswith("dbt.log.")]
    assert log.with_name("dbt.log").is_file()
    assert "Traceback" not in done.stdout
