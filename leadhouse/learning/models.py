"""Rows of `lead_models`: what a training run learnt, from what, and why it is used or not."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field
from sklearn.metrics import log_loss

from leadhouse.learning.certificate import TOLERANCE, largest_difference
from leadhouse.learning.data import TrainingSet
from leadhouse.learning.scorecard import Rule, scorecard_graph
from leadhouse.learning.training import FitSettings, FittedModel, fit
from leadhouse.scoring.schema import FeatureSchema

MODEL_ROWS = pa.schema(
    {
        "model_version": pa.string(),
        "training_run": pa.int64(),
        "role": pa.string(),
        "model_kind": pa.string(),
        "feature_set_version": pa.string(),
        "feature_schema": pa.string(),
        "onnx": pa.binary(),
        "onnx_sha256": pa.string(),
        "horizon_days": pa.int64(),
        "trained_as_of": pa.timestamp("us"),
        "train_from": pa.timestamp("us"),
        "train_to": pa.timestamp("us"),
        "count_training_rows": pa.int64(),
        "count_training_leads": pa.int64(),
        "count_training_conversions": pa.int64(),
        "count_calibration_rows": pa.int64(),
        "count_calibration_conversions": pa.int64(),
        "calibration": pa.string(),
        "parameters": pa.string(),
        "metrics": pa.string(),
        "max_parity_difference": pa.float64(),
        "is_promoted": pa.bool_(),
        "promotion_reason": pa.string(),
        "library_versions": pa.string(),
    }
)

_LIBRARIES = ("leadhouse", "lightgbm", "numpy", "onnx", "onnxruntime", "scipy")

Role = Literal["champion", "refused", "evaluation", "baseline"]


class TrainingRun(BaseModel):
    """The circumstances of a training run; all that its rows depend on beside the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = 1
    as_of: datetime
    horizon_days: int
    feature_set_version: str
    may_learn: bool = True
    min_leads: int = Field(default=200, ge=1)
    min_conversions: int = Field(default=40, ge=1)
    settings: FitSettings = FitSettings()


def train_models(data: TrainingSet, rules: Sequence[Rule], run: TrainingRun) -> pa.Table:
    """Trains what the data can bear, and says why it is to be used.

    A run gives one `champion`, which scores; with a learnt champion its `evaluation` twin, fitted
    in the same way as of an earlier origin, to be tested on what came after; the rules as the
    `baseline` to beat; and a model that failed its certificate as `refused`. Too little to learn
    from makes the rules the champion.

    Returns:
        rows of the schema `MODEL_ROWS`; the same arguments give the same bytes.

    Raises:
        ValueError: the scorecard cannot be compiled.
    """

    def rules_row(role: Role, reason: str) -> dict[str, Any]:
        return _rules_row(data.schema, rules, role, reason, run)

    baseline = rules_row("baseline", "The rules, beside which learnt models are evaluated.")
    problem = _too_little(data, data.final_use, run)
    if problem:
        return model_rows([rules_row("champion", problem), baseline])

    champion = _learnt_row(data, data.final_use, "champion", _promotion_reason(data), run)
    difference = champion["max_parity_difference"]
    if not difference <= TOLERANCE:  # so that NaN is no proof either
        problem = (
            f"The ONNX graph differs from the trained model by {difference:.1e}, "
            f"more than {TOLERANCE:.0e}."
        )
        refused = champion | {"role": "refused", "promotion_reason": problem, "is_promoted": False}
        return model_rows([rules_row("champion", problem), refused, baseline])

    if _too_little(data, data.evaluation_use, run):
        return model_rows([champion, baseline])
    twin = _learnt_row(
        data,
        data.evaluation_use,
        "evaluation",
        "The champion's twin of an earlier origin, to be tested on what came after.",
        run,
    )
    return model_rows([champion, twin, baseline])


def _too_little(data: TrainingSet, use: np.ndarray, run: TrainingRun) -> str | None:
    """Why nothing can be learnt from the training rows; None where it can."""
    if not run.may_learn:
        return "Training is switched off (retrain: never), and there is no earlier model."
    train = data.take(use == "train")
    if train.count_leads >= run.min_leads and train.count_conversions >= run.min_conversions:
        return None if not train.label.all() else "Every lead in the training rows converted."
    return (
        f"There are {train.count_leads} leads with known outcomes to learn from, "
        f"{train.count_conversions} of them converted; "
        f"a learnt model needs {run.min_leads} and {run.min_conversions}."
    )


