"""What rules and the base rate would have told, beside the model that scored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import duckdb

from leadhouse.learning.calibration import MIN_ROWS_OF_A_LABEL, Calibration, Method
from leadhouse.learning.data import read_training_set
from leadhouse.learning.forward import RungFit, fit_origin
from leadhouse.learning.graph import build_graph
from leadhouse.learning.rows import versioned
from leadhouse.learning.rungs import Kind, LearningSettings
from leadhouse.learning.scorecard import Rule, Scorecard
from leadhouse.scoring.checks import check_graph
from leadhouse.scoring.scorer import Scorer

# profiles.yml names no schema, so dbt's seeds are in main_seeds.
_RULES = "main_seeds.scorecard_rules"
_KEYS = (
    *("lead_id", "moment_at", "label", "uses", "is_blind", "sample_weight"),
    *("x_numbers", "x_categories"),
)
_NOW = 0  # the origin that the champion is fitted as of
# A constant bears no slope.
_METHODS: dict[Kind, Method] = {"rules": "platt", "no_signal": "shift"}


@dataclass(frozen=True)
class Baseline:
    """What a model is held against, ready to score."""

    contestant: Literal["rules", "constant"]
    model_kind: Kind
    model_version: str
    scorer: Scorer


def fit_baselines(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> Iterator[Baseline]:
    """Calibrates rules and base rate on what the champion of a training now would be calibrated on.

    So they are as fresh as a model can be. Rules that too few outcomes calibrate give points, and
    without any outcome there is no base rate.

    Args:
        connection: to a warehouse that was built as of the moment.
        as_of: the moment.
    """
    rules = connection.table(_RULES).order("rule_id").project(*Rule.model_fields)
    rules = [Rule(**rule) for rule in rules.to_arrow_table().to_pylist()]
    wanted = {*_KEYS, *(rule.feature_name for rule in rules)}
    training_set = connection.table("training_set")
    data = read_training_set(
        training_set.project(*(name for name in training_set.columns if name in wanted))
    )
    scorecard = Scorecard.read(rules, data.schema)
    fit = fit_origin(data, _NOW, scorecard, LearningSettings(), _METHODS)
    for kind, rung in fit.rungs.items():
        calibration = _calibration(kind, rung)
        if kind == "no_signal" and calibration is None:
            continue
        schema = rung.model.schema
        graph = build_graph(schema, rung.model.parts(), calibration, {"model_kind": kind})
        row = versioned(graph, as_of, {})
        yield Baseline(
            contestant="constant" if kind == "no_signal" else "rules",
            model_kind=kind,
            model_version=row["model_version"],
            scorer=Scorer(check_graph(row["onnx"], schema)),
        )


def _calibration(kind: Kind, rung: RungFit) -> Calibration | None:
    count_rows, count_won = len(rung.held_out_label), rung.held_out_label.sum()
    fewest = min(count_won, count_rows - count_won)
    is_enough = fewest >= MIN_ROWS_OF_A_LABEL if kind == "rules" else count_rows > 0
    return rung.calibration(_METHODS[kind]) if is_enough else None
