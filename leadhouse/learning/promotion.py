"""Champion and challenger: whether a new model may take the place of the one that stands."""

from dataclasses import dataclass

import numpy as np

from leadhouse.learning.data import TrainingSet
from leadhouse.learning.selection import log_losses
from leadhouse.scoring.scorer import Scorer

# Only evidence keeps a new model out: it has learnt from newer outcomes.
LARGEST_CHANCE_OF_WORSE = 0.9
_COUNT_RESAMPLES = 2_000
_RESAMPLES_AT_ONCE = 100


@dataclass(frozen=True)
class Verdict:
    """Whether the new model is promoted, and why, in a sentence."""

    is_promoted: bool
    reason: str


def judge(
    new_probability: np.ndarray, test: TrainingSet, standing: Scorer | None, seed: int
) -> Verdict:
    """Compares the new model with the standing one on moments after the newest origin.

    Both are judged by what was fitted in the same way as of an earlier origin: the new model's of
    this training run, the standing one's of its own. Neither has seen the test, and the standing
    one is older by as much as it would be if it stayed. The new one stays a challenger if its log
    loss is the greater in 90 of 100 resamples of the leads.

    Args:
        new_probability: of the test rows, float64 of shape (rows,).
        test: the moments after the newest origin.
        standing: the standing champion's fit of its newest origin; None where there is none.
        seed: for the resamples.
    """
    if standing is None:
        return Verdict(
            True, "No earlier model of this horizon and these features stands to compare it with."
        )
    if not set(standing.schema.names) <= set(test.schema.names):
        return Verdict(True, "The model that stands reads features that are no longer there.")
    if not len(test):
        return Verdict(True, "There are no later outcomes yet to compare it with the model before.")
    _, standing_probability = standing.run(test.encode(standing.schema))
    if np.isnan(standing_probability).any():
        return Verdict(True, "The model that stands gives no probabilities.")

    difference = log_losses(new_probability, test.label) - log_losses(
        standing_probability, test.label
    )
    chance = chance_of_worse(difference, test.lead, seed)
    figures = (
        f"on the same {len(test):,} later moments its log loss is {abs(difference.mean()):.5f} "
        f"{'above' if difference.mean() > 0 else 'below'} that of the model before, and above it "
        f"in {chance:.0%} of resamples of the leads"
    )
    if chance > LARGEST_CHANCE_OF_WORSE:
        return Verdict(False, f"Kept as a challenger: {figures}.")
    return Verdict(True, f"Promoted: {figures}.")


def chance_of_worse(difference: np.ndarray, lead: np.ndarray, seed: int) -> float:
    """The share of bootstrap resamples of leads in which the mean difference is above zero.

    Efron and Tibshirani (1993), "An introduction to the bootstrap", chapter 8: what is resampled
    is what is independent. Equal models are not worse: a mean of exactly zero does not count.

    Args:
        difference: of the losses at the same rows, float64 of shape (rows,).
        lead: which lead a row is about, of shape (rows,).
    """
    _, number = np.unique(lead, return_inverse=True)
    of_leads = np.bincount(number, weights=difference)
    rng = np.random.default_rng(seed)
    count = len(of_leads)
    worse = 0
    for _ in range(_COUNT_RESAMPLES // _RESAMPLES_AT_ONCE):
        times = rng.multinomial(count, np.full(count, 1 / count), size=_RESAMPLES_AT_ONCE)
        worse += int((times @ of_leads > 0).sum())
    return worse / _COUNT_RESAMPLES
