"""The parity certificate: the graph says what the fitted model says, also where it is hardest."""

import numpy as np

from leadhouse.learning.training import FittedModel
from leadhouse.learning.trees import from_booster, splits
from leadhouse.scoring.scorer import Scorer

TOLERANCE = 1e-6

_COUNT_RANDOM_ROWS = 10_000
# No category's code; LightGBM is given NaN in its place, and the graph a word it has never seen.
_UNSEEN_CODE = 0
_UNSEEN_WORD = "a category that no model has seen"


def largest_difference(
    model: FittedModel, graph: bytes, matrix: np.ndarray, seed: int = 0
) -> float:
    """How far LightGBM with its calibration and the ONNX graph are apart, at most.

    Both give margin and probability of: random rows; rows with one feature at each threshold it
    is split at, and one float32 step to either side; with one feature null, or one category each
    of its words and an unseen one; and with all numbers null or infinite.

    Args:
        model: what the graph was made of.
        graph: the serialised ONNX model.
        matrix: rows as the model reads them, float32 of shape (rows, features), at least one.
        seed: for the choice of rows.
    """
    rows = _hard_rows(model, matrix, np.random.default_rng(seed))
    feeds = {}
    encoded = rows.copy()
    for position, feature in enumerate(model.schema.features):
        column = rows[:, [position]]
        if feature.kind == "category":
            words = np.array([_UNSEEN_WORD, *feature.vocabulary, ""], dtype=object)
            feeds[feature.name] = words[np.nan_to_num(column, nan=len(words) - 1).astype(np.int64)]
            encoded[rows[:, position] == _UNSEEN_CODE, position] = np.nan
        else:
            feeds[feature.name] = column
    margin, probability = Scorer(graph, model.schema).run(feeds)

    expected = model.booster.predict(encoded, raw_score=True)
    return float(
        max(
            np.abs(margin - expected).max(),
            np.abs(probability - model.calibration.probability(expected)).max(),
        )
    )


def _hard_rows(model: FittedModel, matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    moves: set[tuple[int, float]] = set()
    for tree in from_booster(model.booster):
        for split in splits(tree):
            if not isinstance(split.against, tuple):
                with np.errstate(over="ignore"):  # a threshold beyond all numbers is infinity
                    at = np.float32(split.against)
                moves |= {
                    (split.feature, float(value))
                    for value in (at, np.nextafter(at, -np.inf), np.nextafter(at, np.inf))
                }
    for position in model.schema.category_positions:
        count_words = len(model.schema.features[position].vocabulary)
        moves |= {(position, float(code)) for code in range(_UNSEEN_CODE, count_words + 1)}

    # NaN has no place in an order, and the same rows must come of the same model each time.
    to_null = [(position, np.nan) for position in range(len(model.schema))]
    moves_in_order = [*to_null, *sorted(moves)]
    positions, values = map(np.array, zip(*moves_in_order, strict=True))
    moved = matrix[rng.integers(len(matrix), size=len(moves_in_order))]
    moved[np.arange(len(moves_in_order)), positions] = values

    is_number = np.array([feature.kind == "number" for feature in model.schema.features])
    extremes = np.where(is_number, np.array([[np.nan], [np.inf], [-np.inf]]), np.nan)
    random = matrix[rng.integers(len(matrix), size=_COUNT_RANDOM_ROWS)]
    return np.vstack([random, moved, extremes.astype(np.float32)])
