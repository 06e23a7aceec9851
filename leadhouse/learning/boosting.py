"""LightGBM: the rung for many outcomes."""

from dataclasses import dataclass, replace

import lightgbm as lgb
import numpy as np
from pydantic import BaseModel, ConfigDict

from leadhouse.learning.margins import MarginParts
from leadhouse.learning.trees import from_booster
from leadhouse.scoring.schema import FeatureSchema


class BoostingSettings(BaseModel):
    """How LightGBM learns: many shallow, shy trees, for few conversions among many rows.

    Chosen by the log loss against the true probabilities of demo worlds, and of forward splits of a
    bank's calls and of a university's courses: depth 3 with random thresholds (`extra_trees`) and a
    tenth of the features at a time beat deeper and greedier trees; faster learning lost. Shallow
    trees are cheap to explain, too. `count_trees` is how many are grown; how many of them are used
    is decided by what they predict later.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    count_trees: int = 600
    learning_rate: float = 0.03
    max_depth: int = 3
    min_rows_in_leaf: int = 100
    l2: float = 10.0
    feature_fraction: float = 0.1
    row_fraction: float = 0.8

    def parameters(self) -> dict[str, object]:
        """The parameters as LightGBM names them; with these, threads change no bit."""
        return {
            "objective": "binary",
            "learning_rate": self.learning_rate,
            "num_leaves": 2**self.max_depth,
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
class BoostedTrees:
    """A LightGBM model, or its first trees; a `MarginModel`."""

    schema: FeatureSchema
    booster: lgb.Booster
    count_trees: int

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """LightGBM's raw score, float64 of shape (rows,)."""
        return self.booster.predict(matrix, raw_score=True, num_iteration=self.count_trees)

    def first(self, count: int) -> "BoostedTrees":
        """The same model with no more trees than these."""
        return replace(self, count_trees=min(count, self.count_trees))

    def parts(self) -> MarginParts:
        """The trees that are used."""
        return MarginParts(trees=tuple(from_booster(self.booster)[: self.count_trees]))


def fit_boosting(
    matrix: np.ndarray,
    label: np.ndarray,
    weight: np.ndarray,
    schema: FeatureSchema,
    settings: BoostingSettings,
) -> BoostedTrees:
    """Fits LightGBM. Rare conversions get no extra weight: it would distort the probabilities.

    Args:
        matrix: float32 of shape (rows, features), as `MarginModel.margin` takes it.
        label: bool of shape (rows,), both values among them.
        weight: of the rows, float64 of shape (rows,), 1 on average.
        schema: of the matrix's columns.
        settings: the parameters.
    """
    parameters = settings.parameters()
    dataset = lgb.Dataset(
        matrix,
        label=label,
        weight=weight,
        feature_name=[f"f{i}" for i in range(len(schema))],
        categorical_feature=schema.category_positions,
        params=parameters,
        free_raw_data=True,
    )
    booster = lgb.train(parameters, dataset, num_boost_round=settings.count_trees)
    return BoostedTrees(schema, booster, booster.num_trees())
