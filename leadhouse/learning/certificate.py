"""The parity certificate: the graph says what the fitted model says, also where it is hardest."""

from dataclasses import dataclass

import numpy as np

from leadhouse.learning.calibration import Calibration
from leadhouse.learning.margins import MarginModel
from leadhouse.learning.trees import splits
from leadhouse.scoring.checks import check_graph
from leadhouse.scoring.onnx_format import OUTPUTS
from leadhouse.scoring.schema import UNSEEN_CODE
from leadhouse.scoring.scorer import open_session

TOLERANCE = 1e-6

_COUNT_RANDOM_ROWS = 10_000
_UNSEEN_WORD = "a category that no model has seen"


@dataclass(frozen=True)
class Certificate:
    """How far a model and its graph are apart, at most, and over how many rows."""

    max_difference: float
    count_rows: int

    @property
    def is_good(self) -> bool:
        """Whether the graph may stand for the model; NaN is no proof."""
        return self.max_difference <= TOLERANCE


def certify(
    model: MarginModel,
    calibration: Calibration | None,
    graph: bytes,
    matrix: np.ndarray,
    seed: int = 0,
) -> Certificate:
    """Compares a model with its calibration to the ONNX graph of both.

    Both give margin and probability of: random rows; rows with one number at each threshold it is
    split at, or where it is clipped, or zero, and one float32 step to either side; with one feature
    null, or one category each of its words and an unseen one; and with all numbers null or
    infinite.

    Args:
        model: what the graph was made of.
        calibration: as in the graph; None where it gives no probability.
        graph: the serialised ONNX model.
        matrix: rows as the model reads them, float32 of shape (rows, features), at least one.
        seed: for the choice of rows.

    Raises:
        ModelRefusedError: the graph is one that scoring would refuse.
    """
    check_graph(graph, model.schema)
    rows = _hard_rows(model, matrix, np.random.default_rng(seed))
    feeds = {}
    for position, feature in enumerate(model.schema.features):
        column = rows[:, [position]]
        if feature.kind == "category":
            words = np.array([_UNSEEN_WORD, *feature.vocabulary, ""], dtype=object)
            feeds[feature.name] = words[np.nan_to_num(column, nan=len(words) - 1).astype(np.int64)]
        else:
            feeds[feature.name] = column
    answers = open_session(graph).run(OUTPUTS, feeds)
    margin, probability = (answer[:, 0] for answer in answers)

    expected = model.margin(rows)
    differences = [margin - expected]
    if calibration is not None:
        differences.append(probability - calibration.probability(expected))
    return Certificate(float(np.abs(differences).max()), len(rows))


def _hard_rows(model: MarginModel, matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    # NaN has no place in an order, and the same rows must come of the same model each time.
    to_null = [(position, np.nan) for position in range(len(model.schema))]
    moves = [*to_null, *sorted(_number_moves(model) | _category_moves(model))]
    positions, values = map(np.array, zip(*moves, strict=True))
    moved = matrix[rng.integers(len(matrix), size=len(moves))]
    moved[np.arange(len(moves)), positions] = values

    is_number = np.array([feature.kind == "number" for feature in model.schema.features])
    extremes = np.where(is_number, np.array([[np.nan], [np.inf], [-np.inf]]), np.nan)
    random = matrix[rng.integers(len(matrix), size=_COUNT_RANDOM_ROWS)]
    return np.vstack([random, moved, extremes.astype(np.float32)])


def _number_moves(model: MarginModel) -> set[tuple[int, float]]:
    """Where the graph could take another side than the model, and one step to either side."""
    parts = model.parts()
    edges = {
        (split.feature, split.against)
        for tree in parts.trees
        for split in splits(tree)
        if model.schema.features[split.feature].kind == "number"
    }
    if parts.linear is not None:
        for bound in (parts.linear.lower, parts.linear.upper, np.zeros_like(parts.linear.lower)):
            numbers = np.sign(bound) * np.expm1(np.abs(bound))  # what signed_log1p made it of
            edges |= set(zip(parts.linear.positions.tolist(), numbers.tolist(), strict=True))
    moves = set()
    for position, edge in edges:
        with np.errstate(over="ignore"):  # an edge beyond all numbers is infinity
            at = np.float32(edge)
        moves |= {
            (position, float(value))
            for value in (at, np.nextafter(at, -np.inf), np.nextafter(at, np.inf))
        }
    return moves


def _category_moves(model: MarginModel) -> set[tuple[int, float]]:
    return {
        (position, float(code))
        for position in model.schema.category_positions
        for code in (UNSEEN_CODE, *range(1, len(model.schema.features[position].vocabulary) + 1))
    }
