import duckdb
import numpy as np
import pytest

from leadhouse.learning.data import TrainingSet, read_training_set
from leadhouse.learning.forward import fit_origin
from leadhouse.learning.ladder import climb, losses_by_tree_count
from leadhouse.learning.rungs import row_weights
from leadhouse.learning.scorecard import Rule, Scorecard
from leadhouse.learning.tuning import tune
from tests.learning.worlds import RULES, SETTINGS, training_table

LINEAR = "chance < 1 / (1 + exp(3 - 0.8 * visits - coalesce(fit, 0)))"
EITHER_OR = "chance < 0.02 + 0.4 * ((visits >= 2) <> (coalesce(fit, -1) > 0))::integer"
AS_THE_RULES_SAY = (
    "chance < 0.03 + 0.2 * (visits >= 3)::int"
    " + 0.3 * coalesce(seniority in ('vp', 'c_level'), false)::int"
)
NOISE = "chance < 0.1"


def world(label: str, leads: int = 2_000) -> TrainingSet:
    return read_training_set(training_table(duckdb.connect(), leads=leads, label=label))


def ladder(data: TrainingSet, rules: list[Rule] = RULES):
    return climb(data, Scorecard.read(rules, data.schema), SETTINGS)


@pytest.mark.parametrize(
    ("label", "kinds"),
    [
        (LINEAR, {"logistic"}),
        (EITHER_OR, {"lightgbm"}),
        (AS_THE_RULES_SAY, {"rules"}),
        (NOISE, {"no_signal"}),
    ],
)
def test_the_rung_is_the_one_that_fits_the_world(label, kinds) -> None:
    assert ladder(world(label)).kind in kinds


def test_shuffled_labels_have_no_signal_and_give_the_base_rate() -> None:
    """Ten here; benchmarks/no_signal.py takes whole demo worlds."""
    data = world(LINEAR)
    for seed in range(10):
        rng = np.random.default_rng(seed)
        shuffled = data.take(np.arange(len(data)))
        shuffled.label[:] = rng.permutation(data.label)
        found = ladder(shuffled)
        assert found.kind == "no_signal", found.reason
        fit = found.origins[0]
        told = fit.test_probability("no_signal", "shift")
        assert np.ptp(told) == 0
        held_out = fit.rungs["no_signal"].held_out_label
        assert told[0] == pytest.approx(held_out.mean(), abs=2 / len(held_out))


def test_fits_of_an_origin_have_not_seen_what_calibrates_or_tests_them() -> None:
    data = world(LINEAR)
    fit = fit_origin(data, 1, Scorecard.read(RULES, data.schema), SETTINGS)
    [(_, calibrating)] = fit.rungs["lightgbm"].held_out
    assert fit.train.moment_at.max() < calibrating.moment_at.min()
    assert calibrating.moment_at.max() < fit.test.moment_at.min()


def test_a_cross_fit_keeps_each_lead_from_its_own_models() -> None:
    """A feature that names the lead is worth nothing then, though trees learn it by heart."""
    table = training_table(
        duckdb.connect(),
        label="hash(lead, 'fate') % 4 = 0",
        more="(hash(lead, 'name') % 1000003)::float as name,",
    ).project("* replace (['train'] as uses)")
    data = read_training_set(table)
    fit = fit_origin(data, 0, Scorecard.read(RULES, data.schema), SETTINGS)
    rung = fit.rungs["lightgbm"]
    assert sorted(rung.held_out_lead) == sorted(data.lead)
    label = rung.held_out_label
    gap = rung.held_out_margin[label].mean() - rung.held_out_margin[~label].mean()
    assert abs(gap) < 0.2


def test_the_number_of_trees_is_the_best_on_later_data() -> None:
    data = world(EITHER_OR)
    scorecard = Scorecard.read(RULES, data.schema)
    grown = SETTINGS.boosting.model_copy(update={"count_trees": 200, "learning_rate": 0.3})
    settings = SETTINGS.model_copy(update={"boosting": grown})
    found = climb(data, scorecard, settings)
    losses = losses_by_tree_count([fit_origin(data, 2, scorecard, settings)])
    assert found.settings.boosting.count_trees == min(losses, key=losses.__getitem__)
    assert found.origins[0].rungs["lightgbm"].model.count_trees == min(losses, key=losses.get)


def test_tuning_keeps_to_its_budget_and_never_loses_to_the_defaults_where_it_looks() -> None:
    data = world(EITHER_OR)
    scorecard = Scorecard.read(RULES, data.schema)
    tuned = tune(data, scorecard, SETTINGS, seconds=5)

    def loss(settings) -> float:
        return min(losses_by_tree_count([fit_origin(data, 2, scorecard, settings)]).values())

    assert loss(tuned) <= loss(SETTINGS)
    assert tuned.model_copy(update={"boosting": SETTINGS.boosting}) == SETTINGS


def test_a_lead_with_many_moments_does_not_drown_the_others() -> None:
    data = world(LINEAR, leads=20)
    many = data.take(np.concatenate([np.flatnonzero(data.lead == 0).repeat(10), [20, 21]]))
    settings = SETTINGS.model_copy(update={"max_moments_weight": 9.0})
    weight = row_weights(many, settings)
    assert weight.mean() == pytest.approx(1)
    assert weight[many.lead == 0].sum() == pytest.approx(9 * weight[-1])


def test_recent_moments_may_weigh_more() -> None:
    data = world(LINEAR, leads=20)
    settings = SETTINGS.model_copy(update={"recency_half_life_days": 7.0})
    weight = row_weights(data, settings)
    week = data.moment_at == data.moment_at.max()
    before = data.moment_at == data.moment_at.max() - np.timedelta64(7, "D")
    assert weight[week].mean() == pytest.approx(2 * weight[before].mean())
