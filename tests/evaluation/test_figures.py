"""The figures in SQL against scikit-learn, SciPy and counting by hand."""

import math
from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics

from tests.evaluation.conftest import ORIGIN, predictions

# Few different scores, so that many tie; 0 and 1 among them.
scores = st.one_of(
    st.sampled_from([0.0, 0.02, 0.02000000001, 0.3, 0.5, 0.9, 1.0]),
    st.floats(0, 1, allow_subnormal=False),
)
worlds = st.lists(
    st.tuples(st.booleans(), scores, st.integers(0, 12)), min_size=1, max_size=60
).map(lambda rows: tuple(list(column) for column in zip(*rows, strict=True)))


@settings(max_examples=40, deadline=None)
@given(world=worlds)
def test_figures_equal_scikit_learns(evaluation, world):
    labels, probabilities, leads = world
    row = evaluation.figures(predictions(labels, probabilities, leads=leads))

    assert row["count_moments"] == len(labels)
    assert row["count_leads"] == len(set(leads))
    assert row["count_conversions"] == sum(labels)
    assert row["mean_probability"] == pytest.approx(np.mean(probabilities), abs=1e-12)
    assert row["brier_score"] == pytest.approx(
        np.mean((np.array(probabilities) - labels) ** 2), abs=1e-12
    )
    assert row["log_loss"] == pytest.approx(
        metrics.log_loss(labels, probabilities, labels=[False, True]), abs=1e-11
    )
    if len(set(labels)) == 1:
        assert row["auc"] is None
        assert row["auc_low"] is None
        return
    assert row["auc"] == pytest.approx(metrics.roc_auc_score(labels, probabilities), abs=1e-12)
    assert row["pr_auc"] == pytest.approx(
        metrics.average_precision_score(labels, probabilities), abs=1e-12
    )


def test_auc_equals_scikit_learns_on_many_rows(evaluation):
    rng = np.random.default_rng(1)
    labels = rng.random(200_000) < 0.03
    probabilities = np.round(rng.beta(1, 20, 200_000) + 0.02 * labels, 4)
    leads = rng.integers(0, 50_000, 200_000)
    row = evaluation.figures(predictions(labels, probabilities, leads=leads))
    assert abs(row["auc"] - metrics.roc_auc_score(labels, probabilities)) <= 1e-12
    assert abs(row["pr_auc"] - metrics.average_precision_score(labels, probabilities)) <= 1e-12


def auc_standard_error(labels, ranked_by, leads) -> tuple[float, float]:
    """AUC and its standard error by Obuchowski's formulas, pair by pair."""
    winners = [(s, k) for label, s, k in zip(labels, ranked_by, leads, strict=True) if label]
    others = [(s, k) for label, s, k in zip(labels, ranked_by, leads, strict=True) if not label]

    def wins(a: float, b: float) -> float:
        return 1.0 if a > b else 0.5 if a == b else 0.0

    m, n = len(winners), len(others)
    auc = sum(wins(a, b) for a, _ in winners for b, _ in others) / (m * n)
    x, y = defaultdict(float), defaultdict(float)
    for a, lead in winners:
        x[lead] += sum(wins(a, b) for b, _ in others) / n - auc
    for b, lead in others:
        y[lead] += sum(wins(a, b) for a, _ in winners) / m - auc
    s10 = len(x) / ((len(x) - 1) * m) * sum(v * v for v in x.values())
    s01 = len(y) / ((len(y) - 1) * n) * sum(v * v for v in y.values())
    count = len(set(leads))
    s11 = count / (count - 1) * sum(x[lead] * y[lead] for lead in x.keys() & y.keys())
    return auc, math.sqrt(max(s10 / m + s01 / n + 2 * s11 / (m * n), 0))


