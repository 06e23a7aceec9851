"""The rungs of the ladder, from knowing nothing to LightGBM averaged with a logistic model."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from leadhouse.learning.boosting import BoostedTrees, BoostingSettings, fit_boosting
from leadhouse.learning.data import TrainingSet
from leadhouse.learning.logistic import LogisticModel, LogisticSettings, fit_logistic
from leadhouse.learning.margins import MarginModel, MarginParts
from leadhouse.scoring.schema import FeatureSchema

Kind = Literal["no_signal", "rules", "logistic", "lightgbm", "average"]
# Simplest first.
KINDS: tuple[Kind, ...] = get_args(Kind)
LEARNT: tuple[Kind, ...] = ("logistic", "lightgbm", "average")


class LearningSettings(BaseModel):
    """What may be learnt from how much, and how.

    A lead with many moments does not drown the others: it weighs no more than one with
    `max_moments_weight` of them. With `recency_half_life_days`, a row that much older weighs half.
    These matter to what is learnt, never to the calibration: open leads count equally when they are
    scored. Where conversions were drawn more often than others, they weigh so much less in both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_leads: int = Field(default=200, ge=1)
    min_conversions: int = Field(default=40, ge=1)
    min_leads_for_trees: int = Field(default=1_000, ge=1)
    min_conversions_for_trees: int = Field(default=100, ge=1)
    max_categories: int = 64
    max_moments_weight: float = Field(default=12.0, gt=0)
    recency_half_life_days: float | None = Field(default=None, gt=0)
    boosting: BoostingSettings = BoostingSettings()
    logistic: LogisticSettings = LogisticSettings()
    seed: int = 0

    def too_little(self, rows: TrainingSet) -> str | None:
        """Why nothing can be learnt from the rows, in a sentence; None where it can."""
        if rows.count_leads < self.min_leads or rows.count_conversions < self.min_conversions:
            return (
                f"There are {rows.count_leads} leads with known outcomes to learn from, "
                f"{rows.count_conversions} of them converted; "
                f"a learnt model needs {self.min_leads} and {self.min_conversions}."
            )
        return "Every lead to learn from converted." if rows.label.all() else None

    def learnable(self, rows: TrainingSet) -> tuple[Kind, ...]:
        """The learnt rungs that the rows can bear, simplest first."""
        if self.too_little(rows):
            return ()
        can_bear_trees = (
            rows.count_leads >= self.min_leads_for_trees
            and rows.count_conversions >= self.min_conversions_for_trees
        )
        return LEARNT if can_bear_trees else ("logistic",)


@dataclass(frozen=True)
class Constant:
    """The margin 0, whoever the lead: calibrated, it is the base rate. A `MarginModel`.

    Its schema holds one feature, which tells no more than how many rows there are.
    """

    schema: FeatureSchema

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """Zeros, float64 of shape (rows,)."""
        return np.zeros(len(matrix))

    def parts(self) -> MarginParts:
        """No parts."""
        return MarginParts()


@dataclass(frozen=True)
class Average:
    """The mean of the margins of trees and a logistic model of one schema. A `MarginModel`."""

    trees: BoostedTrees
    logistic: LogisticModel

    @property
    def schema(self) -> FeatureSchema:
        """The features of both."""
        return self.trees.schema

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """Log-odds, float64 of shape (rows,)."""
        return (self.trees.margin(matrix) + self.logistic.margin(matrix)) / 2

    def parts(self) -> MarginParts:
        """Half of each."""
        return (self.trees.parts() + self.logistic.parts()).scaled(0.5)


def fit_learnt(
    rows: TrainingSet, kinds: tuple[Kind, ...], settings: LearningSettings
) -> dict[Kind, MarginModel]:
    """Fits the learnt rungs among the kinds, all over one schema.

    Args:
        rows: to learn from, both labels among them.
        kinds: those that are wanted.
        settings: how.
    """
    if not set(LEARNT) & set(kinds):
        return {}
    schema = rows.vocabulary(settings.max_categories)
    matrix, weight = rows.encode(schema), row_weights(rows, settings)
    models: dict[Kind, MarginModel] = {}
    if "logistic" in kinds or "average" in kinds:
        # Its prior is weighed against leads: a lead's moments say almost the same.
        of_leads = weight * rows.count_leads / len(rows)
        logistic = fit_logistic(matrix, rows.label, of_leads, schema, settings.logistic)
        models["logistic"] = logistic
    if "lightgbm" in kinds or "average" in kinds:
        boosting = settings.boosting.model_copy(update={"seed": settings.seed})
        trees = fit_boosting(matrix, rows.label, weight, schema, boosting)
        models["lightgbm"] = trees
    if "average" in kinds:
        models["average"] = Average(trees, logistic)
    return {kind: model for kind, model in models.items() if kind in kinds}


def row_weights(rows: TrainingSet, settings: LearningSettings) -> np.ndarray:
    """Weights to learn with, float64 of shape (rows,), 1 on average."""
    _, lead, count = np.unique(rows.lead, return_inverse=True, return_counts=True)
    weight = rows.sample_weight * np.minimum(1.0, settings.max_moments_weight / count[lead])
    if settings.recency_half_life_days:
        age_days = (rows.moment_at.max() - rows.moment_at) / np.timedelta64(1, "D")
        weight = weight * 2.0 ** (-age_days / settings.recency_half_life_days)
    return weight / weight.mean()


def with_trees(model: MarginModel, count: int) -> MarginModel:
    """The model with its first trees alone; as it is where it has none."""
    match model:
        case BoostedTrees():
            return model.first(count)
        case Average(trees=trees):
            return replace(model, trees=trees.first(count))
        case _:
            return model
