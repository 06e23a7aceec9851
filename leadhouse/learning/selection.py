"""Choosing by later outcomes: the simplest that they cannot tell from the best."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

_CLIP = 1e-15


class Difference(NamedTuple):
    """A mean over rows and its standard error."""

    mean: float
    standard_error: float


@dataclass(frozen=True)
class Selection:
    """What was chosen among candidates, and by which figures.

    Attributes:
        chosen: the simplest candidate within one standard error of the best.
        best: the candidate of the lowest mean loss.
        loss: mean loss of each candidate.
        behind: how much greater each candidate's loss is than the best one's.
    """

    chosen: str
    best: str
    loss: dict[str, float]
    behind: dict[str, Difference]


def log_losses(probability: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Each row's negative log-likelihood (natural logarithm), float64 of shape (rows,)."""
    of_label = np.where(label, probability, 1 - probability)
    return -np.log(np.clip(of_label, _CLIP, 1.0))


def mean_difference(
    difference: np.ndarray, lead: np.ndarray, weight: np.ndarray | None = None
) -> Difference:
    """The mean of rows that are dependent within a lead.

    The standard error is that of a ratio of sums over leads (Cochran 1977, "Sampling techniques",
    section 9A): a lead with many moments counts as one that is observed often.

    Args:
        difference: float64 of shape (rows,).
        lead: which lead a row is about, of shape (rows,).
        weight: what each row stands for, of shape (rows,); None where all are alike.
    """
    weight = np.ones(len(difference)) if weight is None else weight
    mean = float(np.average(difference, weights=weight))
    _, lead_number = np.unique(lead, return_inverse=True)
    of_leads = np.bincount(lead_number, weights=weight * (difference - mean))
    count = len(of_leads)
    if count < 2:
        return Difference(mean, float("inf"))
    variance = (of_leads @ of_leads) * count / (count - 1)
    return Difference(mean, float(np.sqrt(variance) / weight.sum()))


def ranking_above_chance(
    margin: np.ndarray, label: np.ndarray, origin: np.ndarray, lead: np.ndarray
) -> Difference:
    """By how much the AUC is above one half, and its standard error.

    Margins are compared by their rank within an origin, for each origin has a model of its own.
    The standard error sums DeLong's structural components by lead: Obuchowski (1997),
    "Nonparametric analysis of clustered ROC curve data".

    Args:
        margin, label, origin, lead: of the same rows, each of shape (rows,).

    Returns:
        an infinite standard error where there is one label or one lead only.
    """
    place = np.empty(len(margin))
    for number in np.unique(origin):
        mine = origin == number
        place[mine] = (rankdata(margin[mine]) - 0.5) / mine.sum()
    won, lost = int(label.sum()), int((~label).sum())
    leads, lead_number = np.unique(lead, return_inverse=True)
    if not won or not lost or len(leads) < 2:
        return Difference(0.0, float("inf"))
    # Of a row that was won, the share of the others below it; of the others, the share above.
    component = np.empty(len(place))
    among_all = rankdata(place)
    component[label] = (among_all[label] - rankdata(place[label])) / lost
    component[~label] = 1 - (among_all[~label] - rankdata(place[~label])) / won
    auc = float(component[label].mean())
    share = np.where(label, 1 / won, 1 / lost)
    of_leads = np.bincount(lead_number, weights=share * (component - auc))
    variance = of_leads @ of_leads * len(leads) / (len(leads) - 1)
    return Difference(auc - 0.5, float(np.sqrt(variance)))


def select_simplest(
    names: Sequence[str], losses: dict[str, np.ndarray], lead: np.ndarray
) -> Selection:
    """The one-standard-error rule on paired differences.

    Breiman, Friedman, Olshen and Stone (1984), "Classification and regression trees", section
    3.4.3; paired, because candidates are right and wrong about the same rows.

    Args:
        names: the candidates, simplest first.
        losses: each one's loss at the same rows, float64 of shape (rows,).
        lead: which lead a row is about, of shape (rows,).
    """
    loss = {name: float(losses[name].mean()) for name in names}
    best = min(names, key=loss.__getitem__)
    behind = {name: mean_difference(losses[name] - losses[best], lead) for name in names}
    chosen = next(name for name in names if behind[name].mean <= behind[name].standard_error)
    return Selection(chosen, best, loss, behind)
