"""Fits as of an origin: on what was known by then, to be tried on what came after."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from leadhouse.learning.calibration import (
    MIN_ROWS_OF_A_LABEL,
    Calibration,
    Method,
    fit_calibration,
)
from leadhouse.learning.data import TrainingSet
from leadhouse.learning.margins import MarginModel
from leadhouse.learning.rungs import (
    KINDS,
    Constant,
    Kind,
    LearningSettings,
    fit_learnt,
    with_trees,
)
from leadhouse.learning.scorecard import Scorecard
from leadhouse.scoring.schema import FeatureSchema

_COUNT_FOLDS = 5


@dataclass(frozen=True)
class RungFit:
    """One rung, fitted as of an origin, with rows of known outcomes that it has not seen.

    Attributes:
        model: fitted to the training rows.
        held_out: pairs of a model and rows that it has not seen, to calibrate on: the model and
            the later rows, or those of a cross-fit.
    """

    model: MarginModel
    held_out: tuple[tuple[MarginModel, TrainingSet], ...]

    @cached_property
    def held_out_margin(self) -> np.ndarray:
        """Margins of the held-out rows, float64 of shape (rows,)."""
        return np.concatenate([margin(model, rows) for model, rows in self.held_out])

    @cached_property
    def held_out_label(self) -> np.ndarray:
        """Labels of the held-out rows, bool of shape (rows,)."""
        return np.concatenate([rows.label for _, rows in self.held_out])

    @cached_property
    def held_out_weight(self) -> np.ndarray:
        """What each held-out row stands for, float64 of shape (rows,)."""
        return np.concatenate([rows.sample_weight for _, rows in self.held_out])

    @cached_property
    def held_out_is_blind(self) -> np.ndarray:
        """Which held-out rows are a fair sample without weights, bool of shape (rows,)."""
        return np.concatenate([rows.is_blind for _, rows in self.held_out])

    @cached_property
    def held_out_lead(self) -> np.ndarray:
        """Which lead a held-out row is about, of shape (rows,)."""
        return np.concatenate([rows.lead for _, rows in self.held_out])

    def calibration(self, method: Method) -> Calibration:
        """The calibration of this method that fits the held-out rows, by weight."""
        return fit_calibration(
            method, self.held_out_margin, self.held_out_label, self.held_out_weight
        )

    def with_trees(self, count: int) -> "RungFit":
        """The same fit with its first trees alone."""
        held_out = tuple((with_trees(model, count), rows) for model, rows in self.held_out)
        return replace(self, model=with_trees(self.model, count), held_out=held_out)


@dataclass(frozen=True)
class OriginFit:
    """The rungs that the outcomes known at an origin can bear, and what came after.

    Attributes:
        origin: its number; 0 is now, and has no test.
        train: the rows that were learnt from.
        rungs: by kind, simplest first.
        test: the rows from the origin on, of which none was learnt from.
    """

    origin: int
    train: TrainingSet
    rungs: dict[Kind, RungFit]
    test: TrainingSet

    def with_trees(self, count: int) -> "OriginFit":
        """The same fits with their first trees alone."""
        rungs = {kind: rung.with_trees(count) for kind, rung in self.rungs.items()}
        return replace(self, rungs=rungs)

    def test_probability(self, kind: Kind, method: Method) -> np.ndarray:
        """Probabilities of the test rows, float64 of shape (rows,)."""
        rung = self.rungs[kind]
        return rung.calibration(method).probability(margin(rung.model, self.test))


def margin(model: MarginModel, rows: TrainingSet) -> np.ndarray:
    """A model's margins of rows, float64 of shape (rows,)."""
    return model.margin(rows.encode(model.schema))


def fit_origin(
    data: TrainingSet,
    origin: int,
    scorecard: Scorecard,
    settings: LearningSettings,
    kinds: Iterable[Kind] = KINDS,
) -> OriginFit:
    """Fits rungs as of an origin.

    What trains is earlier than what calibrates. Where that leaves too little to either, both
    train, and calibration is cross-fitted: each lead's rows get the margins of models that have
    not seen the lead.

    Args:
        data: with the uses of each row at each origin.
        origin: its number.
        scorecard: the rules.
        settings: how to learn.
        kinds: those that are wanted; of these, what the known outcomes can bear is fitted.
    """
    train, later = data.used(origin, "train"), data.used(origin, "calibrate")
    known = data.used(origin, "train", "calibrate")
    learnable = settings.learnable(known)
    wanted = tuple(kind for kind in kinds if kind in learnable)
    bears_calibration = min(later.label.sum(), (~later.label).sum()) >= MIN_ROWS_OF_A_LABEL
    is_split = bears_calibration and settings.learnable(train) == learnable
    if not is_split:
        train = known

    fixed: dict[Kind, MarginModel] = {
        "no_signal": Constant(FeatureSchema(features=data.schema.features[:1])),
        "rules": scorecard.counted(train.encode(scorecard.schema)),
    }
    models = fixed | fit_learnt(train, wanted, settings)
    unseen = (
        [(models, later)]
        if is_split
        else [(fixed | others, fold) for others, fold in _cross_fit(known, wanted, settings)]
    )
    rungs = {
        kind: RungFit(models[kind], tuple((those[kind], rows) for those, rows in unseen))
        for kind in KINDS
        if kind in kinds and kind in models
    }
    return OriginFit(origin, train, rungs, data.used(origin, "test"))


def _cross_fit(
    rows: TrainingSet, kinds: tuple[Kind, ...], settings: LearningSettings
) -> Iterator[tuple[dict[Kind, MarginModel], TrainingSet]]:
    """Models of all leads but a fold's, with the fold's rows."""
    fold = np.unique(rows.lead, return_inverse=True)[1] % _COUNT_FOLDS
    for number in range(_COUNT_FOLDS):
        models = fit_learnt(rows.take(fold != number), kinds, settings)
        yield models, rows.take(fold == number)
