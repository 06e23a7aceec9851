"""The contributions of many leads as a stream: one row per lead and model."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
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

# Few enough for a processor's cache, many enough that Python does not count: of 8,192, 16,384 and
# 32,768 this took the least processor time (docs/performance.md).
_BATCH_ROWS = 16_384
# So many features are turned from columns to rows at a time, which stay in the cache meanwhile.
_BLOCK = 64


def explain_leads(
    leads: duckdb.DuckDBPyRelation, models: Sequence[dict[str, Any]]
) -> pa.RecordBatchReader:
    """Explains leads by models, a batch at a time on each processor.

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
    count_threads = os.cpu_count() or 1
    pending: deque[Future[pa.RecordBatch]] = deque()
    with ThreadPoolExecutor(count_threads) as threads:
        for features in leads.to_arrow_reader(_BATCH_ROWS):
            arrived += len(features)
            for version, explainer in explainers.items():
                pending.append(threads.submit(_batch, features, version, explainer))
            # Each thread has a batch, and one waits: memory is bounded whatever the leads.
            while len(pending) > count_threads:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    # DuckDB 1.5 ends a stream early, in silence, when its connection is used for something else.
    if arrived != count_leads:
        raise RuntimeError(f"There are {count_leads} leads to explain, but {arrived} arrived.")


def _batch(features: pa.RecordBatch, version: str, explainer: Explainer) -> pa.RecordBatch:
    by_feature = explainer.contributions(features).T
    width, count = by_feature.shape
    contributions = np.empty((count, width), np.float32)
    for start in range(0, width, _BLOCK):
        block = slice(start, start + _BLOCK)
        contributions[:, block] = by_feature[block].T
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
