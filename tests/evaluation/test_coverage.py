"""Intervals that promise 95% hold the truth about as often, though a lead's moments are alike."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from tests.evaluation.conftest import predictions

RUNS = 1000


def world(rng: np.random.Generator, count_leads: int) -> tuple[np.ndarray, ...]:
    """Labels, probabilities and leads; the one to eight moments of a lead are much alike."""
    leads = np.repeat(np.arange(count_leads), rng.integers(1, 9, count_leads))
    fate = rng.normal(0, 1.5, count_leads)[leads]
    promised = 1 / (1 + np.exp(2.5 - 0.6 * fate - rng.normal(0, 0.5, len(leads))))
    labels = rng.random(len(leads)) < 1 / (1 + np.exp(3 - 1.5 * fate))
    return labels, promised, leads


def worlds(count_leads: int, seed: int) -> pa.Table:
    """As many worlds as there are runs, each under a model version of its own."""
    rng = np.random.default_rng(seed)
    tables = []
    for run in range(RUNS):
        labels, promised, leads = world(rng, count_leads)
        table = predictions(labels, promised, leads=leads)
        tables.append(table.set_column(0, "model_version", pa.array([str(run)] * len(table))))
    return pa.concat_tables(tables)


@pytest.mark.slow
@pytest.mark.parametrize("count_leads", [150, 400])
def test_95_of_100_intervals_of_the_auc_hold_the_true_area(evaluation, count_leads):
    labels, promised, _ = world(np.random.default_rng(1), 1_000_000)
    truth = roc_auc_score(labels, promised)
    evaluation.run("model_evaluation", worlds(count_leads, seed=2))
    rows = evaluation.rows("from model_evaluation where origin_at is null")
    held = np.mean([row["auc_low"] <= truth <= row["auc_high"] for row in rows])
    print(f"{count_leads} leads: {held:.3f} of {len(rows)} intervals hold {truth:.4f}")
    assert len(rows) == RUNS
    assert 0.925 <= held <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("count_leads", [150, 400])
def test_95_of_100_intervals_of_a_rate_hold_the_true_rate(evaluation, count_leads):
    labels, _, _ = world(np.random.default_rng(1), 1_000_000)
    truth = np.mean(labels)
    table = worlds(count_leads, seed=3)
    flat = table.set_column(9, "probability", pa.array(np.full(len(table), 0.1)))
    evaluation.run("model_calibration", flat)
    rows = evaluation.rows("from model_calibration where origin_at is null")
    held = np.mean(
        [row["conversion_rate_low"] <= truth <= row["conversion_rate_high"] for row in rows]
    )
    print(f"{count_leads} leads: {held:.3f} of {len(rows)} intervals hold {truth:.4f}")
    assert len(rows) == RUNS
    assert 0.925 <= held <= 0.97
