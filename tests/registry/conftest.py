"""A warehouse with models of every role, as a build leaves it; rules, for nothing is fitted."""

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from leadhouse.learning.calibration import LineCalibration
from leadhouse.learning.rows import MODEL_ROWS, Origin, TrainingRun, model_row, model_rows
from leadhouse.learning.scorecard import Rule, Scorecard
from leadhouse.scoring.schema import Feature, FeatureSchema

AS_OF = datetime(2026, 11, 21, 6)
SCHEMA = FeatureSchema(
    features=(
        Feature(name="visits", kind="number"),
        Feature(name="seniority", kind="category"),
        Feature(name="x_seats", kind="number", is_custom=True),
        Feature(name="x_plan", kind="category", is_custom=True),
    )
)


def row(
    days_ago: int,
    run: int,
    role: str = "champion",
    horizon_days: int = 30,
    feature_set_version: str = "f1",
    **changes: object,
) -> dict:
    """A row of lead_models. Rules give points by the run, so that no two versions are alike."""
    as_of = AS_OF - timedelta(days=days_ago)
    rules = [
        Rule(rule_id="visits", feature_name="visits", operator=">=", value="3", points=run),
        Rule(rule_id="vp", feature_name="seniority", operator="=", value="vp", points=len(role)),
        Rule(rule_id="seats", feature_name="x_seats", operator=">", value="10", points=2),
        Rule(rule_id="plan", feature_name="x_plan", operator="in", value="pro|team", points=0.5),
    ]
    circumstances = TrainingRun(
        number=run,
        as_of=as_of,
        horizon_days=horizon_days,
        feature_set_version=feature_set_version,
        origins=[Origin(at=as_of)],
    )
    calibration = LineCalibration(method="platt", slope=0.1, intercept=-3.0)
    scorecard = Scorecard.read(rules, SCHEMA)
    made = model_row(circumstances, role, "rules", scorecard, calibration, origin=0)
    return (
        made
        | {
            "promotion_reason": f"The {role} of run {run}.",
            "count_calibration_rows": 1000,
            "count_calibration_conversions": 20,
            "max_parity_difference": 1e-16,
        }
        | changes
    )


ROWS = {
    "first": row(90, 1),
    "second": row(60, 2),
    "challenger": row(30, 3, "challenger"),
    "tried": row(30, 3, "evaluation", origin_number=1),
    "refused": row(20, 4, "refused"),
    "recalibrated": row(
        10, 2, "recalibrated", is_promoted=True, metrics='{"log_loss": {"rules": 0.25}}'
    ),
    "other horizon": row(9, 5, "challenger", horizon_days=60),
    "other features": row(8, 6, "challenger", feature_set_version="f0"),
    "tampered": row(7, 7, "challenger") | {"onnx": b"changed"},
    "later": row(-5, 8, "challenger"),
}


def version(name: str) -> str:
    return ROWS[name]["model_version"]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """The database file. It is as of AS_OF; `recalibrated` scores, after `second` and `first`."""
    database = tmp_path / "leadhouse.duckdb"
    models = model_rows(ROWS.values())
    assert models.schema == MODEL_ROWS
    with duckdb.connect(database) as connection:
        connection.execute("create table lead_models as select * from models")
        connection.execute(
            "create table run_context as select ? as as_of, 30 as label_horizon_days", [AS_OF]
        )
        connection.execute("create table feature_set as select 'f1' as feature_set_version")
        connection.execute(
            "create table int_champion as select * from lead_models where role = 'recalibrated'"
        )
        connection.execute(
            """
            create table model_evaluation as
            select
                model_version, unnest(['champion', 'rules']) as contestant, 'forward' as split,
                null::timestamp as origin_at, 100 as count_leads, 9 as count_conversions,
                0.75 as auc, 0.1 as log_loss, 0.01 as calibration_error,
                0.5 as capture_at_20_percent
            from int_champion
            """
        )
        connection.execute("create schema main_operations")
        connection.execute(
            """
            create table main_operations.model_decisions (
                model_version varchar not null, decision varchar not null,
                decided_as_of timestamp not null, after_training_run bigint not null,
                decided_at timestamp not null, reason varchar not null
            )
            """
        )
    return database
