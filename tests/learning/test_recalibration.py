import duckdb
import numpy as np
import pytest
from scipy.special import expit, logit

from leadhouse.learning.data import TrainingSet, read_training_set
from leadhouse.learning.graph import recalibrate
from leadhouse.learning.models import train_models
from leadhouse.learning.recalibration import find_shift, recalibrated_row
from leadhouse.scoring.schema import ModelRefusedError
from leadhouse.scoring.scorer import Scorer
from tests.learning.worlds import AS_OF, RULES, champion, run, training_table


def test_a_shift_that_was_made_is_found_again() -> None:
    rng = np.random.default_rng(0)
    told = expit(rng.normal(-2, 1, 50_000))
    label = rng.random(50_000) < expit(logit(told) + 0.7)
    shift = find_shift(told, label, np.arange(50_000), np.ones(50_000))
    assert shift.log_odds == pytest.approx(0.7, abs=0.05)
    assert expit(logit(told) + shift.log_odds).mean() == pytest.approx(label.mean(), abs=1e-9)


def test_a_base_rate_that_has_not_moved_is_left_alone() -> None:
    """In 300 worlds: three standard errors let next to none through."""
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(300):
        lead = np.repeat(np.arange(300), rng.integers(1, 9, 300))
        told = np.full(len(lead), 0.2)
        label = (rng.random(300) < 0.2)[lead]
        alarms += find_shift(told, label, lead, np.ones(len(lead))) is not None
    assert alarms <= 6


def test_too_few_conversions_move_nothing() -> None:
    told, label = np.full(200, 0.05), np.ones(200, bool)
    assert find_shift(told, label, np.arange(200), np.ones(200)) is None


class TestRow:
    @pytest.fixture(scope="class")
    @staticmethod
    def row() -> dict[str, object]:
        data = read_training_set(training_table(duckdb.connect()))
        return champion(train_models(data, RULES, run()))

    @staticmethod
    def newest(label: str) -> TrainingSet:
        table = training_table(duckdb.connect(), label=label)
        return read_training_set(table.filter("uses[1] = 'calibrate'"))

    def test_a_moved_base_rate_gives_a_row_that_tells_it(self, row) -> None:
        rows = self.newest("chance < 0.1 + 0.5 * (visits >= 2)::integer")
        moved = recalibrated_row(row, rows, (row["model_version"],), AS_OF)
        assert moved["model_version"] == f"{row['model_version']}_r1"
        assert moved["base_model_version"] == row["model_version"]
        assert (moved["role"], moved["is_promoted"]) == ("recalibrated", True)
        assert moved["training_run"] == row["training_run"]

        before, after = Scorer.from_row(row), Scorer.from_row(moved)
        assert after.metadata["model_version"] == moved["model_version"]
        margin, probability = before.run(rows.encode(before.schema))
        same_margin, told = after.run(rows.encode(after.schema))
        np.testing.assert_array_equal(same_margin, margin)
        assert told.mean() == pytest.approx(rows.label.mean(), abs=1e-9)
        assert np.ptp(logit(told) - logit(probability)) < 1e-9

        again = recalibrated_row(moved, self.newest("false"), (), AS_OF)
        assert again["base_model_version"] == row["model_version"]

    def test_a_second_one_is_named_after_the_first_model(self, row) -> None:
        rows = self.newest("chance < 0.1 + 0.5 * (visits >= 2)::integer")
        first = recalibrated_row(row, rows, (row["model_version"],), AS_OF)
        known = (row["model_version"], first["model_version"])
        back = recalibrated_row(first, self.newest("chance < 0.02"), known, AS_OF)
        assert back["model_version"] == f"{row['model_version']}_r2"

    def test_the_same_world_gives_none(self, row) -> None:
        rows = self.newest("chance < 0.02 + 0.2 * (visits >= 2)::integer")
        assert recalibrated_row(row, rows, (), AS_OF) is None

    def test_rules_without_probabilities_give_none(self) -> None:
        data = read_training_set(training_table(duckdb.connect()))
        rules = champion(train_models(data, RULES, run(may_learn=False)))
        assert recalibrated_row(rules, data, (), AS_OF) is None

    def test_a_tampered_champion_is_refused(self, row) -> None:
        rows = self.newest("chance < 0.5")
        with pytest.raises(ModelRefusedError, match="SHA-256"):
            recalibrated_row(row | {"onnx": row["onnx"] + b"0"}, rows, (), AS_OF)

    def test_a_graph_that_differs_from_its_calibration_is_refused(self, row, monkeypatch) -> None:
        """As if it were moved the other way."""
        monkeypatch.setattr(
            "leadhouse.learning.recalibration.recalibrate",
            lambda graph, shift: recalibrate(graph, -shift),
        )
        with pytest.raises(ModelRefusedError, match=r"graph of .* differs from its calibration by"):
            recalibrated_row(row, self.newest("chance < 0.5"), (), AS_OF)
