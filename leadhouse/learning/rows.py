"""Rows of `lead_models`: a model with all that is to be known of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from leadhouse.learning.calibration import Calibration
from leadhouse.learning.data import TrainingSet
from leadhouse.learning.graph import background, build_graph, stamp
from leadhouse.learning.margins import MarginModel
from leadhouse.learning.rungs import Kind, LearningSettings

MODEL_ROWS = pa.schema(
    {
        "model_version": pa.string(),
        "training_run": pa.int64(),
        "role": pa.string(),
        "model_kind": pa.string(),
        "base_model_version": pa.string(),
        "feature_set_version": pa.string(),
        "feature_schema": pa.string(),
        "onnx": pa.binary(),
        "onnx_sha256": pa.string(),
        "horizon_days": pa.int64(),
        "trained_as_of": pa.timestamp("us"),
        "origin_number": pa.int64(),
        "origin_at": pa.timestamp("us"),
        "test_until": pa.timestamp("us"),
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

# Of what a graph holds beside its calculation; 2 brought the background, 3 the calibration. It is
# part of the version, so that a model of an older format does not stand when the same is learnt
# again.
_GRAPH_FORMAT = "3"
_LIBRARIES = ("leadhouse", "lightgbm", "numpy", "onnx", "onnxruntime", "scikit-learn", "scipy")

Role = Literal["champion", "challenger", "refused", "evaluation", "resample", "recalibrated"]


class Origin(BaseModel):
    """A row of `training_origins`; its place in a list is its number.

    `test_until` is the next origin; None for the newest, whose test goes on, and for now.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: datetime
    test_until: datetime | None = None


class TrainingRun(BaseModel):
    """The circumstances of a training run; all that its rows depend on beside the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = 1
    as_of: datetime
    horizon_days: int
    feature_set_version: str
    origins: tuple[Origin, ...] = Field(min_length=1)
    may_learn: bool = True
    settings: LearningSettings = LearningSettings()
    tuning_seconds: float = Field(default=0, ge=0)
    stability_resamples: int = Field(default=0, ge=0)
    max_split_gap: float = Field(default=1.0, gt=0)
    is_strict_about_leakage: bool = False


def model_row(
    run: TrainingRun,
    role: Role,
    kind: Kind,
    model: MarginModel,
    calibration: Calibration | None,
    *,
    origin: int,
    train: TrainingSet | None = None,
) -> dict[str, Any]:
    """The columns that every model has.

    Args:
        run: the circumstances.
        role: what the model is for.
        kind: its rung.
        model: what was fitted.
        calibration: None where its margin has no probability.
        origin: number of the origin that it was fitted as of; 0 is now.
        train: what it was fitted to, if it is to be explained: where rows have weights, what
            explains the model is of weighted rows, which its own covers, being counts, are not.
    """
    origin_at = run.origins[origin].at
    parts = model.parts()
    if train is not None and train.has_weights:
        parts = parts.over(train.encode(model.schema), train.sample_weight)
    calibration_text = calibration.to_json() if calibration else None
    graph = build_graph(
        model.schema,
        parts,
        calibration,
        {
            "graph_format": _GRAPH_FORMAT,
            "role": role,
            "model_kind": kind,
            "horizon_days": str(run.horizon_days),
            "feature_set_version": run.feature_set_version,
            "calibration": calibration_text or "",
            **({"origin_at": origin_at.isoformat()} if role == "evaluation" else {}),
        },
    )
    return versioned(graph, run.as_of, background(parts)) | {
        "training_run": run.number,
        "role": role,
        "model_kind": kind,
        "feature_set_version": run.feature_set_version,
        "feature_schema": model.schema.to_json(),
        "horizon_days": run.horizon_days,
        "trained_as_of": run.as_of,
        "origin_number": origin,
        "origin_at": origin_at,
        "test_until": run.origins[origin].test_until,
        "calibration": calibration_text,
        "is_promoted": role == "champion",
        "library_versions": to_json({name: version(name) for name in _LIBRARIES}),
    }


def versioned(graph: bytes, as_of: datetime, metadata: Mapping[str, str]) -> dict[str, Any]:
    """A graph with its version and more metadata inside, and the columns that identify it.

    The version tells what the graph calculates: its digits are of the graph's hash before all this
    was written into it.
    """
    digits = hashlib.sha256(graph).hexdigest()[:6]
    return named(stamp(graph, metadata), f"{as_of:%Y%m%dT%H%M}_{digits}", as_of)


def named(graph: bytes, model_version: str, as_of: datetime) -> dict[str, Any]:
    """A graph with a version inside, and the columns that identify it."""
    stamped = stamp(graph, {"model_version": model_version, "trained_as_of": as_of.isoformat()})
    return {
        "model_version": model_version,
        "onnx": stamped,
        "onnx_sha256": hashlib.sha256(stamped).hexdigest(),
    }


def content(model_version: str) -> str:
    """The part of a version that tells what the graph calculates, whenever it was made."""
    return model_version.partition("_")[2]


def to_json(values: dict[str, Any]) -> str:
    """JSON text; the same values, same text."""
    return json.dumps(values, sort_keys=True)


def model_rows(rows: Sequence[dict[str, Any]] = ()) -> pa.Table:
    """A table of the schema `MODEL_ROWS`; what a row does not say is null."""
    return pa.Table.from_pylist(list(rows), schema=MODEL_ROWS)
