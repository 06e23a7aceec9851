"""Recalibration: the base rate has moved, and the model need not be trained again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

from leadhouse.learning.calibration import MIN_ROWS_OF_A_LABEL, Calibration
from leadhouse.learning.certificate import TOLERANCE
from leadhouse.learning.data import TrainingSet
from leadhouse.learning.graph import recalibrate, stamp
from leadhouse.learning.rows import named
from leadhouse.learning.selection import mean_difference
from leadhouse.scoring.schema import ModelRefusedError
from leadhouse.scoring.scorer import Scorer

# A model is asked at every run: two standard errors would follow noise every other week.
MOVED_STANDARD_ERRORS = 3.0


@dataclass(frozen=True)
class Shift:
    """How far the log-odds have to move, and why, in a sentence."""

    log_odds: float
    reason: str


def find_shift(
    probability: np.ndarray, label: np.ndarray, lead: np.ndarray, weight: np.ndarray
) -> Shift | None:
    """The shift that makes the mean probability the rate that was observed; None if none is due.

    A change of the base rate alone moves all log-odds alike (Saerens, Latinne and Decaestecker
    2002, "Adjusting the outputs of a classifier to new a priori probabilities"). It is due when
    conversions observed and told differ by more than three standard errors.

    Args:
        probability: told for the newest moments with known outcomes, float64 of shape (rows,).
        label: whether each converted, bool of shape (rows,).
        lead: which lead a row is about, of shape (rows,).
        weight: what each row stands for, float64 of shape (rows,).
    """
    if min(probability.sum(), (1 - probability).sum()) < MIN_ROWS_OF_A_LABEL:
        return None
    moved = mean_difference(label - probability, lead, weight)
    if abs(moved.mean) <= MOVED_STANDARD_ERRORS * moved.standard_error:
        return None
    log_odds = logit(np.clip(probability, 1e-15, 1 - 1e-15))
    won, told = (np.average(values, weights=weight) for values in (label, probability))
    # A rate of 0 or 1 would ask for an infinite shift: half a row is kept from either.
    half_a_row = 0.5 * weight.min() / weight.sum()
    rate = np.clip(won, half_a_row, 1 - half_a_row)
    shift = float(
        brentq(lambda by: np.average(expit(log_odds + by), weights=weight) - rate, -50, 50)
    )
    return Shift(
        shift,
        f"Of the newest {len(label):,} moments with known outcomes {won:.2%} were won, "
        f"where {told:.2%} were told: all log-odds were moved by {shift:+.3f}.",
    )


def recalibrated_row(
    champion: dict[str, Any], rows: TrainingSet, known_versions: tuple[str, ...], as_of: datetime
) -> dict[str, Any] | None:
    """The champion's row with its calibration moved; None if that is not due.

    Args:
        champion: a row of the schema `MODEL_ROWS`.
        rows: the newest moments whose outcomes are all known.
        known_versions: of all models; a recalibration is named after the model it began with.
        as_of: of this run.

    Raises:
        ModelRefusedError: the champion is not what was stored, or the moved graph does not say
            what it should.
    """
    if champion["calibration"] is None or not len(rows):
        return None
    scorer = Scorer.from_row(champion)
    matrix = rows.encode(scorer.schema)
    margin, probability = scorer.run(matrix)
    shift = find_shift(probability, rows.label, rows.lead, rows.sample_weight)
    if shift is None:
        return None

    calibration = Calibration.from_json(champion["calibration"]).shifted(shift.log_odds)
    base = champion["base_model_version"] or champion["model_version"]
    count = sum(version.startswith(f"{base}_r") for version in known_versions)
    graph = stamp(
        recalibrate(champion["onnx"], shift.log_odds), {"calibration": calibration.to_json()}
    )
    identity = named(graph, f"{base}_r{count + 1}", as_of)
    identity["calibration"] = calibration.to_json()
    moved = Scorer.from_row(champion | identity).run(matrix)[1]
    difference = float(np.abs(moved - calibration.probability(margin)).max())
    if not difference <= TOLERANCE:
        raise ModelRefusedError(
            f"The recalibrated graph of {base} differs from its calibration by {difference:.1e}."
        )
    return (
        champion
        | identity
        | {
            "role": "recalibrated",
            "base_model_version": base,
            "trained_as_of": as_of,
            "count_calibration_rows": len(rows),
            "count_calibration_conversions": int(rows.label.sum()),
            "max_parity_difference": max(difference, champion["max_parity_difference"]),
            "is_promoted": True,
            "promotion_reason": shift.reason,
        }
    )
