"""Fitting: one procedure, run for the model that is tested and again for the one that is used."""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from pydantic import BaseModel, ConfigDict

from leadhouse.learning.calibration import Calibration, fit_platt
from leadhouse.learning.data import TrainingSet
from leadhouse.learning.graph import build_graph
from leadhouse.learning.trees import from_booster
from leadhouse.scoring.schema import FeatureSchema


class FitSettings(BaseModel):
    """How LightGBM learns: many shallow, shy trees, for few conversions among many rows.

    Chosen by the log loss against the true probabilities of two demo worlds, and of forward splits
    of a bank's calls: depth 3 with random thresholds (`extra_trees`) beat deeper trees, and half
    the time. Stopping early on the last quarter of the training rows was no better than this
    number of trees. Shallow trees are cheap to explain, too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    count_trees: int = 300
    learning_rate: float = 0.03
    num_leaves: int = 8
    max_depth: int = 3
    min_rows_in_leaf: int = 100
    l2: float = 10.0
    feature_fraction: float = 0.3
    row_fraction: float = 0.8
    max_categories: int = 64

    def parameters(self) -> dict[str, object]:
        """The parameters as LightGBM names them; with these, threads change no bit."""
        return {
            "objective": "binary",
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "max_depth": self.max_depth,
            "min_data_in_leaf": self.min_rows_in_leaf,
            "lambda_l2": self.l2,
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.row_fraction,
            "bagging_freq": 1,
            "extra_trees": True,
            "cat_smooth": 50,
            "cat_l2": 50,
            "seed": self.seed,
            "deterministic": True,
            "force_col_wise": True,
            "verbosity": -1,
        }


@dataclass(frozen=True)
class FittedModel:
    """Trees and their calibration, over a schema whose vocabularies the training rows gave."""

    schema: FeatureSchema
    booster: lgb.Booster
    calibration: Calibration

    def margin(self, rows: TrainingSet) -> np.ndarray:
        """Log-odds before calibration, float64 of shape (rows,)."""
        return self.booster.predict(rows.encode(self.schema), raw_score=True)

    def graph(self, metadata: dict[str, str]) -> bytes:
        """The model as one ONNX graph."""
        return build_graph(self.schema, from_booster(self.booster), self.calibration, metadata)


def fit(train: TrainingSet, calibrate: TrainingSet, settings: FitSettings) -> FittedModel:
    """Fits trees to the earlier rows and their calibration to the later ones.

    Conversions are rare, and no weights make them less so: they would distort the probabilities.

    Args:
        train: rows with both labels among them.
        calibrate: later rows, none of which trains; may be empty.

    Raises:
        ValueError: the training rows have one label only.
    """
    if train.label.all() or not train.label.any():
        raise ValueError("There is nothing to tell apart: all training rows have the same label.")
    schema = train.vocabulary(settings.max_categories)
    dataset = lgb.Dataset(
        train.encode(schema),
        label=train.label,
        weight=train.weight,
        feature_name=[f"f{i}" for i in range(len(schema))],
        categorical_feature=schema.category_positions,
        params=settings.parameters(),
        free_raw_data=True,
    )
    booster = lgb.train(settings.parameters(), dataset, num_boost_round=settings.count_trees)
    trees = FittedModel(schema, booster, Calibration(method="none", slope=1.0, intercept=0.0))
    calibration = fit_platt(trees.margin(calibrate), calibrate.label)
    return FittedModel(schema, booster, calibration)
