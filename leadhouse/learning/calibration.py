"""Calibration: probabilities of margins, learnt on later rows that the model has not seen.

Each calibration is strictly increasing, so that ranks survive it; a model that ranks the later
rows the wrong way round is flattened to almost the base rate, not turned round.
"""

from abc import ABC, abstractmethod
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

Method = Literal["none", "shift", "platt", "beta", "isotonic"]

SMALLEST_SLOPE = 1e-3

# Fewer rows of either label than this bear no slope, only a shift.
MIN_ROWS_OF_A_LABEL = 20
# Fewer rows than these bear no free curve.
MIN_ISOTONIC_ROWS = 1_000
MIN_ISOTONIC_ROWS_OF_A_LABEL = 100
# No block of an isotonic curve has fewer rows of either label, so none says never or always, and
# the standard error of its log-odds is at most sqrt(1/10 + 1/10) = 0.45.
MIN_BLOCK_ROWS_OF_A_LABEL = 10


class Calibration(BaseModel, ABC):
    """A curve from margins to log-odds, and how far it was shifted since it was fitted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Method
    shift: float = 0.0

    @abstractmethod
    def curve(self, margin: np.ndarray) -> np.ndarray:
        """Log-odds before the shift, any shape, float64."""

    def log_odds(self, margin: np.ndarray) -> np.ndarray:
        """Calibrated log-odds of margins, any shape, float64."""
        return self.curve(margin) + self.shift

    def probability(self, margin: np.ndarray) -> np.ndarray:
        """Probabilities of margins, any shape, float64."""
        return expit(self.log_odds(margin))

    def shifted(self, by: float) -> Self:
        """The same curve with its log-odds moved, as when the base rate has moved."""
        return self.model_copy(update={"shift": self.shift + by})

    def to_json(self) -> str:
        """The calibration as text; the same calibration, same text."""
        return self.model_dump_json()

    @staticmethod
    def from_json(text: str) -> "Calibration":
        """Reads what `to_json` wrote.

        Raises:
            ValueError: the text is not a calibration.
        """
        return _ANY_CALIBRATION.validate_json(text)


class LineCalibration(Calibration):
    """slope * margin + intercept.

    `platt`: both were fitted. `shift`: the intercept alone was. `none`: nothing was fitted, and
    the model's own probability stands.
    """

    method: Literal["none", "shift", "platt"] = "none"
    slope: float = 1.0
    intercept: float = 0.0

    def curve(self, margin: np.ndarray) -> np.ndarray:
        """Log-odds before the shift, any shape, float64."""
        return self.slope * margin + self.intercept


class BetaCalibration(Calibration):
    """a * ln(p) - b * ln(1 - p) + c, where p = sigmoid(margin).

    Kull, Silva Filho and Flach (2017), "Beta calibration", section 3.
    """

    method: Literal["beta"] = "beta"
    a: float
    b: float
    c: float

    def curve(self, margin: np.ndarray) -> np.ndarray:
        """Log-odds before the shift, any shape, float64."""
        return _beta_basis(margin) @ np.array([self.a, self.b]) + self.c


class IsotonicCalibration(Calibration):
    """Straight lines between the centres of isotonic regression's blocks, and on beyond them.

    A step function would make one score of all leads in a block; joined at the centres it keeps
    their order. Jiang, Osl, Kim and Ohno-Machado (2011), "Smooth isotonic regression", join them by
    a smoother curve; here they are straight in log-odds.

    Attributes:
        margins: of the blocks' centres, strictly increasing.
        values: log-odds there, strictly increasing.
        tail_slope: of the lines below the first centre and above the last.
    """

    method: Literal["isotonic"] = "isotonic"
    margins: tuple[float, ...] = Field(min_length=1)
    values: tuple[float, ...] = Field(min_length=1)
    tail_slope: float

    def curve(self, margin: np.ndarray) -> np.ndarray:
        """Log-odds before the shift, any shape, float64."""
        first, last = self.margins[0], self.margins[-1]
        beyond = np.minimum(margin - first, 0) + np.maximum(margin - last, 0)
        return np.interp(margin, self.margins, self.values) + self.tail_slope * beyond


_ANY_CALIBRATION: TypeAdapter[Calibration] = TypeAdapter(
    Annotated[
        LineCalibration | BetaCalibration | IsotonicCalibration, Field(discriminator="method")
    ]
)


def fit_calibration(
    method: Method, margin: np.ndarray, label: np.ndarray, weight: np.ndarray | None = None
) -> Calibration:
    """Fits a calibration to held-out rows, or a simpler one where they are too few.

    `isotonic` falls back to `platt`, `platt` and `beta` to `shift`, and all to `none` where there
    are no rows; the result's method says which it is. All but `isotonic` use Platt's smoothed
    targets, which keep them finite: Platt (1999), "Probabilistic outputs for support vector
    machines", section 2.2.

    Args:
        method: the most that may be fitted.
        margin: log-odds of held-out rows, float64 of shape (rows,).
        label: whether each converted, bool of shape (rows,).
        weight: what each row stands for, positive, of shape (rows,); None where all are alike. What
            is enough is counted in rows.
    """
    weight = np.ones(len(margin)) if weight is None else weight
    fewest = min(label.sum(), (~label).sum())
    if method == "none" or not len(margin):
        return LineCalibration()
    if method == "shift" or fewest < MIN_ROWS_OF_A_LABEL:
        _, intercept = _fit(np.empty((len(margin), 0)), label, weight, offset=margin)
        return LineCalibration(method="shift", intercept=intercept)
    if method == "beta":
        (a, b), c = _fit(_beta_basis(margin), label, weight)
        return BetaCalibration(a=a, b=b, c=c)
    (slope,), intercept = _fit(margin[:, np.newaxis], label, weight)
    is_enough = len(margin) >= MIN_ISOTONIC_ROWS and fewest >= MIN_ISOTONIC_ROWS_OF_A_LABEL
    if method == "isotonic" and is_enough:
        return _fit_isotonic(margin, label, weight, tail_slope=slope)
    return LineCalibration(method="platt", slope=slope, intercept=intercept)


def _beta_basis(margin: np.ndarray) -> np.ndarray:
    """ln(p) and -ln(1 - p) of p = sigmoid(margin), along a new last axis."""
    return np.stack([-np.logaddexp(0, -margin), np.logaddexp(0, margin)], axis=-1)


def _fit(
    basis: np.ndarray, label: np.ndarray, weight: np.ndarray, offset: np.ndarray | float = 0.0
) -> tuple[tuple[float, ...], float]:
    """Logistic regression on Platt's targets with slopes of at least SMALLEST_SLOPE.

    Args:
        basis: float64 of shape (rows, slopes).
        offset: a part of the log-odds that is fixed.

    Returns:
        the slopes and the intercept.
    """
    conversions = int(label.sum())
    # In the weight of a conversion: smoothing is by what there is least of.
    others = weight[~label].sum() / (weight[label].mean() if conversions else 1.0)
    target = np.where(label, (conversions + 1) / (conversions + 2), 1 / (others + 2))
    share = weight / weight.sum()
    # Around their mean and in their own unit, the columns make the search short.
    centre, scale = basis.mean(axis=0), basis.std(axis=0)
    scale[scale == 0] = 1.0
    standardised = (basis - centre) / scale

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        log_odds = offset + standardised @ parameters[:-1] + parameters[-1]
        residual = share * (expit(log_odds) - target)
        value = share @ (np.logaddexp(0, log_odds) - target * log_odds)
        return value, np.append(residual @ standardised, residual.sum())

    smallest = SMALLEST_SLOPE * scale
    start = logit(share @ target) - share @ np.broadcast_to(offset, len(label))
    found = minimize(
        loss,
        x0=np.append(smallest, start),
        jac=True,
        method="L-BFGS-B",
        bounds=[*((low, None) for low in smallest), (None, None)],
        options={"ftol": 1e-15, "gtol": 1e-10},
    )
    slopes = np.maximum(found.x[:-1] / scale, SMALLEST_SLOPE)
    return tuple(map(float, slopes)), float(found.x[-1] - slopes @ centre)


def _fit_isotonic(
    margin: np.ndarray, label: np.ndarray, weight: np.ndarray, tail_slope: float
) -> IsotonicCalibration:
    rate = IsotonicRegression().fit_transform(margin, label, sample_weight=weight)
    _, block = np.unique(rate, return_inverse=True)
    block = _pooled(block, label)

    def sums(values: np.ndarray) -> np.ndarray:
        return np.bincount(block, weights=weight * values)

    total = sums(np.ones(len(label)))
    centres = sums(margin) / total
    values = logit(sums(label) / total)
    least = SMALLEST_SLOPE * centres
    values = np.maximum.accumulate(values - least) + least
    return IsotonicCalibration(
        margins=tuple(centres.tolist()), values=tuple(values.tolist()), tail_slope=tail_slope
    )


def _pooled(block: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Joins neighbouring blocks until each has enough rows of both labels.

    Args:
        block: numbers from 0 in the order of rates, int64 of shape (rows,).
    """
    conversions = np.bincount(block, weights=label)
    others = np.bincount(block, weights=~label)
    joined = np.empty(len(conversions), np.int64)
    count, held = 0, np.zeros(2)
    for position, rows in enumerate(np.column_stack([conversions, others])):
        joined[position] = count
        held += rows
        if (held >= MIN_BLOCK_ROWS_OF_A_LABEL).all():
            count, held = count + 1, np.zeros(2)
    # What is left over at the top goes to the last full block.
    return np.minimum(joined, count - 1)[block]
