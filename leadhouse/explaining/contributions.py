"""The contributions of many leads as a stream: one row per lead and model."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from leadhouse.explaining.explainer import Explainer

CONTRIBUTIONS = pa.schema(
    {
        "lead_id": pa.string(),
        "model_version": pa.string(),
        "base_margin": pa.float64(),
        "base_probability": pa.float64(),
        "contributions": pa.list_(pa.float32()),
    }
)

# Few enough for a processor's cache, many enough that Python does not count.
_BATCH_ROWS = 8_192


def explain_leads(
    leads: duckdb.DuckDBPyRelation, models: Sequence[dict[str, Any]]
) -> pa.RecordBatchReader:
    """Explains leads by models, a batch at a time.

    Args:
        leads: with `lead_id` and the features; on a connection that does nothing else until the
            reader is read.
        models: rows of `lead_models`, as `Explainer.from_row` takes them.

    Returns:
        a reader of the schema `CONTRIBUTIONS`: a row for each model and lead. It raises a
        RuntimeError if the stream of leads was cut off.

    Raises:
        ModelRefusedError: a model is not what was stored, or cannot be explained.
    """
    explainers = {model["model_version"]: Explainer.from_row(model) for model in models}
    return pa.RecordBatchReader.from_batches(CONTRIBUTIONS, _batches(leads, explainers))


def _batches(
    leads: duckdb.DuckDBPyRelation, explainers: dict[str, Explainer]
) -> Iterator[pa.RecordBatch]:
    [(count_leads,)] = leads.count("*").fetchall()
    arrived = 0
    for features in leads.to_arrow_reader(_BATCH_ROWS):
        arrived += len(features)
        for version, explainer in explainers.items():
            yield _batch(features, version, explainer)
    # DuckDB 1.5 ends a stream early, in silence, when its connection is used for something else.
    if arrived != count_leads:
        raise RuntimeError(f"There are {count_leads} leads to explain, but {arrived} arrived.")


def _batch(features: pa.RecordBatch, version: str, explainer: Explainer) -> pa.RecordBatch:
    contributions = explainer.contributions(features).astype(np.float32)
    count, width = contributions.shape
    offsets = pa.array(np.arange(count + 1) * width, pa.int32())
    return pa.RecordBatch.from_arrays(
        [
            features.column("lead_id").cast(pa.string()),
            pa.repeat(version, count),
            pa.repeat(explainer.base_margin, count),
            pa.repeat(pa.scalar(explainer.base_probability, pa.float64()), count),
            pa.ListArray.from_arrays(offsets, pa.array(contributions.ravel())),
        ],
        schema=CONTRIBUTIONS,
    )
