"""The ladder: which rung, calibrated how, predicts the later months best."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from leadhouse.learning.calibration import Method
from leadhouse.learning.data import TrainingSet
from leadhouse.learning.forward import OriginFit, fit_origin, margin
from leadhouse.learning.rungs import Kind, LearningSettings
from leadhouse.learning.scorecard import Scorecard
from leadhouse.learning.selection import (
    Difference,
    Selection,
    log_losses,
    ranking_above_chance,
    select_simplest,
)

# By so many standard errors a rung must rank later rows better than chance. The rule of one
# standard error alone would now and then let noise score leads.
PROOF_STANDARD_ERRORS = 3.0
_TREES_STEP = 50
# Simplest first. A constant bears no slope, and points are not log-odds.
_METHODS: dict[Kind, tuple[Method, ...]] = {
    "no_signal": ("shift",),
    "rules": ("platt", "isotonic"),
    "logistic": ("shift", "platt", "beta", "isotonic"),
    "lightgbm": ("shift", "platt", "beta", "isotonic"),
    "average": ("shift", "platt", "beta", "isotonic"),
}


@dataclass(frozen=True)
class Ladder:
    """What outcomes that no fit has seen say of each rung.

    Attributes:
        origins: the fits that were tried on what came after them, the newest first.
        kind: the rung to use.
        methods: how each rung is calibrated.
        settings: how to learn, with the number of trees that was found.
        rungs: the selection among the base rate and the rungs that rank better than chance.
        ranking: by how much each rung's AUC is above one half.
        reason: for the choice, in a sentence.
    """

    origins: tuple[OriginFit, ...]
    kind: Kind
    methods: dict[Kind, Method]
    settings: LearningSettings
    rungs: Selection
    ranking: dict[Kind, Difference]
    reason: str


@dataclass(frozen=True)
class _Trial:
    """Rungs on rows that they have not seen, all arrays of shape (rows,)."""

    margin: dict[Kind, np.ndarray]
    loss: dict[Kind, np.ndarray]
    label: np.ndarray
    lead: np.ndarray
    origin: np.ndarray


def climb(data: TrainingSet, scorecard: Scorecard, settings: LearningSettings) -> Ladder:
    """Tries every rung at every origin, and chooses.

    The number of trees (early stopping on later data) and the calibrations are chosen by the
    origins before the newest, where there are any, so that the newest tests them; the rung by all.
    Of those that rank better than chance by three standard errors, and the base rate, it is the
    simplest whose pooled log loss is within one standard error of the best. Where no origin has
    outcomes enough and a test, what the fits of now have not seen decides.
    """
    older = _tried(data, range(2, data.count_origins), scorecard, settings)
    if any("lightgbm" in fit.rungs for fit in older):
        settings, older = _stop_early(older, settings)
        newest = _tried(data, range(1, 2), scorecard, settings)
    else:
        newest = _tried(data, range(1, 2), scorecard, settings)
        if any("lightgbm" in fit.rungs for fit in newest):
            settings, newest = _stop_early(newest, settings)
    fits = newest + older
    # All are tried on the same rows: what the newest origin bears must be borne by all.
    fits = [fit for fit in fits if set(fits[0].rungs) <= set(fit.rungs)]

    if fits:
        methods = {kind: _method(fits[1:] or fits, kind) for kind in fits[0].rungs}
        trial = _forward_trial(fits, methods)
        tried = f"Forward in time, at {len(fits)} origin{'s' if len(fits) > 1 else ''} "
    else:
        now = fit_origin(data, 0, scorecard, settings)
        methods = {kind: "shift" if kind == "no_signal" else "platt" for kind in now.rungs}
        trial = _held_out_trial(now, methods)
        tried = "No origin has outcomes enough and a test; on what was not learnt from "
    ranking = {
        kind: ranking_above_chance(trial.margin[kind], trial.label, trial.origin, trial.lead)
        for kind in methods
    }
    proven = [
        kind
        for kind, above in ranking.items()
        if kind == "no_signal" or above.mean > PROOF_STANDARD_ERRORS * above.standard_error
    ]
    rungs = select_simplest(proven, trial.loss, trial.lead)
    tried += f"({len(trial.label):,} moments, {trial.label.sum():,} of them won), "
    return Ladder(
        origins=tuple(fits),
        kind=rungs.chosen,
        methods=methods,
        settings=settings,
        rungs=rungs,
        ranking=ranking,
        reason=tried + _reason(rungs, ranking[rungs.chosen]),
    )


def _forward_trial(fits: Sequence[OriginFit], methods: dict[Kind, Method]) -> _Trial:
    return _Trial(
        margin={
            kind: _pooled(margin(fit.rungs[kind].model, fit.test) for fit in fits)
            for kind in methods
        },
        loss={
            kind: _pooled(
                log_losses(fit.test_probability(kind, method), fit.test.label) for fit in fits
            )
            for kind, method in methods.items()
        },
        label=_pooled(fit.test.label for fit in fits),
        lead=_pooled(fit.test.lead for fit in fits),
        origin=_pooled(np.full(len(fit.test), fit.origin) for fit in fits),
    )


def _held_out_trial(now: OriginFit, methods: dict[Kind, Method]) -> _Trial:
    first = now.rungs["no_signal"]  # all have the same rows
    tests = first.held_out_is_blind
    label = first.held_out_label[tests]
    margins = {kind: rung.held_out_margin[tests] for kind, rung in now.rungs.items()}
    return _Trial(
        margin=margins,
        loss={
            kind: log_losses(rung.calibration(methods[kind]).probability(margins[kind]), label)
            for kind, rung in now.rungs.items()
        },
        label=label,
        lead=first.held_out_lead[tests],
        origin=np.zeros(len(label)),
    )


def losses_by_tree_count(fits: Sequence[OriginFit]) -> dict[int, float]:
    """LightGBM's log loss on later data by its number of trees, calibrated as it will be."""
    grown = max(fit.rungs["lightgbm"].model.count_trees for fit in fits)
    losses = {}
    for count in range(min(_TREES_STEP, grown), grown + 1, _TREES_STEP):
        tried = [fit.with_trees(count) for fit in fits]
        losses[count] = float(
            _pooled(
                log_losses(fit.test_probability("lightgbm", "platt"), fit.test.label)
                for fit in tried
            ).mean()
        )
    return losses


