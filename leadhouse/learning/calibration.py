"""Calibration: probabilities of margins, learnt on later rows that the model has not seen."""

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict
from scipy.optimize import minimize
from scipy.special import expit, logit

# A model that ranks the later rows the wrong way round is flattened to almost the base rate, not
# turned round: ranks survive calibration.
SMALLEST_SLOPE = 1e-3


class Calibration(BaseModel):
    """probability = sigmoid(slope * margin + intercept); how it was found is its method.

    `platt`: both were fitted. `shift`: too few conversions for a slope, so the intercept alone
    was. `none`: there were no rows to fit on, and the model's own probability stands.
    """

    model_config = ConfigDict(frozen=True)

    method: Literal["platt", "shift", "none"]
    slope: float
    intercept: float

    def probability(self, margin: np.ndarray) -> np.ndarray:
        """Probabilities of margins, any shape, float64."""
        return expit(self.slope * margin + self.intercept)


def fit_platt(margin: np.ndarray, label: np.ndarray, min_conversions: int = 20) -> Calibration:
    """Platt's logistic calibration, with his smoothed targets, which keep it finite.

    Platt (1999), "Probabilistic outputs for support vector machines", section 2.2. Every row
    counts equally, as every open lead does when it is scored, whatever its weight in training.

    Args:
        margin: log-odds of held-out rows, float64 of shape (rows,).
        label: whether each converted, bool of shape (rows,).
        min_conversions: with fewer rows of either label than this, only the intercept is fitted.
    """
    conversions = int(label.sum())
    others = len(label) - conversions
    if len(label) == 0:
        return Calibration(method="none", slope=1.0, intercept=0.0)

    target = np.where(label, (conversions + 1) / (conversions + 2), 1 / (others + 2))
    is_shift = min(conversions, others) < min_conversions
    # Around its mean, the margin is nearly independent of the intercept: the search is short.
    centre = margin.mean()
    centred = margin - centre

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        slope, intercept = parameters
        log_odds = slope * centred + intercept
        residual = expit(log_odds) - target
        value = np.mean(np.logaddexp(0, log_odds) - target * log_odds)
        return value, np.array([np.mean(residual * centred), np.mean(residual)])

    found = minimize(
        loss,
        x0=np.array([1.0, logit(target.mean())]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(1.0, 1.0) if is_shift else (SMALLEST_SLOPE, None), (None, None)],
        options={"ftol": 1e-15, "gtol": 1e-10},
    )
    slope, intercept = found.x
    return Calibration(
        method="shift" if is_shift else "platt",
        slope=float(slope),
        intercept=float(intercept - slope * centre),
    )
