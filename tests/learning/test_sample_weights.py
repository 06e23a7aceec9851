"""Weighted rows of a drawn sample say what all rows say: all leads are there to compare with."""

from dataclasses import replace

import duckdb
import numpy as np
import pytest
from scipy.special import expit

from leadhouse.explaining.explainer import Explainer
from leadhouse.learning.data import TrainingSet, read_training_set
from leadhouse.learning.forward import fit_origin, margin
from leadhouse.learning.margins import MarginModel
from leadhouse.learning.rows import model_row
from leadhouse.learning.rungs import LEARNT, fit_learnt
from leadhouse.learning.scorecard import Scorecard
from tests.learning.worlds import RULES, SETTINGS, run, training_table

SHARE = 0.2


@pytest.fixture(scope="module")
def everything() -> TrainingSet:
    return read_training_set(training_table(duckdb.connect(), leads=20_000, moments=1))


@pytest.fixture(scope="module")
def drawn(everything) -> TrainingSet:
    """All leads that convert, and of all leads a blind share."""
    is_blind = np.random.default_rng(0).random(everything.count_leads)[everything.lead] < SHARE
    converts = np.isin(everything.lead, everything.lead[everything.label])
    weight = np.where(converts, SHARE, 1.0)
    rows = replace(everything, is_blind=is_blind, sample_weight=weight)
    return rows.take(is_blind | converts)


@pytest.fixture(scope="module")
def models(drawn) -> dict[str, MarginModel]:
    return fit_learnt(drawn, LEARNT, SETTINGS)


def test_probabilities_are_those_of_all_leads_and_would_not_be_without_weights(
    everything, drawn, models
) -> None:
    rate = everything.label.mean()
    unweighted = replace(drawn, sample_weight=np.ones(len(drawn)))
    for kind, blind_to_the_draw in fit_learnt(unweighted, LEARNT, SETTINGS).items():
        assert expit(margin(models[kind], everything)).mean() == pytest.approx(rate, rel=0.03)
        assert expit(margin(blind_to_the_draw, everything)).mean() > 1.5 * rate


def test_the_base_of_what_explains_a_model_is_the_mean_over_all_leads(
    everything, drawn, models
) -> None:
    for kind, model in models.items():
        row = model_row(run(), "champion", kind, model, None, origin=0, train=drawn)
        mean = margin(model, everything).mean()
        assert Explainer.from_row(row).base_margin == pytest.approx(mean, abs=0.02)
        assert Explainer(model.parts(), model.schema, None).base_margin > mean + 0.1


def test_cross_fitted_calibration_reads_blind_rows_alone(everything, drawn) -> None:
    rows = replace(drawn, uses=np.full((len(drawn), 1), "train"))
    fit = fit_origin(rows, 0, Scorecard.read(RULES, rows.schema), SETTINGS, ("logistic",))
    [rung] = fit.rungs.values()
    assert len(rung.held_out) > 1
    assert len(rung.held_out_label) == drawn.is_blind.sum()
    probability = rung.calibration("shift").probability(margin(rung.model, everything))
    assert probability.mean() == pytest.approx(everything.label.mean(), rel=0.1)