@settings(max_examples=40, deadline=None)
@given(world=worlds)
def test_interval_of_the_auc_is_obuchowskis(evaluation, world):
    labels, probabilities, leads = world
    classes = [
        {k for k, label in zip(leads, labels, strict=True) if label is one} for one in (True, False)
    ]
    assume(min(map(len, classes)) > 1)
    auc, error = auc_standard_error(labels, probabilities, leads)
    row = evaluation.figures(predictions(labels, probabilities, leads=leads))
    if auc in (0, 1):
        assert row["auc_low"] is None
        return
    logit, half = math.log(auc / (1 - auc)), 1.959963984540054 * error / (auc * (1 - auc))
    for end, sign in (("auc_low", -1), ("auc_high", 1)):
        exponent = -(logit + sign * half)
        expected = 1 / (1 + math.exp(exponent)) if exponent < 700 else 0
        assert row[end] == pytest.approx(expected, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(world=worlds)
def test_log_loss_standard_error_takes_a_leads_moments_together(evaluation, world):
    labels, probabilities, leads = world
    row = evaluation.figures(predictions(labels, probabilities, leads=leads))
    if len(set(leads)) == 1:
        assert row["log_loss_standard_error"] is None
        return
    losses = [
        metrics.log_loss([label], [p], labels=[False, True])
        for label, p in zip(labels, probabilities, strict=True)
    ]
    by_lead = defaultdict(float)
    for loss, lead in zip(losses, leads, strict=True):
        by_lead[lead] += loss - np.mean(losses)
    count = len(by_lead)
    expected = math.sqrt(sum(v * v for v in by_lead.values()) * count / (count - 1)) / len(labels)
    assert row["log_loss_standard_error"] == pytest.approx(expected, abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(world=worlds)
def test_a_share_of_the_top_is_what_ties_hold_on_average(evaluation, world):
    """Every order of rows that tie is as likely, so that each is worth its level's mean."""
    labels, probabilities, leads = world
    evaluation.run("model_lift", predictions(labels, probabilities, leads=leads))
    worth = {
        p: Fraction(
            sum(label for label, q in zip(labels, probabilities, strict=True) if q == p),
            probabilities.count(p),
        )
        for p in probabilities
    }
    ranked = sorted(probabilities, reverse=True)
    rows = evaluation.rows("from model_lift where origin_at is not null order by top_percent")
    assert [row["top_percent"] for row in rows] == list(range(5, 101, 5))
    for row in rows:
        places = Fraction(row["top_percent"] * len(labels), 100)
        found = sum(worth[p] * min(max(places - i, 0), 1) for i, p in enumerate(ranked))
        assert row["count_moments"] == pytest.approx(float(places))
        assert row["count_conversions"] == pytest.approx(float(found))
        assert row["precision"] == pytest.approx(float(found / places))
        if sum(labels):
            assert row["capture"] == pytest.approx(float(found / sum(labels)))
            assert row["lift"] == pytest.approx(
                float(found / places / Fraction(sum(labels), len(labels)))
            )
        else:
            assert row["capture"] is None
            assert row["lift"] is None


@settings(max_examples=40, deadline=None)
@given(world=worlds)
def test_bins_keep_equal_probabilities_together_and_give_the_calibration_error(evaluation, world):
    labels, probabilities, leads = world
    row = evaluation.figures(predictions(labels, probabilities, leads=leads))
    count = len(labels)
    bins = defaultdict(list)
    for label, p in zip(labels, probabilities, strict=True):
        below = sum(q < p for q in probabilities)
        middle = Fraction(2 * below + probabilities.count(p) - 1, 2)
        bins[1 + int(middle * 10 / count)].append((label, p))

    evaluation.run("model_calibration", predictions(labels, probabilities, leads=leads))
    found = evaluation.rows("from model_calibration where origin_at is not null order by bin")
    assert [(r["bin"], r["count_moments"], r["count_conversions"]) for r in found] == [
        (number, len(bins[number]), sum(label for label, _ in bins[number]))
        for number in sorted(bins)
    ]
    error = sum(abs(sum(label - p for label, p in rows)) for rows in bins.values()) / count
    assert row["calibration_error"] == pytest.approx(error, abs=1e-11)


def test_bins_are_of_equal_count_where_nothing_ties(evaluation):
    evaluation.run("model_calibration", predictions([True, False] * 50, np.arange(100) / 100))
    rows = evaluation.rows("from model_calibration where origin_at is null order by bin")
    assert [row["count_moments"] for row in rows] == [10] * 10


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([0.1, 0.3, 0.8])), min_size=1, max_size=60)
)
def test_murphys_parts_add_up_to_the_brier_score(evaluation, rows):
    """Exactly so where a bin has one probability."""
    labels, probabilities = zip(*rows, strict=True)
    row = evaluation.figures(predictions(labels, probabilities))
    evaluation.run("model_calibration", predictions(labels, probabilities))
    bins = evaluation.rows("from model_calibration where origin_at is not null")
    assume(len(bins) == len(set(probabilities)))
    assert row["brier_score"] == pytest.approx(
        row["brier_reliability"] - row["brier_resolution"] + row["brier_uncertainty"], abs=1e-11
    )


