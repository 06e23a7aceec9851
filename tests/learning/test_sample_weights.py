"""Weighted rows of a drawn sample say what all rows say: all leads are there to compare with."""

from dataclasses import replace

import duckdb
import numpy as np
import pytest
from scipy.special import expit

from leadhouse.explaining.explainer import Explainer
from leadhouse.learning.calibration import LineCalibration, fit_calibration
from leadhouse.learning.data import TrainingSet, read_training_set
from leadhouse.learning.forward import fit_origin, margin
from leadhouse.learning.ladder import climb
from leadhouse.learning.margins import MarginModel
from leadhouse.learning.recalibration import recalibrated_row
from leadhouse.learning.rows import model_row, model_rows
from leadhouse.learning.rungs import LEARNT, fit_learnt
from leadhouse.learning.scorecard import Scorecard
from leadhouse.scoring.scorer import Scorer
from tests.learning.worlds import AS_OF, RULES, SETTINGS, run, training_table

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


def scorecard(rows: TrainingSet) -> Scorecard:
    return Scorecard.read(RULES, rows.schema)


@pytest.mark.parametrize("is_cross_fitted", [False, True])
def test_calibrated_probabilities_are_those_of_all_leads_and_would_not_be_without_weights(
    everything, drawn, is_cross_fitted
) -> None:
    use = np.where(is_cross_fitted | (drawn.lead % 2 == 0), "train", "calibrate")
    rows = replace(drawn, uses=use[:, np.newaxis])
    rate = everything.label.mean()
    for kind, rung in fit_origin(rows, 0, scorecard(rows), SETTINGS).rungs.items():
        held_out = (rung.held_out_margin, rung.held_out_label)
        assert len(rung.held_out_label) == (
            len(rows) if is_cross_fitted else (use != "train").sum()
        )
        of_all = margin(rung.model, everything)
        for method in ("shift",) if kind == "no_signal" else ("platt", "beta", "isotonic"):
            calibration = rung.calibration(method)
            assert calibration.method == method
            assert calibration.probability(of_all).mean() == pytest.approx(rate, rel=0.1)
            blind_to_the_draw = fit_calibration(method, *held_out)
            assert blind_to_the_draw.probability(of_all).mean() > 1.5 * rate


def test_where_no_origin_has_a_test_blind_rows_choose(drawn) -> None:
    rows = replace(drawn, uses=np.tile(["train", ""], (len(drawn), 1)))
    found = climb(rows, scorecard(rows), SETTINGS)
    rate = drawn.label[drawn.is_blind].mean()
    entropy = -rate * np.log(rate) - (1 - rate) * np.log(1 - rate)
    assert f"({drawn.is_blind.sum():,} moments" in found.reason
    assert found.rungs.loss["no_signal"] == pytest.approx(entropy, rel=0.01)


class TestRecalibration:
    @pytest.fixture(scope="class")
    @staticmethod
    def champion(drawn, models) -> dict[str, object]:
        """Its margins are those of all leads, and need no calibration."""
        row = model_row(
            *(run(), "champion", "logistic", models["logistic"], LineCalibration()), origin=0
        )
        return model_rows([row | {"max_parity_difference": 0.0}]).to_pylist()[0]

    def test_a_base_rate_that_has_not_moved_is_left_alone(self, champion, drawn) -> None:
        assert recalibrated_row(champion, drawn, (), AS_OF) is None
        unweighted = replace(drawn, sample_weight=np.ones(len(drawn)))
        assert recalibrated_row(champion, unweighted, (), AS_OF) is not None

    def test_one_that_has_is_that_of_all_leads(self, champion, everything, drawn) -> None:
        """Half of the leads that were not won are gone."""
        kept = everything.label | (everything.lead % 2 == 0)
        rows = drawn.take(drawn.label | (drawn.lead % 2 == 0))
        moved = recalibrated_row(champion, rows, (), AS_OF)
        scorer = Scorer.from_row(moved)
        _, told = scorer.run(everything.take(kept).encode(scorer.schema))
        assert told.mean() == pytest.approx(everything.label[kept].mean(), rel=0.03)
