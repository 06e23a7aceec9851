"""Stability: how much of a ranking hangs on which leads happened to be learnt from."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.metrics import roc_auc_score

from leadhouse.learning.data import TrainingSet
from leadhouse.learning.forward import OriginFit, margin
from leadhouse.learning.margins import MarginModel
from leadhouse.learning.rungs import Kind, LearningSettings, fit_learnt

_TOP_SHARE = 0.1


@dataclass(frozen=True)
class Stability:
    """Spread over models of resampled leads.

    Attributes:
        auc_spread: standard deviation of the AUC on the test; NaN where it has one class only.
        top_10_percent_stability: of the moments that the model ranks among the top tenth, the mean
            share of resampled models that do so too.
        models: the resampled models.
    """

    auc_spread: float
    top_10_percent_stability: float
    models: tuple[MarginModel, ...]


def find_stability(
    fit: OriginFit, kind: Kind, settings: LearningSettings, resamples: int
) -> Stability:
    """Fits a learnt rung anew to bootstrap samples of the leads, and ranks the test by each.

    Args:
        fit: an origin with a test.
        kind: which of its rungs.
        settings: how the rung was learnt.
        resamples: how many, at least 1.
    """
    rng = np.random.default_rng(settings.seed)
    in_top = _top(margin(fit.rungs[kind].model, fit.test))
    leads = np.unique(fit.train.lead)
    models, aucs, kept = [], [], []
    for _ in range(resamples):
        drawn = _draw(fit.train, leads, rng)
        model = fit_learnt(drawn, (kind,), settings)[kind]
        models.append(model)
        margins = margin(model, fit.test)
        kept.append(_top(margins)[in_top].mean())
        if 0 < fit.test.label.sum() < len(fit.test):
            aucs.append(roc_auc_score(fit.test.label, margins))
    return Stability(
        auc_spread=float(np.std(aucs, ddof=1)) if len(aucs) > 1 else float("nan"),
        top_10_percent_stability=float(np.mean(kept)),
        models=tuple(models),
    )


def _draw(rows: TrainingSet, leads: np.ndarray, rng: np.random.Generator) -> TrainingSet:
    """A bootstrap sample of leads, each draw a lead of its own."""
    order = np.argsort(rows.lead, kind="stable")
    starts = np.searchsorted(rows.lead[order], leads)
    ends = np.append(starts[1:], len(order))
    drawn = rng.integers(len(leads), size=len(leads))
    positions = [order[starts[lead] : ends[lead]] for lead in drawn]
    sample = rows.take(np.concatenate(positions))
    copies = np.repeat(np.arange(len(drawn)), [len(own) for own in positions])
    return replace(sample, lead=copies)


def _top(margins: np.ndarray) -> np.ndarray:
    """Which are among the top tenth; those that tie with the last one are."""
    return margins >= np.quantile(margins, 1 - _TOP_SHARE)