def _tried(
    data: TrainingSet, origins: Iterable[int], scorecard: Scorecard, settings: LearningSettings
) -> list[OriginFit]:
    """Fits at the origins that have a test, and outcomes enough to learn from."""
    fits = (fit_origin(data, origin, scorecard, settings) for origin in origins)
    return [fit for fit in fits if len(fit.test) and "logistic" in fit.rungs]


def _stop_early(
    fits: Sequence[OriginFit], settings: LearningSettings
) -> tuple[LearningSettings, list[OriginFit]]:
    """Settings with the number of trees that predict best, and the fits with no more than those."""
    losses = losses_by_tree_count([fit for fit in fits if "lightgbm" in fit.rungs])
    count = min(losses, key=losses.__getitem__)
    boosting = settings.boosting.model_copy(update={"count_trees": count})
    return (
        settings.model_copy(update={"boosting": boosting}),
        [fit.with_trees(count) for fit in fits],
    )


def _pooled(arrays: Iterable[np.ndarray]) -> np.ndarray:
    return np.concatenate(list(arrays))


def _method(fits: Sequence[OriginFit], kind: Kind) -> Method:
    candidates = _METHODS[kind]
    losses = {
        method: _pooled(
            log_losses(fit.test_probability(kind, method), fit.test.label) for fit in fits
        )
        for method in candidates
    }
    return select_simplest(candidates, losses, _pooled(fit.test.lead for fit in fits)).chosen


def _reason(rungs: Selection, ranking: Difference) -> str:
    if len(rungs.loss) == 1:
        return (
            "no rung ranks better than chance by "
            f"{PROOF_STANDARD_ERRORS:.0f} standard errors: all get the base rate."
        )
    choice = f"{rungs.best} has the lowest log loss, {rungs.loss[rungs.best]:.5f}"
    if rungs.chosen != rungs.best:
        behind = rungs.behind[rungs.chosen]
        choice += (
            f", and {rungs.chosen}, which is simpler, is within one standard error of it "
            f"({behind.mean:.5f} behind, standard error {behind.standard_error:.5f})"
        )
    if rungs.chosen == "no_signal":
        return f"no rung beats the base rate: {choice}."
    return (
        f"{choice} (the base rate's is {rungs.loss['no_signal']:.5f}; "
        f"AUC {0.5 + ranking.mean:.3f}, standard error {ranking.standard_error:.3f})."
    )
