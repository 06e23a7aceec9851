"""The random split: how good a model looks where the future is not kept from it."""

import numpy as np
from sklearn.metrics import roc_auc_score

from leadhouse.learning.forward import OriginFit, margin
from leadhouse.learning.rungs import Kind, LearningSettings, fit_learnt


def random_split_auc(fit: OriginFit, kind: Kind, settings: LearningSettings) -> float:
    """The AUC on a random half of the leads of a model fitted to the other half, of one time.

    What it is above the forward AUC is what does not last: drift, or a column that was filled in
    after the fact. No lead is on both sides.

    Args:
        fit: the origin whose training rows are split.
        kind: which rung.
        settings: how the rung was learnt.

    Returns:
        NaN where a half has one label only.
    """
    leads = np.unique(fit.train.lead)
    learns = np.random.default_rng(settings.seed).permutation(len(leads)) < len(leads) / 2
    is_first = learns[np.searchsorted(leads, fit.train.lead)]
    first, second = fit.train.take(is_first), fit.train.take(~is_first)
    if any(rows.label.all() or not rows.label.any() for rows in (first, second)):
        return float("nan")
    model = fit_learnt(first, (kind,), settings)[kind]
    margins = margin(model, second)
    return float(roc_auc_score(second.label, margins, sample_weight=second.sample_weight))