def _promotion_reason(data: TrainingSet) -> str:
    train, calibrate = (data.take(data.final_use == use) for use in ("train", "calibrate"))
    calibrated = (
        f"calibrated on {len(calibrate):,} later ones"
        if len(calibrate)
        else "not calibrated, for there are no later ones whose outcome is known"
    )
    return (
        f"Learnt from {train.count_leads:,} leads at {len(train):,} moments, "
        f"{train.count_conversions:,} of which leads converted, and {calibrated}."
    )


def _learnt_row(
    data: TrainingSet, use: np.ndarray, role: Role, reason: str, run: TrainingRun
) -> dict[str, Any]:
    train, calibrate = data.take(use == "train"), data.take(use == "calibrate")
    model = fit(train, calibrate, run.settings)
    graph = model.graph(_metadata(role, "lightgbm", run))
    row = _row(
        run, role=role, model_kind="lightgbm", graph=graph, schema=model.schema, reason=reason
    )
    return row | {
        "train_from": train.moment_at.min(),
        "train_to": train.moment_at.max(),
        "count_training_rows": len(train),
        "count_training_leads": train.count_leads,
        "count_training_conversions": train.count_conversions,
        "count_calibration_rows": len(calibrate),
        "count_calibration_conversions": calibrate.count_conversions,
        "calibration": model.calibration.model_dump_json(),
        "parameters": _json(run.settings.parameters()),
        "metrics": _json(_metrics(model, calibrate)),
        "max_parity_difference": largest_difference(
            model, graph, train.encode(model.schema), run.settings.seed
        ),
    }


def _rules_row(
    offered: FeatureSchema, rules: Sequence[Rule], role: Role, reason: str, run: TrainingRun
) -> dict[str, Any]:
    graph, schema = scorecard_graph(rules, offered, _metadata(role, "rules", run))
    return _row(run, role=role, model_kind="rules", graph=graph, schema=schema, reason=reason)


def _metadata(role: Role, model_kind: str, run: TrainingRun) -> dict[str, str]:
    """What is kept inside the graph; nothing of when it was made, so that its hash can be told."""
    return {
        "role": role,
        "model_kind": model_kind,
        "horizon_days": str(run.horizon_days),
        "feature_set_version": run.feature_set_version,
    }


def _row(
    run: TrainingRun,
    *,
    role: Role,
    model_kind: str,
    graph: bytes,
    schema: FeatureSchema,
    reason: str,
) -> dict[str, Any]:
    sha256 = hashlib.sha256(graph).hexdigest()
    return {
        "model_version": f"{run.as_of:%Y%m%dT%H%M}_{sha256[:6]}",
        "training_run": run.number,
        "role": role,
        "model_kind": model_kind,
        "feature_set_version": run.feature_set_version,
        "feature_schema": schema.to_json(),
        "onnx": graph,
        "onnx_sha256": sha256,
        "horizon_days": run.horizon_days,
        "trained_as_of": run.as_of,
        "is_promoted": role == "champion",
        "promotion_reason": reason,
        "library_versions": _json({name: version(name) for name in _LIBRARIES}),
    }


def _metrics(model: FittedModel, calibrate: TrainingSet) -> dict[str, float]:
    """Figures of the fit itself; how well it predicts is told by model_evaluation."""
    metrics: dict[str, float] = {"count_trees": model.booster.num_trees()}
    if len(calibrate):
        probability = model.calibration.probability(model.margin(calibrate))
        metrics["calibration_log_loss"] = _log_loss(calibrate.label, probability)
        metrics["calibration_log_loss_of_base_rate"] = _log_loss(
            calibrate.label, np.full(len(calibrate), calibrate.label.mean())
        )
    return metrics


def _log_loss(label: np.ndarray, probability: np.ndarray) -> float:
    return float(log_loss(label, probability, labels=[False, True]))


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, sort_keys=True)


def model_rows(rows: Sequence[dict[str, Any]] = ()) -> pa.Table:
    """A table of the schema `MODEL_ROWS`; what a row does not say is null."""
    return pa.Table.from_pylist(list(rows), schema=MODEL_ROWS)