@pytest.mark.parametrize(("conversions", "count"), [(0, 7), (1, 7), (3, 50), (50, 50), (13, 400)])
def test_interval_of_a_rate_is_wilsons_where_each_lead_has_one_moment(
    evaluation, conversions, count
):
    labels = [True] * conversions + [False] * (count - conversions)
    evaluation.run("model_calibration", predictions(labels, [0.2] * count))
    (row,) = evaluation.rows("from model_calibration where origin_at is null")
    expected = binomtest(conversions, count).proportion_ci(method="wilson")
    assert row["conversion_rate_low"] == pytest.approx(expected.low, abs=1e-12)
    assert row["conversion_rate_high"] == pytest.approx(expected.high, abs=1e-12)


@pytest.mark.parametrize("copies", [2, 5])
def test_moments_that_repeat_a_lead_narrow_no_interval(evaluation, copies):
    rng = np.random.default_rng(4)
    labels, probabilities = rng.random(40) < 0.3, np.round(rng.random(40), 1)

    def repeated(times: int, told: np.ndarray) -> pa.Table:
        leads = np.repeat(range(40), times)
        return predictions(np.repeat(labels, times), np.repeat(told, times), leads=leads)

    expected = evaluation.figures(repeated(1, probabilities))
    found = evaluation.figures(repeated(copies, probabilities))
    for name in ("auc", "auc_low", "auc_high", "log_loss", "log_loss_standard_error"):
        assert found[name] == pytest.approx(expected[name], abs=1e-11)

    bins = []
    for times in (1, copies):
        evaluation.run("model_calibration", repeated(times, np.full(40, 0.2)))
        bins += evaluation.rows("from model_calibration where origin_at is null")
    for name in ("count_leads", "conversion_rate", "conversion_rate_low", "conversion_rate_high"):
        assert bins[0][name] == pytest.approx(bins[1][name], abs=1e-12)


def test_all_origins_are_ranked_by_probability_and_rules_by_points(evaluation):
    later = ORIGIN + timedelta(days=60)
    evaluation.run(
        "model_evaluation",
        predictions([True, False], [0.9, 0.6], margins=[2, 1]),
        predictions([True, False], [0.7, 0.1], margins=[9, 8], origin_at=later),
        predictions([True, False], [None, None], margins=[10, 20], contestant="rules"),
        predictions([True, False], [0.5, 0.5], contestant="constant"),
        predictions([True, False], [0.5, 0.5], contestant="constant", origin_at=later),
    )
    rows = {
        (row["contestant"], row["origin_at"]): row
        for row in evaluation.rows("from model_evaluation")
    }
    assert rows["champion", None]["auc"] == 1
    assert rows["champion", None]["count_moments"] == 4
    assert rows["champion", None]["count_leads"] == 2
    assert rows["rules", ORIGIN]["auc"] == 0
    assert rows["rules", ORIGIN]["log_loss"] is None
    assert rows["rules", ORIGIN]["conversions_in_top_20_percent"] == 0
    assert rows["constant", None]["auc"] == 0.5
    assert rows["constant", None]["log_loss_skill"] == 0
    expected = -np.mean(np.log([0.9, 0.4, 0.7, 0.9]))
    assert rows["champion", None]["log_loss_skill"] == pytest.approx(1 - expected / math.log(2))


def test_points_of_one_origin_and_probabilities_of_another_are_not_ranked_together(evaluation):
    evaluation.run(
        "model_evaluation",
        predictions([True, False], [0.9, 0.6]),
        predictions(
            [True, False], [None, None], margins=[10, 20], origin_at=ORIGIN + timedelta(60)
        ),
    )
    (row,) = evaluation.rows("from model_evaluation where origin_at is null")
    assert row["count_moments"] == 4
    assert row["conversion_rate"] == 0.5
    for name in ("auc", "log_loss", "brier_score", "calibration_error", "capture_at_20_percent"):
        assert row[name] is None


@pytest.mark.parametrize("label", [True, False])
def test_one_row_gives_what_it_can(evaluation, label):
    row = evaluation.figures(predictions([label], [0.25]))
    assert row["log_loss"] == pytest.approx(-math.log(0.25 if label else 0.75))
    assert row["capture_at_20_percent"] == (pytest.approx(0.2) if label else None)
    for name in ("auc", "auc_low", "auc_high", "log_loss_standard_error"):
        assert row[name] is None


def test_no_predictions_give_no_rows(evaluation):
    for model in ("model_evaluation", "model_calibration", "model_lift", "tier_performance"):
        evaluation.run(model, predictions([], []))
        assert evaluation.rows(f"from {model}") == []
